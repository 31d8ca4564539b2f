/** The engine with a disk and nothing between: one step at a time, without promises, so that thousands go by in a second. */
import type { Effect } from '../../../main/core/engine/effects.ts'
import type { Happening } from '../../../main/core/engine/inputs.ts'
import { asksForRange } from '../../../main/core/engine/missing.ts'
import { createState } from '../../../main/core/engine/restore.ts'
import type { State } from '../../../main/core/engine/state.ts'
import type { Outcome } from '../../../main/core/engine/step.ts'
import { step } from '../../../main/core/engine/step.ts'
import type { Ranges } from '../../../main/core/engine/turn.ts'
import type { LocalIdentity } from '../../../main/core/identity/account.ts'
import { createIdentity, encodeIdentitySecrets } from '../../../main/core/identity/account.ts'
import type { DeviceId } from '../../../main/core/ids.ts'
import { implementationLimits } from '../../../main/core/limits.ts'
import type { Frame } from '../../../main/core/wire/frame.ts'
import { encodeFrame } from '../../../main/core/wire/frame.ts'
import { Disk } from '../../sim/disk.ts'
import { Chance } from '../../sim/schedule.ts'
import { crypto, value } from '../../support/sessions.ts'
import { Fault, FrameClock, stopwatch } from '../target.ts'

export type Done = Extract<Outcome, { kind: 'done' }>

export const epochMs = 1_800_000_000_000

const loadsMax = 32
/** What one happening may lead to in further steps of its own. */
const followsMax = 64

function copyOf(disk: Disk): Disk {
  const copy = new Disk()
  copy.self = disk.self
  for (const [name, table] of Object.entries(disk)) {
    const target = (copy as unknown as Record<string, unknown>)[name]
    if (table instanceof Map && target instanceof Map) for (const [key, row] of table) target.set(key, row)
  }
  return copy
}

export class Person {
  readonly identity: LocalIdentity
  readonly disk: Disk
  readonly state: State
  nowMs = epochMs
  readonly #chance: Chance

  private constructor(identity: LocalIdentity, disk: Disk, state: State, chance: Chance) {
    this.identity = identity
    this.disk = disk
    this.state = state
    this.#chance = chance
  }

  static named(name: string, seed: number): Person {
    const chance = new Chance(seed)
    const identity = createIdentity(crypto, chance.bytes(96), epochMs)
    const disk = new Disk()
    disk.write([{ kind: 'putSelf', row: { secrets: encodeIdentitySecrets(identity), name, createdAtMs: epochMs } }])
    const person = new Person(identity, disk, value(createState(crypto, disk.resident())), chance)
    person.happen({ kind: 'start' })
    return person
  }

  get device(): DeviceId {
    return this.identity.device
  }

  /** The same person at the same moment, whose further life is another: what it does changes nothing here. */
  fork(seed: number): Person {
    const twin = new Person(this.identity, copyOf(this.disk), this.state.fork(), new Chance(seed))
    twin.nowMs = this.nowMs
    return twin
  }

  /** One step, committed. `clock` is told the engine's time, without that of the disk. */
  step(happening: Happening, clock: FrameClock): Done {
    const input = { happening, nowMs: this.nowMs, random: this.#chance.bytes(implementationLimits.stepRandomBytes) }
    let ranges: Ranges | null = null
    let spentMs = 0
    for (let loads = 0; loads < loadsMax; loads++) {
      const elapsedMs = stopwatch()
      const outcome = step(crypto, this.state, input, ranges)
      spentMs += elapsedMs()
      if (outcome.kind === 'done') {
        clock.note(spentMs)
        this.disk.write(outcome.changes)
        this.state.absorb(outcome.state)
        return outcome
      }
      const slice = this.disk.load(outcome.request)
      this.state.learn(outcome.request, slice)
      if (asksForRange(outcome.request)) ranges = { request: outcome.request, slice }
    }
    throw new Fault('a step asks without end')
  }

  /** A step and all that follows from it; the effects of all of them. */
  happen(happening: Happening): readonly Effect[] {
    const all: Effect[] = []
    const waiting: Happening[] = [happening]
    for (let steps = 0; waiting.length > 0; steps++) {
      if (steps > followsMax) throw new Fault('what follows from one happening does not end')
      const { effects } = this.step(waiting.shift() as Happening, new FrameClock())
      all.push(...effects)
      for (const effect of effects) if (effect.kind === 'follow') waiting.push(effect.input)
    }
    return all
  }
}

/** The frames that go to a device with these effects, as the driver sends them. */
export function framesTo(device: DeviceId, effects: readonly Effect[]): readonly Frame[] {
  const frames: Frame[] = []
  for (const effect of effects) {
    if (!('device' in effect) || effect.device !== device) continue
    if (effect.kind === 'ack') frames.push({ kind: 'ack', envelopeIds: [effect.envelope] })
    if (effect.kind === 'send') frames.push(effect.frame)
  }
  return frames
}

/** Lets two people talk until neither has anything to say, beginning with what one of them just did. */
export function converse(one: Person, other: Person, effects: readonly Effect[]): void {
  let [speaker, hearer] = [one, other]
  let frames = framesTo(other.device, effects)
  for (let rounds = 0; frames.length > 0; rounds++) {
    if (rounds > 100) throw new Fault('two people do not come to an end')
    const answers: Effect[] = []
    for (const frame of frames) {
      answers.push(...hearer.happen({ kind: 'frame', device: speaker.device, bytes: encodeFrame(frame) }))
    }
    frames = framesTo(speaker.device, answers)
    ;[speaker, hearer] = [hearer, speaker]
  }
}

/** Connects two people and lets them say what waits. */
export function connect(one: Person, other: Person): void {
  const up = (device: DeviceId) => ({ kind: 'peerUp', device, path: 'lan', address: '' }) as const
  const first = one.happen(up(other.device))
  const second = other.happen(up(one.device))
  converse(one, other, first)
  converse(other, one, second)
}
