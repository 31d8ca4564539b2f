/** A stash: bundles that a device gives beforehand, for sessions that are begun while it is away. */
import type { Result } from '../result.ts'
import { err, ok } from '../result.ts'
import type { BundleError, BundleOwner, PrekeyBundle } from './bundle.ts'
import { openBundle } from './bundle.ts'

export type StashError = BundleError | { readonly kind: 'repeated' }

/**
 * Opens every bundle of a stash; one that is refused, or is there twice, condemns them all. When they expire is
 * for the caller to judge: their maker says it by a clock of its own, and ours may be years off.
 */
export function openStash(
  bundles: readonly Uint8Array[],
  owner: BundleOwner,
): Result<readonly PrekeyBundle[], StashError> {
  const opened: PrekeyBundle[] = []
  for (const bytes of bundles) {
    const bundle = openBundle(bytes, owner, 0)
    if (!bundle.ok) return bundle
    if (opened.some(({ prekeyId }) => prekeyId === bundle.value.prekeyId)) return err({ kind: 'repeated' })
    opened.push(bundle.value)
  }
  return ok(opened)
}
