/** What the store and its thread say to each other. */
import type * as ports from '../core/ports.ts'
import type { Result } from '../core/result.ts'
import type { Database, OpenNotes } from './database.ts'
import type { OpenError } from './errors.ts'

/** Handed to the thread as it starts; `key` changes hands, and the thread wipes it. */
export interface StoreWorkerData {
  readonly path: string
  readonly key: Uint8Array
  readonly create: boolean
}

/** The operations of Database that cross to the thread, each with its arguments and its answer. */
export interface Operations {
  resident: Operation<'resident'>
  load: Operation<'load'>
  commit: Operation<'commit'>
  conversations: Operation<'conversations'>
  messages: Operation<'messages'>
  messagesById: Operation<'messagesById'>
  deliveries: Operation<'deliveries'>
  verify: Operation<'verify'>
  registerTags: Operation<'registerTags'>
  depositItem: Operation<'depositItem'>
  collectItems: Operation<'collectItems'>
  removeItems: Operation<'removeItems'>
  publishRecord: Operation<'publishRecord'>
  lookupRecord: Operation<'lookupRecord'>
  pruneMailbox: Operation<'pruneMailbox'>
  pruneItems: Operation<'pruneItems'>
  mailboxUsage: Operation<'mailboxUsage'>
}

interface Operation<Name extends keyof Database> {
  readonly input: Database[Name] extends (...input: infer Input) => unknown ? Input : never
  readonly answer: Database[Name] extends (...input: never) => Result<infer Value, ports.StoreError> ? Value : never
}

export type OperationName = keyof Operations

/** `id` rises by one with every request; answers come in the same order. */
export type StoreRequest =
  | {
      [Name in OperationName]: { readonly id: number; readonly name: Name; readonly input: Operations[Name]['input'] }
    }[OperationName]
  | { readonly id: number; readonly name: 'close' }

export type StoreReply =
  /** The first reply of all. */
  | { readonly kind: 'opened'; readonly notes: OpenNotes }
  | { readonly kind: 'refused'; readonly error: OpenError }
  | { readonly kind: 'answer'; readonly id: number; readonly outcome: Result<unknown, ports.StoreError> }
  /** The request broke an invariant: its promise is rejected. */
  | { readonly kind: 'bug'; readonly id: number; readonly message: string }
  /** The last one. */
  | { readonly kind: 'closed'; readonly id: number }
