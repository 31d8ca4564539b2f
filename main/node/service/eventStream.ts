/** The one ordered stream of events. Numbers rise by one; a number that is skipped tells clients to take a snapshot. */
import type { ContractEvent, NumberedEvent } from '../../../preload/contract/events.ts'
import { numberedEventSchema } from '../../../preload/contract/events.ts'
import type { Log } from '../../core/ports.ts'

export type EventListener = (event: NumberedEvent) => void

export class EventStream {
  readonly #listeners = new Set<EventListener>()
  readonly #log: Log
  #sequence = 0

  constructor(log: Log) {
    this.#log = log
  }

  /** The number of the last event. */
  get sequence(): number {
    return this.#sequence
  }

  /** Hears every event from now on; the returned function ends it. */
  subscribe(listener: EventListener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Numbers an event and tells everybody. One that its schema refuses is a mistake of ours: a gap stands in for it. */
  publish(event: ContractEvent): void {
    this.#sequence++
    const checked = numberedEventSchema.parse({ sequence: this.#sequence, event }, 'event')
    if (!checked.ok) {
      this.#log.warn('service.eventRefused', { kind: event.kind, path: checked.problem.path })
      return
    }
    for (const listener of this.#listeners) listener(checked.value)
  }

  /** Leaves a gap: what clients know can no longer be trusted to be whole. */
  skip(): void {
    this.#sequence++
  }
}
