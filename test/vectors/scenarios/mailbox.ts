/** What is said on a stream of `/waxwing/mailbox/1`. */
import { toHex } from '../../../main/core/bytes.ts'
import type { DecodeError } from '../../../main/core/bytes.ts'
import type { Result } from '../../../main/core/result.ts'
import type { Answer, Collected, Request } from '../../../main/net/mailbox/messages.ts'
import {
  decodeCollected,
  decodeRecord,
  decodeRequest,
  decodeStatus,
  encodeCollected,
  encodeRecord,
  encodeRequest,
  encodeStatus,
} from '../../../main/net/mailbox/messages.ts'
import type { Parts } from './format.ts'
import { bytesOf } from './format.ts'
import type { Malformed } from './scenario.ts'
import { laidOut, runnable } from './scenario.ts'

const mailboxRequest = runnable<{ readonly request: Parts }, Request, Malformed>({
  read: (_, { request }) => laidOut(decodeRequest(bytesOf(request))),
  write: (_, __, value) => ({ request: toHex(encodeRequest(value)) }),
})

interface AnswerInput {
  /** What it answers; `other`: whatever is answered by no more than a status. */
  readonly to: 'collect' | 'lookup' | 'other'
  readonly answer: Parts
}

type AnyAnswer = Answer<true | Collected | Uint8Array>

const decoders: Readonly<Record<AnswerInput['to'], (answer: Uint8Array) => Result<AnyAnswer, DecodeError>>> = {
  collect: decodeCollected,
  lookup: decodeRecord,
  other: decodeStatus,
}

function encodeAnswer({ status, value }: AnyAnswer): Uint8Array {
  if (value === null || value === true) return encodeStatus(status)
  return value instanceof Uint8Array ? encodeRecord(value) : encodeCollected(value)
}

const mailboxAnswer = runnable<AnswerInput, AnyAnswer, Malformed>({
  read: (_, { to, answer }) => laidOut(decoders[to](bytesOf(answer))),
  write: (_, __, value) => ({ answer: toHex(encodeAnswer(value)) }),
})

export const mailboxScenarios = { mailboxRequest, mailboxAnswer } as const
