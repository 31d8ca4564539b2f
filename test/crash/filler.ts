/**
 * Fills a small disk with commits until one is refused, makes space by removing a ballast file, and goes on.
 * The directory comes on stdin; what was found goes to stdout as JSON.
 */
import { readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { createDatabase, openDatabase } from '../../main/store/database.ts'
import { bytesOf, conversation, conversationOf, event, put } from '../conformance/rows.ts'
import { databaseKey, opened } from '../conformance/sqlcipher.ts'

const directory = readFileSync(0, 'utf8')
const path = join(directory, 'store.db')
const ballast = join(directory, 'ballast')
writeFileSync(ballast, new Uint8Array(2_000_000))

const database = opened(createDatabase({ path, key: databaseKey }))
opened(database.commit([put.conversation(conversation(1))]))

/** Commits until the first refusal: how many it took, and the refusal. */
function fill(first: number): { readonly committed: number; readonly refusal: string } {
  for (let number = first; ; number++) {
    const content = bytesOf(20_000, number)
    const outcome = database.commit([put.event(event(number, { content })), put.setting('last', number)])
    if (!outcome.ok) return { committed: number - first, refusal: outcome.error.kind }
  }
}

const full = fill(1)
const again = fill(full.committed + 1)
const whole = opened(database.resident()).settings.get('last')
const shown = opened(database.messages(conversationOf(1), null, 1))[0]?.row.sequence
rmSync(ballast)
const afterwards = fill(full.committed + again.committed + 1)
database.close()

rmSync(ballast, { force: true })
const reopened = openDatabase({ path, key: databaseKey })
const findings = reopened.ok ? reopened.value.verify() : reopened
const last = reopened.ok ? opened(reopened.value.resident()).settings.get('last') : null
writeSync(1, JSON.stringify({ full, again, whole, shown, afterwards, findings, last }))
