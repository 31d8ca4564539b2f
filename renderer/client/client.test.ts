import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ContractEvent } from '../../preload/contract/events.ts'
import { contractLimits } from '../../preload/contract/limits.ts'
import type { PortRequest } from '../../preload/contract/port.ts'
import type { Port } from './client.ts'
import { Client } from './client.ts'

/** The other end of the port, worked by hand. */
class HandPort implements Port {
  readonly sent: PortRequest[] = []
  closed = false
  onmessage: ((event: MessageEvent) => void) | null = null

  postMessage(message: unknown): void {
    this.sent.push(message as PortRequest)
  }

  close(): void {
    this.closed = true
  }

  say(data: unknown): void {
    this.onmessage?.({ data } as MessageEvent)
  }

  answer(result: unknown): void {
    this.say({ kind: 'result', id: this.sent.at(-1)?.id, result })
  }
}

const profile = { state: 'open', name: 'default', protection: 'passphrase', keyringAvailable: false, problem: null }
const network = { state: 'listening', problem: null, addresses: [], connected: 1, reach: 'lan' }
const hex = (bytes: number): string => 'ab'.repeat(bytes)
const snapshot = (sequence: number): unknown => ({
  sequence,
  self: {
    account: hex(32),
    device: hex(32),
    name: 'Mara',
    fingerprint: `SHA256:${'A'.repeat(43)}`,
    conversation: hex(32),
  },
  contacts: [],
  conversations: [],
  invites: [],
  settings: {
    theme: 'system',
    lanDiscovery: true,
    serveRelay: false,
    serveMailbox: false,
    relayQuota: '10GB',
    mailboxQuota: '1GB',
    portMapping: true,
    privacy: 'open',
    proxyHost: '127.0.0.1',
    proxyPort: 9050,
    sendReadReceipts: true,
    notifications: 'full',
    density: 'compact',
  },
  network,
  nearby: { available: true, endsAtMs: null, ended: null, people: [] },
})

function setUp(): { client: Client; port: HandPort; events: ContractEvent[]; log: string[] } {
  const events: ContractEvent[] = []
  const log: string[] = []
  const client = new Client({
    event: (event) => events.push(event),
    stale: () => log.push('stale'),
    connected: (connected) => log.push(connected ? 'connected' : 'disconnected'),
  })
  const port = new HandPort()
  client.attach(port)
  return { client, port, events, log }
}

const event = (sequence: number): unknown => ({
  kind: 'event',
  event: { sequence, event: { kind: 'networkChanged', network } },
})

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

