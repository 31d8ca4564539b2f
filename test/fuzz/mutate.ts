/** Other inputs made of given ones. What they are made into is decided by `Chance` alone. */
import type { Chance } from '../sim/schedule.ts'

export interface MutationParts {
  readonly chance: Chance
  /** What parts are taken from. */
  readonly corpus: readonly Uint8Array[]
  readonly tokens: readonly Uint8Array[]
  readonly sizeBytesMax: number
}

type Move = (bytes: Uint8Array, parts: MutationParts) => Uint8Array

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

const numbers: readonly number[] = [0, 1, 2, 3, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0xffffffff]

/** A byte that often means something: the ends of ranges, small numbers, or any. */
function interestingByte(chance: Chance): number {
  return chance.happens(0.6) ? chance.pick([0, 1, 2, 3, 4, 0x0a, 0x20, 0x7f, 0x80, 0xfe, 0xff]) : chance.below(256)
}

/** Where a kind, a version, a number of things to come mostly stands. */
const frontBytes = 24

/** A place before, between or behind the bytes; often near the front, where most decisions are. */
function placeIn(bytes: Uint8Array, chance: Chance): number {
  return chance.below(1 + (chance.happens(0.25) ? Math.min(frontBytes, bytes.length) : bytes.length))
}

/** The place of a byte, or of `size` of them; zero where there are too few. */
function byteIn(bytes: Uint8Array, chance: Chance, size = 1): number {
  return Math.max(0, Math.min(placeIn(bytes, chance), bytes.length - size))
}

/** A range, mostly a short one. */
function rangeIn(bytes: Uint8Array, chance: Chance): readonly [number, number] {
  const from = placeIn(bytes, chance)
  const longest = bytes.length - from
  const length = chance.happens(0.7) ? Math.min(longest, 1 + chance.below(16)) : chance.below(longest + 1)
  return [from, from + length]
}

function overwritten(bytes: Uint8Array, at: number, part: Uint8Array): Uint8Array {
  const copy = bytes.slice()
  copy.set(part.subarray(0, Math.max(0, copy.length - at)), at)
  return copy
}

function inserted(bytes: Uint8Array, at: number, part: Uint8Array): Uint8Array {
  return joined(bytes.subarray(0, at), part, bytes.subarray(at))
}

const flipBit: Move = (bytes, { chance }) => {
  const copy = bytes.slice()
  const at = byteIn(copy, chance)
  copy[at] = (copy[at] ?? 0) ^ (1 << chance.below(8))
  return copy
}

const setByte: Move = (bytes, { chance }) =>
  overwritten(bytes, byteIn(bytes, chance), Uint8Array.of(interestingByte(chance)))

const addToByte: Move = (bytes, { chance }) => {
  const copy = bytes.slice()
  const at = byteIn(copy, chance)
  copy[at] = (copy[at] ?? 0) + chance.between(-16, 16)
  return copy
}

const cutEnd: Move = (bytes, { chance }) => bytes.slice(0, placeIn(bytes, chance))

const removeRange: Move = (bytes, { chance }) => {
  const [from, to] = rangeIn(bytes, chance)
  return joined(bytes.subarray(0, from), bytes.subarray(to))
}

const repeatRange: Move = (bytes, { chance, sizeBytesMax }) => {
  const [from, to] = rangeIn(bytes, chance)
  const part = bytes.subarray(from, to)
  const room = Math.floor((sizeBytesMax - bytes.length) / Math.max(1, part.length))
  const often = chance.happens(0.15) ? room : Math.min(room, 1 + chance.below(8))
  return inserted(bytes, to, joined(...Array.from({ length: Math.max(0, often) }, () => part)))
}

const insertNoise: Move = (bytes, { chance }) => {
  const length = 1 + chance.below(chance.happens(0.1) ? 512 : 16)
  return inserted(bytes, placeIn(bytes, chance), chance.bytes(length))
}

const insertFill: Move = (bytes, { chance, sizeBytesMax }) => {
  const longest = chance.happens(0.1) ? Math.max(1, sizeBytesMax - bytes.length) : 64
  const fill = new Uint8Array(1 + chance.below(longest)).fill(interestingByte(chance))
  return inserted(bytes, placeIn(bytes, chance), fill)
}

const useToken: Move = (bytes, { chance, tokens }) => {
  if (tokens.length === 0) return bytes
  const token = chance.pick(tokens)
  const at = placeIn(bytes, chance)
  return chance.happens(0.5) ? inserted(bytes, at, token) : overwritten(bytes, at, token)
}

/** A big-endian number of one, two, four or eight bytes: an end of a range, or what is left behind it. */
const setNumber: Move = (bytes, { chance }) => {
  const size = chance.pick([1, 2, 2, 4, 8])
  const at = byteIn(bytes, chance, size)
  const left = bytes.length - at - size
  const value = chance.happens(0.5) ? chance.pick(numbers) : left + chance.pick([-1, 0, 0, 1])
  const number = new DataView(new ArrayBuffer(8))
  number.setBigUint64(0, BigInt.asUintN(64, chance.happens(0.1) ? -1n : BigInt(value)))
  return overwritten(bytes, at, new Uint8Array(number.buffer).subarray(8 - size))
}

/** A number that is there is made a little larger or smaller, as a length that is off by one. */
const addToNumber: Move = (bytes, { chance }) => {
  if (bytes.length < 4) return bytes
  const copy = bytes.slice()
  const view = new DataView(copy.buffer)
  const size = chance.pick([2, 4])
  const at = byteIn(bytes, chance, size)
  const change = chance.pick([-256, -64, -2, -1, 1, 2, 64, 256])
  if (size === 2) view.setUint16(at, view.getUint16(at) + change)
  else view.setUint32(at, view.getUint32(at) + change)
  return copy
}

const swapRanges: Move = (bytes, { chance }) => {
  const [from, to] = rangeIn(bytes, chance)
  const other = chance.below(Math.max(1, bytes.length - (to - from)))
  const part = bytes.slice(from, to)
  return overwritten(overwritten(bytes, from, bytes.slice(other, other + to - from)), other, part)
}

const splice: Move = (bytes, { chance, corpus }) => {
  const other = chance.pick(corpus)
  return joined(bytes.subarray(0, placeIn(bytes, chance)), other.subarray(placeIn(other, chance)))
}

/** A range of another input stands where it stood there, or anywhere. */
const borrow: Move = (bytes, { chance, corpus }) => {
  const other = chance.pick(corpus)
  const [from, to] = rangeIn(other, chance)
  const at = chance.happens(0.5) ? Math.min(from, bytes.length) : placeIn(bytes, chance)
  const part = other.subarray(from, to)
  return chance.happens(0.5) ? overwritten(bytes, at, part) : inserted(bytes, at, part)
}

const moves: readonly Move[] = [
  flipBit,
  setByte,
  addToByte,
  cutEnd,
  removeRange,
  repeatRange,
  insertNoise,
  insertFill,
  useToken,
  useToken,
  setNumber,
  addToNumber,
  swapRanges,
  splice,
  borrow,
]

/** The input after one to eight moves, mostly few; never above `sizeBytesMax`. */
export function mutate(input: Uint8Array, parts: MutationParts): Uint8Array {
  let bytes = input
  for (let left = 1 << parts.chance.pick([0, 0, 0, 1, 1, 2, 3]); left > 0; left--) {
    bytes = parts.chance.pick(moves)(bytes, parts).subarray(0, parts.sizeBytesMax)
  }
  return bytes
}
