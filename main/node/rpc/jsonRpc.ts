/** JSON-RPC 2.0 (jsonrpc.org/specification, 2013-01-04): one line in, at most one line out. Transports stand elsewhere. */
import type { ContractError } from '../../../preload/contract/errors.ts'
import { rpcCode } from '../../../preload/contract/errors.ts'
import type { Result } from '../../core/result.ts'
import { badRequest, contractError } from '../errors.ts'
import { nodeLimits } from '../limits.ts'

type RpcId = string | number | null

export interface RpcTarget {
  /** Answers every method, known or not; never throws. */
  call(method: string, params: unknown): Promise<Result<unknown, ContractError>>
}

/** Section 5.1: what was sent is no JSON, or no request. */
const parseError = -32700
const invalidRequest = -32600

function errorReply(id: RpcId, code: number, error: ContractError): object {
  const data = { code: error.code, got: error.got, max: error.max }
  return { jsonrpc: '2.0', id, error: { code, message: error.message, data } }
}

/** The reply to a line that was dropped for its length. */
export function lineTooLong(got: number, max: number): string {
  const error = contractError('badRequest', { got, max })
  const message = `The line is longer than the ${max} bytes that a request may have, and was dropped.`
  return JSON.stringify(errorReply(null, parseError, { ...error, message }))
}

/** A notification from this side. */
export function notification(method: string, params: unknown): string {
  return JSON.stringify({ jsonrpc: '2.0', method, params })
}

function own(value: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(value, key)?.value as unknown
}

function isId(value: unknown): value is RpcId {
  if (value === null) return true
  if (typeof value === 'number') return Number.isFinite(value)
  return typeof value === 'string' && value.length <= nodeLimits.rpcIdLengthMax
}

const requestKeys = new Set(['jsonrpc', 'id', 'method', 'params'])

async function answer(request: unknown, target: RpcTarget): Promise<object | null> {
  const refuse = (id: RpcId, reason: string) => errorReply(id, invalidRequest, badRequest(reason))
  if (typeof request !== 'object' || request === null || Array.isArray(request)) {
    return refuse(null, 'A request is an object.')
  }
  const hasId = Object.hasOwn(request, 'id')
  const givenId = hasId ? own(request, 'id') : null
  if (!isId(givenId)) return refuse(null, 'id must be a string, a number or null.')
  if (own(request, 'jsonrpc') !== '2.0') return refuse(givenId, 'jsonrpc must be "2.0".')
  const method = own(request, 'method')
  if (typeof method !== 'string') return refuse(givenId, 'method must be a string.')
  if (Object.keys(request).some((key) => !requestKeys.has(key))) return refuse(givenId, 'There is an unknown key.')
  const params = Object.hasOwn(request, 'params') ? own(request, 'params') : {}
  const result = Array.isArray(params)
    ? ({ ok: false, error: badRequest('Parameters are given by name.') } as const)
    : await target.call(method, params)
  // Section 4.1: a notification is never answered, not even with an error.
  if (!hasId) return null
  if (!result.ok) return errorReply(givenId, rpcCode(result.error.code), result.error)
  return { jsonrpc: '2.0', id: givenId, result: result.value }
}

function parse(bytes: Uint8Array): Result<unknown, ContractError> {
  try {
    return { ok: true, value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown }
  } catch {
    return { ok: false, error: badRequest('The line is no JSON in UTF-8.') }
  }
}

/**
 * Answers one line: a request, or a batch of at most `batchMax` (section 6). The text of the reply, or null where
 * nothing is to be said.
 */
export async function answerLine(bytes: Uint8Array, target: RpcTarget, batchMax: number): Promise<string | null> {
  const parsed = parse(bytes)
  if (!parsed.ok) return JSON.stringify(errorReply(null, parseError, parsed.error))
  if (!Array.isArray(parsed.value)) {
    const reply = await answer(parsed.value, target)
    return reply && JSON.stringify(reply)
  }
  const batch: readonly unknown[] = parsed.value
  if (batch.length === 0) return JSON.stringify(errorReply(null, invalidRequest, badRequest('The batch is empty.')))
  if (batch.length > batchMax) {
    const error = contractError('tooManyRequests', { got: batch.length, max: batchMax })
    return JSON.stringify(errorReply(null, invalidRequest, error))
  }
  const replies = await Promise.all(batch.map((request) => answer(request, target)))
  const said = replies.filter((reply) => reply !== null)
  return said.length === 0 ? null : JSON.stringify(said)
}
