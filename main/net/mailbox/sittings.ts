/**
 * Visits to mailboxes, kept for a while for what else is to be left there under the same tag. One visit serves one tag
 * alone: two on one connection would tell the mailbox that their recipients share a friend, or that they are one slot's.
 */
import { visitLimits } from '../../core/limits.ts'
import type { DeviceId } from '../../core/ids.ts'
import type { Clock, MailboxAddress } from '../../core/ports.ts'
import { dialAddresses } from '../names.ts'
import { Pace } from '../rate.ts'
import type { Visit, VisitCall } from '../visitor.ts'
import { ask } from './exchange.ts'

export interface SittingsOptions {
  readonly clock: Clock
  readonly visit: VisitCall
}

/** What came of a request: the answer's bytes; or too many are made at once; or there was no answer. */
export type Asked = { readonly kind: 'answer'; readonly bytes: Uint8Array } | { readonly kind: 'busy' | 'unreachable' }

interface Sitting {
  readonly mailbox: DeviceId
  readonly startedAtMs: number
  /** Settles with null when the mailbox was not reached. */
  readonly visit: Promise<Visit | null>
  /** Settles when the request before has: they are made one after the other. */
  last: Promise<unknown>
  readonly pace: Pace
  waiting: number
  cancelIdle: (() => void) | null
}

function keyOf(mailbox: MailboxAddress, name: string): string {
  return `${mailbox.device} ${name}`
}

export class Sittings {
  readonly #options: SittingsOptions
  readonly #sittings = new Map<string, Sitting>()
  #stopping = new AbortController()

  constructor(options: SittingsOptions) {
    this.#options = options
  }

  /** How many are open, or being opened. */
  get count(): number {
    return this.#sittings.size
  }

  /** Ends all of them. */
  stop(): void {
    this.#stopping.abort()
    for (const [key, { visit }] of this.#sittings) {
      this.#end(key)
      void visit.then((made) => made?.close())
    }
    this.#stopping = new AbortController()
  }

  /** Makes a request at a mailbox in the sitting of this name, which is begun if need be. Never rejects. */
  async ask(mailbox: MailboxAddress, name: string, request: Uint8Array, answerSizeBytesMax: number): Promise<Asked> {
    const key = keyOf(mailbox, name)
    const sitting = this.#current(key) ?? this.#begin(key, mailbox)
    if (sitting === null || sitting.waiting >= visitLimits.sittingRequestsMax) return { kind: 'busy' }
    sitting.waiting++
    sitting.cancelIdle?.()
    const turn = sitting.last.then(() => this.#take(sitting, request, answerSizeBytesMax))
    sitting.last = turn
    const bytes = await turn
    sitting.waiting--
    if (this.#sittings.get(key) === sitting) {
      if (bytes === null) this.#end(key)
      else if (sitting.waiting === 0) this.#rest(key, sitting)
    } else if (sitting.waiting === 0) {
      // It was replaced while this was under way.
      void sitting.visit.then((visit) => visit?.close())
    }
    return bytes === null ? { kind: 'unreachable' } : { kind: 'answer', bytes }
  }

  /** Ends the sitting: the mailbox ends the connection after such an answer. */
  end(mailbox: MailboxAddress, name: string): void {
    this.#end(keyOf(mailbox, name))
  }

  async #take(sitting: Sitting, request: Uint8Array, answerSizeBytesMax: number): Promise<Uint8Array | null> {
    const visit = await sitting.visit
    if (visit !== null) await sitting.pace.turn()
    return visit === null ? null : ask(visit.connection, request, answerSizeBytesMax, this.#options.clock)
  }

  /** The one that stands, unless it has lasted as long as one may. */
  #current(key: string): Sitting | null {
    const sitting = this.#sittings.get(key)
    if (sitting === undefined) return null
    if (Math.abs(this.#options.clock.nowMs() - sitting.startedAtMs) < visitLimits.sittingDurationMsMax) return sitting
    this.#end(key)
    return null
  }

  #begin(key: string, mailbox: MailboxAddress): Sitting | null {
    if (this.#sittings.size >= visitLimits.sittingsMax) this.#endOneAtRest()
    if (this.#sittings.size >= visitLimits.sittingsMax) return null
    const addresses = dialAddresses(mailbox.addresses)
    const visit = this.#options.visit(mailbox.device, addresses, this.#stopping.signal)
    const sitting: Sitting = {
      mailbox: mailbox.device,
      startedAtMs: this.#options.clock.nowMs(),
      visit,
      last: visit,
      pace: new Pace(this.#options.clock, visitLimits.mailboxAsksPerSecondMax, visitLimits.mailboxPaceMs),
      waiting: 0,
      cancelIdle: null,
    }
    this.#sittings.set(key, sitting)
    void visit.then((made) => {
      const gone = (): void => {
        if (this.#sittings.get(key) === sitting) this.#end(key)
      }
      made?.connection.addEventListener('close', gone, { once: true })
    })
    return sitting
  }

  #rest(key: string, sitting: Sitting): void {
    const leftMs = sitting.startedAtMs + visitLimits.sittingDurationMsMax - this.#options.clock.nowMs()
    const restMs = Math.max(0, Math.min(visitLimits.sittingIdleMs, leftMs))
    sitting.cancelIdle = this.#options.clock.after(restMs, () => this.#end(key))
  }

  /** The first is the oldest. */
  #endOneAtRest(): void {
    for (const [key, { waiting }] of this.#sittings) if (waiting === 0) return this.#end(key)
  }

  #end(key: string): void {
    const sitting = this.#sittings.get(key)
    if (sitting === undefined) return
    this.#sittings.delete(key)
    sitting.cancelIdle?.()
    if (sitting.waiting === 0) void sitting.visit.then((visit) => visit?.close())
  }
}
