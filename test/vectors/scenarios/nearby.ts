/** People nearby: what a sitting announces, what is said on its channel, and the digits that are compared. */
import { concat, toHex } from '../../../main/core/bytes.ts'
import type { Crypto } from '../../../main/core/crypto/provider.ts'
import { isCommitter, nearbyCommitment } from '../../../main/core/identity/nearby/digits.ts'
import type { Meeting, MeetingPhase } from '../../../main/core/identity/nearby/meeting.ts'
import { stepMeeting } from '../../../main/core/identity/nearby/meeting.ts'
import type { NearbyMessage } from '../../../main/core/identity/nearby/messages.ts'
import { decodeNearby, encodeNearby } from '../../../main/core/identity/nearby/messages.ts'
import { err, ok } from '../../../main/core/result.ts'
import type { NearbyAnnouncement, NearbyAnnouncementError } from '../../../main/net/nearby/packet.ts'
import { decodeNearbyAnnouncement, encodeNearbyAnnouncement } from '../../../main/net/nearby/packet.ts'
import type { Parts } from './format.ts'
import { bytesOf } from './format.ts'
import type { Malformed } from './scenario.ts'
import { laidOut, runnable } from './scenario.ts'

interface AnnouncementInput {
  /** Of the TXT record. */
  readonly name: string
  /** Its data: strings, a byte of length before each. */
  readonly data: Parts
  /** A name in other letters, which is the same name and never written. */
  readonly canonical?: false
}

/** The strings of a TXT record, as a library for DNS gives them. */
function stringsOf(data: Uint8Array): readonly Uint8Array[] {
  const [length] = data
  return length === undefined ? [] : [data.slice(1, 1 + length), ...stringsOf(data.slice(1 + length))]
}

const nearbyAnnouncement = runnable<AnnouncementInput, NearbyAnnouncement, NearbyAnnouncementError>({
  read: (_, { name, data }) => decodeNearbyAnnouncement([{ name, type: 'TXT', data: stringsOf(bytesOf(data)) }]),
  write(_, { canonical }, value) {
    if (canonical === false) return null
    const strings = encodeNearbyAnnouncement(value).map((part) => concat(Uint8Array.of(part.length), part))
    return { data: toHex(concat(...strings)) }
  },
})

const nearbyMessage = runnable<{ readonly message: Parts }, NearbyMessage, Malformed>({
  read: (_, { message }) => laidOut(decodeNearby(bytesOf(message))),
  write: (_, __, value) => ({ message: toHex(encodeNearby(value)) }),
})

interface SideInput {
  readonly key: Parts
  /** As its hello says it. */
  readonly name: string
  readonly nonce: Parts
}

interface DigitsInput {
  readonly a: SideInput
  readonly b: SideInput
  /** What the side of the smaller key said. */
  readonly commitment: Parts
}

interface Digits {
  /** The side of the smaller key. */
  readonly commits: 'a' | 'b'
  readonly digits: string
}

const nothing = new Uint8Array(0)

function committerOf({ a, b }: DigitsInput): 'a' | 'b' {
  return isCommitter(bytesOf(a.key), bytesOf(b.key)) ? 'a' : 'b'
}

/** What becomes of one side's meeting when it is in this phase and hears this nonce. */
function heard(crypto: Crypto, own: SideInput, other: SideInput, at: MeetingPhase, kind: 'nonce' | 'reveal') {
  const meeting: Meeting = {
    ours: bytesOf(own.key),
    theirs: bytesOf(other.key),
    ownName: own.name,
    ownAccount: { rootKey: nothing, descriptorHash: nothing },
    theirName: other.name,
    asks: 0,
    phase: at,
  }
  const message: NearbyMessage = { kind, nonce: bytesOf(other.nonce) }
  return stepMeeting(crypto, meeting, { kind: 'message', message }, nothing).meeting.phase
}

/** From the commitment on, as both sides go. */
const nearbyDigits = runnable<DigitsInput, Digits, { readonly kind: 'protocol' }>({
  read(crypto, input) {
    const commits = committerOf(input)
    const [first, second] = commits === 'a' ? [input.a, input.b] : [input.b, input.a]
    const commitment = bytesOf(input.commitment)
    const answered = { kind: 'answered', nonce: bytesOf(second.nonce), commitment } as const
    const there = heard(crypto, second, first, answered, 'reveal')
    if (there.kind === 'ended' && there.why === 'protocol') return err({ kind: 'protocol' })
    const here = heard(crypto, first, second, { kind: 'committed', nonce: bytesOf(first.nonce) }, 'nonce')
    if (here.kind !== 'comparing' || there.kind !== 'comparing') throw new Error('nobody compares')
    if (here.digits !== there.digits) throw new Error('the two sides see other digits')
    return ok({ commits, digits: here.digits })
  },
  write(crypto, input, { commits }) {
    const [first, second] = commits === 'a' ? [input.a, input.b] : [input.b, input.a]
    const keys = [bytesOf(first.key), bytesOf(second.key)] as const
    return { commitment: toHex(nearbyCommitment(crypto, ...keys, bytesOf(first.nonce))) }
  },
})

export const nearbyScenarios = { nearbyAnnouncement, nearbyMessage, nearbyDigits } as const
