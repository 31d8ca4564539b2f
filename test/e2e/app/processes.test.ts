/** Processes that die under the app, and pages that are loaded anew: the window comes back and nothing is lost. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { App } from '../support/app.ts'
import { launch, temporaryRoot } from '../support/app.ts'

const folder = temporaryRoot()
let app: App

beforeAll(async () => {
  app = await launch({ dataRoot: folder.path, profile: 'anna' })
  await app.onboard('Anna')
}, 120_000)

afterAll(async () => {
  await app.close()
  folder.done()
}, 60_000)

/** Asks the page through the main process: Playwright's own page is of no use after a crash. */
function pageText(): Promise<string> {
  return app.electron.evaluate(async ({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents
    if (!contents || contents.isCrashed() || contents.isLoading()) return ''
    // A page that dies meanwhile never answers.
    const silence = new Promise((resolve) => setTimeout(() => resolve(''), 1_000))
    return String(await Promise.race([contents.executeJavaScript('document.body.innerText'), silence]))
  })
}

async function eventually(what: string, look: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000
  while (!(await look())) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** Ends the processes of one kind as the kernel would for want of memory. */
async function killProcesses(wanted: { type: string; name?: string }): Promise<number> {
  const pids = await app.electron.evaluate(
    ({ app: electronApp }, { type, name }) =>
      electronApp
        .getAppMetrics()
        .filter((metric) => metric.type === type && (name === undefined || metric.name === name))
        .map((metric) => metric.pid),
    wanted,
  )
  for (const pid of pids) process.kill(pid, 'SIGKILL')
  return pids.length
}

describe('the window', () => {
  it('gets a port to the node however often it is loaded', async () => {
    for (let round = 0; round < 12; round++) {
      await app.page.reload()
      await app.region('Conversations').waitFor()
    }
    expect(await app.button('New contact').first().isVisible()).toBe(true)
  })

  it('asks for the passphrase again after the node died, and shows what was written before', async () => {
    await app.openConversation('Note to self')
    await app.send('written before the node died')
    await app.message('written before the node died').waitFor()
    expect(await killProcesses({ type: 'Utility', name: 'Waxwing node' })).toBe(1)
    await app.unlock()
    await app.openConversation('Note to self')
    await app.message('written before the node died').waitFor()
    await app.send('written after it')
    await app.message('written after it').waitFor()
  })

  it('comes back after its renderer and the GPU process died', async () => {
    expect(await killProcesses({ type: 'Tab' })).toBe(1)
    await eventually('the page', async () => (await pageText()).includes('Note to self'))
    await killProcesses({ type: 'GPU' })
    await eventually('the page', async () => (await pageText()).includes('Note to self'))
  })
})
