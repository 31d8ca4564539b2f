/** Stands in for the messaging node in the screen's tests: the contract over plain data, no network and no disk. */
import type {
  Comparison,
  Connection,
  Connections,
  Contact,
  Conversation,
  DeliveryDetails,
  Invite,
  Message,
  Nearby,
  NearbyPerson,
  NetworkStatus,
  Profile,
  Self,
  Settings,
} from '../../../preload/contract/dto.ts'
import type { ErrorCode } from '../../../preload/contract/errors.ts'
import type { ContractEvent } from '../../../preload/contract/events.ts'
import type { MethodName } from '../../../preload/contract/methods.ts'
import { methods } from '../../../preload/contract/methods.ts'
import type { PortReply } from '../../../preload/contract/port.ts'
import * as people from './people.ts'

export class Refusal extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode) {
    super(`refused: ${code}`)
    this.code = code
  }
}

type Params = { readonly [key: string]: unknown }

export interface FakeNodeOptions {
  readonly profile?: Partial<Profile>
  readonly empty?: boolean
  readonly settings?: Partial<Settings>
  readonly passphrase?: string
}

const link = `waxwing:1:${'kZ3vY8mQpL0tRb7nWc2xHs5dJf9gAe4u'.repeat(9)}`

export class FakeNode {
  profile: Profile
  self: Self = people.self
  settings: Settings
  readonly contacts = new Map<string, Contact>()
  readonly conversations = new Map<string, Conversation>()
  readonly invites = new Map<string, Invite>()
  readonly messages: Message[] = []
  readonly calls: { readonly method: string; readonly params: unknown }[] = []
  comparison: Comparison = { kind: 'match', fingerprint: people.anna.fingerprint }
  /** Methods that fail, and with what. */
  readonly refusals = new Map<MethodName, ErrorCode>()
  inspectRefusal: ErrorCode | null = null
  network: NetworkStatus = {
    state: 'listening',
    problem: null,
    addresses: ['/ip4/192.168.1.20/tcp/41231', '/ip6/fe80::1/tcp/41231'],
    connected: 2,
    reach: 'lan',
  }
  nearby: Nearby = { available: true, endsAtMs: null, ended: null, people: [] }
  /** By account: how long an answer takes, and through whose relay. */
  readonly ways = new Map<string, Partial<Connection>>()
  /** By event: on which way a message went. */
  readonly routes = new Map<string, Partial<DeliveryDetails>>()
  holding = { contacts: 0, items: 0, sizeBytes: 0 }
  passed = { sizeBytes: 0, untilMs: people.nowMs }
  helpers: Pick<Connections, 'relays' | 'mailboxes'> = { relays: [], mailboxes: [] }
  send: (reply: PortReply) => void = () => undefined
  /** While true, requests are heard and not answered, as by a node that is dying. */
  silent = false
  #sequence = 0
  readonly #passphrase: string

  constructor(options: FakeNodeOptions = {}) {
    this.#passphrase = options.passphrase ?? 'correct horse battery'
    this.profile = { ...people.profile, ...options.profile }
    this.settings = { ...people.settings, ...options.settings }
    const list = options.empty
      ? people.conversations.filter((item) => item.kind === 'self').map((item) => ({ ...item, last: null }))
      : people.conversations
    for (const item of list) this.conversations.set(item.conversation, item)
    if (options.empty) return
    for (const item of people.contacts) this.contacts.set(item.account, item)
    for (const item of people.invites) this.invites.set(item.invite, item)
    this.messages.push(...people.messages)
  }

