/** Pictures of every view, for people to judge. Written to out/screens when WAXWING_SHOTS is set. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { FakeNode } from './fakeNode.ts'
import { anna, dmitri } from './people.ts'
import type { Screen } from './screen.ts'
import { launch, openScreen } from './screen.ts'

const directory = join(import.meta.dirname, '../../../out/screens')
const wanted = process.env['WAXWING_SHOTS']
const sizes = { phone: [380, 700], small: [800, 600], normal: [1280, 800], large: [1920, 1080] } as const
const themes = ['light', 'dark', 'contrast'] as const

describe.runIf(wanted !== undefined)('pictures', () => {
  let browser: Browser
  beforeAll(async () => {
    mkdirSync(directory, { recursive: true })
    browser = await launch()
  })
  afterAll(() => browser.close())

  const shoot = async (screen: Screen, name: string): Promise<void> => {
    await screen.page.waitForTimeout(250)
    await screen.page.screenshot({ path: join(directory, `${name}.png`) })
    if (screen.complaints.length > 0) console.log(name, screen.complaints)
    screen.complaints.length = 0
  }
  const views: { readonly [name: string]: (screen: Screen) => Promise<void> } = {
    conversation: async ({ page }) => {
      await page.getByRole('button', { name: /Anna/ }).first().click()
    },
    list: async () => undefined,
    details: async ({ page }) => {
      await page.getByRole('button', { name: /Anna/ }).first().click()
      await page.getByRole('button', { name: 'Details' }).click()
    },
    keyChanged: async ({ page }) => {
      await page
        .getByRole('button', { name: new RegExp(dmitri.name) })
        .first()
        .click()
    },
    verify: async ({ page }) => {
      await page.getByRole('button', { name: /Anna/ }).first().click()
      await page.getByRole('button', { name: 'Verify' }).click()
    },
    newContact: async ({ page }) => {
      await page.getByRole('button', { name: 'New contact' }).first().click()
    },
    invite: async ({ page }) => {
      await page.getByRole('button', { name: 'New contact' }).first().click()
      await page.getByRole('button', { name: 'Create invite' }).click()
    },
    accept: async ({ page }) => {
      await page.getByRole('button', { name: 'New contact' }).first().click()
      await page.getByRole('textbox', { name: 'Invite link' }).fill('waxwing:abcdef')
    },
    settings: async ({ page }) => {
      await page.getByRole('button', { name: 'Settings' }).click()
    },
    palette: async ({ page }) => {
      await page.getByRole('region', { name: 'Conversations' }).waitFor()
      await page.keyboard.press('Control+k')
    },
  }
  const only = wanted === 'all' ? null : new Set(wanted?.split(','))

  for (const theme of themes) {
    for (const [size, [width, height]] of Object.entries(sizes)) {
      it(`${theme} ${size}`, async () => {
        for (const [name, go] of Object.entries(views)) {
          if (only && !only.has(name) && !only.has(`${theme}-${size}`) && !only.has(`${name}-${theme}-${size}`))
            continue
          const node = new FakeNode({ settings: { theme: theme === 'contrast' ? 'contrast' : 'system' } })
          const screen = await openScreen(browser, node, { width, height, scheme: theme === 'dark' ? 'dark' : 'light' })
          await go(screen)
          await shoot(screen, `${name}-${theme}-${size}`)
          await screen.close()
        }
      })
    }
    it(`${theme} first run and unlock`, async () => {
      if (only && !only.has('start')) return
      const scheme = theme === 'dark' ? 'dark' : 'light'
      const states = {
        absent: {},
        locked: {},
        broken: { problem: 'The database is damaged at its first page.' },
      } as const
      for (const [state, more] of Object.entries(states)) {
        const node = new FakeNode({ profile: { state: state as 'absent', ...more } })
        const screen = await openScreen(browser, node, { scheme, width: 1000, height: 720 })
        await shoot(screen, `start-${state}-${theme}`)
        if (state === 'absent') {
          await screen.page.getByRole('button', { name: 'Continue' }).click()
          await screen.page.getByRole('textbox', { name: 'Passphrase', exact: true }).fill('violet harbour lamp seven')
          await shoot(screen, `start-protect-${theme}`)
        }
        await screen.close()
      }
      const empty = await openScreen(browser, new FakeNode({ empty: true }), { scheme, width: 1000, height: 720 })
      await shoot(empty, `start-empty-${theme}`)
      await empty.close()
    })
  }
  it('knows its people', () => void anna)
})
