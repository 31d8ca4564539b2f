/** A process to be killed: makes the profile in the directory it is told of on stdin, printing each step it has done. */
import { readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { createDatabase } from '../../main/store/database.ts'
import { beginCreation, finishCreation, profileFiles } from '../../main/store/profile/directory.ts'
import { acquireLock } from '../../main/store/profile/lock.ts'
import { createEntropySizeBytes, createVault } from '../../main/store/profile/vault.ts'
import { cheapCrypto } from '../conformance/cheapCrypto.ts'
import { bytesOf } from '../conformance/rows.ts'
import { opened } from '../conformance/sqlcipher.ts'

const directory = readFileSync(0, 'utf8')
const entropy = bytesOf(createEntropySizeBytes, 1)
opened(acquireLock(directory))
writeSync(1, 'locked\n')
opened(beginCreation(directory))
writeSync(1, 'begun\n')
const unlock = { kind: 'passphrase', passphrase: 'passphrase' } as const
const key = opened(createVault(join(directory, profileFiles.vault), cheapCrypto, unlock, entropy))
writeSync(1, 'vault\n')
opened(createDatabase({ path: join(directory, profileFiles.database), key })).close()
writeSync(1, 'database\n')
opened(finishCreation(directory))
writeSync(1, 'finished\n')
// The lock is held until the end comes from outside.
setInterval(() => undefined, 1_000)
