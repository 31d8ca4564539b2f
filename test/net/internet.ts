/**
 * A public network of our own, 11.22.33.0/24, with homes behind routers that translate addresses: namespaces, without
 * an uplink. What Linux makes of a home: `portRestricted` keeps a port where it can (MASQUERADE), so that a peer sees
 * the same one as another, but lets in only who was spoken to; `symmetric` chooses a port at random for everybody who
 * is spoken to (--random-fully). Both drop what nobody inside has asked for. `cone` is portRestricted, but whoever
 * knows a UDP port that somebody inside has spoken from may answer there.
 */
import { execFileSync } from 'node:child_process'
import { ip, NamespaceProcess, whyNoNamespaces } from './namespaces.ts'
import { field } from './peer.ts'
import wire from './wire.py?raw'

export type Nat = 'cone' | 'portRestricted' | 'symmetric'

/** What an interface of ours may be: cables, switches, decoys. Hardware has no kind. */
const kinds = new Set(['veth', 'bridge', 'tun'])

/** The router of a `cone` home remembers who inside speaks from which port. */
const coneTable = `table ip cone {
  map speakers {
    type inet_service : ipv4_addr . inet_service
    flags dynamic,timeout
    timeout 5m
  }
  chain out {
    type nat hook postrouting priority srcnat - 1
    oifname "wan" meta l4proto udp add @speakers { udp sport : ip saddr . udp sport }
  }
  chain in {
    type nat hook prerouting priority dstnat
    iifname "wan" meta l4proto udp dnat to udp dport map @speakers
  }
}
`

interface Link {
  readonly ifname: string
  readonly link_type: string
  readonly linkinfo?: { readonly info_kind?: string }
}

/** Null when homes can be made here, else the plain reason why not. */
export function whyNoHomes(): string | null {
  const why = whyNoNamespaces()
  if (why !== null) return why
  try {
    for (const command of ['iptables', 'nft', 'python3']) execFileSync(command, ['--version'], { stdio: 'ignore' })
    return null
  } catch {
    return 'iptables, nft or python3 is not installed'
  }
}

export class Internet {
  static #count = 0
  readonly #prefix = `ww${process.pid}i${Internet.#count++}`
  readonly #names: string[] = []
  readonly #processes: NamespaceProcess[] = []
  readonly #homes: string[] = []
  readonly #lost = new Map<string, number>()

  constructor() {
    this.#make('hub')
    this.#ip('hub', 'link', 'add', 'name', 'bridge0', 'type', 'bridge', 'mcast_snooping', '0')
    this.#ip('hub', 'link', 'set', 'dev', 'bridge0', 'up')
  }

  /** A machine with the public address 11.22.33.NUMBER. */
  server(name: string, number: number): void {
    this.#make(name)
    this.#plug('hub', name, 'eth0', `11.22.33.${number}/24`)
  }

  /** A router at 11.22.33.NUMBER with the home network 192.168.NUMBER.0/24 behind it. */
  home(name: string, number: number, nat: Nat): void {
    this.#router(name, number, nat)
    this.#plug('hub', name, 'wan', `11.22.33.${number}/24`)
  }

  /** A home whose line takes so long each way. */
  async farHome(name: string, number: number, nat: Nat, delayMs: number): Promise<void> {
    this.#router(name, number, nat)
    await this.#runWire('hub', 'cable', name, 'wan', `/run/netns/${this.#name(name)}`, String(delayMs))
    this.#ip('hub', 'link', 'set', 'dev', name, 'master', 'bridge0', 'up')
    this.#ip(name, 'addr', 'add', `11.22.33.${number}/24`, 'dev', 'wan')
    this.#ip(name, 'link', 'set', 'dev', 'wan', 'up')
  }

