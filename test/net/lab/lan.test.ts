/** Whole nodes on one LAN: two who meet by an invite, and what becomes of them when the LAN fails them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { whyNoHomes } from '../internet.ts'
import { Laboratory, last, numbered, until } from './laboratory.ts'
import type { Pair } from './laboratory.ts'

const why = whyNoHomes()
if (why !== null) console.warn(`Tests of whole nodes on a LAN are skipped: ${why}`)

let lab: Laboratory

beforeEach(() => {
  if (why === null) lab = new Laboratory()
})
afterEach(async () => {
  if (why === null) expect(await lab.remove()).toEqual([])
})

/** Each side's texts are with the other exactly once, shown in the order in which they were written. */
async function expectExchanged({ anna, ben, conversation }: Pair, ofAnna: readonly string[], ofBen: readonly string[]) {
  expect(await ben.shown(conversation)).toEqual(ofAnna)
  expect(await anna.shown(conversation)).toEqual(ofBen)
  expect(ben.arrived.toSorted()).toEqual(ofAnna.toSorted())
  expect(anna.arrived.toSorted()).toEqual(ofBen.toSorted())
}

describe.skipIf(why !== null)('whole nodes on a LAN', () => {
  it('meet by an invite and write to each other', async () => {
    const pair = await lab.meetOnLan()
    const { anna, ben, conversation } = pair
    await Promise.all([anna.connected(ben, 'lan'), ben.connected(anna, 'lan')])
    await anna.say(conversation, ['hello'])
    await anna.delivered(['hello'])
    await ben.say(conversation, ['hello yourself'])
    await ben.delivered(['hello yourself'])
    await Promise.all([ben.hears(['hello']), anna.hears(['hello yourself'])])
    await expectExchanged(pair, ['hello'], ['hello yourself'])
    expect(anna.states.get('hello')?.at(-1)).toBe('delivered')
  })

  it('find each other again at addresses that neither knew', async () => {
    const { anna, ben, conversation } = await lab.meetOnLan()
    await Promise.all([anna.stop(), ben.stop()])
    lab.internet.readdress('host0', '192.168.101.2/24', '192.168.101.22/24')
    lab.internet.readdress('host1', '192.168.101.3/24', '192.168.101.33/24')
    const [annaAgain, benAgain] = [await lab.node('host0', 'Anna'), await lab.node('host1', 'Ben')]
    await annaAgain.say(conversation, ['I moved'])
    await Promise.all([annaAgain.delivered(['I moved']), benAgain.hears(['I moved'])])
    expect(annaAgain.path(benAgain)).toBe('lan')
    expect(annaAgain.network?.addresses.filter((one) => !one.startsWith('/ip4/192.168.101.22/'))).toEqual([])
  })

  it('say everything exactly once and in order after a partition', async () => {
    const pair = await lab.meetOnLan()
    const { anna, ben, conversation } = pair
    lab.internet.cut('lan', 'host1', false)
    const [ofAnna, ofBen] = [numbered('Anna', 200), numbered('Ben', 200)]
    await Promise.all([anna.say(conversation, ofAnna), ben.say(conversation, ofBen)])
    await Promise.all([anna.parted(ben), ben.parted(anna)])
    expect([anna.arrived, ben.arrived]).toEqual([[], []])
    lab.internet.cut('lan', 'host1', true)
    const healedAtMs = Date.now()
    await Promise.all([anna.delivered(ofAnna, 60_000), ben.delivered(ofBen, 60_000)])
    await Promise.all([anna.hears(ofBen), ben.hears(ofAnna)])
    console.log(`200 messages each way ${Date.now() - healedAtMs} ms after the partition healed`)
    await expectExchanged(pair, ofAnna, ofBen)
  })

  it('get through 40 flaps while 30 % of all packets are lost, and hold no more descriptors (case 53)', async () => {
    const pair = await lab.meetOnLan()
    const { anna, ben, conversation } = pair
    await Promise.all([anna.connected(ben), ben.connected(anna)])
    const before = [anna.descriptors(), ben.descriptors()]
    for (const host of ['host0', 'host1']) lab.internet.lose(host, 0.3)
    const [ofAnna, ofBen] = [numbered('Anna', 40), numbered('Ben', 40)]
    for (let flap = 0; flap < 40; flap++) {
      lab.internet.cut('lan', 'host1', false)
      await Promise.all([anna.say(conversation, [ofAnna[flap] ?? '']), ben.say(conversation, [ofBen[flap] ?? ''])])
      lab.internet.cut('lan', 'host1', true)
      await last(300)
    }
    await Promise.all([anna.delivered(ofAnna, 60_000), ben.delivered(ofBen, 60_000)])
    for (const host of ['host0', 'host1']) lab.internet.lose(host, 0)
    await Promise.all([anna.hears(ofBen), ben.hears(ofAnna)])
    await expectExchanged(pair, ofAnna, ofBen)
    // What was replaced lingers for some seconds.
    const few = (): boolean =>
      [anna.descriptors() - (before[0] ?? 0), ben.descriptors() - (before[1] ?? 0)].every((more) => more <= 3)
    await until('the descriptors of before', few)
  })
})
