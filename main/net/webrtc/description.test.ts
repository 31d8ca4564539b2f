import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat } from '../../core/bytes.ts'
import { networkLimits } from '../../core/limits.ts'
import { socketAddress } from '../addresses.ts'
import { candidatesIn, candidateTexts, decodeDescription, encodeDescription } from './description.ts'
import { readSession, sessionText } from './description.ts'
import type { Candidate, Description } from './description.ts'

const bytesOf = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length })

function candidate(host: string, port: number, kind: Candidate['kind'] = 'host'): Candidate {
  const address = socketAddress(host, port)
  if (address === null) throw new Error(`No address: ${host} ${port}`)
  return { kind, address }
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const iceText = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength, maxLength })

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
  name: 'aB3+',
  password: '0123456789abcdefghij+/',
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
      name: iceText(4, 32),
      password: iceText(22, 64),
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
    ['a name too short', 1, 3, { kind: 'tooShort', field: 'name', got: 3, min: 4 }],
    ['a name too long', 1, 33, { kind: 'tooLong', field: 'name', got: 33, max: 32 }],
    ['a line end in a name', 3, 10, { kind: 'badText', field: 'name' }],
    ['a space in a password', 20, 32, { kind: 'badText', field: 'password' }],
    ['a password too short', 6, 21, { kind: 'tooShort', field: 'password', got: 21, min: 22 }],
    ['a password too long', 6, 65, { kind: 'tooLong', field: 'password', got: 65, max: 64 }],
    ['another version', 0, 2, { kind: 'badVersion', field: 'description', got: 2, wanted: 1 }],
    ['too many candidates', 61, 9, { kind: 'tooLong', field: 'candidates', got: 9, max: 8 }],
    ['more candidates than there are', 61, 4, { kind: 'truncated', wanted: 1, left: 0 }],
    ['fewer candidates than there are', 61, 2, { kind: 'trailing', left: 8 }],
    ['an unknown kind', 62, 2, { kind: 'badValue', field: 'kind', got: 2 }],
    ['an unknown family', 63, 5, { kind: 'badValue', field: 'family', got: 5 }],
  ])('is refused for %s', (_, at, byte, error) => {
    const bytes = encodeDescription(sample)
    bytes[at] = byte
    expect(decodeDescription(bytes)).toEqual({ ok: false, error })
  })

  it('is refused for the port zero', () => {
    const bytes = encodeDescription(sample)
    bytes.fill(0, 68, 70)
    expect(decodeDescription(bytes)).toEqual({ ok: false, error: { kind: 'badValue', field: 'port', got: 0 } })
  })
})

describe('the text for the library', () => {
  it('is made of checked values alone', () => {
    const text = sessionText(sample, 'offer')
    expect(text).toContain(`\r\na=fingerprint:sha-256 ${Array.from({ length: 32 }, () => 'AB').join(':')}\r\n`)
    expect(text).toContain('\r\na=setup:actpass\r\na=ice-ufrag:aB3+\r\na=ice-pwd:0123456789abcdefghij+/\r\n')
    expect(sessionText(sample, 'answer')).toContain('\r\na=setup:active\r\n')
    expect(candidateTexts(sample.candidates)).toEqual([
      'candidate:1 1 UDP 2130706431 192.168.1.2 5000 typ host',
      'candidate:2 1 UDP 2130706175 2001:db8::1 5001 typ host',
      'candidate:3 1 UDP 1694498303 11.22.33.4 6 typ srflx raddr 0.0.0.0 rport 0',
    ])
    fc.assert(
      fc.property(
        iceText(4, 32),
        iceText(22, 64),
        bytesOf(32),
        fc.array(candidates),
        (name, password, fingerprint, list) => {
          const all = [
            sessionText({ name, password, fingerprint, candidates: list }, 'answer'),
            ...candidateTexts(list),
          ]
          for (const line of all.flatMap((one) => one.split('\r\n'))) expect(line).toMatch(/^[ -~]*$/)
          expect(all[0]?.split('\r\n').length).toBe(text.split('\r\n').length)
          expect(readSession(all[0] ?? '')).toEqual({ name, password, fingerprint })
        },
      ),
      { seed: 13, numRuns: 200 },
    )
  })

  it('of the library is read where it is as we know it', () => {
    const text = sessionText(sample, 'offer')
    const { candidates: _, ...session } = sample
    expect(readSession(text.replaceAll('\r', ''))).toEqual(session)
    for (const line of ['a=fingerprint:sha-256', 'a=ice-ufrag:', 'a=ice-pwd:']) {
      expect(readSession(text.replace(line, 'a=x:'))).toBeNull()
    }
    expect(readSession(text.replace('sha-256', 'sha-1'))).toBeNull()
  })
})

describe('the candidates that the library found', () => {
  it('are those of UDP, under an address', () => {
    const lines = [
      'a=candidate:1 1 UDP 2114977791 192.168.1.2 54215 typ host',
      'a=candidate:1 1 TCP 2105458943 192.168.1.2 9 typ host tcptype active',
      'a=candidate:1 1 UDP 1 11.22.33.4 3478 typ relay raddr 0.0.0.0 rport 0',
      'a=candidate:1 1 UDP 2114977791 0b1a3b4c-1111-2222-3333-444455556666.local 54215 typ host',
      'a=candidate:1 1 UDP 2114977791 192.168.1.2 0 typ host',
      'a=candidate:1 1 UDP 2114977791 fe80::1%eth0 5 typ host',
      'a=candidate:2 1 UDP 1678769919 11.22.33.4 1024 typ srflx raddr 0.0.0.0 rport 0',
    ]
    const found = [candidate('192.168.1.2', 54_215), candidate('11.22.33.4', 1_024, 'reflexive')]
    for (const end of ['\n', '\r\n']) expect(candidatesIn(['v=0', ...lines, ''].join(end))).toEqual(found)
    expect(candidatesIn('')).toEqual([])
  })
})
