/** How many multicast packets are looked into: so many in a second, and of one sender, so that a flood drowns nobody. */
import { nearbyLimits, networkLimits } from '../../core/limits.ts'

const limits = networkLimits

export class PacketQuota {
  /** Packets of each sender in this second; of as many senders as there may be packets. */
  readonly #ofSender = new Map<string, number>()
  #second = 0
  #taken = 0

  takes(sender: string, nowMs: number): boolean {
    const second = Math.floor(nowMs / 1_000)
    if (second !== this.#second) {
      this.#second = second
      this.#taken = 0
      this.#ofSender.clear()
    }
    const before = this.#ofSender.get(sender) ?? 0
    if (before >= nearbyLimits.packetsPerSenderMax || this.#taken >= limits.lanPacketsPerSecondMax) return false
    this.#ofSender.set(sender, before + 1)
    this.#taken++
    return true
  }
}
