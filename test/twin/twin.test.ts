import { describe, expect, it } from 'vitest'
import { SmallTalk } from '../support/smallTalk.ts'

describe('twin', () => {
  it.each([1, 2, 3, 4, 5, 6])('seed %i', (seed) => {
    const t0 = performance.now()
    const talk = new SmallTalk({
      seed,
      rounds: 600,
      oneTime: seed % 2 === 0,
      psk: seed % 3 > 0,
      crossed: seed % 4 === 3,
    }).run()
    console.log(
      seed,
      performance.now() - t0,
      talk.tally,
      talk.unopened,
      talk.ends.map((e) => e.map((x) => x?.twin.ratchet.epochs.newest.k)),
      [talk.chosen(0), talk.chosen(1)],
    )
    expect(1).toBe(1)
  })
})
