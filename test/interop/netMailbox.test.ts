/** Mailboxes on loopback: leaving, being told, collecting and removing, and who learns what. */
import { createServer, connect } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import type { DeviceId } from '../../main/core/ids.ts'
import { mailboxLimits, visitLimits } from '../../main/core/limits.ts'
import type { MailboxAddress, MailboxTag } from '../../main/core/ports.ts'
import { itemIdOf, MemoryMailbox } from './memoryMailbox.ts'
import { numbered, pause, Scene } from './netNodes.ts'
import type { TestNode } from './netNodes.ts'

function tagOf(number: number, use: MailboxTag['use'] = 'item'): MailboxTag {
  return { tag: new Uint8Array(16).fill(number), day: 20_000, use }
}

function addressOf(node: TestNode): MailboxAddress {
  return { device: node.device, addresses: node.addresses }
}

interface Served {
  readonly mailbox: TestNode
  readonly store: MemoryMailbox
  /** Every device whose key was proven to the mailbox and is no owner. */
  readonly strangers: Set<DeviceId>
}

/** A mailbox that admits these owners alone. */
async function mailboxFor(scene: Scene, owners: readonly TestNode[]): Promise<Served> {
  const store = new MemoryMailbox()
  const mailbox = await scene.node(1, { mailboxStore: store })
  const strangers = new Set<DeviceId>()
  mailbox.admits = (device) => {
    const known = owners.some((owner) => owner.device === device)
    if (!known) strangers.add(device)
    return known
  }
  mailbox.network.setServing({ relay: false, mailbox: true })
  mailbox.network.setPeers(owners.map((owner) => owner.target([])))
  for (const owner of owners) owner.network.setPeers([{ ...mailbox.target(), mailbox: true }])
  await Promise.all(owners.map((owner) => owner.untilUp(mailbox.device)))
  return { mailbox, store, strangers }
}

/** An owner with one tag for items. */
async function oneOwner(scene: Scene): Promise<Served & { readonly owner: TestNode; readonly at: MailboxAddress }> {
  const owner = await scene.node(2)
  const served = await mailboxFor(scene, [owner])
  expect(await owner.network.mail.registerTags(served.mailbox.device, [tagOf(7)])).toBe('done')
  return { ...served, owner, at: addressOf(served.mailbox) }
}

const { tag } = tagOf(7)

