/** What the screen does when it is worked: by mouse, by keys, and by a node that comes and goes. */
import encodeQR from 'qr'
import type { Locator, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { FakeNode } from './fakeNode.ts'
import { anna, ben, chiara, dmitri, layla, message, nowMs, self } from './people.ts'
import type { Screen, ScreenOptions, Stage } from './screen.ts'
import { launch, openScreen } from './screen.ts'

let stage: Stage
let screen: Screen | undefined
beforeAll(async () => {
  stage = await launch()
}, 60_000)
afterEach(async () => {
  await screen?.close()
  screen = undefined
})
afterAll(() => stage.close())

async function show(node = new FakeNode(), options: ScreenOptions = {}): Promise<Screen> {
  screen = await openScreen(stage, node, options)
  return screen
}

async function open(page: Page, name: string): Promise<void> {
  await page.getByRole('region', { name: 'Conversations' }).getByText(name, { exact: true }).click()
  await page.locator('section[aria-label="Messages"][data-placed]').waitFor()
}

const box = (page: Page): Locator => page.getByRole('textbox', { name: 'Message', exact: true })
const article = (page: Page, text: string): Locator => page.getByRole('article').filter({ hasText: text })
const sends = (node: FakeNode): readonly { readonly clientId: string; readonly text: string }[] =>
  node.calls
    .filter((call) => call.method === 'message.send')
    .map((call) => call.params as { clientId: string; text: string })

describe('writing', () => {
  it('sends with Enter, breaks a line with Shift and Enter, and shows how far it came', async () => {
    const { page, node } = await show()
    await open(page, anna.name)
    await expect.poll(() => box(page).evaluate((element) => element === document.activeElement)).toBe(true)
    await page.keyboard.type('First line')
    await page.keyboard.press('Shift+Enter')
    await page.keyboard.type('second line')
    await page.keyboard.press('Enter')
    await article(page, 'second line').getByRole('img', { name: 'Delivered' }).waitFor()
    expect(sends(node).map((sent) => sent.text)).toEqual(['First line\nsecond line'])
    expect(await box(page).inputValue()).toBe('')
    expect(await article(page, 'second line').count()).toBe(1)
  })

  it('keeps a draft for each conversation, and sends nothing that is empty', async () => {
    const { page, node } = await show()
    await open(page, anna.name)
    await box(page).fill('for Anna')
    await open(page, ben.name)
    expect(await box(page).inputValue()).toBe('')
    await box(page).fill('   \n ')
    await page.keyboard.press('Enter')
    expect(await page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true)
    await open(page, anna.name)
    expect(await box(page).inputValue()).toBe('for Anna')
    expect(sends(node)).toEqual([])
  })

  it('says why a message was not stored, and lets it be tried again under the same id', async () => {
    const { page, node } = await show()
    node.refusals.set('message.send', 'diskFull')
    await open(page, anna.name)
    await box(page).fill('Does this fit?')
    await page.keyboard.press('Enter')
    await article(page, 'Does this fit?').getByText('The disk is full.').waitFor()
    node.refusals.clear()
    await article(page, 'Does this fit?').getByRole('button', { name: 'Try again' }).click()
    await article(page, 'Does this fit?').getByRole('img', { name: 'Delivered' }).waitFor()
    expect(new Set(sends(node).map((sent) => sent.clientId)).size).toBe(1)
    expect(await article(page, 'Does this fit?').count()).toBe(1)
  })

  it('writes again what was under way when the node died, once', async () => {
    const { page, node, tell } = await show()
    await open(page, anna.name)
    node.silent = true
    await box(page).fill('Are you still there?')
    await page.keyboard.press('Enter')
    await article(page, 'Are you still there?').getByRole('img', { name: 'Saving' }).waitFor()
    node.silent = false
    await tell({ kind: 'nodeRestarted' })
    await article(page, 'Are you still there?').getByRole('img', { name: 'Delivered' }).waitFor()
    expect(sends(node)).toHaveLength(2)
    expect(new Set(sends(node).map((sent) => sent.clientId)).size).toBe(1)
    expect(await article(page, 'Are you still there?').count()).toBe(1)
  })

  it('stops at a bound and says so', async () => {
    const { page } = await show()
    await open(page, anna.name)
    await box(page).fill('ä'.repeat(20_000))
    await page.getByText('40000 of 32768 bytes').waitFor()
    expect(await page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true)
  })
})

describe('reading', () => {
  it('marks as read what is seen, and not while the window is in the background', async () => {
    const { page, node, tell } = await show()
    await tell({ kind: 'focused', focused: false })
    await open(page, layla.name)
    await page.getByText('New', { exact: true }).waitFor()
    const marks = (): number => node.calls.filter((call) => call.method === 'conversation.markRead').length
    expect(marks()).toBe(0)
    await tell({ kind: 'focused', focused: true })
    await expect.poll(marks).toBe(1)
    await page.getByText('2 unread messages').waitFor({ state: 'detached' })
  })

  it('follows at the end, and stays where the reader is', async () => {
    const node = new FakeNode()
    for (let place = 0; place < 300; place++) {
      node.messages.push(message(ben, 'self', `Line ${place}`, nowMs - 40 * 60_000 + place * 1_000))
    }
    const { page } = await show(node)
    await open(page, ben.name)
    await page.getByText('Line 299').waitFor()
    node.arrive(message(ben, 'self', 'The newest', nowMs, { unread: true }), ben.name)
    await expect.poll(() => page.getByText('The newest').last().isVisible()).toBe(true)
    expect(await page.getByRole('button', { name: /^(Jump to the newest message|\d+ new messages?)$/ }).count()).toBe(0)

    const scroller = page.getByRole('region', { name: 'Messages' })
    await scroller.hover()
    await page.mouse.wheel(0, -2_000)
    const place = async (): Promise<readonly [string, number]> =>
      scroller.evaluate((element) => {
        const middle = element.getBoundingClientRect().top + element.clientHeight / 2
        const articles = [...element.querySelectorAll('article')]
        const one = articles.find((found) => found.getBoundingClientRect().bottom > middle)
        return [one?.getAttribute('data-event') ?? '', one?.getBoundingClientRect().top ?? 0] as const
      })
    await page.getByRole('button', { name: 'Jump to the newest message' }).waitFor()
    const [event, top] = await place()
    node.arrive(message(ben, 'self', 'And one more', nowMs + 1, { unread: true }), ben.name)
    await page.getByRole('button', { name: '1 new message' }).waitFor()
    const [eventAfter, topAfter] = await place()
    expect(eventAfter).toBe(event)
    expect(Math.abs(topAfter - top)).toBeLessThan(1)
    await page.getByRole('button', { name: '1 new message' }).click()
    await expect.poll(() => article(page, 'And one more').isVisible()).toBe(true)
  })

  it('goes back through thousands of messages with a bounded document, and forth again', async () => {
    const node = new FakeNode()
    const count = 5_000
    for (let place = 0; place < count; place++) {
      node.messages.push(message(chiara, 'self', `Line ${place}`, nowMs - 20 * 3_600_000 + place * 1_000))
    }
    const { page } = await show(node)
    await open(page, chiara.name)
    const scroller = page.getByRole('region', { name: 'Messages' })
    let widest = 0
    await expect
      .poll(
        async () => {
          await scroller.evaluate((element) => element.scrollTo({ top: 0 }))
          widest = Math.max(widest, await page.getByRole('article').count())
          return page.getByText('This is the beginning of your conversation').isVisible()
        },
        { timeout: 60_000, interval: 30 },
      )
      .toBe(true)
    expect(widest).toBeLessThan(200)
    await page.getByRole('button', { name: 'Jump to the newest message' }).click()
    await expect.poll(() => article(page, `Line ${count - 1}`).isVisible()).toBe(true)
  }, 90_000)

  it('asks for a snapshot when numbers of the stream are missing', async () => {
    const { page, node } = await show()
    await open(page, anna.name)
    const snapshots = (): number => node.calls.filter((call) => call.method === 'snapshot.get').length
    expect(snapshots()).toBe(1)
    const lost = message(anna, 'self', 'You would have missed this', nowMs)
    node.messages.push(lost)
    node.skip(1)
    node.emit({ kind: 'networkChanged', network: node.network })
    await article(page, 'You would have missed this').waitFor()
    expect(snapshots()).toBe(2)
  })

  it('finds text and goes from match to match', async () => {
    const { page } = await show()
    await open(page, anna.name)
    await page.keyboard.press('Control+f')
    await page.keyboard.type('the')
    const found = page.locator('[data-found]')
    const first = await found.innerText()
    await page.keyboard.press('Enter')
    await expect.poll(() => found.innerText()).not.toBe(first)
    await page.keyboard.press('Escape')
    await expect.poll(() => page.locator('mark').count()).toBe(0)
  })
})

describe('keys', () => {
  it('reach everything, and the focus comes back', async () => {
    const { page } = await show()
    await page.getByRole('region', { name: 'Conversations' }).waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').waitFor()
    await page.keyboard.type('chia')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: chiara.name }).waitFor()
    const focused = (): Promise<string | null> =>
      page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? null)
    await expect.poll(focused).toBe('Message')
    await page.keyboard.press('Control+n')
    await page.getByRole('dialog', { name: 'New contact' }).waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(focused).toBe('Message')
    await page.keyboard.press('Alt+ArrowUp')
    await page.getByRole('heading', { name: ben.name }).waitFor()
    await page.keyboard.press('Control+Shift+F')
    await expect.poll(focused).toBe('Search conversations')
    await page.keyboard.type('Дмит')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: dmitri.name, level: 2 }).waitFor()
    await page.keyboard.press('Control+,')
    await page.getByRole('dialog', { name: 'Settings' }).waitFor()
  })

  it('leave a visible mark at every stop', async () => {
    const { page } = await show()
    await open(page, anna.name)
    const bare: string[] = []
    for (let stop = 0; stop < 24; stop++) {
      await page.keyboard.press('Tab')
      const found = await page.evaluate(() => {
        const element = document.activeElement
        if (!element || element === document.body) return null
        const own = getComputedStyle(element)
        const frame = element.parentElement ? getComputedStyle(element.parentElement) : own
        const marked =
          own.outlineStyle !== 'none' ||
          frame.borderTopColor === getComputedStyle(document.body).getPropertyValue('--focus')
        const inField = element.matches('input, textarea')
        return marked || inField ? null : element.outerHTML.slice(0, 120)
      })
      if (found) bare.push(found)
    }
    expect(bare).toEqual([])
  })

  it('work the list and the messages by arrows', async () => {
    const { page } = await show()
    await page.getByRole('searchbox').focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.locator('section[aria-label="Messages"][data-placed]').waitFor()
    await open(page, anna.name)
    await page.getByRole('region', { name: 'Messages' }).focus()
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('ArrowUp')
    const inside = await page.evaluate(() => document.activeElement?.textContent ?? '')
    expect(inside).toContain('Weather says sun until four.')
  })
})

