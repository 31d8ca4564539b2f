/** Inputs in the order in which they came; those of strangers wait beside the others. */
import type { Reply, SubmitError } from '../../core/engine/commands.ts'
import type { Happening } from '../../core/engine/inputs.ts'
import type { Result } from '../../core/result.ts'
import { implementationLimits } from '../../core/limits.ts'

export interface Entry {
  readonly happening: Happening
  /** Whether nobody is behind it whom we know. */
  readonly isStrangers?: boolean
  /** Called once: with the answer, or with why there is none. */
  readonly settle: (reply: Result<Reply, SubmitError>) => void
}

/** Work that is the same whether it is done once or twice in a row. */
function repeatable(happening: Happening): string | null {
  switch (happening.kind) {
    case 'flush':
    case 'introduce':
    case 'giveStash':
    case 'parted':
      return `${happening.kind} ${happening.device}`
    case 'leave':
      return `leave ${happening.device} ${happening.mailbox}`
    case 'fetch':
      return `fetch ${happening.mailbox}`
    case 'seek':
      return `seek ${happening.device}`
    case 'publishWhereabouts':
    case 'publishSoon':
    case 'tendMailboxes':
    case 'tick':
      return happening.kind
    default:
      return null
  }
}

const { strangersPerBatchMax } = implementationLimits

export class InputQueue {
  #entries: Entry[] = []
  #strangers: Entry[] = []
  readonly #waiting = new Set<string>()

  get length(): number {
    return this.#entries.length + this.#strangers.length
  }

  /** How much of it strangers wait for. */
  get strangers(): number {
    return this.#strangers.length
  }

  push(entry: Entry): void {
    const key = repeatable(entry.happening)
    if (key !== null && this.#waiting.has(key)) return
    if (key !== null) this.#waiting.add(key)
    ;(entry.isStrangers === true ? this.#strangers : this.#entries).push(entry)
  }

  /** Takes the first `max` out; of strangers' only a few, as long as others wait. */
  take(max: number): readonly Entry[] {
    const kept = Math.min(this.#strangers.length, strangersPerBatchMax)
    const own = this.#entries.splice(0, max - kept)
    const taken = [...own, ...this.#strangers.splice(0, this.#entries.length > 0 ? kept : max - own.length)]
    for (const { happening } of taken) {
      const key = repeatable(happening)
      if (key !== null) this.#waiting.delete(key)
    }
    return taken
  }
}
