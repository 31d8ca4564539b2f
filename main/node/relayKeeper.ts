/** Writes down what the relay has passed on today, so that a new start gives nobody the day's quota once more. */
import { quotaLimits } from '../core/limits.ts'
import type { Clock, RelayUse, SettingValue } from '../core/ports.ts'

/** Under which the figures are kept: among the settings, as the port is. */
export const relayUseSetting = 'node.relayUse'

function textOf({ day, sizeBytes, strangersBytes }: RelayUse): string {
  return `${day} ${sizeBytes} ${strangersBytes}`
}

/** What was written down; null for nothing, and for what cannot be read. */
export function relayUseIn(value: SettingValue | null): RelayUse | null {
  const match = typeof value === 'string' ? /^(\d{1,8}) (\d{1,16}) (\d{1,16})$/.exec(value) : null
  if (match === null) return null
  const [day, sizeBytes, strangersBytes] = match.slice(1).map(Number) as [number, number, number]
  return { day, sizeBytes, strangersBytes }
}

export class RelayKeeper {
  readonly #clock: Clock
  readonly #use: () => RelayUse
  readonly #write: (text: string) => Promise<unknown>
  #written: RelayUse
  #cancel: (() => void) | null = null

  /** `write` settles once the text is kept, or cannot be. */
  constructor(clock: Clock, use: () => RelayUse, write: (text: string) => Promise<unknown>) {
    this.#clock = clock
    this.#use = use
    this.#write = write
    this.#written = use()
  }

  /** Writes every minute in which more than a little was passed on. */
  start(): void {
    this.#cancel = this.#clock.after(quotaLimits.relayUseWriteMs, () => {
      this.start()
      void this.#keep(quotaLimits.relayUseStepBytes)
    })
  }

  /** Writes what is left to write. */
  async stop(): Promise<void> {
    if (this.#cancel === null) return
    this.#cancel()
    this.#cancel = null
    await this.#keep(1)
  }

  async #keep(stepBytes: number): Promise<void> {
    const use = this.#use()
    const before = use.day === this.#written.day ? this.#written.sizeBytes : 0
    if (use.sizeBytes - before < stepBytes) return
    this.#written = use
    await this.#write(textOf(use))
  }
}
