/**
 * The engine: one input, the state it needs, and what follows from it. Pure: the state given is
 * not changed, and the same input on the same state gives the same outcome.
 */
import { unreachable } from '../assert.ts'
import type { Crypto } from '../crypto/provider.ts'
import { entropyOf } from '../entropy.ts'
import type { Change, SliceRequest } from '../ports.ts'
import type { Result } from '../result.ts'
import type { Command, CommandError, Reply } from './commands.ts'
import {
  introduce,
  onAddresses,
  onNotTaken,
  onParted,
  onPathChanged,
  onPeerDown,
  onPeerUp,
  onWritable,
} from './connection.ts'
import {
  acceptKey,
  blockContact,
  removeContact,
  renameContact,
  renameSelf,
  setServiceUse,
  setVerified,
} from './contacts.ts'
import type { Effect } from './effects.ts'
import { flush } from './flush.ts'
import type { Happening, Input } from './inputs.ts'
import { acceptInvite, createInvite, inspectInvite, inviteLink, withdrawInvite } from './invites.ts'
import { fetch, onCollected, onMail, onMailTaken } from './mail/fetch.ts'
import { leaveInvites } from './mail/firstContact.ts'
import { leave, onDeposited } from './mail/leave.ts'
import { onLookedUp, onPublished, publishSoon, publishWhereabouts, seek } from './mail/rendezvous.ts'
import { onRegistered, tendMailboxes } from './mail/tend.ts'
import { Missing } from './missing.ts'
import { markRead } from './readers.ts'
import { onFrame } from './receive.ts'
import { sendText } from './send.ts'
import { setSettings } from './settings.ts'
import { giveStash } from './stash.ts'
import type { State } from './state.ts'
import { onStart, onTick } from './timers.ts'
import type { Ranges } from './turn.ts'
import { Turn } from './turn.ts'

export type Outcome =
  | {
      readonly kind: 'done'
      readonly changes: readonly Change[]
      readonly effects: readonly Effect[]
      /** The answer to a command; null for everything else. */
      readonly reply: Result<Reply, CommandError> | null
      /** A fork of the state given, with all of it done: absorb it once the changes are committed. */
      readonly state: State
    }
  /** Load this and run the same step again, with the same input. */
  | { readonly kind: 'needs'; readonly request: SliceRequest }

function onCommand(turn: Turn, command: Command): Result<Reply, CommandError> {
  switch (command.kind) {
    case 'createInvite':
      return createInvite(turn, command.lifetimeMs)
    case 'inviteLink':
      return inviteLink(turn, command.invite)
    case 'withdrawInvite':
      return withdrawInvite(turn, command.invite)
    case 'inspectInvite':
      return inspectInvite(turn, command.link)
    case 'acceptInvite':
      return acceptInvite(turn, command.link)
    case 'sendText':
      return sendText(turn, command)
    case 'markRead':
      return markRead(turn, command.conversation, command.upTo)
    case 'renameSelf':
      return renameSelf(turn, command.name)
    case 'renameContact':
      return renameContact(turn, command)
    case 'setVerified':
      return setVerified(turn, command)
    case 'acceptKey':
      return acceptKey(turn, command.account)
    case 'removeContact':
      return removeContact(turn, command.account)
    case 'blockContact':
      return blockContact(turn, command)
    case 'setServiceUse':
      return setServiceUse(turn, command)
    case 'setSettings':
      return setSettings(turn, command.values)
    default:
      return unreachable(command)
  }
}

/** What has to do with mailboxes. */
function onMailHappening(turn: Turn, happening: MailHappening): void {
  switch (happening.kind) {
    case 'leave':
      return leave(turn, happening.device, happening.mailbox)
    case 'deposited':
      return onDeposited(turn, happening)
    case 'tendMailboxes':
      return tendMailboxes(turn)
    case 'publishWhereabouts':
      return publishWhereabouts(turn)
    case 'publishInvites':
      return leaveInvites(turn, happening.mailbox)
    case 'publishSoon':
      return publishSoon(turn)
    case 'published':
      return onPublished(turn, happening.outcome)
    case 'seek':
      return seek(turn, happening.device)
    case 'lookedUp':
      return onLookedUp(turn, happening)
    case 'registered':
      return onRegistered(turn, happening.mailbox, happening.outcome)
    case 'mailWaiting':
      return fetch(turn, happening.device)
    case 'fetch':
      return fetch(turn, happening.mailbox)
    case 'collected':
      return onCollected(turn, happening.mailbox, happening.batch)
    case 'mail':
      return onMail(turn, happening)
    case 'mailTaken':
      return onMailTaken(turn, happening.mailbox, happening.items, happening.more)
    default:
      return unreachable(happening)
  }
}

type MailHappening = Extract<
  Happening,
  {
    kind:
      | 'leave'
      | 'deposited'
      | 'tendMailboxes'
      | 'publishWhereabouts'
      | 'publishSoon'
      | 'publishInvites'
      | 'published'
      | 'seek'
      | 'lookedUp'
      | 'registered'
      | 'mailWaiting'
      | 'fetch'
      | 'collected'
      | 'mail'
      | 'mailTaken'
  }
>

function onHappening(turn: Turn, happening: Exclude<Happening, { kind: 'command' }>): void {
  switch (happening.kind) {
    case 'start':
      return onStart(turn)
    case 'peerUp':
      return onPeerUp(turn, happening.device, { kind: happening.path, address: happening.address })
    case 'pathChanged':
      return onPathChanged(turn, happening.device, { kind: happening.path, address: happening.address })
    case 'peerDown':
      return onPeerDown(turn, happening.device)
    case 'writable':
      return onWritable(turn, happening.device)
    case 'addresses':
      return onAddresses(turn, happening)
    case 'frame':
      return onFrame(turn, happening.device, happening.bytes)
    case 'notTaken':
      return onNotTaken(turn, happening.device, happening.outcome, happening.orders)
    case 'tick':
      return onTick(turn)
    case 'flush':
      return flush(turn, happening.device)
    case 'introduce':
      return introduce(turn, happening.device)
    case 'giveStash':
      return giveStash(turn, happening.device)
    case 'parted':
      return onParted(turn, happening.device)
    case 'markReadRest':
      markRead(turn, happening.conversation, happening.upTo)
      return undefined
    default:
      return onMailHappening(turn, happening)
  }
}

/**
 * Runs one step. `ranges` are rows that an earlier attempt asked for by range; everything else that
 * it asked for was taught to the state. Throws InvariantError for a bug, and then nothing was done.
 */
export function step(crypto: Crypto, state: State, input: Input, ranges: Ranges | null): Outcome {
  const turn = new Turn(crypto, state.fork(), input.nowMs, entropyOf(input.random), ranges)
  const { happening } = input
  try {
    let reply: Result<Reply, CommandError> | null = null
    if (happening.kind === 'command') reply = onCommand(turn, happening.command)
    else onHappening(turn, happening)
    return { kind: 'done', changes: turn.changes, effects: turn.effects, reply, state: turn.state }
  } catch (thrown) {
    if (thrown instanceof Missing) return { kind: 'needs', request: thrown.request }
    throw thrown
  }
}
