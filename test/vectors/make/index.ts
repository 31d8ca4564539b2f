/** All vectors, each made from names alone. */
import type { Vector } from '../scenarios/format.ts'
import { makeAcceptances } from './acceptances.ts'
import { Author } from './author.ts'
import { makeBlocks } from './blocks.ts'
import { makeComparing } from './comparing.ts'
import { makeContents } from './contents.ts'
import { makeEngine } from './engine.ts'
import { makeExchanges } from './exchanges.ts'
import { makeGaps } from './gaps.ts'
import { makeHandshakes } from './handshakes.ts'
import { makeIdentity } from './identity.ts'
import { makeInvites } from './invites.ts'
import { makeMail } from './mail.ts'
import { makeMailbox } from './mailbox.ts'
import { makeNearby } from './nearby.ts'
import { makeRefusals } from './refusals.ts'
import { makeSessions } from './sessions.ts'
import { makeWire } from './wire.ts'

export function makeAll(): ReadonlyMap<string, Vector> {
  const author = new Author()
  for (const make of [
    makeIdentity,
    makeComparing,
    makeInvites,
    makeWire,
    makeContents,
    makeHandshakes,
    makeAcceptances,
  ]) {
    make(author)
  }
  // These begin where a handshake ends.
  for (const make of [makeSessions, makeExchanges, makeBlocks, makeRefusals, makeGaps]) make(author)
  for (const make of [makeEngine, makeMail, makeMailbox, makeNearby]) make(author)
  return author.vectors
}
