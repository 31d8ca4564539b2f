/** Envelopes that only the peer of a session could make, and what is expected of those that are refused. */
import { expect } from 'vitest'
import { concat } from '../../main/core/bytes.ts'
import type { Crypto } from '../../main/core/crypto/provider.ts'
import type { Header } from '../../main/core/session/header.ts'
import { sealHeader, sealedHeaderSizeBytes } from '../../main/core/session/header.ts'
import { ratchetOverheadBytes } from '../../main/core/session/ratchet.ts'
import { encodeSession } from '../../main/core/session/session.ts'
import type { End } from './sessions.ts'
import { crypto, ends } from './sessions.ts'

type Ends = ReturnType<typeof ends>

/** Both sides have spoken, so that every part of the state is set. */
export function spoken(options = {}): Ends {
  const both = ends(options)
  both.anna.open(both.ben.seal('reply'))
  both.ben.open(both.anna.seal('again'))
  return both
}

/** What only the peer could send: a header of its choice, sealed under a key that the receiver tries. */
export function forged(
  headerKey: Uint8Array,
  header: (Omit<Header, 'epoch'> & Partial<Header>) | Uint8Array,
): Uint8Array {
  const nonce = new Uint8Array(24).fill(1)
  const sealed =
    header instanceof Uint8Array
      ? concat(nonce, crypto.xchachaSeal(headerKey, nonce, header, new Uint8Array(0)))
      : sealHeader(crypto, headerKey, nonce, { epoch: 0, ...header })
  return concat(Uint8Array.of(2), sealed, new Uint8Array(ratchetOverheadBytes - sealedHeaderSizeBytes + 160))
}

/** A provider that derives nothing: a refusal under it cost no more than opening the header. */
export const withoutDerivation: Crypto = {
  ...crypto,
  hmacSha256: () => expect.unreachable('derived a message key'),
  hkdfSha256: () => expect.unreachable('derived a key'),
  x25519: () => expect.unreachable('agreed on a key'),
}

/** Refused, with this error, and the state to the last byte as it was. */
export function expectRefused(end: End, sealed: Uint8Array, error: object): void {
  const before = encodeSession(end.session)
  expect(end.refuses(sealed)).toMatchObject(error)
  expect(encodeSession(end.session)).toEqual(before)
}
