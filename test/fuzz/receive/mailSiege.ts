/** One input of what a mailbox can hand the engine: batches, records and answers in any order, as a tape tells it. */
import { concat, toHex } from '../../../main/core/bytes.ts'
import type { Effect } from '../../../main/core/engine/effects.ts'
import type { Happening } from '../../../main/core/engine/inputs.ts'
import { envelopeIdFor, sealContext } from '../../../main/core/engine/keys.ts'
import type { Place } from '../../../main/core/engine/mail/keys.ts'
import { dayOf, mailTag, sealForMailbox } from '../../../main/core/engine/mail/keys.ts'
import { encodeWhereabouts } from '../../../main/core/engine/mail/whereabouts.ts'
import type { DeviceId, EnvelopeId } from '../../../main/core/ids.ts'
import { envelopeIdOf } from '../../../main/core/ids.ts'
import { mailboxLimits, protocolLimits } from '../../../main/core/limits.ts'
import type { Change, MailboxItem } from '../../../main/core/ports.ts'
import type { Frame } from '../../../main/core/wire/frame.ts'
import { encodeFrame, sealedSizeBytesMax } from '../../../main/core/wire/frame.ts'
import { crypto, seeded } from '../../support/sessions.ts'
import { Attacker } from '../attacker.ts'
import type { Tape } from '../tape.ts'
import { Tape as Decisions, patched } from '../tape.ts'
import type { FrameClock } from '../target.ts'
import { must } from '../target.ts'
import { checkDisk, checkEffects, checkMemory, checkRefusals } from './checks.ts'
import { bundleFrom, contentFrom } from './mail.ts'
import type { MailRoom } from './mailRoom.ts'
import type { Done, Person } from './person.ts'
import { conversationOf } from './room.ts'

const day = 86_400_000
const itemsMax = 8
/** What one happening may lead to: an input for each item, and what each of these asks for. */
const followsMax = 64
const outcomes = ['stored', 'unknownTag', 'full', 'busy', 'tooLarge', 'unreachable'] as const
const rejectReasons = ['noSession', 'undecryptable', 'notAContact', 'malformed', 'busy'] as const
const nobody = new Decisions(new Uint8Array(0))

/** By what happened: what may be stored in the very step that hears of it. */
const storable: Readonly<Partial<Record<Happening['kind'], readonly Change['kind'][]>>> = {
  collected: [],
  registered: [],
  published: [],
  mailWaiting: [],
  mailTaken: [],
  fetch: [],
  lookedUp: ['putDevice'],
  deposited: ['putOutbox', 'putDelivery'],
}

export class MailSiege {
  readonly happened: string[] = []
  readonly #room: MailRoom
  readonly #victim: Person
  readonly #clock: FrameClock
  readonly #entropy = seeded('mail siege')
  readonly #friend: Attacker
  readonly #offered: MailboxItem[] = []
  readonly #offeredIds = new Set<string>()
  readonly #envelopes: EnvelopeId[]
  /** What an honest friend left before all this. */
  readonly #honest: { readonly item: MailboxItem; readonly envelope: EnvelopeId }
  #sequence = 200
  #texts = 0

