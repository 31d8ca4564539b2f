/** Inputs in the order in which they came. */
import type { Reply, SubmitError } from '../../core/engine/commands.ts'
import type { Happening } from '../../core/engine/inputs.ts'
import type { Result } from '../../core/result.ts'

export interface Entry {
  readonly happening: Happening
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

export class InputQueue {
  #entries: Entry[] = []
  readonly #waiting = new Set<string>()

  get length(): number {
    return this.#entries.length
  }

  push(entry: Entry): void {
    const key = repeatable(entry.happening)
    if (key !== null && this.#waiting.has(key)) return
    if (key !== null) this.#waiting.add(key)
    this.#entries.push(entry)
  }

  /** Takes the first `max` out. */
  take(max: number): readonly Entry[] {
    const taken = this.#entries.slice(0, max)
    this.#entries = this.#entries.slice(max)
    for (const { happening } of taken) {
      const key = repeatable(happening)
      if (key !== null) this.#waiting.delete(key)
    }
    return taken
  }
}