describe.concurrent('a mailbox', () => {
  it('keeps what was left while its owner was away, in order, until it is removed', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const { mailbox, owner, at } = await oneOwner(scene)
    const sender = await scene.node(3)
    owner.admits = () => false
    owner.network.setPeers([])
    await mailbox.until('away', () => mailbox.count('peerDown') === 1)
    const items = [1, 2, 3, 4, 5].map((number) => numbered(number))
    for (const item of items) expect(await sender.network.mail.deposit(at, 's', tag, item)).toBe('stored')
    // The same one again is one.
    expect(await sender.network.mail.deposit(at, 's', tag, numbered(2))).toBe('stored')
    expect(await owner.network.mail.collect(mailbox.device)).toBe(null)
    owner.network.setPeers([{ ...mailbox.target(), mailbox: true }])
    await owner.untilUp(mailbox.device, 2)
    const collected = await owner.network.mail.collect(mailbox.device)
    expect(collected).toEqual({ items: items.map((bytes) => ({ id: itemIdOf(bytes), tag, bytes })), more: false })
    // What was not removed is offered again.
    const [first, second] = items.map(itemIdOf)
    expect(
      await owner.network.mail.removeItems(
        mailbox.device,
        [first, second].filter((id) => id !== undefined),
      ),
    ).toBe(true)
    const left = await owner.network.mail.collect(mailbox.device)
    expect(left?.items.map(({ bytes }) => bytes)).toEqual(items.slice(2))
  })

  it('tells an owner who is connected, once until they look', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const { mailbox, owner, at } = await oneOwner(scene)
    const sender = await scene.node(3)
    const before = Date.now()
    expect(await sender.network.mail.deposit(at, 's', tag, numbered(1))).toBe('stored')
    await owner.until('mail', () => owner.count('mailWaiting') === 1)
    console.log(`left, stored and told of on loopback after ${Date.now() - before} ms`)
    expect(owner.events.findLast((event) => event.kind === 'mailWaiting')).toEqual({
      kind: 'mailWaiting',
      device: mailbox.device,
    })
    expect(await sender.network.mail.deposit(at, 's', tag, numbered(2))).toBe('stored')
    await owner.network.mail.collect(mailbox.device)
    expect(owner.count('mailWaiting')).toBe(1)
    expect(await sender.network.mail.deposit(at, 's', tag, numbered(3))).toBe('stored')
    await owner.until('mail again', () => owner.count('mailWaiting') === 2)
  })

  it('answers an owner who asks much at once, and stays connected', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const { mailbox, owner, store, at } = await oneOwner(scene)
    const { mail } = owner.network
    const keys = Array.from({ length: 20 }, (_, i) => tagOf(100 + i, 'record'))
    expect(await mail.registerTags(mailbox.device, [tagOf(7), ...keys])).toBe('done')
    const published = keys.map((key) => mail.publishRecord(at, 'own', key.tag, numbered(1), 60_000))
    const collected = Array.from({ length: 10 }, () => mail.collect(mailbox.device))
    expect(await Promise.all(published)).toEqual(keys.map(() => 'stored'))
    expect(await Promise.all(collected)).toEqual(collected.map(() => ({ items: [], more: false })))
    expect([store.records.size, owner.count('peerDown')]).toEqual([20, 0])
  })

  it('tells an owner whom it has never been told a tag by', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const { mailbox, owner, store, at } = await oneOwner(scene)
    await owner.network.stop()
    await mailbox.until('away', () => mailbox.count('peerDown') === 1)
    const sender = await scene.node(3)
    expect(await sender.network.mail.deposit(at, 's', tag, numbered(1))).toBe('stored')
    expect(store.items.length).toBe(1)
    // Started again it watches without registering anything.
    await owner.start()
    owner.network.setPeers([{ ...mailbox.target(), mailbox: true }])
    await owner.until('mail', () => owner.count('mailWaiting') === 1)
  })

  it('tells an owner who comes back that something lies there', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const { mailbox, owner, at } = await oneOwner(scene)
    const sender = await scene.node(3)
    mailbox.network.disconnect(owner.device)
    await owner.until('down', () => owner.count('peerDown') === 1)
    expect(await sender.network.mail.deposit(at, 's', tag, numbered(1))).toBe('stored')
    await owner.until('mail', () => owner.count('mailWaiting') === 1)
  })

  it('gives much in parts, none larger than may be', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const { mailbox, owner, at } = await oneOwner(scene)
    const sender = await scene.node(3)
    const largest = mailboxLimits.itemSizeBytesMax
    for (let number = 0; number < 30; number++) {
      expect(await sender.network.mail.deposit(at, 's', tag, numbered(number, largest))).toBe('stored')
    }
    let got = 0
    for (let more = true; more;) {
      const part = await owner.network.mail.collect(mailbox.device)
      const sizeBytes = (part?.items ?? []).reduce((sum, { bytes }) => sum + bytes.length, 0)
      expect(sizeBytes).toBeGreaterThan(0)
      expect(sizeBytes).toBeLessThanOrEqual(visitLimits.mailboxCollectBytesMax)
      got += part?.items.length ?? 0
      more = part?.more ?? false
      const ids = part?.items.map(({ id }) => id) ?? []
      expect(await owner.network.mail.removeItems(mailbox.device, ids)).toBe(true)
    }
    expect(got).toBe(30)
  })

  it('keeps two owners apart', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const [one, two] = await Promise.all([scene.node(2), scene.node(4)])
    const { mailbox, store } = await mailboxFor(scene, [one, two])
    const sender = await scene.node(3)
    expect(await one.network.mail.registerTags(mailbox.device, [tagOf(7)])).toBe('done')
    expect(await two.network.mail.registerTags(mailbox.device, [tagOf(8)])).toBe('done')
    const at = addressOf(mailbox)
    expect(await sender.network.mail.deposit(at, 'one', tagOf(7).tag, numbered(1))).toBe('stored')
    expect(await sender.network.mail.deposit(at, 'two', tagOf(8).tag, numbered(2))).toBe('stored')
    const lists = await Promise.all([one, two].map((owner) => owner.network.mail.collect(mailbox.device)))
    expect(lists.map((list) => list?.items.map(({ bytes }) => bytes))).toEqual([[numbered(1)], [numbered(2)]])
    // Neither removes the other's.
    expect(await two.network.mail.removeItems(mailbox.device, [itemIdOf(numbered(1))])).toBe(true)
    expect(store.items.length).toBe(2)
    // Tags in place of those before.
    expect(await one.network.mail.registerTags(mailbox.device, [tagOf(9)])).toBe('done')
    expect(await sender.network.mail.deposit(at, 'one', tagOf(7).tag, numbered(3))).toBe('unknownTag')
    expect(await sender.network.mail.deposit(at, 'one', tagOf(9).tag, numbered(3))).toBe('stored')
  })

  it('keeps records under tags that are registered for them, the last of each', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const { mailbox, owner, at } = await oneOwner(scene)
    const { mail } = (await scene.node(3)).network
    const key = tagOf(9, 'record')
    expect(await owner.network.mail.registerTags(mailbox.device, [tagOf(7), key])).toBe('done')
    const [first, second] = [numbered(1), numbered(2)]
    expect(await mail.lookupRecord(at, 's', key.tag)).toBe(null)
    expect(await mail.publishRecord(at, 's', key.tag, first, 60_000)).toBe('stored')
    expect(await mail.publishRecord(at, 's', key.tag, second, 60_000)).toBe('stored')
    expect(await mail.lookupRecord(at, 't', key.tag)).toEqual(second)
    expect(await mail.publishRecord(at, 's', tag, first, 60_000)).toBe('unknownTag')
    // After such an answer the next one is asked under another key, at once.
    expect(await mail.deposit(at, 's', key.tag, first)).toBe('unknownTag')
    expect(await mail.deposit(at, 's', tag, first)).toBe('stored')
    expect(await mail.publishRecord(at, 'v', key.tag, new Uint8Array(mailboxLimits.recordSizeBytesMax + 1), 1)).toBe(
      'tooLarge',
    )
  })

  it('says what became of it: stored only once it is, full, busy, too large', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const { store, at } = await oneOwner(scene)
    const { mail } = (await scene.node(3)).network
    let settle = (): void => undefined
    store.before = () => new Promise((resolve) => (settle = resolve))
    let outcome = ''
    const leaving = mail.deposit(at, 's', tag, numbered(1)).then((said) => (outcome = said))
    const held = settle
    await vi.waitFor(() => expect(settle).not.toBe(held), { timeout: 5_000 })
    await pause(200)
    expect([outcome, store.items.length]).toEqual(['', 0])
    settle()
    expect([await leaving, store.items.length]).toEqual(['stored', 1])
    store.before = () => Promise.resolve()
    store.itemsMax = 1
    expect(await mail.deposit(at, 's', tag, numbered(2))).toBe('full')
    store.failing = true
    expect(await mail.deposit(at, 's', tag, numbered(3))).toBe('busy')
    expect(await mail.deposit(at, 's', tag, new Uint8Array(mailboxLimits.itemSizeBytesMax + 1))).toBe('tooLarge')
    store.before = () => Promise.reject(new Error('Broken'))
    expect(await mail.deposit(at, 's', tag, numbered(4))).toBe('unreachable')
  })

  it('that does not serve, is not there or is somebody else keeps nothing', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const { mailbox, owner, store, at } = await oneOwner(scene)
    const { mail, ...rest } = (await scene.node(3)).network
    expect(rest).toBeDefined()
    const other = await scene.node(5)
    other.network.setServing({ relay: true, mailbox: true })
    expect(await mail.deposit({ ...at, device: other.device }, 'a', tag, numbered(1))).toBe('unreachable')
    expect(await mail.deposit(addressOf(other), 'b', tag, numbered(1))).toBe('unreachable')
    expect(await mail.deposit({ ...at, addresses: [] }, 'c', tag, numbered(1))).toBe('unreachable')
    mailbox.network.setServing({ relay: false, mailbox: false })
    expect(await mail.deposit(at, 'd', tag, numbered(1))).toBe('unreachable')
    expect(await owner.network.mail.registerTags(mailbox.device, [tagOf(7)])).toBe('notConnected')
    expect([store.items, owner.count('peerDown')]).toEqual([[], 0])
  })
})

