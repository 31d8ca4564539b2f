/** Mailboxes that withhold, mix up, repeat and keep what they were told to remove, or lose what they said they had. */
import { afterEach, describe, expect, it } from 'vitest'
import { implementationLimits } from '../../main/core/limits.ts'
import type { SimMailbox } from './mailboxes.ts'
import type { Peer } from './peer.ts'
import { Scene } from './scene.ts'

const [second, minute] = [1_000, 60_000]
const { mailBatchesMax, mailPauseMs, mailRefusedBatchesMax } = implementationLimits
const seed = 57
console.log(`mailboxes that lie: seed ${seed}`)

let scene: Scene
afterEach(() => {
  scene.assertSound()
  // What is offered twice is recognised; nobody is asked to seal it anew.
  expect(scene.refusals.get('undecryptable') ?? 0).toBe(0)
})

interface Cast {
  readonly anna: Peer
  readonly ben: Peer
  readonly boxes: readonly SimMailbox[]
}

/** Anna and Ben, and mailboxes of Ben's that Anna does not know; Ben is away. */
async function begin(mailboxes: number): Promise<Cast> {
  scene = await new Scene(2 + mailboxes, seed).begin()
  const [anna, ben] = [scene.peer(0), scene.peer(1)]
  await scene.meet(ben, anna)
  const boxes: SimMailbox[] = []
  for (let number = 0; number < mailboxes; number++) {
    const box = scene.peer(2 + number)
    await scene.meet(box, ben)
    await scene.do<'setSettings'>(box, { kind: 'setSettings', values: new Map([['serveMailbox', true]]) })
    boxes.push(scene.world.ether.post.at(box.identity.device))
  }
  await scene.run(10 * second)
  ben.crash()
  await scene.run(15 * second)
  return { anna, ben, boxes }
}

/** What Anna leaves for Ben before she is gone too: the id of the item that holds each text, by mailbox. */
async function leave({ anna, ben, boxes }: Cast, count: number): Promise<readonly (readonly string[])[]> {
  const ids = boxes.map((): string[] => [])
  for (let number = 0; number < count; number++) {
    const before = boxes.map(({ items }) => new Set(items.map(({ id }) => id)))
    await scene.text(anna, ben, `text ${number}`)
    await scene.run(10 * second)
    boxes.forEach(({ items }, at) => ids[at]?.push(...items.flatMap(({ id }) => (before[at]?.has(id) ? [] : id))))
  }
  for (const one of ids) expect(one.length).toBe(count)
  anna.crash()
  await scene.run(15 * second)
  return ids
}

const texts = (count: number): readonly string[] => Array.from({ length: count }, (_, number) => `text ${number}`)
const textsWithout = (count: number, missing: number) => texts(count).filter((_, number) => number !== missing)

/** What Ben is shown, and before which texts how many are marked as missing. */
function seen({ anna, ben }: Cast) {
  const rows = ben.disk.inOrder(scene.conversation(anna, ben)).filter(({ text }) => text?.startsWith('text') === true)
  const gaps = rows.flatMap((row) => {
    const { missingBefore } = ben.disk.recordOf(row)
    return missingBefore === 0 ? [] : [[row.text, missingBefore]]
  })
  return { texts: rows.map(({ text }) => text), gaps }
}

