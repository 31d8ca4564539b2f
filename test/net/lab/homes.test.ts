/** Whole nodes in two homes behind NATs, and contacts of theirs on the public network who serve as relays. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { befriend } from '../../interop/headlessNode.ts'
import { whyNoHomes } from '../internet.ts'
import type { Nat } from '../internet.ts'
import { Laboratory, numbered, servingPort } from './laboratory.ts'
import type { Pair } from './laboratory.ts'

const why = whyNoHomes()
if (why !== null) console.warn(`Tests of whole nodes in two homes are skipped: ${why}`)

let lab: Laboratory

beforeEach(() => {
  if (why === null) lab = new Laboratory()
})
afterEach(async () => {
  if (why === null) expect(await lab.remove()).toEqual([])
})

let round = 0

/** A message each way, from now on. */
async function expectTalk({ anna, ben, conversation }: Pair, timeoutMs = 30_000): Promise<void> {
  const [ofAnna, ofBen] = [`Anna, round ${++round}`, `Ben, round ${round}`]
  await Promise.all([anna.say(conversation, [ofAnna]), ben.say(conversation, [ofBen])])
  await Promise.all([anna.delivered([ofAnna], timeoutMs), ben.delivered([ofBen], timeoutMs)])
  await Promise.all([anna.hears([ofBen]), ben.hears([ofAnna])])
}

describe.skipIf(why !== null)('whole nodes in two homes', () => {
  it.each<[Nat, Nat]>([
    ['cone', 'portRestricted'],
    ['symmetric', 'symmetric'],
  ])('behind %s and %s NATs meet by an invite and talk through a contact who serves', async (natA, natB) => {
    await lab.homes(natA, natB, 15)
    const relay = await lab.server('public', 10, 'Rita', { serveRelay: true })
    const pair = await lab.meetFromHomes([relay])
    const sentAtMs = Date.now()
    await expectTalk(pair)
    console.log(`${natA}/${natB}: messages both ways after ${Date.now() - sentAtMs} ms, 15 ms from home to the world`)
    expect(relay.arrived).toEqual([])
    expect(relay.path(pair.anna)).toBe('direct')
    // Where the NATs let them they find a direct way beside it; else they stay with the relay.
    const path = natA === 'symmetric' ? 'relay' : 'webrtc'
    await Promise.all([pair.anna.connected(pair.ben, path), pair.ben.connected(pair.anna, path)])
    await expectTalk(pair)
  })

  it('lose their relay, wait, and go on when it is back (case 56)', async () => {
    await lab.homes('portRestricted', 'symmetric')
    const relay = await lab.server('public', 10, 'Rita', { serveRelay: true })
    const pair = await lab.meetFromHomes([relay])
    await expectTalk(pair)
    await relay.kill('SIGKILL')
    await Promise.all([pair.anna.parted(pair.ben), pair.ben.parted(pair.anna)])
    const waiting = numbered('while the relay is dead', 20)
    await pair.anna.say(pair.conversation, waiting)
    await lab.node('public', 'Rita', { port: servingPort })
    const backAtMs = Date.now()
    await Promise.all([pair.anna.delivered(waiting, 60_000), pair.ben.hears(waiting, 60_000)])
    console.log(`delivered ${Date.now() - backAtMs} ms after the relay's return`)
    await expectTalk(pair)
    expect((await pair.ben.shown(pair.conversation)).filter((text) => waiting.includes(text))).toEqual(waiting)
  })

  it('lose one of two relays and go on through the other one (case 56)', async () => {
    await lab.homes('symmetric', 'symmetric')
    const first = await lab.server('first', 10, 'Rita', { serveRelay: true })
    const pair = await lab.meetFromHomes([first])
    await Promise.all([pair.anna.connected(pair.ben, 'relay'), pair.ben.connected(pair.anna, 'relay')])
    // The second one comes when the first carries the two, so it is the first that they lose.
    const second = await lab.server('second', 11, 'Rosa', { serveRelay: true })
    for (const one of [pair.anna, pair.ben]) {
      await befriend(second, one)
      await one.reachable('/ip4/11.22.33.11/tcp/4001/p2p/')
    }
    // Where each can be reached is told before what each says.
    await expectTalk(pair)
    await first.kill('SIGKILL')
    const killedAtMs = Date.now()
    await expectTalk(pair, 60_000)
    console.log(`through the other relay ${Date.now() - killedAtMs} ms after the first one died`)
    expect([pair.anna.path(pair.ben), pair.ben.path(pair.anna)]).toEqual(['relay', 'relay'])
  })

  it('do not notice that a router forgot their connections (case 54)', async () => {
    await lab.homes('symmetric', 'symmetric')
    const relay = await lab.server('public', 10, 'Rita', { serveRelay: true })
    const pair = await lab.meetFromHomes([relay])
    await expectTalk(pair)
    for (let time = 0; time < 2; time++) {
      await lab.internet.forget('homeA')
      await expectTalk(pair)
    }
    expect([...pair.anna.warnings, ...pair.ben.warnings]).toEqual([])
  })
})
