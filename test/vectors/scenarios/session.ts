/** What is said in a session, step by step; and which of several sessions is used. */
import { compareBytes } from '../../../main/core/bytes.ts'
import { err, ok } from '../../../main/core/result.ts'
import type { OpenError, SealError, Session } from '../../../main/core/session/session.ts'
import { outranks } from '../../../main/core/session/session.ts'
import type { Parts } from './format.ts'
import { bytesOf } from './format.ts'
import type { SessionInput } from './conversation.ts'
import { Conversation } from './conversation.ts'
import type { HandshakeInput } from './handshake.ts'
import { meet } from './handshake.ts'
import { runnable } from './scenario.ts'

const session = runnable<SessionInput, object, SealError | OpenError>({
  read(crypto, input, library) {
    const conversation = new Conversation(crypto, input, library)
    for (const step of input.steps) conversation.run(step)
    const tried = input.attempt === undefined ? null : conversation.attempt(input.attempt)
    if (tried?.ok === true) throw new Error('what had to be refused was taken')
    for (const step of input.after ?? []) conversation.run(step)
    if (conversation.left() !== 0) throw new Error('entropy was left over')
    return tried === null ? ok({ A: conversation.facts('A'), B: conversation.facts('B') }) : err(tried.error)
  },
})

interface RankInput {
  readonly handshake: string
  readonly device: Parts
  readonly peer: Parts
  /** In the order in which they came. */
  readonly sessions: readonly { readonly generation: number; readonly begunBy: 'device' | 'peer' }[]
}

/** The number of the session that each side seals under, once all have come. */
const rank = runnable<RankInput, object, never>({
  read(crypto, input, library) {
    const { a } = meet(crypto, library(input.handshake).input as unknown as HandshakeInput)
    const isDeviceSmaller = compareBytes(bytesOf(input.device), bytesOf(input.peer)) < 0
    const used = (side: 'device' | 'peer'): number => {
      const sessions = input.sessions.map(({ generation, begunBy }): Session => {
        const epochs = { ...a.ratchet.epochs, isInitiator: begunBy === side }
        return { ...a, generation, ratchet: { ...a.ratchet, epochs } }
      })
      const isSmaller = isDeviceSmaller === (side === 'device')
      return sessions.reduce((best, session, at) => (outranks(sessions[best] ?? a, session, isSmaller) ? best : at), 0)
    }
    return ok({ device: used('device'), peer: used('peer') })
  },
})

export const sessionScenarios = { session, rank } as const
