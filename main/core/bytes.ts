/** Bytes, text, and bounded readers and writers of fixed layouts (big-endian throughout). */
import type { Result } from './result.ts'
import { err, ok } from './result.ts'
import { assert } from './assert.ts'

export type DecodeError =
  | { readonly kind: 'truncated'; readonly wanted: number; readonly left: number }
  | { readonly kind: 'trailing'; readonly left: number }
  | { readonly kind: 'tooLong'; readonly field: string; readonly got: number; readonly max: number }
  | { readonly kind: 'tooShort'; readonly field: string; readonly got: number; readonly min: number }
  | { readonly kind: 'badVersion'; readonly field: string; readonly got: number; readonly wanted: number }
  | { readonly kind: 'badValue'; readonly field: string; readonly got: number }
  | { readonly kind: 'badText'; readonly field: string }

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const joined = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

/** Compares in a time that depends on the lengths alone. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number)
  return difference === 0
}

/** Lexicographic order: negative, zero or positive. Not for secrets. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] as number) - (b[i] as number)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** UTF-16 code units that one call makes a text of: arguments have a limit. */
const unitsPerCallMax = 1_024

/**
 * Puts a text together out of code units. Joining it character by character would keep a chain of halves behind
 * every text, over thirty times its size.
 */
class TextWriter {
  readonly #units: number[] = []
  #filled = 0
  #text = ''
  unit(code: number): void {
    if (this.#filled === unitsPerCallMax) this.#flush()
    this.#units[this.#filled++] = code
  }
  point(code: number): void {
    if (code < 0x10000) return this.unit(code)
    this.unit(0xd7c0 + (code >> 10))
    this.unit(0xdc00 + (code & 0x3ff))
  }
  done(): string {
    this.#flush()
    return this.#text
  }
  #flush(): void {
    const units = this.#filled === this.#units.length ? this.#units : this.#units.slice(0, this.#filled)
    this.#text += String.fromCharCode(...units)
    this.#filled = 0
  }
}

/** The code of a lowercase hexadecimal digit. */
function hexUnit(digit: number): number {
  return digit < 10 ? 0x30 + digit : 0x57 + digit
}

export function toHex(bytes: Uint8Array): string {
  const writer = new TextWriter()
  for (const byte of bytes) {
    writer.unit(hexUnit(byte >> 4))
    writer.unit(hexUnit(byte & 15))
  }
  return writer.done()
}

/** Lowercase or uppercase hexadecimal of even length; anything else is `badText`. */
export function fromHex(text: string): Result<Uint8Array, DecodeError> {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) return err({ kind: 'badText', field: 'hex' })
  const bytes = new Uint8Array(text.length / 2)
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = Number.parseInt(text.slice(i * 2, i * 2 + 2), 16)
  }
  return ok(bytes)
}

const base64Plain = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const base64Url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

function encode64(bytes: Uint8Array, alphabet: string, padded: boolean): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const left = Math.min(3, bytes.length - i)
    const group = ((bytes[i] as number) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    for (let digit = 0; digit < 4; digit++) {
      if (digit <= left) text += alphabet.charAt((group >> (18 - 6 * digit)) & 63)
      else if (padded) text += '='
    }
  }
  return text
}

function decode64(text: string, alphabet: string): Result<Uint8Array, DecodeError> {
  const refused = err({ kind: 'badText', field: 'base64' } as const)
  if (text.length % 4 === 1) return refused
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4))
  let bits = 0
  let value = 0
  let at = 0
  for (const character of text) {
    const digit = alphabet.indexOf(character)
    if (digit < 0) return refused
    value = ((value << 6) | digit) & 0xffffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = (value >> bits) & 0xff
    }
  }
  // Left-over bits must be zero, or two texts would stand for the same bytes (RFC 4648 section 3.5).
  return (value & ((1 << bits) - 1)) === 0 ? ok(bytes) : refused
}

/** RFC 4648 section 4, padded. */
export function toBase64(bytes: Uint8Array): string {
  return encode64(bytes, base64Plain, true)
}

/** RFC 4648 section 4; the padding is required and the encoding must be canonical. */
export function fromBase64(text: string): Result<Uint8Array, DecodeError> {
  if (text.length % 4 !== 0) return err({ kind: 'badText', field: 'base64' })
  return decode64(text.replace(/={1,2}$/, ''), base64Plain)
}

/** RFC 4648 section 5, without padding. */
export function toBase64Url(bytes: Uint8Array): string {
  return encode64(bytes, base64Url, false)
}

/** RFC 4648 section 5, without padding; canonical encodings only. */
export function fromBase64Url(text: string): Result<Uint8Array, DecodeError> {
  return decode64(text, base64Url)
}

/** UTF-8 (RFC 3629). Lone surrogates become U+FFFD. */
export function utf8(text: string): Uint8Array {
  const bytes: number[] = []
  for (const character of text) {
    let code = character.codePointAt(0) as number
    if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd
    if (code < 0x80) bytes.push(code)
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63))
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
    else {
      bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
    }
  }
  return Uint8Array.from(bytes)
}

function sequenceLength(lead: number): number {
  if (lead < 0x80) return 1
  if (lead >= 0xc2 && lead < 0xe0) return 2
  if (lead >= 0xe0 && lead < 0xf0) return 3
  return lead >= 0xf0 && lead < 0xf5 ? 4 : 0
}

const smallestCode = [0, 0, 0x80, 0x800, 0x10000]

