import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { countColours, cropToContent, difference, readFramebuffer } from './framebuffer.mjs'

const folder = mkdtempSync(join(tmpdir(), 'waxwing-framebuffer-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A dump as Xvfb writes it: little-endian pixels of 32 bits, a name and one colour before them. */
function dump(width, height, pixels) {
  const header = Buffer.alloc(104 + 12)
  const fields = { 0: 104, 1: 7, 4: width, 5: height, 7: 0, 11: 32, 12: width * 4, 19: 1 }
  for (const [index, value] of Object.entries(fields)) header.writeUInt32BE(value, Number(index) * 4)
  const body = Buffer.alloc(width * height * 4)
  pixels.forEach((pixel, at) => body.writeUInt32LE(pixel, at * 4))
  const path = join(folder, `${width}x${height}-${pixels.length}`)
  writeFileSync(path, Buffer.concat([header, body]))
  return path
}

describe('a screen kept in a file', () => {
  const picture = readFramebuffer(dump(4, 3, [0, 0, 0, 0, 0, 0x112233, 0x445566, 0, 0, 0, 0x010000, 0]))

  it('is read with its colours in order', () => {
    expect([picture.width, picture.height]).toEqual([4, 3])
    expect([...picture.rgb.subarray(15, 21)]).toEqual([0x11, 0x22, 0x33, 0x44, 0x55, 0x66])
  })

  it('is cropped to what is not black', () => {
    const cropped = cropToContent(picture)
    expect([cropped.width, cropped.height]).toEqual([2, 2])
    expect([...cropped.rgb]).toEqual([0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0, 0, 0, 1, 0, 0])
  })

  it('stays whole when all of it is black', () => {
    const black = readFramebuffer(dump(2, 2, [0, 0, 0, 0]))
    expect(cropToContent(black)).toBe(black)
  })

  it('is compared by its pixels', () => {
    const other = { ...picture, rgb: Buffer.from(picture.rgb) }
    other.rgb[0] = 1
    expect(difference(picture, picture)).toBe(0)
    expect(difference(picture, other)).toBeCloseTo(1 / 12)
    expect(countColours(picture)).toBe(4)
    expect(countColours(picture, 2)).toBe(2)
  })
})
