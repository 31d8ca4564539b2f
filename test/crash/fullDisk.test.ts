/** A disk that is really full: a tmpfs of a few megabytes in a mount namespace of its own (needs root). */
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { bundle } from '../conformance/bundle.ts'
import { makeDirectory } from '../conformance/sqlcipher.ts'

function canMount(): boolean {
  return spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0
}

interface Filled {
  readonly committed: number
  readonly refusal: string
}
interface Findings {
  readonly full: Filled
  readonly again: Filled
  readonly whole: number
  readonly shown: number
  readonly afterwards: Filled
  readonly findings: unknown
  readonly last: number
}

describe.runIf(canMount())('a full disk', () => {
  // Different sizes run out in different places: the log, the file, a checkpoint.
  it.each([4_000, 4_100, 4_300, 4_700, 5_500])('of %i KiB refuses commits whole, then goes on', async (sizeKiB) => {
    const filler = await bundle('test/crash/filler.ts')
    const directory = makeDirectory()
    const script = `mount -t tmpfs -o size=${sizeKiB}k,mode=0700 tmpfs "$1" && exec "$2" "$3"`
    const run = spawnSync('unshare', ['-m', 'sh', '-c', script, 'sh', directory, process.execPath, filler.path], {
      input: directory,
      encoding: 'utf8',
    })
    filler.remove()
    rmSync(directory, { recursive: true })
    expect(run.stderr).toBe('')
    const found = JSON.parse(run.stdout) as Findings
    expect([found.full.refusal, found.again.refusal, found.afterwards.refusal]).toEqual(Array(3).fill('diskFull'))
    const before = found.full.committed + found.again.committed
    expect(found.full.committed).toBeGreaterThan(5)
    expect([found.whole, found.shown]).toEqual([before, before])
    expect(found.afterwards.committed).toBeGreaterThan(5)
    expect(found.last).toBe(before + found.afterwards.committed)
    expect(found.findings).toEqual({ ok: true, value: [] })
  })
})
