/**
 * The only loop: inputs come in, steps run, their changes are committed, and only then anything leaves.
 * Several inputs share a commit; no effect of any of them happens before it.
 */
import { InvariantError } from '../core/assert.ts'
import type { Command, CommandKind, CommandOf, Replies, Reply, SubmitError } from '../core/engine/commands.ts'
import type { Notice } from '../core/engine/effects.ts'
import type { Happening, Input } from '../core/engine/inputs.ts'
import { asksForRange, isEmptyRequest, mergeRequests } from '../core/engine/missing.ts'
import { admits, contactOf } from '../core/engine/people.ts'
import { sliceFor } from '../core/engine/prefetch.ts'
import type { StateError } from '../core/engine/restore.ts'
import { createState } from '../core/engine/restore.ts'
import type { State } from '../core/engine/state.ts'
import type { Outcome } from '../core/engine/step.ts'
import { step } from '../core/engine/step.ts'
import { wakeAfterMs } from '../core/engine/timers.ts'
import type { Ranges } from '../core/engine/turn.ts'
import type { DeviceId } from '../core/ids.ts'
import { implementationLimits } from '../core/limits.ts'
import type {
  Change,
  Clock,
  Crypto,
  Log,
  Network,
  NetworkEvent,
  NetworkHandler,
  Random,
  SliceRequest,
  Store,
  StoreError,
} from '../core/ports.ts'
import type { Result } from '../core/result.ts'
import { err, ok } from '../core/result.ts'
import { coalesce } from './driver/coalesce.ts'
import { Emitter } from './driver/emitter.ts'
import type { Entry } from './driver/queue.ts'
import { InputQueue } from './driver/queue.ts'
import { Recovery } from './driver/recovery.ts'

const limits = implementationLimits

export interface DriverParts {
  readonly store: Store
  readonly network: Network
  readonly clock: Clock
  readonly random: Random
  readonly crypto: Crypto
  readonly log: Log
  /** Hears every network event too, before the engine does: the connection status is not the engine's. */
  readonly onNetworkEvent?: (event: NetworkEvent) => void
}

export type StartError = StateError | { readonly kind: 'storage'; readonly error: StoreError }

export interface Driver {
  /** Loads what is resident, starts the network and runs the first step. Once. */
  start(): Promise<Result<void, StartError>>
  /** Answers once what the command did is committed. */
  submit<K extends CommandKind>(command: CommandOf<K>): Promise<Result<Replies[K], SubmitError>>
  /** What changed, batch by batch, after each commit. The returned function unsubscribes. */
  onNotices(listener: (notices: readonly Notice[]) => void): () => void
  /** What the engine knows as of the last commit. Read it, never keep it. InvariantError before `start`. */
  state(): State
  /** Takes no more inputs, finishes those that wait, and resolves. Network and store are the caller's to stop. */
  stop(): Promise<void>
}

/** One transaction being made: the steps so far, on a fork of the committed state. */
class Batch {
  readonly state: State
  readonly changes: Change[] = []
  readonly outcomes: { readonly entry: Entry; readonly outcome: Done }[] = []
  constructor(committed: State) {
    this.state = committed.fork()
  }
  add(entry: Entry, outcome: Done): void {
    this.state.absorb(outcome.state)
    // Not a spread: a batch may hold more changes than a call may have arguments.
    for (const change of outcome.changes) this.changes.push(change)
    this.outcomes.push({ entry, outcome })
  }
}

type Done = Extract<Outcome, { kind: 'done' }>

/** What the engine follows; the rest is the connection view's. */
function isForEngine(event: NetworkEvent): event is Extract<NetworkEvent, Happening> {
  switch (event.kind) {
    case 'peerUp':
    case 'peerDown':
    case 'pathChanged':
    case 'writable':
    case 'addresses':
    case 'mailWaiting':
      return true
    default:
      return false
  }
}

/** A step that asks for more than this many loads never ends: a bug. */
const loadsMax = 32

/** What the network says of connections: these steps change nothing that is stored. */
function isOfConnection(happening: Happening): boolean {
  switch (happening.kind) {
    case 'peerUp':
    case 'peerDown':
    case 'pathChanged':
    case 'writable':
    case 'addresses':
    case 'notTaken':
      return true
    default:
      return false
  }
}

