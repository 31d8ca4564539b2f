/**
 * Small schemas for what crosses the bridge: each checks a value from outside, copies it into a
 * fresh one, and can describe itself as JSON Schema (draft 2020-12) for `describe`.
 * Unknown keys, wrong prototypes, accessors and over-long values are refused, never repaired.
 */

export interface Problem {
  /** Where in the value, for example `params.name`. */
  readonly path: string
  readonly reason: string
}

export type JsonSchema = { readonly [key: string]: unknown }

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem }

export interface Schema<T> {
  parse(value: unknown, path: string): Parsed<T>
  readonly json: JsonSchema
}

export type Infer<S> = S extends Schema<infer T> ? T : never

function good<T>(value: T): Parsed<T> {
  return { ok: true, value }
}

function bad(path: string, reason: string): { readonly ok: false; readonly problem: Problem } {
  return { ok: false, problem: { path, reason } }
}

/** A string of `min` to `max` UTF-16 units, optionally of one form. */
export function string(bounds: { max: number; min?: number; pattern?: RegExp }): Schema<string> {
  const { max, min = 0, pattern } = bounds
  return {
    json: { type: 'string', minLength: min, maxLength: max, ...(pattern && { pattern: pattern.source }) },
    parse(value, path) {
      if (typeof value !== 'string') return bad(path, 'must be text')
      if (value.length < min) return bad(path, `must have at least ${min} characters`)
      if (value.length > max) return bad(path, `must have at most ${max} characters, has ${value.length}`)
      if (pattern && !pattern.test(value)) return bad(path, 'has the wrong form')
      return good(value)
    },
  }
}

/** A whole number from `min` to `max`. */
export function integer(bounds: { min: number; max: number }): Schema<number> {
  const { min, max } = bounds
  return {
    json: { type: 'integer', minimum: min, maximum: max },
    parse(value, path) {
      if (typeof value !== 'number' || !Number.isSafeInteger(value)) return bad(path, 'must be a whole number')
      return value < min || value > max ? bad(path, `must be from ${min} to ${max}`) : good(value)
    },
  }
}

export const boolean: Schema<boolean> = {
  json: { type: 'boolean' },
  parse: (value, path) => (typeof value === 'boolean' ? good(value) : bad(path, 'must be true or false')),
}

/** One of a closed list of strings. */
export function oneOf<const T extends string>(...values: readonly T[]): Schema<T> {
  const known: ReadonlySet<unknown> = new Set(values)
  return {
    json: { enum: values },
    parse: (value, path) => (known.has(value) ? good(value as T) : bad(path, `must be one of ${values.join(', ')}`)),
  }
}

export function nullable<T>(inner: Schema<T>): Schema<T | null> {
  return {
    json: { anyOf: [inner.json, { type: 'null' }] },
    parse: (value, path) => (value === null ? good(null) : inner.parse(value, path)),
  }
}

/** A list of at most `max` items. */
export function list<T>(item: Schema<T>, max: number): Schema<readonly T[]> {
  return {
    json: { type: 'array', items: item.json, maxItems: max },
    parse(value, path) {
      if (!Array.isArray(value)) return bad(path, 'must be a list')
      if (value.length > max) return bad(path, `must have at most ${max} items, has ${value.length}`)
      const items: T[] = []
      for (let i = 0; i < value.length; i++) {
        const parsed = item.parse(value[i], `${path}[${i}]`)
        if (!parsed.ok) return parsed
        items.push(parsed.value)
      }
      return good(items)
    },
  }
}

type Shape = { readonly [key: string]: Schema<unknown> }
type ObjectOf<S extends Shape> = { readonly [K in keyof S]: Infer<S[K]> }

function plainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** Exactly these keys, all of them own data properties. */
export function object<const S extends Shape>(shape: S): Schema<ObjectOf<S>> {
  const keys = Object.keys(shape)
  const properties = Object.fromEntries(keys.map((key) => [key, (shape[key] as Schema<unknown>).json]))
  return {
    json: { type: 'object', properties, required: keys, additionalProperties: false },
    parse(value, path) {
      if (!plainObject(value)) return bad(path, 'must be an object')
      for (const key of Reflect.ownKeys(value)) {
        if (typeof key !== 'string' || !Object.hasOwn(shape, key))
          return bad(path, `has the unknown key ${String(key).slice(0, 40)}`)
      }
      const fresh: Record<string, unknown> = {}
      for (const key of keys) {
        const property = Object.getOwnPropertyDescriptor(value, key)
        if (!property || !('value' in property)) return bad(`${path}.${key}`, 'is missing')
        const parsed = (shape[key] as Schema<unknown>).parse(property.value, `${path}.${key}`)
        if (!parsed.ok) return parsed
        fresh[key] = parsed.value
      }
      return good(fresh as ObjectOf<S>)
    },
  }
}

/** A closed union of objects, told apart by the key `kind`. */
export function union<const M extends { readonly [kind: string]: Shape }>(
  members: M,
): Schema<{ [K in keyof M & string]: { readonly kind: K } & ObjectOf<M[K]> }[keyof M & string]> {
  type Value = { [K in keyof M & string]: { readonly kind: K } & ObjectOf<M[K]> }[keyof M & string]
  const schemas = new Map<string, Schema<unknown>>()
  for (const [kind, shape] of Object.entries(members)) schemas.set(kind, object({ kind: oneOf(kind), ...shape }))
  return {
    json: { oneOf: [...schemas.values()].map((schema) => schema.json) },
    parse(value, path) {
      if (!plainObject(value)) return bad(path, 'must be an object')
      const kind = Object.getOwnPropertyDescriptor(value, 'kind')?.value as unknown
      const schema = typeof kind === 'string' ? schemas.get(kind) : undefined
      if (!schema) return bad(`${path}.kind`, `must be one of ${[...schemas.keys()].join(', ')}`)
      return schema.parse(value, path) as Parsed<Value>
    },
  }
}
