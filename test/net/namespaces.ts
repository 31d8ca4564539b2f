/**
 * Networks of our own on one machine: Linux network namespaces joined by a bridge, without an uplink.
 * Everything that a test makes here it also removes.
 */
import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { createInterface } from 'node:readline'

/** Runs `ip`, and gives what it printed. */
export function ip(...words: readonly string[]): string {
  return execFileSync('ip', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

/** Null when namespaces can be made here, else the plain reason why not. */
export function whyNoNamespaces(): string | null {
  if (process.platform !== 'linux') return 'network namespaces exist on Linux only'
  if (process.getuid?.() !== 0) return 'making network namespaces needs root'
  const probe = `ww${process.pid}probe`
  try {
    ip('netns', 'add', probe)
    ip('netns', 'del', probe)
    return null
  } catch (error) {
    return `no network namespaces: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`
  }
}

/** Programs that run in a namespace talk in lines of JSON. */
export class NamespaceProcess {
  readonly #process: ChildProcessWithoutNullStreams
  readonly said: unknown[] = []
  #watchers: (() => void)[] = []
  #errors = ''

  constructor(namespace: string, script: string, args: readonly string[], program = process.execPath) {
    this.#process = spawn('ip', ['netns', 'exec', namespace, program, script, ...args])
    createInterface({ input: this.#process.stdout }).on('line', (line) => {
      this.said.push(JSON.parse(line))
      for (const watcher of this.#watchers) watcher()
    })
    this.#process.stderr.on('data', (data: Buffer) => (this.#errors += data.toString()))
  }

  tell(command: unknown): void {
    this.#process.stdin.write(`${JSON.stringify(command)}\n`)
  }

  /** Settles with what `pick` makes of the first line that it accepts, of those said from `from` on. */
  hear<T>(what: string, pick: (line: unknown) => T | null, from = 0, timeoutMs = 20_000): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(
          new Error(
            `${what}: not within ${timeoutMs} ms. Said: ${JSON.stringify(this.said.slice(-20))} ${this.#errors}`,
          ),
        )
      }, timeoutMs)
      const look = (): void => {
        for (const line of this.said.slice(from)) {
          const picked = pick(line)
          if (picked === null) continue
          clearTimeout(timer)
          this.#watchers = this.#watchers.filter((one) => one !== look)
          return resolve(picked)
        }
      }
      this.#watchers.push(look)
      look()
    })
  }

  /** As a machine that sleeps: nothing runs, nothing is answered, sockets stay. */
  freeze(): void {
    this.#process.kill('SIGSTOP')
  }

  thaw(): void {
    this.#process.kill('SIGCONT')
  }

  async end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const gone = new Promise((resolve) => this.#process.once('exit', resolve))
    this.#process.stdin.end()
    this.#process.kill('SIGKILL')
    await gone
  }
}

/** One LAN: a bridge in a namespace of its own, and hosts that hang on it. */
export class Lan {
  static #count = 0
  readonly #prefix = `ww${process.pid}n${Lan.#count++}`
  readonly #hosts: string[] = []
  readonly #processes: NamespaceProcess[] = []

  constructor() {
    const hub = this.#name('hub')
    ip('netns', 'add', hub)
    ip('-n', hub, 'link', 'add', 'name', 'bridge0', 'type', 'bridge', 'mcast_snooping', '0')
    ip('-n', hub, 'link', 'set', 'dev', 'bridge0', 'up')
  }

  /** A host with `eth0` at 10.77.0.NUMBER, and a decoy `docker0` at 172.17.0.1 as every container host has it. */
  host(name: string, number: number): void {
    const [hub, host] = [this.#name('hub'), this.#name(name)]
    ip('netns', 'add', host)
    this.#hosts.push(name)
    ip('-n', hub, 'link', 'add', 'name', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', host)
    ip('-n', hub, 'link', 'set', 'dev', name, 'master', 'bridge0', 'up')
    ip('-n', host, 'link', 'set', 'dev', 'lo', 'up')
    ip('-n', host, 'addr', 'add', `10.77.0.${number}/24`, 'dev', 'eth0')
    ip('-n', host, 'link', 'set', 'dev', 'eth0', 'up')
    ip('-n', host, 'link', 'add', 'name', 'docker0', 'type', 'bridge')
    ip('-n', host, 'addr', 'add', '172.17.0.1/16', 'dev', 'docker0')
    ip('-n', host, 'link', 'set', 'dev', 'docker0', 'up')
    // What a bridge without ports lacks, a running container gives it: a carrier.
    ip('-n', host, 'link', 'add', 'name', 'veth0', 'type', 'veth', 'peer', 'name', 'veth1')
    ip('-n', host, 'link', 'set', 'dev', 'veth0', 'master', 'docker0', 'up')
    ip('-n', host, 'link', 'set', 'dev', 'veth1', 'up')
    ip('-n', host, 'route', 'add', 'default', 'via', '10.77.0.254', 'dev', 'eth0')
  }

  /** Pulls the cable in the switch: the host's own interface stays up, its packets vanish. */
  cut(name: string, connected: boolean): void {
    const hub = this.#name('hub')
    if (connected) ip('-n', hub, 'link', 'set', 'dev', name, 'master', 'bridge0')
    else ip('-n', hub, 'link', 'set', 'dev', name, 'nomaster')
  }

  readdress(name: string, before: number, after: number): void {
    ip('-n', this.#name(name), 'addr', 'del', `10.77.0.${before}/24`, 'dev', 'eth0')
    ip('-n', this.#name(name), 'addr', 'add', `10.77.0.${after}/24`, 'dev', 'eth0')
  }

  /** Leaves a host nothing but its link-local IPv6 address. */
  withoutIp4(name: string): void {
    ip('-n', this.#name(name), '-4', 'addr', 'flush', 'dev', 'eth0')
  }

  run(name: string, script: string, ...args: readonly string[]): NamespaceProcess {
    const made = new NamespaceProcess(this.#name(name), script, args)
    this.#processes.push(made)
    return made
  }

  async remove(): Promise<void> {
    await Promise.all(this.#processes.map((one) => one.end()))
    for (const name of [...this.#hosts, 'hub']) ip('netns', 'del', this.#name(name))
  }

  #name(name: string): string {
    return `${this.#prefix}${name}`
  }
}
