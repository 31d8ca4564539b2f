/** Vectors of messages that a session refuses, and of contents that it does not seal. */
import { ByteWriter, concat, toHex } from '../../../main/core/bytes.ts'
import type { Side } from '../scenarios/conversation.ts'
import { there } from '../scenarios/format.ts'
import type { Author } from './author.ts'
import { inNextTurn, withHeader, withPlainHeader } from './forge.ts'
import { bytesFor, dayMs, flipped, lowOrderKey, replaced, startMs, unreducedKey } from './people.ts'
import type { Scene } from './scenes.ts'
import { play } from './scenes.ts'
import type { Talk } from './talk.ts'

/** Where the parts of an ordinary envelope stand. */
const at = { header: 25, commitment: 84, bodyNonce: 116, body: 140 }
const strangersKey = bytesFor('a ratchet key', 32)

/** An envelope of A's that is changed; then it comes as it was. */
const changedBy = (change: (sealed: Uint8Array) => Uint8Array) => (talk: Talk) => {
  talk.tell('B', 'a reply')
  const said = talk.say('A', 'genuine')
  talk.tryOpening('B', change(talk.sealed(said)))
  talk.hear('B', said)
}

/** A's turn has begun, and its header is another; then it comes as it was. */
const headedBy =
  (change: (talk: Talk, sealed: Uint8Array) => Uint8Array, hears: readonly Side[] = []) =>
  (talk: Talk) => {
    talk.tell('B', 'a reply')
    talk.tell('A', 'a turn')
    for (const by of hears) talk.tell(by, 'more')
    const said = talk.say('A', 'genuine')
    talk.tryOpening('B', change(talk, talk.sealed(said)))
    talk.hear('B', said)
  }

const length = (got: number) => ({ kind: 'malformed', error: { kind: 'badValue', field: 'message length', got } })

const flips: readonly Scene[] = [
  [
    'flipped-kind',
    'The first byte names no kind of envelope.',
    changedBy((sealed) => replaced(sealed, 0, Uint8Array.of(3))),
    { kind: 'unknownKind', got: 3 },
  ],
  [
    'flipped-header',
    'One bit of the sealed header is another.',
    changedBy((sealed) => flipped(sealed, at.header + 10)),
    { kind: 'noHeaderKey' },
  ],
  [
    'flipped-commitment',
    'One bit of the key commitment is another.',
    changedBy((sealed) => flipped(sealed, at.commitment)),
    { kind: 'badCommitment' },
  ],
  [
    'flipped-commitment-and-body',
    'One bit of the commitment and one of the body are others: the commitment is looked at first.',
    changedBy((sealed) => flipped(flipped(sealed, at.commitment), at.body)),
    { kind: 'badCommitment' },
  ],
  [
    'flipped-nonce',
    "One bit of the body's nonce is another.",
    changedBy((sealed) => flipped(sealed, at.bodyNonce)),
    { kind: 'badTag' },
  ],
  [
    'flipped-body',
    'One bit of the sealed body is another.',
    changedBy((sealed) => flipped(sealed, at.body)),
    { kind: 'badTag' },
  ],
  [
    'another-class',
    'Sixty-four zeros stand behind the tag: the size is that of another class.',
    changedBy((sealed) => concat(sealed, new Uint8Array(64))),
    { kind: 'badTag' },
  ],
  [
    'a-byte-behind',
    'A byte stands behind the tag: the size is that of no class.',
    changedBy((sealed) => concat(sealed, Uint8Array.of(0))),
    length(316),
  ],
  [
    'a-cut-message',
    "The message ends in its body's nonce.",
    changedBy((sealed) => sealed.slice(0, 130)),
    { kind: 'malformed', error: { kind: 'truncated', wanted: 155, left: 129 } },
  ],
  [
    'a-message-over-its-limit',
    'The message has the size of the class above that of the largest body.',
    (talk) => talk.tryOpening('B', ['02', { repeat: '00', count: 155 + 65_568 }]),
    length(65_723),
  ],
]

