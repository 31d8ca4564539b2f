/** A whole headless node on a machine of the laboratory, driven by JSON-RPC as any bot would. */
import { readdirSync, readFileSync } from 'node:fs'
import type { Contact, Message, NetworkStatus, Self, Settings } from '../../../preload/contract/dto.ts'
import type { ContractEvent } from '../../../preload/contract/events.ts'
import { allMessages, HeadlessNode, passphrase, textOf } from '../../interop/headlessNode.ts'

export interface LabNodeOptions {
  /** The TCP port to listen on; without it the last one used, or a free one. */
  readonly port?: number
  /** How far its clock runs ahead of the machine's. */
  readonly aheadMs?: number
}

type DeliveryState = NonNullable<Message['delivery']>['state']

/** The whole program's clock, worker threads included, moved by so much. */
function clockAhead(aheadMs: number): string {
  const source = `const real = Date.now; Date.now = () => real() + ${aheadMs}`
  return `NODE_OPTIONS=--import=data:text/javascript,${encodeURIComponent(source)}`
}

function argumentsOf({ port }: LabNodeOptions): string[] {
  // The last one counts: on a machine of the laboratory there is nothing to be kept from.
  return ['--confine', 'none', ...(port === undefined ? [] : ['--port', String(port)])]
}

export class LabNode extends HeadlessNode {
  self: Self | null = null
  readonly #arrived: string[] = []
  readonly #warnings: string[] = []
  readonly #contacts = new Map<string, Contact>()
  readonly #states = new Map<string, DeliveryState[]>()
  #network: NetworkStatus | null = null
  #read = 0
  readonly #delivered = new Set<string>()

  constructor(directory: string, on: readonly string[], options: LabNodeOptions) {
    const clock = options.aheadMs === undefined ? [] : ['env', clockAhead(options.aheadMs)]
    super(directory, argumentsOf(options), [...on, ...clock])
  }

  /** Makes the profile or unlocks it. */
  async open(name: string): Promise<void> {
    await this.call('events.subscribe')
    const { state } = await this.call('profile.get', {})
    this.self =
      state === 'absent'
        ? await this.call('profile.create', { name, protection: { kind: 'passphrase', passphrase } })
        : await this.call('profile.unlock', { passphrase })
    const { contacts, network } = await this.call('snapshot.get', {})
    this.#absorb()
    // What was told since is newer.
    for (const one of contacts) if (!this.#contacts.has(one.account)) this.#contacts.set(one.account, one)
    this.#network ??= network
  }

  /** What came in from others, in the order in which it was told, repetitions included. */
  get arrived(): readonly string[] {
    return this.#absorb().#arrived
  }

  /** What the node warned its user of. */
  get warnings(): readonly string[] {
    return this.#absorb().#warnings
  }

  /** The states of each own message, oldest first, by the id it was written under. */
  get states(): ReadonlyMap<string, readonly DeliveryState[]> {
    return this.#absorb().#states
  }

  get network(): NetworkStatus | null {
    return this.#absorb().#network
  }

  get account(): string {
    return this.self?.account ?? ''
  }

  /** Settles once `look` finds something in what the node has told so far. */
  sees<T>(what: string, look: () => T | null | undefined | false, timeoutMs = 30_000): Promise<T> {
    return this.until(
      `${this.self?.name ?? 'the node'} to see ${what}`,
      () => {
        this.#absorb()
        const found = look()
        return found === undefined || found === false ? null : found
      },
      timeoutMs,
    )
  }

  async set(changes: Partial<Settings>): Promise<void> {
    const { settings } = await this.call('snapshot.get', {})
    await this.call('settings.set', { settings: { ...settings, ...changes } })
  }

  /** Settles once it listens, and can be reached in this way. */
  async reachable(addressPart: string): Promise<void> {
    await this.sees(`an address with ${addressPart}`, () =>
      this.network?.addresses.some((one) => one.includes(addressPart)),
    )
  }

  /** Writes texts one after the other; each is its own client id. */
  async say(conversation: string, texts: readonly string[]): Promise<void> {
    for (const text of texts) await this.call('message.send', { conversation, clientId: text, text })
  }

  async delivered(texts: readonly string[], timeoutMs?: number): Promise<void> {
    const waiting = new Set(texts)
    const look = (): boolean => {
      for (const text of waiting) if (this.#delivered.has(text)) waiting.delete(text)
      return waiting.size === 0
    }
    await this.sees(`${texts.length} messages delivered`, look, timeoutMs)
  }

  async hears(texts: readonly string[], timeoutMs?: number): Promise<void> {
    const waiting = new Set(texts)
    let read = 0
    const look = (): boolean => {
      for (; read < this.arrived.length; read++) waiting.delete(this.arrived[read] ?? '')
      return waiting.size === 0
    }
    await this.sees(`${texts.length} messages of others`, look, timeoutMs)
  }

  /** How another is reached now. */
  path(other: LabNode): Contact['path'] {
    return this.#absorb().#contacts.get(other.account)?.path ?? 'away'
  }

  async connected(other: LabNode, path?: Contact['path'], timeoutMs?: number): Promise<void> {
    const look = (): boolean => (path === undefined ? this.path(other) !== 'away' : this.path(other) === path)
    await this.sees(`${other.self?.name ?? 'the other'} by ${path ?? 'any path'}`, look, timeoutMs)
  }

  async parted(other: LabNode, timeoutMs?: number): Promise<void> {
    await this.sees(`${other.self?.name ?? 'the other'} go`, () => this.path(other) === 'away', timeoutMs)
  }

  /** What the store has of others in a conversation, in the order in which it is shown. */
  async shown(conversation: string): Promise<readonly string[]> {
    return (await allMessages(this, conversation)).filter((message) => !message.own).map(textOf)
  }

  descriptors(): number {
    return readdirSync(`/proc/${this.pid}/fd`).length
  }

  /** Resident memory: now, and the most there ever was. */
  memoryBytes(): { readonly now: number; readonly peak: number } {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8')
    const of = (name: string): number =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1_024
    return { now: of('VmRSS'), peak: of('VmHWM') }
  }

  /** Takes in what was told since; so that nothing here is older than the last line. */
  #absorb(): this {
    for (; this.#read < this.events.length; this.#read++) {
      const told = this.events[this.#read]
      if (told !== undefined) this.#note(told.event)
    }
    return this
  }

  #note(event: ContractEvent): void {
    if (event.kind === 'contactChanged') this.#contacts.set(event.contact.account, event.contact)
    else if (event.kind === 'networkChanged') this.#network = event.network
    else if (event.kind === 'messageArrived') this.#arrived.push(textOf(event.message))
    else if (event.kind === 'warning') this.#warnings.push(event.code)
    else if (event.kind === 'messageChanged') this.#noteState(event.message)
  }

  #noteState({ clientId, delivery }: Message): void {
    if (clientId === null || delivery === null) return
    const states = this.#states.get(clientId) ?? []
    if (states.at(-1) !== delivery.state) this.#states.set(clientId, [...states, delivery.state])
    if (delivery.state === 'delivered' || delivery.state === 'read') this.#delivered.add(clientId)
  }
}
