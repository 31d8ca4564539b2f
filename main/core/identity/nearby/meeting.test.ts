import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nobleCrypto } from '../../crypto/noble.ts'
import { nearbyLimits } from '../../limits.ts'
import { nearbyCommitment } from './digits.ts'
import type { Meeting, MeetingInput, MeetingPhase, MeetingWant } from './meeting.ts'
import { beginMeeting, stepMeeting } from './meeting.ts'
import type { NearbyMessage } from './messages.ts'
import { decodeNearby, encodeNearby } from './messages.ts'

const filled = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)

/** One side, with the messages that wait to leave it. */
class Side {
  meeting: Meeting
  out: NearbyMessage[]
  want: MeetingWant | null = null
  #count: number
  constructor(ours: Uint8Array, theirs: Uint8Array, name: string) {
    const byte = ours[0] as number
    const ownAccount = { rootKey: filled(byte + 100), descriptorHash: filled(byte + 101) }
    const begun = beginMeeting({ ours, theirs, ownName: name, ownAccount, asks: 0 })
    this.meeting = begun.meeting
    this.out = [...begun.sends]
    this.#count = byte
  }
  get phase(): MeetingPhase {
    return this.meeting.phase
  }
  get kind(): MeetingPhase['kind'] {
    return this.meeting.phase.kind
  }
  get digits(): string {
    return this.meeting.phase.kind === 'comparing' ? this.meeting.phase.digits : ''
  }
  do(input: MeetingInput): void {
    const step = stepMeeting(nobleCrypto, this.meeting, input, filled(this.#count++))
    this.meeting = step.meeting
    this.out.push(...step.sends)
    if (step.want !== null) this.want = step.want
  }
  hear(message: NearbyMessage): void {
    const decoded = decodeNearby(encodeNearby(message))
    if (!decoded.ok) throw new Error('does not decode')
    this.do({ kind: 'message', message: decoded.value })
  }
}

/** Carries messages between two until none is left. */
function flow(a: Side, b: Side): void {
  while (a.out.length + b.out.length > 0) {
    for (const message of a.out.splice(0)) b.hear(message)
    for (const message of b.out.splice(0)) a.hear(message)
  }
}

/** Ada has the smaller key: she commits, and makes the invite. */
function pair(): { ada: Side; ben: Side } {
  const [a, b] = [filled(1), filled(2)]
  const [ada, ben] = [new Side(a, b, 'Ada'), new Side(b, a, 'Ben')]
  flow(ada, ben)
  return { ada, ben }
}

function comparing(): { ada: Side; ben: Side } {
  const { ada, ben } = pair()
  ada.do({ kind: 'ask' })
  flow(ada, ben)
  ben.do({ kind: 'answer', accept: true })
  flow(ada, ben)
  return { ada, ben }
}

function adding(): { ada: Side; ben: Side } {
  const { ada, ben } = comparing()
  ada.do({ kind: 'compare', same: true })
  flow(ada, ben)
  ben.do({ kind: 'compare', same: true })
  flow(ada, ben)
  return { ada, ben }
}

/** A side in each phase, as its own end and as the other. */
function everywhere(): readonly Side[] {
  const fresh = new Side(filled(1), filled(2), 'Ada')
  const asked = pair()
  asked.ada.do({ kind: 'ask' })
  const awaiting = pair()
  awaiting.ben.do({ kind: 'ask' })
  const asking = pair()
  asking.ben.hear({ kind: 'ask' })
  const committed = pair()
  committed.ada.do({ kind: 'ask' })
  committed.ada.hear({ kind: 'answer', accept: true })
  awaiting.ben.hear({ kind: 'answer', accept: true })
  const answered = pair()
  answered.ben.do({ kind: 'ask' })
  answered.ben.hear({ kind: 'answer', accept: true })
  answered.ben.hear({ kind: 'commit', commitment: filled(9) })
  const [one, two, three, four] = [pair(), comparing(), adding(), adding()]
  four.ada.do({ kind: 'invite', link: 'waxwing:invite/AQ' })
  flow(four.ada, four.ben)
  four.ben.do({ kind: 'accepted', outcome: 'added' })
  flow(four.ada, four.ben)
  const five = comparing()
  five.ada.do({ kind: 'compare', same: false })
  const sides = [one.ada, asked.ada, asking.ben, committed.ada, awaiting.ben, answered.ben, two.ada]
  return [fresh, ...sides, three.ada, three.ben, four.ada, five.ada]
}

describe('two people who mean each other', () => {
  it('see the same eight digits, and become contacts after both said so', () => {
    const { ada, ben } = comparing()
    expect(ada.digits).toMatch(/^[0-9]{8}$/)
    expect(ben.digits).toBe(ada.digits)
    ada.do({ kind: 'compare', same: true })
    // Nothing of an account leaves before both have spoken.
    expect(ada.out).toEqual([{ kind: 'verdict', same: true }])
    flow(ada, ben)
    expect([ada.kind, ben.kind, ada.want, ben.want]).toEqual(['comparing', 'comparing', null, null])
    ben.do({ kind: 'compare', same: true })
    expect(ben.out.map((message) => message.kind)).toEqual(['verdict', 'account'])
    flow(ada, ben)
    expect([ada.kind, ben.kind]).toEqual(['adding', 'adding'])
    expect([ada.want, ben.want]).toEqual([{ kind: 'invite' }, null])
    ada.do({ kind: 'invite', link: 'waxwing:invite/AQ' })
    flow(ada, ben)
    expect(ben.want).toEqual({ kind: 'accept', link: 'waxwing:invite/AQ', account: ada.meeting.ownAccount })
    ben.do({ kind: 'accepted', outcome: 'added' })
    flow(ada, ben)
    expect(ada.phase).toEqual({ kind: 'done', account: ben.meeting.ownAccount, outcome: 'added' })
    expect(ben.phase).toEqual({ kind: 'done', account: ada.meeting.ownAccount, outcome: 'added' })
  })

  it('need no answer when both asked', () => {
    const { ada, ben } = pair()
    ada.do({ kind: 'ask' })
    ben.do({ kind: 'ask' })
    flow(ada, ben)
    expect(ada.digits).not.toBe('')
    expect(ben.digits).toBe(ada.digits)
  })

  it('are told when the other declines, withdraws, or does not answer', () => {
    const { ada, ben } = pair()
    ada.do({ kind: 'ask' })
    flow(ada, ben)
    ben.do({ kind: 'answer', accept: false })
    flow(ada, ben)
    expect(ada.phase).toEqual({ kind: 'here', problem: 'declined' })
    expect(ben.phase).toEqual({ kind: 'here', problem: null })
    ada.do({ kind: 'ask' })
    flow(ada, ben)
    ada.do({ kind: 'answer', accept: false })
    flow(ada, ben)
    expect([ada.phase, ben.phase]).toEqual([
      { kind: 'here', problem: null },
      { kind: 'here', problem: 'cancelled' },
    ])
    ada.do({ kind: 'ask' })
    flow(ada, ben)
    ada.do({ kind: 'late' })
    expect(ada.phase).toEqual({ kind: 'here', problem: 'late' })
    ben.do({ kind: 'late' })
    expect(ben.phase).toEqual({ kind: 'here', problem: null })
    // What crossed changes nothing.
    flow(ada, ben)
    expect([ada.kind, ben.kind]).toEqual(['here', 'here'])
  })

  it('may ask three times; the fourth is answered without the user', () => {
    const { ada, ben } = pair()
    for (let i = 0; i < nearbyLimits.asksPerPersonMax; i++) {
      ada.do({ kind: 'ask' })
      flow(ada, ben)
      expect(ben.kind).toBe('asking')
      ben.do({ kind: 'answer', accept: false })
      flow(ada, ben)
    }
    ada.do({ kind: 'ask' })
    flow(ada, ben)
    expect(ben.kind).toBe('here')
    expect(ada.phase).toEqual({ kind: 'here', problem: 'declined' })
  })

  it('end it on both sides when one of them sees other digits', () => {
    for (const first of ['ada', 'ben'] as const) {
      const sides = comparing()
      sides[first].do({ kind: 'compare', same: false })
      flow(sides.ada, sides.ben)
      for (const side of [sides.ada, sides.ben]) {
        expect(side.phase).toEqual({ kind: 'ended', why: 'different', spent: true })
        expect(side.want).toBeNull()
      }
    }
    const { ada, ben } = comparing()
    ada.do({ kind: 'compare', same: true })
    flow(ada, ben)
    ben.do({ kind: 'compare', same: false })
    flow(ada, ben)
    expect(ada.phase).toEqual({ kind: 'ended', why: 'different', spent: true })
  })

  it('are told when the invite could not be made or taken', () => {
    const taken = adding()
    taken.ada.do({ kind: 'invite', link: 'x' })
    flow(taken.ada, taken.ben)
    taken.ben.do({ kind: 'accepted', outcome: 'refused' })
    flow(taken.ada, taken.ben)
    const made = adding()
    made.ada.do({ kind: 'accepted', outcome: 'refused' })
    flow(made.ada, made.ben)
    for (const side of [taken.ada, taken.ben, made.ada, made.ben]) {
      expect(side.phase).toEqual({ kind: 'ended', why: 'refused', spent: false })
    }
  })
})

describe('somebody in the middle', () => {
  it('makes each of the two see digits of their own, whatever it relays', () => {
    let same = 0
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 255 }), fc.integer({ min: 3, max: 255 }), (first, second) => {
        const [a, b] = [filled(1), filled(2)]
        const [ada, ben] = [new Side(a, filled(first), 'Ada'), new Side(b, filled(second), 'Ben')]
        const [toAda, toBen] = [new Side(filled(first), a, 'Ben'), new Side(filled(second), b, 'Ada')]
        flow(ada, toAda)
        flow(ben, toBen)
        ada.do({ kind: 'ask' })
        flow(ada, toAda)
        toBen.do({ kind: 'ask' })
        flow(toBen, ben)
        ben.do({ kind: 'answer', accept: true })
        toAda.do({ kind: 'answer', accept: true })
        flow(ada, toAda)
        flow(ben, toBen)
        expect(ada.digits).toMatch(/^[0-9]{8}$/)
        expect(ben.digits).toMatch(/^[0-9]{8}$/)
        if (ada.digits === ben.digits) same++
      }),
      { seed: 42, numRuns: 300 },
    )
    expect(same).toBe(0)
  })

  it('that passes every message on unchanged is found too: the keys are in the digits', () => {
    // As if Noise proved nothing: each side sees a key of the middle's, all else is the other's own.
    const [ada, ben] = [new Side(filled(1), filled(2), 'Ada'), new Side(filled(3), filled(1), 'Ben')]
    flow(ada, ben)
    ada.do({ kind: 'ask' })
    flow(ada, ben)
    ben.do({ kind: 'answer', accept: true })
    flow(ada, ben)
    // Its commitment was made for other keys.
    expect(ben.phase).toEqual({ kind: 'ended', why: 'protocol', spent: true })
  })

  it('cannot reveal another nonce than the one it committed to', () => {
    const { ben } = pair()
    ben.do({ kind: 'ask' })
    ben.hear({ kind: 'answer', accept: true })
    ben.hear({ kind: 'commit', commitment: nearbyCommitment(nobleCrypto, filled(1), filled(2), filled(50)) })
    const before = ben.meeting
    ben.hear({ kind: 'reveal', nonce: filled(51) })
    expect(ben.phase).toEqual({ kind: 'ended', why: 'protocol', spent: true })
    ben.meeting = before
    ben.hear({ kind: 'reveal', nonce: filled(50) })
    expect(ben.kind).toBe('comparing')
  })

  it('that breaks off once it can know the digits has spent a guess, and before it none', () => {
    for (const side of everywhere()) {
      const before = side.kind
      side.do({ kind: side.meeting.ours[0] === 1 ? 'late' : 'gone' })
      if (side.phase.kind !== 'ended' || before === 'ended') continue
      expect([before, side.phase.spent]).toEqual([before, before === 'answered' || before === 'comparing'])
    }
    const [here, done] = [pair().ada, everywhere().at(-2)]
    here.do({ kind: 'gone' })
    done?.do({ kind: 'gone' })
    expect([here.phase, done?.kind]).toEqual([{ kind: 'ended', why: 'gone', spent: false }, 'done'])
  })
})

