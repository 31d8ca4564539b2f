/** The network as the engine sees it, with an eye on what the screen shows of it: ports, addresses, who is connected. */
import type { NetworkStatus } from '../../preload/contract/dto.ts'
import { contractLimits } from '../../preload/contract/limits.ts'
import { unreachable } from '../core/assert.ts'
import type { DeviceId } from '../core/ids.ts'
import type { Privacy, ProxyProblem, Quotas, RelayUse, Serving } from '../core/ports.ts'
import type { ListenError, Log, Mail, Network, NetworkEvent, NetworkHandler, PathKind } from '../core/ports.ts'
import { parseRelayed } from '../net/relay/address.ts'
import { contractError } from './errors.ts'

export interface NetworkWatcher {
  statusChanged(): void
  /** A peer came or went. */
  peerChanged(device: DeviceId): void
  listening(port: number): void
  listenFailed(error: ListenError): void
}

type Problem = NonNullable<NetworkStatus['problem']>

function problemOf(error: ListenError): Problem {
  return { code: error.kind, message: sentenceOf(error) }
}

function sentenceOf(error: ListenError): string {
  switch (error.kind) {
    case 'portInUse':
      return contractError('portInUse', { got: error.port }).message
    case 'addressNotAvailable':
      return 'An address to listen on does not exist on this computer, so others may not be able to dial it.'
    case 'listenRefused':
      return 'The operating system refused to listen for connections. Waxwing still dials others.'
    default:
      return unreachable(error)
  }
}

const proxyProblems: Readonly<Record<ProxyProblem, Problem>> = {
  refused: {
    code: 'proxyRefused',
    message: 'The proxy refuses connections. Check that it runs, and its address and port in the settings.',
  },
  unreachable: {
    code: 'proxyUnreachable',
    message: 'The proxy cannot be reached. Check its address and port in the settings.',
  },
  authFailed: {
    code: 'proxyAuthFailed',
    message: 'The proxy wants a login that Waxwing does not have. Use one that takes connections without it.',
  },
  notSocks: {
    code: 'proxyNotSocks',
    message: 'What answers at the proxy’s address speaks no SOCKS5. Check the port in the settings.',
  },
  timeout: {
    code: 'proxyTimeout',
    message: 'The proxy does not answer. Check that it runs and is connected.',
  },
}

/** The device that passes calls on at an address that leads through one; null for every other address. */
function relayIn(address: string): DeviceId | null {
  return parseRelayed(address)?.relay ?? null
}

interface Reached {
  readonly path: PathKind
  readonly address: string
}

