/** Attacks on which messages are shown, how often, and in which order. */
import { afterEach, describe, expect, it } from 'vitest'
import { implementationLimits, protocolLimits } from '../../main/core/limits.ts'
import { countSkipped } from '../../main/core/session/skippedKeys.ts'
import { Chance } from '../sim/schedule.ts'
import { Scene } from '../sim/scene.ts'
import type { Machine } from './machine.ts'
import { acquainted, connect, envelopesOf, exchange } from './machine.ts'
import { envelope, Turned } from './turned.ts'

/** `count` texts of the contact's in two turns, sealed and not delivered: 1,000 of the first turn, the rest of the second. */
function twoTurns(anna: Machine, ben: Machine, count: number): { turned: Turned; sealed: Uint8Array[] } {
  const turned = new Turned(ben, anna)
  anna.hear(ben.device, envelope(turned.seal(turned.text(1))))
  const sealed: Uint8Array[] = []
  const sealUpTo = (last: number) => {
    while (sealed.length < last) sealed.push(envelope(turned.seal(turned.text(sealed.length + 2))))
  }
  sealUpTo(protocolLimits.skipMax)
  anna.say(ben, 'begins a turn')
  const [answer] = envelopesOf(anna.take())
  if (answer === undefined) throw new Error('no answer')
  turned.open(answer.subarray(2))
  sealUpTo(count)
  return { turned, sealed }
}

function shuffled<T>(list: readonly T[], seed: number): T[] {
  const chance = new Chance(seed)
  const result = [...list]
  for (let i = result.length - 1; i > 0; i--) {
    const j = chance.below(i + 1)
    ;[result[i], result[j]] = [result[j] as T, result[i] as T]
  }
  return result
}

/** What is shown of the other's, with how many are missing before each. */
function withGaps(at: Machine, other: Machine): readonly (readonly [string | null, number])[] {
  const rows = at.disk.inOrder(at.conversation(other)).filter((row) => row.device === other.device)
  return rows.map((row) => [row.text, at.disk.recordOf(row).missingBefore])
}

describe('two paths', () => {
  let scene: Scene
  afterEach(() => scene.assertSound())

  it('case 7: one message over two paths is one row and one notification', async () => {
    scene = await new Scene(2, 7).begin()
    const [a, b] = [scene.peer(0), scene.peer(1)]
    await scene.meet(a, b)
    // Every frame is carried twice, each copy in its own time, so that they overtake each other.
    Object.assign(scene.world.ether.weather, { repeated: 1, reordered: 1, delayMsMin: 1, delayMsMax: 900 })
    const arrived: string[] = []
    const { watch } = scene.world
    const noteArrived = watch.noteArrived.bind(watch)
    watch.noteArrived = (device, event) => {
      arrived.push(event)
      noteArrived(device, event)
    }
    const said: string[] = []
    for (let i = 0; i < 60; i++) {
      const [from, to] = i % 3 === 0 ? [a, b] : [b, a]
      said.push((await scene.text(from, to, `m${i}`)).event)
      await scene.run(i % 7 === 0 ? 2_000 : 20)
      // What came before is sent again after: its acknowledgments were lost with the process.
      if (i === 30) await scene.restart(a)
    }
    await scene.run(120_000)
    expect(arrived.toSorted()).toEqual(said.toSorted())
    for (const [at, of] of [
      [a, b],
      [b, a],
    ] as const) {
      const rows = at.disk.inOrder(scene.conversation(a, b)).filter((row) => row.device === of.identity.device)
      const numbers = rows.map((row) => Number(row.text?.slice(1)))
      expect(numbers).toHaveLength(at === a ? 40 : 20)
      expect(numbers).toEqual(numbers.toSorted((x, y) => x - y))
      expect(rows.map((row) => row.sequence)).toEqual(rows.map((_, at1) => at1 + 1))
    }
    expect(a.disk.outbox.size + b.disk.outbox.size).toBe(0)
  })
})

