/** Two real apps, two profiles: invite, accept, messages both ways, sleep and waking, verification, export. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launch, temporaryRoot } from './support/app.ts'
import type { Pair } from './support/pair.ts'
import { meet } from './support/pair.ts'

const folder = temporaryRoot()
let pair: Pair

beforeAll(async () => {
  pair = await meet(folder.path)
}, 180_000)

afterAll(async () => {
  await Promise.all([pair.anna.close(), pair.ben.close()])
  folder.done()
}, 60_000)

describe('two people on two profiles', () => {
  it('message each other, with delivered and read marks', async () => {
    const { anna, ben } = pair
    await anna.send('Hello Ben, is this thing on?')
    await ben.message('Hello Ben, is this thing on?').waitFor()
    await anna.waitForDelivery('Hello Ben, is this thing on?', 'Delivered')
    await ben.send('Loud and clear.')
    await anna.message('Loud and clear.').waitFor()
    await ben.waitForDelivery('Loud and clear.', 'Delivered')
    // Both windows show the conversation; being seen is what makes a message read.
    await anna.focus()
    await ben.waitForDelivery('Loud and clear.', 'Read')
    expect(await ben.message('Loud and clear.').count()).toBe(1)
  })

  it('deliver once what was written while the other was closed', async () => {
    const { anna } = pair
    await pair.ben.close()
    await anna.send('Read this when you are back.')
    await anna.message('Read this when you are back.').waitFor()
    pair.ben = await launch({ dataRoot: folder.path, profile: 'ben' })
    await pair.ben.unlock()
    await pair.ben.openConversation('Anna')
    await pair.ben.message('Read this when you are back.').waitFor()
    await anna.waitForDelivery('Read this when you are back.', 'Delivered')
    expect(await pair.ben.message('Read this when you are back.').count()).toBe(1)
  })

  it('see the same safety number, and can mark each other as verified', async () => {
    const { anna, ben } = pair
    const numbers = []
    for (const app of [anna, ben]) {
      await app.button('Verify').click()
      const number = await app.page.getByRole('group', { name: 'Safety number' }).innerText()
      numbers.push(number.replaceAll(/\s+/g, ' ').trim())
    }
    expect(numbers[0]).toMatch(/^(\d{5} ){11}\d{5}$/)
    expect(numbers[1]).toBe(numbers[0])
    await anna.button('Mark as verified').click()
    await anna.page
      .getByText(/^Verified on /)
      .first()
      .waitFor()
    expect(await anna.button('Mark as verified').count()).toBe(0)
  })

  it('export a fingerprint that ssh-keygen verifies and that equals the one on the screen', async () => {
    const { anna } = pair
    const target = mkdtempSync(join(folder.path, 'export-'))
    await anna.electron.evaluate(({ dialog }, path) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] })
    }, target)
    await anna.page.keyboard.press('Escape')
    await anna.button('Settings').click()
    await anna.button('Export fingerprint').click()
    await expect.poll(() => readdirSync(target), { timeout: 20_000 }).toHaveLength(1)
    const exported = join(target, readdirSync(target)[0] ?? '')
    await expect.poll(() => readdirSync(exported), { timeout: 20_000 }).toContain('card.txt.sig')
    const shown = await anna.page.getByRole('group', { name: 'Your fingerprint' }).innerText()
    const fingerprint = shown.replaceAll(/\s+/g, '')

    const listed = execFileSync('ssh-keygen', ['-lf', join(exported, 'anna.pub')], { encoding: 'utf8' })
    expect(listed.split(' ')[1]).toBe(fingerprint)
    const verified = execFileSync(
      'ssh-keygen',
      ['-Y', 'verify', '-f', 'allowed_signers', '-I', 'anna@waxwing', '-n', 'identity@waxwing', '-s', 'card.txt.sig'],
      { cwd: exported, input: readFileSync(join(exported, 'card.txt')), encoding: 'utf8' },
    )
    expect(verified).toContain('Good "identity@waxwing" signature for anna@waxwing')
    expect(verified).toContain(fingerprint)
    expect(readFileSync(join(exported, 'card.txt'), 'utf8')).toContain(fingerprint)
  })
})
