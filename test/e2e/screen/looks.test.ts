/**
 * Every view in every theme and from 380 px to 1,920: no violation that axe-core knows, nothing that the policy or the
 * console complains about, no sideways scrolling. With WAXWING_SHOTS set, a picture of each goes to out/screens.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Profile, Settings } from '../../../preload/contract/dto.ts'
import { FakeNode } from './fakeNode.ts'
import { anna, ben, chiara, dmitri, mei, nearby } from './people.ts'
import type { Screen, Stage } from './screen.ts'
import { launch, openScreen } from './screen.ts'
import { fullNode, heldText, hiddenNode, lonelyNode, wideNode } from './wide.ts'

const directory = join(import.meta.dirname, '../../../out/screens')
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const looks = [
  { name: 'light-phone', theme: 'light', size: [380, 700] },
  { name: 'dark-normal', theme: 'dark', size: [1280, 800] },
  { name: 'contrast-small', theme: 'contrast', size: [800, 600] },
] as const satisfies readonly { name: string; theme: Settings['theme']; size: readonly [number, number] }[]

async function open(page: Page, name: string): Promise<void> {
  await page.getByRole('region', { name: 'Conversations' }).getByText(name, { exact: true }).click()
  await page.locator('section[aria-label="Messages"][data-placed]').waitFor()
}

async function openNearby(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'New contact' }).first().click()
  await page.getByRole('button', { name: 'People nearby' }).click()
  await page.getByRole('button', { name: 'Look for people' }).waitFor()
}

async function lookAround(page: Page): Promise<void> {
  await openNearby(page)
  await page.getByRole('button', { name: 'Look for people' }).click()
  await page.getByText('Nobody here yet').last().waitFor()
}

/** One of each kind that the list can show. */
const crowd = [
  nearby('Noor Haddad', { stage: 'asking' }),
  nearby('Anna Bergström', { looksLike: anna.account }),
  nearby('Yusuf', { stage: 'asked' }),
  nearby('Jo', { alike: true, problem: 'declined' }),
  nearby('', { stage: 'gone', problem: 'different' }),
  nearby(mei.name, { stage: 'done', account: mei.account }),
  nearby('A name that is as long as a name may be, which is a good deal of it'.slice(0, 64)),
]

type Views = { readonly [name: string]: (page: Page, node: FakeNode) => Promise<void> }

const views: Views = {
  list: async (page) => page.getByRole('region', { name: 'Conversations' }).waitFor(),
  conversation: async (page) => open(page, anna.name),
  details: async (page) => {
    await open(page, anna.name)
    await page.getByRole('button', { name: 'Details' }).click()
    await page.getByRole('region', { name: 'Details' }).getByText('Fingerprint').waitFor()
  },
  pending: async (page) => {
    await open(page, mei.name)
    await page.getByRole('button', { name: 'Details' }).click()
    await page.getByRole('region', { name: 'Details' }).getByText('Fingerprint').waitFor()
  },
  messageDetails: async (page) => {
    await open(page, anna.name)
    await page.getByText('Weather says sun until four.').last().click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Message details' }).click()
    await page.getByText('computer has stored it.').waitFor()
  },
  menu: async (page) => {
    await open(page, anna.name)
    await page.getByText('Weather says sun until four.').last().click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Copy text' }).waitFor()
  },
  keyChanged: async (page) => {
    await open(page, dmitri.name)
    await page.getByRole('button', { name: 'Accept new key' }).click()
    await page.getByRole('dialog').waitFor()
  },
  verify: async (page) => {
    await open(page, anna.name)
    await page.getByRole('button', { name: 'Verify' }).click()
    await page.getByRole('group', { name: 'Safety number' }).waitFor()
  },
  newContact: async (page) => {
    await page.getByRole('button', { name: 'New contact' }).first().click()
    await page.getByRole('textbox', { name: 'Invite link' }).waitFor()
  },
  invite: async (page) => {
    await page.getByRole('button', { name: 'New contact' }).first().click()
    await page.getByRole('button', { name: 'Create invite' }).click()
    await page.getByRole('textbox', { name: 'Invite link to share' }).waitFor()
  },
  accept: async (page) => {
    await page.getByRole('button', { name: 'New contact' }).first().click()
    await page.getByRole('textbox', { name: 'Invite link' }).fill('waxwing:abcdef')
    await page.getByText('This invite says it is from').waitFor()
  },
  nearby: async (page) => openNearby(page),
  nearbyPeople: async (page, node) => {
    await lookAround(page)
    for (const person of crowd) node.changeNearby(person)
    await page.getByText(crowd.at(-1)?.name ?? '', { exact: true }).waitFor()
  },
  nearbyCompare: async (page, node) => {
    await lookAround(page)
    node.changeNearby(nearby('Noor Haddad', { stage: 'comparing', digits: '08154711' }))
    await page.getByRole('button', { name: 'They are the same' }).waitFor()
  },
  nearbyFailed: async (page, node) => {
    await lookAround(page)
    node.setNearby({ endsAtMs: null, ended: 'attempts', people: [] })
    await page.getByText('Three comparisons came to nothing').waitFor()
  },
  settings: async (page) => {
    await page.getByRole('button', { name: 'Settings' }).click()
    await page.getByRole('button', { name: 'Export fingerprint' }).waitFor()
  },
  palette: async (page) => {
    await page.getByRole('region', { name: 'Conversations' }).waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').waitFor()
  },
  find: async (page) => {
    await open(page, anna.name)
    await page.keyboard.press('Control+f')
    await page.getByRole('textbox', { name: 'Find in conversation' }).fill('ferry')
    await page.getByText('1 of 1').waitFor()
  },
}

