/** What comes from strangers on the local network while somebody looks for people nearby. */
import { createRequire } from 'node:module'
import { concat } from '../../../main/core/bytes.ts'
import { nobleCrypto } from '../../../main/core/crypto/noble.ts'
import { nearbyCommitment } from '../../../main/core/identity/nearby/digits.ts'
import type { Meeting, MeetingInput, MeetingStep } from '../../../main/core/identity/nearby/meeting.ts'
import { beginMeeting, stepMeeting } from '../../../main/core/identity/nearby/meeting.ts'
import type { NearbyMessage } from '../../../main/core/identity/nearby/messages.ts'
import { decodeNearby, encodeNearby } from '../../../main/core/identity/nearby/messages.ts'
import { deviceIdOf } from '../../../main/core/ids.ts'
import { protocolLimits } from '../../../main/core/limits.ts'
import { isPlausiblePacket } from '../../../main/net/lan/packet.ts'
import { decodeNearbyAnnouncement, encodeNearbyAnnouncement, nearbyService } from '../../../main/net/nearby/packet.ts'
import { withLength, FrameReader } from '../../../main/net/stream/frames.ts'
import { Chance } from '../../sim/schedule.ts'
import type { FrameClock, Target } from '../target.ts'
import { must, mustBeSameBytes, mustEqual } from '../target.ts'
import { words } from '../tokens.ts'

const filled = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)

const everyMessage: readonly NearbyMessage[] = [
  { kind: 'hello', name: 'Ünal' },
  { kind: 'ask' },
  { kind: 'answer', accept: true },
  { kind: 'cancel' },
  { kind: 'commit', commitment: filled(3) },
  { kind: 'nonce', nonce: filled(4) },
  { kind: 'reveal', nonce: filled(4) },
  { kind: 'verdict', same: true },
  { kind: 'account', account: { rootKey: filled(5), descriptorHash: filled(6) } },
  { kind: 'invite', link: 'waxwing:invite/AQ' },
  { kind: 'done', outcome: 'added' },
]

const nearbyMessage: Target = {
  name: 'nearbyMessage',
  what: 'decodeNearby; canonical: what decodes encodes to the same bytes',
  inputSizeBytesMax: protocolLimits.nearbyMessageSizeBytesMax + 64,
  weight: 1,
  tokens: everyMessage.map((_, at) => Uint8Array.of(1, at + 1)),
  seeds: () => everyMessage.map(encodeNearby),
  run(input, clock) {
    const decoded = clock.time(() => decodeNearby(input))
    if (!decoded.ok) return [decoded.error.kind]
    mustBeSameBytes(encodeNearby(decoded.value), input, 'a message nearby has two encodings')
    return [decoded.value.kind]
  },
}

// ── A meeting with a stranger who says anything ──────────────────────────────────────────────

/** After each message the user does what stands here, by the first byte of the input. */
const clicks: readonly (MeetingInput | null)[] = [
  null,
  { kind: 'ask' },
  { kind: 'answer', accept: true },
  { kind: 'answer', accept: false },
  { kind: 'compare', same: true },
  { kind: 'compare', same: false },
  { kind: 'invite', link: 'waxwing:invite/AQ' },
  { kind: 'accepted', outcome: 'added' },
  { kind: 'late' },
  { kind: 'gone' },
]

const [smaller, larger] = [filled(1), filled(2)]

/** A first byte for the side and the clicks, then frames. */
function conversation(first: number, ...messages: readonly NearbyMessage[]): Uint8Array {
  return concat(Uint8Array.of(first), ...messages.map((message) => withLength(encodeNearby(message))))
}

function said(...kinds: readonly NearbyMessage['kind'][]): readonly NearbyMessage[] {
  return kinds.flatMap((kind) => everyMessage.filter((message) => message.kind === kind))
}

function conversations(): readonly Uint8Array[] {
  const commitment = nearbyCommitment(nobleCrypto, smaller, larger, filled(4))
  return [
    conversation(0, ...said('hello', 'ask', 'nonce', 'verdict', 'account', 'done')),
    conversation(
      1,
      ...said('hello', 'ask'),
      { kind: 'commit', commitment },
      ...said('reveal', 'verdict', 'account', 'invite'),
    ),
    conversation(4, ...said('hello', 'ask', 'cancel')),
  ]
}

function messagesIn(bytes: Uint8Array): readonly NearbyMessage[] {
  const reader = new FrameReader()
  reader.push(bytes)
  const found: NearbyMessage[] = []
  for (;;) {
    const read = reader.next()
    if (read.kind === 'more') return found
    if (read.kind === 'heartbeat') continue
    const decoded = decodeNearby(read.frame)
    if (!decoded.ok) return found
    found.push(decoded.value)
  }
}

