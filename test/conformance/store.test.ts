import { makeInThread } from './sqlcipher.ts'
import { storeConformance } from './store.ts'

storeConformance('the encrypted database', makeInThread)
