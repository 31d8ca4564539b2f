import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodePcpMap, decodePmpAddress, decodePmpMap, encodePcpMap, encodePmpMap } from './pmp.ts'

const nonce = Uint8Array.from({ length: 12 }, (_, i) => i + 1)
const request = { host: '192.168.1.7', port: 4_001, wantedPort: 4_002, lifetimeMs: 3_600_000 }

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

function bytesOf(...parts: readonly string[]): Uint8Array {
  return Uint8Array.from(Buffer.from(parts.join(''), 'hex'))
}

/** RFC 6887, section 11.1: header, then nonce, protocol, ports and address. */
function pcpAnswer(
  part: { readonly code?: string; readonly port?: string; readonly outside?: string; readonly host?: string } = {},
) {
  const { code = '00', port = '0fa1', outside = '1f90', host = '00000000000000000000ffff0b162142' } = part
  return bytesOf('028100', code, '00000e10', '00000001', '00'.repeat(12), hex(nonce), '06000000', port, outside, host)
}

describe('PCP', () => {
  it('asks as RFC 6887 says', () => {
    expect(hex(encodePcpMap(request, nonce))).toBe(
      [
        '02010000',
        '00000e10',
        '00000000000000000000ffffc0a80107',
        hex(nonce),
        '06000000',
        '0fa10fa2',
        '00000000000000000000ffff00000000',
      ].join(''),
    )
  })

  it('reads the port and the address of the router', () => {
    expect(decodePcpMap(pcpAnswer(), 4_001, nonce)).toEqual({
      ok: true,
      value: { host: '11.22.33.66', port: 8_080, lifetimeMs: 3_600_000 },
    })
  })

  it.each([
    ['another nonce', pcpAnswer(), 4_001, nonce.map((byte) => byte ^ 1), 'notOurs'],
    ['another port', pcpAnswer({ port: '0fa2' }), 4_001, nonce, 'malformed'],
    ['no port', pcpAnswer({ outside: '0000' }), 4_001, nonce, 'malformed'],
    ['an IPv6 address', pcpAnswer({ host: '20010db8000000000000000000000001' }), 4_001, nonce, 'malformed'],
    ['a refusal', pcpAnswer({ code: '08' }), 4_001, nonce, 'refused'],
    ['a short refusal', pcpAnswer({ code: '01' }).subarray(0, 24), 4_001, nonce, 'refused'],
    ['too short', pcpAnswer().subarray(0, 59), 4_001, nonce, 'malformed'],
    ['too long', Uint8Array.of(...pcpAnswer(), 0), 4_001, nonce, 'malformed'],
    ['a request', encodePcpMap(request, nonce), 4_001, nonce, 'notOurs'],
    ['nothing', new Uint8Array(), 4_001, nonce, 'notOurs'],
  ] as const)('refuses %s', (_, answer, port, wanted, kind) => {
    expect(decodePcpMap(answer, port, wanted)).toMatchObject({ ok: false, error: { kind } })
  })
})

describe('NAT-PMP', () => {
  const answer = bytesOf('0082', '0000', '00000001', '0fa1', '1f90', '00000e10')

  it('asks and reads as RFC 6886 says', () => {
    expect(hex(encodePmpMap(request))).toBe('000200000fa10fa200000e10')
    expect(decodePmpMap(answer, 4_001)).toEqual({
      ok: true,
      value: { host: null, port: 8_080, lifetimeMs: 3_600_000 },
    })
    expect(decodePmpAddress(bytesOf('0080', '0000', '00000001', '0b162142'))).toEqual({
      ok: true,
      value: '11.22.33.66',
    })
  })

  it.each([
    ['another port', answer, 4_002, 'notOurs'],
    ['a refusal', bytesOf('0082', '0002', '00000001'), 4_001, 'refused'],
    ['no port', bytesOf('0082', '0000', '00000001', '0fa1', '0000', '00000e10'), 4_001, 'malformed'],
    ['too short', answer.subarray(0, 15), 4_001, 'malformed'],
    ['the answer about UDP', bytesOf('0081', '0000', '00000001', '0fa1', '1f90', '00000e10'), 4_001, 'notOurs'],
  ] as const)('refuses %s', (_, bytes, port, kind) => {
    expect(decodePmpMap(bytes, port)).toMatchObject({ ok: false, error: { kind } })
  })
})

it('whatever a router sends, reading it throws nothing (seed 4)', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 80 }),
      fc.constantFrom('0081', '0281', '0082', '0080', ''),
      (bytes, front) => {
        const answer = Uint8Array.of(...bytesOf(front), ...bytes)
        decodePcpMap(answer, 4_001, nonce)
        decodePmpMap(answer, 4_001)
        decodePmpAddress(answer)
      },
    ),
    { seed: 4, numRuns: 2_000 },
  )
})
