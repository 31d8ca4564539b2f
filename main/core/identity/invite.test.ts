import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, toBase64Url, utf8 } from '../bytes.ts'
import { nobleCrypto as crypto } from '../crypto/noble.ts'
import { inviteIdOf } from '../ids.ts'
import { implementationLimits, protocolLimits } from '../limits.ts'
import type { Invite } from './invite.ts'
import {
  decodeInvite,
  decodeInviteLink,
  decodeInviteText,
  encodeInvite,
  encodeInviteFile,
  encodeInviteLink,
} from './invite.ts'

const bytes = (length: number, fill: number) => new Uint8Array(length).fill(fill)
const invite: Invite = {
  suite: 1,
  inviteId: inviteIdOf(bytes(16, 1)),
  rootKey: bytes(32, 2),
  deviceKey: bytes(32, 3),
  secret: bytes(32, 4),
  bundleHash: bytes(32, 5),
  expiresAtMs: 1_767_225_600_000,
  name: 'Anna Łukasz',
  addresses: ['/ip4/192.0.2.7/tcp/4001', '/ip6/2001:db8::1/tcp/4001'],
}
const link = encodeInviteLink(crypto, invite)

/** A payload as any version would close it. */
function withChecksum(body: Uint8Array): Uint8Array {
  return concat(body, crypto.sha256(body).slice(0, 4))
}

const anyBytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const boundedText = (max: number) =>
  fc.string({ unit: 'grapheme', maxLength: max }).filter((text) => utf8(text).length <= max)
const anyInvite: fc.Arbitrary<Invite> = fc.record({
  suite: fc.constant(1),
  inviteId: anyBytes(16).map(inviteIdOf),
  rootKey: anyBytes(32),
  deviceKey: anyBytes(32),
  secret: anyBytes(32),
  bundleHash: anyBytes(32),
  expiresAtMs: fc.nat({ max: protocolLimits.timeMsMax }),
  name: boundedText(protocolLimits.nameSizeBytesMax),
  addresses: fc.array(boundedText(protocolLimits.addressSizeBytesMax), { maxLength: protocolLimits.addressesMax }),
})