describe.concurrent('what a mailbox and its network learn', () => {
  it('one name per recipient and sitting, and never the depositor’s', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const { mailbox, owner, strangers, at } = await oneOwner(scene)
    expect(await owner.network.mail.registerTags(mailbox.device, [tagOf(7), tagOf(8)])).toBe('done')
    const sender = await scene.node(3)
    const { mail } = sender.network
    for (const number of [1, 2, 3]) expect(await mail.deposit(at, 'one', tag, numbered(number))).toBe('stored')
    expect(strangers.size).toBe(1)
    expect(await mail.deposit(at, 'two', tagOf(8).tag, numbered(4))).toBe('stored')
    expect(strangers.size).toBe(2)
    expect(await mail.deposit(at, 'one', tag, numbered(5))).toBe('stored')
    expect(strangers.size).toBe(2)
    expect(strangers.has(sender.device)).toBe(false)
    // The mailbox has no stream of frames but its owner's.
    expect(mailbox.count('peerUp')).toBe(1)
  })

  it('nothing of a tag or an item is readable on the way', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const { mailbox, owner, at } = await oneOwner(scene)
    const seen: Buffer[] = []
    const proxy = createServer((from) => {
      const to = connect(mailbox.port, '127.0.0.1')
      for (const [one, other] of [[from, to] as const, [to, from] as const]) {
        one.on('data', (bytes) => {
          seen.push(bytes)
          other.write(bytes)
        })
        one.on('error', () => other.destroy())
        one.on('close', () => other.destroy())
      }
    })
    scene.atEnd(() => proxy.close())
    const port = await new Promise<number>((resolve) => {
      proxy.listen(0, '127.0.0.1', () => {
        const bound = proxy.address()
        resolve(bound !== null && typeof bound === 'object' ? bound.port : 0)
      })
    })
    const sender = await scene.node(3)
    const item = new Uint8Array(600).fill(0x5a)
    const through = { ...at, addresses: [`/ip4/127.0.0.1/tcp/${port}`] }
    expect(await sender.network.mail.deposit(through, 's', tag, item)).toBe('stored')
    const bytes = Buffer.concat(seen)
    console.log(`${bytes.length} bytes were seen of a deposit of ${item.length}`)
    expect(bytes.length).toBeGreaterThan(item.length)
    for (const clear of [
      tag,
      item.subarray(0, 16),
      Buffer.from(sender.device, 'hex'),
      Buffer.from(owner.device, 'hex'),
    ]) {
      expect(bytes.includes(Buffer.from(clear))).toBe(false)
    }
  })
})
