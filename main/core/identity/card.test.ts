import { describe, expect, it } from 'vitest'
import { nobleCrypto as crypto } from '../crypto/noble.ts'
import { createIdentity } from './account.ts'
import { cardText, compareCard, exportFiles, parseCard, signCard, verifyCard } from './card.ts'
import { fingerprintOf } from './fingerprint.ts'
import { sshPublicKeyLine } from './sshKey.ts'
import { encodeSshsig, sshsigNamespaces, sshsigSign } from './sshsig.ts'
import { utf8 } from '../bytes.ts'

const nowMs = 1_772_323_200_000
const anna = createIdentity(crypto, new Uint8Array(96).fill(1), nowMs)
const boris = createIdentity(crypto, new Uint8Array(96).fill(2), nowMs)
const text = cardText(crypto, anna, 'Anna Müller', nowMs)
const signature = signCard(crypto, anna.rootSeed, text)

describe('card', () => {
  it('is seven plain lines, the same each time', () => {
    expect(text.split('\n')).toHaveLength(8)
    expect(text).not.toContain('\r')
    expect(text.startsWith('Waxwing identity card v1\nname: Anna Müller\naccount: ssh-ed25519 ')).toBe(true)
    expect(text).toContain(' anna-muller@waxwing\n')
    expect(text).toContain(`\nfingerprint: ${fingerprintOf(crypto, anna.rootKey)}\n`)
    expect(text.endsWith('\ndate: 2026-03-01\n')).toBe(true)
    expect(cardText(crypto, anna, 'Anna Müller', nowMs + 3_600_000)).toBe(text)
  })

  it('comes back, with and without its signature', () => {
    const card = {
      name: 'Anna Müller',
      rootKey: anna.rootKey,
      identityKey: anna.identityKey,
      fingerprint: fingerprintOf(crypto, anna.rootKey),
      date: '2026-03-01',
    }
    expect(parseCard(crypto, text)).toEqual({ ok: true, value: card })
    expect(verifyCard(crypto, text, signature)).toEqual({ ok: true, value: card })
    expect(verifyCard(crypto, text.replaceAll('\n', '\r\n'), signature.replaceAll('\n', '\r\n')).ok).toBe(true)
    const nameless = cardText(crypto, anna, '\u200b', nowMs)
    expect(nameless).toContain('\nname: -\n')
    expect(parseCard(crypto, nameless)).toMatchObject({ ok: true, value: { name: '' } })
  })

  it('cannot be given more lines by a name', () => {
    const injected = cardText(crypto, anna, 'Anna\nfingerprint: SHA256:evil', nowMs)
    expect(injected.split('\n')).toHaveLength(8)
    expect(parseCard(crypto, injected)).toMatchObject({ ok: true, value: { name: 'Anna fingerprint: SHA256:evil' } })
  })

  it('refuses a card that contradicts itself or is not one', () => {
    const errorOf = (altered: string) => {
      const card = parseCard(crypto, altered)
      return card.ok ? null : card.error
    }
    const other = cardText(crypto, boris, 'Anna Müller', nowMs).split('\n')
    const withLine = (index: number, line: string) => text.split('\n').with(index, line).join('\n')
    expect(errorOf('hello')).toEqual({ kind: 'notACard' })
    expect(errorOf(text.replace('v1', 'v2'))).toEqual({ kind: 'notACard' })
    expect(errorOf('x'.repeat(5_000))).toEqual({ kind: 'tooLong', got: 5_000, max: 4_096 })
    expect(errorOf(`${text}more\n`)).toEqual({ kind: 'badLine', line: 8 })
    expect(errorOf(text.slice(0, -1))).toEqual({ kind: 'badLine', line: 7 })
    expect(errorOf(withLine(1, 'name: Anna \u202e'))).toEqual({ kind: 'badLine', line: 2 })
    expect(errorOf(withLine(1, 'name: '))).toEqual({ kind: 'badLine', line: 2 })
    expect(errorOf(withLine(2, 'account: ssh-ed25519 AAAA anna-muller@waxwing'))).toEqual({ kind: 'badLine', line: 3 })
    expect(errorOf(withLine(2, text.split('\n')[2]?.replace('anna-muller', 'root') ?? ''))).toEqual({
      kind: 'badLine',
      line: 3,
    })
    expect(errorOf(withLine(3, other[3] ?? ''))).toEqual({ kind: 'contradiction', field: 'fingerprint' })
    expect(errorOf(withLine(4, 'identity key: x25519 AAAA'))).toEqual({ kind: 'badLine', line: 5 })
    expect(errorOf(withLine(4, other[4] ?? ''))).toEqual({ kind: 'contradiction', field: 'descriptor' })
    expect(errorOf(withLine(6, 'date: today'))).toEqual({ kind: 'badLine', line: 7 })
    expect(errorOf(withLine(6, 'data: 2026-03-01'))).toEqual({ kind: 'badLine', line: 7 })
  })

  it('refuses signatures that do not fit', () => {
    const errorOf = (card: string, sig: string) => {
      const verified = verifyCard(crypto, card, sig)
      return verified.ok ? null : verified.error
    }
    expect(errorOf(text.replace('2026', '2027'), signature)).toEqual({ kind: 'badSignature', verdict: 'badSignature' })
    expect(errorOf(text, signCard(crypto, boris.rootSeed, text))).toEqual({ kind: 'otherSigner' })
    expect(errorOf(text, 'hello')).toEqual({ kind: 'badSignatureFile', cause: { kind: 'notArmoured' } })
    const namespace = sshsigNamespaces.device
    const raw = sshsigSign(crypto, anna.rootSeed, namespace, utf8(text))
    const elsewhere = encodeSshsig({ publicKey: anna.rootKey, namespace, signature: raw })
    expect(errorOf(text, elsewhere)).toEqual({ kind: 'badSignature', verdict: 'wrongNamespace' })
    expect(errorOf('hello', signature)).toEqual({ kind: 'notACard' })
  })
})

