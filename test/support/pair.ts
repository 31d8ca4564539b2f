/** Two ends of one session, each kept by the product and by its twin: the quick way into a test. */
import { expect } from 'vitest'
import { text } from '../twin/bytes.ts'
import { acceptFirst, begin, person, prekeyOf, type End } from './lockstep.ts'
import { startMs } from './sessions.ts'

export const bound = text('from one to the other')

export function sealed(from: End, content: Uint8Array | string = 'word', nowMs = startMs): Uint8Array {
  const outcome = from.seal(typeof content === 'string' ? text(content) : content, bound, nowMs)
  if (outcome.refused !== null) throw new Error(`not sealed: ${outcome.refused}`)
  return outcome.sealed
}

/** Why an envelope does not open, or null; a refusal must leave everything as it was. */
export function refusal(end: End, envelope: Uint8Array, nowMs = startMs): string | null {
  const before = end.snapshot()
  const { refused } = end.open(envelope, bound, nowMs)
  if (refused !== null) expect(end.snapshot()).toBe(before)
  return refused
}

/** One message in its own turn. */
export function say(from: End, to: End, nowMs = startMs): void {
  expect(refusal(to, sealed(from, 'word', nowMs), nowMs)).toBeNull()
}

/** A has B's bundle, and has sealed a first message to it. */
export function greeting(seed: string) {
  const [one, two] = [person(`a ${seed}`), person(`b ${seed}`)]
  const prekey = prekeyOf(two, seed, { oneTime: true, psk: true })
  const begun = begin(one, two, prekey, { seed: `a ${seed}`, generation: 3, nowMs: startMs })
  if (begun.refused !== null) throw new Error(begun.refused)
  return { one, two, prekey, a: begun.product, first: sealed(begun.product) }
}

/** A has written once, B has read it. */
export function pair(seed: string): { readonly a: End; readonly b: End } {
  const { one, two, prekey, a, first } = greeting(seed)
  const accepted = acceptFirst(two, one, prekey, first, bound, { seed: `b ${seed}`, nowMs: startMs })
  if (accepted.refused !== null) throw new Error(accepted.refused)
  return { a, b: accepted.end }
}

/** A pair that has had so many turns, A's first included. The last to speak is `last`. */
export function talked(seed: string, turns: number): { readonly last: End; readonly next: End } {
  const { a, b } = pair(seed)
  let [last, next] = [a, b]
  for (let turn = 1; turn < turns; turn++) {
    say(next, last)
    ;[last, next] = [next, last]
  }
  return { last, next }
}
