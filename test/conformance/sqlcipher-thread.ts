/** The encrypted store as the program runs it: in its own thread. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Log } from '../../main/core/ports.ts'
import type { StoreOptions, EncryptedStore } from '../../main/store/store.ts'
import { openStore } from '../../main/store/store.ts'
import type { StoreUnderTest } from './bench.ts'
import { databaseKey, makeDirectory, opened } from './sqlcipher.ts'

export const silentLog: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined }

interface Threaded extends StoreUnderTest {
  readonly options: StoreOptions
  readonly store: EncryptedStore
  reopen(): Promise<EncryptedStore>
}

export async function makeThreaded(workerUrl: URL): Promise<Threaded> {
  const directory = makeDirectory()
  const options = { path: join(directory, 'store.db'), key: databaseKey, workerUrl, log: silentLog }
  let store: EncryptedStore = opened(await openStore({ ...options, create: true }))
  return {
    options,
    store,
    reopen: async () => {
      await store.close()
      store = opened(await openStore(options))
      return store
    },
    end: async () => {
      await store.close()
      rmSync(directory, { recursive: true })
    },
  }
}
