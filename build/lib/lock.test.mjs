import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { withLock } from './lock.mjs'

const folder = mkdtempSync(join(tmpdir(), 'waxwing-lock-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('withLock', () => {
  it('lets one in at a time and leaves no file', async () => {
    const path = join(folder, 'one')
    let inside = 0
    let most = 0
    const enter = () =>
      withLock(path, async () => {
        most = Math.max(most, ++inside)
        await new Promise((resolve) => setImmediate(resolve))
        inside--
      })
    await Promise.all([enter(), enter(), enter()])
    expect(most).toBe(1)
    expect(existsSync(path)).toBe(false)
  })

  it('takes over from an owner that is dead', async () => {
    const path = join(folder, 'dead')
    // Above the greatest process id that Linux gives.
    writeFileSync(path, '4194305')
    expect(await withLock(path, async () => 'in')).toBe('in')
  })

  it('takes over from an owner that has been silent for long', async () => {
    const path = join(folder, 'silent')
    writeFileSync(path, String(process.pid))
    const longAgo = new Date(Date.now() - 60_000)
    utimesSync(path, longAgo, longAgo)
    expect(await withLock(path, async () => 'in')).toBe('in')
  })

  it('frees the lock when the work fails', async () => {
    const path = join(folder, 'failing')
    const failing = withLock(path, () => Promise.reject(new Error('no')))
    await expect(failing).rejects.toThrow('no')
    expect(existsSync(path)).toBe(false)
  })
})
