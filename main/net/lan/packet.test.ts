import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { networkLimits } from '../../core/limits.ts'
import { decodeAnnouncement, encodeAnnouncement, isPlausiblePacket, isQuestion, serviceName } from './packet.ts'

const tokens = Array.from({ length: networkLimits.lanTokensPerPacket }, () => Uint8Array.from(randomBytes(16)))
const data = encodeAnnouncement({ port: 40_001, tokens })
const record = { name: serviceName, type: 'TXT', ttl: 120, data }

function changed(at: number, part: Uint8Array): unknown {
  return [{ ...record, data: data.map((one, i) => (i === at ? Buffer.from(part) : one)) }]
}

describe('announcements', () => {
  it('come back as they went', () => {
    expect(decodeAnnouncement([record])).toEqual({ ok: true, value: { port: 40_001, tokens } })
    const foreign = { name: 'printer.local', type: 'A', data: '10.0.0.1' }
    expect(decodeAnnouncement([foreign, { ...record, name: '_Waxwing._TCP.local' }]).ok).toBe(true)
  })

  it('fit one packet and one DNS string each', () => {
    expect(data.every((part) => part.length <= 255)).toBe(true)
    expect(data.reduce((sum, part) => sum + part.length + 1, 0)).toBeLessThan(1_100)
  })

  it('of others, of another version or of another shape are refused', () => {
    const malformed = { ok: false, error: { kind: 'malformed' } }
    const notOurs = { ok: false, error: { kind: 'notOurs' } }
    expect(decodeAnnouncement(changed(0, Uint8Array.of(2, 1, 1)))).toEqual({
      ok: false,
      error: { kind: 'badVersion', got: 2, wanted: 1 },
    })
    expect(decodeAnnouncement(changed(0, Uint8Array.of(1, 0, 0)))).toEqual(malformed)
    expect(decodeAnnouncement(changed(0, Uint8Array.of(1, 1)))).toEqual(malformed)
    expect(decodeAnnouncement(changed(1, new Uint8Array(239)))).toEqual(malformed)
    expect(decodeAnnouncement([{ ...record, data: [...data, ...data] }])).toEqual(malformed)
    expect(decodeAnnouncement([{ ...record, data: data.slice(0, -1) }])).toEqual(malformed)
    expect(decodeAnnouncement([{ ...record, data: [] }])).toEqual(malformed)
    expect(decodeAnnouncement([{ ...record, data: 'text' }])).toEqual(notOurs)
    expect(decodeAnnouncement([{ ...record, type: 'SRV' }])).toEqual(notOurs)
    expect(decodeAnnouncement([{ ...record, name: '_waxwing._udp.local' }])).toEqual(notOurs)
    expect(decodeAnnouncement([])).toEqual(notOurs)
    expect(decodeAnnouncement(undefined)).toEqual(notOurs)
  })

  it('never throw, whatever the library decoded', () => {
    fc.assert(
      fc.property(fc.anything(), fc.array(fc.anything()), (value, list) => {
        decodeAnnouncement(value)
        decodeAnnouncement([value, { ...record, data: list }])
        isQuestion(value)
        isQuestion([value])
      }),
      { seed: 11, numRuns: 500 },
    )
  })

  it('know a question for us', () => {
    expect(
      isQuestion([
        { name: 'other.local', type: 'A' },
        { name: serviceName.toUpperCase(), type: 'TXT' },
      ]),
    ).toBe(true)
    expect(isQuestion([{ name: 'other.local', type: 'A' }])).toBe(false)
    expect(isQuestion('x')).toBe(false)
  })
})

describe('a datagram', () => {
  const header = (counts: readonly number[], sizeBytes: number) => {
    const datagram = Buffer.alloc(sizeBytes)
    for (const [i, count] of counts.entries()) datagram.writeUInt16BE(count, 4 + 2 * i)
    return new Uint8Array(datagram)
  }

  it('is looked into only if it can hold what its header promises', () => {
    expect(isPlausiblePacket(header([0, 0, 0, 0], 12))).toBe(true)
    expect(isPlausiblePacket(header([0, 0, 0, 0], 12).subarray(1))).toBe(false)
    expect(isPlausiblePacket(header([1, 1, 1, 1], 12 + 5 + 33))).toBe(true)
    expect(isPlausiblePacket(header([1, 1, 1, 1], 12 + 5 + 32))).toBe(false)
    // Found by fuzzing: the DNS library made 65,534 records of these 53 bytes, again and again the same.
    expect(isPlausiblePacket(header([0, 0, 65_534, 0], 53))).toBe(false)
  })

  it('is no larger than an announcement could be', () => {
    const { lanPacketSizeBytesMax } = networkLimits
    expect(isPlausiblePacket(header([0, 0, 0, 0], lanPacketSizeBytesMax))).toBe(true)
    expect(isPlausiblePacket(header([0, 0, 0, 0], lanPacketSizeBytesMax + 1))).toBe(false)
    const question = serviceName.length + 6
    expect(12 + 2 * question + 10 + data.reduce((sum, part) => sum + part.length + 1, 0)).toBeLessThan(
      lanPacketSizeBytesMax,
    )
  })
})
