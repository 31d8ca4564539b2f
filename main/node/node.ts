/** A messaging node at work: store, engine and driver, network, and the events that follow. The composition root. */
import type { OwnSetting } from '../core/engine/settings.ts'
import { privacyOf } from '../core/engine/settings.ts'
import { decodeIdentitySecrets } from '../core/identity/account.ts'
import type { Clock, Crypto, Log, Random, Resident, SettingValue, StoreError } from '../core/ports.ts'
import type { Result } from '../core/result.ts'
import { err, ok } from '../core/result.ts'
import { createNetwork } from '../net/network.ts'
import { createNearbyNetwork, mayMeetNearby } from '../net/nearby/nearby.ts'
import type { AnnouncedHost, ListenOptions } from '../net/options.ts'
import type { EncryptedStore } from '../store/store.ts'
import { createNoiseCrypto } from './crypto/noise.ts'
import type { Driver, StartError } from './driver.ts'
import { createDriver } from './driver.ts'
import { contractError } from './errors.ts'
import { MailboxKeeper } from './mailboxKeeper.ts'
import { Nearby } from './nearby/nearby.ts'
import type { NetworkWatcher } from './networkMonitor.ts'
import { NetworkMonitor } from './networkMonitor.ts'
import { RelayKeeper, relayUseIn, relayUseSetting } from './relayKeeper.ts'
import type { NodeContext } from './service/context.ts'
import type { EventStream } from './service/eventStream.ts'
import { NameIndex } from './service/nameIndex.ts'
import { Publisher } from './service/publisher.ts'

export interface NetworkChoice {
  /** 0: the remembered port, else a free one. */
  readonly port: number
  readonly confine: 'none' | 'loopback'
  /** False: no discovery on the local network, whatever the settings say. */
  readonly lanAllowed: boolean
  /** Addresses that no interface shows. */
  readonly announce?: readonly AnnouncedHost[]
}

/** What every node of this process uses. */
export interface NodeTools {
  readonly clock: Clock
  readonly random: Random
  readonly crypto: Crypto
}

export interface NodeOptions extends NodeTools {
  readonly store: EncryptedStore
  readonly network: NetworkChoice
  readonly log: Log
  readonly stream: EventStream
}

export interface OpenNode {
  readonly context: NodeContext
  wake(): void
  /** Ends what runs, leaves the network, and closes the store. */
  close(): Promise<void>
}

/** Where the last port is remembered, so that addresses in invites stay true after a restart. */
const portSetting = 'node.port'

function rememberedPort(settings: ReadonlyMap<string, SettingValue>): number {
  const port = settings.get(portSetting)
  return typeof port === 'number' && Number.isInteger(port) && port > 0 && port <= 65_535 ? port : 0
}

function listenOptions(choice: NetworkChoice, remembered: number): ListenOptions {
  const chosen = choice.port !== 0
  return {
    port: chosen ? choice.port : remembered,
    portFallback: !chosen,
    families: ['ip4', 'ip6'],
    loopbackOnly: choice.confine === 'loopback',
  }
}

/** The network of this device; it calls `watcher` only after it was started. */
function networkFor(options: NodeOptions, resident: Resident, deviceSeed: Uint8Array, watcher: NetworkWatcher) {
  const { clock, random, log, network } = options
  const { settings } = resident
  // As the engine reads them: until its first step nothing must leave that the user's mode forbids.
  const lan = network.lanAllowed && settings.get('lanDiscovery') !== false
  const portMapping = network.lanAllowed && settings.get('portMapping') !== false
  const privacy = privacyOf({ setting: (key) => settings.get(key) ?? null })
  const inner = createNetwork({
    deviceSeed,
    noiseCrypto: createNoiseCrypto(),
    listen: listenOptions(network, rememberedPort(resident.settings)),
    confine: network.confine,
    announce: network.announce ?? [],
    lan,
    webrtc: true,
    privacy,
    portMapping,
    clock,
    random,
    log,
    mailboxStore: options.store.mailbox,
    relayUse: relayUseIn(settings.get(relayUseSetting) ?? null),
  })
  return new NetworkMonitor(inner, watcher, network.lanAllowed, log)
}

class RunningNode implements OpenNode {
  readonly context: NodeContext
  readonly #options: NodeOptions
  readonly #driver: Driver
  readonly #monitor: NetworkMonitor
  readonly #publisher: Publisher
  readonly #keeper: MailboxKeeper
  readonly #relayKeeper: RelayKeeper
  readonly #nearby: Nearby

