/**
 * The contract's client over the node's MessagePort. Everything that comes in is checked against the
 * contract before anybody sees it; what does not fit is a `badReply`, never a guess.
 */
import type { ContractEvent } from '../../preload/contract/events.ts'
import { numberedEventSchema } from '../../preload/contract/events.ts'
import { contractLimits } from '../../preload/contract/limits.ts'
import type { MethodName, MethodResult, Params } from '../../preload/contract/methods.ts'
import { methods } from '../../preload/contract/methods.ts'
import type { Snapshot } from '../../preload/contract/dto.ts'
import type { PortRequest } from '../../preload/contract/port.ts'
import type { Schema } from '../../preload/contract/schema.ts'
import type { Reply } from './errors.ts'
import { ownError, readError } from './errors.ts'
import { EventStream } from './stream.ts'

/** The part of a MessagePort that is used. */
export interface Port {
  postMessage(message: unknown): void
  onmessage: ((event: MessageEvent) => void) | null
  close(): void
}

export interface ClientListener {
  /** An event in its order. */
  event(event: ContractEvent): void
  /** A snapshot is needed: at the start of a connection, and after a gap. */
  stale(): void
  connected(connected: boolean): void
}

const timeoutMsDefault = 15_000
/** Deriving a key from a passphrase takes a moment on a slow machine. */
const timeoutMsByMethod: Partial<Record<MethodName, number>> = {
  'profile.create': 60_000,
  'profile.unlock': 60_000,
  'profile.changePassphrase': 60_000,
  'snapshot.get': 30_000,
}

interface Waiting {
  readonly schema: Schema<unknown>
  readonly settle: (reply: Reply<unknown>) => void
  readonly timer: ReturnType<typeof setTimeout>
}

/** What a method's request comes back with when it goes well. */
export type MethodReply<M extends MethodName> = MethodResult<M>

export class Client {
  readonly #listener: ClientListener
  readonly #stream = new EventStream()
  readonly #waiting = new Map<number, Waiting>()
  #port: Port | null = null
  #nextId = 1

  constructor(listener: ClientListener) {
    this.#listener = listener
  }

  /** Takes a new port in place of the old one, whose open requests end as `disconnected`. */
  attach(port: Port): void {
    this.detach()
    this.#port = port
    port.onmessage = (event) => this.#receive(event.data)
    this.#listener.connected(true)
    this.#listener.stale()
  }

  /** The node is gone; requests fail until the next `attach`. */
  detach(): void {
    const port = this.#port
    this.#stream.reset()
    if (port) {
      port.onmessage = null
      port.close()
      this.#port = null
      this.#listener.connected(false)
    }
    for (const id of this.#waiting.keys()) this.#settle(id, { ok: false, error: ownError('disconnected') })
  }

  /** One request. Never rejects: what went wrong is in the reply. */
  call<M extends MethodName>(method: M, params: Params<M>): Promise<Reply<MethodResult<M>>> {
    const port = this.#port
    if (!port) return Promise.resolve({ ok: false, error: ownError('disconnected') })
    if (this.#waiting.size >= contractLimits.requestsInFlightMax) {
      return Promise.resolve({
        ok: false,
        error: {
          code: 'tooManyRequests',
          message: '',
          got: this.#waiting.size + 1,
          max: contractLimits.requestsInFlightMax,
        },
      })
    }
    const id = this.#nextId++
    const request: PortRequest = { kind: 'request', id, method, params }
    return new Promise((resolve) => {
      const timer = setTimeout(
        () => this.#settle(id, { ok: false, error: ownError('timedOut') }),
        timeoutMsByMethod[method] ?? timeoutMsDefault,
      )
      // The schema stored with the id is that of this method, so its value has this method's result type.
      const settle = resolve as (reply: Reply<unknown>) => void
      this.#waiting.set(id, { schema: methods[method].result, settle, timer })
      port.postMessage(request)
    })
  }

  /**
   * Fetches a snapshot and sets the stream behind it. `apply` runs before the events that waited,
   * so that they meet the state they belong to.
   */
  async sync(apply: (snapshot: Snapshot) => void): Promise<Reply<Snapshot>> {
    const reply = await this.call('snapshot.get', {})
    if (!reply.ok) return reply
    apply(reply.value)
    this.#pass(this.#stream.baseline(reply.value.sequence))
    return reply
  }

  #receive(data: unknown): void {
    if (typeof data !== 'object' || data === null) return
    const message = data as { [key: string]: unknown }
    if (message['kind'] === 'event') {
      const parsed = numberedEventSchema.parse(message['event'], 'event')
      // An event that cannot be read leaves a hole; the next one, or this snapshot, shows it.
      if (parsed.ok) this.#pass(this.#stream.push(parsed.value))
      else this.#pass({ events: [], gap: true })
      return
    }
    const id = message['id']
    if (typeof id !== 'number') return
    if (message['kind'] === 'error') this.#settle(id, { ok: false, error: readError(message['error']) })
    if (message['kind'] !== 'result') return
    const schema = this.#waiting.get(id)?.schema
    if (!schema) return
    const parsed = schema.parse(message['result'], 'result')
    this.#settle(id, parsed.ok ? { ok: true, value: parsed.value } : { ok: false, error: ownError('badReply') })
  }

  #pass(delivered: { readonly events: readonly ContractEvent[]; readonly gap: boolean }): void {
    for (const event of delivered.events) this.#listener.event(event)
    if (!delivered.gap) return
    if (this.#stream.synced) this.#stream.reset()
    this.#listener.stale()
  }

  #settle(id: number, reply: Reply<unknown>): void {
    const waiting = this.#waiting.get(id)
    if (!waiting) return
    this.#waiting.delete(id)
    clearTimeout(waiting.timer)
    waiting.settle(reply)
  }
}
