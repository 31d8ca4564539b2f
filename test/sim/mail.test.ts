import { afterEach, describe, expect, it } from 'vitest'
import { mailProblem } from '../../main/core/engine/mail/leave.ts'
import type { State } from '../../main/core/engine/state.ts'
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

function held(box: Peer): number {
  return scene.world.ether.post.at(box.identity.device).items.length
}

const texts = (count: number): readonly string[] => Array.from({ length: count }, (_, number) => `text ${number}`)

describe('a message for somebody who is away', () => {
  it('lies in their mailbox soon, and is theirs when they wake, though its sender is gone', async () => {
    const { anna, ben, boxes } = await start()
    const [box] = boxes as [Peer]
    expect(held(box)).toBe(0)
    ben.crash()
    await scene.run(15 * second)
    const [event] = await say(scene, anna, ben, 1)
    await scene.run(2 * second)
    expect(event !== undefined && scene.delivery(anna, event)).toBe('held')
    expect(held(box)).toBeGreaterThan(0)
    anna.crash()
    await scene.run(minute)
    ben.start()
    await scene.run(10 * second)
    expect(scene.shown(ben, anna)).toEqual(['hello', 'text 0'])
    expect(held(box)).toBe(0)
    // And when she is back she hears of it, and nothing is shown twice.
    anna.start()
    await scene.run(20 * second)
    expect(event !== undefined && scene.delivery(anna, event)).toBe('delivered')
    expect(scene.shown(ben, anna)).toEqual(['hello', 'text 0'])
    expect(anna.disk.outbox.size).toBe(0)
  })

  it('is told as delivered by a mailbox of the sender, when the two are never there together', async () => {
    const { anna, ben, boxes } = await start()
    const [box] = boxes as [Peer]
    await scene.meet(box, anna)
    await scene.run(20 * second)
    ben.crash()
    await scene.run(15 * second)
    const events = await say(scene, anna, ben, 40)
    await scene.run(5 * second)
    anna.crash()
    await scene.run(15 * second)
    ben.start()
    await scene.run(20 * second)
    expect(scene.shown(ben, anna)).toEqual(['hello', ...texts(40)])
    ben.crash()
    await scene.run(15 * second)
    anna.start()
    await scene.run(20 * second)
    for (const event of events) expect(scene.delivery(anna, event)).toBe('delivered')
    const way = anna.disk.deliveriesOf(events[0]?.event as never)[0]
    expect([way?.via, way?.mailbox]).toEqual(['mailbox', box.identity.device])
  })

  it('lies in two mailboxes and is shown once, also when one of them withholds, repeats, mixes up and damages', async () => {
    const { anna, ben } = await start(2)
    ben.crash()
    await scene.run(15 * second)
    await say(scene, anna, ben, 30)
    await scene.run(10 * second)
    Object.assign(scene.world.ether.post.weather, {
      withheld: 0.3,
      repeated: 0.5,
      reordered: 0.5,
      damaged: 0.2,
      unanswered: 0.2,
    })
    anna.crash()
    ben.start()
    await scene.run(10 * minute)
    Object.assign(scene.world.ether.post.weather, { withheld: 0, repeated: 0, reordered: 0, damaged: 0, unanswered: 0 })
    anna.start()
    await scene.run(5 * minute)
    expect(scene.shown(ben, anna)).toEqual(['hello', ...texts(30)])
    expect(anna.disk.outbox.size).toBe(0)
  })

  it('waits here while the mailbox is full, cannot be reached or does not know us, and nothing is lost', async () => {
    const { anna, ben, boxes } = await start()
    const [box] = boxes as [Peer]
    const { refusing } = scene.world.ether.post
    for (const outcome of ['full', 'busy', 'unknownTag', 'unreachable'] as const) {
      refusing.set(box.identity.device, outcome)
      ben.crash()
      await scene.run(15 * second)
      const [event] = await say(
        scene,
        anna,
        ben,
        1,
        [...refusing.keys()].length + ['full', 'busy', 'unknownTag', 'unreachable'].indexOf(outcome) * 10,
      )
      await scene.run(30 * second)
      expect(event !== undefined && scene.delivery(anna, event)).toBe('written')
      const told = (): string | null => mailProblem(anna.driver?.state() as State, ben.identity.device)
      expect(told()).toBe(outcome)
      refusing.delete(box.identity.device)
      await scene.run(11 * minute)
      expect(event !== undefined && scene.delivery(anna, event)).toBe('held')
      expect(told()).toBe(null)
      ben.start()
      await scene.run(30 * second)
      expect(event !== undefined && scene.delivery(anna, event)).toBe('delivered')
    }
    expect(scene.shown(ben, anna).length).toBe(5)
  })

  it('is left anew when a mailbox had it longer than it keeps anything', async () => {
    const { anna, ben, boxes } = await start()
    const [box] = boxes as [Peer]
    ben.crash()
    await scene.run(15 * second)
    await say(scene, anna, ben, 1)
    await scene.run(5 * second)
    const before = held(box)
    expect(before).toBeGreaterThan(0)
    scene.world.ether.post.at(box.identity.device).items = []
    anna.crash()
    for (const peer of scene.world.peers) peer.clockOffsetMs = 29 * day
    anna.start()
    await scene.run(20 * second)
    expect(held(box)).toBe(0)
    anna.crash()
    for (const peer of scene.world.peers) peer.clockOffsetMs = 31 * day
    anna.start()
    await scene.run(20 * second)
    expect(held(box)).toBeGreaterThan(0)
  })
})

