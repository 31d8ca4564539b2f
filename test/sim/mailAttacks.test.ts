/** What mailboxes, holders of invites and contacts may try by way of a mailbox, and what comes of it. */
import { createHash } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { concat, toHex } from '../../main/core/bytes.ts'
import { invitePlace } from '../../main/core/engine/mail/invites.ts'
import type { Place } from '../../main/core/engine/mail/keys.ts'
import { dayOf, mailTag, sealForMailbox } from '../../main/core/engine/mail/keys.ts'
import { entropyOf } from '../../main/core/entropy.ts'
import { decodeInvite } from '../../main/core/identity/invite.ts'
import { accountIdOf, deviceIdOf, eventIdOf, idBytes } from '../../main/core/ids.ts'
import { implementationLimits } from '../../main/core/limits.ts'
import type { MailboxAddress } from '../../main/core/ports.ts'
import type { KnownBody } from '../../main/core/wire/contents.ts'
import { encodeContent } from '../../main/core/wire/contents.ts'
import type { Frame } from '../../main/core/wire/frame.ts'
import { encodeFrame } from '../../main/core/wire/frame.ts'
import { Hostile } from './hostile.ts'
import type { SimMailbox } from './mailboxes.ts'
import type { Peer } from './peer.ts'
import { Scene } from './scene.ts'

const [second, minute] = [1_000, 60_000]
const seed = 63
console.log(`attacks by mail: seed ${seed}`)

let scene: Scene
afterEach(() => scene.assertSound())

interface Cast {
  readonly anna: Peer
  readonly ben: Peer
  readonly holder: Peer
  readonly box: SimMailbox
}

/** Anna and Ben; a holder of messages for Ben, who came by an invite of his and so knows its secret. */
async function begin(peers = 3): Promise<Cast> {
  scene = await new Scene(peers, seed).begin()
  const [anna, ben, holder] = [scene.peer(0), scene.peer(1), scene.peer(2)]
  await scene.meet(ben, anna)
  await scene.meet(ben, holder)
  await scene.do<'setSettings'>(holder, { kind: 'setSettings', values: new Map([['serveMailbox', true]]) })
  await scene.run(10 * second)
  return { anna, ben, holder, box: scene.world.ether.post.at(holder.identity.device) }
}

function put({ ben, box }: Cast, place: Place, content: Uint8Array): void {
  const { crypto } = scene.world.watch
  const bytes = sealForMailbox(crypto, place, content, entropyOf(scene.world.chance.bytes(64)))
  const id = createHash('sha256').update(bytes).digest('hex').slice(0, 32)
  box.items.push({ id, owner: ben.identity.device, tag: toHex(mailTag(crypto, place)), bytes })
}

/** An item under the tag of an invite of Ben's, said to be of `sender`. */
function plant(cast: Cast, payload: Uint8Array, sender: Peer, frame: Frame): void {
  const { crypto } = scene.world.watch
  const invite = decodeInvite(crypto, payload)
  if (!invite.ok) throw new Error('no invite')
  const place = invitePlace(crypto, invite.value, cast.holder.identity.device, 'item')
  put(cast, place, concat(idBytes(sender.identity.device), encodeFrame(frame)))
}

/** An item of Anna's for Ben that her program would not leave. */
function plantAnnas(cast: Cast, frame: Frame): void {
  const { anna, ben, holder } = cast
  const [mailbox, owner] = [holder.identity.device, ben.identity.device]
  const key = anna.disk.devices.get(owner)?.mail?.key
  if (key === undefined) throw new Error('no key')
  put(cast, { key, mailbox, owner, day: dayOf(anna.nowMs), use: 'item' }, encodeFrame(frame))
}

/** What Anna says to Ben beside the history. */
function aside({ anna, ben }: Cast, body: KnownBody): Uint8Array {
  const conversation = scene.conversation(anna, ben)
  const stamp = { timeMs: anna.nowMs, counter: 0, sequence: 0, heads: [] }
  return encodeContent({
    kind: 'event',
    event: { id: eventIdOf(scene.world.chance.bytes(16)), conversation, ...stamp, body },
  })
}

function envelope(): Frame {
  return { kind: 'envelope', sealed: scene.world.chance.bytes(600) }
}

