/** The loop by itself: what is committed before what leaves, and what a failing store or network changes. */
import { beforeEach, describe, expect, it } from 'vitest'
import { nobleCrypto } from '../core/crypto/noble.ts'
import type { Crypto } from '../core/crypto/provider.ts'
import type { Notice } from '../core/engine/effects.ts'
import { createIdentity, encodeIdentitySecrets } from '../core/identity/account.ts'
import { envelopeIdOf } from '../core/ids.ts'
import type { DeviceId, EnvelopeId } from '../core/ids.ts'
import { implementationLimits } from '../core/limits.ts'
import type { Change, Network, NetworkHandler, PeerTarget, SendOutcome, Store, StoreError } from '../core/ports.ts'
import { err } from '../core/result.ts'
import { decodeFrame } from '../core/wire/frame.ts'
import { absentMail } from '../../test/support/absentMail.ts'
import { Disk } from '../../test/sim/disk.ts'
import { MemoryStore, calm } from '../../test/sim/memoryStore.ts'
import type { Driver } from './driver.ts'
import { createDriver } from './driver.ts'
import { Emitter } from './driver/emitter.ts'
import { InputQueue } from './driver/queue.ts'

const nowMs = 1_800_000_000_000
const device = 'd'.repeat(64) as DeviceId

/** Time that moves when it is told to. */
class HandClock {
  now = nowMs
  #timers: { atMs: number; call: () => void }[] = []
  nowMs(): number {
    return this.now
  }
  after(delayMs: number, call: () => void): () => void {
    const timer = { atMs: this.now + delayMs, call }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }
  async pass(durationMs: number): Promise<void> {
    this.now += durationMs
    const due = this.#timers.filter((timer) => timer.atMs <= this.now)
    this.#timers = this.#timers.filter((timer) => timer.atMs > this.now)
    for (const timer of due) timer.call()
    await idle()
  }
}

/** Everything that can settle has. */
function idle(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 5)
  })
}

class HandNetwork implements Network {
  readonly mail = absentMail
  outcome: SendOutcome = 'sent'
  handler: NetworkHandler | null = null
  readonly sent: Uint8Array[] = []
  readonly trace: string[]
  peers: readonly PeerTarget[] = []
  constructor(trace: string[]) {
    this.trace = trace
  }
  async start(handler: NetworkHandler): Promise<void> {
    this.handler = handler
  }
  async stop(): Promise<void> {}
  setPeers(peers: readonly PeerTarget[]): void {
    this.trace.push('setPeers')
    this.peers = peers
  }
  send(_: DeviceId, frame: Uint8Array): SendOutcome {
    if (this.outcome !== 'sent') return this.outcome
    const decoded = decodeFrame(frame)
    this.trace.push(`send ${decoded.ok ? decoded.value.kind : 'noise'}`)
    this.sent.push(frame)
    return 'sent'
  }
  disconnect(): void {
    this.trace.push('disconnect')
  }
  setLanDiscovery(on: boolean): void {
    this.trace.push(`lan ${on}`)
  }
  setServing(): void {}
  setQuotas(): void {}
  relayUse() {
    return { day: 0, sizeBytes: 0, strangersBytes: 0 }
  }
  setPrivacy(): void {}
  setPortMapping(): void {}
  roundTripMs(): null {
    return null
  }
  wake(): void {}
}

let trace: string[]
let disk: Disk
let clock: HandClock
let network: HandNetwork
let failure: StoreError | Error | null
let notices: Notice[]
let warnings: string[]

beforeEach(() => {
  trace = []
  notices = []
  warnings = []
  failure = null
  disk = new Disk()
  clock = new HandClock()
  network = new HandNetwork(trace)
  const identity = createIdentity(
    nobleCrypto,
    Uint8Array.from({ length: 96 }, (_, at) => at),
    nowMs,
  )
  disk.write([{ kind: 'putSelf', row: { secrets: encodeIdentitySecrets(identity), name: 'Ada', createdAtMs: nowMs } }])
})

function storeThatFails(): Store {
  const store = new MemoryStore(disk, calm)
  const commit = store.commit.bind(store)
  store.commit = async (changes: readonly Change[]) => {
    if (failure instanceof Error) throw failure
    if (failure !== null) return err(failure)
    const done = await commit(changes)
    trace.push(`commit ${changes.map((change) => change.kind).join(' ')}`)
    return done
  }
  return store
}

async function begin(crypto: Crypto = nobleCrypto): Promise<Driver> {
  let count = 0
  const driver = createDriver({
    store: storeThatFails(),
    network,
    clock,
    random: { bytes: (length) => new Uint8Array(length).fill(++count) },
    crypto,
    log: { debug: () => undefined, info: () => undefined, warn: (event) => warnings.push(event) },
  })
  driver.onNotices((some) => notices.push(...some))
  const started = await driver.start()
  expect(started.ok).toBe(true)
  return driver
}