const headers: readonly Scene[] = [
  [
    'header-with-ed25519-key',
    'The type byte before the ratchet key says Ed25519.',
    headedBy((talk, sealed) =>
      withPlainHeader(talk, 'A', sealed, new ByteWriter().u8(1).bytes(strangersKey).u32(0).u32(1).u16(0).done()),
    ),
    { kind: 'malformed', error: { kind: 'badValue', field: 'ratchetKey', got: 1 } },
  ],
  [
    'header-with-unreduced-key',
    'The ratchet key of a new turn is 2^255 - 17, which is 2 written otherwise.',
    headedBy((talk, sealed) => withHeader(talk, 'A', sealed, { ratchetKey: unreducedKey }), ['B']),
    { kind: 'malformed', error: { kind: 'badValue', field: 'ratchetKey', got: 0x7f } },
  ],
  [
    'epoch-to-come-far-ahead',
    'A new turn is in an epoch to come, and its gap too large: the epoch is looked at first.',
    headedBy((talk, sealed) => withHeader(talk, 'A', sealed, { epoch: 1, n: 5_000 }), ['B']),
    { kind: 'unknownEpoch', got: 1, newest: 0 },
  ],
  [
    'low-order-ratchet-key-far-ahead',
    'The ratchet key of a new turn is of low order, and its gap too large: the gap is looked at first.',
    headedBy((talk, sealed) => withHeader(talk, 'A', sealed, { ratchetKey: lowOrderKey, n: 5_000 }), ['B']),
    { kind: 'gapTooLarge', got: 5_000, max: 1_000 },
  ],
  [
    'another-ratchet-key-in-a-turn',
    'The header is of the present turn, its ratchet key is not.',
    headedBy((talk, sealed) => withHeader(talk, 'A', sealed, { n: 1, ratchetKey: strangersKey })),
    { kind: 'badHeader' },
  ],
  [
    'another-epoch-in-a-turn',
    'The header is of the present turn, its epoch is not.',
    headedBy((talk, sealed) => withHeader(talk, 'A', sealed, { n: 1, epoch: 1 })),
    { kind: 'badHeader' },
  ],
  [
    'step-on-no-key',
    'A new turn begins, although the receiver has shown no key to step on.',
    headedBy((talk, sealed) =>
      inNextTurn(talk, 'A', sealed, { ratchetKey: strangersKey, previousCount: 1, n: 0, epoch: 0 }),
    ),
    { kind: 'badHeader' },
  ],
  [
    'a-shorter-turn-before',
    'A new turn says that the one before was shorter than what came of it.',
    headedBy((talk, sealed) => withHeader(talk, 'A', sealed, { previousCount: 0 }), ['B']),
    { kind: 'badHeader' },
  ],
  [
    'low-order-ratchet-key',
    'The ratchet key of a new turn is of low order.',
    headedBy((talk, sealed) => withHeader(talk, 'A', sealed, { ratchetKey: lowOrderKey }), ['B']),
    { kind: 'badRatchetKey' },
  ],
  [
    'epoch-to-come',
    'A new turn is in an epoch that nobody has agreed on.',
    headedBy((talk, sealed) => withHeader(talk, 'A', sealed, { epoch: 1 }), ['B']),
    { kind: 'unknownEpoch', got: 1, newest: 0 },
  ],
  [
    'header-far-ahead',
    'A new turn begins with message 4,294,967,294.',
    headedBy((talk, sealed) => withHeader(talk, 'A', sealed, { n: 0xfffffffe }), ['B']),
    { kind: 'gapTooLarge', got: 0xfffffffe, max: 1_000 },
  ],
  [
    'number-that-no-message-has',
    'A new turn begins with message 4,294,967,295: the numbers end one before it.',
    headedBy((talk, sealed) => withHeader(talk, 'A', sealed, { n: 0xffffffff }), ['B']),
    { kind: 'badHeader' },
  ],
  [
    'a-turn-before-the-first',
    'The first reply says that there was a turn before it.',
    (talk) => {
      const reply = talk.say('B', 'a reply')
      talk.tryOpening('A', withHeader(talk, 'B', talk.sealed(reply), { previousCount: 1 }))
      talk.hear('A', reply)
    },
    { kind: 'badHeader' },
  ],
]

const replays: readonly Scene[] = [
  [
    'replay-in-a-turn',
    'A message comes twice in its turn.',
    (talk) => {
      talk.tell('B', 'a reply')
      const said = talk.tell('A', 'once')
      talk.tryOpening('B', said)
      talk.tell('A', 'goes on')
    },
    { kind: 'noMessageKey', n: 0 },
  ],
  [
    'replay-of-a-late-message',
    'A message that came late comes again, while another of its turn is missing.',
    (talk) => {
      talk.tell('B', 'a reply')
      const [missing, late] = [talk.say('A', 'missing'), talk.say('A', 'late')]
      talk.tell('A', 'in time')
      talk.tell('B', 'next')
      talk.tell('A', 'of the next turn')
      talk.hear('B', late)
      talk.tryOpening('B', late)
      talk.hear('B', missing)
    },
    { kind: 'noMessageKey', n: 1 },
  ],
  [
    'replay-after-a-turn',
    'A message comes again after the next turn began: nothing of its own is missing.',
    (talk) => {
      talk.tell('B', 'a reply')
      const said = talk.tell('A', 'once')
      talk.tell('B', 'next')
      talk.tell('A', 'of the next turn')
      talk.tryOpening('B', said)
      talk.tell('A', 'goes on')
    },
    { kind: 'noHeaderKey' },
  ],
  [
    'own-envelope',
    'What a side said comes back to it.',
    (talk) => {
      talk.tell('B', 'a reply')
      const said = talk.say('A', 'reflected')
      talk.tryOpening('A', said)
      talk.hear('B', said)
    },
    { kind: 'noHeaderKey' },
  ],
  [
    'other-associated-data',
    'The envelope was sealed for another device.',
    (talk) => {
      talk.tell('B', 'a reply')
      const said = talk.say('A', 'genuine')
      talk.tryOpening('B', said, { associatedData: toHex(flipped(talk.bound('A'), -1)) })
      talk.hear('B', said)
    },
    { kind: 'badTag' },
  ],
]

