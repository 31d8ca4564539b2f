/** The desktop program: from the start of the process to its first frame, and the memory of each process at rest. */
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Browser, Page } from 'playwright'
import { chromium } from 'playwright'

const root = resolve(import.meta.dirname, '../..')
const electronPath = createRequire(import.meta.url)('electron') as unknown as string
const restMs = 5_000
const passphrase = 'benchmark passphrase'
const startTimeoutMs = 60_000
const attachTimeoutMs = 5_000
const attachTriesMax = 4

export interface WindowFigures {
  /** From the start of the process to the first frame that is painted, and to the first one with the node's data. */
  readonly firstFrameMs: number
  readonly firstContentMs: number
  readonly processes: readonly { readonly name: string; readonly memoryMiB: number }[]
}

function start(dataRoot: string): ChildProcess {
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const args = [
    ...sandbox,
    root,
    `--user-data-root=${dataRoot}`,
    '--profile=bench',
    '--confine=loopback',
    '--remote-debugging-port=0',
  ]
  return spawn(electronPath, args, { stdio: 'ignore' })
}

/** Waits for the file in which Chromium names its debugging port. */
async function debuggingPort(dataRoot: string): Promise<string> {
  const file = join(dataRoot, 'desktop', 'bench', 'DevToolsActivePort')
  for (let waitedMs = 0; waitedMs < startTimeoutMs; waitedMs += 50) {
    const port = existsSync(file) ? readFileSync(file, 'utf8').split('\n')[0] : undefined
    if (port) return port
    await wait(50)
  }
  throw new Error('The app opened no window within a minute.')
}

/** About one start in seven, attaching while the first page loads never ends; the page itself keeps its paint times. */
async function attach(port: string): Promise<Browser> {
  for (let tries = 1; ; tries++) {
    try {
      return await chromium.connectOverCDP(`http://127.0.0.1:${port}`, { timeout: attachTimeoutMs })
    } catch (error) {
      if (tries === attachTriesMax) throw error
    }
  }
}

function childrenOf(pid: number): readonly number[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return all.map(Number).filter((candidate) => {
    try {
      const stat = readFileSync(`/proc/${candidate}/stat`, 'utf8')
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === pid
    } catch {
      return false
    }
  })
}

function treeOf(pid: number): readonly number[] {
  return [pid, ...childrenOf(pid).flatMap((child) => treeOf(child))]
}

function nameOf(pid: number): string {
  const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  const service = /--utility-sub-type=(\S+)/.exec(line)?.[1]
  return service ?? /--type=(\S+)/.exec(line)?.[1] ?? 'main'
}

/** Proportional set size: shared pages are counted once among those who share them. */
function memoryOf(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) / 1_024
}

/** Makes the profile on the first start and unlocks it on the others: at rest means open, listening and connected to nobody. */
async function openProfile(page: Page): Promise<void> {
  const field = (name: string) => page.getByRole('textbox', { name, exact: true })
  const button = (name: string) => page.getByRole('button', { name, exact: true })
  await field('Your name').or(field('Passphrase')).first().waitFor()
  if (await field('Your name').isVisible()) {
    await field('Your name').fill('Bench')
    await button('Continue').click()
    await field('Repeat passphrase').fill(passphrase)
    await field('Passphrase').fill(passphrase)
    await button('Create profile').click()
  } else {
    await field('Passphrase').fill(passphrase)
    await button('Unlock').click()
  }
  await page.getByRole('region', { name: 'Conversations' }).waitFor()
}

async function once(dataRoot: string): Promise<WindowFigures> {
  const spawnedAtMs = Date.now()
  const child = start(dataRoot)
  const exited = new Promise<void>((done) => child.once('exit', () => done()))
  const browser = await attach(await debuggingPort(dataRoot))
  const page = browser.contexts()[0]?.pages()[0]
  if (!page) throw new Error('The app has no page.')
  const painted = await page.evaluate(
    () =>
      new Promise<{ frame: number; content: number }>((done) => {
        const at = (name: string): number | null => {
          const paint = performance.getEntriesByName(name)[0]
          return paint ? performance.timeOrigin + paint.startTime : null
        }
        const look = (): void => {
          const content = at('first-contentful-paint')
          if (content === null) setTimeout(look, 20)
          else done({ frame: at('first-paint') ?? content, content })
        }
        look()
      }),
  )
  await openProfile(page)
  // A debugger that listens costs memory of its own: measure without it.
  await browser.close()
  await wait(restMs)
  const processes = treeOf(child.pid ?? 0).map((pid) => ({ name: nameOf(pid), memoryMiB: memoryOf(pid) }))
  child.kill()
  await exited
  return { firstFrameMs: painted.frame - spawnedAtMs, firstContentMs: painted.content - spawnedAtMs, processes }
}

/** @param runs starts that are measured, after one that warms the disk's cache */
export async function measureWindow(runs: number): Promise<readonly WindowFigures[]> {
  const dataRoot = mkdtempSync(join(tmpdir(), 'waxwing-bench-'))
  try {
    await once(dataRoot)
    const figures: WindowFigures[] = []
    for (let round = 0; round < runs; round++) {
      rmSync(join(dataRoot, 'desktop', 'bench', 'DevToolsActivePort'), { force: true })
      figures.push(await once(dataRoot))
    }
    return figures
  } finally {
    rmSync(dataRoot, { recursive: true, force: true })
  }
}
