/**
 * A public network of our own, 11.22.33.0/24, with homes behind routers that translate addresses: namespaces, without
 * an uplink. What Linux makes of a home: `portRestricted` keeps a port where it can (MASQUERADE), so that a peer sees
 * the same one as another, but lets in only who was spoken to; `symmetric` chooses a port at random for everybody who
 * is spoken to (--random-fully). Both drop what nobody inside has asked for.
 */
import { execFileSync } from 'node:child_process'
import { ip, NamespaceProcess, whyNoNamespaces } from './namespaces.ts'

export type Nat = 'portRestricted' | 'symmetric'

/** Null when homes can be made here, else the plain reason why not. */
export function whyNoHomes(): string | null {
  const why = whyNoNamespaces()
  if (why !== null) return why
  try {
    execFileSync('iptables', ['--version'], { stdio: 'ignore' })
    return null
  } catch {
    return 'iptables is not installed'
  }
}

export class Internet {
  static #count = 0
  readonly #prefix = `ww${process.pid}i${Internet.#count++}`
  readonly #names: string[] = []
  readonly #processes: NamespaceProcess[] = []
  readonly #homes: string[] = []

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
    this.#make(name)
    this.#homes.push(name)
    this.#plug('hub', name, 'wan', `11.22.33.${number}/24`)
    this.#ip(name, 'link', 'add', 'name', 'bridge0', 'type', 'bridge', 'mcast_snooping', '0')
    this.#ip(name, 'addr', 'add', `192.168.${number}.1/24`, 'dev', 'bridge0')
    this.#ip(name, 'link', 'set', 'dev', 'bridge0', 'up')
    // What is sent to another home's private address is lost without a word, as on the internet.
    this.#ip(name, 'route', 'add', 'blackhole', '192.168.0.0/16')
    this.#in(name, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward')
    const random = nat === 'symmetric' ? ['--random-fully'] : []
    this.#in(name, 'iptables', '-t', 'nat', '-A', 'POSTROUTING', '-o', 'wan', '-j', 'MASQUERADE', ...random)
    const asked = ['-m', 'conntrack', '--ctstate', 'ESTABLISHED,RELATED', '-j', 'ACCEPT']
    for (const chain of ['INPUT', 'FORWARD']) {
      this.#in(name, 'iptables', '-A', chain, '-i', 'wan', ...asked)
      this.#in(name, 'iptables', '-A', chain, '-i', 'wan', '-j', 'DROP')
    }
  }

  /** A machine at 192.168.HOME.NUMBER in a home. */
  host(name: string, home: string, homeNumber: number, number: number): void {
    this.#make(name)
    this.#plug(home, name, 'eth0', `192.168.${homeNumber}.${number}/24`)
    this.#ip(name, 'route', 'add', 'default', 'via', `192.168.${homeNumber}.1`, 'dev', 'eth0')
  }

  /** From now on a home's router drops a protocol without a word, both ways. */
  drop(home: string, protocol: string): void {
    this.#in(home, 'iptables', '-I', 'FORWARD', '-p', protocol, '-j', 'DROP')
  }

  run(name: string, script: string, ...args: readonly string[]): NamespaceProcess {
    const made = new NamespaceProcess(this.#name(name), script, args)
    this.#processes.push(made)
    return made
  }

  /** Every way by which something could leave these networks; there should be none. */
  waysOut(): readonly string[] {
    const ways: string[] = []
    const inside = new Set(this.#names.map((name) => this.#name(name)))
    for (const name of this.#names) {
      const defaults = this.#ip(name, 'route', 'show', 'default').trim()
      const toRouter = /^default via 192\.168\.\d+\.1 dev eth0$/.test(defaults)
      if (defaults !== '' && !toRouter) ways.push(`${name}: ${defaults}`)
      // The other end of each cable, by the name of its namespace; a cable to the machine itself has none.
      for (const cable of this.#ip(name, '-d', '-o', 'link', 'show', 'type', 'veth').trim().split('\n')) {
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

  #in(name: string, ...command: readonly string[]): void {
    execFileSync('ip', ['netns', 'exec', this.#name(name), ...command], { stdio: ['ignore', 'ignore', 'pipe'] })
  }

  #name(name: string): string {
    return `${this.#prefix}${name}`
  }
}
