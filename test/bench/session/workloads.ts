/** What is measured. Each block times only the library's work and checks afterwards that every plaintext came out. */
import type { Library, Offer, Pair, Side } from './ends.ts'
import { settled } from './ends.ts'

const messageSizeBytes = 256
/** Turns before the clock starts, so that the first post-quantum epochs are past or under way. */
const settlingTurns = 32

/** Runs what is measured and gives its milliseconds. */
export type Clock = (work: () => Promise<void>) => Promise<number>

export const plainClock: Clock = async (work) => {
  const at = performance.now()
  await work()
  return performance.now() - at
}

/** One block; gives the milliseconds of one operation, for each of the workload's figures. */
export type Block = () => Promise<readonly number[]>

export interface Workload {
  readonly figures: readonly {
    readonly name: string
    /** How many times as fast as libsignal it is meant to be. */
    readonly aim: number | null
  }[]
  /** Of one block, for each figure. */
  readonly operations: number
  readonly start: (library: Library, clock: Clock) => Block
}

function messagesOf(count: number): readonly Uint8Array[] {
  return Array.from({ length: count }, (_, at) => new Uint8Array(messageSizeBytes).fill(at % 251))
}

/** Throws unless what was opened is what was sealed, in the same order. */
function assertSame(opened: readonly Uint8Array[], sealed: readonly Uint8Array[]): void {
  const same =
    opened.length === sealed.length && opened.every((one, at) => Buffer.compare(one, sealed[at] ?? one) === 0)
  if (!same) throw new Error('what was opened is not what was sealed')
}

/** A pair that is replaced by a fresh one after so many blocks. */
function renewing(library: Library, blocksPerPair: number): () => Promise<Pair> {
  let pair: Pair | null = null
  let blocks = 0
  return async () => {
    if (pair === null || blocks % blocksPerPair === 0) pair = await settled(library, settlingTurns)
    blocks += 1
    return pair
  }
}

/** One side writes and the other never answers. 500 messages per session: what the product allows is 1,000. */
function oneWay(operations: number): Workload {
  const messages = messagesOf(operations)
  const start = (library: Library, clock: Clock): Block => {
    const next = renewing(library, Math.max(1, Math.floor(500 / operations)))
    return async () => {
      const pair = await next()
      const opened: Uint8Array[] = []
      const ms = await clock(async () => {
        for (const message of messages) opened.push(await pair.open(1, await pair.seal(0, message)))
      })
      assertSame(opened, messages)
      return [ms / operations]
    }
  }
  return { figures: [{ name: '256 B one-way: seal and open', aim: 2 }], operations, start }
}

/** Both by turns, one message each: every message brings a new key of the elliptic curve. */
function pingPong(operations: number): Workload {
  const messages = messagesOf(operations)
  const start = (library: Library, clock: Clock): Block => {
    const next = renewing(library, 8)
    return async () => {
      const pair = await next()
      const opened: Uint8Array[] = []
      const ms = await clock(async () => {
        let from: Side = 1
        for (const message of messages) {
          const at: Side = from === 0 ? 1 : 0
          opened.push(await pair.open(at, await pair.seal(from, message)))
          from = at
        }
      })
      assertSame(opened, messages)
      return [ms / operations]
    }
  }
  return { figures: [{ name: '256 B ping-pong: seal and open', aim: 1.2 }], operations, start }
}

/** From a bundle to the first message that the responder has read, a fresh responder each time. */
function setUp(operations: number, name: string, aim: number | null): Workload {
  const messages = messagesOf(operations)
  const start =
    (library: Library, clock: Clock): Block =>
    async () => {
      const offers: Offer[] = []
      for (let count = 0; count < operations; count++) offers.push(await library.offer())
      const opened: Uint8Array[] = []
      const ms = await clock(async () => {
        for (const [at, offer] of offers.entries()) opened.push((await offer.begin(messages[at] as Uint8Array)).opened)
      })
      assertSame(opened, messages)
      return [ms / operations]
    }
  return { figures: [{ name, aim }], operations, start }
}

/** One message to everybody in a group, each under a session of its own; then all of them open it. */
export function recipients(count: number): Workload {
  const [message] = messagesOf(1) as [Uint8Array]
  const start = (library: Library, clock: Clock): Block => {
    const pairs: Pair[] = []
    return async () => {
      while (pairs.length < count) pairs.push(await settled(library, 1))
      const sealed: Uint8Array[] = []
      const opened: Uint8Array[] = []
      const sealMs = await clock(async () => {
        for (const pair of pairs) sealed.push(await pair.seal(0, message))
      })
      const openMs = await clock(async () => {
        for (const [at, pair] of pairs.entries()) opened.push(await pair.open(1, sealed[at] as Uint8Array))
      })
      assertSame(
        opened,
        pairs.map(() => message),
      )
      return [sealMs, openMs]
    }
  }
  const figures = [
    { name: `256 B to ${count} recipients: seal`, aim: null },
    { name: `256 B to ${count} recipients: open, all of them`, aim: null },
  ]
  return { figures, operations: 1, start }
}

/** What has an aim. */
export function aimedAt(): readonly Workload[] {
  return [oneWay(250), pingPong(128), setUp(20, 'set-up: bundle to first plaintext', 1)]
}

/** What has none; `setUp` with everything that two strangers check of one another is a workload of another library. */
export function meeting(): Workload {
  return setUp(20, 'set-up, with the signatures of both identities', null)
}
