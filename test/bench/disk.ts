/** What the disk takes to say that a page is safe: every commit waits for it. */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const pageBytes = 4_096

/** Milliseconds of `count` appended pages, each with `fdatasync`, in the folder in which the profiles lie too. */
export function measureSync(count: number): readonly number[] {
  const folder = mkdtempSync(join(tmpdir(), 'waxwing-bench-'))
  const file = openSync(join(folder, 'pages'), 'wx')
  const page = new Uint8Array(pageBytes).fill(7)
  const times: number[] = []
  try {
    for (let round = 0; round < count; round++) {
      const at = performance.now()
      writeSync(file, page)
      fdatasyncSync(file)
      times.push(performance.now() - at)
    }
  } finally {
    closeSync(file)
    rmSync(folder, { recursive: true, force: true })
  }
  return times
}
