/**
 * Message keys of messages that have not arrived yet, per receiving chain, the oldest chain first.
 * Old keys go, new ones are never refused: a peer cannot fill the store for good.
 */
import { equalBytes } from '../bytes.ts'
import { protocolLimits } from '../limits.ts'

export interface SkippedKey {
  readonly n: number
  readonly messageKey: Uint8Array
  /** On the session's own clock. */
  readonly addedAtMs: number
}

/** The header key is kept for as long as a key of its chain is. */
export interface SkippedChain {
  readonly headerKey: Uint8Array
  readonly keys: readonly SkippedKey[]
}

export type SkippedKeys = readonly SkippedChain[]

export const noSkippedKeys: SkippedKeys = []

export function countSkipped(skipped: SkippedKeys): number {
  return skipped.reduce((count, chain) => count + chain.keys.length, 0)
}

function indexOf(skipped: SkippedKeys, headerKey: Uint8Array): number {
  return skipped.findIndex((chain) => equalBytes(chain.headerKey, headerKey))
}

export function findSkipped(skipped: SkippedKeys, headerKey: Uint8Array, n: number): Uint8Array | null {
  const chain = skipped[indexOf(skipped, headerKey)]
  return chain?.keys.find((key) => key.n === n)?.messageKey ?? null
}

/** Without the key of one message; a chain without keys goes whole. */
export function removeSkipped(skipped: SkippedKeys, headerKey: Uint8Array, n: number): SkippedKeys {
  const at = indexOf(skipped, headerKey)
  return skipped.flatMap((chain, index) => {
    if (index !== at) return [chain]
    const keys = chain.keys.filter((key) => key.n !== n)
    return keys.length === 0 ? [] : [{ headerKey: chain.headerKey, keys }]
  })
}

/** With `keys`, which are later than all that the newest chain has. */
export function addSkipped(skipped: SkippedKeys, headerKey: Uint8Array, keys: readonly SkippedKey[]): SkippedKeys {
  if (keys.length === 0) return skipped
  const last = skipped.at(-1)
  if (last !== undefined && equalBytes(last.headerKey, headerKey)) {
    return [...skipped.slice(0, -1), { headerKey, keys: [...last.keys, ...keys] }]
  }
  return [...skipped, { headerKey, keys }]
}

/** Without the keys that are `skippedKeyLifetimeMs` old. */
export function expireSkipped(skipped: SkippedKeys, clockMs: number): SkippedKeys {
  const bornAfterMs = clockMs - protocolLimits.skippedKeyLifetimeMs
  const isFresh = (key: SkippedKey): boolean => key.addedAtMs > bornAfterMs
  if (skipped.every((chain) => chain.keys.every(isFresh))) return skipped
  return skipped.flatMap((chain) => {
    const keys = chain.keys.filter(isFresh)
    return keys.length === 0 ? [] : [{ headerKey: chain.headerKey, keys }]
  })
}

/**
 * Keeps to the limits: the number of chains before the present one, then the number of keys, the oldest
 * first. `currentHeaderKey` is that of the present receiving chain.
 */
export function trimSkipped(skipped: SkippedKeys, currentHeaderKey: Uint8Array): SkippedKeys {
  if (skipped.length === 0) return skipped
  const last = skipped.at(-1)
  const lastIsCurrent = last !== undefined && equalBytes(last.headerKey, currentHeaderKey)
  const chainsMax = protocolLimits.oldReceiveChainsMax + (lastIsCurrent ? 1 : 0)
  const chains = skipped.slice(-chainsMax)
  let excess = countSkipped(chains) - protocolLimits.skippedKeysMax
  if (excess <= 0) return chains
  const kept: SkippedChain[] = []
  for (const chain of chains) {
    const dropped = Math.min(chain.keys.length, Math.max(0, excess))
    excess -= dropped
    const keys = chain.keys.slice(dropped)
    if (keys.length > 0) kept.push({ headerKey: chain.headerKey, keys })
  }
  return kept
}
