/** Fills outlines with smooth edges: exact coverage of each pixel, accumulated along its row. */
import type { Outline } from './outline.ts'

/** 0 to 255 each. */
export type Colour = readonly [red: number, green: number, blue: number]

export interface Raster {
  readonly width: number
  readonly height: number
  /** Three bytes a pixel, rows from the top. */
  readonly rgb: Uint8Array
}

export function createRaster(width: number, height: number, colour: Colour): Raster {
  const rgb = new Uint8Array(width * height * 3)
  for (let i = 0; i < rgb.length; i++) rgb[i] = colour[i % 3] as number
  return { width, height, rgb }
}

interface Point {
  readonly x: number
  readonly y: number
}

/** Pieces that a curve is cut into. */
const curveSteps = 8

/** The outline's lines in pixels, each contour closed. */
function* linesOf(outline: Outline, scale: number): Generator<readonly [Point, Point]> {
  let start: Point = { x: 0, y: 0 }
  let from = start
  for (const segment of outline) {
    const to = { x: segment.x * scale, y: segment.y * scale }
    if (segment.to === 'move') {
      yield [from, start]
      start = to
    } else if (segment.to === 'line') yield [from, to]
    else {
      const control = { x: segment.cx * scale, y: segment.cy * scale }
      let last = from
      for (let step = 1; step <= curveSteps; step++) {
        const t = step / curveSteps
        const [a, b, c] = [(1 - t) * (1 - t), 2 * t * (1 - t), t * t]
        const point = { x: a * from.x + b * control.x + c * to.x, y: a * from.y + b * control.y + c * to.y }
        yield [last, point]
        last = point
      }
    }
    from = to
  }
  yield [from, start]
}

/**
 * Adds what one line contributes in one row: `cover` is how far it goes down in the row, signed; it counts for the
 * part of a pixel that lies right of the line, and whole for all pixels further right.
 */
function addSpan(row: Float32Array, x0: number, x1: number, cover: number): void {
  const [left, right] = x0 < x1 ? [x0, x1] : [x1, x0]
  const first = Math.floor(left)
  const last = Math.floor(right)
  if (first === last) {
    const share = 1 - ((left + right) / 2 - first)
    row[first] = (row[first] ?? 0) + cover * share
    row[first + 1] = (row[first + 1] ?? 0) + cover * (1 - share)
    return
  }
  // Over several pixels: cut it at the pixels' edges.
  for (let pixel = first; pixel <= last; pixel++) {
    const from = Math.max(left, pixel)
    const to = Math.min(right, pixel + 1)
    const part = (cover * (to - from)) / (right - left)
    const share = 1 - ((from + to) / 2 - pixel)
    row[pixel] = (row[pixel] ?? 0) + part * share
    row[pixel + 1] = (row[pixel + 1] ?? 0) + part * (1 - share)
  }
}

function addLine(rows: ReadonlyMap<number, Float32Array>, from: Point, to: Point): void {
  if (from.y === to.y) return
  const direction = from.y < to.y ? 1 : -1
  const [top, bottom] = direction === 1 ? [from, to] : [to, from]
  const slope = (bottom.x - top.x) / (bottom.y - top.y)
  for (let y = Math.floor(top.y); y < bottom.y; y++) {
    const row = rows.get(y)
    const begin = Math.max(top.y, y)
    const end = Math.min(bottom.y, y + 1)
    if (row === undefined || end <= begin) continue
    addSpan(row, top.x + (begin - top.y) * slope, top.x + (end - top.y) * slope, direction * (end - begin))
  }
}

/**
 * Fills an outline, whose units are `scale` pixels each. Holes are contours that run the other way round. What lies
 * outside the raster on the left or right is a bug of the caller's.
 */
export function fill(raster: Raster, outline: Outline, colour: Colour, scale: number): void {
  const lines = Array.from(linesOf(outline, scale))
  const tops = lines.map(([a, b]) => Math.floor(Math.min(a.y, b.y)))
  const bottoms = lines.map(([a, b]) => Math.ceil(Math.max(a.y, b.y)))
  const top = Math.max(
    0,
    tops.reduce((least, y) => Math.min(least, y), Infinity),
  )
  const bottom = Math.min(
    raster.height,
    bottoms.reduce((most, y) => Math.max(most, y), 0),
  )
  const rows = new Map<number, Float32Array>()
  for (let y = top; y < bottom; y++) rows.set(y, new Float32Array(raster.width + 2))
  for (const [from, to] of lines) addLine(rows, from, to)
  for (const [y, row] of rows) paintRow(raster, y, row, colour)
}

function paintRow(raster: Raster, y: number, row: Float32Array, colour: Colour): void {
  const { rgb, width } = raster
  let winding = 0
  for (let x = 0; x < width; x++) {
    winding += row[x] as number
    const alpha = Math.min(1, Math.abs(winding))
    if (alpha < 1 / 512) continue
    const at = (y * width + x) * 3
    for (let channel = 0; channel < 3; channel++) {
      const under = rgb[at + channel] as number
      rgb[at + channel] = Math.round(under + ((colour[channel] as number) - under) * alpha)
    }
  }
}