  emit(event: ContractEvent): void {
    this.#sequence += 1
    this.send({ kind: 'event', event: { sequence: this.#sequence, event } })
  }

  /** Lets numbers of the stream go by unseen. */
  skip(count: number): void {
    this.#sequence += count
  }

  /** Somebody writes. */
  arrive(message: Message, senderName: string): void {
    this.messages.push(message)
    this.#touch(message)
    this.emit({ kind: 'messageArrived', message, senderName })
  }

  changeContact(contact: Contact): Contact {
    this.contacts.set(contact.account, contact)
    this.emit({ kind: 'contactChanged', contact })
    return contact
  }

  /** Somebody nearby is as this says from now on. */
  changeNearby(person: NearbyPerson): void {
    const others = this.nearby.people.filter((one) => one.peer !== person.peer)
    this.setNearby({ people: [...others, person].toSorted((a, b) => (a.peer < b.peer ? -1 : 1)) })
  }

  setNearby(change: Partial<Nearby>): Nearby {
    this.nearby = { ...this.nearby, ...change }
    this.emit({ kind: 'nearbyChanged', nearby: this.nearby })
    return this.nearby
  }

  receive(request: { readonly id: number; readonly method: MethodName; readonly params: unknown }): void {
    this.calls.push({ method: request.method, params: request.params })
    if (this.silent) return
    const parsed = methods[request.method].params.parse(request.params, 'params')
    try {
      if (!parsed.ok) throw new Refusal('badRequest')
      const refusal = this.refusals.get(request.method)
      if (refusal) throw new Refusal(refusal)
      const result = this.#answer(request.method, parsed.value as Params)
      this.send({ kind: 'result', id: request.id, result })
    } catch (reason) {
      const code = reason instanceof Refusal ? reason.code : 'internal'
      this.send({ kind: 'error', id: request.id, error: { code, message: String(reason), got: 0, max: 0 } })
    }
  }

  #answer(method: MethodName, params: Params): unknown {
    switch (method) {
      case 'profile.get':
        return this.profile
      case 'profile.create':
        this.self = { ...this.self, name: String(params['name']) }
        this.profile = { ...this.profile, state: 'open' }
        return this.self
      case 'profile.unlock':
        if (params['passphrase'] !== this.#passphrase) throw new Refusal('wrongPassphrase')
        this.profile = { ...this.profile, state: 'open' }
        return this.self
      case 'profile.rename':
        this.self = { ...this.self, name: String(params['name']) }
        return this.self
      case 'profile.changePassphrase':
        return {}
      case 'snapshot.get':
        return this.#snapshot()
      case 'settings.set':
        this.settings = params['settings'] as Settings
        return this.settings
      case 'network.wake':
        return this.network
      case 'mailbox.usage':
        return this.holding
      case 'relay.usage':
        return this.passed
      case 'connections.get':
        return this.#connections(params['account'] as string | null)
      default:
        return this.#answerMore(method, params)
    }
  }

  #answerMore(method: MethodName, params: Params): unknown {
    const account = String(params['account'])
    switch (method) {
      case 'messages.page':
        return this.#page(params)
      case 'message.send':
        return this.#write(String(params['conversation']), String(params['clientId']), String(params['text']))
      case 'message.details':
        return this.#details(String(params['event']))
      case 'conversation.markRead':
        this.#markRead(String(params['conversation']))
        return {}
      case 'invite.create':
      case 'invite.link':
        return this.#invite()
      case 'invite.withdraw':
        return this.#change(this.invites, String(params['invite']), (invite) => ({
          ...invite,
          state: 'withdrawn' as const,
        }))
      case 'invite.inspect':
        return this.#inspect()
      case 'invite.accept':
        return this.#accept()
      case 'contact.rename':
        return this.#contact(account, (one) => ({
          ...one,
          petName: params['petName'] as string | null,
          name: (params['petName'] as string | null) ?? one.claimedName,
        }))
      case 'contact.remove':
        return this.#contact(account, (one) => ({ ...one, state: 'removed' }))
      case 'contact.block':
        return this.#contact(account, (one) => ({ ...one, state: params['blocked'] === true ? 'blocked' : 'active' }))
      case 'contact.acceptKey':
        return this.#contact(account, (one) => ({ ...one, state: 'active', verifiedAtMs: null }))
      case 'contact.setServiceUse':
        return this.#contact(account, (one) => ({ ...one, serviceUse: params['use'] as Contact['serviceUse'] }))
      case 'verification.get':
        return this.#verification(account)
      case 'verification.set':
        return this.#contact(account, (one) => ({
          ...one,
          verifiedAtMs: params['verified'] === true ? people.nowMs : null,
        }))
      case 'verification.checkQr':
      case 'verification.checkCard':
        return this.comparison
      case 'nearby.start':
        return this.setNearby({ endsAtMs: people.nowMs + 300_000, ended: null })
      case 'nearby.stop':
        return this.setNearby({ endsAtMs: null, ended: 'stopped', people: [] })
      case 'nearby.ask':
      case 'nearby.answer':
      case 'nearby.compare':
        return this.nearby
      case 'fingerprint.export':
        return { files: [{ fileName: 'card.txt', encoding: 'utf8', contents: this.self.fingerprint }] }
      default:
        throw new Refusal('unknownMethod')
    }
  }

  #snapshot(): unknown {
    return {
      sequence: this.#sequence,
      self: this.self,
      contacts: [...this.contacts.values()],
      conversations: [...this.conversations.values()],
      invites: [...this.invites.values()],
      settings: this.settings,
      network: this.network,
      nearby: this.nearby,
    }
  }

  #page(params: Params): unknown {
    const before = params['before'] as { readonly orderMs: number; readonly counter: number } | null
    const limit = Number(params['limit'])
    const all = this.messages
      .filter((message) => message.conversation === params['conversation'])
      .toSorted((a, b) => b.orderMs - a.orderMs || b.counter - a.counter)
      .filter(
        (message) =>
          before === null ||
          message.orderMs < before.orderMs ||
          (message.orderMs === before.orderMs && message.counter < before.counter),
      )
    return { messages: all.slice(0, limit), more: all.length > limit }
  }

  #write(conversation: string, clientId: string, text: string): Message {
    const to = [...this.contacts.values()].find((one) => one.conversation === conversation) ?? 'self'
    const atMs = Math.max(people.nowMs, ...this.messages.map((one) => one.orderMs + 1))
    const state = to !== 'self' && to.path === 'away' ? 'written' : 'delivered'
    const message = people.message('self', to, text, atMs, {
      clientId,
      delivery: to === 'self' ? null : { state, atMs },
    })
    this.messages.push(message)
    this.#touch(message)
    this.emit({ kind: 'messageChanged', message })
    return message
  }

  #touch(message: Message): void {
    const old = this.conversations.get(message.conversation)
    if (!old) return
    const conversation = { ...old, last: message, unread: old.unread + (message.unread ? 1 : 0) }
    this.conversations.set(conversation.conversation, conversation)
    this.emit({ kind: 'conversationChanged', conversation })
  }

  #markRead(id: string): void {
    const old = this.conversations.get(id)
    if (!old) throw new Refusal('conversationUnknown')
    const conversation = { ...old, unread: 0 }
    this.conversations.set(id, conversation)
    this.emit({ kind: 'conversationChanged', conversation })
  }

  #details(event: string): unknown {
    const message = this.messages.find((one) => one.event === event)
    if (!message) throw new Refusal('messageUnknown')
    const recipient = [...this.contacts.values()].find((one) => one.conversation === message.conversation)
    const deliveries =
      message.delivery && recipient
        ? [
            {
              account: recipient.account,
              device: people.hex(`${recipient.name} device`, 32),
              delivery: message.delivery,
              via: null,
              mailbox: null,
              relay: null,
              mailProblem: null,
              ...this.routes.get(event),
            },
          ]
        : []
    return { message, deliveries }
  }

  #connections(wanted: string | null): Connections {
    const contacts = [...this.contacts.values()].filter(
      ({ account, state }) => (state === 'active' || state === 'pending') && (wanted === null || wanted === account),
    )
    return {
      contacts: contacts.map(({ account, path }) => {
        return { account, path, roundTripMs: null, relay: null, ...this.ways.get(account) }
      }),
      reach: this.network.reach,
      ...this.helpers,
    }
  }

  #invite(): unknown {
    const invite: Invite = {
      invite: people.hex('invite new', 16),
      state: 'open',
      createdAtMs: people.nowMs,
      expiresAtMs: people.nowMs + 7 * 86_400_000,
      usedBy: null,
    }
    this.invites.set(invite.invite, invite)
    return { invite, link, fingerprint: this.self.fingerprint }
  }

  #inspect(): unknown {
    if (this.inspectRefusal) throw new Refusal(this.inspectRefusal)
    const one = people.contact('Noor Haddad')
    return {
      name: one.name,
      account: one.account,
      fingerprint: one.fingerprint,
      expiresAtMs: people.nowMs + 3 * 86_400_000,
      looksLike: null,
    }
  }

  #accept(): Contact {
    const one = people.contact('Noor Haddad', { state: 'pending', lastSeenAtMs: null, addedAtMs: people.nowMs })
    this.contacts.set(one.account, one)
    const conversation = people.conversationFor(one.conversation, [one.account], 'direct', people.nowMs)
    this.conversations.set(one.conversation, conversation)
    this.emit({ kind: 'contactChanged', contact: one })
    this.emit({ kind: 'conversationChanged', conversation })
    return one
  }

  #verification(account: string): unknown {
    const one = this.contacts.get(account)
    if (!one) throw new Refusal('contactUnknown')
    const digits = BigInt(`0x${people.hex(`${account} number`, 32)}`)
      .toString()
      .padStart(60, '0')
      .slice(0, 60)
    return {
      contact: account,
      fingerprint: one.fingerprint,
      ownFingerprint: this.self.fingerprint,
      safetyNumber: digits.match(/.{5}/g),
      qr: `waxwing-verify:1:${people.hex(account, 32)}${people.hex('self', 32)}`,
      verifiedAtMs: one.verifiedAtMs,
    }
  }

  #contact(account: string, change: (one: Contact) => Contact): Contact {
    const one = this.contacts.get(account)
    if (!one) throw new Refusal('contactUnknown')
    return this.changeContact(change(one))
  }

  #change<T>(map: Map<string, T>, id: string, change: (value: T) => T): T {
    const value = map.get(id)
    if (value === undefined) throw new Refusal('badRequest')
    const next = change(value)
    map.set(id, next)
    return next
  }
}
