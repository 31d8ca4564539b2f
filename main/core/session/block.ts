/**
 * What stands before the content inside a sealed body: nothing, or one half of the exchange that leads
 * to the next post-quantum epoch. PROTOCOL.md, "Post-quantum epochs".
 */
import type { ByteReader, DecodeError } from '../bytes.ts'
import { ByteWriter, decode } from '../bytes.ts'
import { keyTypes } from '../crypto/keyType.ts'
import type { Result } from '../result.ts'
import { kemCipherTextSizeBytes, kemPublicKeySizeBytes, readTyped } from './suite.ts'

export const authenticatorSizeBytes = 32

/** The first half of an exchange. `epoch` is the number of the epoch to come. */
export interface Offer {
  readonly kind: 'offer'
  readonly epoch: number
  readonly authenticator: Uint8Array
  readonly kemKey: Uint8Array
}

export interface Answer {
  readonly kind: 'answer'
  readonly epoch: number
  readonly authenticator: Uint8Array
  readonly cipherText: Uint8Array
}

export type Block = { readonly kind: 'none' } | Offer | Answer

export const noBlock: Block = { kind: 'none' }

const blockKinds = { none: 0, offer: 1, answer: 2 } as const

/** The most that a block adds to a content. */
export const blockSizeBytesMax = 1 + 2 + authenticatorSizeBytes + 1 + kemPublicKeySizeBytes

const encodedNone = Uint8Array.of(blockKinds.none)

export function encodeBlock(block: Block): Uint8Array {
  if (block.kind === 'none') return encodedNone
  return new ByteWriter()
    .u8(blockKinds[block.kind])
    .u16(block.epoch)
    .bytes(block.authenticator)
    .u8(keyTypes.mlKem768)
    .bytes(block.kind === 'offer' ? block.kemKey : block.cipherText)
    .done()
}

function readBlock(reader: ByteReader): Block {
  const kind = reader.u8()
  if (kind === blockKinds.none) return noBlock
  if (kind !== blockKinds.offer && kind !== blockKinds.answer) {
    return reader.refuse({ kind: 'badValue', field: 'block', got: kind })
  }
  const epoch = reader.u16()
  const authenticator = reader.bytes(authenticatorSizeBytes)
  if (kind === blockKinds.offer) {
    const kemKey = readTyped(reader, 'kemKey', keyTypes.mlKem768, kemPublicKeySizeBytes)
    return { kind: 'offer', epoch, authenticator, kemKey }
  }
  const cipherText = readTyped(reader, 'cipherText', keyTypes.mlKem768, kemCipherTextSizeBytes)
  return { kind: 'answer', epoch, authenticator, cipherText }
}

/** The block, and the content behind it: the rest, whatever its length. */
export function splitBlock(
  plaintext: Uint8Array,
): Result<{ readonly block: Block; readonly content: Uint8Array }, DecodeError> {
  return decode(plaintext, (reader) => ({ block: readBlock(reader), content: reader.bytes(reader.left) }))
}
