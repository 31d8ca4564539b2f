/** What a mailbox sees of those for whom it holds messages: PROTOCOL.md, "While a device is away". */
import { afterEach, describe, expect, it } from 'vitest'
import { toHex } from '../../main/core/bytes.ts'
import { mailTag } from '../../main/core/engine/mail/keys.ts'
import { grantOf } from '../../main/core/engine/mail/slots.ts'
import { accountIdOf, deviceIdOf } from '../../main/core/ids.ts'
import { implementationLimits } from '../../main/core/limits.ts'
import type { Peer } from './peer.ts'
import type { MailCast } from './mailCast.ts'
import { castOfMail, say, serve } from './mailCast.ts'
import { Scene } from './scene.ts'

const [second, minute, day] = [1_000, 60_000, 86_400_000]

let scene: Scene
afterEach(() => scene.assertSound())

/** Anna and Ben, who know each other; and others who hold messages for Ben and are unknown to Anna. */
async function start(mailboxes = 1, seed = 1): Promise<MailCast> {
  const cast = await castOfMail(mailboxes, seed)
  scene = cast.scene
  return cast
}

/** Ben, whose messages a box holds, and what it knows of the days; others know neither yet. */
async function watched(count: number) {
  scene = await new Scene(2 + count).begin()
  const [ben, box] = [scene.peer(0), scene.peer(1)]
  // Ben makes no invites: all tags are of slots.
  await scene.meet(box, ben)
  await serve(scene, box)
  await scene.run(10 * second)
  const post = scene.world.ether.post.at(box.identity.device)
  const today = Math.floor(ben.nowMs / day)
  const tagsOf = (days: readonly number[]) =>
    [...post.tags.keys()].filter((tag) => days.includes(post.days.get(tag) ?? -1)).sort()
  const month = Array.from({ length: 33 }, (_, number) => today - 1 + number)
  const later = async (days: number) => {
    for (const peer of scene.world.peers) peer.clockOffsetMs = days * day
    await scene.run(20 * minute)
  }
  const others = Array.from({ length: count }, (_, number) => scene.peer(2 + number))
  return { ben, box, others, post, today, month, tagsOf, later }
}

const used = (tags: readonly string[], use: string) => tags.filter((tag) => tag.startsWith(use)).length

