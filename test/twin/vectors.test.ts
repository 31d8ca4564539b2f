/**
 * Our own vectors through the twin, which was written from PROTOCOL.md alone: handshakes, bundles and sessions, by
 * README.md beside them. So they say nothing that only the product understands.
 */
import { describe, expect, it } from 'vitest'
import type { ErrorLike } from '../support/refusals.ts'
import { nameOf, refusals } from '../support/refusals.ts'
import { hex, join, Layout, Refusal, same, text, u32 } from './bytes.ts'
import type { Side } from './epochs.ts'
import { forge } from './forge.ts'
import { accept, readPrologue } from './handshake.ts'
import { makeBundle, makePerson, readBundle } from './identity.ts'
import type { Identity, Person, Prekey } from './identity.ts'
import { pad } from './padding.ts'
import { primitives } from './primitives.ts'
import type { Take } from './primitives.ts'
import { Session } from './session.ts'
import { bytes, named, vector } from '../support/vectorFiles.ts'
import type { Bytes } from '../support/vectorFiles.ts'

interface PersonInput {
  rootSeed: Bytes
  identitySecret: Bytes
  deviceSeed: Bytes
  createdAtMs: number
}

interface SecretsInput {
  signedPrekeySecret: Bytes
  ratchetSecret: Bytes
  oneTimeSecret: Bytes | null
  kemSeed: Bytes
}

interface HandshakeInput {
  initiator: PersonInput
  responder: PersonInput
  bundle: Bytes
  bundleSecrets: SecretsInput
  psk: Bytes
  generation: number
  nowMs: number
  entropy: Bytes
  content: Bytes
  associatedData: Bytes
}

interface BundleInput {
  bundle: Bytes
  owner: { rootKey: Bytes; device: Bytes; identityKey: Bytes }
  nowMs: number
}

interface InitiateInput extends BundleInput {
  initiator: PersonInput
  responderDescriptor: Bytes
  psk: Bytes
  generation: number
  entropy: Bytes
}

interface AcceptInput {
  responder: { identitySecret: Bytes; descriptor: Bytes }
  secrets: SecretsInput & { prekeyId: Bytes; bundleHash: Bytes }
  deviceKey: Bytes
  psk: Bytes
  nowMs: number
  associatedData: Bytes
  envelope: Bytes
}

interface Step {
  by: Side
  nowMs?: number
  seal?: Bytes
  times?: number
  sealed?: Bytes | { sha256: string; bytes: number }
  open?: Bytes | number | { plaintext: Bytes }
  content?: Bytes
  associatedData?: Bytes
}

interface SessionInput {
  start: { handshake: string; isUnopened?: true; sealedByA?: number }
  entropy: Record<Side, Bytes | { stream: string }>
  steps: Step[]
  attempt?: Step
  after?: Step[]
}

interface RankInput {
  device: Bytes
  peer: Bytes
  sessions: { generation: number; begunBy: 'device' | 'peer' }[]
}

function reader(of: Uint8Array): { take: Take; left: () => number } {
  let at = 0
  const take = (length: number): Uint8Array => {
    at += length
    return of.slice(at - length, at)
  }
  return { take, left: () => of.length - at }
}

function stream(name: string): { take: Take; left: () => number } {
  let left: Uint8Array = new Uint8Array(0)
  let counter = 0
  const take = (length: number): Uint8Array => {
    while (left.length < length) left = join(left, primitives.sha256(join(text(name), u32(counter++))))
    const taken = left.slice(0, length)
    left = left.slice(length)
    return taken
  }
  return { take, left: () => 0 }
}

function personOf({ rootSeed, deviceSeed, identitySecret, createdAtMs }: PersonInput): Person {
  return makePerson({ root: bytes(rootSeed), device: bytes(deviceSeed), identity: bytes(identitySecret) }, createdAtMs)
}

function prekeyOf(secrets: SecretsInput, prekeyId: Uint8Array, bundle: Uint8Array): Prekey {
  return {
    bundle,
    prekeyId,
    signedPrekey: bytes(secrets.signedPrekeySecret),
    ratchetKey: bytes(secrets.ratchetSecret),
    oneTimePrekey: secrets.oneTimeSecret === null ? null : bytes(secrets.oneTimeSecret),
    kemSeed: bytes(secrets.kemSeed),
  }
}

/** What a refusal may be called, if the product's word is among it. */
function namesFor(refused: string, error: ErrorLike | undefined): readonly string[] {
  const wanted = error === undefined ? 'nothing' : nameOf(error)
  const names = refusals[refused] ?? []
  // The twin opens and reads an introduction in one go, and says what is wrong with its padding.
  const isPadding = refused === 'padding' && wanted === 'undecryptable'
  return names.includes(wanted) || isPadding ? names : [wanted]
}

