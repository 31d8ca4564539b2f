/**
 * From a relay to a direct way: two devices that a relay connects tell each other over that connection, which is
 * sealed between them, where they may be reached by UDP, and try to reach each other there (WebRTC). The device with
 * the smaller id proposes. What comes of it is upgraded like any other connection: Noise proves the keys once more.
 */
import type { Connection, Logger, Stream, Upgrader } from '@libp2p/interface'
import { networkLimits } from '../../core/limits.ts'
import type { DeviceId } from '../../core/ids.ts'
import type { Clock, Log, PathKind, Random } from '../../core/ports.ts'
import type { SocketAddress } from '../addresses.ts'
import { jitterOf } from '../backOff.ts'
import { deadline } from '../deadline.ts'
import type { Dialled } from '../dial.ts'
import { deviceOf } from '../keys.ts'
import { Reconnector } from '../reconnect.ts'
import { remoteOf } from '../remote.ts'
import { Attempt } from './attempt.ts'
import type { Candidate, Role } from './description.ts'
import { answer, propose } from './meeting.ts'
import type { Meeting } from './meeting.ts'
import type { Native } from './native.ts'

export interface WebrtcOptions {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Null where WebRTC cannot be had. */
  readonly load: () => Promise<Native | null>
  /** Whether it is on at first. */
  readonly on: boolean
  readonly isTarget: (device: DeviceId) => boolean
  readonly pathOf: (device: DeviceId) => PathKind | null
  /** The connection on which a device's frames go. */
  readonly connectionOf: (device: DeviceId) => Connection | null
  /** Where the relay of a relayed connection can be asked by STUN. */
  readonly stunFor: (relayed: Connection) => SocketAddress | null
  /** The one address that may be used; null for any. */
  readonly bindHost: () => string | null
  /** Whether the other device may learn this address of ours. */
  readonly mayTell: (candidate: Candidate) => boolean
  readonly mayReach: (device: DeviceId, address: SocketAddress) => boolean
  readonly reached: (dialled: Dialled) => void
}

/** What is needed of a node that runs. */
export interface WebrtcNode {
  readonly own: DeviceId
  readonly upgrader: Upgrader
  readonly logger: Logger
}

interface Running extends WebrtcNode {
  readonly stopping: AbortController
}

/** Why a proposal is not answered; said in the log with no more than this. */
type Refusal = 'off' | 'unwanted' | 'notRelayed' | 'tooSoon' | 'busy'

const limits = networkLimits

export class Webrtc {
  readonly #options: WebrtcOptions
  readonly #reconnector: Reconnector
  /** Those under way, and those that carry a connection. */
  readonly #attempts = new Set<Attempt>()
  /** When each device proposed last. */
  readonly #proposedMs = new Map<DeviceId, number>()
  #running: Running | null = null
  #meetings = 0
  #on: boolean

