import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nodeLimits } from './limits.ts'
import { createLog } from './log.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'waxwing-log-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

describe('the log', () => {
  it('is one object a line, in a file of its owner', () => {
    const log = createLog({ directory, nowMs: () => 0 })
    log.info('store.opened', { rows: 3 })
    log.flush()
    expect(readFileSync(join(directory, 'node.log'), 'utf8')).toBe(
      '{"at":"1970-01-01T00:00:00.000Z","level":"info","event":"store.opened","rows":3}\n',
    )
    expect(statSync(join(directory, 'node.log')).mode & 0o777).toBe(0o600)
  })

  it('never takes more than two files of its bound', () => {
    let nowMs = 0
    const log = createLog({ directory, nowMs: () => (nowMs += 1_000) })
    const wide = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`f${i}`, 'x'.repeat(5_000)]))
    for (let i = 0; i < 2_000; i++) log.warn('flood', wide)
    log.flush()
    const sizes = readdirSync(directory).map((file) => statSync(join(directory, file)).size)
    expect(sizes).toHaveLength(2)
    for (const size of sizes) expect(size).toBeLessThanOrEqual(nodeLimits.logSizeBytesMax)
  })

  it('folds lines that say the same: some of each in a minute, and the others as one figure (case 60)', () => {
    let nowMs = 0
    const log = createLog({ directory, nowMs: () => nowMs })
    for (let i = 0; i < 10_000; i++) log.info('refused', { refusal: i % 2 === 0 ? 'frameMalformed' : 'notAContact' })
    // Another line is still heard.
    log.info('contact.added')
    nowMs += 60_000
    log.info('refused', { refusal: 'notAContact' })
    log.flush()
    const lines = readFileSync(join(directory, 'node.log'), 'utf8').trim().split('\n')
    expect(lines).toHaveLength(2 * nodeLimits.logSameLinesPerMinuteMax + 4)
    const more = 5_000 - nodeLimits.logSameLinesPerMinuteMax
    expect(lines.slice(-4).map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { event: 'contact.added' },
      { event: 'refused', refusal: 'frameMalformed', more },
      { event: 'refused', refusal: 'notAContact', more },
      { event: 'refused', refusal: 'notAContact' },
    ])
  })

  it('cannot be filled from outside: so many lines a minute, and the others as one figure (case 60)', () => {
    let nowMs = 0
    const log = createLog({ directory, nowMs: () => nowMs })
    for (let i = 0; i < 50_000; i++) log.info('refused', { refusal: 'frameMalformed', got: i })
    // Another level is still heard.
    log.warn('storageFailed')
    nowMs += 60_000
    log.info('refused', { refusal: 'notAContact' })
    log.flush()
    const lines = readFileSync(join(directory, 'node.log'), 'utf8').trim().split('\n')
    expect(lines).toHaveLength(nodeLimits.logLinesPerMinuteMax + 3)
    expect(lines.filter((line) => line.includes('storageFailed'))).toHaveLength(1)
    expect(JSON.parse(lines.at(-2) ?? '')).toMatchObject({
      event: 'log.leftOut',
      level: 'info',
      lines: 50_000 - nodeLimits.logLinesPerMinuteMax,
    })
  })

  it('stops nobody when it cannot be written', () => {
    const log = createLog({ directory: join(directory, 'missing'), nowMs: () => 0 })
    log.warn('event')
    expect(() => log.flush()).not.toThrow()
  })
})