/** Strict UTF-8 (RFC 3629): overlong forms, surrogates and cut sequences are `badText`. */
export function fromUtf8(bytes: Uint8Array, field: string): Result<string, DecodeError> {
  const writer = new TextWriter()
  for (let i = 0; i < bytes.length;) {
    const lead = bytes[i] as number
    const length = sequenceLength(lead)
    if (length === 0 || i + length > bytes.length) return err({ kind: 'badText', field })
    let code = length === 1 ? lead : lead & (0xff >> (length + 1))
    for (let next = 1; next < length; next++) {
      const byte = bytes[i + next] as number
      if ((byte & 0xc0) !== 0x80) return err({ kind: 'badText', field })
      code = (code << 6) | (byte & 63)
    }
    const surrogate = code >= 0xd800 && code <= 0xdfff
    if (surrogate || code > 0x10ffff || code < (smallestCode[length] as number)) {
      return err({ kind: 'badText', field })
    }
    writer.point(code)
    i += length
  }
  return ok(writer.done())
}

/** Thrown inside `decode` and nowhere else; it never leaves this file. */
class Refusal {
  readonly error: DecodeError
  constructor(error: DecodeError) {
    this.error = error
  }
}

/** Reads a fixed layout from the front. Usable only inside `decode`, which turns a refusal into an error. */
export class ByteReader {
  readonly #bytes: Uint8Array
  #at = 0
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }
  get left(): number {
    return this.#bytes.length - this.#at
  }
  refuse(error: DecodeError): never {
    throw new Refusal(error)
  }
  /** Moves behind the next `length` bytes, which must be there; where they begin. */
  #pass(length: number): number {
    if (length > this.left) this.refuse({ kind: 'truncated', wanted: length, left: this.left })
    const from = this.#at
    this.#at += length
    return from
  }
  /** `length` bytes, copied. */
  bytes(length: number): Uint8Array {
    const from = this.#pass(length)
    return this.#bytes.slice(from, from + length)
  }
  u8(): number {
    return this.#bytes[this.#pass(1)] as number
  }
  u16(): number {
    const from = this.#pass(2)
    return ((this.#bytes[from] as number) << 8) | (this.#bytes[from + 1] as number)
  }
  u32(): number {
    return this.u16() * 0x10000 + this.u16()
  }
  /** An unsigned 64-bit number; above 2^53-1 it is `badValue`. */
  u64(field: string): number {
    const high = this.u32()
    const low = this.u32()
    if (high >= 0x200000) this.refuse({ kind: 'badValue', field, got: high })
    return high * 0x100000000 + low
  }
  version(field: string, wanted: number): void {
    const got = this.u8()
    if (got !== wanted) this.refuse({ kind: 'badVersion', field, got, wanted })
  }
  /** A u16 length, checked against `max` before anything is read, then that many bytes. */
  prefixed(field: string, max: number): Uint8Array {
    const got = this.u16()
    if (got > max) this.refuse({ kind: 'tooLong', field, got, max })
    return this.bytes(got)
  }
  /** A u32 length, checked against `max` before anything is read, then that many bytes. */
  prefixed32(field: string, max: number): Uint8Array {
    const got = this.u32()
    if (got > max) this.refuse({ kind: 'tooLong', field, got, max })
    return this.bytes(got)
  }
  /** A u16-prefixed strict UTF-8 text of at most `maxBytes` bytes. */
  text(field: string, maxBytes: number): string {
    const text = fromUtf8(this.prefixed(field, maxBytes), field)
    return text.ok ? text.value : this.refuse(text.error)
  }
}

/**
 * Runs a layout over all of `bytes`: total, and bounded by their length.
 * What the layout leaves unread is `trailing`.
 */
export function decode<T>(bytes: Uint8Array, layout: (reader: ByteReader) => T): Result<T, DecodeError> {
  const reader = new ByteReader(bytes)
  try {
    const value = layout(reader)
    return reader.left === 0 ? ok(value) : err({ kind: 'trailing', left: reader.left })
  } catch (thrown) {
    if (thrown instanceof Refusal) return err(thrown.error)
    throw thrown
  }
}

/** Writes a fixed layout. Lengths that do not fit are broken invariants: the caller bounds its values. */
export class ByteWriter {
  readonly #parts: Uint8Array[] = []
  bytes(bytes: Uint8Array): this {
    this.#parts.push(bytes)
    return this
  }
  u8(value: number): this {
    assert(Number.isInteger(value) && value >= 0 && value <= 0xff, 'u8 out of range')
    return this.bytes(Uint8Array.of(value))
  }
  u16(value: number): this {
    assert(Number.isInteger(value) && value >= 0 && value <= 0xffff, 'u16 out of range')
    return this.bytes(Uint8Array.of(value >> 8, value & 0xff))
  }
  u32(value: number): this {
    assert(Number.isInteger(value) && value >= 0 && value <= 0xffffffff, 'u32 out of range')
    return this.u16(Math.floor(value / 0x10000)).u16(value % 0x10000)
  }
  u64(value: number): this {
    assert(Number.isSafeInteger(value) && value >= 0, 'u64 out of range')
    return this.u32(Math.floor(value / 0x100000000)).u32(value % 0x100000000)
  }
  prefixed(bytes: Uint8Array): this {
    return this.u16(bytes.length).bytes(bytes)
  }
  prefixed32(bytes: Uint8Array): this {
    return this.u32(bytes.length).bytes(bytes)
  }
  text(text: string): this {
    return this.prefixed(utf8(text))
  }
  done(): Uint8Array {
    return concat(...this.#parts)
  }
}
