/** People who are reached in every way, and who help each other: for the views that show it. */
import type { Contact } from '../../../preload/contract/dto.ts'
import { FakeNode } from './fakeNode.ts'
import type { FakeNodeOptions } from './fakeNode.ts'
import { anna, ben, chiara, jonas, layla, mei, message, nowMs } from './people.ts'

const minute = 60_000
export const heldText = 'No hurry, the museum has them until Sunday'

function change(node: FakeNode, account: string, facts: Partial<Contact>): void {
  const one = node.contacts.get(account)
  if (one) node.contacts.set(account, { ...one, ...facts })
}

/** Anna on the LAN, Layla directly, Jonas through Chiara, who also holds a message for Ben; the others away. */
export function wideNode(options: FakeNodeOptions = {}): FakeNode {
  const node = new FakeNode({ ...options, settings: { serveRelay: true, serveMailbox: true, ...options.settings } })
  node.holding = { contacts: 3, items: 41, sizeBytes: 1_480_000 }
  node.passed = { sizeBytes: 1_300_000_000, untilMs: nowMs + 7 * 60 * minute }
  change(node, chiara.account, { path: 'webrtc', offers: { relay: true, mailbox: true } })
  change(node, jonas.account, { path: 'relay' })
  node.ways.set(anna.account, { roundTripMs: 2 })
  node.ways.set(layla.account, { roundTripMs: 148 })
  node.ways.set(chiara.account, { roundTripMs: 31 })
  node.ways.set(jonas.account, { roundTripMs: 1_240, relay: chiara.account })
  node.helpers = { relays: [chiara.account], mailboxes: [chiara.account] }
  node.network = { ...node.network, reach: 'relay', connected: 4 }
  const held = message('self', ben, heldText, nowMs - 39 * minute, {
    delivery: { state: 'held', atMs: nowMs - 38 * minute },
  })
  node.messages.push(held)
  node.routes.set(held.event, { via: 'mailbox', mailbox: chiara.account })
  const conversation = node.conversations.get(ben.conversation)
  if (conversation) node.conversations.set(ben.conversation, { ...conversation, last: held })
  return node
}

/** As `wideNode`, and what contacts may use is used up: the smallest there is. */
export function fullNode(options: FakeNodeOptions = {}): FakeNode {
  const node = wideNode({ ...options, settings: { relayQuota: '1GB', mailboxQuota: '256MB', ...options.settings } })
  node.holding = { contacts: 12, items: 4_310, sizeBytes: 268_435_000 }
  return node
}

/** Nobody is there, and an invite came to nothing. */
export function lonelyNode(options: FakeNodeOptions = {}): FakeNode {
  const node = new FakeNode(options)
  for (const account of node.contacts.keys()) change(node, account, { path: 'away' })
  change(node, mei.account, { pendingProblem: 'inviteExpired' })
  node.network = { ...node.network, connected: 0 }
  node.inspectRefusal = 'inviteUsed'
  return node
}

/** As `lonelyNode`, behind a proxy that does not answer. */
export function hiddenNode(options: FakeNodeOptions = {}): FakeNode {
  const node = lonelyNode({ ...options, settings: { privacy: 'proxy', ...options.settings } })
  const problem = { code: 'proxyTimeout', message: 'The proxy does not answer.' } as const
  node.network = { ...node.network, problem }
  return node
}
