/** One device in a test's hands: the production engine over a simulated disk, one input at a time. Nothing leaves by itself. */
import { toHex, utf8 } from '../../main/core/bytes.ts'
import type { Crypto } from '../../main/core/crypto/provider.ts'
import { directConversationId } from '../../main/core/conversation/ids.ts'
import type { Command, CommandKind, CommandOf, Replies } from '../../main/core/engine/commands.ts'
import type { Effect, Notice, Refusal } from '../../main/core/engine/effects.ts'
import type { Happening } from '../../main/core/engine/inputs.ts'
import { asksForRange } from '../../main/core/engine/missing.ts'
import { createState } from '../../main/core/engine/restore.ts'
import type { State } from '../../main/core/engine/state.ts'
import type { Outcome } from '../../main/core/engine/step.ts'
import { step } from '../../main/core/engine/step.ts'
import type { Ranges } from '../../main/core/engine/turn.ts'
import type { LocalIdentity } from '../../main/core/identity/account.ts'
import { createIdentity, encodeIdentitySecrets } from '../../main/core/identity/account.ts'
import type { ConversationId, DeviceId, EnvelopeId } from '../../main/core/ids.ts'
import { implementationLimits, protocolLimits } from '../../main/core/limits.ts'
import type { Change, EventRow, SessionRow } from '../../main/core/ports.ts'
import type { Session } from '../../main/core/session/session.ts'
import { decodeSession } from '../../main/core/session/session.ts'
import type { Frame } from '../../main/core/wire/frame.ts'
import { decodeFrame, encodeFrame } from '../../main/core/wire/frame.ts'
import { Disk } from '../sim/disk.ts'
import { Chance } from '../sim/schedule.ts'
import { crypto } from '../support/sessions.ts'

export const epochMs = 1_800_000_000_000

type Done = Extract<Outcome, { kind: 'done' }>

/** A frame that one device has handed to its network. */
export interface Parcel {
  readonly from: Machine
  readonly to: DeviceId
  readonly bytes: Uint8Array
  readonly frame: Frame
}

/** What a step led to, as far as a peer or a user could notice. */
export interface Heard {
  readonly changes: readonly Change[]
  readonly refusals: readonly Refusal[]
  readonly answers: readonly Frame[]
  readonly acked: readonly EnvelopeId[]
  readonly notices: readonly Notice[]
  readonly disconnected: boolean
}

function heardIn({ changes, effects }: Done): Heard {
  const of = <K extends Effect['kind']>(kind: K) =>
    effects.filter((effect): effect is Extract<Effect, { kind: K }> => effect.kind === kind)
  return {
    changes,
    refusals: of('refused').map(({ refusal }) => refusal),
    answers: of('send').map(({ frame }) => frame),
    acked: of('ack').map(({ envelope }) => envelope),
    notices: of('notice').map(({ notice }) => notice),
    disconnected: of('disconnect').length > 0,
  }
}

type DiskCopy = ReadonlyMap<string, ReadonlyMap<unknown, unknown>>

/** As text, bytes as hexadecimal: two are equal when every byte is. */
function textOf(value: unknown): string | undefined {
  return JSON.stringify(value, (_, item: unknown) => {
    if (item instanceof Uint8Array) return toHex(item)
    return item instanceof Map ? [...item].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)) : item
  })
}

export class Machine {
  readonly identity: LocalIdentity
  readonly crypto: Crypto
  readonly disk = new Disk()
  readonly sent: Parcel[] = []
  readonly arrived: string[] = []
  readonly refusals: Refusal[] = []
  nowMs = epochMs
  readonly #chance: Chance
  #state: State