describe('whoever holds the link of an invite', () => {
  it('is heard though many invites were made since, before the mailbox was reached', async () => {
    scene = await new Scene(3, seed).begin()
    const [anna, ben, holder] = [scene.peer(0), scene.peer(1), scene.peer(2)]
    await scene.meet(holder, ben)
    await scene.do<'setSettings'>(holder, { kind: 'setSettings', values: new Map([['serveMailbox', true]]) })
    await scene.run(10 * second)
    const { link } = await scene.invite(ben)
    await scene.run(10 * second)
    ben.crash()
    await scene.run(15 * second)
    await scene.accept(anna, link)
    await scene.text(anna, ben, 'first')
    await scene.run(30 * second)
    anna.crash()
    scene.world.ether.partition(ben.identity.device, holder.identity.device, true)
    ben.start()
    await scene.run(second)
    for (let number = 0; number < implementationLimits.mailInvitesMax; number++) await scene.invite(ben)
    scene.world.ether.partition(ben.identity.device, holder.identity.device, false)
    await scene.run(minute)
    expect(scene.shown(ben, anna)).toEqual(['first'])
  })

  it.each([
    ['an invite that is open', false],
    ['one that was used', true],
  ])('cannot use up what a contact may do, by %s', async (_, used) => {
    const cast = await begin()
    const { anna, ben, box } = cast
    const { invite } = await scene.invite(ben)
    await scene.run(5 * second)
    const row = [...ben.disk.invites.values()].find((one) =>
      used ? one.state === 'used' : one.invite === invite.invite,
    )
    ben.crash()
    await scene.run(15 * second)
    for (let number = 0; number < implementationLimits.unopenedPerHourMax + 20; number++) {
      plant(cast, row?.payload ?? new Uint8Array(0), anna, envelope())
    }
    await scene.text(anna, ben, 'text')
    await scene.run(10 * second)
    anna.crash()
    const before = scene.world.ether.post.deposits
    ben.start()
    await scene.run(minute)
    expect(scene.shown(ben, anna)).toEqual(['text'])
    expect(box.items).toEqual([])
    // And nothing is left for her on account of what she did not say.
    expect(scene.world.ether.post.deposits).toBe(before)
  })
})

describe('a contact whose envelopes are refused by mail', () => {
  /** Anna, who has a mailbox as well, and Ben: both reach it and not each other. */
  async function apart(): Promise<Cast> {
    const cast = await begin()
    const { anna, ben, holder } = cast
    await scene.meet(holder, anna)
    await scene.run(10 * second)
    scene.world.ether.partition(anna.identity.device, ben.identity.device, true)
    await scene.run(20 * second)
    return cast
  }

  it('begins no sessions without end', async () => {
    const { anna, ben } = await apart()
    // Ben has lost what he made for her: nothing that she seals can be opened.
    ben.crash()
    for (const [name, row] of ben.disk.sessions) if (row.device === anna.identity.device) ben.disk.sessions.delete(name)
    for (const [name, row] of ben.disk.prekeys) if (row.device === anna.identity.device) ben.disk.prekeys.delete(name)
    ben.start()
    await scene.run(20 * second)
    const before = scene.world.ether.post.deposits
    await scene.text(anna, ben, 'text')
    await scene.run(5 * minute)
    expect(scene.world.ether.post.deposits - before).toBeGreaterThan(3)
    expect(scene.world.ether.post.deposits - before).toBeLessThan(40)
    // When they are there together, all of it is made good.
    scene.world.ether.partition(anna.identity.device, ben.identity.device, false)
    await scene.run(5 * minute)
    expect(scene.shown(ben, anna)).toEqual(['text'])
    expect(anna.disk.outbox.size).toBe(0)
  })
  it('names other mailboxes again and again, and is remembered with the last of them', async () => {
    const others = [3, 4, 5, 6]
    const cast = await begin(3 + others.length)
    const { anna, ben, holder } = cast
    for (const number of others) {
      const other = scene.peer(number)
      await scene.do<'setSettings'>(other, { kind: 'setSettings', values: new Map([['serveMailbox', true]]) })
      scene.world.ether.post.refusing.set(other.identity.device, 'stored')
    }
    const hostile = Hostile.contact(scene, ben, anna)
    await scene.run(15 * second)
    const flow = () => ben.driver?.state().flow(anna.identity.device)
    for (const number of others) {
      const { device } = scene.peer(number).identity
      const mailboxes = [{ device, addresses: ['/sim/there'] }]
      const mail = ben.disk.devices.get(anna.identity.device)?.mail ?? null
      const profile = { name: 'anna', addresses: [], services: 0, mailboxes, relays: [], mail }
      plantAnnas(cast, { kind: 'envelope', sealed: hostile.seal(aside(cast, { kind: 'profile', ...profile })) })
      ben.endpoint?.onMailWaiting(holder.identity.device)
      await scene.run(10 * second)
      expect(ben.disk.devices.get(anna.identity.device)?.mailboxes).toEqual(profile.mailboxes)
      expect(flow()?.leaving.map(({ mailbox }) => mailbox)).toEqual([device])
    }
  })

  it('says by a late profile what it does, and not where it is: a record has come since', async () => {
    const cast = await begin(4)
    const { anna, ben, holder } = cast
    const hostile = Hostile.contact(scene, ben, anna)
    await scene.run(15 * second)
    ben.crash()
    const row = ben.disk.devices.get(anna.identity.device)
    if (row === undefined) throw new Error('no device')
    const nowMs = anna.nowMs
    const known = { addresses: ['/sim/record'], addressesAtMs: nowMs + 5 * second, toldAtMs: nowMs - minute }
    ben.disk.devices.set(row.device, { ...row, ...known })
    const mailboxes = [{ device: scene.peer(3).identity.device, addresses: ['/sim/there'] }]
    const profile = { name: 'anna', addresses: ['/sim/profile'], services: 0, mailboxes, relays: [], mail: row.mail }
    plantAnnas(cast, { kind: 'envelope', sealed: hostile.seal(aside(cast, { kind: 'profile', ...profile })) })
    await scene.run(10 * second)
    ben.start()
    await scene.run(20 * second)
    ben.endpoint?.onMailWaiting(holder.identity.device)
    await scene.run(10 * second)
    const after = ben.disk.devices.get(anna.identity.device)
    expect([after?.addresses, after?.mailboxes]).toEqual([['/sim/record'], mailboxes])
    expect(after?.toldAtMs).toBe(nowMs)
  })

  it('is heard again when the hour is over in which nothing more of theirs was looked at', async () => {
    const cast = await apart()
    const { anna, ben, box } = cast
    ben.crash()
    await scene.run(15 * second)
    for (let number = 0; number < implementationLimits.unopenedPerHourMax; number++) plantAnnas(cast, envelope())
    const event = await scene.text(anna, ben, 'text')
    await scene.run(10 * second)
    expect(scene.delivery(anna, event)).toBe('held')
    ben.start()
    await scene.run(5 * minute)
    expect(scene.shown(ben, anna)).toEqual([])
    expect(box.items.filter(({ owner }) => owner === ben.identity.device)).toEqual([])
    await scene.run(70 * minute)
    expect(scene.shown(ben, anna)).toEqual(['text'])
    expect(scene.delivery(anna, event)).toBe('delivered')
  })
})