  #router(name: string, number: number, nat: Nat): void {
    this.#make(name)
    this.#homes.push(name)
    this.#ip(name, 'link', 'add', 'name', 'bridge0', 'type', 'bridge', 'mcast_snooping', '0')
    this.#ip(name, 'addr', 'add', `192.168.${number}.1/24`, 'dev', 'bridge0')
    this.#ip(name, 'link', 'set', 'dev', 'bridge0', 'up')
    // What is sent to another home's private address is lost without a word, as on the internet.
    this.#ip(name, 'route', 'add', 'blackhole', '192.168.0.0/16')
    this.within(name, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward')
    if (nat === 'cone') this.#feed(name, coneTable, 'nft', '-f', '-')
    const random = nat === 'symmetric' ? ['--random-fully'] : []
    this.within(name, 'iptables', '-t', 'nat', '-A', 'POSTROUTING', '-o', 'wan', '-j', 'MASQUERADE', ...random)
    const asked = [
      '-m',
      'conntrack',
      '--ctstate',
      `ESTABLISHED,RELATED${nat === 'cone' ? ',DNAT' : ''}`,
      '-j',
      'ACCEPT',
    ]
    for (const chain of ['INPUT', 'FORWARD']) {
      this.within(name, 'iptables', '-A', chain, '-i', 'wan', ...asked)
      this.within(name, 'iptables', '-A', chain, '-i', 'wan', '-j', 'DROP')
    }
  }

  /** A machine at 192.168.HOME.NUMBER in a home. */
  host(name: string, home: string, homeNumber: number, number: number): void {
    this.#make(name)
    this.#plug(home, name, 'eth0', `192.168.${homeNumber}.${number}/24`)
    this.#ip(name, 'route', 'add', 'default', 'via', `192.168.${homeNumber}.1`, 'dev', 'eth0')
  }

  /** What a computer has beside its network card: a bridge of containers, with a carrier, and a tunnel. */
  decoys(name: string): void {
    this.#ip(name, 'link', 'add', 'name', 'docker0', 'type', 'bridge')
    this.#ip(name, 'addr', 'add', '172.17.0.1/16', 'dev', 'docker0')
    this.#ip(name, 'link', 'set', 'dev', 'docker0', 'up')
    this.#ip(name, 'link', 'add', 'name', 'veth0', 'type', 'veth', 'peer', 'name', 'veth1')
    this.#ip(name, 'link', 'set', 'dev', 'veth0', 'master', 'docker0', 'up')
    this.#ip(name, 'link', 'set', 'dev', 'veth1', 'up')
    this.#ip(name, 'link', 'add', 'name', 'wg0', 'type', 'veth', 'peer', 'name', 'veth2')
    this.#ip(name, 'addr', 'add', '10.8.0.2/24', 'dev', 'wg0')
    for (const end of ['wg0', 'veth2']) this.#ip(name, 'link', 'set', 'dev', end, 'up')
  }

  /** Pulls a machine's cable in the switch of its network, or puts it back: its own interface stays up. */
  cut(network: string, name: string, connected: boolean): void {
    this.#ip(network, 'link', 'set', 'dev', name, ...(connected ? ['master', 'bridge0'] : ['nomaster']))
  }

  /** The machine has another address from now on, as after a new lease. */
  readdress(name: string, before: string, after: string): void {
    const routes = this.#ip(name, 'route', 'show', 'default').trim().split(' ')
    this.#ip(name, 'addr', 'del', before, 'dev', 'eth0')
    this.#ip(name, 'addr', 'add', after, 'dev', 'eth0')
    if (routes[0] === 'default') this.#ip(name, 'route', 'replace', ...routes)
  }

  /** From now on a home's router drops a protocol without a word, both ways. */
  drop(home: string, protocol: string): void {
    this.within(home, 'iptables', '-I', 'FORWARD', '-p', protocol, '-j', 'DROP')
  }

