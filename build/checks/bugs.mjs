// Plants one bug at a time into a copy of the core and demands that the tests named with it fail, by an assertion, and
// that they pass without it. A test that nothing can fail is worse than none.
import { availableParallelism } from 'node:os'
import { handshakeBugs } from './bugs/handshake.mjs'
import { epochBugs } from './bugs/epochs.mjs'
import { identityBugs } from './bugs/identity.mjs'
import { keyBugs } from './bugs/keys.mjs'
import { Lane } from './bugs/lane.mjs'
import { nearbyBugs } from './bugs/nearby.mjs'
import { ratchetBugs } from './bugs/ratchet.mjs'
import { sessionBugs } from './bugs/session.mjs'
import { wireBugs } from './bugs/wire.mjs'

/**
 * `edits` are a file below main, the text that must stand in it exactly once, and what is planted in its place;
 * `tests` are test files below main, without `.test.ts`; `harm` is what an attacker could do or a user would suffer.
 *
 * @typedef {readonly [file: string, find: string, replace: string]} Edit
 * @typedef {{ id: string, harm: string, tests: readonly string[], edits: readonly Edit[] }} Bug
 */

/** @type {readonly Bug[]} */
const everyBug = [
  ...handshakeBugs,
  ...ratchetBugs,
  ...keyBugs,
  ...epochBugs,
  ...sessionBugs,
  ...wireBugs,
  ...identityBugs,
  ...nearbyBugs,
]
const named = process.argv.slice(2)
const bugs = named.length > 0 ? everyBug.filter(({ id }) => named.includes(id)) : everyBug
const testFiles = [...new Set(bugs.flatMap(({ tests }) => tests))]
/** A lane takes about 200 MB. */
const lanesMax = 4

const say = (/** @type {string} */ line) => process.stdout.write(`${line}\n`)

/** Every lane works on what no other has begun; a lane whose tests do not end makes room for a new one. */
async function inLanes(
  /** @type {readonly Bug[]} */ list,
  /** @type {(bug: Bug, lane: Lane) => Promise<void>} */ work,
) {
  const waiting = [...list]
  const oneLane = async () => {
    let lane = await new Lane().open()
    try {
      for (let bug = waiting.shift(); bug; bug = waiting.shift()) {
        await work(bug, lane)
        if (!lane.isStuck) continue
        await lane.close()
        lane = await new Lane().open()
      }
    } finally {
      await lane.close()
    }
  }
  await Promise.all(Array.from({ length: Math.min(lanesMax, availableParallelism(), list.length) }, oneLane))
}

/** @returns {Promise<boolean>} whether the tests pass when nothing is planted */
async function passesWithoutBugs() {
  const lane = await new Lane(availableParallelism()).open()
  try {
    const alarms = await lane.falseAlarms(testFiles)
    for (const alarm of alarms) say(`a false alarm with nothing planted: ${alarm}`)
    return alarms.length === 0
  } finally {
    await lane.close()
  }
}

let found = 0
const unknown = named.filter((id) => !everyBug.some((bug) => bug.id === id))
const repeated = everyBug.filter(({ id }, at) => everyBug.findIndex((bug) => bug.id === id) !== at)
for (const id of unknown) say(`no such bug: ${id}`)
for (const { id } of repeated) say(`two bugs of one name: ${id}`)

if (await passesWithoutBugs()) {
  await inLanes(bugs, async (bug, lane) => {
    const { caughtBy, why } = await lane.judge(bug)
    if (caughtBy !== null) found++
    say(caughtBy === null ? `NOT FOUND ${bug.id}: ${why}\n  ${bug.harm}` : `${bug.id}: ${caughtBy}`)
  })
}
say(`${found} of ${bugs.length} planted bugs found`)
// A test that did not end would keep the process.
process.exit(found < bugs.length || unknown.length > 0 || repeated.length > 0 ? 1 : 0)
