import { inflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { encodePng } from './png.mjs'

/** Reads the chunks back by W3C PNG, third edition, section 5.3. */
function chunks(png) {
  const found = []
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at)
    found.push({ type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, at + 8 + length) })
    at += 12 + length
  }
  return found
}

describe('encodePng', () => {
  it('writes what a reader takes apart to the same pixels', () => {
    const rgb = Buffer.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 8, 7, 6, 5, 4, 3, 2, 1])
    const [header, data, end] = chunks(encodePng(3, 2, rgb))
    expect(header.type).toBe('IHDR')
    expect([header.data.readUInt32BE(0), header.data.readUInt32BE(4), header.data[8], header.data[9]]).toEqual([
      3, 2, 8, 2,
    ])
    const lines = inflateSync(data.data)
    expect([lines[0], lines[10]]).toEqual([0, 0])
    expect(Buffer.concat([lines.subarray(1, 10), lines.subarray(11, 20)])).toEqual(rgb)
    expect(end.type).toBe('IEND')
  })

  it('ends with the well-known bytes of an empty last chunk', () => {
    const png = encodePng(1, 1, Buffer.alloc(3))
    expect(png.subarray(-12).toString('hex')).toBe('0000000049454e44ae426082')
  })
})