describe('what a mailbox sees', () => {
  it('has other tags every day, for every pair and at every mailbox', async () => {
    const { anna, ben, boxes } = await start(2)
    const tags = boxes.map((box) => [...scene.world.ether.post.at(box.identity.device).tags.keys()])
    const all = tags.flat().map((tag) => tag.split(' ')[1])
    expect(all.length).toBeGreaterThan(100)
    expect(new Set(all).size).toBe(all.length)
    ben.crash()
    await scene.run(15 * second)
    const used = new Set<string>()
    for (const offset of [0, 1, 2]) {
      for (const peer of [anna, ...boxes]) peer.clockOffsetMs = offset * day
      await say(scene, anna, ben, 1, offset)
      await scene.run(20 * minute)
      for (const item of scene.world.ether.post.at(boxes[0]?.identity.device as never).items) used.add(item.tag)
    }
    expect(used.size).toBe(3)
  })

  it('does not change when a contact comes or goes, today or on any day that it has seen', async () => {
    const { ben, others, post, today, month, tagsOf, later } = await watched(2)
    const [anna, carl] = others as [Peer, Peer]
    const { mailSlotsStep } = implementationLimits
    const before = tagsOf(month)
    for (const one of month) {
      expect([used(tagsOf([one]), 'item'), used(tagsOf([one]), 'record')]).toEqual([mailSlotsStep, mailSlotsStep])
    }
    expect(new Set(before.map((tag) => tag.split(' ')[1])).size).toBe(before.length)
    const registrations = () => post.registrations
    const asked = registrations()
    await scene.meet(anna, ben)
    await scene.meet(carl, ben)
    await scene.do<'removeContact'>(ben, { kind: 'removeContact', account: anna.identity.account })
    await scene.do<'removeContact'>(ben, { kind: 'removeContact', account: carl.identity.account })
    await scene.run(minute)
    expect(tagsOf(month)).toEqual(before)
    // Nor does a moment say that somebody came.
    expect(registrations()).toBe(asked)
    await later(10)
    const seen = month.filter((one) => one >= today + 9)
    expect(tagsOf(seen)).toEqual(before.filter((tag) => seen.includes(post.days.get(tag) ?? -1)))
    const fresh = Array.from({ length: 10 }, (_, number) => today + 32 + number)
    for (const one of fresh) expect(used(tagsOf([one]), 'item')).toBe(mailSlotsStep)
    expect(registrations()).toBe(asked + 1)
  })

  it('is left a record under every tag of today, whoever has it, is away or there', async () => {
    const { ben, others, post, today, tagsOf } = await watched(2)
    const [anna, carl] = others as [Peer, Peer]
    const rounds: (readonly [readonly string[], readonly number[]])[] = []
    let places = 0
    const round = async () => {
      post.published.length = 0
      ben.endpoint?.move(`/sim/place-${++places}`)
      await scene.run(10 * second)
      const tags = tagsOf([today]).filter((tag) => tag.startsWith('record '))
      expect([...post.published].sort()).toEqual(tags.map((tag) => tag.slice('record '.length)).sort())
      rounds.push([tags, Array.from(post.records.values(), ({ length }) => length)])
    }
    await round()
    await scene.meet(anna, ben)
    await scene.meet(carl, ben)
    await round()
    anna.crash()
    await scene.run(20 * second)
    await round()
    await scene.do<'removeContact'>(ben, { kind: 'removeContact', account: anna.identity.account })
    await scene.run(10 * second)
    await round()
    expect(new Set(rounds.map(([tags]) => tags.join())).size).toBe(1)
    for (const [, sizes] of rounds) expect(new Set(sizes).size).toBe(1)
  })

  it('takes what a new contact leaves at once, and nothing more of one who was removed', async () => {
    const { ben, others, post, later } = await watched(2)
    const [anna, carl] = others as [Peer, Peer]
    await scene.meet(anna, ben)
    await scene.meet(carl, ben)
    await scene.run(10 * second)
    ben.crash()
    await scene.run(15 * second)
    await say(scene, anna, ben, 1)
    await scene.run(5 * second)
    expect(post.items.length).toBeGreaterThan(0)
    ben.start()
    await scene.run(20 * second)
    expect(scene.shown(ben, anna)).toEqual(['text 0'])
    await scene.do<'removeContact'>(ben, { kind: 'removeContact', account: carl.identity.account })
    await scene.run(15 * second)
    const [deposits, refused] = [scene.world.ether.post.deposits, scene.refusals.get('itemRefused') ?? 0]
    // He does not know it, and leaves it where he was told to. The mailbox is not blamed for what is nobody's.
    await say(scene, carl, ben, 1)
    await scene.run(30 * second)
    expect(scene.world.ether.post.deposits).toBeGreaterThan(deposits)
    expect(post.items).toEqual([])
    expect(scene.refusals.get('itemRefused') ?? 0).toBe(refused)
    expect(scene.shown(ben, carl)).toEqual([])
    // When the days are over that the mailbox knew, it does not take it any more.
    await later(33)
    const then = scene.world.ether.post.deposits
    ben.crash()
    await say(scene, carl, ben, 1, 1)
    await scene.run(30 * minute)
    expect(scene.world.ether.post.deposits).toBe(then)
  })

  it('gives nobody the slot of somebody else, and those of a removed contact to nobody', async () => {
    const { ben, others } = await watched(3)
    const [anna, carl, dora] = others as [Peer, Peer, Peer]
    const slotOf = (peer: Peer) =>
      [...ben.disk.mailSlots.values()].find((row) => row.device === peer.identity.device) ?? null
    await scene.meet(anna, ben)
    const annas = slotOf(anna)
    await scene.do<'removeContact'>(ben, { kind: 'removeContact', account: anna.identity.account })
    await scene.meet(carl, ben)
    await scene.meet(dora, ben)
    await scene.meet(anna, ben)
    const three = [anna, carl, dora].map(slotOf)
    expect(new Set([annas, ...three].map((row) => row?.slot)).size).toBe(4)
    const left = ben.disk.mailSlots.get(String(annas?.slot))
    expect([left?.device, typeof left?.untilDay]).toEqual([null, 'number'])
    expect(new Set([...ben.disk.mailSlots.values()].map(({ seed }) => toHex(seed))).size).toBe(ben.disk.mailSlots.size)
    // Each has been told of its own.
    const { crypto } = scene.world.watch
    for (const [number, peer] of [anna, carl, dora].entries()) {
      const row = three[number] ?? null
      expect(peer.disk.devices.get(ben.identity.device)?.mail).toEqual(
        row === null ? null : { ...grantOf(crypto, row), sinceMs: expect.anything() as number },
      )
    }
  })

  it('takes nothing more of somebody who was blocked, and gives them another slot when they come anew', async () => {
    const { ben, others, today, month, tagsOf } = await watched(1)
    const [anna] = others as [Peer]
    const { mailSlotsStep } = implementationLimits
    await scene.meet(anna, ben)
    const { account, device } = anna.identity
    const grant = () => anna.disk.devices.get(ben.identity.device)?.mail ?? null
    const before = grant()
    await scene.do<'blockContact'>(ben, { kind: 'blockContact', account, blocked: true })
    await scene.run(10 * second)
    expect([...ben.disk.mailSlots.values()].filter((row) => row.device === device)).toEqual([])
    for (const one of month) expect(used(tagsOf([one]), 'item')).toBe(mailSlotsStep - 1)
    const { deposits } = scene.world.ether.post
    await say(scene, anna, ben, 1)
    await scene.run(minute)
    expect(scene.world.ether.post.deposits).toBe(deposits)
    // The place of that slot has another, on days that nobody has been told of.
    const rows = [...ben.disk.mailSlots.values()]
    expect(rows.filter(({ fromDay }) => fromDay === today + 32).length).toBe(1)
    await scene.do<'blockContact'>(ben, { kind: 'blockContact', account, blocked: false })
    // She does not know of it.
    await scene.meet(anna, ben)
    const now = [...ben.disk.mailSlots.values()].find((row) => row.device === device)
    if (now === undefined) throw new Error('no slot')
    const { key, signer } = grantOf(scene.world.watch.crypto, now)
    expect(grant()).toMatchObject({ key, signer })
    expect(toHex(key)).not.toBe(toHex(before?.key ?? key))
  })

  /** Anna and Ben, whose messages one and the same box holds. */
  async function withOneMailbox(): Promise<{ anna: Peer; ben: Peer }> {
    scene = await new Scene(3).begin()
    const [anna, ben, box] = [0, 1, 2].map((number) => scene.peer(number)) as [Peer, Peer, Peer]
    await scene.meet(box, ben)
    await serve(scene, box)
    await scene.meet(box, anna)
    await scene.meet(ben, anna)
    await scene.run(10 * second)
    return { anna, ben }
  }

  it('has a slot of its own on the way back, though who was removed is asked back by mail alone', async () => {
    const { anna, ben } = await withOneMailbox()
    await scene.do<'removeContact'>(anna, { kind: 'removeContact', account: ben.identity.account })
    await scene.run(10 * second)
    const { link } = await scene.invite(ben)
    await scene.run(10 * second)
    // From now on they are never there together.
    scene.world.ether.partition(anna.identity.device, ben.identity.device, true)
    await scene.run(20 * second)
    await scene.accept(anna, link)
    await scene.text(anna, ben, 'here again')
    await scene.run(minute)
    expect(scene.shown(ben, anna).at(-1)).toBe('here again')
    const answer = await scene.text(ben, anna, 'welcome')
    await scene.run(minute)
    expect(scene.shown(anna, ben).at(-1)).toBe('welcome')
    expect(scene.delivery(ben, answer)).toBe('delivered')
  })

  it('is left anew what lies under a slot that was taken back', async () => {
    const { anna, ben } = await withOneMailbox()
    scene.world.ether.partition(anna.identity.device, ben.identity.device, true)
    await scene.do<'removeContact'>(ben, { kind: 'removeContact', account: anna.identity.account })
    await scene.run(10 * second)
    // She does not know it, and her mailbox takes it; he drops it.
    const event = await scene.text(anna, ben, 'text')
    await scene.run(minute)
    expect(scene.delivery(anna, event)).toBe('held')
    expect(scene.shown(ben, anna)).toEqual([])
    // He comes back to her, by mail alone: what she said before is hers to say once more.
    const { link } = await scene.invite(anna)
    await scene.run(10 * second)
    await scene.accept(ben, link)
    await scene.run(5 * minute)
    expect(scene.shown(ben, anna)).toEqual(['text'])
    expect(scene.delivery(anna, event)).toBe('delivered')
  })

  it('hears nothing of a contact whose key is another until the user has said what it is', async () => {
    const { ben, others, post } = await watched(1)
    const [anna] = others as [Peer]
    await scene.meet(anna, ben)
    await scene.run(10 * second)
    ben.crash()
    await scene.run(15 * second)
    await say(scene, anna, ben, 1)
    await scene.run(5 * second)
    expect(post.items.length).toBeGreaterThan(0)
    const contact = scene.contact(ben, anna)
    ben.disk.contacts.set(contact.account, { ...contact, state: 'keyChanged', offeredDescriptor: contact.descriptor })
    ben.start()
    await scene.run(20 * second)
    expect(post.items).toEqual([])
    expect(scene.shown(ben, anna)).toEqual([])
    expect([...scene.refusals]).toEqual([])
  })

  it('can put nothing into a conversation: what no contact sealed is removed and refused', async () => {
    const { anna, ben, boxes } = await start()
    const [box] = boxes as [Peer]
    const post = scene.world.ether.post.at(box.identity.device)
    const key = anna.disk.devices.get(ben.identity.device)?.mail?.key
    if (key === undefined) throw new Error('no key')
    const today = Math.floor(ben.nowMs / day)
    const [mailbox, owner] = [box.identity.device, ben.identity.device]
    const annas = mailTag(scene.world.watch.crypto, { key, mailbox, owner, day: today, use: 'item' })
    for (let number = 0; number < 50; number++) {
      const bytes = new Uint8Array(500).fill(number)
      // Under a tag of hers, and under one that he never registered.
      const tag = toHex(number % 2 === 0 ? annas : scene.world.chance.bytes(16))
      post.items.push({ id: number.toString(16).padStart(32, '0'), owner, tag, bytes })
    }
    ben.crash()
    ben.start()
    await scene.run(30 * second)
    expect(scene.refusals.get('itemRefused')).toBe(50)
    expect(post.items).toEqual([])
    await say(scene, anna, ben, 1)
    await scene.run(10 * second)
    expect(scene.shown(ben, anna)).toEqual(['hello', 'text 0'])
  })
})