/** The twin's word for why it refuses; it must be one that stands for the product's. */
function expectRefusal(act: () => unknown, error: ErrorLike | undefined): void {
  let refused = 'nothing'
  try {
    act()
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown
    refused = thrown.kind
  }
  expect({ refused, as: refusals[refused] ?? [] }).toEqual({ refused, as: namesFor(refused, error) })
}

/** Both sides of a handshake, the first message sealed and opened. */
function meet(input: HandshakeInput) {
  const [one, two] = [personOf(input.initiator), personOf(input.responder)]
  const [bundle, psk, bound, content] = [
    bytes(input.bundle),
    bytes(input.psk),
    bytes(input.associatedData),
    bytes(input.content),
  ]
  const { nowMs, generation } = input
  const { take, left } = reader(bytes(input.entropy))
  const a = Session.begin(one, two, bundle, { psk, nowMs, generation, take })
  const first = a.seal(content, bound, nowMs, take)
  expect(left()).toBe(0)
  const prekey = prekeyOf(input.bundleSecrets, bundle.slice(3, 19), bundle)
  const how = { psk, nowMs, device: one.device, accepted: new Set<string>() }
  const met = Session.accept(two, prekey, first, bound, how)
  expect(met.content).toEqual(content)
  return { a, b: met.session, one, two, prekey, first, how }
}

it.each(named('handshake'))('%s', (name) => {
  const { input, expect: wanted } = vector<HandshakeInput>(name)
  const { a, b, two, prekey, first } = meet(input)
  expect(hex(first)).toBe(wanted['envelope'])
  expect([hex(a.h1), hex(b.h1), a.id()]).toEqual([wanted['h1'], wanted['h1'], wanted['sessionId']])
  const expiresAtMs = Number(Buffer.from(prekey.bundle).readBigUInt64BE(51))
  expect(hex(makeBundle(two, prekey, expiresAtMs).bundle)).toBe(hex(prekey.bundle))
})

function ownerOf(owner: BundleInput['owner'], descriptor: Uint8Array = new Uint8Array(0)): Identity {
  return { root: bytes(owner.rootKey), device: bytes(owner.device), identityKey: bytes(owner.identityKey), descriptor }
}

it.each(named('bundle'))('%s', (name) => {
  const { input, expect: wanted } = vector<BundleInput>(name)
  const read = () => readBundle(bytes(input.bundle), ownerOf(input.owner), input.nowMs)
  if (wanted.error !== undefined) return expectRefusal(read, wanted.error)
  expect(hex(read().kemKey)).toBe(wanted['kemKey'])
  expect(hex(read().ratchetKey)).toBe(wanted['ratchetKey'])
})

it.each(named('initiate'))('%s', (name) => {
  const { input, expect: wanted } = vector<InitiateInput>(name)
  const { nowMs, generation } = input
  const owner = ownerOf(input.owner, bytes(input.responderDescriptor))
  const how = { psk: bytes(input.psk), nowMs, generation, take: reader(bytes(input.entropy)).take }
  expectRefusal(() => Session.begin(personOf(input.initiator), owner, bytes(input.bundle), how), wanted.error)
})

it.each(named('accept'))('%s', (name) => {
  const { input, expect: wanted } = vector<AcceptInput>(name)
  const { psk, nowMs, deviceKey, secrets, associatedData } = input
  // The twin hashes the bundle itself; one that is not the handshake's has another hash.
  const known = bytes(vector<HandshakeInput>('handshake/with-one-time-prekey').input.bundle)
  const bundle = same(primitives.sha256(known), bytes(secrets.bundleHash)) ? known : new Uint8Array(0)
  const me = {
    secrets: { identity: bytes(input.responder.identitySecret) },
    descriptor: bytes(input.responder.descriptor),
  } as Person
  const how = { psk: bytes(psk), nowMs, device: bytes(deviceKey), accepted: new Set<string>() }
  const prekey = prekeyOf(secrets, bytes(secrets.prekeyId), bundle)
  const take = () => Session.accept(me, prekey, bytes(input.envelope), bytes(associatedData), how)
  if (wanted.error !== undefined) return expectRefusal(take, wanted.error)
  const { session, content } = take()
  expect([session.id(), session.generation, hex(content)]).toEqual([
    wanted['sessionId'],
    wanted['generation'],
    wanted['content'],
  ])
})

/** Two ends that do what a vector says. */
class Talk {
  readonly ends: Record<Side, Session>
  readonly entropy: Record<Side, { take: Take; left: () => number }>
  private readonly bound: Record<Side, Uint8Array>
  private readonly said: Uint8Array[] = []
  private readonly contents: Uint8Array[] = []
  private nowMs: number

