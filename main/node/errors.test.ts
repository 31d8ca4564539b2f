import { describe, expect, it } from 'vitest'
import { errorCodes, errorSchema } from '../../preload/contract/errors.ts'
import { badRequest, contractError, fromProfileError, fromStoreError, fromSubmitError } from './errors.ts'

describe('every code', () => {
  it.each(errorCodes)('%s has a sentence for a person, within the contract', (code) => {
    const error = contractError(code, { got: 70_000, max: 32_768 })
    expect(errorSchema.parse(error, 'error')).toEqual({ ok: true, value: error })
    expect(error.message).toMatch(/^[A-Z].*\.$/)
    // No exclamation marks, no blame, no jargon of ours.
    expect(error.message).not.toMatch(/!|undefined|NaN|\bnull\b|exception|invalid/i)
  })

  it('gives figures that are no whole numbers as 0', () => {
    expect(contractError('internal', { got: -1, max: Number.NaN })).toMatchObject({ got: 0, max: 0 })
    expect(contractError('internal', { got: Infinity, max: 1.5 })).toMatchObject({ got: 0, max: 0 })
  })

  it('of a bad request stays within the contract, whatever is said of it', () => {
    expect(badRequest('x'.repeat(5_000)).message).toHaveLength(1_000)
  })
})

describe('errors of the rooms below', () => {
  it('keep their figures', () => {
    expect(fromSubmitError({ kind: 'outboxFull', got: 20_000, max: 20_000 })).toMatchObject({
      code: 'outboxFull',
      max: 20_000,
    })
    expect(fromProfileError({ kind: 'newer', got: 9, supported: 3 })).toMatchObject({
      code: 'databaseNewer',
      got: 9,
      max: 3,
    })
  })

  it('tell a changed key from a contact who was not reached yet', () => {
    expect(fromSubmitError({ kind: 'contactNotReady', state: 'keyChanged' }).code).toBe('contactKeyChanged')
    expect(fromSubmitError({ kind: 'contactNotReady', state: 'pending' }).code).toBe('contactNotReady')
  })

  it('never quote what the disk said', () => {
    expect(fromStoreError({ kind: 'damaged', detail: 'DETAIL' }).message).not.toContain('DETAIL')
    expect(fromStoreError({ kind: 'ioFailed', code: 'EIO' }).message).not.toContain('EIO')
    expect(fromSubmitError({ kind: 'storage', error: { kind: 'diskFull' } }).code).toBe('diskFull')
  })
})
