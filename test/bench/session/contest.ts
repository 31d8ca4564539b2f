/** One run in one runtime: `contest.js URL`, the address of libsignal's main module. Writes JSON to stdout. */
import { createSodiumCrypto } from '../../../main/node/crypto/sodium.ts'
import type { Library } from './ends.ts'
import { settled } from './ends.ts'
import { libsignal } from './libsignal.ts'
import type { Figure } from './measure.ts'
import { interleave } from './measure.ts'
import { waxwing } from './waxwing.ts'
import { aimedAt, meeting, recipients } from './workloads.ts'

const rounds = 40
const recipientRounds = 20

export interface Contest {
  readonly runtime: string
  readonly figures: readonly Figure[]
  /** A 256 B message as it is sealed in a ping-pong: the mean of many. */
  readonly oursSizeBytes: number
  readonly theirsSizeBytes: number
}

async function meanSizeBytes(library: Library): Promise<number> {
  const pair = await settled(library, 32)
  const message = new Uint8Array(256)
  const messages = 256
  let sizeBytes = 0
  for (let turn = 0; turn < messages / 2; turn++) {
    const answer = await pair.seal(1, message)
    await pair.open(0, answer)
    const question = await pair.seal(0, message)
    await pair.open(1, question)
    sizeBytes += answer.length + question.length
  }
  return sizeBytes / messages
}

async function contest(url: string): Promise<Contest> {
  const crypto = createSodiumCrypto()
  const [ours, shown, theirs] = [waxwing(crypto), waxwing(crypto, 'shown'), await libsignal(url)]
  const figures: Figure[] = []
  for (const workload of aimedAt()) figures.push(...(await interleave(workload, ours, theirs, rounds)))
  figures.push(...(await interleave(meeting(), shown, theirs, rounds)))
  figures.push(...(await interleave(recipients(250), ours, theirs, recipientRounds)))
  const { node, electron } = process.versions as NodeJS.ProcessVersions & { readonly electron?: string }
  return {
    runtime: electron === undefined ? `Node ${node}` : `Electron ${electron}`,
    figures,
    oursSizeBytes: await meanSizeBytes(ours),
    theirsSizeBytes: await meanSizeBytes(theirs),
  }
}

const [url] = process.argv.slice(2)
if (url === undefined) throw new Error('contest.js wants the address of libsignal')
process.stdout.write(`${JSON.stringify(await contest(url))}\n`)
