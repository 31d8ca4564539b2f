/** The secret half of a prekey bundle, as it is stored until it has been used. */
import type { DecodeError } from '../bytes.ts'
import { ByteWriter, decode } from '../bytes.ts'
import type { PrekeyId } from '../ids.ts'
import { idBytes, prekeyIdOf } from '../ids.ts'
import type { Result } from '../result.ts'
import { hashSizeBytes, keySizeBytes, suiteId } from './suite.ts'

/** d || z of FIPS 203: the decapsulation key is made from it again when it is needed. */
export const kemSeedSizeBytes = 64

const secretsVersion = 1
const prekeyIdSizeBytes = 16

export interface BundleSecrets {
  readonly prekeyId: PrekeyId
  /** SHA-256 of the whole published bundle. */
  readonly bundleHash: Uint8Array
  readonly signedPrekeySecret: Uint8Array
  readonly ratchetSecret: Uint8Array
  readonly oneTimeSecret: Uint8Array | null
  readonly kemSeed: Uint8Array
}

/** Whether the bundle is one of last resort: its secrets outlive their use. */
export function isLastResort(secrets: BundleSecrets): boolean {
  return secrets.oneTimeSecret === null
}

export function encodeBundleSecrets(secrets: BundleSecrets): Uint8Array {
  const writer = new ByteWriter()
    .u8(secretsVersion)
    .u16(suiteId)
    .bytes(idBytes(secrets.prekeyId))
    .bytes(secrets.bundleHash)
    .bytes(secrets.signedPrekeySecret)
    .bytes(secrets.ratchetSecret)
    .bytes(secrets.kemSeed)
    .u8(secrets.oneTimeSecret === null ? 0 : 1)
  if (secrets.oneTimeSecret !== null) writer.bytes(secrets.oneTimeSecret)
  return writer.done()
}

export function decodeBundleSecrets(bytes: Uint8Array): Result<BundleSecrets, DecodeError> {
  return decode(bytes, (reader) => {
    reader.version('secrets', secretsVersion)
    const suite = reader.u16()
    if (suite !== suiteId) reader.refuse({ kind: 'badValue', field: 'suite', got: suite })
    const prekeyId = prekeyIdOf(reader.bytes(prekeyIdSizeBytes))
    const bundleHash = reader.bytes(hashSizeBytes)
    const signedPrekeySecret = reader.bytes(keySizeBytes)
    const ratchetSecret = reader.bytes(keySizeBytes)
    const kemSeed = reader.bytes(kemSeedSizeBytes)
    const oneTime = reader.u8()
    if (oneTime > 1) reader.refuse({ kind: 'badValue', field: 'oneTime', got: oneTime })
    const oneTimeSecret = oneTime === 1 ? reader.bytes(keySizeBytes) : null
    return { prekeyId, bundleHash, signedPrekeySecret, ratchetSecret, oneTimeSecret, kemSeed }
  })
}
