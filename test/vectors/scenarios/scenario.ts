/** What a kind of scenario is: how the product reads its input, and makes the same input again. */
import type { Crypto } from '../../../main/core/crypto/provider.ts'
import type { Result } from '../../../main/core/result.ts'
import { err, ok } from '../../../main/core/result.ts'
import type { DecodeError } from '../../../main/core/bytes.ts'
import { toHex } from '../../../main/core/bytes.ts'
import type { Json, Library, Parts, Vector } from './format.ts'
import { bytesOf, plain, resolve } from './format.ts'

export interface Scenario<Input, Value, Problem> {
  /** Decodes, opens or computes, as a receiver does. */
  read(crypto: Crypto, input: Input, library: Library): Result<Value, Problem>
  /** The parts of the input that can be made from its secrets and from what was read; null if it is only read. */
  write?(crypto: Crypto, input: Input, value: Value): Partial<Input> | null
}

export interface Ran<Problem> {
  readonly result: Result<Json, Problem>
  /** Undefined where nothing can be written; null where this input is only one more form of the same. */
  readonly again: Json | undefined
}

export interface Runnable<Problem> {
  run(crypto: Crypto, vector: Pick<Vector, 'input'>, library: Library): Ran<Problem>
}

/** A scenario without the types of its input and value: the shape of a file's input is its author's claim. */
export function runnable<Input, Value, Problem>(of: Scenario<Input, Value, Problem>): Runnable<Problem> {
  return {
    run(crypto, vector, library) {
      const input = resolve(vector.input, library) as unknown as Input
      const read = of.read(crypto, input, library)
      if (!read.ok) return { result: err(read.error), again: undefined }
      const written = of.write?.(crypto, input, read.value)
      return { result: ok(plain(read.value)), again: written === undefined ? undefined : plain(written) }
    },
  }
}

/** What a vector expects, as its file says it. */
export function expectationOf(ran: Ran<unknown>): Json {
  return ran.result.ok ? ran.result.value : { error: plain(ran.result.error) }
}

/** The fields of an input that were made again and came out as others: none. */
export function madeOtherwise(vector: Pick<Vector, 'input'>, again: Json, library: Library): readonly string[] {
  const input = resolve(vector.input, library) as Readonly<Record<string, Parts>>
  return Object.entries(again as Readonly<Record<string, Json>>).flatMap(([name, made]) => {
    const given = input[name] ?? ''
    return made === given || made === toHex(bytesOf(given)) ? [] : [name]
  })
}

/** Of a layout that can go wrong in no other way. */
export interface Malformed {
  readonly kind: 'malformed'
  readonly cause: DecodeError
}

export function laidOut<T>(read: Result<T, DecodeError>): Result<T, Malformed> {
  return read.ok ? read : err({ kind: 'malformed', cause: read.error })
}
