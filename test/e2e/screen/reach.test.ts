/** How people reach each other, as the screen shows it and lets it be chosen. */
import type { Locator, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Settings } from '../../../preload/contract/dto.ts'
import { FakeNode } from './fakeNode.ts'
import { anna, ben, chiara, jonas, mei, nowMs } from './people.ts'
import type { Screen, Stage } from './screen.ts'
import { launch, openScreen } from './screen.ts'
import { heldText, hiddenNode, lonelyNode, wideNode } from './wide.ts'

let stage: Stage
let screen: Screen | undefined
beforeAll(async () => {
  stage = await launch()
}, 60_000)
afterEach(async () => {
  expect(screen?.complaints).toEqual([])
  await screen?.close()
  screen = undefined
})
afterAll(() => stage.close())

async function show(node: FakeNode): Promise<Screen> {
  screen = await openScreen(stage, node)
  return screen
}

async function open(page: Page, name: string): Promise<void> {
  await page.getByRole('region', { name: 'Conversations' }).getByText(name, { exact: true }).click()
  await page.locator('section[aria-label="Messages"][data-placed]').waitFor()
}

async function settings(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: 'Settings' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Export fingerprint' }).waitFor()
  return dialog
}

const saved = (node: FakeNode): readonly Settings[] =>
  node.calls
    .filter((call) => call.method === 'settings.set')
    .map((call) => (call.params as { readonly settings: Settings }).settings)

describe('the story of a message', () => {
  it('says who holds it and since when, and follows when it arrives', async () => {
    const node = wideNode()
    const { page } = await show(node)
    await open(page, ben.name)
    await page.getByText(heldText).last().click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Message details' }).click()
    const details = page.getByRole('region', { name: 'Details' })
    await details.getByText(`${chiara.name}’s computer holds it until ${ben.name} is back.`).waitFor()
    await details.getByText(/^Since /).waitFor()
    const held = node.messages.at(-1)
    if (!held) throw new Error('no message')
    const message = { ...held, delivery: { state: 'delivered', atMs: nowMs } as const }
    node.messages.splice(-1, 1, message)
    node.emit({ kind: 'messageChanged', message })
    await details.getByText(`It came through ${chiara.name}’s mailbox.`).waitFor()
    expect(await details.getByText(/^Since /).count()).toBe(0)
  })
})

describe('the view of connections', () => {
  it('shows paths, round trips and relays, and keeps asking while it is open', async () => {
    const node = wideNode()
    const { page } = await show(node)
    const dialog = await settings(page)
    const row = (name: string): Locator => dialog.getByRole('listitem').filter({ hasText: name })
    await row(anna.name).getByText('2 ms').waitFor()
    await row(jonas.name).getByText(`Through ${chiara.name}’s relay`).waitFor()
    node.ways.set(anna.account, { roundTripMs: 77 })
    await row(anna.name).getByText('77 ms').waitFor()
    node.changeContact({ ...anna, path: 'away' })
    await row(anna.name).waitFor({ state: 'detached' })
  })

  it('says what to do when nobody is there', async () => {
    const node = lonelyNode()
    const { page } = await show(node)
    const dialog = await settings(page)
    await dialog.getByText('No contact is connected').waitFor()
    await dialog.getByText('Nobody holds messages for you').waitFor()
    await dialog.getByRole('button', { name: 'Connect now' }).click()
    await expect.poll(() => node.calls.some((call) => call.method === 'network.wake')).toBe(true)
  })

  it('says that a proxy fails and what that means, until it is over', async () => {
    const node = hiddenNode()
    const { page } = await show(node)
    const dialog = await settings(page)
    await dialog.getByRole('alert').getByText('The proxy does not answer.').waitFor()
    node.network = { ...node.network, problem: null }
    node.emit({ kind: 'networkChanged', network: node.network })
    await dialog.getByRole('alert').waitFor({ state: 'detached' })
    await dialog.getByText('Nobody can connect to this computer').waitFor()
  })
})

