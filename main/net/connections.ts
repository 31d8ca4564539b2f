/**
 * All connections that stand, with whom and since when. One that opens no stream of frames is closed, unless a
 * visitor has a request on it.
 */
import type { Connection } from '@libp2p/interface'
import type { DeviceId } from '../core/ids.ts'
import { networkLimits, visitLimits } from '../core/limits.ts'
import type { Clock } from '../core/ports.ts'
import type { GateConnection } from './gate.ts'
import { deviceOf } from './keys.ts'
import { isNamed } from './names.ts'
import { remoteSocket, remoteSource } from './remote.ts'

interface Entry extends GateConnection {
  /** The other end, or the relay that stands between. */
  readonly host: string
  /** Null once its stream of frames is open. */
  cancelTimeout: (() => void) | null
  /** Requests under way. */
  holds: number
}

const limits = networkLimits

/** The IP address of the other end, or of the relay that stands between; empty for a name. */
function hostOf(connection: Connection): string {
  const address = remoteSocket(connection)
  return address === null || isNamed(address) ? '' : address.host
}

/** Ends a connection at once. */
function end(connection: Connection): void {
  try {
    connection.abort(new Error('Closed here'))
  } catch {
    // What it went over had ended before it: the library would say goodbye all the same.
  }
}

export class Connections {
  readonly #clock: Clock
  readonly #entries = new Map<Connection, Entry>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  opened(connection: Connection): void {
    const device = deviceOf(connection.remotePeer)
    if (device === null) return connection.abort(new Error('Not an Ed25519 key'))
    const close = (): void => end(connection)
    this.#entries.set(connection, {
      device,
      host: hostOf(connection),
      source: remoteSource(connection),
      openedAtMs: this.#clock.nowMs(),
      close,
      cancelTimeout: this.#clock.after(limits.streamOpenTimeoutMs, close),
      holds: 0,
    })
  }

  /** Its stream of frames is open: it may stay. */
  streamOpened(connection: Connection): void {
    const entry = this.#entries.get(connection)
    entry?.cancelTimeout?.()
    if (entry !== undefined) entry.cancelTimeout = null
  }

  /**
   * A request has come on the connection: it may stay until what is given back is called once, and a little longer,
   * but no longer than a visit may last. Null when that is over, and the request is not to be answered.
   */
  hold(connection: Connection): (() => void) | null {
    const entry = this.#entries.get(connection)
    if (entry === undefined) return null
    const isOver = this.#clock.nowMs() - entry.openedAtMs >= visitLimits.visitorDurationMsMax
    if (isOver && entry.cancelTimeout !== null) return null
    entry.holds++
    entry.cancelTimeout?.()
    let held = true
    return () => {
      if (!held) return
      held = false
      entry.holds--
      if (entry.holds > 0 || entry.cancelTimeout === null || !this.#entries.has(connection)) return
      const leftMs = entry.openedAtMs + visitLimits.visitorDurationMsMax - this.#clock.nowMs()
      const idleMs = Math.max(0, Math.min(visitLimits.visitorIdleMs, leftMs))
      entry.cancelTimeout = this.#clock.after(idleMs, entry.close)
    }
  }

  closed(connection: Connection): void {
    this.#entries.get(connection)?.cancelTimeout?.()
    this.#entries.delete(connection)
  }

  all(): readonly GateConnection[] {
    return [...this.#entries.values()]
  }

  /** Whether a connection with this host stands. */
  hasHost(host: string): boolean {
    return [...this.#entries.values()].some((entry) => entry.host === host)
  }

  /** Ends connections on which somebody who is no contact has opened more streams than a stranger may. */
  pulse(isTarget: (device: DeviceId) => boolean): void {
    for (const [connection, entry] of this.#entries) {
      if (connection.streams.length > limits.muxerStreamsMax && !isTarget(entry.device)) entry.close()
    }
  }

  closeDevice(device: DeviceId): void {
    for (const entry of this.all()) if (entry.device === device) entry.close()
  }

  closeAll(): void {
    for (const entry of this.all()) entry.close()
  }

  stop(): void {
    for (const entry of this.#entries.values()) entry.cancelTimeout?.()
    this.#entries.clear()
  }
}
