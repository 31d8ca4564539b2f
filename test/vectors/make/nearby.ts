/** Vectors of people nearby. */
import { concat, utf8 } from '../../../main/core/bytes.ts'
import { nobleCrypto as crypto } from '../../../main/core/crypto/noble.ts'
import { isCommitter, nearbyCommitment, nearbyDigits } from '../../../main/core/identity/nearby/digits.ts'
import type { NearbyEnd } from '../../../main/core/identity/nearby/digits.ts'
import type { NearbyMessage } from '../../../main/core/identity/nearby/messages.ts'
import { encodeNearby } from '../../../main/core/identity/nearby/messages.ts'
import { deviceIdOf } from '../../../main/core/ids.ts'
import { protocolLimits } from '../../../main/core/limits.ts'
import { encodeNearbyAnnouncement, nearbyService } from '../../../main/net/nearby/packet.ts'
import { there } from '../scenarios/format.ts'
import type { Author, Draft } from './author.ts'
import { malformed } from './author.ts'
import { anna, bytesFor, flipped, replaced } from './people.ts'

function sittingKey(name: string): Uint8Array {
  return crypto.ed25519PublicKey(bytesFor(`sitting of ${name}`, 32))
}

const zero = Uint8Array.of(0)
const port = 40_001
const data = concat(
  ...encodeNearbyAnnouncement({ port, peer: deviceIdOf(sittingKey('anna')) }).flatMap((string) => [
    Uint8Array.of(string.length),
    string,
  ]),
)

function announcements(): Draft[] {
  const scenario = 'nearbyAnnouncement'
  const not = (name: string, describes: string, bytes: Uint8Array, error: object = { kind: 'malformed' }): Draft => ({
    name: `nearby/refuses-announcement-${name}`,
    describes,
    scenario,
    input: { name: nearbyService, data: bytes },
    error,
  })
  const newer = { kind: 'badVersion', got: 2, wanted: 1 }
  return [
    { name: 'nearby/announcement', describes: 'A sitting.', scenario, input: { name: nearbyService, data } },
    {
      name: 'nearby/announcement-in-capitals',
      describes: 'Names in DNS are the same in letters of any case.',
      scenario,
      input: { name: nearbyService.toUpperCase(), data, canonical: false },
    },
    {
      name: 'nearby/refuses-announcement-of-another-service',
      describes: 'A record of another name.',
      scenario,
      input: { name: '_waxwing._tcp.local', data },
      error: { kind: 'notOurs' },
    },
    not('of-a-later-version', 'Of a version to come.', replaced(data, 1, Uint8Array.of(2)), newer),
    not('of-a-later-form', 'A later version may have another length.', Uint8Array.of(2, 2, 7), newer),
    not('without-a-port', 'Nobody listens on port 0.', replaced(data, 2, Uint8Array.of(0, 0))),
    not('that-is-cut', 'A key of 31 bytes.', concat(Uint8Array.of(34), data.slice(1, -1))),
    not('with-a-byte-more', 'A byte behind the key.', concat(Uint8Array.of(36), data.slice(1), zero)),
    not('of-two-strings', 'There is one string.', concat(data, data)),
    not('of-an-empty-string', 'There is something in it.', zero),
    not('of-no-string', 'Nothing.', new Uint8Array(0)),
  ]
}

const field = (name: string) => bytesFor(`nearby ${name}`, 32)
/** A name that is sanitised where it is shown, and told as it is. */
const oddName = 'Ünal \u202e!'

function messages(): Draft[] {
  const of = (name: string, describes: string, message: NearbyMessage): Draft => ({
    name: `nearby/message-${name}`,
    describes,
    scenario: 'nearbyMessage',
    input: { message: encodeNearby(message) },
  })
  const { account, device } = anna.identity
  const link = `waxwing:invite/${'A'.repeat(32)}`
  const longest = 'x'.repeat(protocolLimits.inviteLinkLengthMax)
  return [
    of('hello', 'The name that somebody goes by.', { kind: 'hello', name: oddName }),
    of('hello-without-a-name', 'A name may be empty.', { kind: 'hello', name: '' }),
    of('hello-with-the-longest-name', 'A name of 128 bytes.', { kind: 'hello', name: 'é'.repeat(64) }),
    of('ask', 'Wants to be a contact.', { kind: 'ask' }),
    of('answer-yes', 'And may.', { kind: 'answer', accept: true }),
    of('answer-no', 'And may not.', { kind: 'answer', accept: false }),
    of('cancel', 'Asks no more.', { kind: 'cancel' }),
    of('commit', 'Of the smaller key.', { kind: 'commit', commitment: field('commitment') }),
    of('nonce', 'Of the larger key.', { kind: 'nonce', nonce: field('nonce') }),
    of('reveal', 'What was committed to.', { kind: 'reveal', nonce: field('revealed nonce') }),
    of('verdict-same', 'The person sees the same digits.', { kind: 'verdict', same: true }),
    of('verdict-different', 'The person sees others.', { kind: 'verdict', same: false }),
    of('account', 'Who it is, once both have said the same.', {
      kind: 'account',
      account: { rootKey: Uint8Array.from(Buffer.from(account, 'hex')), descriptorHash: field(`descriptor ${device}`) },
    }),
    of('invite', 'From the smaller key to the larger.', { kind: 'invite', link }),
    of('invite-of-the-longest-link', 'The longest message.', { kind: 'invite', link: longest }),
    of('done-added', 'They are contacts.', { kind: 'done', outcome: 'added' }),
    of('done-known', 'They were before.', { kind: 'done', outcome: 'known' }),
    of('done-refused', 'The invite was not accepted.', { kind: 'done', outcome: 'refused' }),
  ]
}

