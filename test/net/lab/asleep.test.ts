/** Messages for somebody who sleeps: contacts of theirs hold them, and whoever wrote them may be gone by then. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { befriend } from '../../interop/headlessNode.ts'
import { whyNoHomes } from '../internet.ts'
import { Laboratory, numbered, servingPort } from './laboratory.ts'
import type { LabNode } from './labNode.ts'

const why = whyNoHomes()
if (why !== null) console.warn(`Tests of mailboxes between whole nodes are skipped: ${why}`)

let lab: Laboratory

beforeEach(() => {
  if (why === null) lab = new Laboratory()
})
afterEach(async () => {
  if (why === null) expect(await lab.remove()).toEqual([])
})

/**
 * Anna and Ben share a LAN, from which the world can be reached. The mailboxes are contacts of Ben alone: who leaves
 * something there is a stranger to them.
 */
async function meetWithMailboxes(count: number) {
  const mailboxes: LabNode[] = []
  for (let number = 0; number < count; number++) {
    mailboxes.push(await lab.server(`public${number}`, 10 + number, `Mia ${number}`, { serveMailbox: true }))
  }
  const { anna, ben, conversation } = await lab.meetOnLan()
  for (const mailbox of mailboxes) {
    // What she serves reaches Ben before what she says, and where his messages can be left reaches Anna before what he
    // says then.
    const withMailbox = await befriend(mailbox, ben)
    await mailbox.say(withMailbox, ['welcome'])
    await ben.hears(['welcome'])
  }
  await ben.say(conversation, ['good night'])
  await anna.hears(['good night'])
  return { anna, ben, conversation, mailboxes }
}

/** Written while Ben sleeps, and in so many mailboxes that their sender may go. */
async function leave(anna: LabNode, conversation: string, texts: readonly string[]): Promise<void> {
  await anna.say(conversation, texts)
  await anna.sees('all of them held', () => texts.every((text) => anna.states.get(text)?.at(-1) === 'held'))
  for (const text of texts) expect(anna.states.get(text)).not.toContain('delivered')
}

describe.skipIf(why !== null)('somebody who sleeps', () => {
  it('finds everything in a mailbox, once and in order, when the sender has gone; who then learns of it', async () => {
    const { anna, ben, conversation } = await meetWithMailboxes(1)
    await ben.stop()
    await anna.parted(ben)
    const texts = numbered('while Ben sleeps', 40)
    await leave(anna, conversation, texts)
    await anna.stop()
    const awake = await lab.node('host1', 'Ben')
    await awake.hears(texts)
    expect(awake.arrived).toEqual(texts)
    expect(await awake.shown(conversation)).toEqual(texts)
    const back = await lab.node('host0', 'Anna')
    await back.connected(awake)
    await back.say(conversation, ['are you awake?'])
    await back.delivered(['are you awake?'])
    const { messages } = await back.call('messages.page', { conversation, before: null, limit: 200 })
    const own = messages.filter((message) => message.own)
    expect(own.map(({ delivery }) => delivery?.state)).toEqual(own.map(() => 'delivered'))
    expect(await awake.shown(conversation)).toEqual([...texts, 'are you awake?'])
  })

  it('shows once what two mailboxes hold, and what also comes from the sender', async () => {
    const { anna, ben, conversation } = await meetWithMailboxes(2)
    await ben.stop()
    await anna.parted(ben)
    const texts = numbered('in two places', 20)
    await leave(anna, conversation, texts)
    const awake = await lab.node('host1', 'Ben')
    await Promise.all([awake.hears(texts), anna.delivered(texts)])
    await anna.say(conversation, ['the last one'])
    await awake.hears(['the last one'])
    expect(awake.arrived.toSorted()).toEqual([...texts, 'the last one'].toSorted())
    expect(await awake.shown(conversation)).toEqual([...texts, 'the last one'])
  })

  it('loses nothing when the mailbox dies after it said that it holds them', async () => {
    const { anna, ben, conversation, mailboxes } = await meetWithMailboxes(1)
    await ben.stop()
    await anna.parted(ben)
    const texts = numbered('kept through a crash', 10)
    await leave(anna, conversation, texts)
    await mailboxes[0]?.kill('SIGKILL')
    await anna.stop()
    const awake = await lab.node('host1', 'Ben')
    await lab.node('public0', 'Mia 0', { port: servingPort })
    await awake.hears(texts, 60_000)
    expect(awake.arrived).toEqual(texts)
  })
})