class Loop implements Driver, NetworkHandler {
  readonly #parts: DriverParts
  readonly #queue = new InputQueue()
  readonly #emitter: Emitter
  readonly #recovery: Recovery
  #committed: State | null = null
  #running: Promise<void> | null = null
  #stopped = false
  #cancelTimer: () => void = () => undefined
  #armedForMs = Number.POSITIVE_INFINITY

  constructor(parts: DriverParts) {
    this.#parts = parts
    this.#emitter = new Emitter(parts.network, parts.log, (happening) => this.#enqueue(happening))
    this.#recovery = new Recovery(parts.clock, (happenings) => {
      for (const happening of happenings) this.#enqueue(happening)
    })
  }

  // ── From outside ───────────────────────────────────────────────────────────────────────────

  async start(): Promise<Result<void, StartError>> {
    const resident = await this.#parts.store.resident()
    if (!resident.ok) return err({ kind: 'storage', error: resident.error })
    const state = createState(this.#parts.crypto, resident.value)
    if (!state.ok) return state
    this.#committed = state.value
    await this.#parts.network.start(this)
    this.#enqueue({ kind: 'start' })
    await this.#running
    return ok(undefined)
  }

  submit<K extends CommandKind>(command: CommandOf<K>): Promise<Result<Replies[K], SubmitError>> {
    return new Promise((resolve) => {
      const max = limits.driverQueueMax
      const got = this.#queue.length
      if (this.#stopped || this.#committed === null) return resolve(err({ kind: 'stopped' }))
      if (got >= max) return resolve(err({ kind: 'queueFull', got, max }))
      // The step of a command answers with that command's reply: `Replies` is keyed by its kind.
      const settle = (reply: Result<Reply, SubmitError>) => resolve(reply as Result<Replies[K], SubmitError>)
      this.#queue.push({ happening: { kind: 'command', command: command as Command }, settle })
      this.#wake()
    })
  }

  onNotices(listener: (notices: readonly Notice[]) => void): () => void {
    return this.#emitter.onNotices(listener)
  }

  state(): State {
    if (this.#committed === null) throw new InvariantError('the driver has not started')
    return this.#committed
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#recovery.stop()
    this.#cancelTimer()
    while (this.#running !== null) await this.#running
  }

  event(event: NetworkEvent): void {
    this.#parts.onNetworkEvent?.(event)
    if (!isForEngine(event)) return
    if (event.kind === 'writable') this.#emitter.writable(event.device)
    // As its frames, or they would be taken after it.
    this.#enqueue(event, 'device' in event && this.#isStranger(event.device))
  }

  #isStranger(device: DeviceId): boolean {
    return this.#committed === null || contactOf(this.#committed, device) === null
  }

  frame(device: DeviceId, bytes: Uint8Array): Promise<void> {
    const isStrangers = this.#isStranger(device)
    const isFull = this.#queue.length >= limits.driverQueueMax
    // Dropped, not acknowledged: the peer sends it again.
    if (this.#stopped || isFull || (isStrangers && this.#queue.strangers >= limits.strangerFramesMax)) {
      return Promise.resolve()
    }
    return new Promise((resolve) => {
      this.#queue.push({ happening: { kind: 'frame', device, bytes }, isStrangers, settle: () => resolve() })
      this.#wake()
    })
  }

  admits(device: DeviceId): boolean {
    return this.#committed !== null && admits(this.#committed, device, this.#parts.clock.nowMs())
  }

  // ── The loop ───────────────────────────────────────────────────────────────────────────────

  #enqueue(happening: Happening, isStrangers = false): void {
    if (this.#stopped) return
    this.#queue.push({ happening, isStrangers, settle: () => undefined })
    this.#wake()
  }

  #wake(): void {
    this.#running ??= this.#run().finally(() => {
      this.#running = null
      // What came between the last look at the queue and here.
      if (this.#queue.length > 0) this.#wake()
    })
  }

  async #run(): Promise<void> {
    // Inputs that arrive together share a commit: let this turn of the caller end first.
    await Promise.resolve()
    while (this.#queue.length > 0) {
      await this.#runBatch()
      this.state().settle()
    }
    this.#armTimer()
  }

  async #runBatch(): Promise<void> {
    const entries = this.#queue.take(limits.driverBatchMax)
    const wanted = entries.map((entry) => sliceFor(this.#parts.crypto, this.state(), entry.happening))
    await this.#load(mergeRequests(wanted))
    let batch = new Batch(this.state())
    for (const entry of entries) {
      // What the network says of connections must not be lost with a failed commit.
      if (isOfConnection(entry.happening)) batch = await this.#commit(batch)
      batch = await this.#runEntry(entry, batch)
      if (isOfConnection(entry.happening)) batch = await this.#commit(batch)
    }
    await this.#commit(batch)
  }

  /** Runs one input into the batch; the batch that comes back is another one if it had to be committed first. */
  async #runEntry(entry: Entry, before: Batch): Promise<Batch> {
    let batch = before
    const { happening } = entry
    const { clock, crypto, random } = this.#parts
    const input: Input = { happening, nowMs: clock.nowMs(), random: random.bytes(limits.stepRandomBytes) }
    let ranges: Ranges | null = null
    try {
      for (let loads = 0; loads < loadsMax; loads++) {
        const outcome = step(crypto, batch.state, input, ranges)
        if (outcome.kind === 'done') {
          batch.add(entry, outcome)
          return batch
        }
        // The store answers ranges from what is committed: nothing may be waiting over it.
        if (asksForRange(outcome.request)) batch = await this.#commit(batch)
        const loaded = await this.#load(outcome.request)
        if (!loaded.ok) {
          this.#fail([entry], loaded.error)
          return batch
        }
        if (asksForRange(outcome.request)) ranges = loaded.value
      }
      throw new InvariantError('a step asks without end')
    } catch (thrown) {
      // A bug of ours must not let a hostile frame stop the loop. The step has done nothing.
      this.#parts.log.warn('stepFailed', { happening: happening.kind, error: String(thrown) })
      entry.settle(err({ kind: 'internal' }))
      return batch
    } finally {
      crypto.wipe(input.random)
    }
  }

  async #load(request: SliceRequest): Promise<Result<Ranges | null, StoreError>> {
    if (isEmptyRequest(request)) return ok(null)
    const slice = await this.#guarded(this.#parts.store.load(request))
    if (!slice.ok) return slice
    this.state().learn(request, slice.value)
    return ok({ request, slice: slice.value })
  }

  /** A store that throws has found a bug of ours, and has written nothing. */
  async #guarded<T>(answer: Promise<Result<T, StoreError>>): Promise<Result<T, StoreError>> {
    try {
      return await answer
    } catch (thrown) {
      this.#parts.log.warn('storeThrew', { error: String(thrown) })
      return err({ kind: 'ioFailed', code: 'internal' })
    }
  }

  /** Commits, then lets out what the steps caused. An empty batch follows. */
  async #commit(batch: Batch): Promise<Batch> {
    const { changes, outcomes } = batch
    if (outcomes.length === 0) return batch
    const { store } = this.#parts
    const committed = changes.length === 0 ? ok(undefined) : await this.#guarded(store.commit(coalesce(changes)))
    if (!committed.ok) {
      this.#fail(
        outcomes.map(({ entry }) => entry),
        committed.error,
      )
      return new Batch(this.state())
    }
    if (changes.length > 0) this.#recovery.succeeded()
    this.state().absorb(batch.state)
    const effects = outcomes.flatMap(({ outcome }) => outcome.effects)
    this.#emitter.emit(effects, this.state())
    for (const { entry, outcome } of outcomes) entry.settle(outcome.reply ?? ok({}))
    return new Batch(this.state())
  }

  /** Nothing of these inputs happened. Peers send their frames again; our own work is taken up again later. */
  #fail(entries: readonly Entry[], error: StoreError): void {
    this.#parts.log.warn('storageFailed', { error: error.kind, inputs: entries.length })
    const first = this.#recovery.failed(entries.map((entry) => entry.happening))
    if (first) this.#emitter.notify([{ kind: 'warning', warning: { kind: 'storage', error } }])
    for (const entry of entries) entry.settle(err({ kind: 'storage', error }))
  }

  #armTimer(): void {
    if (this.#stopped) return
    const { clock } = this.#parts
    const nowMs = clock.nowMs()
    const delayMs = Math.max(limits.tickAfterMsMin, wakeAfterMs(this.state(), nowMs))
    const dueMs = nowMs + delayMs
    // An earlier tick than needed is harmless; a clock that was set back is not a reason to wait.
    if (this.#armedForMs <= dueMs && this.#armedForMs > nowMs) return
    this.#cancelTimer()
    this.#armedForMs = dueMs
    this.#cancelTimer = clock.after(delayMs, () => {
      this.#armedForMs = Number.POSITIVE_INFINITY
      this.#enqueue({ kind: 'tick' })
    })
  }
}

export function createDriver(parts: DriverParts): Driver {
  return new Loop(parts)
}
