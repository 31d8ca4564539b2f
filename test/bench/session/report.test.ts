import { describe, expect, it } from 'vitest'
import { report } from './report.ts'

const figure = { name: 'one', oursMs: 0.5, theirsMs: 0.9995, ratioLow: 1.9, ratioHigh: 2.1 }
const contest = { runtime: 'Node 20', oursSizeBytes: 444, theirsSizeBytes: 356.9 }
const explanations = [
  {
    figure: 'one',
    us: 10,
    primitives: [{ name: 'x25519', calls: 2, us: 6.5 }],
    functions: [{ where: 'concat', share: 0.25 }],
  },
]

/** The report of a contest whose one figure has this aim. */
function withAim(aim: number): string {
  const one = { ...contest, figures: [{ ...figure, aim, ratio: 1.999 }] }
  return report([one, { ...one, runtime: 'Electron 33' }], explanations)
}

describe('the report', () => {
  it('says of an aim that is just missed that it is, with the profile', () => {
    const text = withAim(2)
    expect(text).toContain('| one | 500.0 µs | 999.5 µs | 1.99x (1.90x to 2.10x) | at least 2.0x: missed |')
    expect(text).toContain('| one: self time | share |\n|---|---|\n| concat | 25.0 % |')
  })

  it('has no profile for an aim that is reached, and no aims for Node', () => {
    const text = withAim(1.9)
    expect(text).not.toContain('missed')
    expect(text).not.toContain('self time')
    expect(text.match(/at least 1\.9x/g)).toHaveLength(1)
    expect(text.indexOf('at least 1.9x')).toBeGreaterThan(text.indexOf('Electron 33'))
  })

  it('names primitives with their calls, and what is left', () => {
    const text = withAim(2)
    expect(text).toContain('| x25519 | 6.5 µs in 2 |')
    expect(text).toContain('| everything else, the clocks included | 3.5 µs |')
  })
})
