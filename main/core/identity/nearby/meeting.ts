/**
 * One meeting of two people nearby, from the first hello to a contact: what each message and each click does. Pure:
 * the node keeps the channel, the time and the list; nothing of an account is said before both people have found
 * the digits the same.
 */
import { equalBytes } from '../../bytes.ts'
import type { Crypto } from '../../crypto/provider.ts'
import { nearbyLimits } from '../../limits.ts'
import { isCommitter, nearbyCommitment, nearbyDigits } from './digits.ts'
import type { NearbyAccount, NearbyMessage, NearbyOutcome } from './messages.ts'

/** Why a meeting came to nothing. */
export type MeetingEnd =
  /** One of the two said that the digits are not the same. */
  | 'different'
  | 'cancelled'
  | 'late'
  /** The channel is lost. */
  | 'gone'
  /** They said what nobody says at this point, or revealed what they had not committed to. */
  | 'protocol'
  /** The invite was not taken. */
  | 'refused'

export type MeetingPhase =
  | { readonly kind: 'greeting' }
  | { readonly kind: 'here'; readonly problem: 'declined' | 'cancelled' | 'late' | null }
  /** We asked. */
  | { readonly kind: 'asked' }
  /** They did. */
  | { readonly kind: 'asking' }
  /** We committed, and wait for their nonce. */
  | { readonly kind: 'committed'; readonly nonce: Uint8Array }
  /** They are to commit. */
  | { readonly kind: 'awaiting'; readonly nonce: Uint8Array }
  /** They committed and have our nonce; theirs is to come. */
  | { readonly kind: 'answered'; readonly nonce: Uint8Array; readonly commitment: Uint8Array }
  /** `ours` and `theirs`: who has said that the digits are the same. */
  | { readonly kind: 'comparing'; readonly digits: string; readonly ours: boolean; readonly theirs: boolean }
  | { readonly kind: 'adding'; readonly account: NearbyAccount | null; readonly invited: boolean }
  | { readonly kind: 'done'; readonly account: NearbyAccount; readonly outcome: 'added' | 'known' }
  /** `spent`: they could have known the digits, so this was one of the few guesses that a stranger gets. */
  | { readonly kind: 'ended'; readonly why: MeetingEnd; readonly spent: boolean }

export interface Meeting {
  /** The keys that the two ends proved for this sitting. */
  readonly ours: Uint8Array
  readonly theirs: Uint8Array
  readonly ownName: string
  readonly ownAccount: NearbyAccount
  /** As they sent it. */
  readonly theirName: string
  /** How often they asked. */
  readonly asks: number
  readonly phase: MeetingPhase
}

/** What a meeting begins with; `asks`: of earlier ones with the same key in this sitting. */
export type MeetingWho = Pick<Meeting, 'ours' | 'theirs' | 'ownName' | 'ownAccount' | 'asks'>

export type MeetingInput =
  | { readonly kind: 'message'; readonly message: NearbyMessage }
  /** The user's. */
  | { readonly kind: 'ask' }
  | { readonly kind: 'answer'; readonly accept: boolean }
  | { readonly kind: 'compare'; readonly same: boolean }
  /** The time for what is under way is over. */
  | { readonly kind: 'late' }
  | { readonly kind: 'gone' }
  /** What `wants` asked for: the link of a fresh invite, or what became of theirs. */
  | { readonly kind: 'invite'; readonly link: string }
  | { readonly kind: 'accepted'; readonly outcome: NearbyOutcome }

/** What the node is to do: make a single-use invite, or accept this one if it is of `account`. */
export type MeetingWant =
  | { readonly kind: 'invite' }
  | { readonly kind: 'accept'; readonly link: string; readonly account: NearbyAccount }

export interface MeetingStep {
  readonly meeting: Meeting
  readonly sends: readonly NearbyMessage[]
  readonly want: MeetingWant | null
}

/** A meeting at its beginning, and the hello with which it begins. */
export function beginMeeting(who: MeetingWho): MeetingStep {
  const meeting: Meeting = { ...who, theirName: '', phase: { kind: 'greeting' } }
  return { meeting, sends: [{ kind: 'hello', name: who.ownName }], want: null }
}

function to(meeting: Meeting, phase: MeetingPhase, ...sends: readonly NearbyMessage[]): MeetingStep {
  return { meeting: { ...meeting, phase }, sends, want: null }
}

function stay(meeting: Meeting): MeetingStep {
  return { meeting, sends: [], want: null }
}

/** Whether the other end may know the digits already: what fails from here on was a guess. */
function isExposed({ phase }: Meeting): boolean {
  return phase.kind === 'answered' || phase.kind === 'comparing'
}