describe('a mailbox that would put tags together', () => {
  it('is named one in a sitting, so that neither days nor pairs are', async () => {
    const { anna, ben, box } = await begin()
    ben.crash()
    await scene.run(15 * second)
    await scene.text(anna, ben, 'text')
    // What he left is old: nothing but noise lies there.
    box.records.clear()
    // She looks under the tags of two days.
    await scene.run(5 * minute)
    expect(box.visits.size).toBeGreaterThan(2)
    expect(Math.max(...Array.from(box.visits.values(), (tags) => tags.size))).toBe(1)
  })

  it('is left word in an order that says nothing of whose it is', async () => {
    scene = await new Scene(6, seed).begin()
    const [holder, ben] = [scene.peer(0), scene.peer(1)]
    const friends = [2, 3, 4, 5].map((number) => scene.peer(number))
    for (const friend of friends) await scene.meet(ben, friend)
    await scene.meet(holder, ben)
    await scene.do<'setSettings'>(holder, { kind: 'setSettings', values: new Map([['serveMailbox', true]]) })
    await scene.run(10 * second)
    for (const friend of friends) friend.crash()
    await scene.run(30 * second)
    const { published } = scene.world.ether.post.at(holder.identity.device)
    published.length = 0
    ben.endpoint?.move('/sim/elsewhere')
    await scene.run(10 * second)
    // One under each slot, whether somebody has it and is away, or not.
    expect(published.length).toBe(implementationLimits.mailSlotsStep)
    expect(published).toEqual(published.toSorted())
  })
})

