/** People nearby as the screen shows them, worked by mouse and keys, with a node that says who is there. */
import type { Page } from 'playwright'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { NearbyPerson } from '../../../preload/contract/dto.ts'
import { FakeNode } from './fakeNode.ts'
import { anna, contact, conversationFor, nearby, nowMs } from './people.ts'
import type { Screen, Stage } from './screen.ts'
import { launch, openScreen } from './screen.ts'

let stage: Stage
let screen: Screen | undefined
beforeAll(async () => {
  stage = await launch()
}, 60_000)
afterEach(async () => {
  expect(screen?.complaints ?? []).toEqual([])
  await screen?.close()
  screen = undefined
})
afterAll(() => stage.close())

async function show(size: readonly [number, number] = [1280, 800]): Promise<Screen> {
  screen = await openScreen(stage, new FakeNode(), { size })
  return screen
}

async function open(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'New contact' }).first().click()
  await page.getByRole('button', { name: 'People nearby' }).click()
  await page.getByRole('dialog', { name: 'People nearby' }).waitFor()
}

async function look(page: Page): Promise<void> {
  await open(page)
  await page.getByRole('button', { name: 'Look for people' }).click()
  await page.getByText('Looking until').waitFor()
}

const noor = (change: Partial<NearbyPerson> = {}): NearbyPerson => nearby('Noor Haddad', change)
const calls = (node: FakeNode, method: string): readonly unknown[] =>
  node.calls.filter((call) => call.method === method).map((call) => call.params)

const inDialog = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.activeElement?.closest('[role=dialog]') !== null)

