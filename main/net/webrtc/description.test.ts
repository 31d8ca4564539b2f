import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat } from '../../core/bytes.ts'
import { networkLimits } from '../../core/limits.ts'
import { socketAddress } from '../addresses.ts'
import { candidateOf, candidateTexts, decodeDescription, encodeDescription } from './description.ts'
import { fingerprintOf, iceCredentials, sessionText } from './description.ts'
import type { Candidate, Description } from './description.ts'

const bytesOf = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length })

function candidate(host: string, port: number, kind: Candidate['kind'] = 'host'): Candidate {
  const address = socketAddress(host, port)
  if (address === null) throw new Error(`No address: ${host} ${port}`)
  return { kind, address }
}

const candidates = fc
  .tuple(
    fc.constantFrom('host', 'reflexive'),
    fc.oneof(
      fc.ipV4(),
      fc.ipV6().map((host) => host.replace(/%.*/, '')),
    ),
    fc.integer({ min: 1, max: 65_535 }),
  )
  .map(([kind, host, port]) => candidate(host, port, kind))

const sample: Description = {
  credentials: Uint8Array.from({ length: 24 }, (_, i) => i),
  fingerprint: new Uint8Array(32).fill(0xab),
  candidates: [
    candidate('192.168.1.2', 5_000),
    candidate('2001:db8::1', 5_001),
    candidate('11.22.33.4', 6, 'reflexive'),
  ],
}

describe('a description', () => {
  it('survives its encoding, and is never longer than it may be', () => {
    const descriptions = fc.record({
      credentials: bytesOf(24),
      fingerprint: bytesOf(32),
      candidates: fc.array(candidates, { maxLength: networkLimits.webrtcCandidatesMax }),
    })
    fc.assert(
      fc.property(descriptions, (description) => {
        const bytes = encodeDescription(description)
        expect(bytes.length).toBeLessThanOrEqual(networkLimits.webrtcDescriptionSizeBytesMax)
        expect(decodeDescription(bytes)).toEqual({ ok: true, value: description })
      }),
      { seed: 11, numRuns: 300 },
    )
  })

  it('has one encoding, and no bytes that are not read', () => {
    fc.assert(
      fc.property(fc.nat(encodeDescription(sample).length), fc.uint8Array({ maxLength: 60 }), (cut, noise) => {
        const bytes = concat(encodeDescription(sample).subarray(0, cut), noise)
        const read = decodeDescription(bytes)
        if (read.ok && read.value.candidates.every(({ address }) => address.family === 'ip4')) {
          expect(encodeDescription(read.value)).toEqual(bytes)
        }
      }),
      { seed: 12, numRuns: 1_000 },
    )
  })

  it.each([
    ['another version', 0, 2, { kind: 'badVersion', field: 'description', got: 2, wanted: 1 }],
    ['too many candidates', 57, 9, { kind: 'tooLong', field: 'candidates', got: 9, max: 8 }],
    ['more candidates than there are', 57, 4, { kind: 'truncated', wanted: 1, left: 0 }],
    ['fewer candidates than there are', 57, 2, { kind: 'trailing', left: 8 }],
    ['an unknown kind', 58, 2, { kind: 'badValue', field: 'kind', got: 2 }],
    ['an unknown family', 59, 5, { kind: 'badValue', field: 'family', got: 5 }],
  ])('is refused for %s', (_, at, byte, error) => {
    const bytes = encodeDescription(sample)
    bytes[at] = byte
    expect(decodeDescription(bytes)).toEqual({ ok: false, error })
  })

  it('is refused for the port zero', () => {
    const bytes = encodeDescription(sample)
    bytes.fill(0, 64, 66)
    expect(decodeDescription(bytes)).toEqual({ ok: false, error: { kind: 'badValue', field: 'port', got: 0 } })
  })
})

describe('the text for the library', () => {
  it('is made of checked values alone', () => {
    const text = sessionText(sample, 'offer')
    expect(iceCredentials(sample.credentials)).toEqual({
      iceUfrag: '0001020304050607',
      icePwd: '08090a0b0c0d0e0f1011121314151617',
    })
    expect(text).toContain(`\r\na=fingerprint:sha-256 ${Array.from({ length: 32 }, () => 'AB').join(':')}\r\n`)
    expect(text).toContain('\r\na=setup:actpass\r\na=ice-ufrag:0001020304050607\r\n')
    expect(sessionText(sample, 'answer')).toContain('\r\na=setup:active\r\n')
    expect(candidateTexts(sample.candidates)).toEqual([
      'candidate:1 1 UDP 2130706431 192.168.1.2 5000 typ host',
      'candidate:2 1 UDP 2130706175 2001:db8::1 5001 typ host',
      'candidate:3 1 UDP 1694498303 11.22.33.4 6 typ srflx raddr 0.0.0.0 rport 0',
    ])
    fc.assert(
      fc.property(bytesOf(24), bytesOf(32), fc.array(candidates), (credentials, fingerprint, list) => {
        const all = [sessionText({ credentials, fingerprint, candidates: list }, 'answer'), ...candidateTexts(list)]
        for (const line of all.flatMap((one) => one.split('\r\n'))) expect(line).toMatch(/^[ -~]*$/)
        expect(all[0]?.split('\r\n').length).toBe(text.split('\r\n').length)
        expect(fingerprintOf(all[0] ?? '')).toEqual(fingerprint)
      }),
      { seed: 13, numRuns: 200 },
    )
  })

  it('of the library tells the fingerprint', () => {
    expect(fingerprintOf('v=0\na=fingerprint:sha-1 AB:CD\n')).toBeNull()
    expect(fingerprintOf('')).toBeNull()
  })
})

describe('a candidate that the library found', () => {
  it('is one of UDP, under an address', () => {
    expect(candidateOf('a=candidate:1 1 UDP 2114977791 192.168.1.2 54215 typ host')).toEqual(
      candidate('192.168.1.2', 54_215),
    )
    const reflexive = 'candidate:2 1 UDP 1678769919 11.22.33.4 1024 typ srflx raddr 0.0.0.0 rport 0'
    expect(candidateOf(reflexive)).toEqual(candidate('11.22.33.4', 1_024, 'reflexive'))
    for (const text of [
      'candidate:1 1 TCP 2105458943 192.168.1.2 9 typ host tcptype active',
      'candidate:1 1 UDP 1 11.22.33.4 3478 typ relay raddr 0.0.0.0 rport 0',
      'candidate:1 1 UDP 2114977791 0b1a3b4c-1111-2222-3333-444455556666.local 54215 typ host',
      'candidate:1 1 UDP 2114977791 192.168.1.2 0 typ host',
      'candidate:1 1 UDP 2114977791 fe80::1%eth0 5 typ host',
      '',
    ]) {
      expect(candidateOf(text)).toBeNull()
    }
  })
})
