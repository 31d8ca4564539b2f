/** The form of our own vectors, which README.md says in prose, and what turns it into values and back. */
import { concat, fromHex, toHex, utf8 } from '../../../main/core/bytes.ts'
import type { Crypto } from '../../../main/core/crypto/provider.ts'
import type { Entropy } from '../../../main/core/entropy.ts'
import type { Result } from '../../../main/core/result.ts'

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

interface Repeated {
  readonly repeat: string
  readonly count: number
}
/** A text, or for bytes their hexadecimal; long ones in parts that may repeat. */
export type Parts = string | Repeated | readonly (string | Repeated)[]

/** In place of hexadecimal: the bytes `from` to `to` (exclusive) of a field of another vector. */
interface Slice {
  readonly vector: string
  /** Names with dots between, from the vector's top: `expect.envelope`. */
  readonly field: string
  readonly from: number
  readonly to: number
}

export interface Vector {
  /** Folder and file, without the ending. */
  readonly name: string
  readonly describes: string
  /** The heading in PROTOCOL.md. */
  readonly section: string
  readonly scenario: string
  readonly input: Json
  /** What comes out, or `error`. */
  readonly expect: Json
}

/** Other vectors by name: a session begins with the handshake of one. */
export type Library = (name: string) => Vector

export function textOf(parts: Parts): string {
  if (typeof parts === 'string') return parts
  if ('repeat' in parts) return parts.repeat.repeat(parts.count)
  return parts.map(textOf).join('')
}

export function bytesOf(parts: Parts): Uint8Array {
  return given(fromHex(textOf(parts)))
}

function isSlice(value: object): value is Slice {
  return 'vector' in value && 'from' in value
}

/** An input with the bytes of other vectors in place of their slices. */
export function resolve(value: Json, library: Library): Json {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((part: Json) => resolve(part, library))
  if (!isSlice(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, resolve(part as Json, library)]))
  }
  const { vector, field, from, to } = value
  const names = field.split('.')
  const found = names.reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], library(vector))
  if (typeof found !== 'string') throw new Error(`${vector} has no bytes ${field}`)
  return found.slice(2 * from, 2 * to)
}

/** The value of what a vector's author claims to be in order. */
export function given<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(`not as the vector says: ${JSON.stringify(result.error)}`)
  return result.value
}

export function there<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`no ${what}`)
  return value
}

/** A value as it stands in a vector: bytes as hexadecimal, what is undefined left out. */
export function plain(value: unknown): Json {
  if (value instanceof Uint8Array) return toHex(value)
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, part]) => part !== undefined)
    return Object.fromEntries(entries.map(([name, part]) => [name, plain(part)]))
  }
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return value
  }
  throw new Error(`a vector cannot hold a ${typeof value}`)
}

/** All entropy of one party in the order in which it is drawn; or, where that is much, the name of a stream. */
export type EntropySource = Parts | { readonly stream: string }

/** SHA-256(name || u32 0) || SHA-256(name || u32 1) || ... */
export function streamOf(crypto: Crypto, name: string): Entropy {
  let left: Uint8Array = new Uint8Array(0)
  let counter = 0
  return {
    take(lengthBytes) {
      while (left.length < lengthBytes) {
        const place = Uint8Array.of(counter >>> 24, counter >>> 16, counter >>> 8, counter)
        left = concat(left, crypto.sha256(concat(utf8(name), place)))
        counter++
      }
      const taken = left.slice(0, lengthBytes)
      left = left.slice(lengthBytes)
      return taken
    },
  }
}

/** Entropy that is given whole: how much of it was drawn, and is left (none in the end, and none of a stream). */
export interface GivenEntropy extends Entropy {
  drawn(): number
  left(): number
}

export function entropyFrom(crypto: Crypto, source: EntropySource): GivenEntropy {
  let at = 0
  const drawn = () => at
  if (typeof source === 'object' && 'stream' in source) {
    const stream = streamOf(crypto, source.stream)
    const take = (lengthBytes: number): Uint8Array => {
      at += lengthBytes
      return stream.take(lengthBytes)
    }
    return { take, drawn, left: () => 0 }
  }
  const bytes = bytesOf(source)
  return {
    take(lengthBytes) {
      if (at + lengthBytes > bytes.length) throw new Error('more entropy is drawn than the vector gives')
      at += lengthBytes
      return bytes.slice(at - lengthBytes, at)
    },
    drawn,
    left: () => bytes.length - at,
  }
}

/** The file of a vector: a line for each value, and one for each element of a list. */
export function printVector(vector: Vector): string {
  return `${print(plain(vector), '')}\n`
}

function print(value: Json, indent: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const inner = `${indent}  `
  const lines = Array.isArray(value)
    ? value.map((element: Json) => inner + onOneLine(element))
    : Object.entries(value).map(([name, part]) => `${inner}${JSON.stringify(name)}: ${print(part as Json, inner)}`)
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  return lines.length === 0 ? open + close : `${open}\n${lines.join(',\n')}\n${indent}${close}`
}

function onOneLine(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(', ')}]`
  const parts = Object.entries(value).map(([name, part]) => `${JSON.stringify(name)}: ${onOneLine(part as Json)}`)
  return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`
}
