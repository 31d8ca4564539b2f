/** Vectors of the post-quantum epochs: exchanges that go well. */
import type { Library } from '../scenarios/format.ts'
import type { Author, Draft } from './author.ts'
import { epochOne, offerBlank, offerOf, fourDays } from './epochs.ts'
import { forgedBlock } from './forge.ts'
import { startMs, dayMs } from './people.ts'
import { Talk } from './talk.ts'

function afterFourteenTurns(library: Library): Draft {
  const talk = new Talk(library, 'epoch-after-14-turns')
  for (let turn = 2; turn <= 14; turn++) talk.tell(turn % 2 === 0 ? 'B' : 'A', `turn ${turn}`, { digest: true })
  talk.tell('A', 'turn 15 offers', { trace: true })
  talk.tell('B', 'turn 16 answers', { trace: true })
  talk.tell('A', 'turn 17 is in epoch 1', { trace: true })
  talk.tell('B', 'turn 18 is in epoch 1', { trace: true })
  return talk.draft('A whole exchange: offered in turn 15, answered in 16, used from 17 on, with all that is derived.')
}

function afterFourDays(library: Library): Draft {
  const talk = new Talk(library, 'epoch-after-4-days')
  const digest = true
  for (let day = 1; day < 4; day++) talk.tell('B', `day ${day}`, { nowMs: startMs + day * dayMs, digest })
  talk.tell('A', 'a millisecond too early', { nowMs: startMs + 4 * dayMs - 1, digest })
  talk.tell('A', 'offers', { nowMs: startMs + 4 * dayMs })
  talk.tell('B', 'answers')
  talk.tell('A', 'in epoch 1', { digest })
  talk.tell('B', 'in epoch 1 too', { digest })
  return talk.draft(
    "An exchange that time makes due: offered when four days of the session's clock have passed, not before.",
  )
}

function repeatedBlocks(library: Library): Draft {
  const talk = new Talk(library, 'epoch-blocks-are-repeated')
  fourDays(talk)
  const offers = [0, 1, 2, 3].map((n) => talk.say('A', `message ${n} offers`, { digest: true }))
  talk.say('A', 'messages 4 to 15 do not', { digest: true, times: 12 })
  const sixteenth = talk.say('A', 'message 16 offers again', { digest: true })
  talk.hear('B', offers[2] ?? 0)
  talk.hear('B', offers[0] ?? 0)
  const answers = [0, 1].map((n) => talk.say('B', `message ${n} answers`, { digest: true }))
  talk.hear('B', sixteenth)
  talk.hear('A', answers[1] ?? 0)
  talk.hear('A', answers[0] ?? 0)
  talk.tell('A', 'in epoch 1')
  talk.hear('B', offers[1] ?? 0)
  return talk.draft(
    'Offer and answer stand in messages 0 to 3 and in the sixteenth; what comes again, or late, changes nothing.',
  )
}

function answeredLate(library: Library): Draft {
  const talk = new Talk(library, 'epoch-offered-after-the-turn-was-answered')
  const first = talk.say('A', 'second', { digest: true })
  talk.hear('B', first)
  const reply = talk.say('B', 'a turn of B')
  for (let day = 1; day <= 5; day++)
    talk.say('A', `day ${day}`, { nowMs: startMs + day * dayMs, digest: true, times: 2 })
  const before = talk.say('A', 'before the offer', { digest: true, times: 4 })
  const offer = talk.say('A', 'message 16 offers', { nowMs: startMs + 6 * dayMs, digest: true })
  talk.hear('B', before)
  talk.hear('B', offer)
  talk.tell('B', 'the turn that had begun answers', { digest: true })
  talk.hear('A', reply)
  talk.tell('A', 'in epoch 1', { digest: true })
  return talk.draft("The offer comes when the answerer's turn has begun: its second message answers, its epoch stays.")
}

function lateMessages(library: Library): Draft {
  const talk = new Talk(library, 'late-messages-of-the-epoch-before')
  talk.tell('B', 'a reply')
  const early = talk.say('A', 'late from epoch 0')
  talk.tell('A', 'in time')
  fourDays(talk)
  const offered = talk.say('A', 'late, with an offer', { digest: true })
  talk.tell('A', 'offers too', { digest: true })
  const answered = talk.say('B', 'late, with an answer', { digest: true })
  talk.tell('B', 'answers too', { digest: true })
  talk.tell('A', 'in epoch 1')
  talk.tell('B', 'in epoch 1 too')
  for (const step of [early, offered]) talk.hear('B', step)
  talk.hear('A', answered)
  return talk.draft(
    'Messages of epoch 0 come when both sides have left it: one of an earlier turn, one with an offer, one with an answer.',
  )
}

function turnInEpochBefore(library: Library): Draft {
  const talk = new Talk(library, 'turn-in-the-epoch-before')
  fourDays(talk)
  talk.tell('A', 'offers', { digest: true })
  const answer = talk.say('B', 'answers, which comes late', { digest: true })
  talk.hear('A', answer)
  // B's answer has come, but A's next turn has not: B's is still in epoch 0.
  const inOne = talk.say('A', 'in epoch 1')
  talk.tell('B', 'the same turn, in epoch 0', { digest: true })
  talk.hear('B', inOne)
  talk.tell('B', 'in epoch 1')
  return talk.draft('The answerer speaks in the epoch before until the offerer begins a turn in the new one.')
}

/** B hears a forged message in place of A's next one, which never comes. */
function hearInPlace(talk: Talk, forged: Uint8Array): void {
  talk.say('A', 'never comes', { digest: true })
  talk.hearForged('B', forged)
}

/** Another offer than the one that waits, with an authenticator that does not fit it. */
function otherOfferWhileOneWaits(library: Library): Draft {
  const talk = new Talk(library, 'epoch-other-offer-while-one-waits')
  fourDays(talk)
  talk.tell('A', 'an offer', { digest: true })
  hearInPlace(talk, forgedBlock(talk, 'A', { ...offerOf(talk), ...offerBlank }))
  talk.tell('B', 'answers the first', { digest: true })
  talk.tell('A', 'in epoch 1')
  return talk.draft(
    'While an offer waits to be answered another one changes nothing; its authenticator is not looked at.',
  )
}

/** An offer of an epoch that is agreed already, in any form. */
function offerOfAnAgreedEpoch(library: Library): Draft {
  const talk = new Talk(library, 'epoch-offer-of-an-agreed-epoch')
  epochOne(talk)
  hearInPlace(
    talk,
    forgedBlock(talk, 'A', { kind: 'offer', epoch: 1, authenticator: new Uint8Array(32), ...offerBlank }),
  )
  talk.tell('B', 'goes on')
  return talk.draft('An offer of an epoch that is agreed already changes nothing, whatever stands in it.')
}

export function makeExchanges(author: Author): void {
  const { library } = author
  const makers = [
    afterFourteenTurns,
    afterFourDays,
    repeatedBlocks,
    answeredLate,
    lateMessages,
    turnInEpochBefore,
    otherOfferWhileOneWaits,
    offerOfAnAgreedEpoch,
  ]
  author.add(
    'Post-quantum epochs',
    makers.map((make) => make(library)),
  )
}