class Watched {
  meeting: Meeting
  readonly happened: string[] = []
  #ourWord = false
  #theirWord = false
  constructor(ours: Uint8Array, theirs: Uint8Array) {
    const ownAccount = { rootKey: filled(7), descriptorHash: filled(8) }
    this.meeting = beginMeeting({ ours, theirs, ownName: 'Mara', ownAccount, asks: 0 }).meeting
  }
  step(input: MeetingInput, random: Uint8Array, clock: FrameClock): void {
    const { phase: before } = this.meeting
    if (input.kind === 'compare' && input.same && before.kind === 'comparing') this.#ourWord = true
    const says = input.kind === 'message' ? input.message : null
    if (says?.kind === 'verdict' && says.same && before.kind === 'comparing') this.#theirWord = true
    const step: MeetingStep = clock.time(() => stepMeeting(nobleCrypto, this.meeting, input, random))
    this.meeting = step.meeting
    const agreed = this.#ourWord && this.#theirWord
    for (const message of step.sends) {
      if (message.kind === 'account' || message.kind === 'invite') must(agreed, `${message.kind} before both said same`)
    }
    must(step.want === null || agreed, 'an invite is wanted before both said same')
    this.happened.push(`${before.kind} ${says?.kind ?? input.kind} ${step.meeting.phase.kind}`)
  }
}

const nearbyMeeting: Target = {
  name: 'nearbyMeeting',
  what: 'stepMeeting; nothing of an account leaves, and no invite is made or taken, before both said same',
  inputSizeBytesMax: 8_192,
  weight: 2,
  tokens: everyMessage.map((message) => withLength(encodeNearby(message))),
  seeds: conversations,
  run(input, clock) {
    const first = input[0] ?? 0
    const chance = new Chance(first >> 1)
    const watched = (first & 1) === 0 ? new Watched(smaller, larger) : new Watched(larger, smaller)
    let count = 0
    const random = (): Uint8Array => filled(count++ & 0xff)
    for (const message of messagesIn(input.subarray(1))) {
      watched.step({ kind: 'message', message }, random(), clock)
      const { kind } = watched.meeting.phase
      if (first < 4 && kind === 'asking') watched.step({ kind: 'answer', accept: true }, random(), clock)
      if (first < 4 && kind === 'comparing') watched.step({ kind: 'compare', same: true }, random(), clock)
      const click = first < 4 ? null : chance.pick(clicks)
      if (click !== null) watched.step(click, random(), clock)
    }
    return watched.happened
  },
}

// ── Announcements ────────────────────────────────────────────────────────────────────────────

const dns = createRequire(createRequire(import.meta.url).resolve('multicast-dns'))('dns-packet') as {
  decode(bytes: Buffer): { readonly answers: unknown }
  encode(packet: object): Buffer
}

function packets(): readonly Uint8Array[] {
  const data = encodeNearbyAnnouncement({ port: 4_001, peer: deviceIdOf(new Chance(1).bytes(32)) })
  const answers = [{ name: nearbyService, type: 'TXT', ttl: 15, data }]
  const others = [{ name: 'x.local', type: 'A', data: '10.0.0.1' }]
  return [dns.encode({ type: 'response', answers }), dns.encode({ type: 'response', answers: others })].map(
    (packet) => new Uint8Array(packet),
  )
}

function answersIn(input: Uint8Array, clock: FrameClock): unknown {
  try {
    return clock.time(() => (isPlausiblePacket(input) ? dns.decode(Buffer.from(input)).answers : null))
  } catch {
    return null
  }
}

const nearbyPacket: Target = {
  name: 'nearbyPacket',
  what: 'isPlausiblePacket, dns-packet, decodeNearbyAnnouncement; canonical in its string',
  inputSizeBytesMax: 2_000,
  weight: 1,
  tokens: [...words(nearbyService, '\x0f_waxwing-nearby\x04_tcp\x05local\0'), Uint8Array.of(0xc0, 0x0c)],
  seeds: packets,
  run(input, clock) {
    const answers = answersIn(input, clock)
    if (answers === null) return ['no packet']
    const decoded = clock.time(() => decodeNearbyAnnouncement(answers))
    if (!decoded.ok) return [decoded.error.kind]
    const again = [{ type: 'TXT', name: nearbyService, data: encodeNearbyAnnouncement(decoded.value) }]
    mustEqual(decodeNearbyAnnouncement(again), decoded, 'an announcement is written otherwise than it was read')
    return ['announcement']
  },
}

export const nearbyTargets: readonly Target[] = [nearbyMessage, nearbyMeeting, nearbyPacket]