describe('what contacts do for each other', () => {
  it('is used as the user chooses, and is not offered by everybody', async () => {
    const node = wideNode()
    const { page } = await show(node)
    await open(page, anna.name)
    await page.getByRole('button', { name: 'Details' }).click()
    const details = page.getByRole('region', { name: 'Details' })
    await details.getByText('2 ms').waitFor()
    expect(await details.getByText('What they offer').count()).toBe(0)
    await open(page, chiara.name)
    await details.getByText('learns this computer’s address').waitFor()
    await details.getByRole('radio', { name: 'Never' }).check({ force: true })
    await expect.poll(() => node.contacts.get(chiara.account)?.serviceUse).toBe('never')
  })

  it('is switched on for contacts in the settings', async () => {
    const node = new FakeNode()
    const { page } = await show(node)
    const dialog = await settings(page)
    const asks = (method: string): boolean => node.calls.some((call) => call.method === method)
    await expect.poll(() => asks('mailbox.usage')).toBe(true)
    expect(asks('relay.usage')).toBe(false)
    await dialog.getByRole('switch', { name: 'Pass calls on for contacts' }).check()
    await expect.poll(() => asks('relay.usage')).toBe(true)
    await dialog.getByRole('switch', { name: 'Hold messages for contacts' }).check()
    await dialog.getByRole('switch', { name: 'Ask the router' }).uncheck()
    await expect
      .poll(() => saved(node).at(-1))
      .toMatchObject({
        serveRelay: true,
        serveMailbox: true,
        portMapping: false,
      })
    await dialog.getByText('Nothing is held at this moment.').waitFor()
  })

  it('is bounded as the user chooses, and stays so when the window is opened again', async () => {
    const node = wideNode()
    const { page } = await show(node)
    const dialog = await settings(page)
    await dialog.getByText('Held now: 41 messages for 3 contacts, 1.41 MB of 1 GB.').waitFor()
    await dialog.getByText('Passed on today: 1.21 GB of 10 GB.').waitFor()
    const perDay = dialog.getByRole('group', { name: 'Pass on per day, at most' })
    const room = dialog.getByRole('group', { name: 'Disk space for held messages, at most' })
    expect(await room.getByRole('radio').count()).toBe(4)
    const told = await perDay.locator('..').getByRole('status').elementHandle()
    expect(await told?.textContent()).toBe('')
    await room.getByRole('radio', { name: '256 MB' }).check({ force: true })
    await perDay.getByRole('radio', { name: '1 GB', exact: true }).check({ force: true })
    await expect.poll(() => saved(node).at(-1)).toMatchObject({ relayQuota: '1GB', mailboxQuota: '256MB' })
    await dialog.getByText('1.41 MB of 256 MB.').waitFor()
    await dialog.getByText(/^Today’s 1\sGB is used up. Calls are passed on again from \d+:42/).waitFor()
    expect(await told?.textContent()).toContain('is used up')
    expect(await dialog.getByText('Passed on today').count()).toBe(0)
    node.holding = { contacts: 3, items: 41, sizeBytes: 268_435_000 }
    await room.locator('..').getByRole('status').getByText('No room for more').waitFor()
    await room.locator('..').getByText('Held now: 41 messages').waitFor()
    await screen?.close()
    const again = await settings((await show(node)).page)
    expect(await again.getByRole('radio', { name: '256 MB' }).isChecked()).toBe(true)
    await again
      .getByRole('group', { name: 'Pass on per day, at most' })
      .getByRole('radio', { name: 'No limit' })
      .check({ force: true })
    await again.getByText('Passed on today: 1.21 GB.').waitFor()
    // What contacts use shows while it is open, and switched off there is nothing to choose.
    node.holding = { contacts: 1, items: 1, sizeBytes: 2_000 }
    await again.getByText('1 message for 1 contact, 1.95 kB of 256 MB').waitFor()
    await again.getByRole('switch', { name: 'Hold messages for contacts' }).uncheck()
    await again.getByText('Held now: 1 message for 1 contact, 1.95 kB.').waitFor()
    expect(await again.getByRole('group', { name: 'Disk space for held messages, at most' }).count()).toBe(0)
  })
})

describe('who may learn where this computer is', () => {
  it('is chosen among three, and a proxy is taken only with an address and a port', async () => {
    const node = new FakeNode()
    const { page } = await show(node)
    const dialog = await settings(page)
    const group = dialog.getByRole('group', { name: 'Who may learn where I am' })
    await group.getByRole('radio', { name: 'Only my relays' }).check()
    await dialog.getByText('Not reachable at this moment').waitFor()
    expect(await dialog.getByRole('textbox', { name: 'Port' }).count()).toBe(0)
    await group.getByRole('radio', { name: 'Nobody: through a proxy such as Tor' }).check()
    await dialog.getByRole('textbox', { name: 'Proxy' }).fill('tor.example.org')
    await dialog.getByRole('textbox', { name: 'Port' }).fill('65536')
    await dialog.getByRole('button', { name: 'Use this proxy' }).click()
    await dialog.getByText('Enter an address in numbers').waitFor()
    await dialog.getByText('A port is a number from 1 to 65535.').waitFor()
    expect(saved(node).map(({ privacy }) => privacy)).toEqual(['relayOnly', 'proxy'])
    await dialog.getByRole('textbox', { name: 'Proxy' }).fill(' [::1] ')
    await dialog.getByRole('textbox', { name: 'Port' }).fill('9150')
    await page.keyboard.press('Enter')
    await expect.poll(() => saved(node).at(-1)).toMatchObject({ privacy: 'proxy', proxyHost: '::1', proxyPort: 9150 })
    await dialog.getByRole('button', { name: 'Use this proxy' }).waitFor({ state: 'detached' })
  })
})

describe('an invite that cannot be used', () => {
  const copied = (calls: Screen['shellCalls']): unknown => calls.findLast((call) => call.method === 'copyText')?.params

  it('says why, gives the words to ask for another, and a place for it', async () => {
    const { page, shellCalls } = await show(lonelyNode())
    await open(page, mei.name)
    await page.getByText('It expired before').waitFor()
    await page.getByRole('button', { name: 'Copy a request' }).click()
    await page.getByRole('button', { name: 'Request copied' }).waitFor()
    expect(copied(shellCalls)).toEqual({ text: 'Your Waxwing invite has expired. Could you send me a new one?' })
    await page.getByRole('button', { name: 'Enter the new invite' }).click()
    await page.getByRole('textbox', { name: 'Invite link' }).waitFor()
  })

  it('does so too where the link is entered, and not for what another would not mend', async () => {
    const node = lonelyNode()
    const { page, shellCalls } = await show(node)
    await page.getByRole('button', { name: 'New contact' }).first().click()
    await page.getByRole('textbox', { name: 'Invite link' }).fill('waxwing:abcdef')
    await page.getByText('This invite was used already.').waitFor()
    await page.getByRole('button', { name: 'Copy a request' }).click()
    await expect
      .poll(() => copied(shellCalls))
      .toEqual({ text: 'Your Waxwing invite was used already, and each works only once. Could you send me a new one?' })
    node.inspectRefusal = 'inviteOwn'
    await page.getByRole('textbox', { name: 'Invite link' }).fill('waxwing:abcdefg')
    await page.getByText('This is your own invite.').waitFor()
    expect(await page.getByRole('button', { name: /request/i }).count()).toBe(0)
  })
})