function refusedMessages(): Draft[] {
  const not = (name: string, describes: string, message: Uint8Array, cause: object): Draft => ({
    name: `nearby/refuses-message-${name}`,
    describes,
    scenario: 'nearbyMessage',
    input: { message },
    error: malformed(cause),
  })
  const of = (...bytes: number[]) => Uint8Array.from(bytes)
  const trailing = { kind: 'trailing', left: 1 }
  const bad = (name: string, got: number) => ({ kind: 'badValue', field: name, got })
  const commit = encodeNearby({ kind: 'commit', commitment: field('commitment') })
  const notText = { kind: 'badText', field: 'name' }
  return [
    not('of-nothing', 'No bytes at all.', of(), { kind: 'truncated', wanted: 1, left: 0 }),
    not('of-a-later-version', 'Of a version to come.', of(2, 2), {
      kind: 'badVersion',
      field: 'nearby message',
      got: 2,
      wanted: 1,
    }),
    not('of-type-0', 'The types begin with 1.', of(1, 0), bad('type', 0)),
    not('of-type-12', 'A type that is not known.', of(1, 12), bad('type', 12)),
    not('with-a-third-answer', 'Yes or no.', of(1, 3, 2), bad('accept', 2)),
    not('with-a-third-verdict', 'The same or not.', of(1, 8, 255), bad('same', 255)),
    not('with-a-fourth-outcome', 'Added, known or refused.', of(1, 11, 3), bad('outcome', 3)),
    not('with-a-long-name', 'A name of 129 bytes.', concat(of(1, 1, 0, 129), utf8('x'.repeat(129))), {
      kind: 'tooLong',
      field: 'name',
      got: 129,
      max: 128,
    }),
    not('with-a-long-link', 'A link of 4,097 bytes.', concat(of(1, 10, 0x10, 0x01), utf8('x'.repeat(4_097))), {
      kind: 'tooLong',
      field: 'link',
      got: 4_097,
      max: 4_096,
    }),
    not('with-a-name-that-is-no-text', 'Bytes that are no UTF-8.', of(1, 1, 0, 1, 0xff), notText),
    not('with-an-overlong-letter', 'One letter in more bytes than it needs.', of(1, 1, 0, 2, 0xc1, 0x81), notText),
    not('with-half-a-pair', 'Half a pair of surrogates.', of(1, 1, 0, 3, 0xed, 0xa0, 0x80), notText),
    not('that-is-cut', 'A commitment of 31 bytes.', commit.slice(0, -1), { kind: 'truncated', wanted: 32, left: 31 }),
    not('with-a-byte-more', 'A byte behind the commitment.', concat(commit, zero), trailing),
    not('to-ask-something', 'To ask is to say no more than that.', of(1, 2, 0), trailing),
  ]
}

function ends(attempt: number): [NearbyEnd, NearbyEnd] {
  const end = (who: string, name: string): NearbyEnd => ({
    key: sittingKey(who),
    name,
    nonce: field(`nonce ${attempt} of ${who}`),
  })
  const [anns, bens] = [end('anna', oddName), end('ben', 'Ben')]
  return isCommitter(anns.key, bens.key) ? [anns, bens] : [bens, anns]
}

const commitmentOf = (one: NearbyEnd, two: NearbyEnd) => nearbyCommitment(crypto, one.key, two.key, one.nonce)

function digits(): Draft[] {
  const [one, two] = ends(0)
  const commitment = commitmentOf(one, two)
  const of = (name: string, describes: string, a: NearbyEnd, b: NearbyEnd, said: Uint8Array): Draft => ({
    name: `nearby/digits-${name}`,
    describes,
    scenario: 'nearbyDigits',
    input: { a, b, commitment: said },
  })
  const not = (name: string, describes: string, said: Uint8Array): Draft => ({
    name: `nearby/refuses-digits-${name}`,
    describes,
    scenario: 'nearbyDigits',
    input: { a: one, b: two, commitment: said },
    error: { kind: 'protocol' },
  })
  const attempts = Array.from({ length: 100 }, (_, attempt) => ends(attempt))
  const small = there(
    attempts.find((both) => nearbyDigits(crypto, ...both).startsWith('0')),
    'small number',
  )
  const [unnamed, renamed] = [
    { ...one, name: '' },
    { ...two, name: one.name + two.name },
  ]
  return [
    of('of-the-side-that-commits', 'Seen from the smaller key.', one, two, commitment),
    of('of-the-other-side', 'The same digits, seen from the larger key.', two, one, commitment),
    of('with-zeros-in-front', 'A number of fewer than eight digits.', ...small, commitmentOf(...small)),
    of('of-other-names', 'Where one name ends and the other begins counts.', unnamed, renamed, commitment),
    not('of-another-nonce', 'Something else is revealed.', commitmentOf({ ...one, nonce: two.nonce }, two)),
    not('of-the-wrong-order', 'The larger key stands first.', nearbyCommitment(crypto, two.key, one.key, one.nonce)),
    not('of-another-key', 'A commitment to somebody else.', commitmentOf(one, { ...two, key: sittingKey('mallory') })),
    not('with-a-flipped-bit', 'An altered commitment.', flipped(commitment, 31)),
  ]
}

export function makeNearby(author: Author): void {
  author.add('People nearby', [...announcements(), ...messages(), ...refusedMessages(), ...digits()])
}
