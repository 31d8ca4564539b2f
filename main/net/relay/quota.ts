/** How much is passed on in a day. It counts every packet, so it allocates nothing. */
import { durationsMs, quotaLimits } from '../../core/limits.ts'
import type { DeviceId } from '../../core/ids.ts'
import type { Clock, RelayUse } from '../../core/ports.ts'

/** Whose part of the day a call uses up. */
export interface Ends {
  readonly ofStranger: boolean
  /** Both ends of a contact's call; nobody of a stranger's. */
  readonly contacts: readonly DeviceId[]
}

export class RelayQuota {
  readonly #clock: Clock
  /** Null: without limit. */
  #bytesPerDay: number | null = quotaLimits.relayQuotasBytes[quotaLimits.relayQuotaDefault]
  #day: number
  #sizeBytes: number
  #strangersBytes: number
  /** Of this run: a new start forgets how much each had. */
  readonly #contactsBytes = new Map<DeviceId, number>()

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
  add(sizeBytes: number, { ofStranger, contacts }: Ends): void {
    this.#look()
    this.#sizeBytes += sizeBytes
    if (ofStranger) this.#strangersBytes += sizeBytes
    for (const device of contacts) this.#contactsBytes.set(device, this.#of(device) + sizeBytes)
  }

  /** Whether more may be passed on today. Strangers have a part of the day only, all together, and so has each contact. */
  mayPass({ ofStranger, contacts }: Ends): boolean {
    this.#look()
    if (this.#bytesPerDay === null) return true
    const strangersMax = this.#bytesPerDay / quotaLimits.strangerPartOfRelay
    const contactMax = this.#bytesPerDay / quotaLimits.contactPartOfRelay
    if (this.#sizeBytes >= this.#bytesPerDay || (ofStranger && this.#strangersBytes >= strangersMax)) return false
    return contacts.every((device) => this.#of(device) < contactMax)
  }

  #of(device: DeviceId): number {
    return this.#contactsBytes.get(device) ?? 0
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
    this.#contactsBytes.clear()
  }
}