async function settings(page: Page, section: string): Promise<void> {
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByRole('button', { name: 'Export fingerprint' }).waitFor()
  await page.getByRole('heading', { name: section, exact: true }).evaluate((heading) => heading.scrollIntoView())
}

const wide: Views = {
  connections: async (page) => {
    await settings(page, 'Connections')
    await page.getByText('1.2 s').waitFor()
  },
  serving: async (page) => {
    await settings(page, 'For your contacts')
    await page.getByText('41 messages for 3 contacts').waitFor()
  },
  privacy: async (page) => settings(page, 'Privacy'),
  offers: async (page) => {
    await open(page, chiara.name)
    await page.getByRole('button', { name: 'Details' }).click()
    await page.getByText('In use:').waitFor()
  },
  held: async (page) => {
    await open(page, ben.name)
    await page.getByText(heldText).last().click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Message details' }).click()
    await page.getByText('holds it until').waitFor()
  },
}

const full: Views = {
  servingFull: async (page) => {
    await settings(page, 'For your contacts')
    await page.getByText('No room for more').waitFor()
  },
}

const lonely: Views = {
  nobody: async (page) => {
    await settings(page, 'Connections')
    await page.getByText('No contact is connected').waitFor()
  },
  inviteFailed: async (page) => {
    await open(page, mei.name)
    await page.getByRole('button', { name: 'Details' }).click()
    await page.getByRole('region', { name: 'Details' }).getByText('It expired before').waitFor()
  },
  inviteRefused: async (page) => {
    await page.getByRole('button', { name: 'New contact' }).first().click()
    await page.getByRole('textbox', { name: 'Invite link' }).fill('waxwing:abcdef')
    await page.getByRole('button', { name: 'Copy a request' }).waitFor()
  },
}

const hidden: Views = {
  proxy: async (page) => {
    await settings(page, 'Privacy')
    await page.getByRole('textbox', { name: 'Port' }).fill('0')
    await page.getByRole('button', { name: 'Use this proxy' }).click()
    await page.getByText('A port is a number').waitFor()
  },
  proxyFails: async (page) => {
    await settings(page, 'Connections')
    await page.getByText('Nothing goes out past the proxy').last().waitFor()
  },
}