describe('requests', () => {
  it('gets its own answer, whatever the order', async () => {
    const { client, port } = setUp()
    const first = client.call('profile.get', {})
    const second = client.call('network.wake', {})
    const ids = port.sent.map((request) => request.id)
    expect(new Set(ids).size).toBe(2)
    port.say({ kind: 'result', id: ids[1], result: network })
    port.say({ kind: 'result', id: ids[0], result: profile })
    expect(await first).toEqual({ ok: true, value: profile })
    expect(await second).toEqual({ ok: true, value: network })
  })

  it('gets the error that the node sent', async () => {
    const { client, port } = setUp()
    const reply = client.call('profile.unlock', { passphrase: 'no' })
    const error = { code: 'wrongPassphrase', message: 'That is not it.', got: 0, max: 0 }
    port.say({ kind: 'error', id: port.sent[0]?.id, error })
    expect(await reply).toEqual({ ok: false, error })
  })

  it.each([
    ['a result of the wrong shape', { kind: 'result', result: { ...profile, state: 'wide open' } }, 'badReply'],
    ['a result with an unknown key', { kind: 'result', result: { ...profile, extra: 1 } }, 'badReply'],
    ['a result with a changed prototype', { kind: 'result', result: Object.create(profile) as unknown }, 'badReply'],
    [
      'an error with a code that does not exist',
      { kind: 'error', error: { code: 'no', message: '', got: 0, max: 0 } },
      'badReply',
    ],
    ['an error that is none', { kind: 'error', error: 'boom' }, 'badReply'],
  ])('refuses %s', async (_, answer, code) => {
    const { client, port } = setUp()
    const reply = client.call('profile.get', {})
    port.say({ ...answer, id: port.sent[0]?.id })
    expect(await reply).toMatchObject({ ok: false, error: { code } })
  })

  it.each([
    [null],
    ['text'],
    [{}],
    [{ kind: 'result' }],
    [{ kind: 'result', id: 99, result: {} }],
    [{ kind: 'other', id: 1 }],
  ])('passes over %j', async (message) => {
    const { client, port, events } = setUp()
    const reply = client.call('profile.get', {})
    port.say(message)
    expect(events).toEqual([])
    port.answer(profile)
    expect((await reply).ok).toBe(true)
  })

  it('ends after its time', async () => {
    const { client } = setUp()
    const reply = client.call('profile.get', {})
    vi.advanceTimersByTime(15_000)
    expect(await reply).toMatchObject({ ok: false, error: { code: 'timedOut' } })
  })

  it('waits longer where a key is derived', async () => {
    const { client, port } = setUp()
    const reply = client.call('profile.unlock', { passphrase: 'correct horse' })
    vi.advanceTimersByTime(59_000)
    const self = (snapshot(0) as { self: unknown }).self
    port.answer(self)
    expect(await reply).toEqual({ ok: true, value: self })
  })

  it('refuses more at once than the bridge takes', async () => {
    const { client } = setUp()
    for (let i = 0; i < contractLimits.requestsInFlightMax; i++) void client.call('profile.get', {})
    expect(await client.call('profile.get', {})).toMatchObject({ ok: false, error: { code: 'tooManyRequests' } })
  })
})

describe('connections', () => {
  it('ends open requests when the port is replaced, and ignores the old one', async () => {
    const { client, port, log, events } = setUp()
    const reply = client.call('profile.get', {})
    const next = new HandPort()
    client.attach(next)
    expect(await reply).toMatchObject({ ok: false, error: { code: 'disconnected' } })
    expect(port.closed).toBe(true)
    port.say(event(1))
    expect(events).toEqual([])
    expect(log).toEqual(['connected', 'stale', 'disconnected', 'connected', 'stale'])
  })

  it('fails requests while there is no port', async () => {
    const { client } = setUp()
    client.detach()
    expect(await client.call('profile.get', {})).toMatchObject({ ok: false, error: { code: 'disconnected' } })
  })
})

describe('the event stream', () => {
  it('applies a snapshot before the events behind it', async () => {
    const { client, port, events } = setUp()
    const seen: string[] = []
    port.say(event(3))
    const synced = client.sync(() => seen.push(`snapshot, ${events.length} events`))
    port.answer(snapshot(2))
    await synced
    expect(seen).toEqual(['snapshot, 0 events'])
    expect(events).toHaveLength(1)
  })

  it('asks for a snapshot after a gap, and after an event that it cannot read', async () => {
    const { client, port, log } = setUp()
    const sync = async (sequence: number): Promise<void> => {
      const synced = client.sync(() => undefined)
      port.answer(snapshot(sequence))
      await synced
    }
    await sync(1)
    log.length = 0
    port.say(event(2))
    expect(log).toEqual([])
    port.say(event(4))
    expect(log).toEqual(['stale'])
    await sync(4)
    port.say({ kind: 'event', event: { sequence: 5, event: { kind: 'surprise' } } })
    expect(log).toEqual(['stale', 'stale'])
  })

  it('passes nothing on from a snapshot that it cannot read', async () => {
    const { client, port } = setUp()
    const applied: unknown[] = []
    const synced = client.sync((value) => applied.push(value))
    port.answer({ sequence: 1 })
    expect(await synced).toMatchObject({ ok: false, error: { code: 'badReply' } })
    expect(applied).toEqual([])
  })
})
