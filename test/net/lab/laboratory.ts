/** Whole nodes in networks of our own. A laboratory removes what it made, and says if anything had a way out. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Settings } from '../../../preload/contract/dto.ts'
import { befriend } from '../../interop/headlessNode.ts'
import { Internet } from '../internet.ts'
import type { Nat } from '../internet.ts'
import { LabNode } from './labNode.ts'
import type { LabNodeOptions } from './labNode.ts'

/** The port of nodes that others must find again at the same place. */
export const servingPort = 4_001

/** What a node does for its contacts. */
type Serves = Partial<Pick<Settings, 'serveRelay' | 'serveMailbox'>>

/** Two who have met, and their conversation. */
export interface Pair {
  readonly anna: LabNode
  readonly ben: LabNode
  readonly conversation: string
}

export class Laboratory {
  readonly internet = new Internet()
  readonly #folder = mkdtempSync(join(tmpdir(), 'waxwing-lab-'))
  readonly #nodes: LabNode[] = []

  /** Starts a node on a machine; the name is its profile's, and a second start goes on with it. */
  async node(machine: string, name: string, options: LabNodeOptions = {}): Promise<LabNode> {
    const made = new LabNode(join(this.#folder, name), this.internet.on(machine), options)
    this.#nodes.push(made)
    await made.open(name)
    return made
  }

  /** One LAN with this many computers, `host0` and on, that have containers and a tunnel beside it. */
  lan(hosts: number): void {
    this.internet.home('lan', 101, 'portRestricted')
    for (let number = 0; number < hosts; number++) {
      this.internet.host(`host${number}`, 'lan', 101, number + 2)
      this.internet.decoys(`host${number}`)
    }
  }

  /** Two homes, each with a computer: `hostA` and `hostB`. */
  async homes(natA: Nat, natB: Nat, delayMs = 0): Promise<void> {
    for (const [letter, number, nat] of [
      ['A', 101, natA],
      ['B', 102, natB],
    ] as const) {
      if (delayMs > 0) await this.internet.farHome(`home${letter}`, number, nat, delayMs)
      else this.internet.home(`home${letter}`, number, nat)
      this.internet.host(`host${letter}`, `home${letter}`, number, 2)
    }
  }

  /** Anna and Ben meet on a LAN by an invite. */
  async meetOnLan(options: LabNodeOptions = {}): Promise<Pair> {
    this.lan(2)
    const [anna, ben] = [await this.node('host0', 'Anna', options), await this.node('host1', 'Ben', options)]
    await anna.reachable('/ip4/192.168.101.')
    const conversation = await befriend(anna, ben)
    return { anna, ben, conversation }
  }

  /** A node on the public network that serves contacts. */
  async server(machine: string, number: number, name: string, serves: Serves): Promise<LabNode> {
    this.internet.server(machine, number)
    const made = await this.node(machine, name, { port: servingPort })
    await made.set(serves)
    return made
  }

  /** Makes Anna and Ben at home; both are contacts of those who serve, then of each other. */
  async meetFromHomes(servers: readonly LabNode[]): Promise<Pair> {
    const [anna, ben] = [await this.node('hostA', 'Anna'), await this.node('hostB', 'Ben')]
    for (const server of servers) for (const one of [anna, ben]) await befriend(server, one)
    await anna.reachable('/p2p-circuit')
    const conversation = await befriend(anna, ben)
    return { anna, ben, conversation }
  }

  /** What had a way out, of all that is removed now; nothing should. */
  async remove(): Promise<readonly string[]> {
    const waysOut = this.internet.waysOut()
    await Promise.all(this.#nodes.map((one) => one.kill('SIGKILL')))
    await this.internet.remove()
    rmSync(this.#folder, { recursive: true, force: true })
    return waysOut
  }
}

/** The namespaces that this process has made and not removed; others may be at work beside it. */
export function namespaces(): readonly string[] {
  const listed = execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' }).split('\n')
  return listed.map((line) => line.split(' ')[0] ?? '').filter((name) => name.startsWith(`ww${process.pid}i`))
}

/** Texts that are told apart by their number. */
export function numbered(label: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, number) => `${label} ${number}`)
}

/** How long a network stays as it is: weather, not a wait for something to happen. */
export function last(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs))
}

/** Settles once `look` says so, which it is asked four times a second: for what no event tells. */
export async function until(what: string, look: () => boolean, timeoutMs = 20_000): Promise<void> {
  const endMs = Date.now() + timeoutMs
  while (!look()) {
    if (Date.now() > endMs) throw new Error(`Waited ${timeoutMs} ms in vain for ${what}.`)
    await last(250)
  }
}