describe('in a narrow window', () => {
  it('shows one thing at a time, with a way back', async () => {
    const { page } = await show(new FakeNode(), { size: [380, 700] })
    await open(page, anna.name)
    expect(await page.getByRole('region', { name: 'Conversations' }).isVisible()).toBe(false)
    await page.getByRole('button', { name: 'Back' }).click()
    expect(await page.getByRole('region', { name: 'Conversations' }).isVisible()).toBe(true)
    expect(await page.getByRole('region', { name: 'Messages' }).count()).toBe(0)
  })
})

describe('trust', () => {
  it('stops at a changed key, and goes on when it is accepted', async () => {
    const { page, node } = await show()
    await open(page, anna.name)
    node.changeContact({ ...anna, state: 'keyChanged', fingerprint: dmitri.fingerprint })
    await page.getByText('key has changed').waitFor()
    expect(await box(page).count()).toBe(0)
    await page.getByRole('img', { name: 'Key changed' }).first().waitFor()
    await page.getByRole('button', { name: 'Accept new key' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Accept new key' }).click()
    await box(page).waitFor()
    await page.getByRole('img', { name: 'Not verified yet' }).first().waitFor()
  })

  it('compares a picture of a code, and a card, and says what it found', async () => {
    const card = { card: 'waxwing card', signature: null }
    const { page, node } = await show(new FakeNode(), { shell: { openCard: card } })
    await open(page, ben.name)
    await page.getByRole('button', { name: 'Verify' }).click()
    const code = 'waxwing-verify:1:0123456789abcdef0123456789abcdef'
    const chooser = page.waitForEvent('filechooser')
    await page.getByRole('button', { name: 'Choose a picture' }).click()
    await (
      await chooser
    ).setFiles({ name: 'code.gif', mimeType: 'image/gif', buffer: Buffer.from(encodeQR(code, 'gif', { scale: 6 })) })
    await page.getByText('It matches.').waitFor()
    expect(node.calls.findLast((call) => call.method === 'verification.checkQr')?.params).toMatchObject({ qr: code })
    node.comparison = { kind: 'mismatch', expected: ben.fingerprint, got: anna.fingerprint }
    await page.getByRole('button', { name: 'Choose file' }).click()
    await page.getByText('It does not match.').waitFor()
    expect(await page.getByRole('button', { name: 'Mark as verified' }).isDisabled()).toBe(true)
    expect(node.calls.findLast((call) => call.method === 'verification.checkCard')?.params).toMatchObject(card)
    node.comparison = { kind: 'match', fingerprint: ben.fingerprint }
    await page.getByRole('button', { name: 'Choose file' }).click()
    await page.getByRole('button', { name: 'Mark as verified' }).click()
    await page.getByText('Verified on').waitFor()
  })

  it('says what is in a picture without a code, and when there is no camera', async () => {
    const { page } = await show()
    await open(page, ben.name)
    await page.getByRole('button', { name: 'Verify' }).click()
    const chooser = page.waitForEvent('filechooser')
    await page.getByRole('button', { name: 'Choose a picture' }).click()
    await (await chooser).setFiles({ name: 'x.png', mimeType: 'image/png', buffer: Buffer.from('not a picture') })
    await page.getByText('There is no code in this picture').waitFor()
    await page.getByRole('button', { name: 'Use the camera' }).click()
    await page.getByText(/No camera was found|may not use the camera/).waitFor()
  })

  it('shows who an invite claims to be before it is accepted, and takes it from a link that was clicked', async () => {
    const link = `waxwing:invite/${'a'.repeat(80)}`
    const { page, node } = await show(new FakeNode(), { shell: { takeLaunchLink: { link } } })
    await page.getByText('This invite says it is from').waitFor()
    expect(node.calls.some((call) => call.method === 'invite.accept')).toBe(false)
    await page.getByRole('button', { name: 'Accept invite' }).click()
    await page.getByRole('heading', { name: 'Noor Haddad' }).waitFor()
    expect(node.calls.findLast((call) => call.method === 'invite.accept')?.params).toEqual({ link })
  })

  it('says what is wrong with an invite', async () => {
    const { page, node } = await show()
    await page.getByRole('button', { name: 'New contact' }).first().click()
    for (const [code, words] of [
      ['inviteExpired', 'This invite has expired.'],
      ['inviteUsed', 'This invite was used already.'],
      ['inviteOwn', 'This is your own invite.'],
    ] as const) {
      node.inspectRefusal = code
      await page.getByRole('textbox', { name: 'Invite link' }).fill(`waxwing:${code}`)
      await page.getByText(words).waitFor()
      expect(await page.getByRole('button', { name: 'Accept invite' }).isDisabled()).toBe(true)
    }
  })
})

describe('first run', () => {
  it('asks for a name and a passphrase, and for nothing else', async () => {
    const node = new FakeNode({ profile: { state: 'absent', keyringAvailable: false }, empty: true })
    const { page, complaints } = await show(node)
    await page.getByRole('textbox', { name: 'Your name' }).fill('Mara')
    await page.keyboard.press('Enter')
    await page.getByRole('textbox', { name: 'Passphrase', exact: true }).fill('short')
    await page.getByRole('button', { name: 'Create profile' }).click()
    await page.getByText('Use at least 8 characters.').waitFor()
    await page.getByRole('textbox', { name: 'Passphrase', exact: true }).fill('violet harbour lamp')
    await page.getByRole('textbox', { name: 'Repeat passphrase' }).fill('violet harbour lamp')
    await page.keyboard.press('Enter')
    await page.getByText('Nobody here yet').waitFor()
    const created = node.calls.find((call) => call.method === 'profile.create')
    expect(created?.params).toEqual({
      name: 'Mara',
      protection: { kind: 'passphrase', passphrase: 'violet harbour lamp' },
    })
    expect(complaints).toEqual([])
  })

  it('takes everything off the screen when the profile is closed', async () => {
    const { page, node } = await show()
    await open(page, anna.name)
    node.profile = { ...node.profile, state: 'locked' }
    node.emit({ kind: 'profileChanged', profile: node.profile })
    await page.getByRole('button', { name: 'Unlock' }).waitFor()
    expect(await page.getByText(anna.name).count()).toBe(0)
    expect(await page.getByText(self.fingerprint).count()).toBe(0)
  })
})
