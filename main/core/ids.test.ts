import { describe, expect, it } from 'vitest'
import { accountIdOf, eventIdOf, idBytes, parseAccountId, parseEventId } from './ids.ts'

describe('ids', () => {
  it('go to bytes and back', () => {
    const bytes = Uint8Array.from({ length: 32 }, (_, i) => i * 8)
    expect(idBytes(accountIdOf(bytes))).toEqual(bytes)
    expect(parseAccountId(accountIdOf(bytes))).toEqual({ ok: true, value: accountIdOf(bytes) })
  })

  it.each(['', '00', 'AA'.repeat(16), 'zz'.repeat(16), '00'.repeat(17), `${'00'.repeat(15)}0\n`])(
    'refuse %j',
    (text) => {
      expect(parseEventId(text)).toEqual({
        ok: false,
        error: { kind: 'badId', wanted: 'EventId', lengthHex: text.length },
      })
    },
  )

  it('hold bytes of their own length only', () => {
    expect(() => eventIdOf(new Uint8Array(15))).toThrow(RangeError)
  })
})
