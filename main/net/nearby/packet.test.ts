import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deviceIdOf } from '../../core/ids.ts'
import { decodeNearbyAnnouncement, encodeNearbyAnnouncement, nearbyService } from './packet.ts'

const peer = deviceIdOf(Uint8Array.from(randomBytes(32)))
const data = encodeNearbyAnnouncement({ port: 40_001, peer })
const record = { name: nearbyService, type: 'TXT', ttl: 15, data }
const [part = Buffer.alloc(0)] = data

describe('the announcement of a sitting', () => {
  it('comes back as it went, and holds version, port and key and nothing else', () => {
    expect(decodeNearbyAnnouncement([record])).toEqual({ ok: true, value: { port: 40_001, peer } })
    expect(data).toHaveLength(1)
    expect(part.toString('hex')).toBe(`01${(40_001).toString(16)}${peer}`)
    const shouted = { ...record, name: nearbyService.toUpperCase() }
    expect(decodeNearbyAnnouncement([{ name: 'printer.local', type: 'A', data: '10.0.0.1' }, shouted]).ok).toBe(true)
  })

  it('of others, of another version or of another shape is refused', () => {
    const malformed = { ok: false, error: { kind: 'malformed' } }
    const notOurs = { ok: false, error: { kind: 'notOurs' } }
    const of = (changed: unknown) => decodeNearbyAnnouncement([{ ...record, data: changed }])
    expect(of([Buffer.concat([Buffer.of(2), part.subarray(1)])])).toEqual({
      ok: false,
      error: { kind: 'badVersion', got: 2, wanted: 1 },
    })
    for (let length = 0; length < part.length; length++) expect(of([part.subarray(0, length)]).ok).toBe(false)
    expect(of([Buffer.concat([part, Buffer.of(0)])])).toEqual(malformed)
    expect(of([Buffer.concat([Buffer.of(1, 0, 0), part.subarray(3)])])).toEqual(malformed)
    expect(of([part, part])).toEqual(malformed)
    expect(of([])).toEqual(malformed)
    expect(of(['text'])).toEqual(malformed)
    expect(of('text')).toEqual(notOurs)
    expect(decodeNearbyAnnouncement([{ ...record, type: 'SRV' }])).toEqual(notOurs)
    expect(decodeNearbyAnnouncement([{ ...record, name: '_waxwing._tcp.local' }])).toEqual(notOurs)
    expect(decodeNearbyAnnouncement([])).toEqual(notOurs)
    expect(decodeNearbyAnnouncement(undefined)).toEqual(notOurs)
  })

  it('never throws, whatever the library decoded', () => {
    fc.assert(
      fc.property(fc.anything(), fc.array(fc.anything()), (value, list) => {
        const answers = [decodeNearbyAnnouncement(value), decodeNearbyAnnouncement([value, { ...record, data: list }])]
        return answers.every((answer) => !answer.ok || answer.value.port > 0)
      }),
      { seed: 12, numRuns: 500 },
    )
  })
})
