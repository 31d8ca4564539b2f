/** kill -9 of either app at a random moment, twenty times: nothing is lost and nothing is shown twice. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launch, temporaryRoot } from './support/app.ts'
import type { Pair } from './support/pair.ts'
import { meet } from './support/pair.ts'

const rounds = 20
const seed = Number(process.env['WAXWING_E2E_SEED'] ?? Date.now() % 1_000_000)
const folder = temporaryRoot()
let pair: Pair

/** mulberry32: small, seeded, good enough to pick moments. */
function generator(start: number): () => number {
  let state = start
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

beforeAll(async () => {
  console.log(`kill -9 moments by seed ${seed}; repeat with WAXWING_E2E_SEED=${seed}`)
  pair = await meet(folder.path)
}, 180_000)

afterAll(async () => {
  await Promise.all([pair.anna.close(), pair.ben.close()])
  folder.done()
}, 60_000)

describe('kill -9', () => {
  it(
    `of either side at a random moment, ${rounds} times, loses and doubles nothing`,
    async () => {
      const random = generator(seed)
      const stored = { anna: [] as string[], ben: [] as string[] }
      for (let round = 0; round < rounds; round++) {
        const sender = random() < 0.5 ? 'anna' : 'ben'
        const victim = random() < 0.5 ? 'anna' : 'ben'
        for (let line = 0; line < 3; line++) {
          const text = `${sender} ${round}.${line}`
          await pair[sender].send(text)
          // A row that carries a delivery mark was stored: from here on it must never be lost.
          await pair[sender]
            .message(text)
            .getByRole('img', { name: /^(Written|Sent|Delivered|Read)/ })
            .first()
            .waitFor()
          stored[sender].push(text)
        }
        // The moment of death within the traffic of those three messages.
        await new Promise((resolve) => setTimeout(resolve, Math.floor(random() * 60)))
        await pair[victim].kill()
        pair[victim] = await launch({ dataRoot: folder.path, profile: victim })
        await pair[victim].unlock()
        await pair[victim].openConversation(victim === 'anna' ? 'Ben' : 'Anna')
      }
      for (const [sender, other] of [
        ['anna', 'ben'],
        ['ben', 'anna'],
      ] as const) {
        // The last of all: when it has arrived, everything before it has, or never will.
        const last = `${sender} ${rounds}.0`
        await pair[sender].send(last)
        stored[sender].push(last)
        await pair[sender].waitForDelivery(last, 'Delivered', 60_000)
        await pair[other].message(last).waitFor()
        const shown = await allTexts(other, sender)
        expect(shown).toEqual(stored[sender])
      }
    },
    20 * 60_000,
  )
})

/** Every text of `sender` that `viewer` shows, oldest first, read by scrolling through the whole conversation. */
async function allTexts(viewer: 'anna' | 'ben', sender: 'anna' | 'ben'): Promise<readonly string[]> {
  const { page } = pair[viewer]
  const pattern = new RegExp(`^${sender} \\d+\\.\\d+$`)
  const found = new Map<string, number>()
  const order: string[][] = []
  for (let step = 0; step < 60; step++) {
    const texts = await pair[viewer].region('Messages').getByRole('article').allInnerTexts()
    const lines = texts.flatMap((text) => text.split('\n')).filter((line) => pattern.test(line))
    order.unshift(lines)
    for (const line of lines)
      found.set(line, Math.max(found.get(line) ?? 0, lines.filter((other) => other === line).length))
    await pair[viewer].region('Messages').hover()
    await page.mouse.wheel(0, -300)
    await page.waitForTimeout(30)
  }
  const doubled = [...found].filter(([, count]) => count > 1).map(([line]) => line)
  expect(doubled).toEqual([])
  return mergeWindows(order)
}

/** Overlapping windows of one list, oldest window first, into that list. */
function mergeWindows(windows: readonly (readonly string[])[]): readonly string[] {
  const merged: string[] = []
  for (const window of windows) for (const line of window) if (!merged.includes(line)) merged.push(line)
  return merged
}
