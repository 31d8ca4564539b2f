/** After a failed commit: takes up again what nobody else would repeat. */
import type { Happening } from '../../core/engine/inputs.ts'
import { implementationLimits } from '../../core/limits.ts'
import type { Clock } from '../../core/ports.ts'

const { storageRetryMs, storageRetryMsMax, driverQueueMax } = implementationLimits

/** Frames are sent again by their peers, mail is offered again, commands were answered: the rest is ours to repeat. */
function isOurs({ kind }: Happening): boolean {
  return kind !== 'frame' && kind !== 'mail' && kind !== 'command'
}

export class Recovery {
  readonly #clock: Clock
  readonly #again: (happenings: readonly Happening[]) => void
  #lost: Happening[] = []
  #failures = 0
  #cancel: (() => void) | null = null

  constructor(clock: Clock, again: (happenings: readonly Happening[]) => void) {
    this.#clock = clock
    this.#again = again
  }

  /** Notes a failure; true when it is the first since the store last worked. */
  failed(happenings: readonly Happening[]): boolean {
    this.#lost = [...this.#lost, ...happenings.filter(isOurs)].slice(-driverQueueMax)
    const delayMs = Math.min(storageRetryMs * 2 ** Math.min(this.#failures, 16), storageRetryMsMax)
    this.#cancel ??= this.#clock.after(delayMs, () => {
      this.#cancel = null
      const lost = this.#lost
      this.#lost = []
      this.#again([...lost, { kind: 'tick' }])
    })
    this.#failures++
    return this.#failures === 1
  }

  succeeded(): void {
    this.#failures = 0
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = null
  }
}
