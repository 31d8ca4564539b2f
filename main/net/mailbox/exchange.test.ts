import { describe, expect, it } from 'vitest'
import { MessageReader } from './exchange.ts'
import { withLength32 } from './messages.ts'

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

const first = Uint8Array.of(1, 2, 3)
const second = new Uint8Array(70_000).fill(9)

describe('MessageReader', () => {
  it.each([1, 2, 3, 5, 7, 1_000, 100_000])('puts messages together from chunks of %i bytes', (size) => {
    const reader = new MessageReader(second.length)
    const bytes = joined(withLength32(first), withLength32(new Uint8Array(0)), withLength32(second))
    const got: Uint8Array[] = []
    for (let at = 0; at < bytes.length; at += size) {
      reader.push(bytes.slice(at, at + size))
      for (let read = reader.next(); read.kind === 'message'; read = reader.next()) got.push(read.bytes)
    }
    expect(got).toEqual([first, new Uint8Array(0), second])
    expect(reader.begun).toBe(false)
  })

  it('says whether something has begun', () => {
    const reader = new MessageReader(3)
    const steps = [0, 0, 0, 3, 1, 2].map((byte) => {
      reader.push(Uint8Array.of(byte))
      expect(reader.next()).toEqual({ kind: 'more' })
      return reader.begun
    })
    expect(steps).toEqual(Array<boolean>(6).fill(true))
    reader.push(Uint8Array.of(3, 0))
    expect(reader.next()).toEqual({ kind: 'message', bytes: first })
    expect(reader.begun).toBe(true)
  })

  it('refuses a length before anything is allocated for it', () => {
    const reader = new MessageReader(65_536)
    reader.push(Uint8Array.of(255, 255, 255, 255))
    expect(reader.next()).toEqual({ kind: 'tooLong', got: 0xffffffff, max: 65_536 })
  })
})
