/** A driver over whatever store, and a network that a test holds in its hands: nothing is carried by itself. */
import type { Log, Network, NetworkHandler, Store } from '../../main/core/ports.ts'
import type { LocalIdentity } from '../../main/core/identity/account.ts'
import { createIdentity, encodeIdentitySecrets } from '../../main/core/identity/account.ts'
import { directConversationId } from '../../main/core/conversation/ids.ts'
import type { Command, CommandKind, CommandOf, Replies } from '../../main/core/engine/commands.ts'
import type { Notice } from '../../main/core/engine/effects.ts'
import type { ConversationId, DeviceId } from '../../main/core/ids.ts'
import { absentMail } from '../support/absentMail.ts'
import type { Driver } from '../../main/node/driver.ts'
import { createDriver } from '../../main/node/driver.ts'
import { Chance, settled } from '../sim/schedule.ts'
import { crypto } from '../support/sessions.ts'

export const epochMs = 1_800_000_000_000
const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined }

export interface Sent {
  readonly to: DeviceId
  readonly frame: Uint8Array
}

export class Desk {
  readonly identity: LocalIdentity
  readonly store: Store
  readonly driver: Driver
  readonly notices: Notice[] = []
  /** What was given to the network and not yet carried. */
  readonly sent: Sent[] = []
  nowMs = epochMs
  /** Called as each step of the engine begins: it is given its random bytes. */
  onStep: () => void = () => undefined
  #handler: NetworkHandler | null = null
  #timers: { readonly atMs: number; readonly call: () => void }[] = []

  constructor(seed: number, store: Store, log: Log = silent) {
    const chance = new Chance(seed)
    this.identity = createIdentity(crypto, chance.bytes(96), epochMs)
    this.store = store
    this.driver = createDriver({
      store,
      network: this.#network(),
      clock: { nowMs: () => this.nowMs, after: (delayMs, call) => this.#after(delayMs, call) },
      random: {
        bytes: (length) => {
          this.onStep()
          return chance.bytes(length)
        },
      },
      crypto,
      log,
    })
    this.driver.onNotices((notices) => this.notices.push(...notices))
  }

  get device(): DeviceId {
    return this.identity.device
  }

  get handler(): NetworkHandler {
    if (this.#handler === null) throw new Error('not started')
    return this.#handler
  }

  #after(delayMs: number, call: () => void): () => void {
    const timer = { atMs: this.nowMs + delayMs, call }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  #network(): Network {
    return {
      mail: absentMail,
      start: async (handler) => {
        this.#handler = handler
      },
      stop: async () => undefined,
      send: (to, frame) => {
        this.sent.push({ to, frame })
        return 'sent'
      },
      setPeers: () => undefined,
      disconnect: () => undefined,
      setLanDiscovery: () => undefined,
      setServing: () => undefined,
      setQuotas: () => undefined,
      relayUse: () => ({ day: 0, sizeBytes: 0, strangersBytes: 0 }),
      setPrivacy: () => undefined,
      setPortMapping: () => undefined,
      roundTripMs: () => null,
      wake: () => undefined,
    }
  }

  async start(name: string): Promise<this> {
    const secrets = encodeIdentitySecrets(this.identity)
    await this.store.commit([{ kind: 'putSelf', row: { secrets, name, createdAtMs: epochMs } }])
    const started = await this.driver.start()
    if (!started.ok) throw new Error(started.error.kind)
    return this
  }

  /** Time goes on; what is due happens. */
  async pass(durationMs: number): Promise<void> {
    this.nowMs += durationMs
    const due = this.#timers.filter(({ atMs }) => atMs <= this.nowMs)
    this.#timers = this.#timers.filter(({ atMs }) => atMs > this.nowMs)
    for (const { call } of due) call()
    await settled()
  }

  async do<K extends CommandKind>(command: CommandOf<K> & Command): Promise<Replies[K]> {
    const reply = await this.driver.submit<K>(command)
    if (!reply.ok) throw new Error(`${command.kind}: ${JSON.stringify(reply.error)}`)
    return reply.value
  }

  up(device: DeviceId): void {
    this.handler.event({ kind: 'peerUp', device, path: 'loopback', address: '/desk' })
  }

  down(device: DeviceId): void {
    this.handler.event({ kind: 'peerDown', device })
  }

  conversation(other: Desk): ConversationId {
    return directConversationId((bytes) => crypto.sha256(bytes), this.identity.account, other.identity.account)
  }
}

/** Carries everything that the two have for each other, until they have nothing more to say. */
export async function carry(one: Desk, other: Desk): Promise<void> {
  for (let quiet = 0; quiet < 30;) {
    await settled()
    const frames = [one, other].map((from) => from.sent.splice(0))
    quiet = frames.flat().length === 0 ? quiet + 1 : 0
    for (const [at, from] of [one, other].entries()) {
      const to = from === one ? other : one
      for (const { frame } of (frames[at] ?? []).filter((sent) => sent.to === to.device)) {
        await to.handler.frame(from.device, frame)
      }
    }
  }
}

export async function meet(host: Desk, guest: Desk): Promise<void> {
  const { link } = await host.do<'createInvite'>({ kind: 'createInvite', lifetimeMs: null })
  await guest.do<'acceptInvite'>({ kind: 'acceptInvite', link })
  host.up(guest.device)
  guest.up(host.device)
  await carry(host, guest)
}
