/** Opens the built screen in a browser, with a stand-in for the node and the shell behind its bridge. */
import { existsSync, readFileSync } from 'node:fs'
import { extname, join, normalize } from 'node:path'
import type { Browser, Page } from 'playwright'
import { chromium } from 'playwright'
import type { PortRequest } from '../../../preload/contract/port.ts'
import type { FakeNode } from './fakeNode.ts'
import { nowMs } from './people.ts'

export const rendererDirectory = join(import.meta.dirname, '../../../out/renderer')
const origin = 'http://waxwing.localhost'

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
  close(): Promise<void>
}

export interface ScreenOptions {
  readonly width?: number
  readonly height?: number
  readonly scheme?: 'light' | 'dark'
  readonly shell?: { readonly [method: string]: unknown }
  readonly reducedMotion?: boolean
}

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

export async function launch(): Promise<Browser> {
  const executablePath = process.env['WAXWING_CHROMIUM'] ?? '/usr/bin/chromium'
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--font-render-hinting=none'] })
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

export async function openScreen(browser: Browser, node: FakeNode, options: ScreenOptions = {}): Promise<Screen> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1280, height: options.height ?? 800 },
    colorScheme: options.scheme ?? 'light',
    locale: 'en-GB',
    timezoneId: Intl.DateTimeFormat().resolvedOptions().timeZone,
    reducedMotion: options.reducedMotion === false ? 'no-preference' : 'reduce',
  })
  const page = await context.newPage()
  await page.clock.setFixedTime(nowMs)
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
    return JSON.stringify(options.shell?.[method] ?? shellAnswers[method] ?? {})
  })
  await page.addInitScript(installBridge)
  await page.goto(`${origin}/index.html`)
  return { page, node, complaints, shellCalls, close: () => context.close() }
}
