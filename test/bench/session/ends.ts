/** What the benchmark asks of a library of sessions, so that both run through the same loops. */

export type Promised<T> = T | Promise<T>

/** The initiator is 0, the responder 1. */
export type Side = 0 | 1

/** The two ends of one session, each with its own state in memory. Either side has heard from the other. */
export interface Pair {
  seal(from: Side, plaintext: Uint8Array): Promised<Uint8Array>
  open(at: Side, sealed: Uint8Array): Promised<Uint8Array>
}

/** A responder that has published its bundle, and an initiator that has it. */
export interface Offer {
  /** From the bundle to the first plaintext: the work of both. */
  begin(plaintext: Uint8Array): Promised<{ readonly pair: Pair; readonly opened: Uint8Array }>
}

export interface Library {
  /** Makes all keys of both sides, and the bundle, which belong to no measurement. */
  offer(): Promised<Offer>
}

/** A session that is some turns old, so that neither side is at its beginning. */
export async function settled(library: Library, turns: number): Promise<Pair> {
  const offer = await library.offer()
  const { pair } = await offer.begin(new Uint8Array(1))
  for (let turn = 0; turn < turns; turn++) {
    await pair.open(0, await pair.seal(1, new Uint8Array(1)))
    await pair.open(1, await pair.seal(0, new Uint8Array(1)))
  }
  return pair
}
