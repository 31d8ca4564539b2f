/** Vectors of sessions that go well: turns, messages that come late, and a long conversation. */
import type { Library } from '../scenarios/format.ts'
import type { Side } from '../scenarios/conversation.ts'
import type { Author, Draft } from './author.ts'
import { bytesFor, dayMs, startMs } from './people.ts'
import { Talk } from './talk.ts'

function firstReply(library: Library): Draft {
  const talk = new Talk(library, 'first-reply')
  talk.tell('B', 'a reply', { trace: true })
  talk.tell('A', 'the first of the next turn', { trace: true })
  talk.tell('A', 'the second of this turn', { trace: true })
  talk.tell('B', 'and back', { trace: true })
  return talk.draft('The responder replies, so the prologue goes; then two turns more, with all that is derived.')
}

function prologueUntilReply(library: Library): Draft {
  const talk = new Talk(library, 'prologue-until-the-first-reply')
  const second = talk.say('A', 'second', { digest: true })
  const third = talk.say('A', 'third', { digest: true })
  talk.hear('B', third)
  talk.hear('B', second)
  const reply = talk.say('B', 'a reply')
  const fourth = talk.say('A', 'fourth', { digest: true })
  talk.hear('A', reply)
  talk.tell('A', 'without a prologue')
  talk.hear('B', fourth)
  return talk.draft(
    'Each message of the initiator carries the prologue until it has opened a reply; one comes after that.',
  )
}

function lateInTurn(library: Library): Draft {
  const talk = new Talk(library, 'late-messages-of-a-turn')
  talk.tell('B', 'a reply')
  const said = [0, 1, 2, 3, 4].map((n) => talk.say('A', `message ${n}`))
  for (const n of [3, 0, 4, 2, 1]) talk.hear('B', said[n] ?? 0)
  return talk.draft('Five messages of one turn come in the order 3, 0, 4, 2, 1.')
}

function lateOfEarlierTurns(library: Library): Draft {
  const talk = new Talk(library, 'late-messages-of-earlier-turns')
  talk.tell('B', 'a reply', { digest: true })
  const [one, two] = [talk.say('A', 'missing 0'), talk.say('A', 'missing 1')]
  talk.tell('A', 'in time')
  const end = talk.say('A', 'missing at the end')
  talk.tell('B', 'next', { digest: true })
  talk.tell('A', 'of the next turn')
  talk.hear('B', end)
  talk.tell('B', 'next', { digest: true })
  talk.tell('A', 'of the turn after')
  talk.hear('B', two)
  talk.hear('B', one)
  return talk.draft('Messages come one and two turns late: one that a header told of, two that a gap showed.')
}

function crossed(library: Library): Draft {
  const talk = new Talk(library, 'both-speak-at-once')
  talk.tell('B', 'a reply')
  talk.tell('A', 'a turn')
  const [fromB, fromA] = [talk.say('B', 'at once'), talk.say('A', 'at once')]
  talk.hear('A', fromB)
  const next = talk.say('A', 'before the peer has heard')
  talk.hear('B', fromA)
  talk.hear('B', next)
  return talk.draft('Both speak before they hear the other: the turns cross.')
}

function largestGap(library: Library): Draft {
  const talk = new Talk(library, 'gap-of-1000')
  talk.tell('B', 'a reply')
  talk.tell('A', 'before the gap')
  const first = talk.say('A', 'missing', { digest: true })
  talk.say('A', 'missing', { digest: true, times: 999 })
  talk.tell('A', 'behind the gap')
  talk.hear('B', first)
  return talk.draft('The largest gap: a thousand messages are missing, and one of them comes late.')
}

function keysForThirteenDays(library: Library): Draft {
  const talk = new Talk(library, 'late-by-13-days')
  talk.tell('B', 'a reply')
  const late = talk.say('A', 'late')
  talk.tell('A', 'in time')
  for (let day = 1; day <= 13; day++) talk.tell('A', `day ${day}`, { nowMs: startMs + day * dayMs, digest: true })
  talk.hear('B', late)
  return talk.draft("A skipped key is still there after 13 days of the session's clock.")
}

function clockThatJumps(library: Library): Draft {
  const talk = new Talk(library, 'clock-that-jumps')
  talk.tell('B', 'a reply')
  const late = talk.say('A', 'late')
  talk.tell('A', 'in time')
  talk.tell('A', 'in ten years', { nowMs: startMs + 3_650 * dayMs })
  talk.tell('A', 'ten years ago', { nowMs: startMs - 3_650 * dayMs })
  talk.hear('B', late)
  return talk.draft(
    "The wall clock jumps ten years ahead and back: the session's clock moves by a day, no key is dropped.",
  )
}

/** Turns of one to three messages; some come late, some never; a few hours pass. */
function longConversation(library: Library): Draft {
  const talk = new Talk(library, 'conversation-of-60-turns')
  const chance = bytesFor('chance', 600)
  let [drawn, nowMs] = [0, startMs]
  const draw = (): number => chance[drawn++] ?? 0
  const held: { readonly to: Side; readonly step: number; readonly turn: number }[] = []
  for (let turn = 0; turn < 60; turn++) {
    const [by, to]: readonly [Side, Side] = turn % 2 === 0 ? ['B', 'A'] : ['A', 'B']
    const count = 1 + (draw() % 3)
    for (let n = 0; n < count; n++) {
      nowMs += draw() * 60_000
      const step = talk.say(by, `${turn}.${n}`, { nowMs, digest: true })
      // The last of a turn always comes, so that the other side may begin the next.
      const fate = n === count - 1 ? 255 : draw()
      if (fate < 25) continue
      if (fate < 75) held.push({ to, step, turn })
      else talk.hear(to, step)
    }
    for (const late of held.filter((one) => one.turn === turn - 3)) talk.hear(late.to, late.step)
  }
  return talk.draft(
    'Sixty turns of one to three messages, of which some come three turns late and some never; it comes to epoch 4.',
  )
}

function ranks(): Draft[] {
  const [smaller, larger] = ['11'.repeat(32), '22'.repeat(32)]
  const session = (generation: number, begunBy: 'device' | 'peer') => ({ generation, begunBy })
  const of = (name: string, describes: string, device: string, peer: string, sessions: object[]): Draft => ({
    name: `session/rank-by-${name}`,
    describes,
    scenario: 'rank',
    input: { handshake: 'handshake/with-one-time-prekey', device, peer, sessions },
  })
  return [
    of('generation', 'The highest generation is used, whoever began it and whatever came later.', larger, smaller, [
      session(2, 'peer'),
      session(3, 'device'),
      session(1, 'peer'),
    ]),
    of('device', 'Of two that were begun at once, the one of the smaller device is used.', larger, smaller, [
      session(1, 'device'),
      session(1, 'peer'),
    ]),
    of(
      'device-whichever-came-first',
      'The one of the smaller device stays in use when the other comes.',
      smaller,
      larger,
      [session(1, 'device'), session(1, 'peer')],
    ),
    of('arrival', 'Of two that the same side began, the one that came later is used.', smaller, larger, [
      session(1, 'device'),
      session(1, 'device'),
    ]),
  ]
}

export function makeSessions(author: Author): void {
  const makers = [
    firstReply,
    prologueUntilReply,
    lateInTurn,
    lateOfEarlierTurns,
    crossed,
    largestGap,
    keysForThirteenDays,
    clockThatJumps,
    longConversation,
  ]
  author.add(
    'Session (triple ratchet)',
    makers.map((make) => make(author.library)),
  )
  author.add('Handshake', ranks())
}