function end(meeting: Meeting, why: MeetingEnd, ...sends: readonly NearbyMessage[]): MeetingStep {
  return to(meeting, { kind: 'ended', why, spent: isExposed(meeting) }, ...sends)
}

function prove(crypto: Crypto, meeting: Meeting, nonce: Uint8Array, ...sends: readonly NearbyMessage[]): MeetingStep {
  const { ours, theirs } = meeting
  if (!isCommitter(ours, theirs)) return to(meeting, { kind: 'awaiting', nonce }, ...sends)
  const commitment = nearbyCommitment(crypto, ours, theirs, nonce)
  return to(meeting, { kind: 'committed', nonce }, ...sends, { kind: 'commit', commitment })
}

function compare(
  crypto: Crypto,
  meeting: Meeting,
  own: Uint8Array,
  other: Uint8Array,
  ...sends: readonly NearbyMessage[]
): MeetingStep {
  const { ours, theirs, ownName, theirName } = meeting
  const digits = nearbyDigits(
    crypto,
    { key: ours, name: ownName, nonce: own },
    { key: theirs, name: theirName, nonce: other },
  )
  return to(meeting, { kind: 'comparing', digits, ours: false, theirs: false }, ...sends)
}

/** Both people said the same: from here on the channel is known to lead to the person whom each of them means. */
function agree(meeting: Meeting, ...sends: readonly NearbyMessage[]): MeetingStep {
  const phase = { kind: 'adding', account: null, invited: false } as const
  return to(meeting, phase, ...sends, { kind: 'account', account: meeting.ownAccount })
}

function onAsk(meeting: Meeting): MeetingStep {
  const asks = meeting.asks + 1
  if (asks > nearbyLimits.asksPerPersonMax) {
    return { meeting, sends: [{ kind: 'answer', accept: false }], want: null }
  }
  return { meeting: { ...meeting, asks, phase: { kind: 'asking' } }, sends: [], want: null }
}

function onAccount(meeting: Meeting, account: NearbyAccount): MeetingStep {
  const step = to(meeting, { kind: 'adding', account, invited: false })
  return isCommitter(meeting.ours, meeting.theirs) ? { ...step, want: { kind: 'invite' } } : step
}

function onAdding(
  meeting: Meeting,
  phase: Extract<MeetingPhase, { kind: 'adding' }>,
  message: NearbyMessage,
): MeetingStep {
  const inviting = isCommitter(meeting.ours, meeting.theirs)
  const { account, invited } = phase
  if (message.kind === 'account' && account === null) return onAccount(meeting, message.account)
  if (message.kind === 'done' && message.outcome === 'refused') return end(meeting, 'refused')
  if (account === null) return end(meeting, 'protocol')
  if (message.kind === 'invite' && !inviting && !invited) {
    const want = { kind: 'accept', link: message.link, account } as const
    return { ...to(meeting, { ...phase, invited: true }), want }
  }
  if (message.kind === 'done' && message.outcome !== 'refused' && inviting && invited) {
    return to(meeting, { kind: 'done', account, outcome: message.outcome })
  }
  return end(meeting, 'protocol')
}

/** What may come while nothing is compared yet. Answers and cancellations may have crossed with what we said. */
function onEarly(crypto: Crypto, meeting: Meeting, message: NearbyMessage, random: Uint8Array): MeetingStep {
  const { phase } = meeting
  const crossed = message.kind === 'answer' || message.kind === 'cancel'
  if (phase.kind === 'here') {
    if (message.kind === 'ask') return onAsk(meeting)
    return crossed ? stay(meeting) : end(meeting, 'protocol')
  }
  if (phase.kind === 'asking') {
    return message.kind === 'cancel' ? to(meeting, { kind: 'here', problem: 'cancelled' }) : end(meeting, 'protocol')
  }
  // Both asked: that is an answer as well.
  if (message.kind === 'ask') return prove(crypto, meeting, random)
  if (message.kind !== 'answer') return message.kind === 'cancel' ? stay(meeting) : end(meeting, 'protocol')
  return message.accept ? prove(crypto, meeting, random) : to(meeting, { kind: 'here', problem: 'declined' })
}

