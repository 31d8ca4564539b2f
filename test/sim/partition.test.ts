/** Ten minutes without each other, and a thousand texts each way: the clock is simulated. */
import { expect, it } from 'vitest'
import { checkHealed } from './checks.ts'
import type { Peer } from './peer.ts'
import { Scene } from './scene.ts'

const [second, minute] = [1_000, 60_000]
const each = 1_000
const seeds = [1, 2]
console.log(`partition: seeds ${seeds.join(', ')}`)

it.each(seeds)(
  'case 52: a partition of ten minutes with 1,000 texts each way heals within 30 s, each once and in order (%s)',
  async (seed) => {
    const scene = await new Scene(2, seed).begin()
    const [anna, ben] = [scene.peer(0), scene.peer(1)]
    await scene.meet(anna, ben)
    const { ether, schedule } = scene.world
    ether.partition(anna.identity.device, ben.identity.device, true)
    const endsMs = schedule.nowMs + 10 * minute
    for (let number = 0; number < each; number++) {
      for (const [from, to] of [
        [anna, ben],
        [ben, anna],
      ] as const) {
        await scene.text(from, to, `${from.name} ${number}`)
      }
    }
    await schedule.runUntil(Math.max(endsMs, schedule.nowMs))
    const heard = (at: Peer, of: Peer) =>
      at.disk
        .inOrder(scene.conversation(at, of))
        .flatMap((row) => (row.device === of.identity.device ? [row.text] : []))
    expect([heard(anna, ben).length, heard(ben, anna).length]).toEqual([0, 0])
    ether.partition(anna.identity.device, ben.identity.device, false)
    await scene.run(30 * second)
    for (const [at, of] of [
      [anna, ben],
      [ben, anna],
    ] as const) {
      expect(heard(at, of)).toEqual(Array.from({ length: each }, (_, number) => `${of.name} ${number}`))
      expect(at.disk.outbox.size).toBe(0)
    }
    checkHealed(scene.world)
    scene.assertSound()
  },
)