function prologueOf(talk: Talk): Uint8Array {
  return there(talk.session('A').prologue, 'prologue')
}

const prologues: readonly Scene[] = [
  [
    'initial-envelope-of-version-3',
    'The version of the prologue is one that is not known.',
    (talk) => talk.tryOpening('B', '01030001'),
    { kind: 'unknownVersion', got: 3, known: 2 },
  ],
  [
    'initial-envelope-of-suite-2',
    'The suite of the prologue is one that is not known.',
    (talk) => talk.tryOpening('B', '01020002'),
    { kind: 'unknownSuite', got: 2, known: 1 },
  ],
  [
    'another-prologue',
    'An initial envelope of another handshake comes to a session.',
    (talk) => {
      const said = talk.say('A', 'second', { digest: true })
      talk.tryOpening('B', flipped(talk.sealed(said), 30))
      talk.hear('B', said)
    },
    { kind: 'otherHandshake' },
  ],
  [
    'initial-envelope-at-the-initiator',
    'An initial envelope comes to the side that sends them.',
    (talk) => {
      const said = talk.say('A', 'second', { digest: true })
      talk.tryOpening('A', said)
      talk.hear('B', said)
    },
    { kind: 'otherHandshake' },
  ],
  [
    'prologue-taken-off',
    'The kind of an initial envelope is made ordinary, its prologue taken off.',
    (talk) => {
      const prologueBytes = prologueOf(talk).length
      const said = talk.say('A', 'second', { digest: true })
      talk.tryOpening('B', concat(Uint8Array.of(2), talk.sealed(said).slice(1 + prologueBytes)))
      talk.hear('B', said)
    },
    { kind: 'badTag' },
  ],
  [
    'prologue-put-on',
    'The kind of an ordinary envelope is made initial, the right prologue put on.',
    (talk) => {
      const prologue = prologueOf(talk)
      talk.tell('B', 'a reply')
      const said = talk.say('A', 'ordinary')
      talk.tryOpening('B', concat(Uint8Array.of(1), prologue, talk.sealed(said).slice(1)))
      talk.hear('B', said)
    },
    { kind: 'badTag' },
  ],
]

const seals: readonly Scene[] = [
  [
    'to-seal-60001-bytes',
    'The content is over its limit.',
    (talk) => {
      talk.tell('B', 'a reply')
      talk.attempt({ by: 'A', seal: { repeat: '00', count: 60_001 } })
      talk.tell('A', 'goes on')
    },
    { kind: 'tooLong', field: 'content', got: 60_001, max: 60_000 },
  ],
  [
    'to-seal-before-opening',
    'The responder has opened nothing yet.',
    (talk) => talk.attempt({ by: 'B', seal: '00' }),
    { kind: 'notReady' },
    { isUnopened: true },
  ],
  [
    'to-seal-at-the-end-of-a-turn',
    'So many messages of the turn were sealed that their number has no more values.',
    (talk) => talk.attempt({ by: 'A', seal: '00' }),
    { kind: 'exhausted' },
    { sealedByA: 0xffffffff },
  ],
  [
    'to-seal-unanswered-for-30-days',
    "The prologue was not answered for 30 days of the session's clock.",
    (talk) => {
      for (let day = 1; day < 30; day++) talk.say('A', `day ${day}`, { nowMs: startMs + day * dayMs, digest: true })
      talk.attempt({ by: 'A', seal: '00', nowMs: startMs + 30 * dayMs })
      talk.tell('B', 'a reply')
      talk.tell('A', 'goes on')
    },
    { kind: 'stale', ageMs: 30 * dayMs, maxMs: 30 * dayMs },
  ],
]

export function makeRefusals(author: Author): void {
  author.add(
    'Session (triple ratchet)',
    play(author.library, [...flips, ...headers, ...replays, ...prologues, ...seals]),
  )
}
