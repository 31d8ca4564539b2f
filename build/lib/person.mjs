import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const startTimeoutMs = 60_000
const stepTimeoutMs = 30_000
const typingDelayMs = 25
const passphrase = 'correct horse battery staple'

/**
 * One running app, worked as a person would: by the names on the screen. It is reached over Chromium's debugging
 * protocol on loopback, as Playwright's own way in needs the app to run as the user that we are.
 */
export class Person {
  /**
   * @param {string} name
   * @param {import('node:child_process').ChildProcess} child started with `--remote-debugging-port=0`
   * @param {{ bringToFront: (pid: number) => Promise<void> }} [display] the one in memory, if they are on it
   */
  static async meet(name, child, display) {
    const address = await debuggingAddress(child)
    const { chromium } = require('playwright')
    const browser = await chromium.connectOverCDP(address)
    const context = browser.contexts()[0]
    const page = context.pages()[0] ?? (await context.waitForEvent('page', { timeout: startTimeoutMs }))
    page.setDefaultTimeout(stepTimeoutMs)
    return new Person(name, browser, page, () => display?.bringToFront(child.pid ?? 0))
  }

  constructor(name, browser, page, comeToFront) {
    this.comeToFront = comeToFront
    this.name = name
    this.browser = browser
    this.page = page
  }

  button(name) {
    return this.page.getByRole('button', { name, exact: true })
  }

  field(name) {
    return this.page.getByRole('textbox', { name, exact: true })
  }

  region(name) {
    return this.page.getByRole('region', { name, exact: true })
  }

  /** First run: a name and a passphrase. */
  async onboard() {
    await this.field('Your name').fill(this.name)
    await this.button('Continue').click()
    await this.field('Passphrase')
      .or(this.page.getByRole('radio', { name: /passphrase/i }))
      .first()
      .waitFor()
    const byPassphrase = this.page.getByRole('radio', { name: /passphrase/i })
    if ((await byPassphrase.count()) > 0) await byPassphrase.first().check({ force: true })
    await this.field('Passphrase').fill(passphrase)
    await this.field('Repeat passphrase').fill(passphrase)
    await this.button('Create profile').click()
    await this.region('Conversations').waitFor()
  }

  async createInvite() {
    await this.button('New contact').first().click()
    await this.button('Create invite').click()
    const link = await this.field('Invite link to share').inputValue()
    await this.page.keyboard.press('Escape')
    return link
  }

  async acceptInvite(link) {
    await this.button('New contact').first().click()
    await this.field('Invite link').fill(link)
    await this.button('Accept invite').click()
  }

  async openConversation(name) {
    await this.region('Conversations').getByText(name, { exact: true }).first().click()
    await this.region('Messages').waitFor()
  }

  async send(text) {
    await this.field('Message').pressSequentially(text, { delay: typingDelayMs })
    await this.button('Send').click()
  }

  message(text) {
    return this.region('Messages')
      .getByRole('article')
      .filter({ has: this.page.getByText(text, { exact: true }) })
  }

  /** What the mark beside the message says, once it says `wanted`; else what it says after the time. */
  async waitForMark(text, wanted) {
    const marks = this.message(text).getByRole('img')
    await marks
      .and(this.page.getByLabel(wanted))
      .first()
      .waitFor()
      .catch(() => undefined)
    return await marks.first().getAttribute('aria-label')
  }

  async safetyNumber() {
    await this.button('Verify').click()
    const number = await this.page.getByRole('group', { name: 'Safety number' }).innerText()
    return number.replaceAll(/\s+/g, ' ').trim()
  }

  async leave() {
    await this.browser.close()
  }
}

/** @returns {Promise<string>} where the app's Chromium listens on loopback */
function debuggingAddress(child) {
  return new Promise((resolve, reject) => {
    let said = ''
    const timer = setTimeout(() => reject(new Error(`no window in time\n${said}`)), startTimeoutMs)
    child.stderr.on('data', (/** @type {string} */ text) => {
      said += text
      const found = /DevTools listening on (ws:\/\/127\.0\.0\.1:\d+\/\S+)/.exec(said)
      if (found) {
        clearTimeout(timer)
        resolve(found[1])
      }
    })
    child.once('exit', (code) => reject(new Error(`the app ended with code ${code}\n${said}`)))
  })
}
