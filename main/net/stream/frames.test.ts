import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { protocolLimits } from '../../core/limits.ts'
import { FrameReader, heartbeat, prefixBytes, withLength } from './frames.ts'
import type { FrameRead } from './frames.ts'

function readAll(reader: FrameReader): FrameRead[] {
  const reads: FrameRead[] = []
  for (;;) {
    const read = reader.next()
    reads.push(read)
    if (read.kind === 'more') return reads
  }
}

describe('FrameReader', () => {
  it('gives back any frames, however the stream was cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 97 }), { minLength: 1, maxLength: 10 }),
        (frames, cuts) => {
          const stream = Uint8Array.from(frames.flatMap((frame) => [...withLength(frame)]))
          const reader = new FrameReader()
          const got: Uint8Array[] = []
          for (let at = 0, i = 0; at < stream.length; i++) {
            const size = cuts[i % cuts.length] ?? 1
            reader.push(stream.subarray(at, at + size))
            at += size
            for (const read of readAll(reader)) {
              if (read.kind === 'frame') got.push(read.frame)
              if (read.kind === 'heartbeat') got.push(new Uint8Array(0))
            }
          }
          expect(got).toEqual(frames)
          expect(reader.next()).toEqual({ kind: 'more', begun: false })
        },
      ),
      { seed: 7, numRuns: 300 },
    )
  })

  it('takes a frame of the greatest size, which is the greatest length that can be claimed (case 1)', () => {
    const max = protocolLimits.frameSizeBytesMax
    expect(max).toBe(2 ** (8 * prefixBytes) - 1)
    const reader = new FrameReader()
    reader.push(withLength(new Uint8Array(max).fill(5)))
    expect(reader.next()).toEqual({ kind: 'frame', frame: new Uint8Array(max).fill(5) })
    reader.push(Uint8Array.of(0xff, 0xff, 0xff, 0xff))
    expect(reader.next()).toEqual({ kind: 'more', begun: true })
    reader.push(new Uint8Array(max - 2))
    expect(reader.next()).toEqual({ kind: 'frame', frame: new Uint8Array(max).fill(0xff, 0, 2) })
    expect(reader.next()).toEqual({ kind: 'more', begun: false })
  })

  it('tells a begun frame from none', () => {
    const reader = new FrameReader()
    expect(reader.next()).toEqual({ kind: 'more', begun: false })
    reader.push(Uint8Array.of(0))
    expect(reader.next()).toEqual({ kind: 'more', begun: true })
    reader.push(Uint8Array.of(2))
    expect(reader.next()).toEqual({ kind: 'more', begun: true })
    reader.push(Uint8Array.of(9, 8))
    expect(reader.next()).toEqual({ kind: 'frame', frame: Uint8Array.of(9, 8) })
    reader.push(heartbeat)
    expect(readAll(reader)).toEqual([{ kind: 'heartbeat' }, { kind: 'more', begun: false }])
  })

  it('gives frames bytes of their own', () => {
    const chunk = withLength(Uint8Array.of(1, 2, 3))
    const reader = new FrameReader()
    reader.push(chunk)
    const read = reader.next()
    chunk.fill(0)
    expect(read).toEqual({ kind: 'frame', frame: Uint8Array.of(1, 2, 3) })
  })
})