describe('replay', () => {
  it('case 8: a replay after a restart, after a ratchet step and after a restored database is rejected', () => {
    const { anna, ben } = acquainted()
    const both = [anna, ben]
    ben.say(anna, 'one')
    const [one] = envelopesOf(ben.take())
    if (one === undefined) throw new Error('no envelope')
    anna.hear(ben.device, one)
    exchange(both)
    /** Nothing changes; it is acknowledged again while it is known, and else cannot be opened. */
    const expectRejected = (bytes: Uint8Array, isKnown: boolean) => {
      const before = anna.snapshot()
      const heard = anna.hear(ben.device, bytes)
      expect(heard).toMatchObject({ changes: [], notices: [], refusals: isKnown ? [] : ['undecryptable'] })
      expect(heard.acked).toHaveLength(isKnown ? 1 : 0)
      expect(anna.snapshot()).toEqual(before)
    }
    const restart = () => {
      anna.restart()
      connect(anna, ben)
      exchange(both)
    }
    expectRejected(one, true)
    restart()
    expectRejected(one, true)
    for (let turn = 0; turn < 20; turn++) {
      anna.say(ben, `a${turn}`)
      exchange(both)
      ben.say(anna, `b${turn}`)
      exchange(both)
      expectRejected(one, true)
    }
    // Even when the ids of what was seen are forgotten, as the oldest are in time.
    const seen = new Map(anna.disk.seen)
    anna.disk.seen.clear()
    restart()
    expectRejected(one, false)
    for (const [key, row] of seen) anna.disk.seen.set(key, row)

    const copy = anna.copyDisk()
    ben.say(anna, 'two')
    const [two] = envelopesOf(ben.take())
    if (two === undefined) throw new Error('no envelope')
    anna.hear(ben.device, two)
    exchange(both)
    expectRejected(two, true)
    anna.putBack(copy)
    connect(anna, ben)
    exchange(both)
    expectRejected(one, true)
    // What came after the copy is not there any more: once more it is taken, and no more than once.
    expect(anna.shown(ben)).not.toContain('two')
    expect(anna.hear(ben.device, two).notices).toContainEqual(expect.objectContaining({ kind: 'arrived' }))
    expectRejected(two, true)
    restart()
    expectRejected(two, true)
    expect(anna.shown(ben).filter((text) => text === 'one' || text === 'two')).toEqual(['one', 'two'])
  })
})

describe('order', () => {
  it('case 9: 2,000 messages in any order all decrypt and are shown in the order of their sender', () => {
    const reversed = (list: readonly Uint8Array[]) => list.toReversed()
    for (const order of [reversed, (list: readonly Uint8Array[]) => shuffled(list, 9)]) {
      const { anna, ben } = acquainted()
      const { sealed } = twoTurns(anna, ben, 2_000)
      const before = anna.arrived.length
      for (const [at, bytes] of order(sealed).entries()) {
        const heard = anna.hear(ben.device, bytes)
        expect([at, heard.refusals, heard.acked.length]).toEqual([at, [], 1])
        if (at % 100 > 0) continue
        expect(countSkipped(anna.session(ben).ratchet.skipped)).toBeLessThanOrEqual(protocolLimits.skippedKeysMax)
        const [progress] = anna.disk.progress.values()
        expect(progress?.above.length ?? 0).toBeLessThanOrEqual(implementationLimits.sequenceGapsMax)
      }
      expect(anna.arrived).toHaveLength(before + 2_000)
      // Each once, in order, and nothing is missing any more.
      expect(withGaps(anna, ben)).toEqual(Array.from({ length: 2_001 }, (_, i) => [`m${i + 1}`, 0]))
      expect(countSkipped(anna.session(ben).ratchet.skipped)).toBe(0)
    }
  })

  it('case 10: of messages that never arrive a gap is shown, exactly as wide, until they do', () => {
    const { anna, ben } = acquainted()
    const turned = new Turned(ben, anna)
    const sealed = Array.from({ length: 12 }, (_, i) => envelope(turned.seal(turned.text(i + 1))))
    const lost = new Set([1, 4, 5, 9])
    // In any order of arrival the same is seen.
    for (const i of shuffled([...sealed.keys()], 10)) {
      if (!lost.has(i + 1)) anna.hear(ben.device, sealed[i] as Uint8Array)
    }
    const gaps = [
      ['m2', 1],
      ['m3', 0],
      ['m6', 2],
      ['m7', 0],
      ['m8', 0],
      ['m10', 1],
      ['m11', 0],
      ['m12', 0],
    ]
    expect(withGaps(anna, ben)).toEqual(gaps)
    anna.restart()
    expect(withGaps(anna, ben)).toEqual(gaps)
    // One that was taken but could not be read leaves a gap like one that was lost.
    turned.skip()
    anna.hear(ben.device, envelope(turned.seal(turned.text(14))))
    expect(withGaps(anna, ben).at(-1)).toEqual(['m14', 1])
    // And one that comes after all closes its part of it.
    for (const [late, left] of [
      [5, 1],
      [4, 0],
    ] as const) {
      anna.hear(ben.device, sealed[late - 1] as Uint8Array)
      expect(withGaps(anna, ben).find(([text]) => text === (left === 1 ? 'm5' : 'm6'))?.[1]).toBe(left)
    }
    expect(withGaps(anna, ben).map(([text]) => text)).toEqual(
      [2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 14].map((number) => `m${number}`),
    )
  })
})
