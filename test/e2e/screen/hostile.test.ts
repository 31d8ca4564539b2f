/** What others send is text, whatever it says, however long it is. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FakeNode } from './fakeNode.ts'
import { ben, contact, conversationFor, message, nowMs } from './people.ts'
import type { Screen, Stage } from './screen.ts'
import { launch, openScreen } from './screen.ts'

let stage: Stage
beforeAll(async () => {
  stage = await launch()
}, 60_000)
afterAll(() => stage.close())

const shapes = [
  (mark: string) => `<script>window.${mark}=1</script>`,
  (mark: string) => `<img src=x onerror="window.${mark}=1">`,
  (mark: string) => `<svg/onload=window.${mark}=1>`,
  (mark: string) => `"><iframe srcdoc="<script>parent.${mark}=1</script>">`,
  (mark: string) => `<a href="javascript:window.${mark}=1">x</a>`,
  (mark: string) => `javascript:window.${mark}=1`,
  (mark: string) => `{{constructor.constructor('window.${mark}=1')()}}`,
  (mark: string) => `\${window.${mark}=1}`,
  (mark: string) =>
    `<style>@import 'https://evil.example/${mark}';*{background:url(https://evil.example/${mark})}</style>`,
  (mark: string) => `<math><mi xlink:href="data:x,<script>window.${mark}=1</script>">`,
  (mark: string) => `<meta http-equiv=refresh content="0;url=https://evil.example/${mark}">`,
  (mark: string) => `<base href=https://evil.example/${mark}/><link rel=stylesheet href=${mark}.css>`,
  (mark: string) => `&lt;script&gt;window.${mark}=1&lt;/script&gt;`,
  (mark: string) => `<form action=https://evil.example/${mark}><button autofocus onfocus=window.${mark}=1>`,
  (mark: string) => `</textarea></title></style><script>window.${mark}=1</script>`,
  (mark: string) => `<video><source onerror=window.${mark}=1></video>`,
  (mark: string) => `<details open ontoggle=window.${mark}=1>`,
  (mark: string) => `\u202E<b>${mark}</b>\u202C`,
  (mark: string) => `\u0000${mark}\u0007\u001B[31m`,
  (mark: string) => `%3Cscript%3Ewindow.${mark}=1%3C/script%3E`,
] as const

const payloads = Array.from({ length: 500 }, (_, index) =>
  (shapes[index % shapes.length] ?? shapes[0])(`pwned${index}`),
)

async function strange(screen: Screen): Promise<unknown> {
  return screen.page.evaluate(() => ({
    ran: Object.keys(window).filter((key) => key.startsWith('pwned')),
    elements: [
      ...document.querySelectorAll(
        '#root script, #root iframe, #root base, #root meta, #root link, #root style, #root form, #root math, #root video, #root [onerror], #root [onload], #root a[href], #root img:not([src*="/assets/"])',
      ),
    ].map((element) => element.outerHTML.slice(0, 100)),
    scripts: document.scripts.length,
  }))
}

describe('hostile text', () => {
  it('in 500 messages is text, and nothing runs or is fetched', async () => {
    const node = new FakeNode()
    const eve = contact(shapes[1]('pwnedName').slice(0, 64), { lastSeenAtMs: nowMs, path: 'direct' })
    node.contacts.set(eve.account, eve)
    node.messages.push(...payloads.map((text, index) => message(eve, 'self', text, nowMs - 600_000 + index * 1_000)))
    node.conversations.set(eve.conversation, {
      ...conversationFor(eve.conversation, [eve.account], 'direct', nowMs - 700_000),
      last: node.messages.at(-1) ?? null,
    })
    const screen = await openScreen(stage, node)
    const { page } = screen
    await page.getByRole('region', { name: 'Conversations' }).getByText(eve.name, { exact: true }).click()
    await page.locator('section[aria-label="Messages"][data-placed]').waitFor()
    const seen = new Set<string>()
    const scroller = page.getByRole('region', { name: 'Messages' })
    await expect
      .poll(
        async () => {
          const shown = await scroller.evaluate((element) => {
            const texts = [...element.querySelectorAll('article [dir="auto"]')].map((found) => found.textContent ?? '')
            element.scrollBy({ top: -450 })
            return texts
          })
          for (const text of shown) seen.add(text)
          return payloads.filter((text) => !seen.has(text)).slice(0, 8)
        },
        { timeout: 40_000, interval: 30 },
      )
      .toEqual([])
    await page.getByRole('button', { name: 'Details' }).click()
    await page.getByRole('region', { name: 'Details' }).getByText('Fingerprint').waitFor()
    await page.keyboard.press('Control+f')
    await page.keyboard.type('<script>')
    await page
      .getByText(/of \d+/)
      .first()
      .waitFor()
    expect(await strange(screen)).toEqual({ ran: [], elements: [], scripts: 1 })
    expect(screen.complaints).toEqual([])
    await screen.close()
  }, 60_000)

  it('in a warning, an invite and an address stays text as well', async () => {
    const node = new FakeNode()
    const screen = await openScreen(stage, node)
    node.changeContact({ ...ben, name: shapes[1]('pwnedWarning') })
    node.emit({ kind: 'warning', code: 'keyChanged', account: ben.account, message: shapes[1]('pwnedMessage') })
    const notices = screen.page.getByRole('region', { name: 'Notices' })
    await notices.getByText('pwnedWarning').waitFor()
    expect(await notices.getByText('pwnedMessage').count()).toBe(0)
    node.network = { ...node.network, addresses: [shapes[0]('pwnedAddress')] }
    node.emit({ kind: 'networkChanged', network: node.network })
    await screen.page.getByRole('button', { name: 'Settings' }).click()
    await screen.page.getByText('Addresses of this computer').click()
    await screen.page.getByText('pwnedAddress').waitFor()
    expect(await strange(screen)).toEqual({ ran: [], elements: [], scripts: 1 })
    expect(screen.complaints).toEqual([])
    await screen.close()
  })

  it('pasted as HTML arrives as plain text', async () => {
    const screen = await openScreen(stage, new FakeNode())
    const { page } = screen
    await page.getByRole('region', { name: 'Conversations' }).getByText('Ben Okafor', { exact: true }).click()
    const box = page.getByRole('textbox', { name: 'Message', exact: true })
    await box.evaluate((element) => {
      const data = new DataTransfer()
      data.setData('text/html', '<img src=x onerror="window.pwnedPaste=1"><b>bold</b>')
      data.setData('text/plain', 'bold')
      element.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
      document.execCommand('insertText', false, 'bold')
    })
    expect(await box.inputValue()).toBe('bold')
    expect(await strange(screen)).toEqual({ ran: [], elements: [], scripts: 1 })
    await screen.close()
  })
})

describe('links', () => {
  it('open by the shell alone, and only plain https', async () => {
    const node = new FakeNode()
    const ben = contact('Ben Okafor')
    const texts = [
      'see https://example.org/a?b=1 there',
      'javascript:alert(1)',
      'file:///etc/passwd',
      'https://user@example.org/x',
    ]
    node.messages.push(...texts.map((text, index) => message(ben, 'self', text, nowMs - 60_000 + index)))
    const screen = await openScreen(stage, node)
    const { page } = screen
    await page.getByRole('region', { name: 'Conversations' }).getByText(ben.name, { exact: true }).click()
    await page.locator('section[aria-label="Messages"][data-placed]').waitFor()
    expect(await page.getByRole('link').allInnerTexts()).toEqual(['https://example.org/a?b=1'])
    await page.getByRole('link').click({ button: 'middle' })
    expect(screen.shellCalls.filter((call) => call.method === 'openLink')).toEqual([])
    await page.getByRole('link').click()
    await page.getByRole('link').focus()
    await page.keyboard.press('Enter')
    const opened = { method: 'openLink', params: { url: 'https://example.org/a?b=1' } }
    await expect.poll(() => screen.shellCalls.filter((call) => call.method === 'openLink')).toEqual([opened, opened])
    expect(page.url()).toMatch(/index\.html$/)
    await screen.close()
  })
})

describe('long text', () => {
  const long = {
    words: 'lorem ipsum dolor '.repeat(1_800),
    emoji: '😀'.repeat(16_000),
    oneWord: 'a'.repeat(32_000),
    lines: 'x\n'.repeat(16_000),
    marks: `z${'\u0301'.repeat(32_000)}`,
    joined: '👩‍👩‍👧‍👦'.repeat(2_900),
  }

  it('does not stop the window while it arrives, and stays in its place', async () => {
    const node = new FakeNode()
    const ben = contact('Ben Okafor')
    const screen = await openScreen(stage, node)
    const { page } = screen
    await page.getByRole('region', { name: 'Conversations' }).getByText(ben.name, { exact: true }).click()
    await page.locator('section[aria-label="Messages"][data-placed]').waitFor()
    await page.evaluate(() => {
      const tasks: number[] = []
      Object.assign(window, { tasks })
      new PerformanceObserver((list) => tasks.push(...list.getEntries().map((entry) => entry.duration))).observe({
        type: 'longtask',
      })
    })
    for (const [index, text] of Object.values(long).entries()) {
      node.arrive(message(ben, 'self', text, nowMs + index, { unread: true }), ben.name)
      const newest = page.locator(`article[data-event="${node.messages.at(-1)?.event}"]`)
      await newest.getByRole('button', { name: 'Show more' }).waitFor()
    }
    await page.getByRole('button', { name: 'Show more' }).last().click()
    await page.getByRole('button', { name: 'Show less' }).waitFor()
    const tasks = await page.evaluate(() => (window as unknown as { tasks: number[] }).tasks)
    process.stdout.write(`long texts: longest task ${Math.max(0, ...tasks)} ms\n`)
    expect(Math.max(0, ...tasks)).toBeLessThan(250)
    const wide = await page
      .getByRole('region', { name: 'Messages' })
      .evaluate((element) => element.scrollWidth - element.clientWidth)
    expect(wide).toBe(0)
    expect(screen.complaints).toEqual([])
    await screen.close()
  })

  it('of 5 MB is pasted in part, and the rest is said to be missing', async () => {
    const screen = await openScreen(stage, new FakeNode())
    const { page } = screen
    await page.getByRole('region', { name: 'Conversations' }).getByText('Ben Okafor', { exact: true }).click()
    const box = page.getByRole('textbox', { name: 'Message', exact: true })
    const tookMs = await box.evaluate((element) => {
      const data = new DataTransfer()
      data.setData('text/plain', 'a'.repeat(5_000_000))
      const startMs = performance.now()
      element.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
      void (element as HTMLElement).offsetHeight
      return performance.now() - startMs
    })
    process.stdout.write(`5 MB pasted: ${Math.round(tookMs)} ms\n`)
    expect(tookMs).toBeLessThan(500)
    await page.getByText('Only the beginning was pasted.').waitFor()
    expect((await box.inputValue()).length).toBeLessThan(50_000)
    await screen.close()
  })
})
