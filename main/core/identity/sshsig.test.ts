import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteWriter, concat, fromBase64, toBase64, utf8 } from '../bytes.ts'
import { nobleCrypto as crypto } from '../crypto/noble.ts'
import { fingerprintGroups, fingerprintOf, parseFingerprint } from './fingerprint.ts'
import {
  allowedSignersLine,
  decodeSshPublicKey,
  encodeSshPublicKey,
  parseSshPublicKeyLine,
  sshPublicKeyLine,
} from './sshKey.ts'
import { decodeSshsig, encodeSshsig, sshsigNamespaces, sshsigSign, sshsigSignedBytes, verifySshsig } from './sshsig.ts'

const seed = Uint8Array.from({ length: 32 }, (_, i) => i)
const publicKey = crypto.ed25519PublicKey(seed)
const message = utf8('the message\n')
const namespace = sshsigNamespaces.card
const signature = sshsigSign(crypto, seed, namespace, message)
const armour = encodeSshsig({ publicKey, namespace, signature })

/** An armour over a blob that was put together by hand. */
function armourOf(blob: Uint8Array): string {
  const lines = toBase64(blob).match(/.{1,70}/g) ?? []
  return ['-----BEGIN SSH SIGNATURE-----', ...lines, '-----END SSH SIGNATURE-----', ''].join('\n')
}

function blobOf(parts: {
  version?: number
  key?: Uint8Array
  namespace?: Uint8Array
  reserved?: string
  hash?: string
  field?: Uint8Array
  name?: string
  sig?: Uint8Array
}) {
  return new ByteWriter()
    .bytes(utf8('SSHSIG'))
    .u32(parts.version ?? 1)
    .prefixed32(parts.key ?? encodeSshPublicKey(publicKey))
    .prefixed32(parts.namespace ?? utf8(namespace))
    .prefixed32(utf8(parts.reserved ?? ''))
    .prefixed32(utf8(parts.hash ?? 'sha512'))
    .prefixed32(
      parts.field ??
        new ByteWriter()
          .prefixed32(utf8(parts.name ?? 'ssh-ed25519'))
          .prefixed32(parts.sig ?? signature)
          .done(),
    )
    .done()
}

describe('SSHSIG', () => {
  it('signs the bytes of PROTOCOL.sshsig', () => {
    const str = (bytes: Uint8Array) => concat(Uint8Array.of(0, 0, 0, bytes.length), bytes)
    expect(sshsigSignedBytes(crypto, namespace, message)).toEqual(
      concat(utf8('SSHSIG'), str(utf8(namespace)), str(utf8('')), str(utf8('sha512')), str(crypto.sha512(message))),
    )
  })

  it('comes back from its armour, in lines of at most 70', () => {
    expect(decodeSshsig(armour)).toEqual({ ok: true, value: { publicKey, namespace, signature } })
    expect(armour).toBe(armourOf(blobOf({})))
    expect(Math.max(...armour.split('\n').map((line) => line.length))).toBe(70)
  })

  it('tells good from wrong purpose, message and key', () => {
    const sig = { publicKey, namespace, signature }
    expect(verifySshsig(crypto, sig, namespace, message)).toBe('good')
    expect(verifySshsig(crypto, sig, sshsigNamespaces.device, message)).toBe('wrongNamespace')
    expect(verifySshsig(crypto, { ...sig, namespace: sshsigNamespaces.device }, sshsigNamespaces.device, message)).toBe(
      'badSignature',
    )
    expect(verifySshsig(crypto, sig, namespace, utf8('the message'))).toBe('badSignature')
    const other = crypto.ed25519PublicKey(new Uint8Array(32))
    expect(verifySshsig(crypto, { ...sig, publicKey: other }, namespace, message)).toBe('badSignature')
  })

  it('refuses armour that ssh-keygen would refuse', () => {
    for (const text of [
      '',
      'hello',
      armour.replaceAll('\n', '\r\n'),
      ` ${armour}`,
      `${armour}x`,
      armour.replace('BEGIN SSH', 'BEGIN PGP'),
    ]) {
      expect(decodeSshsig(text)).toEqual({ ok: false, error: { kind: 'notArmoured' } })
    }
    expect(decodeSshsig('A'.repeat(5_000))).toEqual({ ok: false, error: { kind: 'tooLong', got: 5_000, max: 4_096 } })
    expect(decodeSshsig(armour.replace('U1NI', 'U1N!'))).toEqual({
      ok: false,
      error: { kind: 'malformed', cause: { kind: 'badText', field: 'base64' } },
    })
  })

  it('names what it does not take', () => {
    const errorOf = (blob: Uint8Array) => decodeSshsig(armourOf(blob))
    const unsupported = (field: string) => ({ ok: false, error: { kind: 'unsupported', field } })
    expect(errorOf(blobOf({ version: 2 }))).toEqual({ ok: false, error: { kind: 'unknownVersion', got: 2 } })
    expect(errorOf(blobOf({ reserved: 'x' }))).toEqual(unsupported('reserved'))
    expect(errorOf(blobOf({ hash: 'sha256' }))).toEqual(unsupported('hash'))
    expect(errorOf(blobOf({ name: 'ssh-rsa' }))).toEqual(unsupported('signature'))
    expect(errorOf(blobOf({ sig: signature.subarray(1) }))).toEqual(unsupported('signature'))
    expect(errorOf(blobOf({ key: utf8('ssh-rsa') }))).toEqual(unsupported('key'))
    expect(errorOf(blobOf({ namespace: Uint8Array.of(0xff) }))).toEqual({
      ok: false,
      error: { kind: 'malformed', cause: { kind: 'badText', field: 'namespace' } },
    })
    expect(errorOf(blobOf({ field: utf8('ssh') }))).toEqual({
      ok: false,
      error: { kind: 'malformed', cause: { kind: 'truncated', wanted: 2, left: 1 } },
    })
    expect(errorOf(concat(utf8('SSHSIX'), blobOf({}).subarray(6)))).toMatchObject({
      ok: false,
      error: { kind: 'malformed', cause: { kind: 'badValue', field: 'magic' } },
    })
    expect(errorOf(concat(blobOf({}), Uint8Array.of(0)))).toEqual({
      ok: false,
      error: { kind: 'malformed', cause: { kind: 'trailing', left: 1 } },
    })
  })

  it('is total over any blob, and over any cut of a good one', () => {
    const good = blobOf({})
    for (let length = 0; length < good.length; length++) {
      expect(decodeSshsig(armourOf(good.subarray(0, length))).ok).toBe(false)
    }
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        (rest) => !decodeSshsig(armourOf(concat(good.subarray(0, 10), rest))).ok,
      ),
      { seed: 1, numRuns: 300 },
    )
  })

  it('keeps its purposes apart', () => {
    const namespaces = Object.values(sshsigNamespaces)
    expect(new Set(namespaces).size).toBe(namespaces.length)
    for (const purpose of namespaces) expect(purpose).toMatch(/^[a-z-]+@waxwing$/)
  })
})

