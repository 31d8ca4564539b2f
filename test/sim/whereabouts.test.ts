/** Word that is left at mailboxes by those who move: PROTOCOL.md, "Rendezvous". */
import { afterEach, describe, expect, it } from 'vitest'
import { toHex } from '../../main/core/bytes.ts'
import type { Place } from '../../main/core/engine/mail/keys.ts'
import { mailTag, sealForMailbox } from '../../main/core/engine/mail/keys.ts'
import { slotSigner } from '../../main/core/engine/mail/slots.ts'
import type { Parties } from '../../main/core/engine/mail/whereabouts.ts'
import { encodeWhereabouts } from '../../main/core/engine/mail/whereabouts.ts'
import { entropyOf } from '../../main/core/entropy.ts'
import type { DeviceId } from '../../main/core/ids.ts'
import type { Peer } from './peer.ts'
import { implementationLimits } from '../../main/core/limits.ts'
import type { MailCast } from './mailCast.ts'
import { castOfMail } from './mailCast.ts'
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

describe('word of where somebody is', () => {
  const knownOf = (at: Peer, of: Peer) => at.disk.devices.get(of.identity.device)?.addresses

  it('is found by a contact who slept meanwhile, and by nobody else', async () => {
    const { anna, ben, boxes } = await start()
    const [box] = boxes as [Peer]
    anna.crash()
    await scene.run(15 * second)
    ben.endpoint?.move('/sim/elsewhere')
    await scene.run(10 * second)
    const post = scene.world.ether.post.at(box.identity.device)
    // His word for her, noise under all other tags, and what became of the invite by which they met.
    expect(post.records.size).toBe(implementationLimits.mailSlotsStep + 1)
    for (const record of post.records.values()) expect(Buffer.from(record).includes('elsewhere')).toBe(false)
    ben.crash()
    await scene.run(15 * second)
    expect(knownOf(anna, ben)).not.toEqual(['/sim/elsewhere'])
    anna.start()
    await scene.run(20 * second)
    expect(knownOf(anna, ben)).toEqual(['/sim/elsewhere'])
  })

  it('is nothing when it is older than what is known, of another day, or altered', async () => {
    const { anna, ben, boxes } = await start()
    const [box] = boxes as [Peer]
    const post = scene.world.ether.post.at(box.identity.device)
    anna.crash()
    await scene.run(15 * second)
    ben.endpoint?.move('/sim/first')
    await scene.run(10 * second)
    const first = new Map(post.records)
    anna.start()
    await scene.run(30 * second)
    ben.endpoint?.move('/sim/second')
    await scene.run(10 * second)
    expect(knownOf(anna, ben)).toEqual(['/sim/second'])
    ben.crash()
    await scene.run(15 * second)
    // The mailbox offers the older word again, then one that it altered.
    post.records.clear()
    for (const [tag, record] of first) post.records.set(tag, record)
    await scene.run(2 * minute)
    expect(knownOf(anna, ben)).toEqual(['/sim/second'])
    for (const record of post.records.values()) record[40] = (record[40] ?? 0) ^ 1
    await scene.run(10 * minute)
    expect(knownOf(anna, ben)).toEqual(['/sim/second'])
  })

  describe('at relays', () => {
    /** Anna and Ben; and a contact of his who passes calls on and holds no messages. */
    async function withRelay(): Promise<{ anna: Peer; ben: Peer; relay: Peer }> {
      scene = await new Scene(3).begin()
      const [anna, ben, relay] = [0, 1, 2].map((number) => scene.peer(number)) as [Peer, Peer, Peer]
      await scene.meet(relay, ben)
      await scene.do<'setSettings'>(relay, { kind: 'setSettings', values: new Map([['serveRelay', true]]) })
      await scene.run(10 * second)
      await scene.meet(ben, anna)
      await scene.run(10 * second)
      return { anna, ben, relay }
    }
    const postOf = (peer: Peer) => scene.world.ether.post.at(peer.identity.device)

    it('is found by a contact who slept meanwhile, and nothing but records is known there', async () => {
      const { anna, ben, relay } = await withRelay()
      const kinds = [...postOf(relay).tags.keys()].map((tag) => tag.split(' ')[0])
      expect(kinds.length).toBe(33 * implementationLimits.mailSlotsStep)
      expect(new Set(kinds)).toEqual(new Set(['record']))
      expect(anna.disk.devices.get(ben.identity.device)?.relays.map(({ device }) => device)).toEqual([
        relay.identity.device,
      ])
      anna.crash()
      await scene.run(15 * second)
      ben.endpoint?.move('/sim/elsewhere')
      await scene.run(10 * second)
      expect(postOf(relay).records.size).toBe(implementationLimits.mailSlotsStep)
      ben.crash()
      await scene.run(15 * second)
      anna.start()
      await scene.run(20 * second)
      expect(knownOf(anna, ben)).toEqual(['/sim/elsewhere'])
      // What waits for him waits here.
      const event = await scene.text(anna, ben, 'text')
      await scene.run(minute)
      expect(scene.delivery(anna, event)).toBe('written')
      expect(scene.world.ether.post.deposits).toBe(0)
      ben.start()
      await scene.run(20 * second)
      expect(scene.shown(ben, anna)).toEqual(['text'])
    })

    it('comes to be messages as well when the relay holds them, and is word alone when it does not any more', async () => {
      const { anna, ben, relay } = await withRelay()
      const kinds = () =>
        [...new Set([...postOf(relay).tags.keys()].map((tag) => tag.split(' ')[0]))].toSorted((a, b) =>
          (a ?? '') < (b ?? '') ? -1 : 1,
        )
      const hold = (on: boolean) =>
        scene.do<'setSettings'>(relay, { kind: 'setSettings', values: new Map([['serveMailbox', on]]) })
      await hold(true)
      await scene.run(20 * second)
      expect(kinds()).toEqual(['item', 'record'])
      const told = () => anna.disk.devices.get(ben.identity.device)
      expect([told()?.mailboxes.length, told()?.relays.length]).toEqual([1, 0])
      await hold(false)
      await scene.run(20 * second)
      expect(kinds()).toEqual(['record'])
      expect([told()?.mailboxes.length, told()?.relays.length]).toEqual([0, 1])
    })

    it('is told of to contacts when a relay begins to serve, and when it ends', async () => {
      const { anna, ben, relay } = await withRelay()
      const told = () => anna.disk.devices.get(ben.identity.device)?.relays.length
      expect(told()).toBe(1)
      for (const on of [false, true]) {
        await scene.do<'setSettings'>(relay, { kind: 'setSettings', values: new Map([['serveRelay', on]]) })
        await scene.run(10 * second)
        expect(told()).toBe(Number(on))
      }
    })

    it('says nothing there of invites, of which it has no tags', async () => {
      const { ben, relay } = await withRelay()
      const { registrations } = postOf(relay)
      await scene.invite(ben)
      await scene.run(10 * second)
      expect(postOf(relay).registrations).toBe(registrations)
    })

    it('is looked for at each of several, under the tag of today and then of yesterday', async () => {
      const { anna, ben, relay } = await withRelay()
      ben.crash()
      await scene.run(15 * second)
      const row = anna.disk.devices.get(ben.identity.device)
      if (row === undefined) throw new Error('no device')
      const mailboxes = [{ device: ben.identity.account as string as DeviceId, addresses: ['/sim/nowhere'] }]
      anna.crash()
      anna.disk.devices.set(row.device, { ...row, mailboxes })
      const counts = [relay.identity.device, mailboxes[0]?.device].map((device) => {
        const post = scene.world.ether.post.at(device as DeviceId)
        post.lookups = 0
        post.records.clear()
        return post
      })
      const lookups = () => counts.map((post) => post.lookups)
      anna.start()
      await scene.run(20 * second)
      expect(lookups()).toEqual([1, 1])
      await scene.run(2 * minute)
      expect(lookups()).toEqual([2, 2])
    })

    it('is asked for at most so many, whatever a contact names, and neither of us nor of itself', async () => {
      const { anna, ben, relay } = await withRelay()
      ben.crash()
      await scene.run(15 * second)
      const row = anna.disk.devices.get(ben.identity.device)
      if (row === undefined) throw new Error('no device')
      const at = (device: DeviceId) => ({ device, addresses: ['/sim/there'] })
      const relays = [anna.identity.device, ben.identity.device, relay.identity.device].map(at)
      const mailboxes = [at(relay.identity.device)]
      anna.crash()
      anna.disk.devices.set(row.device, { ...row, mailboxes, relays })
      postOf(relay).lookups = 0
      postOf(relay).records.clear()
      anna.start()
      await scene.run(20 * second)
      // Once, though it is named twice.
      expect([relay, ben, anna].map((peer) => postOf(peer).lookups)).toEqual([1, 0, 0])
    })
  })

  it('counts only when the one has signed it, for the other: what the two share is not enough', async () => {
    const { anna, ben, boxes } = await start()
    const [box] = boxes as [Peer]
    const { crypto, chance } = { crypto: scene.world.watch.crypto, chance: scene.world.chance }
    const post = scene.world.ether.post.at(box.identity.device)
    ben.crash()
    await scene.run(15 * second)
    const grant = anna.disk.devices.get(ben.identity.device)?.mail
    const slot = [...ben.disk.mailSlots.values()].find(({ device }) => device === anna.identity.device)
    if (grant === null || grant === undefined || slot === undefined) throw new Error('no slot')
    const [author, reader, mailbox] = [ben, anna, box].map(({ identity }) => identity.device) as [
      DeviceId,
      DeviceId,
      DeviceId,
    ]
    const place: Place = {
      key: grant.key,
      mailbox,
      owner: author,
      day: Math.floor(anna.nowMs / day),
      use: 'record',
    }
    const put = (seed: Uint8Array, parties: Parties, address: string) => {
      const word = encodeWhereabouts(crypto, { timeMs: anna.nowMs, addresses: [address] }, parties, seed)
      const record = sealForMailbox(crypto, place, word, entropyOf(chance.bytes(24)))
      post.records.set(toHex(mailTag(crypto, place)), record)
    }
    const signer = slotSigner(crypto, slot)
    for (const [seed, parties] of [
      [grant.key, { author, reader }],
      [signer, { author, reader: mailbox }],
      [signer, { author: reader, reader: author }],
    ] as const) {
      const refused = scene.refusals.get('itemRefused') ?? 0
      put(seed, parties, '/sim/forged')
      await scene.restart(anna)
      expect(knownOf(anna, ben)).not.toEqual(['/sim/forged'])
      expect(scene.refusals.get('itemRefused') ?? 0).toBeGreaterThan(refused)
    }
    put(signer, { author, reader }, '/sim/true')
    await scene.restart(anna)
    expect(knownOf(anna, ben)).toEqual(['/sim/true'])
  })

  it('is left anew every day, and not looked for without end', async () => {
    const { anna, ben, boxes } = await start()
    const [box] = boxes as [Peer]
    const post = scene.world.ether.post.at(box.identity.device)
    anna.crash()
    await scene.run(15 * second)
    ben.endpoint?.move('/sim/elsewhere')
    await scene.run(10 * second)
    const before = new Set(post.records.keys())
    for (const peer of [ben, box]) peer.clockOffsetMs = day
    await scene.run(11 * minute)
    const fresh = [...post.records.keys()].filter((tag) => !before.has(tag))
    expect(fresh.length).toBe(implementationLimits.mailSlotsStep)
    ben.crash()
    anna.clockOffsetMs = day
    anna.start()
    await scene.run(20 * second)
    expect(knownOf(anna, ben)).toEqual(['/sim/elsewhere'])
    // He is not there: she asks at longer and longer intervals.
    post.lookups = 0
    await scene.run(3 * 60 * minute)
    expect(post.lookups).toBeGreaterThan(3)
    expect(post.lookups).toBeLessThan(20)
  })
})
