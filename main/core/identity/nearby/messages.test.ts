import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, utf8 } from '../../bytes.ts'
import { protocolLimits } from '../../limits.ts'
import type { NearbyMessage } from './messages.ts'
import { decodeNearby, encodeNearby } from './messages.ts'

const field = new Uint8Array(32).fill(7)
const other = new Uint8Array(32).fill(8)

const messages: readonly NearbyMessage[] = [
  { kind: 'hello', name: 'Ünal \u202e!' },
  { kind: 'hello', name: '' },
  { kind: 'ask' },
  { kind: 'answer', accept: true },
  { kind: 'answer', accept: false },
  { kind: 'cancel' },
  { kind: 'commit', commitment: field },
  { kind: 'nonce', nonce: field },
  { kind: 'reveal', nonce: other },
  { kind: 'verdict', same: true },
  { kind: 'verdict', same: false },
  { kind: 'account', account: { rootKey: field, descriptorHash: other } },
  { kind: 'invite', link: 'waxwing:invite/AQ' },
  { kind: 'done', outcome: 'added' },
  { kind: 'done', outcome: 'known' },
  { kind: 'done', outcome: 'refused' },
]

describe('a message between people nearby', () => {
  it('comes back as it went, and has the bytes that PROTOCOL.md says', () => {
    for (const message of messages) {
      expect(decodeNearby(encodeNearby(message))).toEqual({ ok: true, value: message })
    }
    expect(encodeNearby({ kind: 'hello', name: 'Ada' })).toEqual(Uint8Array.of(1, 1, 0, 3, 65, 100, 97))
    expect(encodeNearby({ kind: 'done', outcome: 'refused' })).toEqual(Uint8Array.of(1, 11, 2))
  })

  it('is refused when cut, prolonged, of another version or type, or out of range', () => {
    for (const message of messages) {
      const bytes = encodeNearby(message)
      for (let length = 0; length < bytes.length; length++) {
        expect(decodeNearby(bytes.subarray(0, length)).ok).toBe(false)
      }
      expect(decodeNearby(concat(bytes, Uint8Array.of(0)))).toEqual({ ok: false, error: { kind: 'trailing', left: 1 } })
    }
    const errorOf = (...bytes: readonly number[]) => {
      const decoded = decodeNearby(Uint8Array.from(bytes))
      return decoded.ok ? null : decoded.error
    }
    expect(errorOf(2, 2)).toEqual({ kind: 'badVersion', field: 'nearby message', got: 2, wanted: 1 })
    expect(errorOf(1, 12)).toEqual({ kind: 'badValue', field: 'type', got: 12 })
    expect(errorOf(1, 3, 2)).toEqual({ kind: 'badValue', field: 'accept', got: 2 })
    expect(errorOf(1, 8, 255)).toEqual({ kind: 'badValue', field: 'same', got: 255 })
    expect(errorOf(1, 11, 3)).toEqual({ kind: 'badValue', field: 'outcome', got: 3 })
    expect(errorOf(1, 1, 0, 129, ...utf8('x'.repeat(129)))).toEqual({
      kind: 'tooLong',
      field: 'name',
      got: 129,
      max: 128,
    })
    expect(errorOf(1, 1, 0, 1, 0xff)).toEqual({ kind: 'badText', field: 'name' })
  })

  it('fits its limit, with the longest link that there may be', () => {
    const link = 'x'.repeat(protocolLimits.inviteLinkLengthMax)
    expect(encodeNearby({ kind: 'invite', link }).length).toBe(protocolLimits.nearbyMessageSizeBytesMax)
  })

  it('has one encoding, and no bytes make the decoder throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (body) => {
        const decoded = decodeNearby(body)
        const prefixed = decodeNearby(concat(Uint8Array.of(1, (body[0] ?? 0) % 13), body))
        if (decoded.ok) expect(encodeNearby(decoded.value)).toEqual(body)
        return prefixed.ok || prefixed.error.kind.length > 0
      }),
      { seed: 41, numRuns: 2_000 },
    )
  })
})