describe('SSH keys', () => {
  const line = sshPublicKeyLine(publicKey, 'anna@waxwing')

  it('writes and reads a line', () => {
    expect(line).toMatch(/^ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI[A-Za-z0-9+/]{43} anna@waxwing$/)
    expect(parseSshPublicKeyLine(`${line}\r\n`)).toEqual({ ok: true, value: { publicKey, comment: 'anna@waxwing' } })
    expect(parseSshPublicKeyLine(sshPublicKeyLine(publicKey, ''))).toEqual({
      ok: true,
      value: { publicKey, comment: '' },
    })
    expect(allowedSignersLine('anna@waxwing', namespace, publicKey)).toBe(
      `anna@waxwing namespaces="identity@waxwing" ${sshPublicKeyLine(publicKey, '')}`,
    )
  })

  it('refuses other keys and other texts', () => {
    const error = (text: string) => {
      const parsed = parseSshPublicKeyLine(text)
      return parsed.ok ? null : parsed.error.kind
    }
    expect(error('ssh-rsa AAAAB3NzaC1yc2E= me')).toBe('otherAlgorithm')
    expect(error('Waxwing identity card')).toBe('notAKeyLine')
    expect(error('')).toBe('notAKeyLine')
    expect(error(`${line}\n${line}`)).toBe('notAKeyLine')
    expect(error('ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA')).toBe('malformed')
    expect(error(`${line.slice(0, line.indexOf(' anna'))}=`)).toBe('malformed')
    expect(error(line.replace('C3NzaC1lZDI1NTE5', 'C3NzaC1lZDI1NTE4'))).toBe('malformed')
    expect(error(`ssh-ed25519 ${'A'.repeat(5_000)}`)).toBe('tooLong')
    expect(() => sshPublicKeyLine(publicKey, 'two words')).toThrow('one printable ASCII word')
  })

  it('refuses a key of another name, though it be as long', () => {
    const other = new ByteWriter().prefixed32(utf8('ssh-ed25518')).prefixed32(publicKey).done()
    expect(decodeSshPublicKey(other)).toEqual({ ok: false, error: { kind: 'badText', field: 'key name' } })
  })

  it('refuses a key of another length', () => {
    const short = new ByteWriter().prefixed32(utf8('ssh-ed25519')).prefixed32(publicKey.subarray(1)).done()
    expect(decodeSshPublicKey(short)).toEqual({
      ok: false,
      error: { kind: 'tooShort', field: 'key', got: 31, min: 32 },
    })
  })

  it('has the fingerprint that OpenSSH prints', () => {
    // ssh-keygen -lf on this very key, OpenSSH 9.2.
    const known = 'AAAAC3NzaC1lZDI1NTE5AAAAIAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4'
    const blob = fromBase64(known)
    expect(blob).toEqual({ ok: true, value: encodeSshPublicKey(publicKey) })
    const fingerprint = fingerprintOf(crypto, publicKey)
    expect(fingerprint).toBe('SHA256:lbmsoA0yIEcEiVDRnMWuzm+nV+3ZEEpVIURqFoeSspg')
    expect(fingerprintGroups(fingerprint)).toHaveLength(11)
    expect(fingerprintGroups('SHA256:')).toEqual([])
    expect(`SHA256:${fingerprintGroups(fingerprint).join('')}`).toBe(fingerprint)
    expect(parseFingerprint(`  SHA256: ${fingerprintGroups(fingerprint).join(' ')}\n`)).toBe(fingerprint)
    expect(parseFingerprint(fingerprint.slice(0, -1))).toBeNull()
    expect(parseFingerprint('SHA256:'.repeat(100))).toBeNull()
  })
})
