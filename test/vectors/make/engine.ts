/** Vectors of what is derived beside the sessions. */
import type { Author } from './author.ts'
import { anna, ben, bytesFor } from './people.ts'

const [one, other] = [anna.identity, ben.identity]

export function makeEngine(author: Author): void {
  author.add('First contact', [
    {
      name: 'engine/bundle-proof',
      describes: 'The proof of an invite with which a device asks another for its bundle.',
      scenario: 'bundleProof',
      input: {
        secret: bytesFor('invite secret', 32),
        inviteId: bytesFor('invite id', 16),
        requester: one.device,
        responder: other.device,
      },
    },
    {
      name: 'engine/lan-key',
      describes: 'The LAN key of two accounts, from the secrets of either.',
      scenario: 'lanKey',
      input: {
        one: { rootKey: one.rootKey, identitySecret: one.identitySecret },
        other: { rootKey: other.rootKey, identitySecret: other.identitySecret },
      },
    },
  ])
  author.add('Delivery', [
    {
      name: 'engine/envelope',
      describes: 'The associated data of a seal, and the id of an envelope.',
      scenario: 'envelope',
      input: { sender: one.device, receiver: other.device, sealed: bytesFor('sealed', 315) },
    },
  ])
  author.add('Events and order', [
    {
      name: 'engine/conversation',
      describes: 'The conversation of two accounts, the same from both sides, and the note to self.',
      scenario: 'conversation',
      input: { account: one.account, other: other.account },
    },
    {
      name: 'engine/event',
      describes: 'The id of an event, from its place and the random bytes in it.',
      scenario: 'event',
      input: {
        device: one.device,
        conversation: bytesFor('conversation', 32),
        sequence: 20_000,
        random: bytesFor('event id', 16),
      },
    },
  ])
}