describe('contacts who begin to hold messages', () => {
  async function serve(peer: Peer): Promise<void> {
    await scene.do<'setSettings'>(peer, { kind: 'setSettings', values: new Map([['serveMailbox', true]]) })
    await scene.run(2 * second)
  }

  it('take nobody’s place by the key that they chose', async () => {
    const { anna, ben, holder } = await begin(7)
    const told = () => anna.disk.devices.get(ben.identity.device)?.mailboxes.map(({ device }) => device)
    const later = [3, 4, 5, 6].map((number) => scene.peer(number))
    for (const peer of later) {
      await scene.meet(ben, peer)
      await serve(peer)
    }
    expect(later.some((peer) => peer.identity.device < holder.identity.device)).toBe(true)
    expect(told()).toEqual([holder, later[0]].map((peer) => peer?.identity.device))
  })

  it('leave to those whose place they take what contacts who are away leave there yet, relays as well', async () => {
    const { ben, holder, box } = await begin(5)
    const serveBoth = new Map([
      ['serveMailbox', true],
      ['serveRelay', true],
    ])
    await scene.do<'setSettings'>(holder, { kind: 'setSettings', values: serveBoth })
    const items = () => [...box.tags.keys()].filter((tag) => tag.startsWith('item ')).length
    const before = items()
    for (const other of [3, 4].map((number) => scene.peer(number))) {
      await scene.meet(ben, other)
      await serve(other)
      const { account } = other.identity
      await scene.do<'setServiceUse'>(ben, { kind: 'setServiceUse', account, use: 'always' })
    }
    await scene.run(10 * second)
    expect(items()).toBeGreaterThanOrEqual(before)
  })

  it('hide nothing of what lies with those whose place they take', async () => {
    const { anna, ben, holder, box } = await begin(5)
    const others = [3, 4].map((number) => scene.peer(number))
    for (const other of others) {
      await scene.meet(ben, other)
      await serve(other)
    }
    for (const other of others) other.crash()
    ben.crash()
    await scene.run(15 * second)
    await scene.text(anna, ben, 'text')
    await scene.run(10 * second)
    anna.crash()
    holder.crash()
    ben.start()
    await scene.run(10 * second)
    for (const other of others) {
      const { account } = other.identity
      await scene.do<'setServiceUse'>(ben, { kind: 'setServiceUse', account, use: 'always' })
    }
    holder.start()
    await scene.run(30 * second)
    expect(scene.shown(ben, anna)).toEqual(['text'])
    expect(box.items).toEqual([])
  })
})

/** Gives Ben more contacts, who are nobody and never there, while his program does not run. */
function befriend({ anna, ben }: Cast, count: number, mailboxes: readonly MailboxAddress[]): void {
  const [contact, device] = [scene.contact(ben, anna), ben.disk.devices.get(anna.identity.device)]
  if (device === undefined) throw new Error('no device')
  for (let number = 0; number < count; number++) {
    const [account, other] = [accountIdOf(scene.world.chance.bytes(32)), deviceIdOf(scene.world.chance.bytes(32))]
    const seed = scene.world.chance.bytes(32)
    ben.disk.write([
      { kind: 'putContact', row: { ...contact, account, lanKey: scene.world.chance.bytes(32) } },
      { kind: 'putDevice', row: { ...device, account, device: other, addresses: [], mailboxes } },
      { kind: 'putMailSlot', row: { slot: 1_000 + number, seed, device: other, fromDay: 0, untilDay: null } },
    ])
  }
}

it('is left word for every contact, though they are more than one step can seal for', async () => {
  const cast = await begin()
  const { anna, ben, box } = cast
  ben.crash()
  const others = implementationLimits.recordsPerStepMax + 20
  befriend(cast, others, [])
  anna.crash()
  box.published.length = 0
  ben.start()
  await scene.run(30 * second)
  // Every slot, and the invites by which they met.
  const invites = ben.disk.invites.size
  expect(new Set(box.published).size).toBe(others + implementationLimits.mailSlotsStep + invites)
})

it('is asked for word of many contacts a few at a time, and of all of them', async () => {
  const cast = await begin()
  const { ben, holder, box } = cast
  ben.crash()
  const { seekAfterMs, seeksPerTickMax, seekRoundMs } = implementationLimits
  befriend(cast, 3 * seeksPerTickMax, [{ device: holder.identity.device, addresses: ['/sim/there'] }])
  ben.start()
  await scene.run(seekAfterMs + 5 * second)
  expect(box.visits.size).toBe(seeksPerTickMax)
  await scene.run(2 * seekRoundMs)
  expect(box.visits.size).toBe(3 * seeksPerTickMax)
})

it('is taken from the mailbox once there is room on the disk again', async () => {
  const { anna, ben, box } = await begin()
  ben.crash()
  await scene.run(15 * second)
  await scene.text(anna, ben, 'text')
  await scene.run(10 * second)
  anna.crash()
  ben.start()
  ben.diskWeather.full = true
  await scene.run(5 * minute)
  expect(box.items.length).toBeGreaterThan(0)
  ben.diskWeather.full = false
  await scene.run(2 * minute)
  expect(scene.shown(ben, anna)).toEqual(['text'])
  expect(box.items).toEqual([])
})