  constructor(input: SessionInput) {
    const { a, b, one, two } = meet(vector<HandshakeInput>(input.start.handshake).input)
    const context = (from: Person, to: Person) => join(text('waxwing/1/envelope'), from.device, to.device)
    this.ends = { A: a, B: b }
    const { sealedByA } = input.start
    const { sending } = a.ratchet
    if (sealedByA !== undefined && sending !== null) a.ratchet.sending = { ...sending, n: sealedByA }
    this.bound = { A: context(one, two), B: context(two, one) }
    this.nowMs = a.ratchet.wall
    const source = (of: Bytes | { stream: string }) =>
      typeof of === 'object' && 'stream' in of ? stream(of.stream) : reader(bytes(of))
    this.entropy = { A: source(input.entropy.A), B: source(input.entropy.B) }
  }

  private seal(by: Side, content: Uint8Array): Uint8Array {
    return this.ends[by].seal(content, this.bound[by], this.nowMs, this.entropy[by].take)
  }

  /** The envelope that a step opens. */
  private envelope({ by, open }: Step): Uint8Array {
    if (typeof open === 'number') return this.said[open] ?? new Uint8Array(0)
    if (typeof open === 'object' && 'plaintext' in open) {
      const other = by === 'A' ? 'B' : 'A'
      return forge(this.ends[other], this.bound[other], { padded: pad(bytes(open.plaintext)) })
    }
    return bytes(open ?? '', this.said)
  }

  act(step: Step): Uint8Array {
    this.nowMs = step.nowMs ?? this.nowMs
    const { by, seal, associatedData } = step
    if (seal !== undefined) {
      for (let i = 1; i < (step.times ?? 1); i++) this.seal(by, bytes(seal))
      return this.seal(by, bytes(seal))
    }
    const bound = associatedData === undefined ? this.bound[by === 'A' ? 'B' : 'A'] : bytes(associatedData)
    return this.ends[by].open(this.envelope(step), bound, this.nowMs)
  }

  run(step: Step): void {
    const out = this.act(step)
    const { seal, sealed, open } = step
    const isSealing = seal !== undefined
    this.said.push(isSealing ? out : new Uint8Array(0))
    this.contents.push(isSealing ? bytes(seal) : out)
    const content = typeof open === 'number' ? this.contents[open] : bytes(step.content ?? '')
    if (!isSealing) return expect(hex(out)).toBe(hex(content ?? new Uint8Array(0)))
    if (typeof sealed === 'object' && 'sha256' in sealed) {
      return expect({ sha256: hex(primitives.sha256(out)), bytes: out.length }).toEqual(sealed)
    }
    expect(hex(out)).toBe(hex(bytes(sealed ?? '')))
  }
}

describe('sessions', () => {
  const unopened = 'session/refuses-to-seal-before-opening'

  it.each(named('session').filter((name) => name !== unopened))('%s', (name) => {
    const { input, expect: wanted } = vector<SessionInput>(name)
    const talk = new Talk(input)
    for (const step of input.steps) talk.run(step)
    const { attempt } = input
    if (attempt !== undefined) expectRefusal(() => talk.act(attempt), wanted.error)
    for (const step of input.after ?? []) talk.run(step)
    expect([talk.entropy.A.left(), talk.entropy.B.left()]).toEqual([0, 0])
    if (attempt !== undefined) return
    for (const [side, { ratchet }] of Object.entries(talk.ends)) {
      const { root, skipped, epochs } = ratchet
      const facts = { rootKey: hex(root), epoch: epochs.newest.k, skippedKeys: skipped.length }
      expect(wanted[side]).toMatchObject({ ...facts, isEpochBeforeHeld: epochs.before !== null })
    }
  })

  it(unopened, () => {
    const { input, expect: wanted } = vector<SessionInput>(unopened)
    const { two, prekey, first, how, b } = meet(vector<HandshakeInput>(input.start.handshake).input)
    const prologue = readPrologue(new Layout(first.slice(1), 'envelope'))
    const { ratchet } = accept(two, prekey, prologue, { ...how, accepted: new Set() })
    expectRefusal(() => ratchet.seal(text('x'), b.h1, stream('any').take), wanted.error)
  })
})

it.each(named('rank'))('%s', (name) => {
  const { input, expect: wanted } = vector<RankInput>(name)
  const [device, peer] = [bytes(input.device), bytes(input.peer)]
  const sides = { device: [device, peer], peer: [peer, device] } as const
  for (const side of ['device', 'peer'] as const) {
    const sessions = input.sessions.map(({ generation, begunBy }) =>
      Object.assign(Object.create(Session.prototype) as Session, {
        me: begunBy === side ? 'A' : 'B',
        generation,
      }),
    )
    const [first, ...later] = sessions as [Session, ...Session[]]
    const used = later.reduce((best, session) => (best.outranks(session, ...sides[side]) ? best : session), first)
    expect(sessions.indexOf(used)).toBe(wanted[side])
  }
})
