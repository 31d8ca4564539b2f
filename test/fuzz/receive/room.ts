/**
 * Somebody with contacts, conversations, an open invite and a pending one, at the moment when strangers and turned
 * friends begin to send. Made once, by the product's own engine on both sides; every input begins in a copy of it.
 */
import type { Effect } from '../../../main/core/engine/effects.ts'
import { bundleProof } from '../../../main/core/engine/keys.ts'
import { directConversationId } from '../../../main/core/conversation/ids.ts'
import { decodeInviteLink } from '../../../main/core/identity/invite.ts'
import type { Invite } from '../../../main/core/identity/invite.ts'
import type { ConversationId, EnvelopeId } from '../../../main/core/ids.ts'
import type { Session } from '../../../main/core/session/session.ts'
import { decodeSession } from '../../../main/core/session/session.ts'
import type { Frame } from '../../../main/core/wire/frame.ts'
import { encodeFrame } from '../../../main/core/wire/frame.ts'
import { decode } from '../../../main/core/bytes.ts'
import { crypto, value } from '../../support/sessions.ts'
import { FrameClock } from '../target.ts'
import { Person, connect, converse, framesTo } from './person.ts'

export interface Room {
  readonly victim: Person
  /** A contact who has turned: its keys and session are used by others. */
  readonly turned: Person
  readonly turnedSession: Session
  /** A contact who stays honest. */
  readonly friend: Person
  readonly friendSession: Session
  /** Whose invite the victim has accepted, and who has not answered yet. */
  readonly maker: Person
  readonly makerBundle: Uint8Array
  readonly makerRequestId: Uint8Array
  /** Who holds an invite of the victim's, and its bundle. */
  readonly stranger: Person
  readonly invite: Invite
  readonly inviteBundle: Uint8Array
  /** The bundle that the victim made for a renewal by the turned one. */
  readonly renewalBundle: Uint8Array
  /** Those that the victim has given it beforehand: for one session each, and one for several. */
  readonly stash: readonly Uint8Array[]
  /** Envelopes of the victim's that the turned one has not acknowledged. */
  readonly unacknowledged: readonly EnvelopeId[]
}

export function conversationOf(one: Person, other: Person): ConversationId {
  return directConversationId((bytes) => crypto.sha256(bytes), one.identity.account, other.identity.account)
}

function inviteOf(host: Person): string {
  const done = host.step({ kind: 'command', command: { kind: 'createInvite', lifetimeMs: null } }, new FrameClock())
  if (done.reply?.ok !== true || !('link' in done.reply.value)) throw new Error('no invite')
  return done.reply.value.link
}

export function meet(host: Person, guest: Person): void {
  const link = inviteOf(host)
  guest.happen({ kind: 'command', command: { kind: 'acceptInvite', link } })
  connect(host, guest)
}

let texts = 0

export function say(from: Person, to: Person, text: string): readonly Effect[] {
  const conversation = conversationOf(from, to)
  const clientId = `${from.identity.device.slice(0, 8)}-${texts++}`
  return from.happen({ kind: 'command', command: { kind: 'sendText', conversation, clientId, text } })
}

export function talk(one: Person, other: Person, turns: number): void {
  for (let turn = 0; turn < turns; turn++) {
    const [from, to] = turn % 2 === 0 ? [one, other] : [other, one]
    converse(from, to, say(from, to, `turn ${turn}`))
  }
}

export function activeSession(of: Person, other: Person): Session {
  const row = [...of.disk.sessions.values()].find(({ device, active }) => active && device === other.device)
  if (row === undefined) throw new Error('no session')
  return value(decodeSession(row.state))
}

/** What one person answers to a frame of another. */
function ask(asked: Person, asker: Person, frame: Frame): readonly Frame[] {
  return framesTo(asker.device, asked.happen({ kind: 'frame', device: asker.device, bytes: encodeFrame(frame) }))
}

function bundleIn(frames: readonly Frame[]): Uint8Array {
  for (const frame of frames) {
    if (frame.kind !== 'bundleReply' || frame.status.kind !== 'ok') continue
    return value(
      decode(frame.status.bundle, (reader) => {
        const bundle = reader.prefixed('bundle', 4_096)
        reader.prefixed('identity payload', 2_048)
        return bundle
      }),
    )
  }
  throw new Error('no bundle')
}

const requestId = new Uint8Array(16).fill(7)

/** `turns` says how long the victim and the one who turns have talked before. */
export function makeRoom(turns: number): Room {
  texts = 0
  const [victim, turned, friend] = [Person.named('Vera', 11), Person.named('Tom', 12), Person.named('Finn', 13)]
  const [maker, stranger] = [Person.named('Mia', 14), Person.named('Sam', 15)]
  meet(victim, turned)
  meet(friend, victim)
  talk(victim, turned, turns)
  talk(victim, friend, 3)
  const unacknowledged = ['one', 'two'].flatMap((text) =>
    say(victim, turned, text).flatMap((effect) =>
      effect.kind === 'send' && effect.frame.kind === 'envelope' && effect.order !== null
        ? (victim.disk.outbox.get(`${turned.device}/${effect.order}`)?.sealed?.envelope ?? [])
        : [],
    ),
  )

  const makerLink = inviteOf(maker)
  victim.happen({ kind: 'command', command: { kind: 'acceptInvite', link: makerLink } })
  const asked = framesTo(
    maker.device,
    victim.happen({ kind: 'peerUp', device: maker.device, path: 'lan', address: '' }),
  )
  const request = asked.find((frame) => frame.kind === 'bundleRequest')
  if (request === undefined) throw new Error('the maker of an accepted invite is not asked')

  const invite = value(decodeInviteLink(crypto, inviteOf(victim)))
  victim.happen({ kind: 'peerUp', device: stranger.device, path: 'direct', address: '' })
  const proof = bundleProof(crypto, invite.secret, invite.inviteId, stranger.device, victim.device)
  const purpose = { kind: 'invite', inviteId: invite.inviteId, proof } as const
  return {
    victim,
    turned,
    turnedSession: activeSession(turned, victim),
    friend,
    friendSession: activeSession(friend, victim),
    maker,
    makerBundle: bundleIn(ask(maker, victim, request)),
    makerRequestId: request.requestId,
    stranger,
    invite,
    inviteBundle: bundleIn(ask(victim, stranger, { kind: 'bundleRequest', requestId, purpose })),
    renewalBundle: bundleIn(ask(victim, turned, { kind: 'bundleRequest', requestId, purpose: { kind: 'renew' } })),
    stash: [...turned.disk.stash.values()].map(({ bundle }) => bundle),
    unacknowledged,
  }
}