  constructor(options: WebrtcOptions) {
    this.#options = options
    this.#on = options.on
    this.#reconnector = new Reconnector({
      clock: options.clock,
      random: options.random,
      pace: { afterMs: limits.webrtcRetryMs, afterMsMax: limits.webrtcRetryMsMax },
      dial: (device) => this.#propose(device),
      isConnected: (device) => options.pathOf(device) !== 'relay',
      isDialable: (device) => this.#on && this.#running !== null && this.#running.own < device,
    })
  }

  start(node: WebrtcNode): void {
    this.#running = { ...node, stopping: new AbortController() }
    this.#reconnector.start()
  }

  stop(): void {
    this.#running?.stopping.abort()
    this.#running = null
    this.#reconnector.stop()
    this.#proposedMs.clear()
  }

  /** Switched off, nothing is proposed or answered any more, and what stands ends. */
  setOn(on: boolean): void {
    this.#on = on
    if (on) return this.#reconnector.wake()
    for (const attempt of this.#attempts) attempt.close()
  }

  setTargets(devices: readonly DeviceId[]): void {
    this.#reconnector.setTargets(devices)
    const wanted = new Set(devices)
    for (const device of this.#proposedMs.keys()) if (!wanted.has(device)) this.#proposedMs.delete(device)
  }

  wake(): void {
    this.#reconnector.wake()
  }

  /** The device is reached by this path from now on; null: by none. */
  onPath(device: DeviceId, path: PathKind | null): void {
    if (path !== 'relay') return this.#reconnector.connected(device)
    this.#reconnector.disconnected(device, limits.stableConnectionMs)
    const delayMs = Math.round(jitterOf(this.#options.random) * limits.webrtcJitterMs)
    this.#options.clock.after(delayMs, () => this.#reconnector.soon(device))
  }

  /** Somebody opened a stream of `webrtcProtocol`. */
  onStream(stream: Stream, connection: Connection): void {
    const device = deviceOf(connection.remotePeer)
    const refusal = this.#refusalOf(device, connection)
    if (device === null || refusal !== null) {
      this.#options.log.debug('net.webrtcRefused', { why: refusal ?? 'unwanted' })
      return stream.abort(new Error('Not now'))
    }
    this.#proposedMs.set(device, this.#options.clock.nowMs())
    void this.#meet(device, connection, 'answer', async (meeting) => {
      const answered = await answer(meeting, stream)
      if (!answered.ok) this.#failed(answered.error.kind, 'answer')
      return answered.ok
    }).then(() => stream.abort(new Error('Done')))
  }

  #refusalOf(device: DeviceId | null, connection: Connection): Refusal | null {
    if (!this.#on || this.#running === null) return 'off'
    if (device === null || !this.#options.isTarget(device) || !(device < this.#running.own)) return 'unwanted'
    if (remoteOf(connection)?.path !== 'relay') return 'notRelayed'
    const sinceMs = Math.abs(this.#options.clock.nowMs() - (this.#proposedMs.get(device) ?? -Infinity))
    if (sinceMs < limits.webrtcProposalGapMs) return 'tooSoon'
    return this.#meetings < limits.webrtcAttemptsMax ? null : 'busy'
  }

  async #propose(device: DeviceId): Promise<void> {
    const relayed = this.#options.connectionOf(device)
    const isRelayed = relayed !== null && remoteOf(relayed)?.path === 'relay'
    if (!isRelayed || this.#meetings >= limits.webrtcAttemptsMax) return
    await this.#meet(device, relayed, 'offer', async (meeting) => {
      const dialled = await propose(meeting, relayed)
      if (!dialled.ok) this.#failed(dialled.error.kind, 'offer')
      else if (this.#on && this.#options.isTarget(device)) this.#options.reached(dialled.value)
      else return false
      return dialled.ok
    })
  }

  /** Holds a meeting, whose attempt ends when `hold` gives false. Never rejects. */
  async #meet(
    device: DeviceId,
    relayed: Connection,
    role: Role,
    hold: (meeting: Meeting) => Promise<boolean>,
  ): Promise<void> {
    const running = this.#running
    if (running === null) return
    this.#meetings++
    const { clock } = this.#options
    const mayReach = (address: SocketAddress): boolean => this.#options.mayReach(device, address)
    const { signal, clear } = deadline(clock, limits.webrtcTimeoutMs, running.stopping.signal)
    const attempt = await this.#begin(role, relayed)
    const holds =
      attempt !== null &&
      (await hold({ device, attempt, upgrader: running.upgrader, logger: running.logger, mayReach, signal }))
    if (!holds) attempt?.close()
    clear()
    this.#meetings--
  }

  async #begin(role: Role, relayed: Connection): Promise<Attempt | null> {
    const native = await this.#options.load()
    if (native === null || !this.#on || this.#running === null) return null
    const { clock, stunFor, bindHost, mayTell } = this.#options
    try {
      const attempt: Attempt = new Attempt({
        native,
        clock,
        role,
        stun: stunFor(relayed),
        bindHost: bindHost(),
        mayTell,
        ended: () => this.#attempts.delete(attempt),
      })
      this.#attempts.add(attempt)
      return attempt
    } catch {
      this.#failed('notMade', role)
      return null
    }
  }

  #failed(why: string, role: Role): void {
    this.#options.log.debug('net.webrtcFailed', { why, role })
  }
}
