/** Vectors of bodies that are refused: halves of exchanges, blocks that are none, padding, contents too long. */
import { concat, toHex } from '../../../main/core/bytes.ts'
import { nobleCrypto as crypto } from '../../../main/core/crypto/noble.ts'
import type { Block } from '../../../main/core/session/block.ts'
import { encodeBlock } from '../../../main/core/session/block.ts'
import { answerAuthenticator, exchangeHash, nextEpoch, offerAuthenticator } from '../../../main/core/session/epoch.ts'
import { pad } from '../../../main/core/wire/padding.ts'
import type { Side } from '../scenarios/conversation.ts'
import { digestOf } from '../scenarios/conversation.ts'
import { there } from '../scenarios/format.ts'
import type { Author } from './author.ts'
import type { Answer, Offer } from './epochs.ts'
import { answerOf, epochOne, offerBlank, offerOf, fourDays } from './epochs.ts'
import { forgedBlock, forgedBody, nonces, withHeader } from './forge.ts'
import { bytesFor, flipped, replaced } from './people.ts'
import type { Scene } from './scenes.ts'
import { play } from './scenes.ts'
import type { Talk } from './talk.ts'

/** A's genuine offer is on its way; another one comes first. */
const otherOffer = (change: (offer: Offer, talk: Talk) => Block) => (talk: Talk) => {
  fourDays(talk)
  const offer = talk.say('A', 'the genuine offer', { digest: true })
  talk.tryOpening('B', forgedBlock(talk, 'A', change(offerOf(talk), talk)))
  talk.hear('B', offer)
  talk.tell('B', 'answers', { digest: true })
}

/** B's genuine answer is on its way; another one comes first. */
const otherAnswer = (change: (answer: Answer, talk: Talk) => Block) => (talk: Talk) => {
  fourDays(talk)
  talk.tell('A', 'an offer', { digest: true })
  const answer = talk.say('B', 'the genuine answer', { digest: true })
  talk.tryOpening('A', forgedBlock(talk, 'B', change(answerOf(talk), talk)))
  talk.hear('A', answer)
  talk.tell('A', 'in epoch 1')
}

const unexpected = (got: number, newest: number) => ({ kind: 'unexpectedBlock', got, newest })
const badAuthenticator = { kind: 'badAuthenticator', epoch: 1 }

/** An offer that is right in everything, by either side. */
function offerBy(talk: Talk, by: Side, epoch: number): Offer {
  const { kemKey } = offerBlank
  return {
    kind: 'offer',
    epoch,
    kemKey,
    authenticator: offerAuthenticator(crypto, talk.session(by).ratchet.epochs.newest, kemKey),
  }
}

function unreducedOffer(offer: Offer, talk: Talk): Block {
  const kemKey = replaced(offer.kemKey, 0, Uint8Array.of(0xff, 0xff, 0xff))
  return {
    ...offer,
    kemKey,
    authenticator: offerAuthenticator(crypto, talk.session('A').ratchet.epochs.newest, kemKey),
  }
}

/** An answer to a key that nobody offered, confirmed with the keys of the epoch before. */
function answerToAnotherKey(_: Answer, talk: Talk): Block {
  const kem = there(crypto.mlKem768Encapsulate(offerBlank.kemKey, bytesFor('coins', 32)), 'encapsulation')
  const exchange = exchangeHash(crypto, offerBlank.kemKey, kem.cipherText)
  const { newest } = talk.session('A').ratchet.epochs
  const epoch = nextEpoch(crypto, true, newest, kem.sharedSecret, exchange)
  return {
    kind: 'answer',
    epoch: 1,
    authenticator: answerAuthenticator(crypto, epoch, exchange),
    cipherText: kem.cipherText,
  }
}

