/** A steady beat, and the notice that it was missed: the machine slept, or somebody set its clock. */
import { networkLimits } from '../core/limits.ts'
import type { Clock } from '../core/ports.ts'

export interface PulseHandler {
  readonly pulse: () => void
  /** The time since the last pulse was not what it should be; called before that pulse. */
  readonly drifted: () => void
}

/** Beats every `pulseMs` until the returned function is called. */
export function startPulse(clock: Clock, handler: PulseHandler): () => void {
  let cancel: () => void
  let beforeMs = clock.nowMs()
  const beat = (): void => {
    const nowMs = clock.nowMs()
    const driftMs = Math.abs(nowMs - beforeMs - networkLimits.pulseMs)
    beforeMs = nowMs
    cancel = clock.after(networkLimits.pulseMs, beat)
    if (driftMs > networkLimits.pulseDriftMsMax) handler.drifted()
    handler.pulse()
  }
  cancel = clock.after(networkLimits.pulseMs, beat)
  return () => cancel()
}
