import { mailboxConformance } from './mailbox.ts'
import { makeInThread, makeMailboxInThread } from './sqlcipher.ts'
import { storeConformance } from './store.ts'

storeConformance('the encrypted database', makeInThread)
mailboxConformance('the encrypted database', makeMailboxInThread)
