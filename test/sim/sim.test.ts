import { performance } from 'node:perf_hooks'
import { describe, expect, it } from 'vitest'
import type { Log } from '../../main/core/ports.ts'
import { live } from './scenario.ts'
import type { Report } from './world.ts'
import { stormy } from './world.ts'

const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined }
const loud: Log = {
  debug: (event, figures) => console.log('debug', event, figures),
  info: (event, figures) => console.log('info', event, figures),
  warn: (event, figures) => console.log('warn', event, figures),
}

const chosen = process.env['WAXWING_SIM_SEED']
const count = chosen === undefined ? Number(process.env['WAXWING_SIM_SEEDS'] ?? 200) : 1
const first = Number(chosen ?? process.env['WAXWING_SIM_FIRST'] ?? 1)
const log = process.env['WAXWING_SIM_VERBOSE'] === undefined ? silent : loud

function line(report: Report): string {
  const { seed, texts, items, frames, commits, deaths, simulatedMs, violations } = report
  const figures = `${texts} texts, ${items} items, ${frames} frames, ${commits} commits, ${deaths} deaths, ${simulatedMs} ms`
  return [`seed ${seed}: ${figures}`, ...violations.map((text) => `  ${text}`)].join('\n')
}

describe('simulated worlds', () => {
  it(
    chosen === undefined ? `${count} seeds hold what is promised` : `seed ${chosen} holds what is promised`,
    async () => {
      const begun = performance.now()
      const failed: string[] = []
      let texts = 0
      let items = 0
      for (let seed = first; seed < first + count; seed++) {
        const report = await live(seed, stormy, log)
        if (chosen !== undefined) console.log(line(report))
        texts += report.texts
        items += report.items
        if (report.violations.length > 0) failed.push(line(report))
      }
      const seconds = (performance.now() - begun) / 1_000
      const rate = `${(count / seconds).toFixed(1)} seeds/s`
      console.log(
        `${count} simulated worlds, ${texts} texts, ${items} items in mailboxes, ${seconds.toFixed(1)} s: ${rate}`,
      )
      if (failed.length > 0) console.log([...failed, 'replay one with: npm run sim -- --seed N --verbose'].join('\n'))
      expect(failed).toEqual([])
      if (count > 20) expect(items).toBeGreaterThan(count)
    },
  )

  it('is the same world for the same seed', async () => {
    const [one, other] = [await live(7, stormy, silent), await live(7, stormy, silent)]
    expect(one).toEqual(other)
  })
})