  constructor(room: MailRoom, clock: FrameClock) {
    this.#room = room
    this.#clock = clock
    this.#victim = room.victim.fork(1)
    this.#friend = new Attacker(crypto, room.friendSession, this.#entropy)
    this.#envelopes = room.waiting.flatMap(({ sealed }) => sealed?.envelope ?? [])
    const { honest, honestSession, honestSlotKey } = room
    const sealed = this.#sealed(nobody, honest, new Attacker(crypto, honestSession, seeded('honest')))
    must(sealed !== null, 'an honest friend cannot seal')
    const place = this.#place({ key: honestSlotKey })
    const bytes = sealForMailbox(crypto, place, encodeFrame({ kind: 'envelope', sealed }), this.#entropy)
    this.#honest = { item: this.#itemOf(bytes, place), envelope: envelopeIdFor(crypto, sealed) }
  }

  #place(over: Partial<Place> = {}): Place {
    const { slotKey: key, box } = this.#room
    const base = { key, mailbox: box.device, owner: this.#victim.device, use: 'item' } as const
    return { ...base, day: dayOf(this.#victim.nowMs), ...over }
  }

  #itemOf(bytes: Uint8Array, place: Place): MailboxItem {
    return { id: crypto.sha256(bytes).slice(0, 16), tag: mailTag(crypto, place), bytes }
  }

  // ── What the victim does ───────────────────────────────────────────────────────────────────

  #check(happening: Happening, done: Done): void {
    const { victim, box } = this.#room
    checkEffects(done.effects, this.#victim.disk)
    const may = storable[happening.kind]
    const wrong = may === undefined ? undefined : done.changes.find(({ kind }) => !may.includes(kind))
    must(wrong === undefined, `${happening.kind} stored a ${wrong?.kind}`)
    const refused = happening.kind === 'mail' || happening.kind === 'collected' ? checkRefusals(done) : []
    if (refused.length > 0)
      checkMemory(this.#victim.state, this.#victim.disk, [box, this.#room.friend, this.#room.honest])
    for (const effect of done.effects) {
      must(happening.kind !== 'mail' || effect.kind !== 'disconnect', 'what a mailbox brought ends a connection')
      if (effect.kind === 'removeItems') {
        must(effect.mailbox === box.device, 'another mailbox is told to remove something')
        for (const id of effect.ids) must(this.#offeredIds.has(toHex(id)), 'what was not offered is to be removed')
      }
      // What is left for the friend opens for the friend alone.
      if (effect.kind === 'deposit') must(effect.item.length <= mailboxLimits.itemSizeBytesMax, 'too large to be left')
      if (effect.kind === 'registerTags') must(effect.tags.length <= mailboxLimits.tagsPerOwnerMax, 'too many tags')
    }
    const kinds = [...new Set(done.changes.map(({ kind }) => kind))]
    this.happened.push(`${happening.kind}: ${refused.length > 0 ? refused.join(' ') : kinds.join(' ')}`)
    must(victim.device === this.#victim.device, 'the victim is another')
  }

  #run(happening: Happening): void {
    const waiting = [happening]
    for (let steps = 0; waiting.length > 0;) {
      const next = waiting.shift() as Happening
      must(steps++ < followsMax + itemsMax, 'what follows from one happening does not end')
      const done = this.#victim.step(next, this.#clock)
      this.#check(next, done)
      for (const effect of done.effects) {
        if (effect.kind === 'follow') waiting.push(effect.input)
        this.#hear(effect)
      }
    }
  }

  #hear(effect: Effect): void {
    if (effect.kind === 'deposit' && effect.envelope !== null) this.#envelopes.push(effect.envelope)
  }

  // ── What the mailbox brings ────────────────────────────────────────────────────────────────

  /** What somebody seals; null when their session is at an end. */
  #sealed(tape: Tape, from: Person, hand: Attacker): Uint8Array | null {
    const { victim } = this.#room
    const { nowMs } = this.#victim
    const known = [...this.#victim.disk.events.values()].map(({ event }) => event)
    const bundle = (on: Tape) => bundleFrom(on, from.identity, from.device, this.#entropy, nowMs + 30 * day)
    const sequence = ++this.#sequence
    const facts = { conversation: conversationOf(from, victim), sequence, nowMs, known, bundle }
    const sealed = hand.seal(contentFrom(tape, facts), tape, sealContext(from.device, victim.device))
    return sealed === null || sealed.length === 0 || sealed.length > sealedSizeBytesMax ? null : sealed
  }

  #envelopeNamed(tape: Tape): EnvelopeId {
    const known = this.#envelopes[tape.u8() % Math.max(1, this.#envelopes.length)]
    return known ?? envelopeIdOf(new Uint8Array(16).fill(tape.u8()))
  }

  /** What stands inside of an item that the friend left. */
  #frame(tape: Tape): Uint8Array {
    const envelopeIds = (): EnvelopeId[] => Array.from({ length: 1 + tape.below(64) }, () => this.#envelopeNamed(tape))
    const whole = (frame: Frame): Uint8Array => encodeFrame(frame)
    switch (tape.below(6)) {
      case 0: {
        const sealed = this.#sealed(tape, this.#room.friend, this.#friend)
        return sealed === null ? new Uint8Array(0) : whole({ kind: 'envelope', sealed })
      }
      case 1:
        return whole({ kind: 'ack', envelopeIds: envelopeIds() })
      case 2:
        return whole({ kind: 'reject', envelopeId: this.#envelopeNamed(tape), reason: tape.pick(rejectReasons) })
      case 3:
        return whole({ kind: 'bundleRequest', requestId: new Uint8Array(16), purpose: { kind: 'renew' } })
      case 4:
        return whole({ kind: 'envelope', sealed: concat(Uint8Array.of(1 + tape.below(2)), tape.chunk()) })
      default:
        return tape.longChunk()
    }
  }

  #placeFrom(tape: Tape): Place {
    const { friend, friendsMailbox } = this.#room
    switch (tape.below(7)) {
      case 0:
      case 1:
        return this.#place()
      case 2:
        return this.#place({ day: Math.max(0, dayOf(this.#victim.nowMs) + tape.below(80) - 40) })
      case 3:
        return this.#place({ use: 'record' })
      case 4:
        return this.#place({ owner: friend.device })
      case 5:
        return this.#place({ mailbox: friendsMailbox })
      default:
        return this.#place({ key: new Uint8Array(32).fill(tape.u8()) })
    }
  }

  #item(tape: Tape): MailboxItem {
    const earlier = this.#offered[tape.u8() % Math.max(1, this.#offered.length)]
    const kind = tape.below(6)
    if (kind === 1 && earlier !== undefined) return earlier
    if (kind === 2) return { id: tape.chunk(), tag: tape.chunk(), bytes: tape.longChunk() }
    const place = this.#placeFrom(tape)
    if (kind === 3) return this.#itemOf(tape.longChunk(), place)
    // The largest that a mailbox keeps, and larger.
    if (kind === 4) return this.#itemOf(new Uint8Array(mailboxLimits.itemSizeBytesMax + tape.below(3) - 1), place)
    const item = this.#itemOf(sealForMailbox(crypto, place, this.#frame(tape), this.#entropy), place)
    return tape.below(4) === 3 ? { ...item, bytes: patched(item.bytes, tape) } : item
  }

  #offer(items: readonly MailboxItem[], more: boolean): void {
    for (const item of items) this.#offeredIds.add(toHex(item.id))
    this.#offered.push(...items)
    this.#run({ kind: 'collected', mailbox: this.#room.box.device, batch: { items, more } })
  }

  #record(tape: Tape): Uint8Array | null {
    const { friend, friendsMailbox, grant, signerSeed } = this.#room
    const place = this.#place({ key: grant.key, owner: friend.device, mailbox: friendsMailbox, use: 'record' })
    const parties = { author: friend.device, reader: this.#victim.device }
    const count = tape.below(protocolLimits.addressesMax + 2)
    const addresses = Array.from({ length: count }, () => Buffer.from(tape.chunk()).toString('latin1'))
    const timeMs = tape.number(this.#victim.nowMs, protocolLimits.timeMsMax)
    // As the friend signs it, or as somebody who knows what the two share and not the friend's secret.
    const word = (seed: Uint8Array) => encodeWhereabouts(crypto, { timeMs, addresses }, parties, seed)
    switch (tape.below(5)) {
      case 0:
        return sealForMailbox(crypto, place, word(signerSeed), this.#entropy)
      case 4:
        return sealForMailbox(crypto, place, word(grant.key), this.#entropy)
      case 1:
        return null
      case 2:
        return sealForMailbox(crypto, place, tape.longChunk(), this.#entropy)
      default:
        return tape.longChunk()
    }
  }

  #lookedUp(tape: Tape): void {
    const { friend, box, friendsMailbox } = this.#room
    const before = this.#victim.disk.devices.get(friend.device)
    const device = tape.pick([friend, friend, box]).device
    const at: DeviceId = tape.pick([friendsMailbox, box.device])
    const named = Math.max(0, dayOf(this.#victim.nowMs) - tape.below(3))
    this.#run({ kind: 'lookedUp', device, mailbox: at, day: named, record: this.#record(tape) })
    const after = this.#victim.disk.devices.get(friend.device)
    must((after?.addressesAtMs ?? 0) >= (before?.addressesAtMs ?? 0), 'an older word of where a friend is was taken')
  }

  #deposited(tape: Tape): void {
    const { friend, friendsMailbox, box } = this.#room
    const isOwed = tape.below(4) === 3
    this.#run({
      kind: 'deposited',
      atMs: this.#victim.nowMs,
      device: tape.pick([friend, friend, box]).device,
      mailbox: tape.pick([friendsMailbox, box.device]),
      order: isOwed ? null : tape.number(1, 0xffffffff),
      envelope: isOwed ? null : this.#envelopeNamed(tape),
      outcome: tape.pick(outcomes),
      told: isOwed ? [this.#envelopeNamed(tape)] : [],
    })
  }

  act(tape: Tape): void {
    const { box, friend, victim } = this.#room
    switch (tape.below(12)) {
      case 0:
      case 1:
      case 2: {
        const items = Array.from({ length: tape.below(itemsMax + 1) }, () => this.#item(tape))
        return this.#offer(items, tape.below(2) === 1)
      }
      case 3:
        return this.#run({ kind: 'collected', mailbox: tape.pick([box, friend]).device, batch: null })
      case 4:
        return this.#lookedUp(tape)
      case 5:
        return this.#deposited(tape)
      case 6: {
        const outcome = tape.pick(['done', 'refused', 'notConnected'] as const)
        return this.#run({ kind: 'registered', mailbox: tape.pick([box, friend]).device, outcome })
      }
      case 7:
        return this.#run({ kind: 'published', outcome: tape.pick(outcomes) })
      case 8:
        return this.#run({ kind: 'mailWaiting', device: tape.pick([box, friend]).device })
      case 9: {
        const clientId = `c${this.#texts++}`
        const conversation = conversationOf(friend, victim)
        return this.#run({ kind: 'command', command: { kind: 'sendText', conversation, clientId, text: clientId } })
      }
      case 10:
        this.#victim.nowMs = Math.max(0, this.#victim.nowMs + tape.pick([1_000, 60_000, 3_600_000, day, -day]))
        return this.#run({ kind: 'tick' })
      default:
        this.#run({ kind: 'peerDown', device: box.device })
        return this.#run({ kind: 'peerUp', device: box.device, path: 'lan', address: '' })
    }
  }

  /** Whatever came: what somebody honest left is taken as well, the mailbox is not heard for ever, and what is stored is sound. */
  end(): void {
    const { item, envelope } = this.#honest
    this.#offer([item], false)
    must(this.#victim.disk.seen.has(`${this.#room.honest.device}/${envelope}`), 'what a friend left is not taken')
    checkDisk(this.#victim.disk)
  }
}
