/** PNG (W3C, third edition): 8-bit RGB in one IDAT chunk. */
import { crc32, deflateSync } from 'node:zlib'
import { ByteWriter, concat, utf8 } from '../../core/bytes.ts'
import type { Raster } from './raster.ts'

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
const truecolour = 2

function chunk(type: string, data: Uint8Array): Uint8Array {
  const typed = concat(utf8(type), data)
  return new ByteWriter().u32(data.length).bytes(typed).u32(crc32(typed)).done()
}

/** Each byte of a row less the one above it (filter 2, section 9.2): flat pictures pack well. */
function filteredRows({ width, height, rgb }: Raster): Uint8Array {
  const stride = width * 3
  const rows = new Uint8Array(height * (stride + 1))
  for (let y = 0; y < height; y++) {
    const at = y * (stride + 1)
    rows[at] = 2
    for (let i = 0; i < stride; i++) {
      const above = y === 0 ? 0 : (rgb[(y - 1) * stride + i] as number)
      rows[at + 1 + i] = (rgb[y * stride + i] as number) - above
    }
  }
  return rows
}

/** `dotsPerMetre` tells printers the size. */
export function encodePng(raster: Raster, dotsPerMetre: number): Uint8Array {
  const header = new ByteWriter().u32(raster.width).u32(raster.height).u8(8).u8(truecolour).u8(0).u8(0).u8(0)
  const size = new ByteWriter().u32(dotsPerMetre).u32(dotsPerMetre).u8(1)
  return concat(
    signature,
    chunk('IHDR', header.done()),
    chunk('pHYs', size.done()),
    chunk('IDAT', new Uint8Array(deflateSync(filteredRows(raster), { level: 6 }))),
    chunk('IEND', new Uint8Array(0)),
  )
}
