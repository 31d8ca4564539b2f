/** Opens the built screen in a browser, with a stand-in for the node and the shell behind its bridge. */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { extname, join, normalize } from 'node:path'
import type { Page } from 'playwright'
import { _electron, chromium } from 'playwright'
import type { PortRequest } from '../../../preload/contract/port.ts'
import type { ShellEvent } from '../../../preload/contract/shell.ts'
import type { FakeNode } from './fakeNode.ts'
import { nowMs } from './people.ts'

export const rendererDirectory = join(import.meta.dirname, '../../../out/renderer')
const origin = 'https://waxwing.localhost'

/** As the app serves it, but for the scheme. */
export const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const types: { readonly [extension: string]: string } = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

export interface Screen {
  readonly page: Page
  readonly node: FakeNode
  /** Reports of the content security policy, errors and requests that left the origin. */
  readonly complaints: string[]
  readonly shellCalls: { readonly method: string; readonly params: unknown }[]
  /** As the main process tells the window. */
  readonly tell: (event: ShellEvent) => Promise<void>
  close(): Promise<void>
}

export interface ScreenOptions {
  /** Width and height. */
  readonly size?: readonly [number, number]
  readonly scheme?: 'light' | 'dark'
  /** Answers of the shell in place of the usual ones. */
  readonly shell?: { readonly [method: string]: unknown }
}

const electronPath = createRequire(import.meta.url)('electron') as unknown as string
const rootArguments = process.getuid?.() === 0 ? ['--no-sandbox'] : []
const usualSize = [1280, 800] as const

const shellAnswers: { readonly [method: string]: unknown } = {
  exportFiles: { folder: 'waxwing-fingerprint' },
  openCard: null,
  openInvite: null,
  saveInvite: { saved: true },
  copyText: {},
  openLink: { opened: true },
  setTheme: {},
  setBadge: {},
  takeLaunchLink: { link: null },
  about: { version: '0.1.0', profile: 'default', platform: 'linux x64', sandboxed: true },
}

/** The engine that the app runs on, or the browser that WAXWING_CHROMIUM names. */
export interface Stage {
  readonly newPage: (options: ScreenOptions) => Promise<{ readonly page: Page; readonly close: () => Promise<void> }>
  readonly close: () => Promise<void>
}

export async function launch(): Promise<Stage> {
  const executablePath = process.env['WAXWING_CHROMIUM']
  return executablePath === undefined ? electronStage() : browserStage(executablePath)
}

/** What Electron needs of ours, and no more. */
function environment(): Record<string, string> {
  const names = ['PATH', 'HOME', 'DISPLAY', 'XAUTHORITY', 'WAYLAND_DISPLAY', 'XDG_RUNTIME_DIR', 'TZ']
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  )
}

async function browserStage(executablePath: string): Promise<Stage> {
  const browser = await chromium.launch({ executablePath, args: rootArguments })
  return {
    newPage: async (options) => {
      const [width, height] = options.size ?? usualSize
      const context = await browser.newContext({ viewport: { width, height }, locale: 'en-GB' })
      return { page: await context.newPage(), close: () => context.close() }
    },
    close: () => browser.close(),
  }
}

async function electronStage(): Promise<Stage> {
  const electron = await _electron.launch({
    executablePath: electronPath,
    args: [
      ...rootArguments,
      '--disable-gpu',
      '--lang=en-GB',
      '--force-device-scale-factor=1',
      join(import.meta.dirname, 'harness'),
    ],
    env: { ...environment(), ELECTRON_DISABLE_SECURITY_WARNINGS: 'true' },
    timeout: 60_000,
  })
  await electron.firstWindow()
  return {
    newPage: async (options) => {
      const [width, height] = options.size ?? usualSize
      const opened = electron.waitForEvent('window')
      await electron.evaluate(
        ({ BrowserWindow }, size) => {
          const window = new BrowserWindow({
            ...size,
            useContentSize: true,
            enableLargerThanScreen: true,
            webPreferences: { sandbox: true, backgroundThrottling: false },
          })
          return window.loadURL('about:blank')
        },
        { width, height },
      )
      const page = await opened
      return { page, close: () => page.close() }
    },
    close: () => electron.close(),
  }
}

/** Runs in the page: it is always the same moment there, while timers run on. */
function holdDate(timeMs: number): void {
  const Real = Date
  class Held extends Real {
    constructor(...parts: [] | [number | string | Date]) {
      super(parts.length === 0 ? timeMs : parts[0])
    }

    static override now(): number {
      return timeMs
    }
  }
  window.Date = Held as DateConstructor
}

/** Runs in the page before anything else. */
function installBridge(): void {
  const outside = window as unknown as {
    toFake(message: string): Promise<void>
    toShell(method: string, params: string): Promise<string>
    fromFake(message: string): void
    shellEvent(event: string): void
  }
  const listeners = new Set<(event: unknown) => void>()
  outside.shellEvent = (event) => listeners.forEach((listener) => listener(JSON.parse(event)))
  const bridge = {
    shell: async (method: string, params: unknown): Promise<unknown> =>
      JSON.parse(await outside.toShell(method, JSON.stringify(params))),
    onShellEvent: (listener: (event: unknown) => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    connect: () => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = (event) => void outside.toFake(JSON.stringify(event.data))
      outside.fromFake = (message) => port1.postMessage(JSON.parse(message))
      window.postMessage('waxwing:port', '*', [port2])
    },
  }
  Object.defineProperty(window, 'waxwing', { value: bridge })
}

export async function openScreen(stage: Stage, node: FakeNode, options: ScreenOptions = {}): Promise<Screen> {
  const { page, close } = await stage.newPage(options)
  page.setDefaultTimeout(10_000)
  await page.emulateMedia({ colorScheme: options.scheme ?? 'light', reducedMotion: 'reduce' })
  const complaints: string[] = []
  const shellCalls: { method: string; params: unknown }[] = []
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(`console: ${message.text()}`)
  })
  await page.route('**/*', async (route) => {
    const url = new URL(route.request().url())
    if (url.origin !== origin) {
      complaints.push(`request: ${url.href}`)
      return route.abort()
    }
    const path = normalize(join(rendererDirectory, url.pathname === '/' ? 'index.html' : url.pathname))
    if (!path.startsWith(rendererDirectory) || !existsSync(path)) return route.fulfill({ status: 404 })
    return route.fulfill({
      body: readFileSync(path),
      contentType: types[extname(path)] ?? 'application/octet-stream',
      headers: { 'content-security-policy': policy },
    })
  })
  node.send = (reply) => {
    void page
      .evaluate(
        (text) => (window as unknown as { fromFake(message: string): void }).fromFake(text),
        JSON.stringify(reply),
      )
      .catch(() => undefined)
  }
  await page.exposeFunction('toFake', (text: string) => node.receive(JSON.parse(text) as PortRequest))
  await page.exposeFunction('toShell', (method: string, params: string) => {
    shellCalls.push({ method, params: JSON.parse(params) as unknown })
    const answers = { ...shellAnswers, ...options.shell }
    return JSON.stringify(answers[method])
  })
  await page.addInitScript(holdDate, nowMs)
  await page.addInitScript(installBridge)
  await page.goto(`${origin}/index.html`)
  // The engine drops clicks that come before the first frame is on the screen.
  await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0)
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
  const tell = (event: ShellEvent): Promise<void> =>
    page.evaluate(
      (text) => (window as unknown as { shellEvent(event: string): void }).shellEvent(text),
      JSON.stringify(event),
    )
  return { page, node, complaints, shellCalls, tell, close }
}
