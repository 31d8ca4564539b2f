/** How often devices that are no contacts may have a call passed on. */
import { visitLimits } from '../../core/limits.ts'
import type { DeviceId } from '../../core/ids.ts'
import type { Clock } from '../../core/ports.ts'
import { Rate, Rates } from '../rate.ts'

/** Counted by where they come from, since a stranger's key is fresh each time; contacts are not counted here. */
export class StrangerCalls {
  readonly #all: Rate
  readonly #from: Rates<string>
  readonly #to: Rates<DeviceId>
  /** From one address to one device. */
  readonly #pairs: Rates<string>

  constructor(clock: Clock) {
    this.#all = new Rate(clock, visitLimits.relayStrangerCallsPerSecondMax)
    this.#from = new Rates(clock, visitLimits.relayStrangerCallsPerAddressPerSecondMax)
    this.#to = new Rates(clock, visitLimits.relayStrangerCallsPerDevicePerSecondMax)
    this.#pairs = new Rates(clock, visitLimits.relayStrangerCallsPerPairPerSecondMax)
  }

  /** Whether one from this source may call this device now; then it counts. */
  mayCall(source: string, to: DeviceId): boolean {
    const rates = [this.#all, this.#from.of(source), this.#to.of(to), this.#pairs.of(`${source} ${to}`)]
    // What is refused takes no turn from others.
    if (!rates.every((rate) => rate.mayTake())) return false
    for (const rate of rates) rate.take()
    return true
  }
}
