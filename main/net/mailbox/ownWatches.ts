/** The watches that this device keeps open at its mailboxes, each on the connection that carries their frames. */
import type { Connection, Stream } from '@libp2p/interface'
import { visitLimits } from '../../core/limits.ts'
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
  /** Times in a row that it ended before the mailbox had said anything. */
  failures: number
}

/** A status alone. */
const noticeBytesMax = 2

export class OwnWatches {
  readonly #options: OwnWatchesOptions
  readonly #watches = new Map<DeviceId, Watch>()

  constructor(options: OwnWatchesOptions) {
    this.#options = options
  }

  /** Keeps a watch at this mailbox from now on, and tries at once if it was refused before. */
  want(device: DeviceId): void {
    const known = this.#watches.get(device)
    if (known !== undefined) {
      known.failures = 0
      if (known.stream === null) known.connection = null
    } else {
      const notices = new Rate(this.#options.clock, visitLimits.mailboxNoticesPerSecondMax)
      this.#watches.set(device, { connection: null, stream: null, notices, cancelRetry: null, failures: 0 })
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

  /** Keeps a watch at each of these, and at no other. */
  keep(mailboxes: ReadonlySet<DeviceId>): void {
    for (const [device, watch] of this.#watches) {
      if (mailboxes.has(device)) continue
      this.#watches.delete(device)
      this.#close(watch)
    }
    for (const device of mailboxes) if (!this.#watches.has(device)) this.want(device)
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
    const { signal, clear } = deadline(this.#options.clock, visitLimits.mailboxRequestTimeoutMs)
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
        watch.failures = 0
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
    const delayMs = Math.min(visitLimits.mailboxWatchRetryMs * 2 ** watch.failures, visitLimits.mailboxWatchRetryMsMax)
    watch.failures++
    watch.cancelRetry = this.#options.clock.after(delayMs, () => {
      watch.connection = null
      this.connected(device)
    })
  }
}
