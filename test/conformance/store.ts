/**
 * What every ports.Store must do, whatever holds its bytes. The simulator's store and the encrypted one
 * both run it, so that what a simulation shows is also true of the real one.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Change, Slice } from '../../main/core/ports.ts'
import type { MakeStore } from './bench.ts'
import { Bench, value } from './bench.ts'
import * as rows from './rows.ts'
import { screenConformance } from './store-screen.ts'
import { slotConformance } from './store-slots.ts'

const { put } = rows

export const emptySlice: Slice = {
  sessions: [],
  conversations: [],
  progress: [],
  prekeys: [],
  stash: [],
  initials: [],
  seen: [],
  events: [],
  outbox: [],
  unread: [],
  deliveries: [],
}

export function storeConformance(name: string, make: MakeStore): void {
  describe(`${name} is a store`, () => {
    const bench = new Bench(make)
    beforeEach(() => bench.begin())
    afterEach(() => bench.end())
    residentConformance(bench)
    sliceConformance(bench)
    outboxConformance(bench)
    commitConformance(bench)
    pruneConformance(bench)
    slotConformance(bench)
    screenConformance(bench)
  })
}

function residentConformance(bench: Bench): void {
  it('is empty at first', async () => {
    const resident = await value(bench.store.resident())
    expect(resident).toEqual({
      self: null,
      contacts: [],
      devices: [],
      invites: [],
      settings: new Map(),
      mailSlots: [],
      outbox: [],
    })
    expect(await bench.load({})).toEqual(emptySlice)
    expect(await value(bench.store.conversations())).toEqual([])
  })

  it('keeps the resident rows whole, over a reopening too', async () => {
    const contacts = [
      rows.contact(1, { petName: 'Bob', verifiedAtMs: 5, lastSeenAtMs: 6, offeredDescriptor: rows.bytesOf(90, 4) }),
      rows.contact(2, {
        state: 'pending',
        pendingProblem: 'inviteUsed',
        descriptor: new Uint8Array(0),
        acceptedInvite: rows.bytesOf(64, 2),
        lanKey: null,
      }),
      rows.contact(3, { state: 'keyChanged', offeredDescriptor: new Uint8Array(0), claimedName: '' }),
    ]
    const grant = { key: rows.bytesOf(32, 8), signer: rows.bytesOf(32, 9), sinceMs: 7 }
    const devices = [
      rows.device(1, { mail: grant, relays: [{ device: rows.deviceOf(4), addresses: ['/ip4/9.9.9.9/tcp/1'] }] }),
      rows.device(2, { addresses: [], certificate: new Uint8Array(0) }),
    ]
    const invites = [rows.invite(1), rows.invite(2, { state: 'used', usedBy: rows.accountOf(2) })]
    await bench.commit(put.self(rows.self), ...contacts.map(put.contact), ...devices.map(put.device))
    await bench.commit(...invites.map(put.invite))
    await bench.commit(put.setting('a', 'true'), put.setting('b', true), put.setting('c', 1.5), put.setting('d', ''))
    await bench.reopen()
    const resident = await value(bench.store.resident())
    expect(resident.self).toEqual(rows.self)
    const byAccount = [...resident.contacts].sort((a, b) => (a.account < b.account ? -1 : 1))
    expect(byAccount).toEqual(contacts)
    expect([...resident.devices].sort((a, b) => (a.device < b.device ? -1 : 1))).toEqual(devices)
    expect([...resident.invites].sort((a, b) => (a.invite < b.invite ? -1 : 1))).toEqual(invites)
    expect(Object.fromEntries(resident.settings)).toEqual({ a: 'true', b: true, c: 1.5, d: '' })
  })

  it('replaces the row with the same key', async () => {
    await bench.commit(put.self(rows.self), put.contact(rows.contact(1)), put.setting('a', 1))
    const renamed = { ...rows.self, name: 'Grace' }
    const removed = rows.contact(1, { state: 'removed', petName: 'x' })
    await bench.commit(put.self(renamed), put.contact(removed), put.setting('a', 'two'))
    const resident = await value(bench.store.resident())
    expect(resident.self).toEqual(renamed)
    expect(resident.contacts).toEqual([removed])
    expect([...resident.settings]).toEqual([['a', 'two']])
  })

  it('keeps text as it is: NUL, right-to-left marks, emoji, quotes', async () => {
    const name = `a\0b\u202Ec"d'e;--\u{1F426}\uFFFF`
    await bench.commit(put.contact(rows.contact(1, { claimedName: name })), put.setting(name, name))
    await bench.reopen()
    const resident = await value(bench.store.resident())
    expect(resident.contacts[0]?.claimedName).toBe(name)
    expect([...resident.settings]).toEqual([[name, name]])
  })

  it('keeps its rows when the caller writes into the arrays it gave or got', async () => {
    const row = rows.session(1, { state: rows.bytesOf(64, 1) })
    const done = bench.commit(put.session(row))
    await done
    row.state.fill(0)
    const first = await bench.load({ sessionsOf: [rows.deviceOf(1)] })
    expect(first.sessions[0]?.state).toEqual(rows.bytesOf(64, 1))
    first.sessions[0]?.state.fill(0)
    const second = await bench.load({ sessionsOf: [rows.deviceOf(1)] })
    expect(second.sessions[0]?.state).toEqual(rows.bytesOf(64, 1))
  })
}

function sliceConformance(bench: Bench): void {
  it('loads the sessions of the devices asked for, and removes one', async () => {
    const active = rows.session(1)
    const archived = rows.session(2, { active: false, state: new Uint8Array(0) })
    const other = rows.session(3, { device: rows.deviceOf(2) })
    await bench.commit(put.session(active), put.session(archived), put.session(other))
    const both = await bench.load({ sessionsOf: [rows.deviceOf(1), rows.deviceOf(1), rows.deviceOf(9)] })
    expect([...both.sessions].sort((a, b) => (a.session < b.session ? -1 : 1))).toEqual([active, archived])
    await bench.commit({ kind: 'removeSession', device: rows.deviceOf(1), session: rows.sessionOf(2) })
    await bench.commit({ kind: 'removeSession', device: rows.deviceOf(1), session: rows.sessionOf(3) })
    const left = await bench.load({ sessionsOf: [rows.deviceOf(1), rows.deviceOf(2)] })
    expect([...left.sessions].sort((a, b) => (a.session < b.session ? -1 : 1))).toEqual([active, other])
  })

  it('loads prekeys, accepted initial messages and seen envelopes by their names', async () => {
    const key = rows.prekey(1)
    const renewal = rows.prekey(2, { purpose: 'renewal', invite: null, device: rows.deviceOf(1) })
    await bench.commit(put.prekey(key), put.prekey(renewal), put.initial(1, 10), put.seen(1, 1))
    const loaded = await bench.load({
      prekeys: [rows.prekeyOf(1), rows.prekeyOf(2), rows.prekeyOf(3)],
      initials: [rows.hashOf(1), rows.hashOf(2)],
      seen: [
        { device: rows.deviceOf(1), envelope: rows.envelopeOf(1) },
        { device: rows.deviceOf(1), envelope: rows.envelopeOf(2) },
        { device: rows.deviceOf(2), envelope: rows.envelopeOf(1) },
      ],
    })
    expect(loaded).toEqual({
      ...emptySlice,
      prekeys: [key, renewal],
      initials: [rows.hashOf(1)],
      seen: [{ device: rows.deviceOf(1), envelope: rows.envelopeOf(1) }],
    })
    await bench.commit({ kind: 'removePrekey', prekey: rows.prekeyOf(1) })
    expect((await bench.load({ prekeys: [rows.prekeyOf(1)] })).prekeys).toEqual([])
  })

  it('loads the prekeys that were made for a device, each once, and lets their purpose change', async () => {
    const made = { purpose: 'stash', invite: null, device: rows.deviceOf(1) } as const
    const [one, two] = [rows.prekey(1, made), rows.prekey(2, made)]
    const other = rows.prekey(3, { ...made, device: rows.deviceOf(2) })
    await bench.commit(put.prekey(one), put.prekey(two), put.prekey(other), put.prekey(rows.prekey(4)))
    const replaced = rows.prekey(2, { ...made, purpose: 'replaced' })
    await bench.commit(put.prekey(replaced))
    await bench.reopen()
    const wanted = [rows.deviceOf(1), rows.deviceOf(1), rows.deviceOf(9)]
    const loaded = await bench.load({ prekeysOf: wanted, prekeys: [rows.prekeyOf(1), rows.prekeyOf(4)] })
    const inOrder = [...loaded.prekeys].sort((a, b) => (a.prekey < b.prekey ? -1 : 1))
    expect(inOrder).toEqual([one, replaced, rows.prekey(4)])
    await bench.commit({ kind: 'removePrekey', prekey: rows.prekeyOf(1) })
    expect((await bench.load({ prekeysOf: [rows.deviceOf(1)] })).prekeys).toEqual([replaced])
  })

  it('loads the stash of the devices asked for, and removes one of it', async () => {
    const last = rows.stash(2, { lastResort: true })
    // Another device's bundle may have the same name.
    const other = rows.stash(1, { device: rows.deviceOf(2), bundle: new Uint8Array(0) })
    await bench.commit(put.stash(rows.stash(1)), put.stash(rows.stash(2)), put.stash(other))
    await bench.commit(put.stash(last))
    await bench.reopen()
    const stashOf = async (number: number) => {
      const { stash } = await bench.load({ stashOf: [rows.deviceOf(number), rows.deviceOf(number)] })
      return [...stash].sort((a, b) => (a.prekey < b.prekey ? -1 : 1))
    }
    expect(await stashOf(1)).toEqual([rows.stash(1), last])
    await bench.commit({ kind: 'removeStash', device: rows.deviceOf(1), prekey: rows.prekeyOf(1) })
    expect(await stashOf(1)).toEqual([last])
    expect(await stashOf(2)).toEqual([other])
    expect(await stashOf(3)).toEqual([])
  })

  it('loads conversations with members in their order, and lets them change', async () => {
    const group = rows.conversation(2, {
      kind: 'group',
      members: [rows.accountOf(5), rows.accountOf(0), rows.accountOf(3)],
      heads: [rows.eventOf(2), rows.eventOf(1)],
      clockMs: 1_800_000_000_123,
      clockCounter: 7,
      nextSequence: 12,
      unread: 4,
    })
    await bench.commit(put.conversation(rows.conversation(1)), put.conversation(group))
    const wanted = { conversations: [rows.conversationOf(2), rows.conversationOf(3)] }
    expect((await bench.load(wanted)).conversations).toEqual([group])
    const smaller = { ...group, members: [rows.accountOf(3)], heads: [], unread: 0 }
    await bench.commit(put.conversation(smaller))
    expect((await bench.load(wanted)).conversations).toEqual([smaller])
  })

  it('loads progress with its marks', async () => {
    await bench.commit(put.conversation(rows.conversation(1)), put.progress(rows.progress(3, [5, 6, 9])))
    const wanted = {
      progress: [
        { conversation: rows.conversationOf(1), device: rows.deviceOf(1) },
        { conversation: rows.conversationOf(1), device: rows.deviceOf(2) },
        { conversation: rows.conversationOf(2), device: rows.deviceOf(1) },
      ],
    }
    expect((await bench.load(wanted)).progress).toEqual([rows.progress(3, [5, 6, 9])])
    await bench.commit(put.progress(rows.progress(6, [])))
    expect((await bench.load(wanted)).progress).toEqual([rows.progress(6, [])])
  })

  it('loads events by id and by client id, each once', async () => {
    const own = rows.ownEvent(1)
    const other = rows.event(2, { kind: 'unknown', text: null })
    await bench.commit(put.conversation(rows.conversation(1)), put.event(own), put.event(other))
    const loaded = await bench.load({
      events: [rows.eventOf(1), rows.eventOf(2), rows.eventOf(3)],
      clientIds: [
        { conversation: rows.conversationOf(1), clientId: 'client-1' },
        { conversation: rows.conversationOf(2), clientId: 'client-1' },
        { conversation: rows.conversationOf(1), clientId: 'client-2' },
      ],
    })
    expect([...loaded.events].sort((a, b) => a.sequence - b.sequence)).toEqual([own, other])
  })

  it('loads unread events of others up to one, oldest first', async () => {
    const events = [1, 2, 3, 4, 5].map((number) => rows.event(number, { unread: number !== 2 }))
    await bench.commit(put.conversation(rows.conversation(1)), put.conversation(rows.conversation(2)))
    await bench.commit(...events.map(put.event), put.event(rows.ownEvent(6)))
    await bench.commit(put.event(rows.event(7, { conversation: rows.conversationOf(2), orderMs: 1 })))
    const upTo = async (event: number, limit: number, conversation = 1) => {
      const wanted = { conversation: rows.conversationOf(conversation), event: rows.eventOf(event), limit }
      return (await bench.load({ unreadUpTo: [wanted] })).unread.map((row) => row.sequence)
    }
    expect(await upTo(4, 10)).toEqual([1, 3, 4])
    expect(await upTo(4, 2)).toEqual([1, 3])
    expect(await upTo(6, 10)).toEqual([1, 3, 4, 5])
    expect(await upTo(4, 10, 2)).toEqual([])
    expect(await upTo(99, 10)).toEqual([])
    await bench.commit({ kind: 'markRead', event: rows.eventOf(3) }, { kind: 'markRead', event: rows.eventOf(99) })
    expect(await upTo(4, 10)).toEqual([1, 4])
  })

  it('loads the deliveries of an event with every device', async () => {
    await bench.commit(put.conversation(rows.conversation(1)), put.event(rows.ownEvent(1)))
    const way = { via: 'relay', mailbox: rows.deviceOf(9) } as const
    await bench.commit(put.delivery(1, 1, 'written', 1), put.delivery(1, 2, 'sent', 2, way))
    await bench.commit(put.delivery(1, 1, 'read', 3))
    const expected = [
      { event: rows.eventOf(1), device: rows.deviceOf(1), state: 'read', atMs: 3, via: null, mailbox: null },
      { event: rows.eventOf(1), device: rows.deviceOf(2), state: 'sent', atMs: 2, ...way },
    ]
    const byDevice = (a: { device: string }, b: { device: string }) => (a.device < b.device ? -1 : 1)
    const loaded = await bench.load({ deliveries: [rows.eventOf(1), rows.eventOf(2)] })
    expect([...loaded.deliveries].sort(byDevice)).toEqual(expected)
    const shown = await value(bench.store.deliveries(rows.eventOf(1)))
    expect([...shown].sort(byDevice)).toEqual(expected)
    expect(await value(bench.store.deliveries(rows.eventOf(2)))).toEqual([])
  })
}

function outboxConformance(bench: Bench): void {
  it('loads the outbox in order, after a position, up to a limit', async () => {
    const waiting = [3, 1, 10, 2].map((number) => rows.outboxRow(number))
    await bench.commit(...waiting.map(put.outbox))
    await bench.commit(put.outbox(rows.outboxRow(5, { device: rows.deviceOf(2), event: null })))
    const after = async (position: number, limit: number) => {
      const wanted = { device: rows.deviceOf(1), after: position, limit }
      return (await bench.load({ outbox: [wanted] })).outbox.map((row) => row.order)
    }
    expect(await after(0, 10)).toEqual([1, 2, 3, 10])
    expect(await after(1, 2)).toEqual([2, 3])
    expect(await after(10, 10)).toEqual([])
    const resident = await value(bench.store.resident())
    const summary = [...resident.outbox].sort((a, b) => (a.device < b.device ? -1 : 1))
    expect(summary).toEqual([
      { device: rows.deviceOf(1), rows: 4, orderMax: 10 },
      { device: rows.deviceOf(2), rows: 1, orderMax: 5 },
    ])
  })

  it('finds sealed rows by envelope, keeps their very bytes, and removes them', async () => {
    const row = rows.outboxRow(1, { sealed: rows.sealed(1), content: new Uint8Array(0) })
    await bench.commit(put.outbox(rows.outboxRow(1)), put.outbox(rows.outboxRow(2)))
    await bench.commit(put.outbox(row))
    await bench.reopen()
    const byEnvelope = { device: rows.deviceOf(1), envelope: rows.envelopeOf(1) }
    const other = { device: rows.deviceOf(2), envelope: rows.envelopeOf(1) }
    expect((await bench.load({ outboxEnvelopes: [byEnvelope, other] })).outbox).toEqual([row])
    const first = { device: rows.deviceOf(1), after: 0, limit: 1 }
    expect((await bench.load({ outboxEnvelopes: [byEnvelope], outbox: [first] })).outbox).toEqual([row])
    await bench.commit({ kind: 'removeOutbox', device: rows.deviceOf(1), order: 1 })
    await bench.commit({ kind: 'removeOutbox', device: rows.deviceOf(1), order: 1 })
    expect((await bench.load({ outboxEnvelopes: [byEnvelope] })).outbox).toEqual([])
    expect((await value(bench.store.resident())).outbox).toEqual([{ device: rows.deviceOf(1), rows: 1, orderMax: 2 }])
  })
}

function commitConformance(bench: Bench): void {
  it('writes a commit whatever the order of its kinds, and an empty one', async () => {
    await bench.commit()
    await bench.commit(
      put.delivery(1, 1, 'written', 1),
      put.progress(rows.progress(1, [])),
      put.event(rows.ownEvent(1)),
      put.conversation(rows.conversation(1)),
    )
    expect(await value(bench.store.deliveries(rows.eventOf(1)))).toHaveLength(1)
    expect(await value(bench.store.messages(rows.conversationOf(1), null, 10))).toHaveLength(1)
  })

  it('lets the last write of a commit win', async () => {
    await bench.commit(
      put.conversation(rows.conversation(1)),
      put.event(rows.event(1)),
      { kind: 'markRead', event: rows.eventOf(1) },
      put.setting('a', 1),
      put.setting('a', 2),
      put.outbox(rows.outboxRow(1)),
      { kind: 'removeOutbox', device: rows.deviceOf(1), order: 1 },
    )
    const loaded = await bench.load({ events: [rows.eventOf(1)] })
    expect(loaded.events[0]?.unread).toBe(false)
    const resident = await value(bench.store.resident())
    expect([...resident.settings]).toEqual([['a', 2]])
    expect(resident.outbox).toEqual([])
  })

  const dangling: readonly (readonly [string, Change])[] = [
    ['an event without its conversation', put.event(rows.event(1))],
    ['a delivery without its event', put.delivery(1, 1, 'sent', 1)],
    ['progress without its conversation', put.progress(rows.progress(1, []))],
  ]
  it.each(dangling)('throws for a bug of the caller and writes nothing: %s', async (_, change) => {
    await expect(bench.store.commit([put.setting('a', 1), change])).rejects.toBeInstanceOf(Error)
    expect((await value(bench.store.resident())).settings.size).toBe(0)
    await bench.commit(put.setting('b', 1))
    expect([...(await value(bench.store.resident())).settings.keys()]).toEqual(['b'])
  })

  it('answers commits and reads in the order in which they were asked', async () => {
    const asked = Array.from({ length: 20 }, (_, number) => bench.commit(put.setting('n', number)))
    const resident = value(bench.store.resident())
    await Promise.all(asked)
    expect((await resident).settings.get('n')).toBe(19)
  })

  it('answers with closed after it was closed', async () => {
    const { store } = bench
    await store.close()
    await store.close()
    const closed = { ok: false, error: { kind: 'closed' } }
    expect(await store.resident()).toEqual(closed)
    expect(await store.load({})).toEqual(closed)
    expect(await store.commit([put.setting('a', 1)])).toEqual(closed)
    expect(await store.conversations()).toEqual(closed)
    expect(await store.messages(rows.conversationOf(1), null, 1)).toEqual(closed)
    expect(await store.messagesById([])).toEqual(closed)
    expect(await store.deliveries(rows.eventOf(1))).toEqual(closed)
  })
}

function pruneConformance(bench: Bench): void {
  it('prunes what has expired, and the oldest seen envelopes beyond the limit', async () => {
    await bench.commit(put.prekey(rows.prekey(1)), put.prekey(rows.prekey(9)))
    await bench.commit(put.stash(rows.stash(5)), put.stash(rows.stash(6)))
    await bench.commit(put.initial(1, 1_800_000_001_000), put.initial(9, 1_800_000_009_000))
    await bench.commit(put.seen(1, 30), put.seen(2, 10), put.seen(3, 40), put.seen(4, 20))
    await bench.commit(put.seen(5, 1, rows.deviceOf(2)))
    await bench.commit({ kind: 'prune', nowMs: 1_800_000_005_000, seenPerDeviceMax: 2 })
    const seen = [1, 2, 3, 4].map((number) => ({ device: rows.deviceOf(1), envelope: rows.envelopeOf(number) }))
    const other = { device: rows.deviceOf(2), envelope: rows.envelopeOf(5) }
    const loaded = await bench.load({
      prekeys: [rows.prekeyOf(1), rows.prekeyOf(9)],
      stashOf: [rows.deviceOf(1)],
      initials: [rows.hashOf(1), rows.hashOf(9)],
      seen: [...seen, other],
    })
    expect(loaded.stash).toEqual([rows.stash(6)])
    expect(loaded.prekeys.map((row) => row.prekey)).toEqual([rows.prekeyOf(9)])
    expect(loaded.initials).toEqual([rows.hashOf(9)])
    expect(loaded.seen).toEqual([seen[0], seen[2], other])
  })
}