const rename = (driver: Driver, name: string) => driver.submit<'renameSelf'>({ kind: 'renameSelf', name })

describe('the driver', () => {
  it('commits before anything leaves', async () => {
    const driver = await begin()
    expect(trace).toEqual(['commit putConversation', 'setPeers', 'lan true'])
    const values = new Map([['lanDiscovery', false]])
    await driver.submit<'setSettings'>({ kind: 'setSettings', values })
    expect(trace.slice(3)).toEqual(['commit putSetting', 'lan false'])
  })

  it('notices settings that are the user’s, not what is kept among them', async () => {
    const driver = await begin()
    const noticed = async (...keys: string[]): Promise<number> => {
      notices.length = 0
      const values = new Map(keys.map((key) => [key, 1]))
      expect((await driver.submit<'setSettings'>({ kind: 'setSettings', values })).ok).toBe(true)
      for (const key of keys) expect(disk.settings.get(key)).toBe(1)
      return notices.filter(({ kind }) => kind === 'settings').length
    }
    expect(await noticed('node.relayUse', 'engine.mailDays')).toBe(0)
    expect(await noticed('node.port')).toBe(0)
    expect(await noticed('node.relayUse', 'theme')).toBe(1)
    expect(await noticed('nodes')).toBe(1)
  })

  it('puts inputs that come together into one commit, each seeing those before it', async () => {
    const driver = await begin()
    trace.length = 0
    const replies = await Promise.all(['a', 'b', 'c'].map((name) => rename(driver, name)))
    expect(trace).toEqual(['commit putSelf putSelf putSelf'])
    expect(replies.map((reply) => (reply.ok ? reply.value.self.name : null))).toEqual(['a', 'b', 'c'])
    expect(disk.self?.name).toBe('c')
  })

  it('answers a failed commit with why, and is as it was before', async () => {
    const driver = await begin()
    failure = { kind: 'diskFull' }
    const values = new Map([['lanDiscovery', false]])
    trace.length = 0
    const answer = await driver.submit<'setSettings'>({ kind: 'setSettings', values })
    expect(answer).toEqual({ ok: false, error: { kind: 'storage', error: { kind: 'diskFull' } } })
    expect(driver.state().setting('lanDiscovery')).toBeNull()
    expect(trace).toEqual([])
    await rename(driver, 'again')
    // One warning for one trouble.
    const warned = notices.filter((notice) => notice.kind === 'warning')
    expect(warned).toEqual([{ kind: 'warning', warning: { kind: 'storage', error: { kind: 'diskFull' } } }])
    failure = null
    expect((await rename(driver, 'better')).ok).toBe(true)
    expect(driver.state().self.name).toBe('better')
  })

  it('takes its own work up again when the store works again', async () => {
    failure = { kind: 'diskFull' }
    const driver = await begin()
    expect(trace).toEqual([])
    await clock.pass(implementationLimits.storageRetryMs)
    expect(trace).toEqual([])
    failure = null
    await clock.pass(2 * implementationLimits.storageRetryMs)
    expect(trace[0]).toMatch(/^commit putConversation/)
    expect(trace.slice(1)).toEqual(['setPeers', 'lan true'])
    await driver.stop()
  })

  it('survives a store that throws, and a step that fails', async () => {
    const driver = await begin()
    failure = new Error('a bug')
    const thrown = await rename(driver, 'x')
    expect(thrown).toEqual({
      ok: false,
      error: { kind: 'storage', error: { kind: 'ioFailed', code: 'internal' } },
    })
    failure = null
    expect((await rename(driver, 'y')).ok).toBe(true)
    await driver.stop()
    const broken = {
      ...nobleCrypto,
      mlKem768KeyPair: () => {
        throw new Error('a bug')
      },
    }
    const other = await begin(broken)
    const failed = await other.submit<'createInvite'>({ kind: 'createInvite', lifetimeMs: null })
    expect(failed).toEqual({ ok: false, error: { kind: 'internal' } })
    expect(warnings).toContain('stepFailed')
    expect((await rename(other, 'z')).ok).toBe(true)
  })

  it('settles every frame, also of noise, and answers nothing for it before the commit', async () => {
    await begin()
    const { handler } = network
    if (handler === null) throw new Error('not started')
    const settled = Array.from({ length: 100 }, (_, at) => handler.frame(device, new Uint8Array(at)))
    await Promise.all(settled)
    expect(network.sent).toEqual([])
    expect(trace.filter((line) => line === 'disconnect').length).toBeGreaterThan(0)
  })

  it('has a bounded queue', async () => {
    const driver = await begin()
    const max = implementationLimits.driverQueueMax
    const answers = Array.from({ length: max + 3 }, () =>
      driver.submit<'inviteLink'>({
        kind: 'inviteLink',
        invite: 'a'.repeat(32) as never,
      }),
    )
    const refused = (await Promise.all(answers)).filter((answer) => !answer.ok && answer.error.kind === 'queueFull')
    expect(refused).toHaveLength(3)
    expect(refused[0]).toEqual({ ok: false, error: { kind: 'queueFull', got: max, max } })
  })

  it('finishes what waits when it is stopped, and takes nothing more', async () => {
    const driver = await begin()
    const answers = Array.from({ length: 200 }, (_, at) => rename(driver, `n${at}`))
    await driver.stop()
    expect((await Promise.all(answers)).every((answer) => answer.ok)).toBe(true)
    expect(disk.self?.name).toBe('n199')
    expect(await rename(driver, 'late')).toEqual({ ok: false, error: { kind: 'stopped' } })
    await network.handler?.frame(device, new Uint8Array(9))
  })

  it('does not start on a store without an identity, or with a damaged one', async () => {
    const parts = { network, clock, random: { bytes: (length: number) => new Uint8Array(length) } }
    const log = { debug: () => undefined, info: () => undefined, warn: () => undefined }
    const startOn = (on: Disk) =>
      createDriver({ ...parts, store: new MemoryStore(on, calm), crypto: nobleCrypto, log }).start()
    expect(await startOn(new Disk())).toEqual({ ok: false, error: { kind: 'noSelf' } })
    disk.write([{ kind: 'putSelf', row: { secrets: new Uint8Array(3), name: '', createdAtMs: 0 } }])
    expect(await startOn(disk)).toMatchObject({ ok: false, error: { kind: 'selfDamaged' } })
  })
})