describe('invite', () => {
  it('comes back from its link whole', () => {
    fc.assert(
      fc.property(anyInvite, (value) => {
        expect(decodeInviteLink(crypto, encodeInviteLink(crypto, value))).toEqual({ ok: true, value })
      }),
      { seed: 1, numRuns: 200 },
    )
  })

  it('fits its limit at its largest', () => {
    const largest = encodeInviteLink(crypto, {
      ...invite,
      name: 'x'.repeat(protocolLimits.nameSizeBytesMax),
      addresses: Array.from({ length: protocolLimits.addressesMax }, () =>
        'a'.repeat(protocolLimits.addressSizeBytesMax),
      ),
    })
    expect(largest.length).toBeLessThanOrEqual(protocolLimits.inviteLinkLengthMax)
    expect(decodeInviteLink(crypto, largest).ok).toBe(true)
  })

  it('forgives what mail, chat and the OS do to a link', () => {
    const expected = { ok: true, value: invite }
    expect(decodeInviteLink(crypto, `  ${link}\r\n`)).toEqual(expected)
    expect(decodeInviteLink(crypto, link.replace('waxwing:', 'waxwing://'))).toEqual(expected)
    expect(decodeInviteLink(crypto, link.replace('waxwing:', 'WAXWING:'))).toEqual(expected)
    expect(decodeInviteLink(crypto, link.replace(/.{60}/g, '$&\r\n '))).toEqual(expected)
  })

  it('reads its own file, and a link inside a letter', () => {
    expect(decodeInviteText(crypto, encodeInviteFile(crypto, invite))).toEqual({ ok: true, value: invite })
    expect(encodeInviteFile(crypto, invite).split('\n')).toHaveLength(3)
    expect(decodeInviteText(crypto, `Hi!\n\n  <${link}>\n\nYours, Anna`)).toEqual({ ok: true, value: invite })
    expect(decodeInviteText(crypto, 'Hi! Nothing here.')).toEqual({ ok: false, error: { kind: 'notALink' } })
    // A letter that is nothing but the link, in lines as mail breaks them.
    const broken = (text: string) => text.replace(/.{60}/g, '$&\n')
    expect(decodeInviteText(crypto, broken(link))).toEqual({ ok: true, value: invite })
    const later = `waxwing:invite/${toBase64Url(withChecksum(bytes(100, 2)))}`
    expect(decodeInviteText(crypto, broken(later))).toEqual({ ok: false, error: { kind: 'unknownVersion', got: 2 } })
    const max = implementationLimits.inviteTextLengthMax
    expect(decodeInviteText(crypto, `${link}\n`.padEnd(max, ' '))).toEqual({ ok: true, value: invite })
    expect(decodeInviteText(crypto, `${link}\n`.padEnd(max + 1, ' '))).toEqual({
      ok: false,
      error: { kind: 'tooLong', got: max + 1, max },
    })
  })

  it('says that a link is incomplete wherever it was cut', () => {
    for (let length = 'waxwing:invite/'.length; length < link.length; length++) {
      expect(decodeInviteLink(crypto, link.slice(0, length))).toEqual({ ok: false, error: { kind: 'incomplete' } })
    }
  })

  it('refuses every single altered character', () => {
    for (let at = 'waxwing:invite/'.length; at < link.length; at++) {
      const other = link[at] === 'A' ? 'B' : 'A'
      const altered = link.slice(0, at) + other + link.slice(at + 1)
      expect(decodeInviteLink(crypto, altered)).toEqual({ ok: false, error: { kind: 'incomplete' } })
    }
  })

  it('tells what is no link from what is too long', () => {
    for (const text of [
      '',
      'hello',
      'https://example.org/invite/AAAA',
      `x${link}`,
      `${link}!`,
      'waxwing:contact/AAAA',
    ]) {
      expect(decodeInviteLink(crypto, text)).toEqual({ ok: false, error: { kind: 'notALink' } })
    }
    const long = `waxwing:invite/${'A'.repeat(5_000)}`
    expect(decodeInviteLink(crypto, long)).toEqual({
      ok: false,
      error: { kind: 'tooLong', got: long.length, max: protocolLimits.inviteLinkLengthMax },
    })
    expect(decodeInviteLink(crypto, 'A'.repeat(1_000_000))).toMatchObject({ ok: false, error: { kind: 'tooLong' } })
    const max = protocolLimits.inviteLinkLengthMax
    expect(decodeInvite(crypto, withChecksum(bytes(max - 4, 2)))).toMatchObject({ error: { kind: 'unknownVersion' } })
    expect(decodeInvite(crypto, withChecksum(bytes(max - 3, 2)))).toEqual({
      ok: false,
      error: { kind: 'tooLong', got: max + 1, max },
    })
  })

  it('names a later version and another suite', () => {
    const later = withChecksum(concat(Uint8Array.of(2), utf8('whatever it may hold')))
    expect(decodeInviteLink(crypto, `waxwing:invite/${toBase64Url(later)}`)).toEqual({
      ok: false,
      error: { kind: 'unknownVersion', got: 2 },
    })
    expect(decodeInvite(crypto, encodeInvite(crypto, { ...invite, suite: 7 }))).toEqual({
      ok: false,
      error: { kind: 'unknownSuite', got: 7 },
    })
  })

  it('bounds its fields before it reads them', () => {
    const body = encodeInvite(crypto, { ...invite, name: '', addresses: [] }).slice(0, -4)
    const many = body.slice()
    many[many.length - 1] = 9
    expect(decodeInvite(crypto, withChecksum(many))).toEqual({
      ok: false,
      error: { kind: 'malformed', cause: { kind: 'tooLong', field: 'addresses', got: 9, max: 8 } },
    })
    expect(decodeInvite(crypto, withChecksum(concat(body, Uint8Array.of(0))))).toEqual({
      ok: false,
      error: { kind: 'malformed', cause: { kind: 'trailing', left: 1 } },
    })
  })

  it('expires at a time that is a date', () => {
    const far = encodeInvite(crypto, { ...invite, expiresAtMs: protocolLimits.timeMsMax + 1 })
    expect(decodeInvite(crypto, far)).toMatchObject({
      ok: false,
      error: { kind: 'malformed', cause: { kind: 'badValue', field: 'expiresAtMs' } },
    })
  })

  it('is total over any payload', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (body) => {
        expect(decodeInvite(crypto, withChecksum(concat(Uint8Array.of(1, 0, 1), body))).ok).toBe(false)
      }),
      { seed: 3, numRuns: 500 },
    )
  })
})
