/** One input of the receive path: a course of events around one honest engine, as a tape tells it. */
import { concat } from '../../../main/core/bytes.ts'
import type { Command } from '../../../main/core/engine/commands.ts'
import type { Effect } from '../../../main/core/engine/effects.ts'
import type { Happening } from '../../../main/core/engine/inputs.ts'
import { bundleProof, envelopeIdFor, sealContext } from '../../../main/core/engine/keys.ts'
import { encodeInviteLink } from '../../../main/core/identity/invite.ts'
import type { EnvelopeId, EventId } from '../../../main/core/ids.ts'
import { envelopeIdOf, inviteIdOf } from '../../../main/core/ids.ts'
import { noPsk } from '../../../main/core/session/handshake.ts'
import type { BundleStatus, Frame } from '../../../main/core/wire/frame.ts'
import { encodeFrame, sealedSizeBytesMax } from '../../../main/core/wire/frame.ts'
import { crypto, seeded } from '../../support/sessions.ts'
import { Attacker } from '../attacker.ts'
import { Tape, patched } from '../tape.ts'
import type { FrameClock } from '../target.ts'
import { must } from '../target.ts'
import { checkDisk, checkEffects, checkMemory, checkRefusals } from './checks.ts'
import { beginFrom, bundleFrom, contentFrom, offerFrom } from './mail.ts'
import type { Person } from './person.ts'
import { framesTo } from './person.ts'
import type { Room } from './room.ts'
import { conversationOf } from './room.ts'

const day = 86_400_000
/** What one happening may lead to. */
const followsMax = 64
const rejectReasons = ['noSession', 'undecryptable', 'notAContact', 'malformed', 'busy'] as const
const bundleProblems = ['unknown', 'used', 'expired', 'withdrawn', 'busy'] as const

export class Siege {
  readonly happened: string[] = []
  readonly #room: Room
  readonly #victim: Person
  readonly #clock: FrameClock
  readonly #entropy = seeded('siege')
  readonly #senders: readonly Person[]
  /** Those of them that hold a session, by device. */
  readonly #attackers = new Map<string, Attacker>()
  readonly #sequences = new Map<string, number>()
  /** What the victim asked of each sender last. */
  readonly #asked = new Map<string, Uint8Array>()
  readonly #sent: { readonly from: Person; readonly bytes: Uint8Array }[] = []
  readonly #envelopes: EnvelopeId[]
  readonly #friendly: Uint8Array
  #texts = 0

  constructor(room: Room, clock: FrameClock) {
    const { victim, turned, maker, stranger, friend } = room
    this.#room = room
    this.#clock = clock
    this.#victim = victim.fork(1)
    this.#senders = [turned, stranger, maker, friend]
    this.#envelopes = [...room.unacknowledged]
    this.#asked.set(maker.device, room.makerRequestId)
    this.#attackers.set(turned.device, new Attacker(crypto, room.turnedSession, this.#entropy))
    // Said before the siege, and heard only after it.
    const honest = new Attacker(crypto, room.friendSession, seeded('friend'))
    const content = contentFrom(new Tape(new Uint8Array(0)), this.#facts(friend, 99))
    const sealed = honest.seal(content, new Tape(new Uint8Array(0)), sealContext(friend.device, victim.device))
    must(sealed !== null, 'an honest friend cannot seal')
    this.#friendly = sealed
  }

  #facts(sender: Person, sequence: number) {
    const conversation = conversationOf(sender, this.#room.victim)
    const known = [...this.#victim.disk.events.values()].map((row): EventId => row.event)
    const { nowMs } = this.#victim
    const bundle = (tape: Tape) => bundleFrom(tape, sender.identity, sender.device, this.#entropy, nowMs + 30 * day)
    return { conversation, sequence, nowMs, known, bundle }
  }

  // ── What the victim does ───────────────────────────────────────────────────────────────────

  /** What the victim says to somebody is heard as far as it goes. */
  #hear(effects: readonly Effect[]): void {
    for (const sender of this.#senders) {
      for (const frame of framesTo(sender.device, effects)) {
        if (frame.kind === 'bundleRequest') this.#asked.set(sender.device, frame.requestId)
        if (frame.kind !== 'envelope') continue
        this.#envelopes.push(envelopeIdFor(crypto, frame.sealed))
        const context = sealContext(this.#victim.device, sender.device)
        this.#attackers.get(sender.device)?.open(frame.sealed, context, this.#victim.nowMs)
      }
    }
  }

  #run(happening: Happening, name: string): void {
    const done = this.#victim.step(happening, this.#clock)
    const refused = happening.kind === 'frame' ? checkRefusals(done) : []
    const isRefused = refused.length > 0 || done.reply?.ok === false
    checkEffects(done.effects, this.#victim.disk)
    if (done.reply?.ok === false)
      must(done.changes.length === 0, `${name} was refused and stored a ${done.changes[0]?.kind}`)
    if (isRefused) checkMemory(this.#victim.state, this.#victim.disk, this.#senders)
    const what = refused.length > 0 ? refused.join(' ') : [...new Set(done.changes.map(({ kind }) => kind))].join(' ')
    this.happened.push(`${name}: ${what}`)
    this.#hear(done.effects)
    this.#follow(done.effects)
  }

  #follow(effects: readonly Effect[]): void {
    const waiting = [...effects]
    for (let steps = 0; waiting.length > 0;) {
      const effect = waiting.shift()
      if (effect?.kind !== 'follow') continue
      must(steps++ < followsMax, 'what follows from one happening does not end')
      const done = this.#victim.step(effect.input, this.#clock)
      checkEffects(done.effects, this.#victim.disk)
      this.#hear(done.effects)
      waiting.push(...done.effects)
    }
  }

  #frame(from: Person, bytes: Uint8Array, name: string): void {
    this.#sent.push({ from, bytes })
    this.#run({ kind: 'frame', device: from.device, bytes }, name)
  }

  #send(from: Person, frame: Frame): void {
    this.#frame(from, encodeFrame(frame), frame.kind)
  }

  #envelope(from: Person, sealed: Uint8Array, name: string): void {
    const fitting = sealed.subarray(0, sealedSizeBytesMax)
    if (fitting.length > 0) this.#frame(from, encodeFrame({ kind: 'envelope', sealed: fitting }), name)
  }

  #command(command: Command): void {
    this.#run({ kind: 'command', command }, command.kind)
  }

