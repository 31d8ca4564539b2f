/** What lines do to two people who talk: they break, lose one direction, lose much, and change their address. */
import { describe, expect, it } from 'vitest'
import { checkHealed } from './checks.ts'
import type { Peer } from './peer.ts'
import { Scene } from './scene.ts'

const [second, minute] = [1_000, 60_000]
const seeds = [1, 2, 3]
console.log(`lines: seeds ${seeds.join(', ')}`)

interface Pair {
  readonly scene: Scene
  readonly anna: Peer
  readonly ben: Peer
  readonly say: (count: number) => Promise<void>
  /** How many texts each has been shown of the other, in all. */
  readonly shown: () => number
  said: number
}

async function begin(seed: number): Promise<Pair> {
  const scene = await new Scene(2, seed).begin()
  const [anna, ben] = [scene.peer(0), scene.peer(1)]
  await scene.meet(anna, ben)
  const shown = (): number =>
    [anna, ben].reduce((sum, peer) => {
      const rows = peer.disk.inOrder(scene.conversation(anna, ben))
      return sum + rows.filter((row) => row.device !== peer.identity.device).length
    }, 0)
  const pair: Pair = {
    scene,
    anna,
    ben,
    said: 0,
    shown,
    say: async (count) => {
      for (let number = 0; number < count; number++) {
        const [from, to] = pair.said % 2 === 0 ? [anna, ben] : [ben, anna]
        await scene.text(from, to, `text ${pair.said++}`)
      }
    },
  }
  return pair
}

/** Each text once, in the order of its sender, known as delivered; and memory is as the disk. */
function expectExact({ scene, shown, said }: Pair): void {
  checkHealed(scene.world)
  scene.assertSound()
  expect(shown()).toBe(said)
}

/** What a run keeps in memory for its lines: timers of the world, and flows of the engines. */
function kept({ scene, anna, ben }: Pair): readonly number[] {
  const flows = [anna, ben].map((peer) => [...(peer.driver?.state().flows() ?? [])].length)
  return [scene.world.schedule.waiting, ...flows]
}

describe('a line that breaks', () => {
  it.each(seeds)(
    'case 53: 300 times lets everything through once and in order, and leaves nothing behind (%s)',
    async (seed) => {
      const pair = await begin(seed)
      const { scene } = pair
      const { chance, ether } = scene.world
      const flap = async (): Promise<void> => {
        while (!ether.breakOne()) await scene.run(second)
        await pair.say(2)
        await scene.run(chance.between(200, 4_000))
      }
      await flap()
      await scene.run(minute)
      const before = kept(pair)
      for (let number = 1; number < 300; number++) {
        await flap()
        // Progress while it goes on, not only once it has ended.
        if (number % 50 === 0) expect(pair.said - pair.shown()).toBeLessThan(60)
      }
      await scene.run(minute)
      expectExact(pair)
      expect(pair.said).toBe(600)
      kept(pair).forEach((count, at) => expect(count).toBeLessThanOrEqual((before[at] ?? 0) + 4))
    },
  )
})

describe('a line of which one direction is lost', () => {
  it.each(seeds)('case 53: delivers everything once, in order, once both are back (%s)', async (seed) => {
    const pair = await begin(seed)
    const { scene } = pair
    const [a, b] = [pair.anna.identity.device, pair.ben.identity.device]
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      scene.world.ether.lose(from, to)
      // Some of it, and its acknowledgments, while neither has noticed.
      await pair.say(20)
      await scene.run(5 * second)
      await pair.say(20)
      await scene.run(minute)
      expect(pair.shown()).toBeLessThan(pair.said)
      scene.world.ether.findAgain(from, to)
      await scene.run(30 * second)
      expect(pair.shown()).toBe(pair.said)
    }
    expectExact(pair)
  })
})

describe('a line that loses 30 % and takes up to 500 ms', () => {
  it.each(seeds)('case 53: goes on delivering, and has delivered everything, while it is so (%s)', async (seed) => {
    const pair = await begin(seed)
    const { scene } = pair
    Object.assign(scene.world.ether.weather, { delayMsMin: 0, delayMsMax: 500, dropped: 0.3 })
    let before = pair.shown()
    for (let round = 0; round < 10; round++) {
      await pair.say(20)
      await scene.run(minute)
      expect(pair.shown()).toBeGreaterThan(before)
      before = pair.shown()
    }
    for (let round = 0; round < 30 && pair.shown() < pair.said; round++) await scene.run(minute)
    expect(pair.shown()).toBe(pair.said)
    Object.assign(scene.world.ether.weather, { dropped: 0 })
    await scene.run(10 * minute)
    expectExact(pair)
  })
})

describe('a line whose end is seen at another address', () => {
  it.each(seeds)('case 54: goes on without a word, with nothing lost and nothing twice (%s)', async (seed) => {
    const pair = await begin(seed)
    const { scene } = pair
    const { chance, ether } = scene.world
    for (let round = 0; round < 20; round++) {
      await pair.say(chance.between(1, 10))
      await scene.run(chance.between(0, 2_000))
      ether.rebind(pair.anna.identity.device, pair.ben.identity.device)
      await pair.say(chance.between(1, 10))
      // Both have noticed, one has dialled, and what was lost is sent again.
      await scene.run(30 * second)
      expect(pair.shown()).toBe(pair.said)
    }
    expectExact(pair)
  })
})
