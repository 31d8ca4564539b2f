/** Nothing that a person wrote, and no key, can be read in any file of a profile. */
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cheapCrypto } from '../../test/conformance/cheapCrypto.ts'
import * as rows from '../../test/conformance/rows.ts'
import { makeDirectory, opened } from '../../test/conformance/sqlcipher.ts'
import { createDatabase } from './database.ts'
import { beginCreation, finishCreation, profileFiles } from './profile/directory.ts'
import { acquireLock } from './profile/lock.ts'
import { createEntropySizeBytes, createVault } from './profile/vault.ts'

const { put } = rows
const texts = [
  'CanaryNameOfAPerson',
  'canary text of a message',
  'CanaryPassphrase',
  'canary-setting',
  '/ip4/203.0.113.77',
]
const secrets = Array.from({ length: 32 }, (_, at) => (at * 73 + 41) & 0xff)

/** A text or key in every form in which it might have slipped out. */
function formsOf(canary: string | Buffer): readonly Buffer[] {
  const bytes = Buffer.from(canary)
  const text = typeof canary === 'string' ? [Buffer.from(canary, 'utf16le')] : []
  const written = [bytes.toString('hex'), bytes.toString('hex').toUpperCase(), bytes.toString('base64').slice(0, -4)]
  return [bytes, ...text, ...written.map((form) => Buffer.from(form))]
}

let directory: string
beforeEach(() => {
  directory = makeDirectory()
})
afterEach(() => rmSync(directory, { recursive: true }))

function filesWith(canaries: readonly (string | Buffer)[]): readonly string[] {
  const forms = canaries.flatMap(formsOf)
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  return names.filter((name) => forms.some((form) => readFileSync(join(directory, name)).includes(form)))
}

describe('canaries', () => {
  it('are in no file of the profile: database, log, vault, lock', () => {
    const lock = opened(acquireLock(directory))
    opened(beginCreation(directory))
    const entropy = Uint8Array.from({ length: createEntropySizeBytes }, (_, at) => (at * 59 + 7) & 0xff)
    const unlock = { kind: 'passphrase', passphrase: 'CanaryPassphrase' } as const
    const key = opened(createVault(join(directory, profileFiles.vault), cheapCrypto, unlock, entropy))
    const database = opened(createDatabase({ path: join(directory, profileFiles.database), key }))
    opened(finishCreation(directory))
    const secret = Uint8Array.from(secrets)
    const changes = [
      put.self({ ...rows.self, name: 'CanaryNameOfAPerson', secrets: secret }),
      put.contact(
        rows.contact(1, { claimedName: 'CanaryNameOfAPerson', petName: 'CanaryNameOfAPerson', lanKey: secret }),
      ),
      put.device(rows.device(1, { addresses: ['/ip4/203.0.113.77'] })),
      put.session(rows.session(1, { state: secret })),
      put.conversation(rows.conversation(1)),
      put.event(rows.event(1, { text: 'canary text of a message', content: secret })),
      put.setting('canary-setting', 'canary text of a message'),
    ]
    const canaries = [...texts, Buffer.from(key), Buffer.from(secret), Buffer.from(rows.accountOf(1), 'hex')]
    opened(database.commit(changes))
    expect(readdirSync(directory).sort()).toEqual(['lock.db', 'lock.pid', 'store.db', 'store.db-wal', 'vault.json'])
    expect(filesWith(canaries)).toEqual([])
    opened(database.checkpoint())
    expect(filesWith(canaries)).toEqual([])
    database.close()
    expect(filesWith(canaries)).toEqual([])
    lock.release()
    expect(filesWith(canaries)).toEqual([])
  })

  it('would be found', () => {
    writeFileSync(join(directory, 'a'), `x${Buffer.from(secrets).toString('base64')}`)
    writeFileSync(join(directory, 'b'), Buffer.from('canary-setting', 'utf16le'))
    writeFileSync(join(directory, 'c'), 'nothing')
    expect(filesWith([...texts, Buffer.from(secrets)])).toEqual(['a', 'b'])
  })
})
