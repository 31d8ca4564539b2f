/** The operating system's clock and timers. */
import type { Clock } from '../core/ports.ts'

/** What a timer of Node can hold; longer waits are shortened to it, and the caller looks again. */
const delayMsMax = 2 ** 31 - 1

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  after(delayMs, call) {
    const timer = setTimeout(call, Math.min(Math.max(0, delayMs), delayMsMax))
    return () => clearTimeout(timer)
  },
}