  run(name: string, script: string, ...args: readonly string[]): NamespaceProcess {
    const made = new NamespaceProcess(this.#name(name), script, args)
    this.#processes.push(made)
    return made
  }

  /** Writes down every frame that comes in on any interface of a machine; `hub` hears the public network. */
  async capture(name: string): Promise<NamespaceProcess> {
    return this.#runWire(name, 'capture')
  }

  /** The router forgets who speaks with whom: what comes next is translated anew. */
  async forget(home: string): Promise<void> {
    await (await this.#runWire(home, 'forget')).end()
  }

  /** Loses this share of what comes in to a machine, and of what a router passes on; 0: nothing. */
  lose(name: string, share: number): void {
    for (const chain of ['INPUT', 'FORWARD']) {
      const rule = (probability: number): string[] =>
        `${chain} ! -i lo -m statistic --mode random --probability ${probability} -j DROP`.split(' ')
      const lost = this.#lost.get(name)
      if (lost !== undefined) this.within(name, 'iptables', '-D', ...rule(lost))
      if (share > 0) this.within(name, 'iptables', '-I', ...rule(share))
    }
    if (share > 0) this.#lost.set(name, share)
    else this.#lost.delete(name)
  }

  /** Words before a command that make it run on this machine. */
  on(name: string): readonly string[] {
    return ['ip', 'netns', 'exec', this.#name(name)]
  }

  /** Runs a command on a machine to its end, and gives what it printed. */
  within(name: string, ...command: readonly string[]): string {
    const [program = '', ...args] = [...this.on(name), ...command]
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  }

  /** Every way by which something could leave these networks; there should be none. */
  waysOut(): readonly string[] {
    const ways: string[] = []
    const inside = new Set(this.#names.map((name) => this.#name(name)))
    for (const name of this.#names) {
      const defaults = this.#ip(name, 'route', 'show', 'default').trim()
      const toRouter = /^default via 192\.168\.\d+\.1 dev eth0$/.test(defaults)
      if (defaults !== '' && !toRouter) ways.push(`${name}: ${defaults}`)
      for (const link of JSON.parse(this.#ip(name, '-d', '-j', 'link', 'show')) as readonly Link[]) {
        const kind = link.link_type === 'loopback' ? 'veth' : (link.linkinfo?.info_kind ?? 'hardware')
        if (!kinds.has(kind)) ways.push(`${name}: ${link.ifname} is ${kind}`)
      }
      // The other end of each cable, by the name of its namespace; a cable to the machine itself has none.
      for (const cable of this.#ip(name, '-d', '-o', 'link', 'show', 'type', 'veth').trim().split('\n')) {
        // Both ends of a decoy's cable lie in one machine.
        if (cable === '' || /^\d+: \S+@(?!if\d+:)/.test(cable)) continue
        const end = /link-netns (\S+)/.exec(cable)?.[1] ?? 'the machine itself'
        if (!inside.has(end)) ways.push(`${name}: a cable to ${end}`)
      }
    }
    for (const home of this.#homes) {
      try {
        ways.push(`${home}: ${this.#ip(home, 'route', 'get', '9.9.9.9').trim()}`)
      } catch {
        // Unreachable, as it should be.
      }
    }
    return ways
  }

  async remove(): Promise<void> {
    await Promise.all(this.#processes.map((one) => one.end()))
    for (const name of this.#names.toReversed()) ip('netns', 'del', this.#name(name))
  }

  async #runWire(name: string, ...args: readonly string[]): Promise<NamespaceProcess> {
    const made = new NamespaceProcess(this.#name(name), '-c', [wire, ...args], 'python3')
    this.#processes.push(made)
    await made.hear(args[0] ?? '', (line) => field(line, 'ready') ?? null)
    return made
  }

  #make(name: string): void {
    ip('netns', 'add', this.#name(name))
    this.#names.push(name)
    this.#ip(name, 'link', 'set', 'dev', 'lo', 'up')
  }

  /** A cable from the bridge of a network to `device` of a machine. */
  #plug(network: string, name: string, device: string, address: string): void {
    const far = this.#name(name)
    this.#ip(network, 'link', 'add', 'name', name, 'type', 'veth', 'peer', 'name', device, 'netns', far)
    this.#ip(network, 'link', 'set', 'dev', name, 'master', 'bridge0', 'up')
    this.#ip(name, 'addr', 'add', address, 'dev', device)
    this.#ip(name, 'link', 'set', 'dev', device, 'up')
  }

  #ip(name: string, ...words: readonly string[]): string {
    return ip('-n', this.#name(name), ...words)
  }

  #feed(name: string, input: string, ...command: readonly string[]): void {
    const [program = '', ...args] = [...this.on(name), ...command]
    execFileSync(program, args, { input, stdio: ['pipe', 'ignore', 'pipe'] })
  }

  #name(name: string): string {
    return `${this.#prefix}${name}`
  }
}
