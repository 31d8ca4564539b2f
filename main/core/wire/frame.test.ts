import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InvariantError } from '../assert.ts'
import { envelopeIdOf, inviteIdOf } from '../ids.ts'
import { protocolLimits } from '../limits.ts'
import type { Frame } from './frame.ts'
import { decodeFrame, encodeFrame, sealedSizeBytesMax } from './frame.ts'

const bytes = (length: number, fill = 7) => new Uint8Array(length).fill(fill)
const envelopeId = envelopeIdOf(bytes(16))
const inviteId = inviteIdOf(bytes(16, 9))
const requestId = bytes(16, 3)

const frames: readonly Frame[] = [
  { kind: 'envelope', sealed: bytes(1) },
  { kind: 'envelope', sealed: bytes(sealedSizeBytesMax) },
  { kind: 'ack', envelopeIds: [envelopeId] },
  { kind: 'ack', envelopeIds: Array.from({ length: 64 }, (_, i) => envelopeIdOf(bytes(16, i))) },
  ...(['noSession', 'undecryptable', 'notAContact', 'malformed', 'busy'] as const).map((reason): Frame => ({
    kind: 'reject',
    envelopeId,
    reason,
  })),
  { kind: 'bundleRequest', requestId, purpose: { kind: 'invite', inviteId, proof: bytes(32) } },
  { kind: 'bundleRequest', requestId, purpose: { kind: 'renew' } },
  { kind: 'bundleReply', requestId, status: { kind: 'ok', bundle: bytes(1_500) } },
  { kind: 'bundleReply', requestId, status: { kind: 'ok', bundle: bytes(4_096) } },
  ...(['unknown', 'used', 'expired', 'withdrawn', 'busy'] as const).map((kind): Frame => ({
    kind: 'bundleReply',
    requestId,
    status: { kind },
  })),
  ...(['closing', 'notAContact', 'protocol', 'busy'] as const).map((reason): Frame => ({ kind: 'goodbye', reason })),
]
const controlFrames = frames.filter((frame) => frame.kind !== 'envelope')

describe('frames', () => {
  it('decode to what was encoded, within the limit', () => {
    for (const frame of frames) {
      const encoded = encodeFrame(frame)
      expect(encoded.length).toBeLessThanOrEqual(protocolLimits.frameSizeBytesMax)
      expect(decodeFrame(encoded)).toEqual({ ok: true, value: frame })
    }
  })

  it('of control have the sizes of short messages', () => {
    const sizes = new Set(controlFrames.map((frame) => encodeFrame(frame).length))
    expect([...sizes].toSorted((a, b) => a - b)).toEqual([318, 1086, 1598, 4286])
  })

  it('are refused when cut anywhere or prolonged', () => {
    for (const frame of controlFrames) {
      const encoded = encodeFrame(frame)
      for (let length = 0; length < encoded.length; length++) {
        expect(decodeFrame(encoded.subarray(0, length))).toMatchObject({ ok: false, error: { kind: 'malformed' } })
      }
      expect(decodeFrame(Uint8Array.of(...encoded, 0))).toEqual({
        ok: false,
        error: { kind: 'malformed', error: { kind: 'trailing', left: 1 } },
      })
    }
  })

  it('of unknown versions and types are named errors', () => {
    for (const version of [0, 2, 255]) {
      expect(decodeFrame(Uint8Array.of(version, 1, 5))).toEqual({
        ok: false,
        error: { kind: 'unknownVersion', got: version, known: 1 },
      })
    }
    for (const type of [0, 7, 255]) {
      expect(decodeFrame(Uint8Array.of(1, type, 5))).toEqual({ ok: false, error: { kind: 'unknownType', got: type } })
    }
  })

  it('over the limit or empty are refused before anything is read', () => {
    const got = protocolLimits.frameSizeBytesMax + 1
    expect(decodeFrame(bytes(got, 1))).toEqual({
      ok: false,
      error: { kind: 'frameTooLarge', got, max: protocolLimits.frameSizeBytesMax },
    })
    expect(decodeFrame(Uint8Array.of(1, 1))).toMatchObject({ ok: false, error: { kind: 'malformed' } })
  })

  it('with codes, counts, lengths or padding out of range are refused', () => {
    const changed = (frame: Frame, at: number, value: number) => {
      const encoded = encodeFrame(frame)
      encoded[at] = value
      return decodeFrame(encoded)
    }
    const refused = (error: object) => ({ ok: false, error: { kind: 'malformed', error } })
    const ack: Frame = { kind: 'ack', envelopeIds: [envelopeId] }
    expect(changed(ack, 2, 0)).toMatchObject(refused({ kind: 'badValue', field: 'ack count' }))
    expect(changed(ack, 2, 65)).toMatchObject(refused({ kind: 'tooLong', field: 'ack', got: 65, max: 64 }))
    expect(changed(ack, 2, 64)).toMatchObject(refused({ kind: 'truncated' }))
    expect(changed(ack, 200, 1)).toMatchObject(refused({ kind: 'badValue', field: 'padding' }))
    expect(changed({ kind: 'reject', envelopeId, reason: 'busy' }, 18, 6)).toMatchObject(
      refused({ kind: 'badValue', field: 'reason', got: 6 }),
    )
    expect(changed({ kind: 'goodbye', reason: 'busy' }, 2, 0)).toMatchObject(refused({ kind: 'badValue' }))
    expect(changed({ kind: 'bundleRequest', requestId, purpose: { kind: 'renew' } }, 18, 3)).toMatchObject(
      refused({ kind: 'badValue', field: 'purpose' }),
    )
    const reply: Frame = { kind: 'bundleReply', requestId, status: { kind: 'ok', bundle: bytes(1_500) } }
    expect(changed(reply, 18, 6)).toMatchObject(refused({ kind: 'badValue', field: 'status' }))
    expect(changed(reply, 19, 0xff)).toMatchObject(refused({ kind: 'tooLong', field: 'bundle' }))
  })

  it('never make the decoder throw, and have one encoding', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(7), (noise, type) => {
        const input = Uint8Array.of(1, type, ...noise)
        const frame = decodeFrame(input)
        if (frame.ok) expect(encodeFrame(frame.value)).toEqual(input)
      }),
      { seed: 2, numRuns: 2_000 },
    )
  })

  it('that we may not write are broken invariants', () => {
    for (const frame of [
      { kind: 'envelope', sealed: bytes(0) },
      { kind: 'envelope', sealed: bytes(sealedSizeBytesMax + 1) },
      { kind: 'ack', envelopeIds: [] },
      { kind: 'ack', envelopeIds: Array.from({ length: 65 }, () => envelopeId) },
      { kind: 'bundleRequest', requestId: bytes(15), purpose: { kind: 'renew' } },
      { kind: 'bundleRequest', requestId, purpose: { kind: 'invite', inviteId, proof: bytes(31) } },
      { kind: 'bundleReply', requestId: bytes(17), status: { kind: 'busy' } },
      { kind: 'bundleReply', requestId, status: { kind: 'ok', bundle: bytes(4_097) } },
      { kind: 'other' } as unknown as Frame,
    ] satisfies readonly Frame[]) {
      expect(() => encodeFrame(frame)).toThrow(InvariantError)
    }
  })
})
