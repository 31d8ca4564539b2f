/** Nodes that leave, die and come back: what was accepted is delivered, once, in order. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { join } from 'node:path'
import type { HeadlessNode } from './headlessNode.ts'
import { allMessages, befriend, openNode, temporaryFolder, textOf } from './headlessNode.ts'

let folder: ReturnType<typeof temporaryFolder>
let nodes: Map<string, HeadlessNode>

beforeEach(() => {
  folder = temporaryFolder()
  nodes = new Map()
})

afterEach(async () => {
  await Promise.all([...nodes.values()].map((node) => node.kill('SIGKILL')))
  folder.remove()
})

async function open(name: string): Promise<HeadlessNode> {
  const node = await openNode(join(folder.path, name), name)
  nodes.set(name, node)
  return node
}

async function send(node: HeadlessNode, conversation: string, text: string) {
  return node.call('message.send', { conversation, clientId: text, text })
}

async function textsOf(node: HeadlessNode, conversation: string): Promise<readonly string[]> {
  return (await allMessages(node, conversation)).map(textOf)
}

/** Waits until the other side has everything of this node's. */
async function delivered(node: HeadlessNode, conversation: string): Promise<void> {
  const deadline = Date.now() + 60_000
  for (;;) {
    const own = (await allMessages(node, conversation)).filter((message) => message.own)
    const waiting = own.filter(({ delivery }) => delivery?.state !== 'delivered' && delivery?.state !== 'read')
    if (waiting.length === 0) return
    if (Date.now() > deadline) throw new Error(`${waiting.length} of ${own.length} messages were not delivered`)
    const heard = node.events.length
    await node.until('news', () => (node.events.length > heard ? true : null), 5_000).catch(() => undefined)
  }
}

describe('a peer that is away', () => {
  it('gets what was written meanwhile, once, when it comes back', async () => {
    const [anna, ben] = await Promise.all([open('Anna'), open('Ben')])
    const conversation = await befriend(anna, ben)
    expect(await ben.stop()).toEqual({ code: 0, signal: null })
    const texts = ['one', 'two', 'three']
    for (const text of texts) {
      const message = await send(anna, conversation, text)
      expect(message.delivery?.state).toBe('written')
    }
    const again = await open('Ben')
    await delivered(anna, conversation)
    expect(await textsOf(again, conversation)).toEqual(texts)
    const arrivals = again.events.filter(({ event }) => event.kind === 'messageArrived')
    expect(arrivals).toHaveLength(texts.length)
  })

  it('is sent what waited before the writer left and came back too', async () => {
    const [anna, ben] = await Promise.all([open('Anna'), open('Ben')])
    const conversation = await befriend(anna, ben)
    await ben.stop()
    await send(anna, conversation, 'before')
    await anna.stop()
    const [annaAgain, benAgain] = [await open('Anna'), await open('Ben')]
    await send(annaAgain, conversation, 'after')
    await delivered(annaAgain, conversation)
    expect(await textsOf(benAgain, conversation)).toEqual(['before', 'after'])
  })

  it('is met later, when it was away as its invite was accepted', async () => {
    const [anna, ben] = await Promise.all([open('Anna'), open('Ben')])
    const { link } = await anna.call('invite.create', { lifetimeMs: null })
    await anna.stop()
    const { conversation, state } = await ben.call('invite.accept', { link })
    expect(state).toBe('pending')
    await send(ben, conversation, 'Hello, are you there?')
    const annaAgain = await open('Anna')
    await annaAgain.event('the message', (event) => event.kind === 'messageArrived')
    await delivered(ben, conversation)
    expect(await textsOf(annaAgain, conversation)).toEqual(['Hello, are you there?'])
  })
})

/** mulberry32. */
function generator(start: number): () => number {
  let state = start
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

describe('kill -9 at a random moment', () => {
  const rounds = 20
  const seed = Number(process.env['WAXWING_KILL_SEED'] ?? Date.now() % 1_000_000)

  it(`${rounds} times, of either side: nothing is lost, nothing doubled (WAXWING_KILL_SEED=${seed})`, async () => {
    const random = generator(seed)
    await Promise.all([open('Anna'), open('Ben')])
    const node = (name: string): HeadlessNode => nodes.get(name) as HeadlessNode
    const conversation = await befriend(node('Anna'), node('Ben'))
    const written: Record<string, string[]> = { Anna: [], Ben: [] }
    for (let round = 0; round < rounds; round++) {
      const victim = random() < 0.5 ? 'Anna' : 'Ben'
      const unanswered: { writer: string; text: string }[] = []
      const calls = ['Anna', 'Ben'].flatMap((writer) =>
        [0, 1, 2, 3].map(async (line) => {
          const text = `${writer} ${round}.${line}`
          written[writer]?.push(text)
          await send(node(writer), conversation, text).catch(() => void unanswered.push({ writer, text }))
        }),
      )
      await new Promise((resolve) => setTimeout(resolve, Math.floor(random() * 40)))
      await node(victim).kill('SIGKILL')
      await Promise.all(calls)
      await open(victim)
      // What was never answered is asked again, as a screen would: the same clientId is one message.
      unanswered.sort((a, b) => a.text.localeCompare(b.text))
      for (const { writer, text } of unanswered) await send(node(writer), conversation, text)
    }
    await delivered(node('Anna'), conversation)
    await delivered(node('Ben'), conversation)
    for (const reader of ['Anna', 'Ben']) {
      const texts = await textsOf(node(reader), conversation)
      for (const writer of ['Anna', 'Ben']) {
        expect(texts.filter((text) => text.startsWith(writer))).toEqual(written[writer])
      }
    }
  }, 180_000)
})