describe('whatever comes at whatever time', () => {
  const kinds: readonly NearbyMessage[] = [
    { kind: 'hello', name: 'Eve' },
    { kind: 'ask' },
    { kind: 'answer', accept: true },
    { kind: 'answer', accept: false },
    { kind: 'cancel' },
    { kind: 'commit', commitment: filled(1) },
    { kind: 'nonce', nonce: filled(1) },
    { kind: 'reveal', nonce: filled(1) },
    { kind: 'verdict', same: true },
    { kind: 'verdict', same: false },
    { kind: 'account', account: { rootKey: filled(1), descriptorHash: filled(1) } },
    { kind: 'invite', link: 'x' },
    { kind: 'done', outcome: 'added' },
    { kind: 'done', outcome: 'refused' },
  ]

  it('a message out of turn ends the meeting or changes nothing, and never tells who we are', () => {
    const expected: Record<MeetingPhase['kind'], readonly string[]> = {
      greeting: ['hello'],
      here: ['ask', 'answer', 'cancel'],
      asked: ['ask', 'answer', 'cancel'],
      asking: ['cancel'],
      committed: ['nonce'],
      awaiting: ['commit'],
      answered: [],
      comparing: ['verdict'],
      adding: ['account', 'invite', 'done'],
      done: kinds.map((message) => message.kind),
      ended: kinds.map((message) => message.kind),
    }
    for (const message of kinds) {
      for (const side of everywhere()) {
        const before = side.kind
        const said = side.out.length
        side.hear(message)
        const isEarly = before !== 'adding' && before !== 'done'
        if (isEarly) expect(side.out.slice(said).map((one) => one.kind)).not.toContain('account')
        if (expected[before].includes(message.kind)) continue
        expect([before, message.kind, side.kind]).toEqual([before, message.kind, 'ended'])
      }
    }
  })

  it('of the invite and the account each counts once, and only from who has to say it', () => {
    const { ada, ben } = adding()
    const invite = { kind: 'invite', link: 'x' } as const
    ada.hear(invite)
    expect(ada.phase).toEqual({ kind: 'ended', why: 'protocol', spent: false })
    ben.hear(invite)
    ben.hear(invite)
    expect(ben.phase).toEqual({ kind: 'ended', why: 'protocol', spent: false })
    const early = comparing()
    early.ben.do({ kind: 'compare', same: true })
    early.ben.hear({ kind: 'verdict', same: true })
    early.ben.do({ kind: 'accepted', outcome: 'added' })
    expect(early.ben.phase).toEqual({ kind: 'adding', account: null, invited: false })
    early.ben.hear(invite)
    expect(early.ben.phase).toEqual({ kind: 'ended', why: 'protocol', spent: false })
    const twice = adding()
    twice.ada.hear({ kind: 'account', account: twice.ben.meeting.ownAccount })
    expect(twice.ada.kind).toBe('ended')
    const done = adding()
    done.ada.hear({ kind: 'done', outcome: 'added' })
    expect(done.ada.kind).toBe('ended')
    const verdicts = comparing()
    verdicts.ada.hear({ kind: 'verdict', same: true })
    verdicts.ada.hear({ kind: 'verdict', same: true })
    expect(verdicts.ada.kind).toBe('ended')
  })

  it('a click out of turn changes nothing', () => {
    const clicks: readonly MeetingInput[] = [
      { kind: 'ask' },
      { kind: 'answer', accept: true },
      { kind: 'answer', accept: false },
      { kind: 'compare', same: true },
      { kind: 'compare', same: false },
      { kind: 'invite', link: 'x' },
      { kind: 'accepted', outcome: 'added' },
    ]
    const expected: Partial<Record<MeetingPhase['kind'], readonly string[]>> = {
      here: ['ask'],
      asked: ['answer'],
      asking: ['answer'],
      comparing: ['compare'],
      adding: ['invite', 'accepted'],
    }
    for (const click of clicks) {
      for (const side of everywhere()) {
        const before = side.meeting
        side.do(click)
        if (expected[before.phase.kind]?.includes(click.kind)) continue
        expect([click.kind, side.meeting]).toEqual([click.kind, before])
      }
    }
    const { ada } = comparing()
    ada.do({ kind: 'compare', same: true })
    const before = ada.meeting
    ada.do({ kind: 'compare', same: false })
    expect(ada.meeting).toEqual(before)
  })
})