describe('people nearby', () => {
  it('are looked for only after a click, and no longer than the window is open', async () => {
    const { page, node } = await show()
    await open(page)
    expect(calls(node, 'nearby.start')).toEqual([])
    await page.getByRole('button', { name: 'Look for people' }).click()
    await page.getByText('Looking until').waitFor()
    await page.getByText('On the other computer').waitFor()
    // A click beside the window is no reason to end it.
    await page.mouse.click(5, 5)
    expect(calls(node, 'nearby.stop')).toEqual([])
    await page.keyboard.press('Escape')
    await expect.poll(() => calls(node, 'nearby.stop').length).toBe(1)
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  })

  it('that were never looked for need no stop', async () => {
    const { page, node } = await show()
    await open(page)
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(calls(node, 'nearby.stop')).toEqual([])
  })

  it('are asked, compared with and written to', async () => {
    const { page, node } = await show([380, 700])
    await look(page)
    node.changeNearby(noor())
    await page.getByRole('button', { name: 'Ask Noor Haddad' }).click()
    await expect.poll(() => calls(node, 'nearby.ask')).toEqual([{ peer: noor().peer }])
    node.changeNearby(noor({ stage: 'asked' }))
    await page.getByText('Waiting for their answer').waitFor()
    node.changeNearby(noor({ stage: 'proving' }))
    await page.getByText('Getting the digits ready').waitFor()
    node.changeNearby(noor({ stage: 'comparing', digits: '08154711' }))
    const digits = page.getByLabel('Digits to compare: 0 8 1 5, 4 7 1 1')
    expect(await digits.innerText()).toMatch(/^0815\s*4711$/)
    // They are for the eyes: nothing of them can be marked, and so copied.
    await digits.dblclick()
    expect(await page.evaluate(() => String(getSelection()))).toBe('')
    await page.getByText('Look at Noor Haddad’s screen').waitFor()
    await page.getByRole('button', { name: 'They are the same' }).click()
    await expect.poll(() => calls(node, 'nearby.compare')).toEqual([{ peer: noor().peer, same: true }])
    node.changeNearby(noor({ stage: 'waiting', digits: '08154711' }))
    await page.getByText('Waiting for Noor Haddad to say so').waitFor()
    expect(await page.getByRole('button', { name: 'They are' }).count()).toBe(0)
    const account = contact('Noor Haddad').account
    node.changeNearby(noor({ stage: 'done', account }))
    await page.getByText('Becoming your contact').waitFor()
    const added = node.changeContact(contact('Noor Haddad', { addedAtMs: nowMs, verifiedAtMs: nowMs }))
    const conversation = conversationFor(added.conversation, [account], 'direct', nowMs)
    node.conversations.set(conversation.conversation, conversation)
    node.emit({ kind: 'conversationChanged', conversation })
    await page.getByText('Your contact now, verified').waitFor()
    await page.getByRole('button', { name: 'Write to Noor Haddad' }).click()
    await page.getByText('This is the beginning of your conversation with Noor Haddad.').waitFor()
    await expect.poll(() => calls(node, 'nearby.stop').length).toBe(1)
  })

  it('who ask are answered, by keys alone, and the focus is never lost', async () => {
    const { page, node } = await show()
    await look(page)
    node.changeNearby(noor({ stage: 'asking' }))
    await page.getByRole('button', { name: 'Not now, Noor Haddad' }).click()
    await expect.poll(() => calls(node, 'nearby.answer')).toEqual([{ peer: noor().peer, accept: false }])
    node.changeNearby(noor())
    await page.getByRole('button', { name: 'Ask Noor Haddad' }).waitFor()
    expect(await inDialog(page)).toBe(true)
    node.changeNearby(noor({ stage: 'asking' }))
    const compare = page.getByRole('button', { name: 'Compare with Noor Haddad' })
    await compare.focus()
    // Somebody else who comes takes nothing away from under the fingers.
    node.changeNearby(nearby('Aaron'))
    await page.getByText('Aaron', { exact: true }).waitFor()
    await page.keyboard.press('Enter')
    await expect.poll(() => calls(node, 'nearby.answer').at(-1)).toEqual({ peer: noor().peer, accept: true })
    node.changeNearby(noor({ stage: 'comparing', digits: '00000001' }))
    await page.getByRole('button', { name: 'They are different' }).waitFor()
    expect(await inDialog(page)).toBe(true)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await expect.poll(() => calls(node, 'nearby.compare')).toEqual([{ peer: noor().peer, same: false }])
    node.changeNearby(noor({ stage: 'gone', problem: 'different' }))
    await page.getByText('nobody was added').waitFor()
    expect(await inDialog(page)).toBe(true)
    expect(await page.getByRole('button', { name: 'Ask Noor Haddad' }).count()).toBe(0)
  })

  it('whose names are not what they seem are marked', async () => {
    const { page, node } = await show()
    await look(page)
    node.changeNearby(nearby('Аnna Bergström', { looksLike: anna.account }))
    node.changeNearby(nearby('Jo', { alike: true }))
    node.changeNearby(nearby(''))
    await page.getByText(`Looks like your contact ${anna.name}`).waitFor()
    await page.getByText('This name is here more than once').waitFor()
    await page.getByRole('button', { name: 'Ask Somebody without a name' }).waitFor()
  })

  it('are out of reach in a privacy mode, and that is said', async () => {
    const { page, node } = await show()
    node.setNearby({ available: false })
    await page.getByRole('button', { name: 'New contact' }).first().click()
    await page.getByRole('button', { name: 'People nearby' }).click()
    await page.getByText('your privacy settings').waitFor()
    expect(await page.getByRole('button', { name: 'Look for people' }).count()).toBe(0)
  })

  it('says why it ended, and what a node refuses', async () => {
    const { page, node } = await show()
    await look(page)
    node.refusals.set('nearby.ask', 'nearbyGone')
    node.changeNearby(noor())
    await page.getByRole('button', { name: 'Ask Noor Haddad' }).click()
    await page.getByText('This person is not there any more.').waitFor()
    node.setNearby({ endsAtMs: null, ended: 'time', people: [] })
    await page.getByText('The time is over.').waitFor()
    node.refusals.set('nearby.start', 'nearbyUnavailable')
    await page.getByRole('button', { name: 'Look for people' }).click()
    await page.getByText('keep Waxwing off the local network').waitFor()
  })
})
