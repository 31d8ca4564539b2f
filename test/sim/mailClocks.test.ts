/** What mailboxes and wrong clocks do to each other. */
import { afterEach, describe, expect, it } from 'vitest'
import { castOfMail } from './mailCast.ts'
import type { SimMailbox } from './mailboxes.ts'
import type { Peer } from './peer.ts'
import type { Scene } from './scene.ts'

const [second, minute, day] = [1_000, 60_000, 86_400_000]

let scene: Scene
afterEach(() => scene.assertSound())

/** Anna and Ben, who have spoken; and the holder of his messages, with what it holds. */
async function begin(): Promise<{ anna: Peer; ben: Peer; holder: Peer; box: SimMailbox }> {
  const cast = await castOfMail(1, 63)
  scene = cast.scene
  const [holder] = cast.boxes as [Peer]
  return { anna: cast.anna, ben: cast.ben, holder, box: scene.world.ether.post.at(holder.identity.device) }
}

describe('a clock that is years off when the device wakes', () => {
  it.each([-400, 400])('loses nothing that lies in a mailbox (%i days)', async (days) => {
    const { anna, ben, holder, box } = await begin()
    ben.crash()
    await scene.run(15 * second)
    await scene.text(anna, ben, 'text')
    await scene.run(10 * second)
    anna.crash()
    ben.clockOffsetMs = days * day
    ben.start()
    await scene.run(30 * second)
    expect(scene.shown(ben, anna)).toEqual(['hello', 'text'])
    expect(box.items).toEqual([])
    // Set right, he is found as before.
    ben.crash()
    ben.clockOffsetMs = 0
    holder.crash()
    holder.start()
    ben.start()
    await scene.run(30 * second)
    ben.crash()
    anna.start()
    await scene.run(30 * second)
    await scene.text(anna, ben, 'text 2')
    await scene.run(10 * second)
    anna.crash()
    ben.start()
    await scene.run(30 * second)
    expect(scene.shown(ben, anna)).toEqual(['hello', 'text', 'text 2'])
  })

  it('does not hold up what is to be left once it is set right', async () => {
    const { anna, ben, holder } = await begin()
    ben.crash()
    anna.crash()
    scene.world.ether.partition(anna.identity.device, holder.identity.device, true)
    anna.clockOffsetMs = 20 * day
    anna.start()
    await scene.run(15 * second)
    const event = await scene.text(anna, ben, 'text')
    await scene.run(10 * second)
    expect(scene.delivery(anna, event)).toBe('written')
    scene.world.ether.partition(anna.identity.device, holder.identity.device, false)
    anna.clockOffsetMs = 0
    await scene.run(11 * minute)
    expect(scene.delivery(anna, event)).toBe('held')
  })
})
