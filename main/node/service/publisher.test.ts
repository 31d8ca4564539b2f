import { idleFlow } from '../../core/engine/flow.ts'
import { describe, expect, it } from 'vitest'
import type { ContractEvent, NumberedEvent } from '../../../preload/contract/events.ts'
import { contractLimits } from '../../../preload/contract/limits.ts'
import { nobleCrypto } from '../../core/crypto/noble.ts'
import { createIdentity } from '../../core/identity/account.ts'
import type { EventId } from '../../core/ids.ts'
import { accountIdOf, conversationIdOf, deviceIdOf, eventIdOf } from '../../core/ids.ts'
import type { EventRow, MessageRecord, Store, StoreError } from '../../core/ports.ts'
import type { Result } from '../../core/result.ts'
import { Nearby } from '../nearby/nearby.ts'
import { NetworkMonitor } from '../networkMonitor.ts'
import type { NodeContext } from './context.ts'
import { EventStream } from './eventStream.ts'
import { NameIndex } from './nameIndex.ts'
import { Publisher } from './publisher.ts'

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined }
const conversation = conversationIdOf(new Uint8Array(32).fill(7))
const friend = accountIdOf(new Uint8Array(32).fill(8))
const eventId = (id: number) => eventIdOf(new Uint8Array(16).fill(id))

function record(event: EventId, text: string): MessageRecord {
  const row: EventRow = {
    event,
    conversation,
    account: friend,
    device: deviceIdOf(new Uint8Array(32).fill(9)),
    sequence: 1,
    timeMs: 1,
    orderMs: 1,
    counter: 0,
    kind: 'text',
    text,
    content: new Uint8Array(),
    clientId: null,
    storedAtMs: 1,
    unread: true,
  }
  return { row, delivery: null, missingBefore: 0 }
}

/** A store that knows these messages, counts how often it is asked, and can fail. */
function setUp(records: readonly MessageRecord[]) {
  const asked: number[] = []
  let failure: StoreError | null = null
  const unused = () => Promise.reject(new Error('not asked in this test'))
  const unusedNow = () => {
    throw new Error('not asked in this test')
  }
  const store: Store = {
    resident: unused,
    load: unused,
    commit: unused,
    conversations: unused,
    messages: unused,
    deliveries: unused,
    close: async () => undefined,
    async messagesById(events): Promise<Result<readonly MessageRecord[], StoreError>> {
      asked.push(events.length)
      if (failure) return { ok: false, error: failure }
      return { ok: true, value: records.filter(({ row }) => events.includes(row.event)) }
    },
  }
  const identity = createIdentity(nobleCrypto, new Uint8Array(96).fill(1), 0)
  const watcher = {
    statusChanged: () => undefined,
    peerChanged: () => undefined,
    listening: () => undefined,
    listenFailed: () => undefined,
  }
  const names = new NameIndex([])
  let nowMs = 1_000
  const nearby = new Nearby({
    clock: { nowMs: () => nowMs, after: () => () => undefined },
    random: { bytes: (length) => new Uint8Array(length) },
    crypto: nobleCrypto,
    log: silent,
    network: null,
    resident: unusedNow,
    submit: unused,
    changed: () => undefined,
  })
  const context: NodeContext = {
    clock: { nowMs: () => nowMs, after: () => () => undefined },
    crypto: nobleCrypto,
    store,
    mailbox: { usage: unused },
    network: new NetworkMonitor({} as never, watcher, true, silent),
    resident: () => ({
      identity,
      self: { secrets: new Uint8Array(), name: 'Me', createdAtMs: 0 },
      flow: () => idleFlow,
      contact: () => null,
      contacts: () => [],
      device: () => null,
      deviceOf: () => null,
      invite: () => null,
      invites: () => [],
      setting: () => null,
      // Nothing is in memory: the store is asked for everything.
      lacks: (request) => request,
      conversation: unusedNow,
      event: unusedNow,
      deliveries: unusedNow,
      progress: unusedNow,
    }),
    submit: unused,
    names,
    nearby,
  }
  const stream = new EventStream(silent)
  const heard: NumberedEvent[] = []
  stream.subscribe((event) => heard.push(event))
  const publisher = new Publisher(context, stream, names, silent)
  return {
    publisher,
    heard,
    asked,
    fail: (error: StoreError) => (failure = error),
    pass: (ms: number) => (nowMs += ms),
    events: (): ContractEvent[] => heard.map(({ event }) => event),
  }
}

describe('Publisher', () => {
  it('reads what one commit changed in one go, tells it in order, and each thing once', async () => {
    const [one, two] = [eventId(1), eventId(2)]
    const { publisher, asked, events } = setUp([record(one, 'one'), record(two, 'two')])
    for (const event of [one, two, one]) publisher.notice({ kind: 'message', event, conversation })
    publisher.notice({ kind: 'arrived', event: one, conversation, account: friend })
    await publisher.idle()
    expect(asked).toEqual([2])
    expect(events().map(({ kind }) => kind)).toEqual(['messageChanged', 'messageChanged', 'messageArrived'])
    expect(events()[0]).toMatchObject({ message: { event: one, body: { kind: 'text', text: 'one' }, own: false } })
  })

  it('does not announce what was read before it could be told', async () => {
    const read = record(eventId(1), 'one')
    const { publisher, events } = setUp([{ ...read, row: { ...read.row, unread: false } }])
    publisher.notice({ kind: 'arrived', event: eventId(1), conversation, account: friend })
    await publisher.idle()
    expect(events()).toEqual([])
  })

  it('leaves a gap when the store cannot be read', async () => {
    const { publisher, heard, fail } = setUp([record(eventId(1), 'one')])
    fail({ kind: 'ioFailed', code: 'EIO' })
    publisher.notice({ kind: 'message', event: eventId(1), conversation })
    publisher.notice({ kind: 'settings' })
    await publisher.idle()
    expect(heard.map(({ sequence, event }) => [sequence, event.kind])).toEqual([[2, 'settingsChanged']])
  })

  it('holds a bounded backlog, and leaves a gap in place of what it dropped', async () => {
    const { publisher, heard } = setUp([])
    for (let i = 0; i < contractLimits.eventBacklogMax; i++) {
      const bytes = new Uint8Array(16)
      new DataView(bytes.buffer).setUint32(0, i)
      publisher.notice({ kind: 'message', event: eventIdOf(bytes), conversation })
    }
    publisher.notice({ kind: 'settings' })
    await publisher.idle()
    expect(heard.map(({ sequence, event }) => [sequence, event.kind])).toEqual([[2, 'settingsChanged']])
  })

  it('says the same warning at most once a minute', async () => {
    const { publisher, events, pass } = setUp([])
    const warn = async () => {
      publisher.notice({ kind: 'warning', warning: { kind: 'storage', error: { kind: 'diskFull' } } })
      await publisher.idle()
    }
    await warn()
    await warn()
    expect(events()).toMatchObject([{ kind: 'warning', code: 'diskFull', account: null }])
    pass(60_000)
    await warn()
    expect(events()).toHaveLength(2)
  })
})
