/** The watches that this device keeps open at its mailboxes, each on the connection that carries their frames. */
import type { Connection, Stream } from '@libp2p/interface'
import { networkLimits } from '../../core/limits.ts'
import type { DeviceId } from '../../core/ids.ts'
import type { Clock } from '../../core/ports.ts'
import { deadline } from '../deadline.ts'
import { Rate } from '../rate.ts'
import { MessageReader } from './exchange.ts'
import { decodeStatus, encodeRequest, mailboxProtocol, withLength32 } from './messages.ts'

export interface OwnWatchesOptions {
  readonly clock: Clock
  readonly connectionOf: (device: DeviceId) => Connection | null
  /** The mailbox says that something lies there. */
  readonly waiting: (device: DeviceId) => void
}

interface Watch {
  /** On which it is open, or being opened. */
  connection: Connection | null
  stream: Stream | null
  readonly notices: Rate
  cancelRetry: (() => void) | null
}

const limits = networkLimits
/** A status alone. */
const noticeBytesMax = 2

export class OwnWatches {
  readonly #options: OwnWatchesOptions
  readonly #watches = new Map<DeviceId, Watch>()

  constructor(options: OwnWatchesOptions) {
    this.#options = options
  }

  /** Keeps a watch at this mailbox from now on. */
  want(device: DeviceId): void {
    if (!this.#watches.has(device)) {
      const notices = new Rate(this.#options.clock, limits.mailboxNoticesPerSecondMax)
      this.#watches.set(device, { connection: null, stream: null, notices, cancelRetry: null })
    }
    this.connected(device)
  }

  /** The device is connected, maybe another way than before. */
  connected(device: DeviceId): void {
    const watch = this.#watches.get(device)
    const connection = this.#options.connectionOf(device)
    if (watch === undefined || connection === null || watch.connection === connection) return
    watch.cancelRetry?.()
    watch.stream?.abort(new Error('Moved'))
    watch.connection = connection
    watch.stream = null
    void this.#open(device, watch, connection)
  }

  /** Keeps no watch but at these. */
  keep(isMailbox: (device: DeviceId) => boolean): void {
    for (const [device, watch] of this.#watches) {
      if (isMailbox(device)) continue
      this.#watches.delete(device)
      this.#close(watch)
    }
  }

  stop(): void {
    for (const watch of this.#watches.values()) this.#close(watch)
    this.#watches.clear()
  }

  #close(watch: Watch): void {
    watch.cancelRetry?.()
    watch.connection = null
    watch.stream?.abort(new Error('Watched no more'))
  }

  async #open(device: DeviceId, watch: Watch, connection: Connection): Promise<void> {
    const { signal, clear } = deadline(this.#options.clock, limits.mailboxRequestTimeoutMs)
    try {
      const stream = await connection.newStream(mailboxProtocol, { signal, runOnLimitedConnection: true })
      if (watch.connection !== connection) return stream.abort(new Error('Moved'))
      watch.stream = stream
      stream.addEventListener('close', () => this.#ended(device, watch, connection))
      this.#listen(device, watch, stream)
      stream.send(withLength32(encodeRequest({ kind: 'watch' })))
      if (stream.status !== 'open') this.#ended(device, watch, connection)
    } catch {
      this.#ended(device, watch, connection)
    } finally {
      clear()
    }
  }

  #listen(device: DeviceId, watch: Watch, stream: Stream): void {
    const reader = new MessageReader(noticeBytesMax)
    stream.addEventListener('message', (event) => {
      for (const chunk of event.data instanceof Uint8Array ? [event.data] : event.data) reader.push(chunk)
      let read = reader.next()
      for (; read.kind === 'message'; read = reader.next()) {
        const answer = decodeStatus(read.bytes)
        const status = answer.ok ? answer.value.status : 'malformed'
        // A mailbox that says it without pause is not listened to.
        const heeded = status === 'done' || (status === 'waiting' && watch.notices.take())
        if (!heeded) return stream.abort(new Error('No watch'))
        if (status === 'waiting') this.#options.waiting(device)
      }
      if (read.kind === 'tooLong') stream.abort(new Error('No notice'))
    })
  }

  /** It is opened again on the same connection a while later, and on another one at once. */
  #ended(device: DeviceId, watch: Watch, connection: Connection): void {
    if (watch.connection !== connection || this.#watches.get(device) !== watch) return
    watch.stream = null
    watch.cancelRetry?.()
    watch.cancelRetry = this.#options.clock.after(limits.mailboxWatchRetryMs, () => {
      watch.connection = null
      this.connected(device)
    })
  }
}
