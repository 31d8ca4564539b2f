/** ports.MailboxStore over the requests of the store's thread. */
import { mailboxLimits, quotaLimits } from '../core/limits.ts'
import type { MailboxStore, StoreError } from '../core/ports.ts'
import type { Result } from '../core/result.ts'
import { err } from '../core/result.ts'
import type { MailboxDatabase } from './database.ts'
import type { Operations } from './protocol.ts'

type Name = keyof MailboxDatabase

/** Puts one request to the database. */
export type AskMailbox = <N extends Name>(
  name: N,
  ...input: Operations[N]['input']
) => Promise<Result<Operations[N]['answer'], StoreError>>

const crowded: StoreError = { kind: 'ioFailed', code: 'MAILBOX_QUEUE_FULL' }

/** Refuses what would make the device's own work wait behind too much of others'. */
function bounded(ask: AskMailbox): AskMailbox {
  let pending = 0
  return async (name, ...input) => {
    if (pending >= mailboxLimits.requestsPendingMax) return err(crowded)
    pending++
    try {
      return await ask(name, ...input)
    } finally {
      pending--
    }
  }
}

/** A view into a larger buffer would take that with it to the other thread. */
function compact(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice()
}

export function mailboxOver(unbounded: AskMailbox): MailboxStore {
  const ask = bounded(unbounded)
  // Goes with each request that it decides: the thread, which may be at older ones, has nothing to remember.
  let quotaBytes: number = quotaLimits.mailboxQuotasBytes[quotaLimits.mailboxQuotaDefault]
  return {
    async register(owner, tags, nowMs, inPlaceOf) {
      const answer = await ask('registerTags', owner, tags, nowMs, inPlaceOf)
      return answer.ok ? answer.value : 'failed'
    },
    async deposit(tag, item) {
      const answer = await ask('depositItem', compact(tag), compact(item), quotaBytes)
      return answer.ok ? answer.value : { kind: 'failed' }
    },
    async collect(owner, itemsMax, sizeBytesMax) {
      const answer = await ask('collectItems', owner, itemsMax, sizeBytesMax)
      return answer.ok ? answer.value : null
    },
    async remove(owner, ids) {
      return (await ask('removeItems', owner, ids.map(compact))).ok
    },
    async publish(tag, record, untilMs, nowMs) {
      const answer = await ask('publishRecord', compact(tag), compact(record), untilMs, nowMs, quotaBytes)
      return answer.ok ? answer.value : 'failed'
    },
    async lookup(tag, nowMs) {
      const answer = await ask('lookupRecord', compact(tag), nowMs)
      return answer.ok ? answer.value : null
    },
    // Not bounded: it is the device's own, and one request after the other.
    async prune(owners, nowMs) {
      const pruned = await unbounded('pruneMailbox', owners, nowMs)
      if (!pruned.ok) return
      for (;;) {
        const more = await unbounded('pruneItems', owners)
        if (!more.ok || !more.value) return
      }
    },
    setQuota(sizeBytesMax) {
      quotaBytes = sizeBytesMax
    },
    async usage() {
      const answer = await ask('mailboxUsage')
      return answer.ok ? answer.value : { owners: 0, items: 0, sizeBytes: 0 }
    },
  }
}