describe('compareCard', () => {
  const borisCard = cardText(crypto, boris, 'Anna Müller', nowMs)
  const borisFingerprint = fingerprintOf(crypto, boris.rootKey)

  it('matches card, key and fingerprint of the pinned account', () => {
    expect(compareCard(crypto, anna, text, signature)).toEqual({ kind: 'match', source: 'card' })
    expect(compareCard(crypto, anna, text, null)).toEqual({ kind: 'match', source: 'card' })
    const line = sshPublicKeyLine(anna.rootKey, 'whatever')
    expect(compareCard(crypto, anna, `${line}\n`, null)).toEqual({ kind: 'match', source: 'publicKey' })
    const fingerprint = fingerprintOf(crypto, anna.rootKey)
    expect(compareCard(crypto, anna, fingerprint, null)).toEqual({ kind: 'match', source: 'fingerprint' })
  })

  it('tells a mismatch with the fingerprint that came', () => {
    const mismatch = (source: string) => ({ kind: 'mismatch', source, fingerprint: borisFingerprint })
    expect(compareCard(crypto, anna, borisCard, signCard(crypto, boris.rootSeed, borisCard))).toEqual(mismatch('card'))
    expect(compareCard(crypto, anna, borisCard, null)).toEqual(mismatch('card'))
    expect(compareCard(crypto, anna, sshPublicKeyLine(boris.rootKey, ''), null)).toEqual(mismatch('publicKey'))
    expect(compareCard(crypto, anna, borisFingerprint, null)).toEqual(mismatch('fingerprint'))
  })

  it('sees another identity key under the same root', () => {
    const mixed = { rootKey: anna.rootKey, identityKey: boris.identityKey }
    expect(compareCard(crypto, mixed, text, null)).toMatchObject({ kind: 'mismatch', source: 'card' })
  })

  it('tells what is malformed', () => {
    expect(compareCard(crypto, anna, 'hello', null)).toEqual({ kind: 'malformed', cause: { kind: 'notACard' } })
    expect(compareCard(crypto, anna, text, signCard(crypto, boris.rootSeed, text))).toEqual({
      kind: 'malformed',
      cause: { kind: 'otherSigner' },
    })
  })
})

describe('exportFiles', () => {
  it('gives the five files, all LF and free of secrets', () => {
    const files = exportFiles(crypto, anna, 'Anna Müller', nowMs)
    expect(files.map((file) => file.fileName)).toEqual([
      'anna-muller.pub',
      'allowed_signers',
      'card.txt',
      'card.txt.sig',
      'HOW-TO-CHECK.txt',
    ])
    for (const file of files) {
      expect(file.text.endsWith('\n')).toBe(true)
      expect(file.text).not.toContain('\r')
    }
    expect(files[4]?.text.trim().split('\n')).toHaveLength(3)
  })

  it('has a name for people whose letters are not ASCII', () => {
    expect(exportFiles(crypto, anna, 'Мария', nowMs)[0]?.fileName).toBe('waxwing.pub')
  })
})
