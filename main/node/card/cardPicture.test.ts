import { crc32, inflateSync } from 'node:zlib'
import decodeQR from 'qr/decode.js'
import { describe, expect, it } from 'vitest'
import { nobleCrypto as crypto } from '../../core/crypto/noble.ts'
import { compareCard } from '../../core/identity/card.ts'
import { fingerprintOf } from '../../core/identity/fingerprint.ts'
import { sshPublicKeyLine } from '../../core/identity/sshKey.ts'
import { cardPng, cardSvg } from './cardPicture.ts'
import { rectangle, textOutline, textWidth, waxSeal } from './outline.ts'
import { createRaster, fill } from './raster.ts'

const rootKey = crypto.ed25519PublicKey(new Uint8Array(32).fill(9))
const subject = (name: string) => ({ rootKey, name, nowMs: 1_772_323_200_000 })

interface Decoded {
  readonly width: number
  readonly height: number
  readonly rgb: Uint8Array
}

/** Decodes what encodePng writes, chunk by chunk. */
function decodePng(png: Uint8Array): Decoded {
  const bytes = Buffer.from(png)
  expect(bytes.subarray(0, 8)).toEqual(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'))
  const chunks = new Map<string, Buffer>()
  for (let at = 8; at < bytes.length;) {
    const length = bytes.readUInt32BE(at)
    const typed = bytes.subarray(at + 4, at + 8 + length)
    expect(bytes.readUInt32BE(at + 8 + length)).toBe(crc32(typed))
    chunks.set(typed.toString('latin1', 0, 4), typed.subarray(4))
    at += 12 + length
  }
  expect([...chunks.keys()]).toEqual(['IHDR', 'pHYs', 'IDAT', 'IEND'])
  const header = chunks.get('IHDR') as Buffer
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)]
  const rows = inflateSync(chunks.get('IDAT') as Buffer)
  const stride = width * 3
  expect(rows.length).toBe(height * (stride + 1))
  const rgb = new Uint8Array(height * stride)
  for (let y = 0; y < height; y++) {
    expect(rows[y * (stride + 1)]).toBe(2)
    for (let i = 0; i < stride; i++) {
      const above = y === 0 ? 0 : (rgb[(y - 1) * stride + i] as number)
      rgb[y * stride + i] = (rows[y * (stride + 1) + 1 + i] as number) + above
    }
  }
  return { width, height, rgb }
}

describe('card as PNG', () => {
  const png = decodePng(cardPng(crypto, subject('Anna Müller')))

  it('is A6 at 300 dots per inch', () => {
    expect([png.width, png.height]).toEqual([1748, 1240])
  })

  it('carries the public key as a code that Waxwing matches', () => {
    const scanned = decodeQR({ width: png.width, height: png.height, data: png.rgb })
    expect(scanned).toBe(sshPublicKeyLine(rootKey, 'anna-muller@waxwing'))
    const pinned = { rootKey, identityKey: rootKey }
    expect(compareCard(crypto, pinned, scanned, null)).toEqual({ kind: 'match', source: 'publicKey' })
  })

  it('is the same each time, and another for another name', () => {
    // Bytes by way of Buffer: a matcher would walk millions of elements.
    const same = (name: string) => Buffer.compare(decodePng(cardPng(crypto, subject(name))).rgb, png.rgb) === 0
    expect(same('Anna Müller')).toBe(true)
    expect(same('Anna')).toBe(false)
  })
})

describe('card as SVG', () => {
  it('has letters as outlines, and says in its title what it shows', () => {
    const svg = cardSvg(crypto, subject('Anna Müller'))
    expect(svg).toContain(`<title>Waxwing identity card of Anna Müller, ${fingerprintOf(crypto, rootKey)}</title>`)
    expect(svg).not.toMatch(/<(?:text|script|image|use|style|foreignObject)|href|url\(/)
    expect(svg.match(/<path /g)?.length).toBeGreaterThan(20)
    expect(svg.match(/NaN|undefined|Infinity/)).toBeNull()
  })

  it('writes other scripts as text, and nothing of a name as markup', () => {
    const svg = cardSvg(crypto, subject('李小龙 <script>alert(1)</script>&"\''))
    expect(svg).toContain('&lt;script&gt;')
    expect(svg).not.toContain('<script')
    expect(svg.match(/<text /g)).toHaveLength(1)
    expect(cardSvg(crypto, subject('<b>&'))).toContain('card of &lt;b&gt;&amp;, ')
  })

  it('cuts a name that would be too small to read, and does without one', () => {
    expect(cardSvg(crypto, subject('W'.repeat(128)))).toMatch(/<title>Waxwing identity card of W+…, /)
    expect(cardSvg(crypto, subject('李'.repeat(40)))).toMatch(/<text [^>]*>李+…<\/text>/)
    expect(cardSvg(crypto, subject(''))).toContain('<title>Waxwing identity card of Waxwing, ')
  })
})

describe('raster', () => {
  const inkOf = (width: number, height: number, draw: (raster: ReturnType<typeof createRaster>) => void) => {
    const raster = createRaster(width, height, [0, 0, 0])
    draw(raster)
    return Array.from({ length: width * height }, (_, i) => raster.rgb[i * 3] as number)
  }

  it('covers pixels by the share that an outline has of them', () => {
    const pixels = inkOf(4, 3, (raster) => fill(raster, rectangle(0.5, 0.5, 2, 1.5), [255, 255, 255], 1))
    expect(pixels).toEqual([64, 128, 64, 0, 128, 255, 128, 0, 0, 0, 0, 0])
  })

  it('fills slanted edges to the area that they enclose', () => {
    const triangle = [
      { to: 'move', x: 1.3, y: 2.1 },
      { to: 'line', x: 17.7, y: 5.2 },
      { to: 'line', x: 6.4, y: 18.9 },
    ] as const
    const sum = inkOf(20, 20, (raster) => fill(raster, triangle, [255, 255, 255], 1)).reduce((a, b) => a + b, 0) / 255
    const area = Math.abs((17.7 - 1.3) * (18.9 - 2.1) - (6.4 - 1.3) * (5.2 - 2.1)) / 2
    expect(sum).toBeCloseTo(area, 0)
  })

  it('leaves the holes of letters open, and clips what is above or below', () => {
    const size = 40
    const width = Math.ceil(textWidth('mono', size, 'o'))
    const pixels = inkOf(width, size, (raster) =>
      fill(raster, textOutline('mono', size, 0, 32, 'o'), [255, 255, 255], 1),
    )
    expect(pixels[21 * width + Math.floor(width / 2)]).toBe(0)
    expect(pixels.filter((value) => value === 255).length).toBeGreaterThan(50)
    const clipped = inkOf(10, 10, (raster) => fill(raster, waxSeal(5, 0, 4), [255, 255, 255], 1))
    expect(clipped[5]).toBe(255)
    expect(clipped[75]).toBe(0)
  })
})
