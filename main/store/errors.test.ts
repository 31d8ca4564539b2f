import { describe, expect, it } from 'vitest'
import { DamagedRow, StoreBug, openErrorOf, storeErrorOf } from './errors.ts'

function withCode(code: string, message = code): Error {
  return Object.assign(new Error(message), { code })
}

describe('the mapping of codes', () => {
  it.each([
    ['SQLITE_FULL', { kind: 'diskFull' }],
    ['ENOSPC', { kind: 'diskFull' }],
    ['SQLITE_CORRUPT', { kind: 'damaged', detail: 'SQLITE_CORRUPT' }],
    ['SQLITE_CORRUPT_INDEX', { kind: 'damaged', detail: 'SQLITE_CORRUPT_INDEX' }],
    ['SQLITE_NOTADB', { kind: 'damaged', detail: 'SQLITE_NOTADB' }],
    ['SQLITE_READONLY_DIRECTORY', { kind: 'readOnly' }],
    ['EROFS', { kind: 'readOnly' }],
    ['SQLITE_IOERR_WRITE', { kind: 'ioFailed', code: 'SQLITE_IOERR_WRITE' }],
    ['SQLITE_BUSY', { kind: 'ioFailed', code: 'SQLITE_BUSY' }],
    ['EIO', { kind: 'ioFailed', code: 'EIO' }],
  ])('%s in an operation', (code, error) => {
    expect(storeErrorOf(withCode(code))).toEqual(error)
  })

  it.each([
    ['SQLITE_NOTADB', { kind: 'wrongKey' }],
    ['SQLITE_BUSY', { kind: 'locked' }],
    ['ENOENT', { kind: 'missing' }],
    ['EEXIST', { kind: 'exists' }],
    ['SQLITE_FULL', { kind: 'diskFull' }],
    ['SQLITE_CORRUPT', { kind: 'damaged', detail: 'SQLITE_CORRUPT' }],
  ])('%s while opening', (code, error) => {
    expect(openErrorOf(withCode(code))).toEqual(error)
  })

  it('knows the failures that carry no code', () => {
    const cannot = new Error('sqlite open error: unable to open database file')
    expect(openErrorOf(cannot)).toEqual({ kind: 'ioFailed', code: 'SQLITE_CANTOPEN' })
    expect(storeErrorOf(new DamagedRow('column x'))).toEqual({ kind: 'damaged', detail: 'column x' })
  })

  it('lets bugs through as what they are', () => {
    for (const bug of [new StoreBug('b'), withCode('SQLITE_CONSTRAINT_CHECK'), new TypeError('t'), 'text']) {
      let thrown: unknown
      try {
        storeErrorOf(bug)
      } catch (caught) {
        thrown = caught
      }
      expect(thrown).toBe(bug)
    }
  })
})