  // ── What others do ─────────────────────────────────────────────────────────────────────────

  #sayFrom(from: Person, tape: Tape): void {
    const attacker = this.#attackers.get(from.device)
    if (attacker === undefined) return
    const sequence = (this.#sequences.get(from.device) ?? (from === this.#room.turned ? 100 : 0)) + 1
    this.#sequences.set(from.device, sequence)
    const content = contentFrom(tape, this.#facts(from, sequence))
    const sealed = attacker.seal(content, tape, sealContext(from.device, this.#victim.device))
    if (sealed !== null) this.#envelope(from, sealed, 'envelope')
  }

  /** A first message: of the stranger with the invite, or of a contact with the bundle of a renewal. */
  #begin(tape: Tape): void {
    const { stranger, turned, invite, inviteBundle, renewalBundle, stash } = this.#room
    const initiator = tape.pick([stranger, turned])
    const withInvite = tape.pick([initiator === stranger, initiator !== stranger])
    const bundle = withInvite ? inviteBundle : tape.pick([renewalBundle, ...stash])
    const session = beginFrom(tape, {
      initiator,
      responder: this.#room.victim,
      others: [this.#room.victim, turned, stranger, this.#room.maker].map((person) => person.identity),
      bundle,
      psk: withInvite ? invite.secret : noPsk,
      entropy: this.#entropy,
    })
    if (session === null) return
    this.#attackers.set(initiator.device, new Attacker(crypto, session, this.#entropy))
    this.#sayFrom(initiator, tape)
  }

  #request(from: Person, tape: Tape): void {
    const requestId = new Uint8Array(16).fill(tape.u8())
    if (tape.below(2) === 0) return this.#send(from, { kind: 'bundleRequest', requestId, purpose: { kind: 'renew' } })
    const { inviteId, secret } = this.#room.invite
    const proof = bundleProof(crypto, secret, inviteId, from.device, this.#victim.device)
    const purpose = {
      kind: 'invite',
      inviteId: tape.below(4) === 3 ? inviteIdOf(new Uint8Array(16)) : inviteId,
    } as const
    const given = tape.below(4) === 3 ? new Uint8Array(32) : proof
    this.#send(from, { kind: 'bundleRequest', requestId, purpose: { ...purpose, proof: given } })
  }

  #replyFrom(from: Person, tape: Tape): void {
    const asked = this.#asked.get(from.device)
    const requestId = asked === undefined || tape.below(8) === 7 ? new Uint8Array(16).fill(tape.u8()) : asked
    const others = this.#senders.map((person) => person.identity)
    const status = (): BundleStatus => {
      if (tape.below(4) === 3) return { kind: tape.pick(bundleProblems) }
      const honest = from === this.#room.maker && tape.below(2) === 0
      const expiresAtMs = this.#victim.nowMs + day
      const bundle = honest
        ? this.#room.makerBundle
        : bundleFrom(tape, from.identity, from.device, this.#entropy, expiresAtMs)
      return { kind: 'ok', bundle: offerFrom(tape, bundle, from.identity, others) }
    }
    this.#send(from, { kind: 'bundleReply', requestId, status: status() })
  }

  /** The victim accepts an invite whose maker made it, and the bundle behind it, as the tape says. */
  #court(tape: Tape): void {
    const { maker, invite } = this.#room
    const bundle = bundleFrom(tape, maker.identity, maker.device, this.#entropy, this.#victim.nowMs + day)
    const { rootKey, deviceKey } = maker.identity
    const crooked = {
      ...invite,
      inviteId: inviteIdOf(new Uint8Array(16).fill(1 + tape.u8())),
      rootKey,
      deviceKey: tape.below(4) === 3 ? tape.pick(this.#senders).identity.deviceKey : deviceKey,
      bundleHash: crypto.sha256(bundle),
      name: Buffer.from(tape.chunk()).toString('latin1').slice(0, 60),
      addresses: [],
    }
    this.#command({ kind: 'acceptInvite', link: encodeInviteLink(crypto, crooked) })
    this.#run({ kind: 'peerUp', device: maker.device, path: 'lan', address: '' }, 'peerUp')
    const requestId = this.#asked.get(maker.device)
    if (requestId === undefined) return
    const offer = offerFrom(tape, bundle, maker.identity, [this.#room.turned.identity])
    this.#send(maker, { kind: 'bundleReply', requestId, status: { kind: 'ok', bundle: offer } })
  }

  /** What the user may decide at any moment about all but the honest friend. */
  #decide(tape: Tape): void {
    const { turned, stranger, maker, invite } = this.#room
    const { account } = tape.pick([turned, stranger, maker]).identity
    switch (tape.below(9)) {
      case 0:
        return this.#command({ kind: 'blockContact', account, blocked: true })
      case 1:
        return this.#command({ kind: 'blockContact', account, blocked: false })
      case 2:
        return this.#command({ kind: 'removeContact', account })
      case 3:
        return this.#command({ kind: 'acceptKey', account })
      case 4:
        return this.#command({ kind: 'withdrawInvite', invite: invite.inviteId })
      case 5:
        return this.#command({ kind: 'createInvite', lifetimeMs: null })
      case 6:
        return this.#command({ kind: 'setVerified', account, verified: true })
      case 7:
        return this.#markRead(turned)
      default:
        return this.#command({ kind: 'renameSelf', name: Buffer.from(tape.chunk()).toString('latin1') })
    }
  }

  #markRead(sender: Person): void {
    const conversation = conversationOf(sender, this.#room.victim)
    const last = this.#victim.disk.inOrder(conversation).at(-1)
    if (last !== undefined) this.#command({ kind: 'markRead', conversation, upTo: last.event })
  }

  #say(to: Person, tape: Tape): void {
    const conversation = conversationOf(to, this.#room.victim)
    const text = `t${Buffer.from(tape.chunk()).toString('latin1')}`
    this.#command({ kind: 'sendText', conversation, clientId: `c${this.#texts++}`, text })
  }

  #pass(tape: Tape): void {
    this.#victim.nowMs = Math.max(0, this.#victim.nowMs + tape.pick([1_000, 60_000, 3_600_000, day, 15 * day, -day]))
    this.#run({ kind: 'tick' }, 'tick')
  }

  #envelopeNamed(tape: Tape): EnvelopeId {
    const known = this.#envelopes[tape.u8() % Math.max(1, this.#envelopes.length)]
    return known ?? envelopeIdOf(new Uint8Array(16).fill(tape.u8()))
  }

  act(tape: Tape): void {
    const kind = tape.below(16)
    if (kind === 0) return this.#sayFrom(this.#room.turned, tape)
    if (kind === 1) return this.#begin(tape)
    if (kind === 2) return this.#court(tape)
    if (kind === 3) return this.#decide(tape)
    if (kind === 4) return this.#pass(tape)
    const from = tape.pick(this.#senders)
    if (kind === 5) return this.#sayFrom(from, tape)
    if (kind === 6) return this.#frame(from, tape.longChunk(), 'noise')
    if (kind === 7) return this.#envelope(from, concat(Uint8Array.of(1 + tape.below(2)), tape.longChunk()), 'noise')
    if (kind === 8) return this.#again(from, tape)
    if (kind === 9) {
      const envelopeIds = Array.from({ length: 1 + tape.below(64) }, () => this.#envelopeNamed(tape))
      return this.#send(from, { kind: 'ack', envelopeIds })
    }
    if (kind === 10) {
      return this.#send(from, {
        kind: 'reject',
        envelopeId: this.#envelopeNamed(tape),
        reason: tape.pick(rejectReasons),
      })
    }
    if (kind === 11) return this.#request(from, tape)
    if (kind === 12) return this.#replyFrom(from, tape)
    if (kind === 13) return this.#say(from, tape)
    if (kind === 14) return this.#run({ kind: 'peerDown', device: from.device }, 'peerDown')
    return this.#run({ kind: 'peerUp', device: from.device, path: 'lan', address: '' }, 'peerUp')
  }

  /** A frame that was sent before, as it was or altered, by its sender or by another. */
  #again(from: Person, tape: Tape): void {
    const earlier = this.#sent[tape.u8() % Math.max(1, this.#sent.length)]
    if (earlier === undefined) return
    const sender = tape.below(2) === 0 ? earlier.from : from
    this.#frame(sender, tape.below(2) === 0 ? earlier.bytes : patched(earlier.bytes, tape), 'again')
  }

  /** Whatever happened: who kept to everything is heard, and what is stored is sound. */
  end(): void {
    const { friend } = this.#room
    const frame = encodeFrame({ kind: 'envelope', sealed: this.#friendly })
    const { effects } = this.#victim.step({ kind: 'frame', device: friend.device, bytes: frame }, this.#clock)
    must(
      effects.some(({ kind }) => kind === 'ack'),
      'an honest friend is not heard any more',
    )
    checkDisk(this.#victim.disk)
  }
}
