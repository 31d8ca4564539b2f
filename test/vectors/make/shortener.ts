/** Writes bytes that stand in an earlier vector as slices of it, and zeros by their number: files stay small. */
import type { Json } from '../scenarios/format.ts'

const hexadecimal = /^(?:[0-9a-f]{2})*$/
/** Shorter ones are written out. */
const sharedHexMin = 1_000
const zerosHexMin = 64

interface Known {
  readonly vector: string
  readonly field: string
  readonly hex: string
}

function commonStart(a: string, b: string): number {
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  return at - (at % 2)
}

function commonEnd(a: string, b: string, room: number): number {
  let at = 0
  while (at < room && a.at(-1 - at) === b.at(-1 - at)) at++
  return at - (at % 2)
}

export class Shortener {
  readonly #known: Known[] = []

  /** From now on these bytes may be written as slices of this field. */
  remember(value: Json, vector: string, field: string): void {
    if (typeof value === 'string' && value.length >= sharedHexMin && hexadecimal.test(value)) {
      this.#known.push({ vector, field, hex: value })
    } else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const [name, part] of Object.entries(value)) this.remember(part as Json, vector, `${field}.${name}`)
    }
  }

  /** The input of a vector with all that can be shortened in it. */
  shorten(input: Json, vector: string): Json {
    if (typeof input !== 'object' || input === null || Array.isArray(input)) return input
    const fields = Object.entries(input).map(([name, value]) => {
      if (Array.isArray(value)) return [name, value.map((part: Json) => this.#shortened(part))] as const
      const short = this.#shortened(value as Json)
      if (short === value) this.remember(short, vector, `input.${name}`)
      return [name, short] as const
    })
    return Object.fromEntries(fields)
  }

  #shortened(value: Json): Json {
    if (typeof value !== 'string' || !hexadecimal.test(value)) return value
    if (value.length >= sharedHexMin) {
      for (const { vector, field, hex } of this.#known) {
        const parts = sliced(value, hex)
        if (parts !== null) return parts.map((part) => (typeof part === 'string' ? part : { vector, field, ...part }))
      }
    }
    return withoutZeros(value)
  }
}

/** Hexadecimal as what it has in common with the start and end of another; null unless that is most of it. */
export function sliced(value: string, whole: string): readonly (string | { from: number; to: number })[] | null {
  const start = commonStart(value, whole)
  const end = commonEnd(value, whole, Math.min(value.length, whole.length) - start)
  if (start + end < value.length / 2) return null
  const middle = value.slice(start, value.length - end)
  const front = { from: 0, to: start / 2 }
  const back = { from: (whole.length - end) / 2, to: whole.length / 2 }
  return [...(start > 0 ? [front] : []), ...(middle === '' ? [] : [middle]), ...(end > 0 ? [back] : [])]
}

function withoutZeros(value: string): Json {
  const bytes = value.match(/../g) ?? []
  const parts: Json[] = []
  let plain = ''
  for (let at = 0; at < bytes.length;) {
    let end = at
    while (bytes[end] === '00') end++
    if (2 * (end - at) >= zerosHexMin) {
      if (plain !== '') parts.push(plain)
      plain = ''
      parts.push({ repeat: '00', count: end - at })
    } else plain += bytes.slice(at, Math.max(end, at + 1)).join('')
    at = Math.max(end, at + 1)
  }
  if (parts.length === 0) return value
  return plain === '' ? parts : [...parts, plain]
}
