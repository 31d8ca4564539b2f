/** What goes wrong says so on the screen, in a sentence, and nothing is lost by it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator } from 'playwright'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { App } from './support/app.ts'
import { launch, temporaryRoot } from './support/app.ts'

const folder = temporaryRoot()
let anna: App
let ben: App

beforeAll(async () => {
  anna = await launch({ dataRoot: folder.path, profile: 'anna' })
  ben = await launch({ dataRoot: folder.path, profile: 'ben' })
  await anna.onboard('Anna')
  await ben.onboard('Ben')
}, 120_000)

afterAll(async () => {
  await Promise.all([anna.close(), ben.close()])
  folder.done()
}, 60_000)

afterEach(async () => {
  for (const app of [anna, ben]) {
    if (app.page.isClosed()) continue
    await app.page.keyboard.press('Escape')
    await app.page.keyboard.press('Escape')
  }
})

/** Pastes a link and returns the place where its problem must be shown. */
async function paste(app: App, link: string): Promise<Locator> {
  await app.button('New contact').first().click()
  await app.field('Invite link').fill(link)
  return app.page.getByRole('dialog')
}

describe('an invite that cannot be accepted says why', () => {
  it('when it is no invite', async () => {
    const dialog = await paste(ben, 'waxwing:invite/this-is-not-one!')
    await dialog.getByText(/not a complete Waxwing invite/i).waitFor()
    expect(await ben.button('Accept invite').isEnabled()).toBe(false)
  })

  it('when its end is missing', async () => {
    const link = await anna.createInvite()
    const dialog = await paste(ben, link.slice(0, -10))
    await dialog.getByText(/part of the invite is missing/i).waitFor()
  })

  it('when it is one’s own', async () => {
    const link = await anna.createInvite()
    const dialog = await paste(anna, link)
    await dialog.getByText(/your own/i).waitFor()
  })

  it('when it was withdrawn', async () => {
    await anna.button('New contact').first().click()
    await anna.button('Create invite').click()
    const withdrawn = await anna.field('Invite link to share').inputValue()
    await anna.button('Withdraw invite').click()
    await anna.page.keyboard.press('Escape')
    await ben.acceptInvite(withdrawn)
    await ben.page
      .getByText(/withdrew it/i)
      .first()
      .waitFor()
  })
})

describe('a profile whose database is damaged', () => {
  it('is not opened, is not replaced, and says what to do', async () => {
    await ben.close()
    const database = join(folder.path, 'profiles', 'ben', 'store.db')
    const whole = readFileSync(database)
    const damaged = Buffer.from(whole)
    damaged.fill(0x55, 512, 3_000)
    writeFileSync(database, damaged)
    ben = await launch({ dataRoot: folder.path, profile: 'ben' })
    await ben.unlock()
    await ben.page
      .getByText(/damaged/i)
      .first()
      .waitFor()
    expect(readFileSync(database).equals(damaged)).toBe(true)

    await ben.close()
    writeFileSync(database, whole)
    ben = await launch({ dataRoot: folder.path, profile: 'ben' })
    await ben.unlock()
    await ben.region('Conversations').waitFor()
  })
})