function onMessage(crypto: Crypto, meeting: Meeting, message: NearbyMessage, random: Uint8Array): MeetingStep {
  const { phase, ours, theirs } = meeting
  switch (phase.kind) {
    case 'greeting':
      if (message.kind !== 'hello') return end(meeting, 'protocol')
      return to({ ...meeting, theirName: message.name }, { kind: 'here', problem: null })
    case 'here':
    case 'asked':
    case 'asking':
      return onEarly(crypto, meeting, message, random)
    case 'done':
    case 'ended':
      return stay(meeting)
    case 'adding':
      return onAdding(meeting, phase, message)
    default:
      break
  }
  if (message.kind === 'cancel') return end(meeting, 'cancelled')
  if (phase.kind === 'committed' && message.kind === 'nonce') {
    return compare(crypto, meeting, phase.nonce, message.nonce, { kind: 'reveal', nonce: phase.nonce })
  }
  if (phase.kind === 'awaiting' && message.kind === 'commit') {
    const { nonce } = phase
    return to(meeting, { kind: 'answered', nonce, commitment: message.commitment }, { kind: 'nonce', nonce })
  }
  if (phase.kind === 'answered' && message.kind === 'reveal') {
    const promised = nearbyCommitment(crypto, theirs, ours, message.nonce)
    if (!equalBytes(promised, phase.commitment)) return end(meeting, 'protocol')
    return compare(crypto, meeting, phase.nonce, message.nonce)
  }
  if (phase.kind === 'comparing' && message.kind === 'verdict' && !phase.theirs) {
    if (!message.same) return end(meeting, 'different')
    return phase.ours ? agree(meeting) : to(meeting, { ...phase, theirs: true })
  }
  return end(meeting, 'protocol')
}

function onUser(
  crypto: Crypto,
  meeting: Meeting,
  input: Extract<MeetingInput, { kind: 'ask' | 'answer' | 'compare' }>,
  random: Uint8Array,
): MeetingStep {
  const { phase } = meeting
  if (input.kind === 'ask')
    return phase.kind === 'here' ? to(meeting, { kind: 'asked' }, { kind: 'ask' }) : stay(meeting)
  if (input.kind === 'answer') {
    if (phase.kind === 'asking') {
      const answer = { kind: 'answer', accept: input.accept } as const
      return input.accept
        ? prove(crypto, meeting, random, answer)
        : to(meeting, { kind: 'here', problem: null }, answer)
    }
    if (input.accept) return stay(meeting)
    return phase.kind === 'asked' ? to(meeting, { kind: 'here', problem: null }, { kind: 'cancel' }) : stay(meeting)
  }
  if (phase.kind !== 'comparing' || phase.ours) return stay(meeting)
  const verdict = { kind: 'verdict', same: input.same } as const
  if (!input.same) return end(meeting, 'different', verdict)
  return phase.theirs ? agree(meeting, verdict) : to(meeting, { ...phase, ours: true }, verdict)
}

function onLate(meeting: Meeting): MeetingStep {
  switch (meeting.phase.kind) {
    case 'here':
    case 'done':
    case 'ended':
      return stay(meeting)
    case 'asked':
      return to(meeting, { kind: 'here', problem: 'late' }, { kind: 'cancel' })
    case 'asking':
      return to(meeting, { kind: 'here', problem: null }, { kind: 'answer', accept: false })
    case 'greeting':
    case 'adding':
      return end(meeting, 'late')
    case 'committed':
    case 'awaiting':
    case 'answered':
    case 'comparing':
      return end(meeting, 'late', { kind: 'cancel' })
  }
}

function onInvite(meeting: Meeting, link: string): MeetingStep {
  const { phase } = meeting
  if (phase.kind !== 'adding') return stay(meeting)
  return to(meeting, { ...phase, invited: true }, { kind: 'invite', link })
}

function onAccepted(meeting: Meeting, outcome: NearbyOutcome): MeetingStep {
  const { phase } = meeting
  if (phase.kind !== 'adding' || phase.account === null) return stay(meeting)
  const done = { kind: 'done', outcome } as const
  if (outcome === 'refused') return end(meeting, 'refused', done)
  return to(meeting, { kind: 'done', account: phase.account, outcome }, done)
}

/** Takes a meeting one input further. `random`: 32 fresh bytes, which become the nonce if one is needed. */
export function stepMeeting(crypto: Crypto, meeting: Meeting, input: MeetingInput, random: Uint8Array): MeetingStep {
  switch (input.kind) {
    case 'message':
      return onMessage(crypto, meeting, input.message, random)
    case 'ask':
    case 'answer':
    case 'compare':
      return onUser(crypto, meeting, input, random)
    case 'late':
      return onLate(meeting)
    case 'gone':
      return meeting.phase.kind === 'done' || meeting.phase.kind === 'ended' ? stay(meeting) : end(meeting, 'gone')
    case 'invite':
      return onInvite(meeting, input.link)
    case 'accepted':
      return onAccepted(meeting, input.outcome)
  }
}
