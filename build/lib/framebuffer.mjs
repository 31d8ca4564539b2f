import { readFileSync } from 'node:fs'

/**
 * @typedef {{ width: number, height: number, rgb: Buffer }} Picture
 */

/**
 * Reads the screen that Xvfb keeps in a file: an X window dump, version 7 (X11/XWDFile.h), 32 bits a pixel.
 *
 * @returns {Picture}
 */
export function readFramebuffer(path) {
  const dump = readFileSync(path)
  const field = (/** @type {number} */ index) => dump.readUInt32BE(index * 4)
  const [width, height, littleEndian] = [field(4), field(5), field(7) === 0]
  const [bitsPerPixel, bytesPerLine, colours] = [field(11), field(12), field(19)]
  if (field(1) !== 7 || bitsPerPixel !== 32) throw new Error(`not a screen of 32 bits: ${bitsPerPixel}`)
  const start = field(0) + colours * 12
  const rgb = Buffer.alloc(width * height * 3)
  const [red, green, blue] = littleEndian ? [2, 1, 0] : [1, 2, 3]
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0, from = start + y * bytesPerLine; x < width; x++, from += 4, to += 3) {
      rgb[to] = dump[from + red]
      rgb[to + 1] = dump[from + green]
      rgb[to + 2] = dump[from + blue]
    }
  }
  return { width, height, rgb }
}

/** The smallest part that holds all that is not black: the windows, on a screen without a background. */
export function cropToContent(/** @type {Picture} */ picture) {
  const { width, height, rgb } = picture
  let [left, right, top, bottom] = [width, -1, height, -1]
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      if ((rgb[at] | rgb[at + 1] | rgb[at + 2]) === 0) continue
      if (x < left) left = x
      if (x > right) right = x
      if (y < top) top = y
      if (y > bottom) bottom = y
    }
  }
  if (right < 0) return picture
  const [w, h] = [right - left + 1, bottom - top + 1]
  const cropped = Buffer.alloc(w * h * 3)
  for (let y = 0; y < h; y++) {
    const from = ((top + y) * width + left) * 3
    rgb.copy(cropped, y * w * 3, from, from + w * 3)
  }
  return { width: w, height: h, rgb: cropped }
}

/** How many colours a picture has, counted up to `max`. */
export function countColours(/** @type {Picture} */ { rgb }, max = 64) {
  const seen = new Set()
  for (let at = 0; at < rgb.length && seen.size < max; at += 3) {
    seen.add((rgb[at] << 16) | (rgb[at + 1] << 8) | rgb[at + 2])
  }
  return seen.size
}

/** The share of pixels that differ, from 0 to 1. */
export function difference(/** @type {Picture} */ a, /** @type {Picture} */ b) {
  if (a.rgb.length !== b.rgb.length) return 1
  let different = 0
  for (let at = 0; at < a.rgb.length; at += 3) {
    if (a.rgb[at] !== b.rgb[at] || a.rgb[at + 1] !== b.rgb[at + 1] || a.rgb[at + 2] !== b.rgb[at + 2]) different++
  }
  return different / (a.rgb.length / 3)
}
