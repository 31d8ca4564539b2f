import { InvariantError } from './assert.ts'

/** Fresh random bytes that come in with an input and are handed out once each. */
export interface Entropy {
  /** The next `lengthBytes` bytes, never given out again. InvariantError when they are used up. */
  take(lengthBytes: number): Uint8Array
}

/**
 * Hands out `bytes` from the front. They must come from the operating system's generator and be
 * given to one reader only: keys and nonces are made of them.
 */
export function entropyOf(bytes: Uint8Array): Entropy {
  let at = 0
  return {
    take(lengthBytes: number): Uint8Array {
      const end = at + lengthBytes
      if (!(lengthBytes >= 0) || end > bytes.length) {
        throw new InvariantError(`entropy exhausted: wanted ${lengthBytes}, left ${bytes.length - at}`)
      }
      const taken = bytes.slice(at, end)
      at = end
      return taken
    },
  }
}
