/** Waits that double, and the chance that keeps many from waiting alike. */
import type { Random } from '../core/ports.ts'

/** The first wait and the longest. */
export interface Pace {
  readonly afterMs: number
  readonly afterMsMax: number
}

/** The wait before attempt `attempt` (0 is the first retry): doubling up to the maximum, half of it jitter. */
export function backOffMs(pace: Pace, attempt: number, jitter: number): number {
  const whole = Math.min(pace.afterMs * 2 ** Math.min(attempt, 30), pace.afterMsMax)
  return Math.round(whole * (0.5 + 0.5 * jitter))
}

/** Between 0 and 1. */
export function jitterOf(random: Random): number {
  const [high = 0, low = 0] = random.bytes(2)
  return (high * 256 + low) / 65_536
}
