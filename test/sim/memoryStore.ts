/** ports.Store over a simulated disk: it takes its time, and it can fail or die at any commit. */
import { assert } from '../../main/core/assert.ts'
import type { ConversationId, EventId } from '../../main/core/ids.ts'
import { implementationLimits } from '../../main/core/limits.ts'
import type * as ports from '../../main/core/ports.ts'
import type { Result } from '../../main/core/result.ts'
import { err, ok } from '../../main/core/result.ts'
import type { Disk } from './disk.ts'

/** `die`: the machine stops, with the commit on the disk or not, and nothing is answered. */
export type CommitFate = 'commit' | 'full' | 'dieBefore' | 'dieAfter'

export interface Weather {
  /** Settles when an operation of the store has taken its time. */
  delay(): Promise<void>
  fateOf(changes: readonly ports.Change[]): CommitFate
  /** Called when the machine died at a commit. */
  died(): void
  /** Called with what has just become durable. */
  committed(changes: readonly ports.Change[]): void
}

export const calm: Weather = {
  delay: () => Promise.resolve(),
  fateOf: () => 'commit',
  died: () => undefined,
  committed: () => undefined,
}

type Answer<T> = Promise<Result<T, ports.StoreError>>

export class MemoryStore implements ports.Store {
  readonly #disk: Disk
  readonly #weather: Weather
  #closed = false
  /** One operation at a time, in the order in which they were asked for. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(disk: Disk, weather: Weather) {
    this.#disk = disk
    this.#weather = weather
  }

  #next<T>(run: () => T | Promise<T>): Answer<T> {
    const answer = this.#last.then(async (): Promise<Result<T, ports.StoreError>> => {
      if (this.#closed) return err({ kind: 'closed' })
      return ok(await run())
    })
    this.#last = answer.catch(() => undefined)
    return answer
  }

  resident(): Answer<ports.Resident> {
    return this.#next(() => this.#disk.resident())
  }

  load(request: ports.SliceRequest): Answer<ports.Slice> {
    return this.#next(() => this.#disk.load(request))
  }

  async commit(changes: readonly ports.Change[]): Answer<void> {
    const outcome = await this.#next(async (): Promise<CommitFate> => {
      await this.#weather.delay()
      const fate = this.#weather.fateOf(changes)
      if (fate === 'commit' || fate === 'dieAfter') {
        this.#disk.write(changes)
        this.#weather.committed(changes)
      }
      if (fate === 'dieAfter' || fate === 'dieBefore') {
        this.#weather.died()
        // The process is gone: nobody hears an answer.
        await new Promise(() => undefined)
      }
      return fate
    })
    if (!outcome.ok) return outcome
    return outcome.value === 'full' ? err({ kind: 'diskFull' }) : ok(undefined)
  }

  conversations(): Answer<readonly ports.ConversationRecord[]> {
    return this.#next(() =>
      [...this.#disk.conversations.values()].map((row) => {
        const last = this.#disk.inOrder(row.conversation).at(-1)
        return { row, last: last === undefined ? null : this.#disk.recordOf(last) }
      }),
    )
  }

  messages(
    conversation: ConversationId,
    before: ports.MessageCursor | null,
    limit: number,
  ): Answer<readonly ports.MessageRecord[]> {
    return this.#next(() => {
      const isWhole = Number.isInteger(limit) && limit > 0
      assert(isWhole && limit <= implementationLimits.messagePageMax, 'page out of bounds')
      const rows = [...this.#disk.inOrder(conversation)].reverse()
      const at = before === null ? -1 : rows.findIndex((row) => row.event === before.event)
      const earlier = (row: ports.EventRow): boolean =>
        before === null ||
        row.orderMs < before.orderMs ||
        (row.orderMs === before.orderMs && row.counter < before.counter)
      const from = at >= 0 ? rows.slice(at + 1) : rows.filter(earlier)
      return from.slice(0, limit).map((row) => this.#disk.recordOf(row))
    })
  }

  messagesById(events: readonly EventId[]): Answer<readonly ports.MessageRecord[]> {
    return this.#next(() =>
      events.flatMap((event) => this.#disk.events.get(event) ?? []).map((row) => this.#disk.recordOf(row)),
    )
  }

  deliveries(event: EventId): Answer<readonly ports.DeliveryRow[]> {
    return this.#next(() => this.#disk.deliveriesOf(event))
  }

  async close(): Promise<void> {
    await this.#last
    this.#closed = true
  }
}
