import type { BrowserWindow, IpcMainInvokeEvent, WebFrameMain } from 'electron'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { ShellOutcome } from '../../../preload/contract/shell.ts'
import { shellMethods } from '../../../preload/contract/shell.ts'

type Invoked = (event: unknown, name: unknown, params: unknown) => Promise<ShellOutcome>

/** Stands in for Electron, which does not run here: it keeps what is registered, so that anything can be sent to it. */
const electron = vi.hoisted(() => ({ handler: null as unknown }))
vi.mock('electron', () => ({
  ipcMain: {
    handle: (_channel: string, handler: unknown) => {
      electron.handler = handler
    },
  },
  protocol: {},
}))

const { isOurPage, serveShell, ShellRefusal } = await import('./shell.ts')

const mainFrame = { origin: 'app://waxwing' } as WebFrameMain
const webContents = { mainFrame }
const window = { webContents, isDestroyed: () => false } as unknown as BrowserWindow
const ours = { sender: webContents, senderFrame: mainFrame } as unknown as IpcMainInvokeEvent

describe('who may ask', () => {
  it('is the main frame of the one window, showing our page (case 37)', () => {
    expect(isOurPage(window, ours)).toBe(true)
    const from = (over: object) => isOurPage(window, { ...ours, ...over })
    const aboutBlank = { origin: 'null' }
    const elsewhere = { origin: 'https://example.org' }
    expect(from({ senderFrame: { origin: 'app://waxwing' } })).toBe(false)
    expect(from({ senderFrame: aboutBlank })).toBe(false)
    expect(from({ senderFrame: null })).toBe(false)
    expect(from({ sender: { mainFrame } })).toBe(false)
    for (const frame of [aboutBlank, elsewhere, { origin: 'app://waxwing.example' }, { origin: 'app://' }]) {
      const navigated = { ...window, webContents: { mainFrame: frame } } as unknown as BrowserWindow
      expect(isOurPage(navigated, { ...ours, sender: navigated.webContents, senderFrame: frame as never })).toBe(false)
    }
    expect(isOurPage(null, ours)).toBe(false)
    expect(isOurPage({ ...window, isDestroyed: () => true } as unknown as BrowserWindow, ours)).toBe(false)
  })
})

describe('what is asked', () => {
  const called: unknown[] = []
  let fails: unknown = null
  const handlers = new Proxy({} as Parameters<typeof serveShell>[0], {
    get: () => (params: unknown) => {
      called.push(params)
      if (fails !== null) throw fails
      return {}
    },
  })
  const ask = (name: unknown, params: unknown, event: unknown = ours) =>
    (electron.handler as Invoked)(event, name, params)
  beforeEach(() => {
    called.length = 0
    fails = null
    serveShell(handlers, () => window)
  })

  it('reaches no handler from elsewhere, by another name, or in another shape (case 36)', async () => {
    const cyclic: Record<string, unknown> = { text: 'x' }
    cyclic['self'] = cyclic
    const polluted = JSON.parse('{"text":"x","__proto__":{"admin":true}}') as unknown
    const accessor = Object.defineProperty({}, 'text', { get: () => 'x', enumerable: true })
    class Text {
      text = 'x'
    }
    const badNames = [
      '',
      'toString',
      '__proto__',
      'constructor',
      'hasOwnProperty',
      'CopyText',
      7,
      null,
      {},
      ['copyText'],
    ]
    for (const name of badNames) expect(await ask(name, {})).toMatchObject({ error: { code: 'unknownMethod' } })
    const badParams = [
      null,
      undefined,
      7,
      [],
      {},
      cyclic,
      polluted,
      accessor,
      new Text(),
      Object.create({ text: 'x' }),
      { text: 7 },
      { text: 'x', more: 1 },
      { text: 'x'.repeat(10_000_000) },
      { text: new String('x') },
    ]
    for (const params of badParams) {
      expect(await ask('copyText', params)).toMatchObject({ error: { code: 'badRequest' } })
    }
    expect(await ask('copyText', { text: 'x' }, { ...ours, senderFrame: null })).toMatchObject({
      error: { code: 'badRequest' },
    })
    expect(called).toEqual([])
    expect(await ask('copyText', { text: 'x' })).toEqual({ ok: true, result: {} })
    expect(called).toEqual([{ text: 'x' }])
    // What is saved as an invite is one, whatever owns the page.
    for (const link of ['[Desktop Entry]\nExec=sh', 'waxwing:invite/a\nb', 'https://example.org', 'waxwing:other/a']) {
      expect(await ask('saveInvite', { link })).toMatchObject({ error: { code: 'badRequest' } })
    }
    expect(await ask('saveInvite', { link: 'waxwing:invite/AbC-_1' })).toMatchObject({ ok: true })
  })

  it('names no path that could be written to or read from (cases 38 and 39)', () => {
    const named = Object.entries(shellMethods).filter(([, { params }]) =>
      /"(path|directory|folder|file)"/i.test(JSON.stringify(params.json)),
    )
    expect(named).toEqual([])
  })

  it('is answered without a word of ours about what went wrong inside', async () => {
    fails = new Error('/home/anna/secret: ENOENT')
    const outcome = await ask('copyText', { text: 'x' })
    expect(outcome).toMatchObject({ ok: false, error: { code: 'internal' } })
    expect(JSON.stringify(outcome)).not.toContain('secret')
    fails = new ShellRefusal('diskFull', 'The disk is full.')
    expect(await ask('copyText', { text: 'x' })).toMatchObject({
      error: { code: 'diskFull', message: 'The disk is full.' },
    })
  })
})
