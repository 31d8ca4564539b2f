/**
 * The printable identity card, A6 across: name, fingerprint in groups of four, and the public key as a QR code. One
 * composition gives both files, so that SVG and PNG look alike; letters are outlines, so that they look alike
 * everywhere.
 */
import encodeQR from 'qr'
import type { Crypto } from '../../core/crypto/provider.ts'
import { cardPrincipal } from '../../core/identity/card.ts'
import { civilDate } from '../../core/identity/civilDate.ts'
import { fingerprintGroups, fingerprintOf } from '../../core/identity/fingerprint.ts'
import { sanitizeName } from '../../core/identity/names.ts'
import { sshPublicKeyLine } from '../../core/identity/sshKey.ts'
import type { FontName, Outline } from './outline.ts'
import { canDraw, rectangle, roundedRectangle, textOutline, textWidth, waxSeal } from './outline.ts'
import { encodePng } from './png.ts'
import type { Colour } from './raster.ts'
import { createRaster, fill } from './raster.ts'

/** The picture's units are tenths of a millimetre. */
const width = 1480
const height = 1050
/** 300 dots per inch. */
const dotsPerMetre = 11_811
const pixelsPerUnit = dotsPerMetre / 10_000

const paper: Colour = [250, 247, 241]
const sheet: Colour = [255, 254, 251]
const line: Colour = [226, 219, 207]
const ink: Colour = [38, 31, 26]
const quiet: Colour = [98, 86, 76]
const wax: Colour = [184, 64, 42]

interface Layer {
  readonly outline: Outline
  readonly colour: Colour
}

/** A name that the outlines lack: the SVG writes it in the viewer's own font, the PNG leaves it out. */
interface ForeignName {
  readonly text: string
  readonly x: number
  readonly y: number
  readonly size: number
}

interface Picture {
  readonly title: string
  readonly layers: readonly Layer[]
  readonly foreignName: ForeignName | null
}

const margin = 96
const column = 770
const qrSide = 470
const qrX = width - margin - qrSide
const qrY = 250

/** The size at which a line is no wider than the column. */
function fitted(font: FontName, size: number, text: string): number {
  return Math.min(size, (size * (column - margin)) / Math.max(1, textWidth(font, size, text)))
}

/** A longer name is cut: it would have to be smaller than can be read. */
const nameSizeMin = 44

/** The name as it fits into the column, and its size. Letters of other scripts are taken to be as wide as high. */
function nameLine(name: string): { readonly text: string; readonly size: number; readonly drawable: boolean } {
  const drawable = canDraw('medium', name)
  const letters = Array.from(name)
  for (let kept = letters.length; kept > 0; kept--) {
    const text = kept === letters.length ? name : `${letters.slice(0, kept).join('').trimEnd()}…`
    const size = drawable ? fitted('medium', 92, text) : Math.min(84, (column - margin) / Array.from(text).length)
    if (size >= nameSizeMin) return { text, size, drawable }
  }
  return { text: 'Waxwing', size: 92, drawable: true }
}

function write(font: FontName, size: number, x: number, y: number, text: string, colour: Colour): Layer {
  return { outline: textOutline(font, size, x, y, text), colour }
}

function qrLayers(text: string): readonly Layer[] {
  // The library wants a border; the sheet around the code is the quiet zone.
  const bordered = encodeQR(text, 'raw', { ecc: 'medium', border: 1 })
  const modules = bordered.slice(1, -1).map((row) => row.slice(1, -1))
  const module = qrSide / modules.length
  // Whole rows of dark modules as one rectangle each, so that no seams show between them.
  const outline = modules.flatMap((row, y) => {
    const dark = row.map((set) => (set ? '1' : '0')).join('')
    return Array.from(dark.matchAll(/1+/g), (run) =>
      rectangle(qrX + run.index * module, qrY + y * module, run[0].length * module, module),
    ).flat()
  })
  return [{ outline, colour: ink }]
}

function heading(): readonly Layer[] {
  const size = 58
  const centre = { x: margin + 46, y: 132 }
  const letterWidth = textWidth('medium', size, 'W')
  return [
    { outline: waxSeal(centre.x, centre.y, 46), colour: wax },
    write('medium', size, centre.x - letterWidth / 2, centre.y + size * 0.36, 'W', sheet),
    write('medium', 46, margin + 122, 126, 'Waxwing', ink),
    write('regular', 30, margin + 123, 168, 'identity card', quiet),
  ]
}

