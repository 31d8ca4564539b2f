/** Bugs planted on purpose: a simulation that does not find them proves nothing. */
import { describe, expect, it } from 'vitest'
import type { Change, Log, Slice, SliceRequest, Store } from '../../main/core/ports.ts'
import type { Result } from '../../main/core/result.ts'
import { ok } from '../../main/core/result.ts'
import { live } from './scenario.ts'
import type { Climate } from './world.ts'
import { stormy } from './world.ts'

const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined }

/** The given store with some of its methods replaced. */
function altered(store: Store, over: Partial<Store>): Store {
  return {
    resident: () => store.resident(),
    load: (request) => store.load(request),
    commit: (changes) => store.commit(changes),
    conversations: () => store.conversations(),
    messages: (conversation, before, limit) => store.messages(conversation, before, limit),
    messagesById: (events) => store.messagesById(events),
    deliveries: (event) => store.deliveries(event),
    close: () => store.close(),
    ...over,
  }
}

function loading(change: (slice: Slice) => Slice): (store: Store) => Store {
  return (store) =>
    altered(store, {
      load: async (request: SliceRequest) => {
        const slice = await store.load(request)
        return slice.ok ? ok(change(slice.value)) : slice
      },
    })
}

function committing(keep: (change: Change) => boolean): (store: Store) => Store {
  return (store) => altered(store, { commit: (changes) => store.commit(changes.filter(keep)) })
}

/** Whether one of a few worlds notices, in these words. */
async function isNoticed(climate: Climate, words: RegExp): Promise<string> {
  const noticed = new Set<string>()
  for (let seed = 1; seed <= 20; seed++) {
    const { violations } = await live(seed, { ...climate, durationMs: 60_000 }, silent)
    for (const violation of violations) noticed.add(violation)
    if (violations.some((violation) => words.test(violation))) return 'noticed'
  }
  return `only: ${[...noticed].join('; ')}`
}

describe('a simulation notices', () => {
  it('that something is acknowledged before it is stored', async () => {
    const tamper = (store: Store) =>
      altered(store, {
        commit: async (changes): Promise<Result<void, never>> => {
          void store.commit(changes)
          return ok(undefined)
        },
      })
    expect(await isNoticed({ ...stormy, tamper }, /before it was stored/)).toBe('noticed')
  })

  it('that repetitions are not recognised', async () => {
    const own = (slice: Slice) => slice.events.filter((row) => row.clientId !== null)
    const tamper = loading((slice) => ({ ...slice, seen: [], progress: [], events: own(slice) }))
    const noisy = {
      ...stormy,
      tamper: (store: Store) => committing(({ kind }) => kind !== 'putSession')(tamper(store)),
    }
    expect(await isNoticed(noisy, /announced twice/)).toBe('noticed')
  })

  it('that content is sealed anew after a restart', async () => {
    const tamper = loading((slice) => ({
      ...slice,
      outbox: slice.outbox.map((row) => ({ ...row, sealed: null })),
    }))
    expect(await isNoticed({ ...stormy, tamper }, /sealed twice/)).toBe('noticed')
  })

  it('that a message is told as delivered and lost', async () => {
    const tamper = committing(
      (change) => change.kind !== 'putEvent' || !change.row.unread || change.row.sequence % 5 !== 0,
    )
    expect(await isNoticed({ ...stormy, tamper }, /does not have it/)).toBe('noticed')
  })

  it('that the outbox forgets', async () => {
    const tamper = committing((change) => change.kind !== 'putOutbox' || change.row.order % 7 !== 0)
    expect(await isNoticed({ ...stormy, tamper }, /not known as delivered|said, /)).toBe('noticed')
  })

  it('that a key and nonce are used twice', async () => {
    const tamper = committing((change) => change.kind !== 'putSession')
    expect(await isNoticed({ ...stormy, tamper, brokenRandom: true }, /used for two texts/)).toBe('noticed')
  })
})