/** As if Ben had given out so many slots, to contacts who are still such or not any more. */
function giveOut(ben: Peer, count: number, state: 'active' | 'removed' = 'active'): void {
  const free = [...ben.disk.mailSlots].filter(([, row]) => row.device === null)
  for (const [name, row] of free.slice(0, count)) {
    const device = deviceIdOf(scene.world.chance.bytes(32))
    const account = accountIdOf(scene.world.chance.bytes(32))
    const [contact] = ben.disk.contacts.values()
    const [known] = ben.disk.devices.values()
    if (contact === undefined || known === undefined) throw new Error('nobody')
    ben.disk.contacts.set(account, { ...contact, account, state })
    ben.disk.devices.set(device, { ...known, device, account, addresses: [], services: 0, mailboxes: [], relays: [] })
    ben.disk.mailSlots.set(name, { ...row, device })
  }
}

describe('the number of slots', () => {
  it('is told of more slots in good time, on days that come into sight with all of them', async () => {
    const { ben, others, post, today, month, tagsOf, later } = await watched(1)
    const [anna] = others as [Peer]
    const { mailSlotsStep, mailSlotsReserve } = implementationLimits
    ben.crash()
    // One is the mailbox's own.
    giveOut(ben, mailSlotsStep - mailSlotsReserve - 1)
    ben.start()
    await scene.run(20 * second)
    const [before, registrations] = [tagsOf(month), post.registrations]
    await scene.meet(anna, ben)
    await scene.run(10 * second)
    expect([tagsOf(month), post.registrations]).toEqual([before, registrations])
    expect(ben.disk.mailSlots.size).toBe(2 * mailSlotsStep)
    await later(1)
    expect([today + 31, today + 32].map((one) => used(tagsOf([one]), 'item'))).toEqual([
      mailSlotsStep,
      2 * mailSlotsStep,
    ])
  })

  it('is told of more slots at once only when none is left', async () => {
    const { ben, others, today, tagsOf } = await watched(1)
    const [anna] = others as [Peer]
    const { mailSlotsStep } = implementationLimits
    ben.crash()
    giveOut(ben, mailSlotsStep)
    ben.start()
    await scene.run(20 * second)
    expect(used(tagsOf([today]), 'item')).toBe(mailSlotsStep)
    await scene.meet(anna, ben)
    await scene.run(10 * second)
    expect(used(tagsOf([today]), 'item')).toBe(2 * mailSlotsStep)
  })

  it('does not see whose slots ended because the clock leapt and came back', async () => {
    const { ben, others, month, tagsOf, later } = await watched(1)
    const [anna] = others as [Peer]
    ben.crash()
    giveOut(ben, 25, 'removed')
    ben.start()
    await scene.run(20 * second)
    const before = tagsOf(month)
    await later(100)
    // Most slots that are free by this clock are those that came in the place of others.
    await scene.meet(anna, ben)
    await later(0)
    await scene.restart(ben)
    expect(tagsOf(month)).toEqual(before)
  })
})
