/** Records at a relay that is no mailbox, on loopback: who leaves and finds them, what else is refused, who learns what. */
import { describe, expect, it } from 'vitest'
import type { DeviceId } from '../../main/core/ids.ts'
import { visitLimits } from '../../main/core/limits.ts'
import type { MailboxAddress, MailboxTag } from '../../main/core/ports.ts'
import { ask } from '../../main/net/mailbox/exchange.ts'
import { answerBytesMax, encodeRequest, encodeStatus } from '../../main/net/mailbox/messages.ts'
import type { Request } from '../../main/net/mailbox/messages.ts'
import { MemoryMailbox } from './memoryMailbox.ts'
import { attacker, closed, dial } from './netAttackers.ts'
import { numbered, realClock, Scene } from './netNodes.ts'
import type { TestNode } from './netNodes.ts'

const tagOf = (number: number, use: MailboxTag['use'] = 'record'): MailboxTag => {
  return { tag: new Uint8Array(16).fill(number), day: 20_000, use }
}
const { tag } = tagOf(7)
const record = numbered(1)

interface Served {
  readonly relay: TestNode
  readonly owner: TestNode
  readonly store: MemoryMailbox
  readonly at: MailboxAddress
  /** Every device whose key was proven to the relay and is not the owner. */
  readonly strangers: Set<DeviceId>
}

/** A relay of this number that serves one owner, who has registered one tag there. */
async function served(scene: Scene, number: number, owner: TestNode): Promise<Served> {
  const store = new MemoryMailbox()
  const relay = await scene.node(number, { mailboxStore: store })
  const strangers = new Set<DeviceId>()
  relay.admits = (device) => {
    if (device !== owner.device) strangers.add(device)
    return device === owner.device
  }
  relay.network.setServing({ relay: true, mailbox: false })
  relay.network.setPeers([owner.target([])])
  owner.network.setPeers([relay.target(relay.addresses, true)])
  await owner.untilUp(relay.device)
  expect(await owner.network.mail.registerTags(relay.device, [tagOf(7)])).toBe('done')
  return { relay, owner, store, at: { device: relay.device, addresses: relay.addresses }, strangers }
}

describe.concurrent('a relay that is no mailbox', () => {
  it('keeps what its owner leaves, and tells it to whoever knows where to look, unnamed', async ({
    onTestFinished,
  }) => {
    const scene = new Scene(onTestFinished)
    const { at, owner, relay, strangers } = await served(scene, 1, await scene.node(2))
    expect(await owner.network.mail.publishRecord(at, 'own', tag, record, 60_000)).toBe('stored')
    // That was said by the owner, on the connection that carries their frames.
    expect([...strangers]).toEqual([])
    const friend = await scene.node(3)
    expect(await friend.network.mail.lookupRecord(at, 's', tag)).toEqual(record)
    expect(await friend.network.mail.lookupRecord(at, 't', tagOf(8).tag)).toBeNull()
    expect([strangers.size, strangers.has(friend.device)]).toEqual([2, false])
    expect([relay.count('peerUp'), owner.count('peerDown')]).toEqual([1, 0])
  })

  it('takes no items, nor tags for them, and gives none', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const { at, owner, relay, store } = await served(scene, 1, await scene.node(2))
    await store.register(owner.device, [tagOf(7), tagOf(9, 'item')], 0, 'all')
    const friend = await scene.node(3)
    expect(await friend.network.mail.deposit(at, 's', tagOf(9).tag, numbered(2))).toBe('unreachable')
    const { mail } = owner.network
    expect(await mail.registerTags(relay.device, [tagOf(8), tagOf(6, 'item')])).toBe('refused')
    expect(await mail.collect(relay.device)).toBeNull()
    expect(await mail.removeItems(relay.device, [tag])).toBe(false)
    expect([store.items.length, store.tags.size, owner.count('peerDown')]).toEqual([0, 2, 0])
    // Once it is a mailbox too, what was registered before is taken at once.
    relay.network.setServing({ relay: true, mailbox: true })
    expect(await friend.network.mail.deposit(at, 't', tagOf(9).tag, numbered(2))).toBe('stored')
  })

  it.each<[string, Request]>([
    ['leaves an item', { kind: 'deposit', tag, item: record }],
    ['registers', { kind: 'register', tags: [tagOf(8)] }],
    ['watches', { kind: 'watch' }],
  ])('refuses a visitor who %s, and ends the visit', async (_, request) => {
    const ends: (() => Promise<void>)[] = []
    const scene = new Scene((end) => ends.push(end))
    const { relay, owner, store } = await served(scene, 1, await scene.node(2))
    const connection = await dial(await attacker(scene, 9), relay)
    const gone = closed(connection)
    const answer = await ask(connection, encodeRequest(request), answerBytesMax, realClock)
    expect(answer).toEqual(encodeStatus('refused'))
    expect(await gone).toBeLessThan(visitLimits.visitorEndMs + 1_000)
    expect([store.items.length, store.tags.size, owner.count('peerDown')]).toEqual([0, 1, 0])
    await Promise.all(ends.map((end) => end()))
  })

  it('is asked by who hides where they are if it serves them, and no other is', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const hiding = await scene.node(2, { privacy: { kind: 'relayOnly' } })
    const [own, others] = [await served(scene, 1, hiding), await served(scene, 4, await scene.node(5))]
    expect(await hiding.network.mail.publishRecord(own.at, 'own', tag, record, 60_000)).toBe('stored')
    expect(await others.owner.network.mail.publishRecord(others.at, 'own', tag, record, 60_000)).toBe('stored')
    const { mail } = hiding.network
    expect(await mail.lookupRecord(own.at, 's', tag)).toEqual(record)
    expect(await mail.lookupRecord(others.at, 's', tag)).toBeNull()
    expect(await mail.publishRecord(others.at, 's', tag, numbered(3), 60_000)).toBe('unreachable')
    expect([own.strangers.size, others.strangers.size]).toEqual([1, 0])
    // It is there: who hides nothing finds it.
    expect(await own.relay.network.mail.lookupRecord(others.at, 's', tag)).toEqual(record)
  })
})