  constructor(options: NodeOptions, resident: Resident, deviceSeed: Uint8Array) {
    const { clock, random, crypto, store, stream, log } = options
    this.#options = options
    this.#monitor = networkFor(options, resident, deviceSeed, this.#watcher())
    this.#driver = createDriver({ store, network: this.#monitor, clock, random, crypto, log })
    const names = new NameIndex(resident.contacts)
    this.#nearby = this.#createNearby()
    this.context = {
      clock,
      crypto,
      store,
      mailbox: store.mailbox,
      network: this.#monitor,
      resident: () => this.#driver.state(),
      submit: (command) => this.#driver.submit(command),
      names,
      nearby: this.#nearby,
    }
    this.#publisher = new Publisher(this.context, stream, names, log)
    this.#keeper = new MailboxKeeper(clock, store.mailbox, () => this.#driver.state())
    this.#relayKeeper = new RelayKeeper(
      clock,
      () => this.#monitor.relayUse(),
      (text) => this.#keepSetting(relayUseSetting, text),
    )
  }

  /** From here on the node works; the network comes up behind it. */
  async start(): Promise<Result<void, StartError>> {
    this.#driver.onNotices((notices) => {
      for (const notice of notices) {
        this.#publisher.notice(notice)
        if (notice.kind === 'contact') this.#nearby.contactChanged(notice.account)
        if (notice.kind === 'settings') this.#nearby.settingsChanged()
      }
      if (notices.some(({ kind }) => kind === 'contact')) this.#keeper.contactsChanged()
    })
    const started = await this.#driver.start()
    if (!started.ok) return started
    this.#keeper.start()
    this.#relayKeeper.start()
    return started
  }

  wake(): void {
    this.#monitor.wake()
  }

  async close(): Promise<void> {
    this.#keeper.stop()
    await this.#relayKeeper.stop()
    await this.#nearby.stop()
    await this.#driver.stop()
    await this.#monitor.stop()
    await this.#publisher.idle()
    await this.#options.store.close()
  }

  #createNearby(): Nearby {
    const { clock, random, crypto, log, network } = this.#options
    const { confine } = network
    const mayMeet = network.lanAllowed && mayMeetNearby(confine)
    const noiseCrypto = createNoiseCrypto()
    return new Nearby({
      clock,
      random,
      crypto,
      log,
      network: mayMeet ? () => createNearbyNetwork({ confine, clock, random, log, noiseCrypto }) : null,
      resident: () => this.#driver.state(),
      submit: (command) => this.#driver.submit(command),
      changed: () => this.#publisher.notice({ kind: 'nearby' }),
    })
  }

  #watcher(): NetworkWatcher {
    return {
      statusChanged: () => this.#publisher.notice({ kind: 'network' }),
      peerChanged: (device) => {
        const account = this.#driver.state().device(device)?.account
        if (account !== undefined) this.#publisher.notice({ kind: 'contact', account })
      },
      listening: (port) => this.#remember(port),
      listenFailed: (error) => {
        if (error.kind !== 'portInUse') return
        const { message } = contractError('portInUse', { got: error.port })
        this.#options.stream.publish({ kind: 'warning', code: 'portInUse', account: null, message })
      },
    }
  }

  /** A port that was chosen on the command line is not remembered: it holds for that run. */
  #remember(port: number): void {
    if (this.#options.network.port !== 0 || this.#driver.state().setting(portSetting) === port) return
    void this.#keepSetting(portSetting, port)
  }

  #keepSetting(key: OwnSetting, value: SettingValue): Promise<unknown> {
    return this.#driver.submit<'setSettings'>({ kind: 'setSettings', values: new Map([[key, value]]) })
  }
}

export type NodeError = { readonly kind: 'selfDamaged' } | { readonly kind: 'storage'; readonly error: StoreError }

/** Sets a node to work over an open store. The store is closed when this fails. */
export async function openNode(options: NodeOptions): Promise<Result<OpenNode, NodeError>> {
  const { store, crypto } = options
  const refuse = async (error: NodeError) => {
    await store.close()
    return err(error)
  }
  const resident = await store.resident()
  if (!resident.ok) return refuse({ kind: 'storage', error: resident.error })
  if (resident.value.self === null) return refuse({ kind: 'selfDamaged' })
  const identity = decodeIdentitySecrets(crypto, resident.value.self.secrets)
  if (!identity.ok) return refuse({ kind: 'selfDamaged' })
  const node = new RunningNode(options, resident.value, identity.value.deviceSeed)
  const started = await node.start()
  if (started.ok) return ok(node)
  return refuse(started.error.kind === 'storage' ? started.error : { kind: 'selfDamaged' })
}
