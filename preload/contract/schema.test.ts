import { describe, expect, it } from 'vitest'
import { boolean, integer, list, nullable, object, oneOf, string, union } from './schema.ts'

const person = object({ name: string({ max: 5 }), age: integer({ min: 0, max: 150 }), tags: list(oneOf('a', 'b'), 2) })

function reason(value: unknown): string {
  const parsed = person.parse(value, 'params')
  return parsed.ok ? 'ok' : `${parsed.problem.path} ${parsed.problem.reason}`
}

describe('object schemas', () => {
  const good = { name: 'Anna', age: 30, tags: ['a'] }

  it('copy what fits into a fresh value', () => {
    const parsed = person.parse(good, 'params')
    expect(parsed).toEqual({ ok: true, value: good })
    expect(parsed.ok && parsed.value).not.toBe(good)
  })

  it.each([
    [null, 'params must be an object'],
    [[], 'params must be an object'],
    [new Date(0), 'params must be an object'],
    [{ ...good, extra: 1 }, 'params has the unknown key extra'],
    [JSON.parse('{"name":"A","age":1,"tags":[],"__proto__":{"x":1}}'), 'params has the unknown key __proto__'],
    [{ ...good, [Symbol('s')]: 1 }, 'params has the unknown key Symbol(s)'],
    [{ name: 'A', age: 1 }, 'params.tags is missing'],
    [Object.create({ name: 'A', age: 1, tags: [] }), 'params must be an object'],
    [{ ...good, name: 'Annabel' }, 'params.name must have at most 5 characters, has 7'],
    [{ ...good, age: 1.5 }, 'params.age must be a whole number'],
    [{ ...good, age: Number.NaN }, 'params.age must be a whole number'],
    [{ ...good, age: 151 }, 'params.age must be from 0 to 150'],
    [{ ...good, tags: ['a', 'b', 'a'] }, 'params.tags must have at most 2 items, has 3'],
    [{ ...good, tags: ['c'] }, 'params.tags[0] must be one of a, b'],
  ])('refuse %o', (value, wanted) => {
    expect(reason(value)).toBe(wanted)
  })

  it('never call an accessor', () => {
    let called = false
    const trap = {
      age: 1,
      tags: [],
      get name() {
        called = true
        return 'A'
      },
    }
    expect(reason(trap)).toBe('params.name is missing')
    expect(called).toBe(false)
  })

  it('end on cyclic values', () => {
    const cyclic: Record<string, unknown> = { name: 'A', age: 1 }
    cyclic['tags'] = cyclic
    expect(reason(cyclic)).toBe('params.tags must be a list')
  })
})

describe('unions and null', () => {
  const shape = union({ text: { text: string({ max: 3 }) }, none: {} })

  it('are told apart by kind', () => {
    expect(shape.parse({ kind: 'text', text: 'abc' }, 'v').ok).toBe(true)
    expect(shape.parse({ kind: 'none' }, 'v')).toEqual({ ok: true, value: { kind: 'none' } })
    expect(shape.parse({ kind: 'none', text: 'abc' }, 'v').ok).toBe(false)
    expect(shape.parse({ kind: 'toString' }, 'v').ok).toBe(false)
    expect(shape.parse({ text: 'abc' }, 'v').ok).toBe(false)
  })

  it('null stands only where it may', () => {
    expect(nullable(boolean).parse(null, 'v')).toEqual({ ok: true, value: null })
    expect(boolean.parse(null, 'v').ok).toBe(false)
    expect(boolean.parse(0, 'v').ok).toBe(false)
  })
})
