/**
 * Puts the node's numbered events in order behind a snapshot. Pure: it decides what may be shown now
 * and says when a snapshot is needed.
 *
 * Before the first snapshot, and after a gap, events wait. `profileChanged` and `warning` do not:
 * they say everything themselves, and a locked profile has no snapshot.
 */
import type { ContractEvent, NumberedEvent } from '../../preload/contract/events.ts'
import { contractLimits } from '../../preload/contract/limits.ts'

export interface Delivered {
  readonly events: readonly ContractEvent[]
  /** A number is missing: a snapshot is needed before anything else can be shown. */
  readonly gap: boolean
}

const none: Delivered = { events: [], gap: false }

function standsAlone(event: ContractEvent): boolean {
  return event.kind === 'profileChanged' || event.kind === 'warning'
}

export class EventStream {
  /** The number of the last event that was passed on; null while a snapshot is awaited. */
  #last: number | null = null
  #waiting: NumberedEvent[] = []

  get synced(): boolean {
    return this.#last !== null
  }

  /** Forgets everything: the node was restarted, or the profile closed. */
  reset(): void {
    this.#last = null
    this.#waiting = []
  }

  push(numbered: NumberedEvent): Delivered {
    if (this.#last === null) return this.#hold(numbered)
    if (numbered.sequence <= this.#last) return none
    if (numbered.sequence === this.#last + 1) {
      this.#last = numbered.sequence
      return { events: [numbered.event], gap: false }
    }
    this.#last = null
    this.#waiting = []
    return { ...this.#hold(numbered), gap: true }
  }

  /** A snapshot arrived that contains all events up to `sequence`; what waited behind it is passed on. */
  baseline(sequence: number): Delivered {
    const waiting = this.#waiting
    this.#waiting = []
    this.#last = sequence
    const events: ContractEvent[] = []
    for (const numbered of waiting) {
      if (numbered.sequence <= this.#last) continue
      if (numbered.sequence > this.#last + 1) {
        this.reset()
        return { events, gap: true }
      }
      this.#last = numbered.sequence
      if (!standsAlone(numbered.event)) events.push(numbered.event)
    }
    return { events, gap: false }
  }

  #hold(numbered: NumberedEvent): Delivered {
    // The oldest go first: what they leave behind is a gap, and a gap is noticed.
    if (this.#waiting.length >= contractLimits.eventBacklogMax) this.#waiting.shift()
    this.#waiting.push(numbered)
    return standsAlone(numbered.event) ? { events: [numbered.event], gap: false } : none
  }
}