  constructor(seed: number, provider: Crypto = crypto) {
    this.crypto = provider
    this.#chance = new Chance(seed)
    this.identity = createIdentity(provider, this.#chance.bytes(96), epochMs)
    const secrets = encodeIdentitySecrets(this.identity)
    this.disk.write([{ kind: 'putSelf', row: { secrets, name: `M${seed}`, createdAtMs: epochMs } }])
    this.#state = this.#restored()
    this.run({ kind: 'start' })
  }

  get device(): DeviceId {
    return this.identity.device
  }

  /** What the engine knows; read it, never keep it. */
  get state(): State {
    return this.#state
  }

  #restored(): State {
    const state = createState(this.crypto, this.disk.resident())
    if (!state.ok) throw new Error(state.error.kind)
    return state.value
  }

  /** The process ends and begins anew: only what is on the disk is left. Nobody is connected. */
  restart(): void {
    this.#state = this.#restored()
    this.run({ kind: 'start' })
  }

  #step(happening: Happening): Done {
    const random = this.#chance.bytes(implementationLimits.stepRandomBytes)
    let ranges: Ranges | null = null
    for (let loads = 0; loads < 32; loads++) {
      const outcome = step(this.crypto, this.#state, { happening, nowMs: this.nowMs, random }, ranges)
      if (outcome.kind === 'done') return outcome
      const slice = this.disk.load(outcome.request)
      this.#state.learn(outcome.request, slice)
      if (asksForRange(outcome.request)) ranges = { request: outcome.request, slice }
    }
    throw new Error('a step asks without end')
  }

  /** What would follow; nothing of it is kept. */
  attempt(happening: Happening): Heard {
    return heardIn(this.#step(happening))
  }

  /** Does it, commits, lets the effects out into `sent`, and goes on with what follows. */
  run(happening: Happening): Heard {
    return this.#keep(this.#step(happening))
  }

  #keep(done: Done): Heard {
    this.disk.write(done.changes)
    this.#state.absorb(done.state)
    this.#state.settle()
    const heard = heardIn(done)
    this.refusals.push(...heard.refusals)
    this.#post(done.effects)
    for (const notice of heard.notices) if (notice.kind === 'arrived') this.arrived.push(notice.event)
    for (const effect of done.effects) if (effect.kind === 'follow') this.run(effect.input)
    return heard
  }

