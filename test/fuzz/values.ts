/** Values of JavaScript out of a tape: what may cross a bridge, and what should not. */
import type { JsonSchema } from '../../preload/contract/schema.ts'
import type { Tape } from './tape.ts'

const keys = [
  'kind',
  'name',
  'text',
  'link',
  'params',
  'account',
  '__proto__',
  'constructor',
  'toString',
  'id',
  '',
  'limit',
]
const depthMax = 6

function textOf(tape: Tape): string {
  return Buffer.from(tape.chunk())
    .toString('latin1')
    .repeat(1 + (tape.u8() >> 6) * 40)
}

function objectOf(tape: Tape, depth: number): object {
  const made: object = tape.below(8) === 7 ? (Object.create(null) as object) : {}
  for (let left = tape.below(5); left > 0; left--) {
    const key = tape.below(4) === 3 ? textOf(tape) : tape.pick(keys)
    // Defined, not assigned: `__proto__` becomes a key of its own.
    const value = valueOf(tape, depth + 1)
    Object.defineProperty(made, key, { value, enumerable: true, configurable: true, writable: true })
  }
  return made
}

function oddity(tape: Tape): unknown {
  const looped: unknown[] = []
  looped.push(looped)
  const accessor = { get kind(): string { throw new Error('an accessor ran') } } // prettier-ignore
  return tape.pick<unknown>([
    undefined,
    Number.NaN,
    -0,
    2n ** 70n,
    new Date(0),
    new Map([['kind', 'request']]),
    Uint8Array.of(1, 2),
    looped,
    accessor,
    Object.assign(Object.create({ kind: 'inherited' }) as object, { id: 1 }),
    Object.assign([1, 2], { extra: 3 }),
    Symbol.iterator,
    () => undefined,
    { [Symbol.toPrimitive]: 1 },
    Object.assign([], { length: 3 }),
    '\ud800',
  ])
}

/** Any value; where the tape has ended, null. */
export function valueOf(tape: Tape, depth = 0): unknown {
  const kind = tape.below(12)
  if (kind === 0 || (depth >= depthMax && kind >= 6)) return null
  if (kind === 1) return tape.below(2) === 1
  if (kind === 2) return tape.number(1, Number.MAX_SAFE_INTEGER)
  if (kind === 3) return -tape.u32() / 3
  if (kind <= 5) return textOf(tape)
  if (kind <= 7) return Array.from({ length: tape.below(6) }, () => valueOf(tape, depth + 1))
  return kind <= 10 ? objectOf(tape, depth) : oddity(tape)
}

function exampleText(json: JsonSchema): string {
  const { pattern, minLength } = json
  if (typeof pattern === 'string' && pattern.startsWith('^SHA256:')) return `SHA256:${'A'.repeat(43)}`
  return '0'.repeat(Math.max(Number(minLength ?? 0), pattern === undefined ? 0 : 1))
}

/** A value that a schema of the contract takes, made of how it describes itself. */
export function exampleOf(json: JsonSchema): unknown {
  const { enum: named, anyOf, oneOf, type } = json as Partial<Record<string, unknown>>
  if (Array.isArray(named)) return named[0] as unknown
  const choices = anyOf ?? oneOf
  if (Array.isArray(choices)) return exampleOf(choices[0] as JsonSchema)
  if (type === 'string') return exampleText(json)
  if (type === 'integer') return Number(json['minimum'])
  if (type === 'boolean') return true
  if (type === 'array') return [exampleOf(json['items'] as JsonSchema)]
  if (type !== 'object') return null
  const properties = (json['properties'] ?? {}) as Record<string, JsonSchema>
  return Object.fromEntries(Object.entries(properties).map(([key, schema]) => [key, exampleOf(schema)]))
}
