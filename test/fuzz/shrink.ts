/** The shortest part of an input that still does the same, as far as a few tries find it. */

/** Takes ever smaller pieces out of `input` for as long as `keeps` says yes. */
export async function shrink(
  input: Uint8Array,
  keeps: (candidate: Uint8Array) => Promise<boolean>,
  triesMax: number,
): Promise<Uint8Array> {
  let best = input
  let tries = 0
  for (let size = Math.ceil(best.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = best.length - size; at >= 0 && tries < triesMax; at -= size) {
      const candidate = new Uint8Array(Buffer.concat([best.subarray(0, at), best.subarray(at + size)]))
      tries++
      if (await keeps(candidate)) best = candidate
    }
  }
  return best
}
