/** The product and a second implementation, which was written from PROTOCOL.md alone, agree byte for byte. */
import { describe, expect, it } from 'vitest'
import { begin, person, prekeyOf, type Alone } from '../support/lockstep.ts'
import { bound, pair } from '../support/pair.ts'
import { seeded, startMs } from '../support/sessions.ts'
import { SmallTalk } from '../support/smallTalk.ts'
import { u32 } from './bytes.ts'

const rounds = 500

describe('a conversation in lockstep', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('goes through epochs, storms and days away (seed %i)', (seed) => {
    const options = { seed, rounds, oneTime: seed % 2 === 0, psk: seed % 3 > 0, crossed: seed % 4 > 2 }
    const talk = new SmallTalk(options).run()
    const { sealed, opened, late, lateEpoch, repeated, altered, reloads } = talk.tally

    expect(opened).toBeGreaterThan(0.7 * sealed)
    for (const count of [late, lateEpoch, repeated, altered, reloads]) expect(count).toBeGreaterThan(5)
    const chosen = talk.chosen(0)
    expect(talk.chosen(1)).toBe(chosen)
    const epochs = talk.ends[chosen ?? 0]?.map((end) => end?.twin.ratchet.epochs.newest.k ?? 0) ?? []
    expect(Math.min(...epochs)).toBeGreaterThanOrEqual(10)
  })

  it('comes to one session of two that were begun at once (seeds 100 to 129)', () => {
    const chosen = Array.from({ length: 30 }, (_, i) => {
      const talk = new SmallTalk({ seed: 100 + i, rounds: 12, oneTime: true, psk: i % 2 === 0, crossed: true }).run()
      const met = talk.ends.every((ends) => ends.every((end) => end !== null))
      return met ? [talk.chosen(0), talk.chosen(1)] : []
    })
    const both = chosen.filter((of) => of.length > 0)
    expect(both.length).toBeGreaterThan(10)
    expect(both.every(([one, two]) => one === two)).toBe(true)
    expect(new Set(both.flat())).toEqual(new Set([0, 1]))
  })
})

describe('the product and its twin at one end each', () => {
  function talk(one: Alone, two: Alone): void {
    const counts = [1, 1, 1, 1, 3, 1, 1, 18, 1, 1, 2, 1]
    let [from, to] = [one, two]
    for (let turn = 0; turn < 90; turn++) {
      for (let i = 0; i < (counts[turn % counts.length] ?? 1); i++) {
        const content = u32(turn * 100 + i)
        expect(to.open(from.seal(content, bound, startMs), bound, startMs)).toEqual(content)
      }
      ;[from, to] = [to, from]
    }
  }

  it('talk to each other, whichever began', () => {
    const first = pair('alone 1')
    talk(first.b.twinAlone(seeded('twin')), first.a.productAlone(seeded('product')))
    const second = pair('alone 2')
    talk(second.b.productAlone(seeded('product')), second.a.twinAlone(seeded('twin')))
    for (const { twin, product } of [first.b, first.a, second.b, second.a]) {
      const used = Math.max(twin.ratchet.epochs.newest.k, product.ratchet.epochs.newest.number)
      expect(used).toBeGreaterThanOrEqual(5)
    }
  })
})

describe('one of several sessions', () => {
  it('is chosen alike', () => {
    const [one, two] = [person('one'), person('two')]
    const started = (me = one, peer = two, generation = 1, nowMs = startMs) => {
      const outcome = begin(me, peer, prekeyOf(peer, 'any', { oneTime: false, psk: false }), {
        seed: `${generation} ${nowMs}`,
        generation,
        nowMs,
      })
      if (outcome.refused !== null) throw new Error(outcome.refused)
      return outcome.product
    }
    const [first, second, higher] = [started(), started(one, two, 1, startMs + 1), started(one, two, 2, startMs - 1)]
    // The comparison of the two implementations is inside; of two by one side neither goes first.
    expect(first.outranks(second, one, two)).toBe(false)
    expect(second.outranks(first, one, two)).toBe(false)
    expect(higher.outranks(second, one, two)).toBe(true)
    expect(second.outranks(higher, one, two)).toBe(false)
  })
})
