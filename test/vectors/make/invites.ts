/** Vectors of invites. */
import { ByteWriter, concat, toBase64Url, utf8 } from '../../../main/core/bytes.ts'
import { nobleCrypto as crypto } from '../../../main/core/crypto/noble.ts'
import { inviteIdOf } from '../../../main/core/ids.ts'
import type { Invite } from '../../../main/core/identity/invite.ts'
import { encodeInvite, encodeInviteFile, encodeInviteLink } from '../../../main/core/identity/invite.ts'
import { protocolLimits } from '../../../main/core/limits.ts'
import type { Author, Draft } from './author.ts'
import { anna, bytesFor, dayMs, startMs } from './people.ts'

const invite: Invite = {
  suite: 1,
  inviteId: inviteIdOf(bytesFor('invite id', 16)),
  rootKey: anna.identity.rootKey,
  deviceKey: anna.identity.deviceKey,
  secret: bytesFor('invite secret', 32),
  bundleHash: bytesFor('invite bundle', 32),
  expiresAtMs: startMs + 7 * dayMs,
  name: 'Anna Müller',
  addresses: ['/ip4/192.0.2.7/tcp/4001', '/ip6/2001:db8::7/tcp/4001'],
}

/** A link around any body, its checksum right. */
function linkOf(body: Uint8Array): string {
  return `waxwing:invite/${toBase64Url(concat(body, crypto.sha256(body).slice(0, 4)))}`
}

const fixed = encodeInvite(crypto, { ...invite, name: '', addresses: [] }).slice(0, -7)

/** The body with another name, and whatever stands behind it. */
function bodyOf(name: Uint8Array, behind: Uint8Array): Uint8Array {
  return new ByteWriter().bytes(fixed).prefixed(name).bytes(behind).done()
}

function refusals(link: string): Draft[] {
  const none = Uint8Array.of(0)
  const altered = link.slice(0, 60) + (link[60] === 'A' ? 'B' : 'A') + link.slice(61)
  const other = bodyOf(utf8('Anna'), none)
  const x25519Root = other.slice()
  x25519Root[19] = 2
  const late = encodeInvite(crypto, { ...invite, expiresAtMs: protocolLimits.timeMsMax + 1 }).slice(0, -4)
  const malformed = (cause: object) => ({ kind: 'malformed', cause })
  const list: readonly (readonly [string, string, string | object, object])[] = [
    ['that-is-none', 'The text holds no link.', 'Hello! Here is nothing.', { kind: 'notALink' }],
    [
      'over-its-limit',
      'The link has 4,097 characters.',
      ['waxwing:invite/', { repeat: 'A', count: 4_082 }],
      { kind: 'tooLong', got: 4_097, max: 4_096 },
    ],
    ['cut', 'The last twenty characters are missing.', link.slice(0, -20), { kind: 'incomplete' }],
    ['altered', 'One character is another.', altered, { kind: 'incomplete' }],
    [
      'of-version-2',
      'The checksum is right, the version one that is not known.',
      linkOf(concat(Uint8Array.of(2), utf8('whatever'))),
      { kind: 'unknownVersion', got: 2 },
    ],
    [
      'of-suite-2',
      'The suite is one that is not known.',
      linkOf(encodeInvite(crypto, { ...invite, suite: 2 }).slice(0, -4)),
      { kind: 'unknownSuite', got: 2 },
    ],
    [
      'with-x25519-root',
      'The type byte before the root key says X25519.',
      linkOf(x25519Root),
      malformed({ kind: 'badValue', field: 'root key', got: 2 }),
    ],
    [
      'with-nine-addresses',
      'There are more addresses than eight.',
      linkOf(bodyOf(utf8('Anna'), Uint8Array.of(9))),
      malformed({ kind: 'tooLong', field: 'addresses', got: 9, max: 8 }),
    ],
    [
      'with-long-name',
      'The name has 129 bytes.',
      linkOf(bodyOf(new Uint8Array(129).fill(97), none)),
      malformed({ kind: 'tooLong', field: 'name', got: 129, max: 128 }),
    ],
    [
      'with-name-that-is-no-text',
      'The name is no UTF-8.',
      linkOf(bodyOf(Uint8Array.of(0xc0, 0x80), none)),
      malformed({ kind: 'badText', field: 'name' }),
    ],
    [
      'that-expires-at-no-date',
      'The time is later than any date.',
      linkOf(late),
      malformed({ kind: 'badValue', field: 'expiresAtMs', got: protocolLimits.timeMsMax + 1 }),
    ],
    [
      'with-a-byte-behind',
      'A byte stands behind the addresses.',
      linkOf(concat(other, none)),
      malformed({ kind: 'trailing', left: 1 }),
    ],
    [
      'cut-before-its-checksum',
      'The addresses are missing, the checksum is right.',
      linkOf(other.slice(0, -1)),
      malformed({ kind: 'truncated', wanted: 1, left: 0 }),
    ],
  ]
  return list.map(([name, describes, text, error]) => ({
    name: `identity/refuses-invite-${name}`,
    describes,
    scenario: 'invite',
    input: { text },
    error,
  }))
}

export function makeInvites(author: Author): void {
  const link = encodeInviteLink(crypto, invite)
  author.add('Invite', [
    { name: 'identity/invite', describes: 'An invite as a link.', scenario: 'invite', input: { text: link } },
    {
      name: 'identity/invite-without-name-and-addresses',
      describes: 'The shortest invite.',
      scenario: 'invite',
      input: { text: encodeInviteLink(crypto, { ...invite, name: '', addresses: [] }) },
    },
    {
      name: 'identity/invite-file',
      describes: 'An invite as a file.',
      scenario: 'invite',
      input: { text: encodeInviteFile(crypto, invite), form: 'file' },
    },
    {
      name: 'identity/invite-wrapped-by-mail',
      describes: 'A link with two slashes, a scheme in capitals, and white space where a mail program broke it.',
      scenario: 'invite',
      input: { text: link.replace('waxwing:', 'WAXWING://').replace(/.{70}/g, '$&\r\n '), canonical: false },
    },
    ...refusals(link),
  ])
}
