/** A few peers under a clear sky, for what they do to each other on purpose. */
import type { Command, CommandKind, CommandOf, Replies } from '../../main/core/engine/commands.ts'
import type { ConversationId } from '../../main/core/ids.ts'
import type { ContactRow, EventRow, Log } from '../../main/core/ports.ts'
import type { Peer } from './peer.ts'
import { World, calm } from './world.ts'

export class Scene {
  readonly world: World
  /** How often each refusal was logged. */
  readonly refusals = new Map<string, number>()
  readonly warnings: string[] = []

  constructor(peers: number, seed = 1) {
    const log: Log = {
      debug: () => undefined,
      info: (_, figures) => {
        const refusal = String(figures?.['refusal'])
        this.refusals.set(refusal, (this.refusals.get(refusal) ?? 0) + 1)
      },
      warn: (event, figures) => this.warnings.push(`${event} ${JSON.stringify(figures)}`),
    }
    this.world = new World(seed, { ...calm, peersMin: peers, peersMax: peers }, log)
  }

  peer(number: number): Peer {
    const peer = this.world.peers[number]
    if (peer === undefined) throw new RangeError(`no peer ${number}`)
    return peer
  }

  /** Nothing that must never happen has happened, and no step has failed. */
  assertSound(): void {
    const failed = this.warnings.filter((warning) => !warning.startsWith('storageFailed'))
    const wrong = [...this.world.watch.violations, ...failed]
    if (wrong.length > 0) throw new Error(wrong.join('\n'))
  }

  async begin(): Promise<this> {
    for (const peer of this.world.peers) peer.start()
    await this.run(1_000)
    return this
  }

  async run(durationMs: number): Promise<void> {
    const { schedule } = this.world
    await schedule.runUntil(schedule.nowMs + durationMs)
  }

  /** Submits a command and lets the world run until it is answered. */
  async ask<K extends CommandKind>(peer: Peer, command: CommandOf<K> & Command) {
    const answer = peer.submit<K>(command)
    if (answer === null) throw new Error(`${peer.name} is not running`)
    let settled = false
    void answer.then(() => {
      settled = true
    })
    for (let i = 0; i < 10_000 && !settled; i++) await this.run(5)
    return answer
  }

  /** As `ask`, for what must succeed. */
  async do<K extends CommandKind>(peer: Peer, command: CommandOf<K> & Command): Promise<Replies[K]> {
    const answer = await this.ask<K>(peer, command)
    if (!answer.ok) throw new Error(`${command.kind} of ${peer.name} refused: ${JSON.stringify(answer.error)}`)
    return answer.value
  }

  async invite(peer: Peer, lifetimeMs: number | null = null) {
    return this.do<'createInvite'>(peer, { kind: 'createInvite', lifetimeMs })
  }

  accept(peer: Peer, link: string) {
    return this.do<'acceptInvite'>(peer, { kind: 'acceptInvite', link })
  }

  /** An invite of `host`, accepted by `guest`, and time for it to be completed. */
  async meet(host: Peer, guest: Peer): Promise<void> {
    await this.accept(guest, (await this.invite(host)).link)
    await this.run(20_000)
  }

  conversation(a: Peer, b: Peer): ConversationId {
    return this.world.conversationOf(a, b)
  }

  async text(from: Peer, to: Peer, text: string, clientId = text): Promise<EventRow> {
    const conversation = this.conversation(from, to)
    return (await this.do<'sendText'>(from, { kind: 'sendText', conversation, clientId, text })).event
  }

  /** What `at` is shown of the conversation with `other`. */
  shown(at: Peer, other: Peer): readonly (string | null)[] {
    return at.disk.inOrder(this.conversation(at, other)).map((row) => row.text)
  }

  contact(at: Peer, of: Peer): ContactRow {
    const row = at.disk.contacts.get(of.identity.account)
    if (row === undefined) throw new Error(`${at.name} does not know ${of.name}`)
    return row
  }

  delivery(at: Peer, event: EventRow): string | undefined {
    return at.disk.recordOf(event).delivery?.state
  }

  /** Stops and starts a peer with whatever was done to its disk in between. */
  async restart(peer: Peer, meanwhile: () => void = () => undefined): Promise<void> {
    peer.crash()
    meanwhile()
    await this.run(11_000)
    peer.start()
    await this.run(20_000)
  }
}
