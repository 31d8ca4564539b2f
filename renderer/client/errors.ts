/** What a request can come back with: the contract's codes, and three that arise on the way. */
import type { ErrorCode } from '../../preload/contract/errors.ts'
import { errorSchema } from '../../preload/contract/errors.ts'

/** timedOut: no answer in time. disconnected: the node went away. badReply: an answer that the contract forbids. */
export type ClientErrorCode = ErrorCode | 'timedOut' | 'disconnected' | 'badReply'

export interface ClientError {
  readonly code: ClientErrorCode
  /** The node's own sentence; empty for the three codes that arise here. */
  readonly message: string
  readonly got: number
  readonly max: number
}

export type Reply<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ClientError }

/** An error of this side, without figures. */
export function ownError(code: 'timedOut' | 'disconnected' | 'badReply'): ClientError {
  return { code, message: '', got: 0, max: 0 }
}

/** Reads an error that came over the bridge; one that is malformed is itself a bad reply. */
export function readError(value: unknown): ClientError {
  const parsed = errorSchema.parse(value, 'error')
  return parsed.ok ? parsed.value : ownError('badReply')
}