function fingerprintLayers(fingerprint: string): readonly Layer[] {
  const groups = fingerprintGroups(fingerprint)
  const rows = [groups.slice(0, 4), groups.slice(4, 8), groups.slice(8)]
  const size = 54
  const groupWidth = textWidth('mono', size, '0000') + 36
  return [
    write('regular', 28, margin, 560, 'Fingerprint', quiet),
    write('mono', 28, margin + textWidth('regular', 28, 'Fingerprint') + 16, 560, 'SHA256', quiet),
    ...rows.flatMap((row, y) =>
      row.map((group, x) => write('mono', size, margin + x * groupWidth, 634 + y * 76, group, ink)),
    ),
  ]
}

/** What the card says of the account, and by which line it is found again. */
export interface CardSubject {
  readonly rootKey: Uint8Array
  readonly name: string
  readonly nowMs: number
}

function compose(crypto: Crypto, subject: CardSubject): Picture {
  const name = sanitizeName(subject.name)
  const principal = cardPrincipal(subject.name)
  const fingerprint = fingerprintOf(crypto, subject.rootKey)
  const { text: shown, size, drawable } = nameLine(name)
  const hint = [
    'Ask me to read the fingerprint to you, or scan the code.',
    'It must be the one that your Waxwing shows for me.',
  ]
  const layers: readonly Layer[] = [
    { outline: roundedRectangle(36, 36, width - 72, height - 72, 36), colour: line },
    { outline: roundedRectangle(39, 39, width - 78, height - 78, 33), colour: sheet },
    ...heading(),
    ...(drawable ? [write('medium', size, margin, 366, shown, ink)] : []),
    write('mono', fitted('mono', 34, principal), margin, 430, principal, quiet),
    ...fingerprintLayers(fingerprint),
    { outline: rectangle(margin, 846, width - 2 * margin, 3), colour: line },
    ...hint.map((text, row) => write('regular', 30, margin, 902 + row * 42, text, quiet)),
    write(
      'regular',
      30,
      width - margin - textWidth('regular', 30, civilDate(subject.nowMs)),
      944,
      civilDate(subject.nowMs),
      quiet,
    ),
    ...qrLayers(sshPublicKeyLine(subject.rootKey, principal)),
  ]
  const foreignName = drawable ? null : { text: shown, x: margin, y: 366, size }
  return { title: `Waxwing identity card of ${shown}, ${fingerprint}`, layers, foreignName }
}

function pathOf(outline: Outline): string {
  const number = (value: number) => String(Math.round(value * 10) / 10)
  let path = ''
  for (const segment of outline) {
    if (segment.to === 'move') path += `${path === '' ? '' : 'Z'}M${number(segment.x)} ${number(segment.y)}`
    else if (segment.to === 'line') path += `L${number(segment.x)} ${number(segment.y)}`
    else path += `Q${number(segment.cx)} ${number(segment.cy)} ${number(segment.x)} ${number(segment.y)}`
  }
  return `${path}Z`
}

function hexColour(colour: Colour): string {
  return `#${colour.map((value) => value.toString(16).padStart(2, '0')).join('')}`
}

/** Names may hold anything that `sanitizeName` leaves: markup above all. */
function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  }
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '')
}

function foreignText({ text, x, y, size }: ForeignName): string {
  const style = `font-family="system-ui, sans-serif" font-size="${size}" font-weight="500" fill="${hexColour(ink)}"`
  return `<text x="${x}" y="${y}" ${style} direction="ltr" unicode-bidi="plaintext">${escaped(text)}</text>`
}

/** The card as SVG: no scripts, no references, letters as paths. UTF-8, LF. */
export function cardSvg(crypto: Crypto, subject: CardSubject): string {
  const picture = compose(crypto, subject)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="148mm" height="105mm" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(picture.title)}</title>`,
    `<rect width="${width}" height="${height}" fill="${hexColour(paper)}"/>`,
    ...picture.layers.map((layer) => `<path fill="${hexColour(layer.colour)}" d="${pathOf(layer.outline)}"/>`),
    ...(picture.foreignName === null ? [] : [foreignText(picture.foreignName)]),
    '</svg>',
    '',
  ].join('\n')
}

/** The card as PNG, 300 dots per inch. */
export function cardPng(crypto: Crypto, subject: CardSubject): Uint8Array {
  const picture = compose(crypto, subject)
  const raster = createRaster(Math.round(width * pixelsPerUnit), Math.round(height * pixelsPerUnit), paper)
  for (const layer of picture.layers) fill(raster, layer.outline, layer.colour, pixelsPerUnit)
  return encodePng(raster, dotsPerMetre)
}
