/** How much is passed on in a day. Every packet is counted here, so that counting makes nothing that is to be cleared away. */
import { durationsMs, quotaLimits } from '../../core/limits.ts'
import type { Clock, RelayUse } from '../../core/ports.ts'

export class RelayQuota {
  readonly #clock: Clock
  /** Null: without limit. */
  #bytesPerDay: number | null = quotaLimits.relayQuotasBytes[quotaLimits.relayQuotaDefault]
  #day: number
  #sizeBytes: number
  #strangersBytes: number

  /** `before`: what was passed on before this start, on whatever day. */
  constructor(clock: Clock, before: RelayUse | null) {
    this.#clock = clock
    this.#day = before?.day ?? 0
    this.#sizeBytes = before?.sizeBytes ?? 0
    this.#strangersBytes = before?.strangersBytes ?? 0
  }

  /** Holds at once, for what was passed on today as well. */
  set(bytesPerDay: number | null): void {
    this.#bytesPerDay = bytesPerDay
  }

  /** So much came from one end of a call. */
  add(sizeBytes: number, ofStranger: boolean): void {
    this.#look()
    this.#sizeBytes += sizeBytes
    if (ofStranger) this.#strangersBytes += sizeBytes
  }

  /** Whether more may be passed on today. Strangers have a part of the day only. */
  mayPass(ofStranger: boolean): boolean {
    this.#look()
    if (this.#bytesPerDay === null) return true
    const strangersMax = this.#bytesPerDay / quotaLimits.strangerPartOfRelay
    return this.#sizeBytes < this.#bytesPerDay && (!ofStranger || this.#strangersBytes < strangersMax)
  }

  use(): RelayUse {
    this.#look()
    return { day: this.#day, sizeBytes: this.#sizeBytes, strangersBytes: this.#strangersBytes }
  }

  /** Another day begins anew, an earlier one too: a clock that was wrong by a year must not close the relay for one. */
  #look(): void {
    const today = Math.floor(this.#clock.nowMs() / durationsMs.day)
    if (today === this.#day) return
    this.#day = today
    this.#sizeBytes = 0
    this.#strangersBytes = 0
  }
}
