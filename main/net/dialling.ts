/**
 * Which devices are dialled and when: those that nothing connects with us until something does, and those that only
 * a relay does until there is a direct way.
 */
import type { Libp2p } from '@libp2p/interface'
import { networkLimits } from '../core/limits.ts'
import type { DeviceId } from '../core/ids.ts'
import type { Clock, Log, PathKind, Random } from '../core/ports.ts'
import type { AddressBook } from './addressBook.ts'
import type { Dialled } from './dial.ts'
import { peerOf } from './keys.ts'
import type { DialAddress } from './names.ts'
import type { Peers } from './peers.ts'
import { reach, reachDirectly } from './reach.ts'
import type { ReachOptions } from './reach.ts'
import { Reconnector } from './reconnect.ts'
import type { Relays } from './relay/relays.ts'
import type { ReadySockets } from './transport.ts'
import type { Ways } from './ways.ts'
import type { Webrtc } from './webrtc/webrtc.ts'

/** What dialling needs of a network that runs. */
export interface DiallingNode {
  readonly node: Libp2p
  readonly peers: Peers
  readonly readySockets: ReadySockets
  readonly stopping: AbortController
}

export interface DiallingOptions {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly book: AddressBook
  readonly relays: Relays
  readonly webrtc: Webrtc
  readonly ways: () => Ways
  /** Null while the network does not run. */
  readonly running: () => DiallingNode | null
  readonly reached: (dialled: Dialled) => void
}

const limits = networkLimits

export class Dialling {
  readonly #options: DiallingOptions
  readonly #reconnector: Reconnector
  readonly #upgrades: Reconnector

  constructor(options: DiallingOptions) {
    const { clock, random, book, relays, running } = options
    this.#options = options
    this.#reconnector = new Reconnector({
      clock,
      random,
      pace: { afterMs: limits.redialAfterMs, afterMsMax: limits.redialAfterMsMax },
      dial: (device) => this.#dial(device),
      isConnected: (device) => running()?.peers.has(device) ?? false,
      isDialable: (device) =>
        running() !== null && (book.direct(device).length > 0 || relays.waysTo(device).length > 0),
    })
    this.#upgrades = new Reconnector({
      clock,
      random,
      pace: { afterMs: limits.upgradeAfterMs, afterMsMax: limits.upgradeAfterMsMax },
      dial: (device) => this.#dialDirectly(device),
      isConnected: (device) => running()?.peers.pathOf(device) !== 'relay',
      isDialable: (device) => book.direct(device).length > 0,
    })
  }

  start(): void {
    this.#reconnector.start()
    this.#upgrades.start()
  }

  stop(): void {
    this.#reconnector.stop()
    this.#upgrades.stop()
  }

  setTargets(devices: readonly DeviceId[]): void {
    this.#reconnector.setTargets(devices)
    this.#upgrades.setTargets(devices)
    this.#options.webrtc.setTargets(devices)
  }

  /** Something new was learnt of where the device is. */
  soon(device: DeviceId): void {
    this.#reconnector.soon(device)
    this.#upgrades.soon(device)
  }

  /**
   * The device was seen at an address. A dial that is under way may be waiting for an old one to time out: this one
   * does not wait for it.
   */
  found(device: DeviceId, address: DialAddress): void {
    const [running, peer] = [this.#options.running(), peerOf(device)]
    if (running !== null && peer !== null && this.#reconnector.isDialling(device)) {
      void reachDirectly(this.#reachOptions(running, device), peer, [address], running.stopping.signal)
    }
    this.soon(device)
  }

  wake(): void {
    this.#reconnector.wake()
    this.#upgrades.wake()
    this.#options.webrtc.wake()
  }

  connected(device: DeviceId): void {
    this.#reconnector.connected(device)
  }

  /** The device is reached no more; by `path` it was last. */
  disconnected(device: DeviceId, durationMs: number, path: PathKind): void {
    this.#reconnector.disconnected(device, durationMs)
    this.#upgrades.connected(device)
    this.#options.webrtc.onPath(device, null)
    // The relay over which it came about is there, as far as anybody knows.
    if (path === 'webrtc') this.#reconnector.soon(device)
  }

  /** The device is reached by this path from now on. */
  onPath(device: DeviceId, path: PathKind): void {
    this.#options.webrtc.onPath(device, path)
    if (path === 'relay') return this.#upgrades.disconnected(device, limits.stableConnectionMs)
    this.#upgrades.connected(device)
    for (const other of this.#options.book.through(device)) this.#reconnector.soon(other)
  }

  #reachOptions(running: DiallingNode, device: DeviceId): ReachOptions {
    const { clock, log, book, relays } = this.#options
    const ways = this.#options.ways()
    return {
      node: running.node,
      readySockets: running.readySockets,
      clock,
      log,
      permits: (address) => book.permits(device, address),
      connect: ways.connectFor(device),
      dialTimeoutMs: ways.dialTimeoutMs,
      relays: relays.client,
      isConnected: () => running.peers.has(device),
      reached: (dialled) => {
        if (this.#options.running() === running && book.has(device)) this.#options.reached(dialled)
        else dialled.connection.abort(new Error('Not wanted any more'))
      },
    }
  }

  async #dial(device: DeviceId): Promise<void> {
    const [running, peer] = [this.#options.running(), peerOf(device)]
    if (running === null || peer === null || running.peers.count >= limits.connectionsMax) return
    const { book, relays } = this.#options
    const [direct, relayed] = [book.direct(device), relays.waysTo(device)]
    await reach(this.#reachOptions(running, device), peer, direct, relayed, running.stopping.signal)
  }

  async #dialDirectly(device: DeviceId): Promise<void> {
    const [running, peer] = [this.#options.running(), peerOf(device)]
    if (running === null || peer === null) return
    const direct = this.#options.book.direct(device)
    await reachDirectly(this.#reachOptions(running, device), peer, direct, running.stopping.signal)
  }
}