describe('an invite whose maker sleeps', () => {
  async function invited(): Promise<{ anna: Peer; ben: Peer; carl: Peer; box: Peer; link: string }> {
    scene = await new Scene(4).begin()
    const [anna, ben, box, carl] = [0, 1, 2, 3].map((number) => scene.peer(number)) as [Peer, Peer, Peer, Peer]
    await scene.meet(box, ben)
    await serve(scene, box)
    await scene.run(10 * second)
    const { link } = await scene.invite(ben)
    await scene.run(10 * second)
    ben.crash()
    await scene.run(15 * second)
    return { anna, ben, carl, box, link }
  }

  it('is accepted by way of his mailbox, with what is said at once; he finds both when he wakes', async () => {
    const { anna, ben, box, link } = await invited()
    await scene.accept(anna, link)
    const conversation = scene.conversation(anna, ben)
    await scene.do<'sendText'>(anna, { kind: 'sendText', conversation, clientId: 'first', text: 'first' })
    await scene.run(30 * second)
    expect(scene.contact(anna, ben).state).toBe('active')
    const [event] = anna.disk.inOrder(conversation)
    expect(event !== undefined && scene.delivery(anna, event)).toBe('held')
    for (const { bytes } of scene.world.ether.post.at(box.identity.device).items) {
      expect(Buffer.from(bytes).includes(Buffer.from(anna.identity.device, 'hex'))).toBe(false)
    }
    anna.crash()
    await scene.run(15 * second)
    ben.start()
    await scene.run(20 * second)
    expect(scene.shown(ben, anna)).toEqual(['first'])
    expect(scene.contact(ben, anna).state).toBe('active')
    anna.start()
    await scene.run(20 * second)
    expect(scene.contact(anna, ben).acceptedInvite).toBe(null)
    expect(event !== undefined && scene.delivery(anna, event)).toBe('delivered')
  })

  it('tells the second who takes it that it was used, and whoever is late that it was withdrawn', async () => {
    const { anna, ben, carl, link } = await invited()
    await scene.accept(anna, link)
    await scene.run(30 * second)
    ben.start()
    await scene.run(20 * second)
    ben.crash()
    await scene.run(15 * second)
    await scene.accept(carl, link)
    await scene.run(30 * second)
    expect(scene.contact(carl, ben).pendingProblem).toBe('inviteUsed')
    ben.start()
    await scene.run(10 * second)
    const second2 = await scene.invite(ben)
    await scene.run(10 * second)
    await scene.do<'withdrawInvite'>(ben, { kind: 'withdrawInvite', invite: second2.invite.invite })
    await scene.run(10 * second)
    ben.crash()
    await scene.run(15 * second)
    await scene.accept(carl, second2.link)
    await scene.run(30 * second)
    expect(scene.contact(carl, ben).pendingProblem).toBe('inviteWithdrawn')
  })

  it('makes no contact of whoever has not its secret, and of two who take it at once only one', async () => {
    const { anna, ben, carl, box, link } = await invited()
    const post = scene.world.ether.post.at(box.identity.device)
    await scene.accept(anna, link)
    await scene.accept(carl, link)
    await scene.run(30 * second)
    // What the mailbox alters, or makes itself, leads nowhere.
    const forged = post.items.map((item, at) => ({
      ...item,
      id: at.toString(16).padStart(32, '0'),
      bytes: item.bytes.map((byte, place) => (place === 60 ? byte ^ 1 : byte)),
    }))
    post.items.push(...forged)
    console.log(
      'FORGED',
      forged.length,
      post.items.map((i) => i.tag.slice(0, 6) + ' ' + i.bytes.length),
    )
    expect(forged.length).toBeGreaterThan(1)
    anna.crash()
    carl.crash()
    await scene.run(15 * second)
    ben.start()
    await scene.run(30 * second)
    const known = [anna, carl].filter((peer) => ben.disk.contacts.has(peer.identity.account))
    expect(known.length).toBe(1)
    expect(scene.refusals.get('itemRefused')).toBe(forged.length)
    for (const peer of [anna, carl]) peer.start()
    await scene.run(30 * second)
    const problems = [anna, carl].map((peer) => scene.contact(peer, ben).pendingProblem)
    expect(problems.filter((problem) => problem === 'inviteUsed').length).toBe(1)
  })
})