const halves: readonly Scene[] = [
  [
    'offer-with-coefficient-out-of-range',
    'A coefficient of the offered key is 4,095; its authenticator fits.',
    otherOffer(unreducedOffer),
    { kind: 'badKemKey', epoch: 1 },
  ],
  [
    'offer-with-flipped-authenticator',
    "One bit of the offer's authenticator is another.",
    otherOffer((offer) => ({ ...offer, authenticator: flipped(offer.authenticator, 0) })),
    badAuthenticator,
  ],
  [
    'offer-of-another-key',
    'The authenticator is over another key than the one offered.',
    otherOffer((offer) => ({ ...offer, ...offerBlank })),
    badAuthenticator,
  ],
  [
    'offer-of-the-epoch-after-next',
    'The offer is for an epoch that nobody can know yet.',
    otherOffer((_, talk) => offerBy(talk, 'A', 2)),
    unexpected(2, 0),
  ],
  [
    'answer-to-no-offer',
    'An answer comes to who has offered nothing.',
    otherOffer((offer) => ({
      kind: 'answer',
      epoch: 1,
      authenticator: offer.authenticator,
      cipherText: bytesFor('ciphertext', 1_088),
    })),
    unexpected(1, 0),
  ],
  [
    'altered-ciphertext-of-an-answer',
    "One bit of the answer's ciphertext is another: decapsulation gives another secret.",
    otherAnswer((answer) => ({ ...answer, cipherText: flipped(answer.cipherText, 700) })),
    badAuthenticator,
  ],
  [
    'answer-with-flipped-authenticator',
    "One bit of the answer's authenticator is another.",
    otherAnswer((answer) => ({ ...answer, authenticator: flipped(answer.authenticator, -1) })),
    badAuthenticator,
  ],
  [
    'answer-to-another-key',
    'The answer is to a key that was not offered.',
    otherAnswer(answerToAnotherKey),
    badAuthenticator,
  ],
  [
    'offer-while-offering',
    'The side that must answer offers a key of its own.',
    otherAnswer((_, talk) => ({ ...offerBy(talk, 'B', 1), epoch: 1 })),
    unexpected(1, 0),
  ],
  [
    'offer-by-the-wrong-side',
    'The responder offers a key for an odd epoch.',
    (talk) => {
      talk.tell('B', 'a reply')
      talk.tryOpening('A', forgedBlock(talk, 'B', offerBy(talk, 'B', 1)))
      talk.tell('B', 'goes on')
    },
    unexpected(1, 0),
  ],
  [
    'offer-before-the-epoch-before-is-left',
    'The answerer offers the next key before it has come over to the new epoch.',
    (talk) => {
      fourDays(talk)
      talk.tell('A', 'an offer', { digest: true })
      talk.tell('B', 'an answer', { digest: true })
      talk.tryOpening('A', forgedBlock(talk, 'B', offerBy(talk, 'B', 2)))
      talk.tell('A', 'in epoch 1')
    },
    unexpected(2, 1),
  ],
  [
    'turn-in-an-epoch-that-was-left',
    'A new turn is in the epoch that both sides have left.',
    (talk) => {
      epochOne(talk)
      talk.tell('B', 'in epoch 1 too')
      const said = talk.say('A', 'genuine')
      talk.tryOpening('B', withHeader(talk, 'A', talk.sealed(said), { epoch: 0 }))
      talk.hear('B', said)
    },
    { kind: 'unknownEpoch', got: 0, newest: 1 },
  ],
]

/** A message with a plaintext that no honest device pads or fills so. */
const plaintext = (padded: Uint8Array) => (talk: Talk) => {
  talk.tell('B', 'a reply')
  talk.tell('A', 'a turn')
  talk.tryOpening('B', forgedBody(talk, 'A', padded))
  talk.tell('A', 'goes on')
}

const empty = pad(Uint8Array.of(0))
const badPadding = { kind: 'badPadding' }
const badBlock = (error: object) => ({ kind: 'badBlock', error })
const offered = encodeBlock({ kind: 'offer', epoch: 1, authenticator: bytesFor('authenticator', 32), ...offerBlank })

const plaintexts: readonly Scene[] = [
  ['padding-without-a-marker', 'The padded body is all zeros.', plaintext(new Uint8Array(160)), badPadding],
  [
    'padding-with-a-mark-behind',
    'The last byte of the padding is not zero.',
    plaintext(flipped(empty, -1)),
    badPadding,
  ],
  [
    'padding-of-a-larger-class',
    'The body would have fitted into a smaller class.',
    plaintext(concat(empty, new Uint8Array(64))),
    badPadding,
  ],
  [
    'body-of-nothing',
    'There is no block before the content.',
    plaintext(pad(new Uint8Array(0))),
    badBlock({ kind: 'truncated', wanted: 1, left: 0 }),
  ],
  [
    'block-of-kind-3',
    'The kind of block is one that is not known.',
    plaintext(pad(Uint8Array.of(3))),
    badBlock({ kind: 'badValue', field: 'block', got: 3 }),
  ],
  [
    'cut-block',
    'The offer ends within its key.',
    plaintext(pad(offered.slice(0, 100))),
    badBlock({ kind: 'truncated', wanted: 1_184, left: 64 }),
  ],
  [
    'content-of-60001-bytes',
    'The content behind the block is over its limit.',
    tooLongContent,
    { kind: 'tooLong', field: 'content', got: 60_001, max: 60_000 },
  ],
  [
    'block-with-another-kind-of-key',
    'The type byte before the offered key says X25519.',
    plaintext(pad(replaced(offered, 35, Uint8Array.of(2)))),
    badBlock({ kind: 'badValue', field: 'kemKey', got: 2 }),
  ],
]

/** A content of 60,001 bytes, which the largest class has room for. */
function tooLongContent(talk: Talk): void {
  talk.tell('B', 'a reply')
  talk.tell('A', 'a turn')
  const sealed = digestOf(crypto, forgedBody(talk, 'A', pad(new Uint8Array(60_002))))
  talk.attempt({ by: 'B', open: { plaintext: { repeat: '00', count: 60_002 }, ...hexed(nonces), sealed } })
  talk.tell('A', 'goes on')
}

function hexed({ headerNonce, bodyNonce }: typeof nonces) {
  return { headerNonce: toHex(headerNonce), bodyNonce: toHex(bodyNonce) }
}

export function makeBlocks(author: Author): void {
  author.add('Post-quantum epochs', play(author.library, halves))
  author.add('Session (triple ratchet)', play(author.library, plaintexts))
}
