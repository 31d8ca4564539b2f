/** Whole people on loopback: the product's driver over its network, with disks in memory. */
import type { Command, CommandKind, CommandOf, Replies } from '../../main/core/engine/commands.ts'
import { directConversationId } from '../../main/core/conversation/ids.ts'
import { createIdentity, encodeIdentitySecrets } from '../../main/core/identity/account.ts'
import type { LocalIdentity } from '../../main/core/identity/account.ts'
import type { ConversationId, DeviceId } from '../../main/core/ids.ts'
import type { Network, NetworkEvent, PeerTarget } from '../../main/core/ports.ts'
import { createNetwork } from '../../main/net/network.ts'
import type { Driver } from '../../main/node/driver.ts'
import { createDriver } from '../../main/node/driver.ts'
import { createNoiseCrypto } from '../../main/node/crypto/noise.ts'
import { Disk } from '../sim/disk.ts'
import { MemoryStore, calm } from '../sim/memoryStore.ts'
import { crypto } from '../support/sessions.ts'
import { realClock, realRandom, silentLog } from './netNodes.ts'
import type { Scene } from './netNodes.ts'

/** What a test does to the addresses at which a person dials others. */
export type Route = (target: PeerTarget) => PeerTarget

export class NetPerson {
  readonly identity: LocalIdentity
  readonly disk = new Disk()
  readonly events: NetworkEvent[] = []
  readonly driver: Driver
  readonly network: Network
  route: Route = (target) => target
  /** Whom it is connected with beside its contacts. */
  others: readonly PeerTarget[] = []
  #targets: readonly PeerTarget[] = []
  #watchers: (() => void)[] = []

  constructor(number: number) {
    this.identity = createIdentity(
      crypto,
      Uint8Array.from({ length: 96 }, (_, at) => number + at),
      1_800_000_000_000,
    )
    this.network = createNetwork({
      deviceSeed: this.identity.deviceSeed,
      noiseCrypto: createNoiseCrypto(),
      listen: { port: 0, portFallback: true, families: ['ip4'], loopbackOnly: false },
      confine: 'loopback',
      lan: false,
      webrtc: false,
      privacy: { kind: 'open' },
      portMapping: false,
      clock: realClock,
      random: realRandom,
      log: silentLog,
    })
    const { network } = this
    const routed: Network = {
      mail: network.mail,
      start: (handler) => network.start(handler),
      stop: () => network.stop(),
      setPeers: (targets) => {
        this.#targets = targets
        this.reroute()
      },
      send: (device, frame) => network.send(device, frame),
      disconnect: (device) => network.disconnect(device),
      roundTripMs: (device) => network.roundTripMs(device),
      setLanDiscovery: () => undefined,
      setServing: (serving) => network.setServing(serving),
      setQuotas: (quotas) => network.setQuotas(quotas),
      relayUse: () => network.relayUse(),
      setPrivacy: () => undefined,
      setPortMapping: () => undefined,
      wake: () => network.wake(),
    }
    const parts = { store: new MemoryStore(this.disk, calm), clock: realClock, random: realRandom, log: silentLog }
    const onNetworkEvent = (event: NetworkEvent): void => {
      this.events.push(event)
      this.#look()
    }
    this.driver = createDriver({ ...parts, network: routed, crypto, onNetworkEvent })
    this.driver.onNotices(() => this.#look())
  }

  get device(): DeviceId {
    return this.identity.device
  }

  /** As it was told by the engine, by the route of now. */
  reroute(): void {
    this.network.setPeers([...this.#targets.map((target) => this.route(target)), ...this.others])
  }

  async start(scene: Scene, name: string): Promise<this> {
    const row = { secrets: encodeIdentitySecrets(this.identity), name, createdAtMs: 1_800_000_000_000 }
    this.disk.write([{ kind: 'putSelf', row }])
    scene.atEnd(async () => {
      await this.driver.stop()
      await this.network.stop()
    })
    const started = await this.driver.start()
    if (!started.ok) throw new Error(started.error.kind)
    return this
  }

  async do<K extends CommandKind>(command: CommandOf<K> & Command): Promise<Replies[K]> {
    const reply = await this.driver.submit<K>(command)
    if (!reply.ok) throw new Error(`${command.kind}: ${reply.error.kind}`)
    return reply.value
  }

  /** Settles once it holds; asked after every event and commit. */
  until(what: string, holds: () => boolean, timeoutMs = 40_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${what}: not within ${timeoutMs} ms`)), timeoutMs)
      const look = (): void => {
        if (!holds()) return
        clearTimeout(timer)
        this.#watchers = this.#watchers.filter((one) => one !== look)
        resolve()
      }
      this.#watchers.push(look)
      look()
    })
  }

  /** When and how others were reached and lost. */
  of(kind: 'peerUp' | 'peerDown', other: NetPerson): readonly NetworkEvent[] {
    return this.events.filter((event) => event.kind === kind && event.device === other.device)
  }

  conversation(other: NetPerson): ConversationId {
    return directConversationId((bytes) => crypto.sha256(bytes), this.identity.account, other.identity.account)
  }

  async say(other: NetPerson, text: string): Promise<void> {
    const conversation = this.conversation(other)
    await this.do<'sendText'>({ kind: 'sendText', conversation, clientId: text.slice(0, 16), text })
  }

  /** The texts of the other, as they are shown. */
  shown(other: NetPerson): readonly (string | null)[] {
    return this.disk
      .inOrder(this.conversation(other))
      .filter(({ device }) => device === other.device)
      .map(({ text }) => text)
  }

  #look(): void {
    for (const watcher of this.#watchers) watcher()
  }
}

/** Directly, and with nothing between them. */
export async function meetOnLoopback(host: NetPerson, guest: NetPerson): Promise<void> {
  const { link } = await host.do<'createInvite'>({ kind: 'createInvite', lifetimeMs: null })
  await guest.do<'acceptInvite'>({ kind: 'acceptInvite', link })
  const knows = (one: NetPerson, other: NetPerson): boolean => {
    const contact = one.disk.contacts.get(other.identity.account)
    return contact?.state === 'active' && contact.acceptedInvite === null
  }
  await Promise.all([
    host.until('a contact', () => knows(host, guest)),
    guest.until('a contact', () => knows(guest, host)),
  ])
}
