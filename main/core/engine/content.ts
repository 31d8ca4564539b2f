/** What an opened content does. It was authenticated by its session; everything in it is still checked. */
import { unreachable } from '../assert.ts'
import { equalBytes } from '../bytes.ts'
import { coversAll, headsAfter } from '../conversation/heads.ts'
import { eventIdFor } from '../conversation/ids.ts'
import { clockOf, observe, placeFor } from '../conversation/order.ts'
import { hasSequence, withMark } from '../conversation/progress.ts'
import { sanitizeName, sanitizeText } from '../identity/names.ts'
import { idBytes } from '../ids.ts'
import type { AccountId, DeviceId, EventId } from '../ids.ts'
import { implementationLimits } from '../limits.ts'
import type { ConversationRow, EventRow, KnownGrant, MailGrant } from '../ports.ts'
import type { ContentEvent, Reach } from '../wire/contents.ts'
import { decodeContent } from '../wire/contents.ts'
import { advanceDelivery } from './compose.ts'
import { leaveAnew } from './mail/leave.ts'
import { directConversation, ensureConversation } from './people.ts'
import { isStashDue, takeStash } from './stash.ts'
import type { Turn } from './turn.ts'

interface Sender {
  readonly device: DeviceId
  readonly account: AccountId
}

/** With which key something is left for a contact's device from now on. Bytes of our own, not of what it came in. */
function grantFrom(turn: Turn, known: KnownGrant | null, told: MailGrant | null): KnownGrant | null {
  if (told === null) return null
  // The first is none that came in place of another: what was left by an invite lies there still.
  const sinceMs = isOtherKey(known, told) ? turn.nowMs : (known?.sinceMs ?? 0)
  return { key: told.key.slice(), signer: told.signer.slice(), sinceMs }
}

function isOtherKey(known: MailGrant | null, told: MailGrant | null): boolean {
  return known !== null && told !== null && !equalBytes(known.key, told.key)
}

/** A name or address of a contact's that travels beside the history. */
function takeProfile(turn: Turn, sender: Sender, name: string, reach: Reach, timeMs: number): void {
  const device = turn.state.device(sender.device)
  const contact = turn.state.contact(sender.account)
  if (device === null || contact === null) return
  // What is older than what is known says nothing about the present, the name included.
  const saidAtMs = Math.min(timeMs, turn.nowMs + implementationLimits.aheadMsMax)
  if (saidAtMs < Math.min(device.toldAtMs, turn.nowMs)) return
  const { services, mailboxes, relays } = reach
  const isLatestWord = saidAtMs >= Math.min(device.addressesAtMs, turn.nowMs)
  const where = isLatestWord ? { addresses: reach.addresses, addressesAtMs: saidAtMs } : {}
  const mail = grantFrom(turn, device.mail, reach.mail)
  const row = { ...device, ...where, toldAtMs: saidAtMs, services, mailboxes, relays, mail }
  const moved = row.addresses.join(' ') !== device.addresses.join(' ') || services !== device.services
  turn.put({ kind: 'putDevice', row })
  if (moved) turn.emit({ kind: 'peersChanged' })
  if (services !== device.services) turn.noticeContact(sender.account)
  if (isOtherKey(device.mail, mail)) leaveAnew(turn, sender.device)
  const claimedName = sanitizeName(name)
  if (claimedName !== contact.claimedName) turn.putContact({ ...contact, claimedName })
}

/** Somebody read what we said: only our own events count, and only for the device that says so. */
function takeReceipt(turn: Turn, sender: Sender, events: readonly EventId[]): void {
  const direct = directConversation(turn, sender.account)
  turn.state.require({ events })
  const own = [...new Set(events)].filter((event) => {
    const row = turn.state.event(event)
    return row?.device === turn.state.identity.device && row.conversation === direct
  })
  turn.state.require({ deliveries: own })
  for (const event of own) {
    if (advanceDelivery(turn, event, sender.device, 'read')) turn.noticeMessage(event, direct)
  }
}

/** Stores an event that is part of the history, in its place. */
function takeHistory(
  turn: Turn,
  sender: Sender,
  conversation: ConversationRow,
  event: ContentEvent,
  raw: Uint8Array,
): void {
  const { conversation: id, sequence } = event
  const progress = turn.state.progress(id, sender.device)
  const own = eventIdFor(turn.hash, sender.device, id, sequence, idBytes(event.id))
  // The same number again is a repetition, unless it is another event: the sender's past was restored.
  if (hasSequence(progress, sequence) && turn.state.event(own) !== null) return
  const floor = coversAll(conversation.heads, event.heads) ? clockOf(conversation) : null
  const place = placeFor(event, sequence, progress, floor, turn.nowMs)
  const row: EventRow = {
    event: own,
    conversation: id,
    account: sender.account,
    device: sender.device,
    sequence,
    timeMs: event.timeMs,
    orderMs: place.timeMs,
    counter: place.counter,
    kind: event.body.kind === 'text' ? 'text' : 'unknown',
    text: event.body.kind === 'text' ? sanitizeText(event.body.text) : null,
    content: raw.slice(),
    clientId: null,
    storedAtMs: turn.nowMs,
    unread: true,
  }
  const clock = observe(clockOf(conversation), place)
  turn.put({ kind: 'putEvent', row })
  const mark = { sequence, orderMs: place.timeMs, counter: place.counter }
  turn.put({ kind: 'putProgress', row: withMark(progress, id, sender.device, mark) })
  turn.put({
    kind: 'putConversation',
    row: {
      ...conversation,
      heads: headsAfter(conversation.heads, own, event.heads),
      clockMs: clock.timeMs,
      clockCounter: clock.counter,
      unread: conversation.unread + 1,
    },
  })
  turn.noticeMessage(own, id)
  turn.noticeConversation(id)
  turn.notice({ kind: 'arrived', event: own, conversation: id, account: sender.account })
}

function takeEvent(turn: Turn, sender: Sender, event: ContentEvent, raw: Uint8Array): void {
  const { body } = event
  switch (body.kind) {
    case 'hello':
    case 'profile':
      return takeProfile(turn, sender, body.name, body, event.timeMs)
    case 'receipt':
      return takeReceipt(turn, sender, body.events)
    case 'prekeys':
      return takeStash(turn, sender.device, body.bundles)
    case 'text':
    case 'unknown': {
      // An unknown kind without a place in the sequence is an addition that this version may ignore.
      if (event.sequence === 0) return undefined
      return takeHistory(turn, sender, ensureConversation(turn, sender.account), event, raw)
    }
    default:
      return unreachable(body)
  }
}

/** Does what a content says. A content that cannot be read is refused and counted, and leaves a visible gap. */
export function takeContent(turn: Turn, device: DeviceId, account: AccountId, plaintext: Uint8Array): void {
  // Whatever it says, the peer has answered in the session: a stash can be given in it.
  if (isStashDue(turn, device)) turn.follow({ kind: 'giveStash', device })
  const content = decodeContent(plaintext)
  if (!content.ok) return turn.refuse(device, 'contentMalformed')
  if (content.value.kind === 'unknown') return turn.refuse(device, 'contentMalformed')
  const { event, raw } = content.value
  if (event.conversation !== directConversation(turn, account)) return turn.refuse(device, 'contentMisplaced')
  return takeEvent(turn, { device, account }, event, raw)
}
