/** Somebody whose mailbox has turned, and so has a contact who leaves things there; another one is honest, and away. Every input begins in a copy of it. */
import { slotKey, slotSigner } from '../../../main/core/engine/mail/slots.ts'
import type { DeviceId } from '../../../main/core/ids.ts'
import type { MailGrant, MailSlotRow, OutboxRow } from '../../../main/core/ports.ts'
import type { Session } from '../../../main/core/session/session.ts'
import { crypto } from '../../support/sessions.ts'
import { Person, connect, converse } from './person.ts'
import { activeSession, meet, say, talk } from './room.ts'

export interface MailRoom {
  readonly victim: Person
  /** The victim's mailbox, connected, which brings what it likes. */
  readonly box: Person
  /** A contact who has turned, and is away; has a mailbox itself. */
  readonly friend: Person
  readonly friendSession: Session
  readonly friendsMailbox: DeviceId
  /** The key of the friend's slot at the victim's mailboxes; and what the victim has of theirs. */
  readonly slotKey: Uint8Array
  readonly grant: MailGrant
  /** The seed of the key that signs the friend's records. */
  readonly signerSeed: Uint8Array
  /** Who keeps to everything; neither mailbox nor friend has anything of theirs. */
  readonly honest: Person
  readonly honestSession: Session
  readonly honestSlotKey: Uint8Array
  /** What waits for the friend. */
  readonly waiting: readonly OutboxRow[]
}

/** Holds messages for contacts from now on, at this address. */
function serve(person: Person, others: readonly Person[], address: string): void {
  const values = new Map([['serveMailbox', true]])
  const said = [
    ...person.happen({ kind: 'addresses', addresses: [address] }),
    ...person.happen({ kind: 'command', command: { kind: 'setSettings', values } }),
  ]
  for (const other of others) converse(person, other, said)
}

function part(one: Person, other: Person): void {
  one.happen({ kind: 'peerDown', device: other.device })
  other.happen({ kind: 'peerDown', device: one.device })
}

/** The slot that one has given the other. */
function slotAt(one: Person, other: Person): MailSlotRow {
  const row = [...one.disk.mailSlots.values()].find(({ device }) => device === other.device)
  if (row === undefined) throw new Error('no slot')
  return row
}

export function makeMailRoom(): MailRoom {
  const [victim, box] = [Person.named('Vera', 21), Person.named('Mia', 22)]
  const [friend, otto, honest] = [Person.named('Finn', 23), Person.named('Otto', 24), Person.named('Hana', 25)]
  meet(victim, box)
  meet(victim, friend)
  meet(victim, honest)
  meet(friend, otto)
  talk(victim, honest, 3)
  part(victim, honest)
  serve(box, [victim], '/ip4/10.0.0.1/tcp/4001')
  serve(otto, [friend], '/ip4/10.0.0.2/tcp/4001')
  talk(victim, friend, 4)
  // Whoever has a mailbox now tells the others when they meet again.
  part(victim, friend)
  part(victim, box)
  connect(victim, box)
  connect(victim, friend)
  talk(victim, friend, 2)
  part(victim, friend)
  say(victim, friend, 'one')
  say(victim, friend, 'two')
  const known = victim.disk.devices.get(friend.device)
  const friendsMailbox = known?.mailboxes[0]?.device
  const grant = known?.mail ?? null
  if (friendsMailbox === undefined || grant === null) throw new Error('no mailbox')
  const slotKeyOf = (person: Person): Uint8Array => slotKey(crypto, slotAt(victim, person))
  if (victim.disk.devices.get(box.device)?.services !== 2) throw new Error('no mailbox of the victim’s')
  const waiting = [...victim.disk.outbox.values()].filter(({ device }) => device === friend.device)
  const friendSession = activeSession(friend, victim)
  const others = { honest, honestSession: activeSession(honest, victim), honestSlotKey: slotKeyOf(honest) }
  const keys = { slotKey: slotKeyOf(friend), grant, signerSeed: slotSigner(crypto, slotAt(friend, victim)) }
  return { victim, box, friend, friendSession, friendsMailbox, waiting, ...keys, ...others }
}
