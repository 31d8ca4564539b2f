/** Shapes of straight lines and quadratic curves, and letters as such shapes. */
import fonts from './glyphs.json' with { type: 'json' }

/** y points downwards, units as the picture has them. Every contour is closed. */
export type Segment =
  | { readonly to: 'move'; readonly x: number; readonly y: number }
  | { readonly to: 'line'; readonly x: number; readonly y: number }
  | { readonly to: 'curve'; readonly cx: number; readonly cy: number; readonly x: number; readonly y: number }

export type Outline = readonly Segment[]

export type FontName = keyof typeof fonts

/** All three fonts have this many units to the em. */
const unitsPerEm = 2048

interface Glyph {
  readonly advance: number
  /** In font units, y upwards: command letter and its numbers. */
  readonly commands: readonly { readonly letter: string; readonly numbers: readonly number[] }[]
}

const parsed = new Map<string, Glyph | null>()

/** `1139M569 -37Q80 -37 80 741Z`: the advance width, then absolute path commands. */
function parseGlyph(text: string): Glyph {
  const [, advance = '0', path = ''] = /^(\d+)(.*)$/.exec(text) ?? []
  const commands = Array.from(path.matchAll(/([MLQ])([^MLQZ]*)/g), ([, letter = '', numbers = '']) => ({
    letter,
    numbers: numbers.split(' ').map(Number),
  }))
  return { advance: Number(advance), commands }
}

function glyphOf(font: FontName, character: string): Glyph | null {
  const key = `${font}${character}`
  let glyph = parsed.get(key)
  if (glyph === undefined) {
    const glyphs: Readonly<Record<string, string>> = fonts[font]
    const text = Object.hasOwn(glyphs, character) ? glyphs[character] : undefined
    glyph = text === undefined ? null : parseGlyph(text)
    parsed.set(key, glyph)
  }
  return glyph
}

/** Whether the font has every character of the text. */
export function canDraw(font: FontName, text: string): boolean {
  return Array.from(text).every((character) => glyphOf(font, character) !== null)
}

/** The width of a line of text. Characters that the font lacks have none. */
export function textWidth(font: FontName, size: number, text: string): number {
  let units = 0
  for (const character of text) units += glyphOf(font, character)?.advance ?? 0
  return (units * size) / unitsPerEm
}

function glyphOutline(glyph: Glyph, left: number, baseline: number, scale: number): Outline {
  const place = (numbers: readonly number[], at: number) => ({
    x: left + (numbers[at] ?? 0) * scale,
    y: baseline - (numbers[at + 1] ?? 0) * scale,
  })
  return glyph.commands.map(({ letter, numbers }): Segment => {
    if (letter === 'M') return { to: 'move', ...place(numbers, 0) }
    if (letter === 'L') return { to: 'line', ...place(numbers, 0) }
    const control = place(numbers, 0)
    return { to: 'curve', cx: control.x, cy: control.y, ...place(numbers, 2) }
  })
}

/** A line of text with its left end at `x` and its baseline at `y`. */
export function textOutline(font: FontName, size: number, x: number, y: number, text: string): Outline {
  const scale = size / unitsPerEm
  const segments: Segment[] = []
  let left = x
  for (const character of text) {
    const glyph = glyphOf(font, character)
    if (glyph === null) continue
    segments.push(...glyphOutline(glyph, left, y, scale))
    left += glyph.advance * scale
  }
  return segments
}

/** An axis-parallel rectangle. */
export function rectangle(x: number, y: number, width: number, height: number): Outline {
  return [
    { to: 'move', x, y },
    { to: 'line', x: x + width, y },
    { to: 'line', x: x + width, y: y + height },
    { to: 'line', x, y: y + height },
  ]
}

/** A rectangle with rounded corners. */
export function roundedRectangle(x: number, y: number, width: number, height: number, radius: number): Outline {
  const [right, bottom] = [x + width, y + height]
  const corner = (cx: number, cy: number, toX: number, toY: number): Segment => ({
    to: 'curve',
    cx,
    cy,
    x: toX,
    y: toY,
  })
  return [
    { to: 'move', x: x + radius, y },
    { to: 'line', x: right - radius, y },
    corner(right, y, right, y + radius),
    { to: 'line', x: right, y: bottom - radius },
    corner(right, bottom, right - radius, bottom),
    { to: 'line', x: x + radius, y: bottom },
    corner(x, bottom, x, bottom - radius),
    { to: 'line', x, y: y + radius },
    corner(x, y, x + radius, y),
  ]
}

/** Sealing wax: a disc whose edge ran a little. */
export function waxSeal(centreX: number, centreY: number, radius: number): Outline {
  const lobes = 10
  const at = (lobe: number, reach: number) => {
    const angle = (lobe * 2 * Math.PI) / lobes - 0.2
    // Each lobe a little different, the same every time.
    const grown = radius * reach * (1 + 0.045 * Math.sin(lobe * 2.4) + 0.02 * Math.cos(lobe * 5.1))
    return { x: centreX + grown * Math.cos(angle), y: centreY + grown * Math.sin(angle) }
  }
  const segments: Segment[] = [{ to: 'move', ...at(0, 0.94) }]
  for (let lobe = 0; lobe < lobes; lobe++) {
    const control = at(lobe + 0.5, 1.1)
    segments.push({ to: 'curve', cx: control.x, cy: control.y, ...at((lobe + 1) % lobes, 0.94) })
  }
  return segments
}
