/** Vectors of messages that come too far ahead, or too late. */
import type { Author } from './author.ts'
import { dayMs, startMs } from './people.ts'
import type { Scene } from './scenes.ts'
import { play } from './scenes.ts'

const gaps: readonly Scene[] = [
  [
    'gap-of-1001',
    'A thousand and one messages of a turn are missing.',
    (talk) => {
      talk.tell('B', 'a reply')
      talk.tell('A', 'before the gap')
      talk.say('A', 'missing', { digest: true, times: 1_001 })
      talk.tryOpening('B', talk.say('A', 'behind the gap'))
    },
    { kind: 'gapTooLarge', got: 1_001, max: 1_000 },
  ],
  [
    'gap-of-1001-before-a-turn',
    'A new turn says that a thousand and one messages of the one before are missing.',
    (talk) => {
      talk.tell('B', 'a reply')
      talk.tell('A', 'before the gap')
      talk.say('A', 'missing', { digest: true, times: 1_001 })
      talk.tell('B', 'a reply')
      talk.tryOpening('B', talk.say('A', 'behind the gap'))
    },
    { kind: 'gapTooLarge', got: 1_001, max: 1_000 },
  ],
  [
    'gap-of-1001-in-a-new-turn',
    'A new turn comes with its message 1,001.',
    (talk) => {
      talk.tell('B', 'a reply')
      talk.say('A', 'missing', { digest: true, times: 1_001 })
      talk.tryOpening('B', talk.say('A', 'behind the gap'))
    },
    { kind: 'gapTooLarge', got: 1_001, max: 1_000 },
  ],
  [
    'message-whose-key-was-evicted',
    'Of 2,001 skipped keys the oldest goes.',
    (talk) => {
      talk.tell('B', 'a reply')
      const first = talk.say('A', 'the first')
      talk.say('A', 'missing', { digest: true, times: 999 })
      talk.tell('A', 'behind a thousand')
      talk.say('A', 'missing', { digest: true, times: 1_000 })
      talk.tell('A', 'behind two thousand')
      const last = talk.say('A', 'kept')
      talk.tell('A', 'behind one more')
      talk.tryOpening('B', first)
      talk.hear('B', last)
    },
    { kind: 'noMessageKey', n: 0 },
  ],
  [
    'late-by-14-days',
    "A skipped key is dropped after 14 days of the session's clock.",
    (talk) => {
      talk.tell('B', 'a reply')
      const late = talk.say('A', 'late')
      talk.tell('A', 'in time')
      for (let day = 1; day <= 14; day++) talk.tell('A', `day ${day}`, { nowMs: startMs + day * dayMs, digest: true })
      talk.tryOpening('B', late)
      talk.tell('A', 'goes on')
    },
    { kind: 'noMessageKey', n: 0 },
  ],
  [
    'late-by-six-turns',
    'The header keys of five earlier turns are tried, not of a sixth.',
    (talk) => {
      talk.tell('B', 'a reply')
      const late: number[] = []
      for (let turn = 0; turn < 6; turn++) {
        late.push(talk.say('A', `late ${turn}`))
        talk.tell('A', 'in time')
        talk.tell('B', 'next')
      }
      talk.tell('A', 'of the seventh turn')
      talk.tryOpening('B', late[0] ?? 0)
      talk.hear('B', late[1] ?? 0)
    },
    { kind: 'noHeaderKey' },
  ],
]

export function makeGaps(author: Author): void {
  author.add('Session (triple ratchet)', play(author.library, gaps))
}
