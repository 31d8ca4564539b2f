/** Signals that abort in time. */
import type { Clock } from '../core/ports.ts'

export interface Deadline {
  readonly signal: AbortSignal
  /** Aborts now. */
  readonly abort: () => void
  /** Frees what it holds, without aborting. */
  readonly clear: () => void
}

/** A signal that aborts after `durationMs` or with `outer`. */
export function deadline(clock: Clock, durationMs: number, outer?: AbortSignal): Deadline {
  const controller = new AbortController()
  const abort = (): void => controller.abort()
  const cancel = clock.after(durationMs, abort)
  outer?.addEventListener('abort', abort)
  if (outer?.aborted === true) abort()
  const clear = (): void => {
    cancel()
    outer?.removeEventListener('abort', abort)
  }
  return { signal: controller.signal, abort, clear }
}
