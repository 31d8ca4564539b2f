/**
 * Ed25519 keys that core's strict verification refuses and libp2p's does not. It proves a peer's key to itself with
 * the runtime's OpenSSL or BoringSSL, for which a signature by a key of small order holds that nobody had to make.
 */
import { toHex } from '../core/bytes.ts'

const keyLength = 32
/** p = 2^255 - 19, little-endian: its first byte, and what the last is without the sign. */
const fieldFirst = 0xed
const fieldLast = 0x7f

/** The y of the eight points of small order, canonical, without the sign of x (RFC 8032 section 5.1.2). */
const smallOrder: ReadonlySet<string> = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
])

/** Whether a key of 32 bytes has small order, or a y that is not below p. */
export function isUnsafeKey(key: Uint8Array): boolean {
  const y = Uint8Array.from(key)
  const last = keyLength - 1
  y[last] = (y[last] as number) & 0x7f
  const notBelowField =
    y[last] === fieldLast && y.subarray(1, last).every((byte) => byte === 0xff) && (y[0] as number) >= fieldFirst
  return notBelowField || smallOrder.has(toHex(y))
}