  #post(effects: readonly Effect[]): void {
    const acks = new Map<DeviceId, EnvelopeId[]>()
    const post = (to: DeviceId, frame: Frame) => this.sent.push({ from: this, to, bytes: encodeFrame(frame), frame })
    for (const effect of effects) {
      if (effect.kind === 'send') post(effect.device, effect.frame)
      if (effect.kind === 'ack') acks.set(effect.device, [...(acks.get(effect.device) ?? []), effect.envelope])
    }
    for (const [device, envelopeIds] of acks) {
      for (let at = 0; at < envelopeIds.length; at += protocolLimits.ackEnvelopesMax) {
        post(device, { kind: 'ack', envelopeIds: envelopeIds.slice(at, at + protocolLimits.ackEnvelopesMax) })
      }
    }
  }

  /** The frames that wait to be carried, taken away. */
  take(): Parcel[] {
    return this.sent.splice(0)
  }

  command<K extends CommandKind>(command: CommandOf<K>): Replies[K] {
    const done = this.#step({ kind: 'command', command: command as Command })
    if (done.reply?.ok !== true) throw new Error(`${command.kind} refused: ${textOf(done.reply)}`)
    this.#keep(done)
    return done.reply.value as Replies[K]
  }

  hear(from: DeviceId, bytes: Uint8Array): Heard {
    return this.run({ kind: 'frame', device: from, bytes })
  }

  /** As `hear`, keeping nothing. */
  tryHear(from: DeviceId, bytes: Uint8Array): Heard {
    return this.attempt({ kind: 'frame', device: from, bytes })
  }

  tick(afterMs: number): void {
    this.nowMs += afterMs
    this.run({ kind: 'tick' })
  }

  conversation(other: Machine): ConversationId {
    return directConversationId((bytes) => crypto.sha256(bytes), this.identity.account, other.identity.account)
  }

  say(other: Machine, text: string, clientId = text): EventRow {
    const conversation = this.conversation(other)
    return this.command<'sendText'>({ kind: 'sendText', conversation, clientId, text }).event
  }

  /** What is shown of the conversation with `other`, oldest first. */
  shown(other: Machine): readonly (string | null)[] {
    return this.disk.inOrder(this.conversation(other)).map((row) => row.text)
  }

  sessionRows(other: { readonly device: DeviceId }): readonly SessionRow[] {
    return [...this.disk.sessions.values()].filter((row) => row.device === other.device)
  }

  /** The session that is sealed under. */
  session(other: { readonly device: DeviceId }): Session {
    const row = this.sessionRows(other).find(({ active }) => active)
    const session = row === undefined ? null : decodeSession(row.state)
    if (session?.ok !== true) throw new Error('no session')
    return session.value
  }

  /** The database as it is now, to be put back later. */
  copyDisk(): DiskCopy {
    return new Map(
      Object.entries(this.disk).flatMap(([name, table]) => (table instanceof Map ? [[name, new Map(table)]] : [])),
    )
  }

  /** An older copy of the database is put in place of it, and the process begins with that. */
  putBack(copy: DiskCopy): void {
    for (const [name, table] of Object.entries(this.disk)) {
      if (!(table instanceof Map)) continue
      table.clear()
      for (const [key, row] of copy.get(name) ?? []) table.set(key, row)
    }
    this.restart()
  }

  /** Whether these bytes stand anywhere on the disk. */
  keeps(bytes: Uint8Array): boolean {
    return Object.values(this.disk).some((table) => textOf(table)?.includes(toHex(bytes)) ?? false)
  }

  /** What stands for everything on the disk but these tables, to the last byte: a hash by table. */
  snapshot(...except: readonly (keyof Disk)[]): Readonly<Record<string, string>> {
    const tables = Object.entries(this.disk).filter(([name]) => !(except as readonly string[]).includes(name))
    return Object.fromEntries(tables.map(([name, table]) => [name, toHex(crypto.sha256(utf8(textOf(table) ?? '')))]))
  }
}

export function connect(a: Machine, b: Machine): void {
  a.run({ kind: 'peerUp', device: b.device, path: 'loopback', address: '/test' })
  b.run({ kind: 'peerUp', device: a.device, path: 'loopback', address: '/test' })
}

/** Carries every frame that waits, in order, until none is left; those that `passes` refuses are lost. */
export function exchange(machines: readonly Machine[], passes: (parcel: Parcel) => boolean = () => true): void {
  for (let round = 0; round < 10_000; round++) {
    const parcels = machines.flatMap((machine) => machine.take())
    if (parcels.length === 0) return
    for (const parcel of parcels) {
      const to = machines.find(({ device }) => device === parcel.to)
      if (to !== undefined && passes(parcel)) to.hear(parcel.from.device, parcel.bytes)
    }
  }
  throw new Error('the machines never fall silent')
}

/** An invite of `host`, accepted and completed, both connected. */
export function meet(host: Machine, guest: Machine): void {
  const { link } = host.command<'createInvite'>({ kind: 'createInvite', lifetimeMs: null })
  guest.command<'acceptInvite'>({ kind: 'acceptInvite', link })
  connect(host, guest)
  exchange([host, guest])
}

/** Two who have met and have answered each other. */
export function acquainted(): { readonly anna: Machine; readonly ben: Machine } {
  const anna = new Machine(1)
  const ben = new Machine(2)
  meet(anna, ben)
  return { anna, ben }
}

export function envelopesOf(parcels: readonly Parcel[]): readonly Uint8Array[] {
  return parcels.flatMap(({ frame, bytes }) => (frame.kind === 'envelope' ? [bytes] : []))
}

export function frameOf(bytes: Uint8Array): Frame {
  const frame = decodeFrame(bytes)
  if (!frame.ok) throw new Error(frame.error.kind)
  return frame.value
}
