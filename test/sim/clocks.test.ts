/** What clocks do that are wrong, by accident or on purpose. */
import { afterEach, describe, expect, it } from 'vitest'
import { eventIdOf } from '../../main/core/ids.ts'
import { implementationLimits } from '../../main/core/limits.ts'
import { encodeContent } from '../../main/core/wire/contents.ts'
import { Hostile } from './hostile.ts'
import { Scene } from './scene.ts'

let scene: Scene

afterEach(() => {
  expect(scene.world.watch.violations).toEqual([])
  expect(scene.warnings.filter((warning) => warning.startsWith('stepFailed'))).toEqual([])
})

describe('a clock', () => {
  it('that is ten years ahead for some hours does not take open invites with it (case 49)', async () => {
    scene = await new Scene(2).begin()
    const [victim, friend] = [scene.peer(0), scene.peer(1)]
    // Long enough for the clock to have been seen going.
    await scene.run(7_200_000)
    const { link } = await scene.invite(victim)
    victim.clockOffsetMs = 10 * 365 * 86_400_000
    await scene.run(7_200_000)
    await scene.restart(victim)
    await scene.run(7_200_000)
    victim.clockOffsetMs = 0
    await scene.restart(victim)
    await scene.accept(friend, link)
    await scene.run(30_000)
    expect(scene.contact(friend, victim)).toMatchObject({ state: 'active', pendingProblem: null })
  })

  it('that is set back by days, or goes ahead with who leaves something, loses nothing at a mailbox (case 49)', async () => {
    scene = await new Scene(3).begin()
    const [anna, ben, box] = [scene.peer(0), scene.peer(1), scene.peer(2)]
    await scene.meet(ben, anna)
    await scene.meet(box, ben)
    await scene.do<'setSettings'>(box, { kind: 'setSettings', values: new Map([['serveMailbox', true]]) })
    await scene.run(10_000)
    for (const offsetDays of [-5, 5]) {
      ben.crash()
      await scene.run(15_000)
      const [early, late] = offsetDays < 0 ? [ben, anna] : [anna, ben]
      ;[early.clockOffsetMs, late.clockOffsetMs] = [offsetDays * 86_400_000, 0]
      await scene.text(anna, ben, `by ${offsetDays}`)
      await scene.run(10_000)
      anna.crash()
      ben.start()
      await scene.run(20_000)
      expect(scene.shown(ben, anna)).toContain(`by ${offsetDays}`)
      for (const peer of [anna, ben]) peer.clockOffsetMs = 0
      anna.start()
      await scene.run(30_000)
    }
    expect(scene.refusals.get('itemRefused') ?? 0).toBe(0)
  })

  it('that goes as it should lets go of what has expired', async () => {
    scene = await new Scene(1).begin()
    const victim = scene.peer(0)
    const lifetimeMs = 3_600_000
    await scene.invite(victim, lifetimeMs)
    expect(victim.disk.prekeys.size).toBe(1)
    await scene.run(3 * lifetimeMs)
    expect(victim.disk.prekeys.size).toBe(0)
  })
})

describe('a turned contact', () => {
  it('cannot stop us from writing with a clock at its end (case 49)', async () => {
    scene = await new Scene(2).begin()
    const [victim, friend] = [scene.peer(0), scene.peer(1)]
    await scene.meet(victim, friend)
    await scene.text(victim, friend, 'first')
    await scene.run(5_000)
    const turned = Hostile.contact(scene, victim, friend)
    await scene.run(11_000)
    expect(await turned.connect()).toBe(true)
    const conversation = scene.conversation(victim, friend)
    const ahead = victim.nowMs + implementationLimits.aheadMsMax
    for (const [at, sequence] of [1, 2, 3, Number.MAX_SAFE_INTEGER].entries()) {
      const [heads, counter] = [[...(victim.disk.conversations.get(conversation)?.heads ?? [])], 0xffffffff]
      const id = eventIdOf(new Uint8Array(16).fill(at + 1))
      const event = { id, conversation, sequence, timeMs: ahead, counter, heads } as const
      await turned.say(encodeContent({ kind: 'event', event: { ...event, body: { kind: 'text', text: `h${at}` } } }))
    }
    await scene.text(victim, friend, 'mine')
    expect(scene.shown(victim, friend)).toEqual(['first', 'h0', 'h1', 'h2', 'h3', 'mine'])
    for (const row of victim.disk.inOrder(conversation)) expect(row.counter).toBeLessThanOrEqual(0xffffffff)
  })
})
