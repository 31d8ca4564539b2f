/** Starts the real app on profiles of its own and works it as a person would: by the names on the screen. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { ElectronApplication, Locator, Page } from 'playwright'
import { _electron } from 'playwright'

const root = resolve(import.meta.dirname, '../../..')
export const electronPath = createRequire(import.meta.url)('electron') as unknown as string
export const passphrase = 'correct horse battery staple'

/** What Electron needs of our environment; a test of the sandbox runs as an ordinary user elsewhere (build/checks/deb). */
function environment(): Record<string, string> {
  const names = ['PATH', 'HOME', 'DISPLAY', 'XAUTHORITY', 'WAYLAND_DISPLAY', 'XDG_RUNTIME_DIR', 'LANG']
  const kept = names.map((name) => [name, process.env[name]] as const)
  return Object.fromEntries(kept.filter((pair): pair is readonly [string, string] => pair[1] !== undefined))
}

/** `npm test` says whether the sandbox can be on; root's cannot. */
const chromiumSandbox = process.getuid?.() !== 0 && process.env.WAXWING_SANDBOX !== 'off'

/** A folder for the profiles of one test; removed by `done`. */
export function temporaryRoot(): { readonly path: string; readonly done: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'waxwing-e2e-'))
  return { path, done: () => rmSync(path, { recursive: true, force: true }) }
}

export interface LaunchOptions {
  readonly dataRoot: string
  readonly profile: string
  readonly extra?: readonly string[]
  readonly colorScheme?: 'light' | 'dark'
}

export async function launch({ dataRoot, profile, extra = [], colorScheme = 'light' }: LaunchOptions): Promise<App> {
  const electron = await _electron.launch({
    executablePath: electronPath,
    cwd: root,
    args: [root, `--profile=${profile}`, `--user-data-root=${dataRoot}`, '--confine=loopback', ...extra],
    env: environment(),
    chromiumSandbox,
    colorScheme,
    timeout: 60_000,
  })
  const page = await electron.firstWindow({ timeout: 60_000 })
  page.setDefaultTimeout(30_000)
  return new App(electron, page)
}

/** One running app with its window. */
export class App {
  readonly electron: ElectronApplication
  readonly page: Page

  constructor(electron: ElectronApplication, page: Page) {
    this.electron = electron
    this.page = page
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, exact: typeof name === 'string' })
  }

  field(name: string): Locator {
    return this.page.getByRole('textbox', { name, exact: true })
  }

  region(name: string): Locator {
    return this.page.getByRole('region', { name, exact: true })
  }

  /** First run: a name and a passphrase. Ends on the empty list. */
  async onboard(name: string): Promise<void> {
    await this.field('Your name').fill(name)
    await this.button('Continue').click()
    const byPassphrase = this.page.getByRole('radio', { name: /passphrase/i })
    if ((await byPassphrase.count()) > 0) await byPassphrase.first().check({ force: true })
    await this.field('Passphrase').fill(passphrase)
    await this.field('Repeat passphrase').fill(passphrase)
    await this.button('Create profile').click()
    await this.region('Conversations').waitFor()
  }

  async unlock(text = passphrase): Promise<void> {
    await this.field('Passphrase').fill(text)
    await this.button('Unlock').click()
  }

  /** Makes an invite and returns its link; leaves the dialog closed. */
  async createInvite(): Promise<string> {
    await this.button('New contact').first().click()
    await this.button('Create invite').click()
    const link = await this.field('Invite link to share').inputValue()
    await this.page.keyboard.press('Escape')
    return link
  }

  async acceptInvite(link: string): Promise<void> {
    await this.button('New contact').first().click()
    await this.field('Invite link').fill(link)
    await this.button('Accept invite').click()
  }

  async openConversation(name: string): Promise<void> {
    await this.region('Conversations').getByText(name, { exact: true }).first().click()
    await this.region('Messages').waitFor()
  }

  async send(text: string): Promise<void> {
    await this.field('Message').fill(text)
    await this.button('Send').click()
  }

  message(text: string): Locator {
    return this.region('Messages')
      .getByRole('article')
      .filter({ has: this.page.getByText(text, { exact: true }) })
  }

  /** Waits until the message shows this delivery state or a later one. */
  async waitForDelivery(text: string, state: 'Sent' | 'Delivered' | 'Read', timeoutMs = 30_000): Promise<void> {
    const later = { Sent: /^(Sent|Delivered|Read)/, Delivered: /^(Delivered|Read)/, Read: /^Read/ }[state]
    await this.message(text).getByRole('img', { name: later }).first().waitFor({ timeout: timeoutMs })
  }

  /** Tells the window that it came to the front: a virtual display has no window manager to do so. */
  async focus(): Promise<void> {
    await this.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.emit('focus'))
  }

  /** The process ids of the whole app: main, renderer, node, helpers. */
  async processIds(): Promise<readonly number[]> {
    return this.electron.evaluate(({ app }) => app.getAppMetrics().map((metric) => metric.pid))
  }

  /** As a power cut would: every process at once, by SIGKILL. */
  async kill(): Promise<void> {
    const pids = await this.processIds()
    const closed = this.electron.waitForEvent('close', { timeout: 20_000 })
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // Gone already, with the one before.
      }
    }
    await closed
  }

  async close(): Promise<void> {
    await this.electron.close()
  }
}
