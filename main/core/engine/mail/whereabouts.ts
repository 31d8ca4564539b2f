/**
 * Word of where a device is, as it lies in a record: signed by a key that the contact it is for was told of in the session,
 * and nobody else. To that contact it proves who wrote it; to others nothing, for anybody can make such a key.
 * PROTOCOL.md, "Rendezvous".
 */
import { ByteWriter, concat, decode } from '../../bytes.ts'
import type { DecodeError } from '../../bytes.ts'
import type { Crypto } from '../../crypto/provider.ts'
import { sshsigNamespaces, sshsigSign, sshsigVerify } from '../../identity/sshsig.ts'
import type { DeviceId } from '../../ids.ts'
import { idBytes } from '../../ids.ts'
import { protocolLimits } from '../../limits.ts'
import type { Result } from '../../result.ts'
import { err, ok } from '../../result.ts'

const version = 2
const signatureSizeBytes = 64

/** Where somebody was at a time of theirs. */
export interface Whereabouts {
  readonly timeMs: number
  readonly addresses: readonly string[]
}

/** Who says it, and to whom. */
export interface Parties {
  readonly author: DeviceId
  readonly reader: DeviceId
}

export type WhereaboutsError =
  | { readonly kind: 'malformed'; readonly cause: DecodeError }
  | { readonly kind: 'badSignature' }

function unsigned({ timeMs, addresses }: Whereabouts): Uint8Array {
  const writer = new ByteWriter().u8(version).u64(timeMs).u8(addresses.length)
  for (const address of addresses) writer.text(address)
  return writer.done()
}

/** How many bytes `encodeWhereabouts` makes of it, whoever signs. */
export function whereaboutsSizeBytes(word: Whereabouts): number {
  return unsigned(word).length + signatureSizeBytes
}

function signedBytes({ author, reader }: Parties, said: Uint8Array): Uint8Array {
  return concat(idBytes(author), idBytes(reader), said)
}

/** version (1), time (8), number of addresses (1), each as a text with its length, signature (64) with this seed. */
export function encodeWhereabouts(
  crypto: Crypto,
  word: Whereabouts,
  parties: Parties,
  signerSeed: Uint8Array,
): Uint8Array {
  const said = unsigned(word)
  const message = signedBytes(parties, said)
  return concat(said, sshsigSign(crypto, signerSeed, sshsigNamespaces.whereabouts, message))
}

/** Word of where somebody is, read whole, and signed by `signer` (Ed25519, 32 bytes). */
export function decodeWhereabouts(
  crypto: Crypto,
  bytes: Uint8Array,
  parties: Parties,
  signer: Uint8Array,
): Result<Whereabouts, WhereaboutsError> {
  const found = decode(bytes, (reader) => {
    reader.version('record', version)
    const timeMs = reader.u64('timeMs')
    if (timeMs > protocolLimits.timeMsMax) return reader.refuse({ kind: 'badValue', field: 'timeMs', got: timeMs })
    const got = reader.u8()
    const max = protocolLimits.addressesMax
    if (got > max) return reader.refuse({ kind: 'tooLong', field: 'addresses', got, max })
    const addresses = Array.from({ length: got }, () => reader.text('address', protocolLimits.addressSizeBytesMax))
    return { timeMs, addresses, signature: reader.bytes(signatureSizeBytes) }
  })
  if (!found.ok) return err({ kind: 'malformed', cause: found.error })
  const { timeMs, addresses, signature } = found.value
  const message = signedBytes(parties, bytes.subarray(0, -signatureSizeBytes))
  const isSigned = sshsigVerify(crypto, signer, sshsigNamespaces.whereabouts, message, signature)
  return isSigned ? ok({ timeMs, addresses }) : err({ kind: 'badSignature' })
}