describe('a mailbox', () => {
  it('case 57: that withholds one of many, its sender gone, leaves a gap in sight, and its return fills it', async () => {
    const cast = await begin(1)
    const [box] = cast.boxes as [SimMailbox]
    const [ids = []] = await leave(cast, 10)
    box.withheld.add(ids[4] ?? '')
    cast.ben.start()
    await scene.run(10 * minute)
    expect(seen(cast)).toEqual({ texts: textsWithout(10, 4), gaps: [['text 5', 1]] })
    cast.anna.start()
    await scene.run(30 * second)
    expect(seen(cast)).toEqual({ texts: texts(10), gaps: [] })
    // What it shows at last is no news.
    box.withheld.clear()
    await scene.restart(cast.ben)
    expect(seen(cast)).toEqual({ texts: texts(10), gaps: [] })
    expect(box.items).toEqual([])
  })

  it('case 57: that withholds is found out through a second one: nothing is missing, though the sender is gone', async () => {
    const cast = await begin(2)
    const [one, other] = cast.boxes as [SimMailbox, SimMailbox]
    const [ofOne = [], ofOther = []] = await leave(cast, 10)
    for (const number of [0, 3, 9]) one.withheld.add(ofOne[number] ?? '')
    for (const number of [1, 4]) other.withheld.add(ofOther[number] ?? '')
    cast.ben.start()
    await scene.run(minute)
    expect(seen(cast)).toEqual({ texts: texts(10), gaps: [] })
  })

  it('case 57: that mixes up and repeats shows each once, in the order of the sender', async () => {
    const cast = await begin(1)
    await leave(cast, 30)
    Object.assign(scene.world.ether.post.weather, { reordered: 1, repeated: 0.5 })
    cast.ben.start()
    await scene.run(20 * second)
    await scene.restart(cast.ben)
    expect(seen(cast)).toEqual({ texts: texts(30), gaps: [] })
    Object.assign(scene.world.ether.post.weather, { reordered: 0, repeated: 0 })
    cast.anna.start()
    await scene.run(30 * second)
    expect(seen(cast)).toEqual({ texts: texts(30), gaps: [] })
    expect(cast.anna.disk.outbox.size).toBe(0)
  })

  it('case 57: that lies about deletion shows nothing twice, and is asked no more often than it may be', async () => {
    const cast = await begin(1)
    const [box] = cast.boxes as [SimMailbox]
    await leave(cast, 5)
    // It offers everything again, always, and says each time that there is more.
    box.keepsAll = true
    cast.ben.start()
    await scene.run(10 * second)
    const seenBefore = cast.ben.disk.seen.size
    const before = box.collections
    await scene.run(3 * mailPauseMs)
    expect(box.collections - before).toBeGreaterThan(3)
    expect(box.collections - before).toBeLessThanOrEqual(4 * mailBatchesMax)
    expect(cast.ben.disk.seen.size).toBe(seenBefore)
    expect(seen(cast)).toEqual({ texts: texts(5), gaps: [] })
  })

  it('case 57: that brings nobody’s things for ever is given a rest, and what a friend left is taken all the same', async () => {
    const cast = await begin(1)
    const [box] = cast.boxes as [SimMailbox]
    await leave(cast, 3)
    const owner = cast.ben.identity.device
    const noise = Array.from({ length: 40 }, (_, number) => {
      const id = number.toString(16).padStart(32, '0')
      return { id, owner, tag: id, bytes: new Uint8Array(500).fill(number) }
    })
    box.items = [...noise.slice(0, 10), ...box.items, ...noise.slice(10)]
    box.keepsAll = true
    cast.ben.start()
    await scene.run(10 * second)
    expect(seen(cast)).toEqual({ texts: texts(3), gaps: [] })
    const before = box.collections
    await scene.run(3 * mailPauseMs)
    expect(box.collections - before).toBeGreaterThan(3)
    // To find out that something is nobody's costs a derivation for every contact and day.
    expect(box.collections - before).toBeLessThanOrEqual(4 * mailRefusedBatchesMax)
  })

  it('case 57: that said it had them and lost them is made good by the sender when both are there', async () => {
    const cast = await begin(1)
    const [box] = cast.boxes as [SimMailbox]
    box.forgets = true
    for (const text of texts(5)) await scene.text(cast.anna, cast.ben, text)
    await scene.run(10 * second)
    box.forgets = false
    await scene.text(cast.anna, cast.ben, 'text 5')
    await scene.run(10 * second)
    cast.anna.crash()
    cast.ben.start()
    await scene.run(10 * minute)
    // The one that it kept says how many came before it.
    expect(seen(cast)).toEqual({ texts: ['text 5'], gaps: [['text 5', 5]] })
    cast.anna.start()
    await scene.run(30 * second)
    expect(seen(cast)).toEqual({ texts: texts(6), gaps: [] })
  })
})
