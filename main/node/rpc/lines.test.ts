import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Line } from './lines.ts'
import { LineSplitter } from './lines.ts'

function split(splitter: LineSplitter, ...chunks: readonly string[]): (string | Line)[] {
  return chunks
    .flatMap((chunk) => splitter.push(Buffer.from(chunk)))
    .map((line) => (line.kind === 'line' ? Buffer.from(line.bytes).toString() : line))
}

describe('LineSplitter', () => {
  it('gives lines without their ends, however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[^\n]{0,20}$/), { maxLength: 8 }),
        fc.integer({ min: 1, max: 7 }),
        (lines, size) => {
          const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''))
          const splitter = new LineSplitter(1_000)
          const found: string[] = []
          for (let at = 0; at < bytes.length; at += size) {
            for (const line of splitter.push(bytes.subarray(at, at + size))) {
              if (line.kind === 'line') found.push(Buffer.from(line.bytes).toString())
            }
          }
          expect(found).toEqual(lines)
        },
      ),
      { seed: 7 },
    )
  })

  it('takes a line of exactly the bound, and drops the one that is a byte longer', () => {
    const splitter = new LineSplitter(4)
    expect(split(splitter, 'abcd\n')).toEqual(['abcd'])
    expect(split(splitter, 'abcde\n')).toEqual([{ kind: 'tooLong', got: 5, max: 4 }])
  })

  it('tells of an over-long line once, holds nothing of it, and goes on with the next', () => {
    const splitter = new LineSplitter(4)
    const chunks = ['ab', 'cdef', 'g'.repeat(10_000), 'h\nnext\n']
    expect(split(splitter, ...chunks)).toEqual([{ kind: 'tooLong', got: 6, max: 4 }, 'next'])
  })

  it('keeps its lines when the stream uses a chunk again', () => {
    const splitter = new LineSplitter(10)
    const chunk = Buffer.from('abc')
    splitter.push(chunk)
    chunk.fill(0x7a)
    expect(split(splitter, '\n')).toEqual(['abc'])
  })
})