describe('effects', () => {
  const log = { debug: () => undefined, info: () => undefined, warn: () => undefined }
  const ids = (count: number): readonly EnvelopeId[] =>
    Array.from({ length: count }, (_, at) => envelopeIdOf(new Uint8Array(16).fill(at)))

  function acknowledged(): readonly EnvelopeId[] {
    return network.sent.flatMap((bytes) => {
      const frame = decodeFrame(bytes)
      return frame.ok && frame.value.kind === 'ack' ? frame.value.envelopeIds : []
    })
  }

  it('tell a peer many acknowledgments in few frames, and later what did not fit', async () => {
    const driver = await begin()
    network.sent.length = 0
    const emitter = new Emitter(network, log, () => undefined)
    const effects = ids(100).map((envelope) => ({ kind: 'ack', device, envelope }) as const)
    emitter.emit(effects, driver.state())
    expect(network.sent).toHaveLength(2)
    expect(acknowledged()).toEqual(ids(100))
    network.sent.length = 0
    network.outcome = 'full'
    emitter.emit(effects.slice(0, 3), driver.state())
    emitter.emit(effects.slice(3, 5), driver.state())
    network.outcome = 'sent'
    emitter.writable(device)
    expect(acknowledged()).toEqual(ids(5))
    emitter.writable(device)
    expect(acknowledged()).toEqual(ids(5))
  })

  it('come back as not taken when the network refuses an envelope', async () => {
    const driver = await begin()
    const back: unknown[] = []
    const emitter = new Emitter(network, log, (happening) => back.push(happening))
    network.outcome = 'full'
    const frame = { kind: 'envelope', sealed: Uint8Array.of(2, 3) } as const
    emitter.emit(
      [
        { kind: 'send', device, frame, order: 4 },
        { kind: 'send', device, frame, order: 5 },
      ],
      driver.state(),
    )
    expect(back).toEqual([{ kind: 'notTaken', device, outcome: 'full', orders: [4, 5] }])
  })
})

describe('the queue', () => {
  it('holds work that may be repeated once', () => {
    const queue = new InputQueue()
    const settle = () => undefined
    for (let i = 0; i < 3; i++) {
      queue.push({ happening: { kind: 'flush', device }, settle })
      queue.push({ happening: { kind: 'tick' }, settle })
      queue.push({ happening: { kind: 'writable', device }, settle })
    }
    expect(queue.length).toBe(5)
    expect(queue.take(2).map((entry) => entry.happening.kind)).toEqual(['flush', 'tick'])
    queue.push({ happening: { kind: 'tick' }, settle })
    expect(queue.take(9).map((entry) => entry.happening.kind)).toEqual(['writable', 'writable', 'writable', 'tick'])
  })
})
