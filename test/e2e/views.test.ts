/** axe-core on every view, in light and in dark: no violation. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { App } from './support/app.ts'
import { launch, passphrase, temporaryRoot } from './support/app.ts'
import type { Pair } from './support/pair.ts'
import { meet } from './support/pair.ts'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const folder = temporaryRoot()
let pair: Pair

interface Violation {
  readonly id: string
  readonly nodes: readonly string[]
}

/** Runs axe in an isolated world by the debugger, so that the page's own policy need not be loosened. */
async function violations(app: App): Promise<readonly Violation[]> {
  const session = await app.page.context().newCDPSession(app.page)
  await session.send('Runtime.evaluate', { expression: axeSource })
  const { result } = await session.send('Runtime.evaluate', {
    expression: `axe.run(document).then((found) => JSON.stringify(found.violations.map((v) => ({ id: v.id, nodes: v.nodes.map((n) => n.html.slice(0, 160) + " " + n.failureSummary) }))))`,
    awaitPromise: true,
    returnByValue: true,
  })
  await session.detach()
  return JSON.parse(String(result.value)) as readonly Violation[]
}

async function expectNone(app: App): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await app.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    // Colours change over a frame or two even where motion is reduced.
    await app.page.evaluate(async () => {
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
      await Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => null)))
    })
    expect({ colorScheme, violations: await violations(app) }).toEqual({ colorScheme, violations: [] })
  }
}

beforeAll(async () => {
  pair = await meet(folder.path)
  await pair.anna.send('Accessible to everybody.')
  await pair.ben.message('Accessible to everybody.').waitFor()
}, 180_000)

afterAll(async () => {
  await Promise.all([pair.anna.close(), pair.ben.close()])
  folder.done()
}, 60_000)

// What a failing test left open must not fail the next one.
afterEach(async () => {
  await pair.ben.page.keyboard.press('Escape')
  await pair.ben.page.keyboard.press('Escape')
})

describe('no violation of accessibility', () => {
  it('in a conversation', async () => expectNone(pair.ben))

  it('in the verification view', async () => {
    await pair.ben.button('Verify').click()
    await pair.ben.page.getByRole('group', { name: 'Safety number' }).waitFor()
    await expectNone(pair.ben)
  })

  it('in the dialog for a new contact, with an invite made', async () => {
    await pair.ben.button('New contact').first().click()
    await expectNone(pair.ben)
    await pair.ben.button('Create invite').click()
    await pair.ben.field('Invite link to share').waitFor()
    await expectNone(pair.ben)
  })

  it('in the settings', async () => {
    await pair.ben.button('Settings').click()
    await pair.ben.button('Export fingerprint').waitFor()
    await expectNone(pair.ben)
  })

  it('in onboarding, when locked, and after a wrong passphrase', async () => {
    const app = await launch({ dataRoot: folder.path, profile: 'carla' })
    await app.field('Your name').waitFor()
    await expectNone(app)
    await app.field('Your name').fill('Carla')
    await app.button('Continue').click()
    await app.button('Create profile').waitFor()
    await expectNone(app)
    await app.close()

    await pair.ben.close()
    pair.ben = await launch({ dataRoot: folder.path, profile: 'ben' })
    await pair.ben.button('Unlock').waitFor()
    await expectNone(pair.ben)
    await pair.ben.unlock('not the passphrase')
    await pair.ben.page.getByText('That is not the passphrase of this profile', { exact: false }).first().waitFor()
    await expectNone(pair.ben)
    await pair.ben.unlock(passphrase)
    await pair.ben.region('Conversations').waitFor()
    await expectNone(pair.ben)
  })
})
