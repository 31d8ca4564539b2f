import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { protocolLimits } from '../limits.ts'
import { envelopeOverheadBytes, isPaddedLength, pad, paddedFrameLength, paddedLength, unpad } from './padding.ts'

describe('padding', () => {
  it('has few classes, each reached by its own largest content, never shrinking', () => {
    const classes = new Set<number>()
    let before = 0
    const wrong: number[] = []
    for (let size = 0; size <= protocolLimits.contentSizeBytesMax; size++) {
      const padded = paddedLength(size)
      classes.add(padded)
      const waste = padded - size - 1
      const wasteful = padded > 160 && waste >= Math.max(64, (size + 1) / 8 + 1)
      if (waste < 0 || padded < before || padded % 64 !== 32 || wasteful) wrong.push(size)
      before = padded
    }
    expect(wrong).toEqual([])
    expect(classes.size).toBe(62)
    for (const padded of classes) expect(paddedLength(padded - 1)).toBe(padded)
    for (let size = 0; size <= 61_472; size++) if (isPaddedLength(size) !== classes.has(size)) wrong.push(size)
    expect(wrong).toEqual([])
  })

  it('gives texts of different lengths the same size', () => {
    expect(pad(new Uint8Array(0))).toHaveLength(160)
    expect(pad(new Uint8Array(159))).toHaveLength(160)
    expect(pad(new Uint8Array(160))).toHaveLength(224)
  })

  it('lets control frames have only sizes that envelopes have', () => {
    expect(paddedFrameLength(2)).toBe(160 + envelopeOverheadBytes)
    for (let size = 1; size < 5_000; size++) {
      const padded = paddedFrameLength(size)
      expect(padded).toBeGreaterThanOrEqual(size)
      expect(paddedLength(padded - envelopeOverheadBytes - 1)).toBe(padded - envelopeOverheadBytes)
    }
  })

  it('takes off what it put on', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3_000 }), (content) => {
        const unpadded = unpad(pad(content))
        expect(unpadded).toEqual({ ok: true, value: content })
      }),
      { seed: 1 },
    )
  })

  it('refuses everything that it would not have written', () => {
    const good = pad(Uint8Array.of(1, 2, 3))
    const noMarker = good.slice()
    noMarker[3] = 0
    const lateByte = good.slice()
    lateByte[good.length - 1] = 1
    for (const bad of [
      new Uint8Array(0),
      new Uint8Array(160),
      noMarker,
      lateByte,
      good.subarray(0, 96),
      Uint8Array.of(...good, ...new Uint8Array(64)),
    ]) {
      expect(unpad(bad)).toEqual({ ok: false, error: { kind: 'badPadding' } })
    }
  })
})