export class NetworkMonitor implements Network {
  readonly #inner: Network
  readonly #watcher: NetworkWatcher
  /** False: discovery stays off whatever the settings say. */
  readonly #lanAllowed: boolean
  readonly #reached = new Map<DeviceId, Reached>()
  #state: NetworkStatus['state'] = 'off'
  #problem: Problem | null = null
  #proxyProblem: Problem | null = null
  #addresses: readonly string[] = []
  #reachability: Pick<Extract<NetworkEvent, { kind: 'reachability' }>, 'mapped' | 'publicHost'> = {
    mapped: [],
    publicHost: false,
  }

  readonly #log: Log
  #starting: Promise<void> | null = null

  constructor(inner: Network, watcher: NetworkWatcher, lanAllowed: boolean, log: Log) {
    this.#inner = inner
    this.#log = log
    this.#watcher = watcher
    this.#lanAllowed = lanAllowed
  }

  status(): NetworkStatus {
    const { addressesMax, addressLengthMax } = contractLimits
    const addresses = this.#addresses.filter((address) => address.length <= addressLengthMax).slice(0, addressesMax)
    const { publicHost, mapped } = this.#reachability
    const onlyRelayed = addresses.length > 0 && addresses.every((address) => address.includes('/p2p-circuit'))
    const relayed = addresses.some((address) => address.includes('/p2p-circuit'))
    const reach = publicHost ? 'public' : mapped.length > 0 ? 'mapped' : onlyRelayed || relayed ? 'relay' : 'lan'
    const problem = this.#proxyProblem ?? this.#problem
    return { state: this.#state, problem, addresses, connected: this.#reached.size, reach }
  }

  /** How a device is reached now, or null. */
  pathOf(device: DeviceId): PathKind | null {
    return this.#reached.get(device)?.path ?? null
  }

  /** The device that passes our calls to a device on, or null. */
  relayTo(device: DeviceId): DeviceId | null {
    return relayIn(this.#reached.get(device)?.address ?? '')
  }

  /** The devices through which others can reach this one now. */
  relays(): readonly DeviceId[] {
    const relays = this.#addresses.map(relayIn).filter((relay) => relay !== null)
    return [...new Set(relays)]
  }

  roundTripMs(device: DeviceId): number | null {
    return this.#inner.roundTripMs(device)
  }

  /** Settles at once: opening a profile does not wait for sockets. What becomes of it is told as events. */
  async start(handler: NetworkHandler): Promise<void> {
    this.#state = 'starting'
    const started = this.#inner.start({
      event: (event) => {
        this.#note(event)
        handler.event(event)
        this.#tell(event)
      },
      frame: (device, frame) => handler.frame(device, frame),
      admits: (device) => handler.admits(device),
    })
    this.#starting = started.catch((thrown: unknown) => {
      this.#log.warn('network.startFailed', { error: thrown instanceof Error ? thrown.name : 'unknown' })
      this.#state = 'failed'
      this.#problem = problemOf({ kind: 'listenRefused', code: 'start' })
      this.#watcher.statusChanged()
    })
  }

  async stop(): Promise<void> {
    await this.#starting
    await this.#inner.stop()
    this.#reached.clear()
    this.#state = 'off'
  }

  setPeers(...parameters: Parameters<Network['setPeers']>): void {
    this.#inner.setPeers(...parameters)
  }
  send(...parameters: Parameters<Network['send']>): ReturnType<Network['send']> {
    return this.#inner.send(...parameters)
  }
  disconnect(device: DeviceId): void {
    this.#inner.disconnect(device)
  }
  setLanDiscovery(on: boolean): void {
    this.#inner.setLanDiscovery(on && this.#lanAllowed)
  }
  setServing(serving: Serving): void {
    this.#inner.setServing(serving)
  }
  setQuotas(quotas: Quotas): void {
    this.#inner.setQuotas(quotas)
  }
  relayUse(): RelayUse {
    return this.#inner.relayUse()
  }
  setPrivacy(privacy: Privacy): void {
    // What was said of another proxy says nothing of this one.
    if (this.#proxyProblem !== null) {
      this.#proxyProblem = null
      this.#watcher.statusChanged()
    }
    this.#inner.setPrivacy(privacy)
  }
  setPortMapping(on: boolean): void {
    // It looks for the router on the LAN.
    this.#inner.setPortMapping(on && this.#lanAllowed)
  }
  get mail(): Mail {
    return this.#inner.mail
  }
  wake(): void {
    this.#inner.wake()
  }

  #note(event: NetworkEvent): void {
    switch (event.kind) {
      case 'peerUp':
      case 'pathChanged':
        this.#reached.set(event.device, event)
        // In the proxy's mode nothing connects but through the proxy.
        this.#proxyProblem = null
        return
      case 'peerDown':
        this.#reached.delete(event.device)
        return
      case 'addresses':
        this.#addresses = event.addresses
        return
      case 'listening':
        this.#state = 'listening'
        return
      case 'listenFailed':
        this.#problem = problemOf(event.error)
        if (this.#state !== 'listening') this.#state = 'failed'
        return
      case 'reachability':
        this.#reachability = { mapped: event.mapped, publicHost: event.publicHost }
        return
      case 'proxyFailed':
        this.#proxyProblem = proxyProblems[event.why]
        return
      case 'writable':
      case 'mailWaiting':
        return
      default:
        unreachable(event)
    }
  }

  #tell(event: NetworkEvent): void {
    if (event.kind === 'writable' || event.kind === 'mailWaiting') return
    if (event.kind === 'peerUp' || event.kind === 'peerDown' || event.kind === 'pathChanged') {
      this.#watcher.peerChanged(event.device)
    }
    if (event.kind === 'listening') {
      // A fallback after a refused port: the problem is over.
      this.#problem = null
      if (event.ports[0] !== undefined) this.#watcher.listening(event.ports[0])
    }
    if (event.kind === 'listenFailed') this.#watcher.listenFailed(event.error)
    this.#watcher.statusChanged()
  }
}