const closed: {
  readonly [name: string]: { readonly profile: Partial<Profile>; readonly go: (page: Page) => Promise<void> }
} = {
  welcome: {
    profile: { state: 'absent' },
    go: async (page) => page.getByRole('textbox', { name: 'Your name' }).waitFor(),
  },
  protect: {
    profile: { state: 'absent' },
    go: async (page) => {
      await page.getByRole('button', { name: 'Continue' }).click()
      await page.getByRole('textbox', { name: 'Passphrase', exact: true }).fill('violet harbour lamp seven')
      await page.getByRole('button', { name: 'Create profile' }).click()
      await page.getByText('not the same').waitFor()
    },
  },
  unlock: {
    profile: { state: 'locked' },
    go: async (page) => {
      await page.getByRole('textbox', { name: 'Passphrase' }).fill('nonsense')
      await page.getByRole('button', { name: 'Unlock' }).click()
      await page.getByText('That is not the passphrase').waitFor()
    },
  },
  broken: {
    profile: { state: 'broken', problem: 'The database is damaged at its first page.' },
    go: async (page) => page.getByText('damaged at its first page').waitFor(),
  },
}

let stage: Stage
beforeAll(async () => {
  if (process.env['WAXWING_SHOTS'] !== undefined) mkdirSync(directory, { recursive: true })
  stage = await launch()
}, 60_000)
afterAll(() => stage.close())

async function findings(page: Page): Promise<readonly string[]> {
  const session = await page.context().newCDPSession(page)
  await session.send('Runtime.evaluate', { expression: axeSource })
  const { result } = await session.send('Runtime.evaluate', {
    expression: `axe.run(document).then((found) => JSON.stringify(found.violations.flatMap((one) => one.nodes.map((node) => one.id + ' ' + node.html.slice(0, 160) + ' ' + (node.any[0]?.message ?? '')))))`,
    awaitPromise: true,
    returnByValue: true,
  })
  await session.detach()
  const sideways = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  return [
    ...(JSON.parse(String(result.value)) as string[]),
    ...(sideways > 0 ? [`scrolls sideways by ${sideways}`] : []),
  ]
}

async function expectGood(screen: Screen, name: string): Promise<void> {
  if (process.env['WAXWING_SHOTS']) await screen.page.screenshot({ path: join(directory, `${name}.png`) })
  expect({ name, found: await findings(screen.page), complaints: screen.complaints }).toEqual({
    name,
    found: [],
    complaints: [],
  })
}

describe.each(looks)('$name', ({ name, theme, size }) => {
  const scheme = theme === 'dark' ? 'dark' : 'light'

  it.each(Object.entries(views))('%s', async (view, go) => {
    const screen = await openScreen(stage, new FakeNode({ settings: { theme } }), { size, scheme })
    await go(screen.page, screen.node)
    await expectGood(screen, `${view}-${name}`)
    await screen.close()
  })

  it.each([
    ...Object.entries(wide).map(([view, go]) => ({ view, go, make: wideNode })),
    ...Object.entries(full).map(([view, go]) => ({ view, go, make: fullNode })),
    ...Object.entries(lonely).map(([view, go]) => ({ view, go, make: lonelyNode })),
    ...Object.entries(hidden).map(([view, go]) => ({ view, go, make: hiddenNode })),
  ])('$view', async ({ view, go, make }) => {
    const screen = await openScreen(stage, make({ settings: { theme } }), { size, scheme })
    await go(screen.page, screen.node)
    await expectGood(screen, `${view}-${name}`)
    await screen.close()
  })

  it.each(Object.entries(closed))('%s', async (view, { profile, go }) => {
    const screen = await openScreen(stage, new FakeNode({ profile, settings: { theme } }), { size, scheme })
    await go(screen.page)
    await expectGood(screen, `${view}-${name}`)
    await screen.close()
  })

  it('empty', async () => {
    const screen = await openScreen(stage, new FakeNode({ empty: true, settings: { theme } }), { size, scheme })
    await screen.page.getByText('Nobody here yet').waitFor()
    await expectGood(screen, `empty-${name}`)
    await screen.close()
  })
})

describe('light-large', () => {
  it.each(['list', 'conversation', 'details', 'verify'])('%s', async (view) => {
    const screen = await openScreen(stage, new FakeNode(), { size: [1920, 1080] })
    await views[view]?.(screen.page, screen.node)
    await expectGood(screen, `${view}-light-large`)
    await screen.close()
  })

  it.each(['connections', 'held'])('%s', async (view) => {
    const screen = await openScreen(stage, wideNode(), { size: [1920, 1080] })
    await wide[view]?.(screen.page, screen.node)
    await expectGood(screen, `${view}-light-large`)
    await screen.close()
  })
})
