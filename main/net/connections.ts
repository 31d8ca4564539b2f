/** All connections that stand, with whom and since when; one that opens no stream of frames is closed. */
import type { Connection } from '@libp2p/interface'
import type { DeviceId } from '../core/ids.ts'
import { networkLimits } from '../core/limits.ts'
import type { Clock } from '../core/ports.ts'
import type { GateConnection } from './gate.ts'
import { deviceOf } from './keys.ts'

interface Entry extends GateConnection {
  readonly cancelTimeout: () => void
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
    const close = (): void => connection.abort(new Error('Closed here'))
    this.#entries.set(connection, {
      device,
      openedAtMs: this.#clock.nowMs(),
      close,
      cancelTimeout: this.#clock.after(networkLimits.streamOpenTimeoutMs, close),
    })
  }

  /** Its stream of frames is open: it may stay. */
  streamOpened(connection: Connection): void {
    this.#entries.get(connection)?.cancelTimeout()
  }

  closed(connection: Connection): void {
    this.#entries.get(connection)?.cancelTimeout()
    this.#entries.delete(connection)
  }

  all(): readonly GateConnection[] {
    return [...this.#entries.values()]
  }

  /** Ends connections on which somebody who is no contact has opened more streams than a stranger may. */
  pulse(isTarget: (device: DeviceId) => boolean): void {
    for (const [connection, entry] of this.#entries) {
      if (connection.streams.length > networkLimits.muxerStreamsMax && !isTarget(entry.device)) entry.close()
    }
  }

  closeDevice(device: DeviceId): void {
    for (const entry of this.all()) if (entry.device === device) entry.close()
  }

  closeAll(): void {
    for (const entry of this.all()) entry.close()
  }

  stop(): void {
    for (const entry of this.#entries.values()) entry.cancelTimeout()
    this.#entries.clear()
  }
}
