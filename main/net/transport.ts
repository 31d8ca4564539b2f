/**
 * libp2p's TCP transport with two changes: it connects nothing by itself, it takes sockets that
 * sockets.ts has connected; and it tells how listening went.
 */
import { Server } from 'node:net'
import type { Socket } from 'node:net'
import type { CreateListenerOptions, Listener, Transport } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import type { TCPComponents } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import type { Multiaddr } from '@multiformats/multiaddr'
import { networkLimits, visitLimits } from '../core/limits.ts'
import type { ListenError, NetworkHandler } from '../core/ports.ts'
import type { AddressFamily } from './addresses.ts'

/** Connected sockets, by the whole multiaddr that libp2p is then told to dial. */
export class ReadySockets {
  readonly #sockets = new Map<string, Socket>()

  put(address: string, socket: Socket): void {
    this.#sockets.get(address)?.destroy()
    this.#sockets.set(address, socket)
  }

  has(address: string): boolean {
    return this.#sockets.has(address)
  }

  take(address: string): Socket | null {
    const socket = this.#sockets.get(address) ?? null
    this.#sockets.delete(address)
    return socket
  }
}

export interface ListenPlan {
  readonly port: number
  readonly portFallback: boolean
  readonly listening: (family: AddressFamily, port: number) => void
  readonly failed: (family: AddressFamily, error: ListenError) => void
}

/** The method of `@libp2p/tcp` 11 that makes a socket; its version is pinned for this. */
interface Connects {
  _connect(address: Multiaddr, options: unknown): Promise<Socket>
}

function isConnects(transport: object): transport is Connects {
  return '_connect' in transport && typeof transport._connect === 'function'
}

export function listenErrorOf(thrown: unknown, host: string, port: number): ListenError {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown'
  if (code === 'EADDRINUSE') return { kind: 'portInUse', port }
  if (code === 'EADDRNOTAVAIL') return { kind: 'addressNotAvailable', address: host }
  return { kind: 'listenRefused', code }
}

/** Of what failed, what is worth telling. */
function listenProblems(failures: readonly ListenError[], ports: readonly number[]): readonly ListenError[] {
  // A machine without IPv6 is no failure, and both families fail alike.
  const telling = failures.filter((error) => error.kind === 'portInUse' || ports.length === 0)
  return [...new Map(telling.map((error) => [JSON.stringify(error), error])).values()]
}

/** What came of listening. */
export class ListenReport implements ListenPlan {
  readonly port: number
  readonly portFallback: boolean
  readonly #ports = new Set<number>()
  readonly #failures: ListenError[] = []

  constructor({ port, portFallback }: Pick<ListenPlan, 'port' | 'portFallback'>) {
    this.port = port
    this.portFallback = portFallback
  }

  listening(_family: AddressFamily, port: number): void {
    this.#ports.add(port)
  }

  failed(_family: AddressFamily, error: ListenError): void {
    this.#failures.push(error)
  }

  get ports(): readonly number[] {
    return [...this.#ports]
  }

  tell(handler: Pick<NetworkHandler, 'event'>): void {
    for (const error of listenProblems(this.#failures, this.ports)) handler.event({ kind: 'listenFailed', error })
    if (this.#ports.size > 0) handler.event({ kind: 'listening', ports: this.ports })
  }
}

function portOf(listener: Listener): number {
  const part = listener
    .getAddrs()[0]
    ?.getComponents()
    .find((component) => component.name === 'tcp')
  return Number(part?.value ?? 0)
}

/** Listens as planned: one port for both families, another one when the planned one is taken and that is allowed. */
class Listening {
  readonly #plan: ListenPlan
  /** The port of the first listener, once it has one. */
  #first: Promise<number> | null = null

  constructor(plan: ListenPlan) {
    this.#plan = plan
  }

  async listen(host: string, family: AddressFamily, attempt: (port: number) => Promise<number>): Promise<void> {
    const before = this.#first
    const outcome = this.#listen(host, family, before, attempt)
    this.#first ??= outcome.catch(() => this.#plan.port)
    this.#plan.listening(family, await outcome)
  }

  async #listen(
    host: string,
    family: AddressFamily,
    before: Promise<number> | null,
    attempt: (port: number) => Promise<number>,
  ): Promise<number> {
    const wanted = before === null ? this.#plan.port : await before
    try {
      return await attempt(wanted)
    } catch (thrown) {
      const error = listenErrorOf(thrown, host, wanted)
      const mayFallBack = this.#plan.portFallback || this.#plan.port !== wanted
      if (error.kind !== 'portInUse' || !mayFallBack) {
        this.#plan.failed(family, error)
        throw thrown
      }
      if (this.#plan.port === wanted) this.#plan.failed(family, error)
      return attempt(0)
    }
  }
}

/** The library would hang up: it cannot name who comes from a link-local address, `fe80::1%eth0`. */
function hideZone(socket: Socket): void {
  const [host, zone] = socket.remoteAddress?.split('%') ?? []
  if (zone !== undefined) Object.defineProperty(socket, 'remoteAddress', { value: host })
}

export function waxwingTcp(ready: ReadySockets, plan: ListenPlan): (components: TCPComponents) => Transport {
  const listening = new Listening(plan)
  return (components) => {
    const transport = tcp({
      maxConnections: networkLimits.connectionsMax + visitLimits.visitorsMax + networkLimits.pendingInboundMax,
      backlog: networkLimits.listenBacklog,
    })(components)
    if (!isConnects(transport)) throw new Error('@libp2p/tcp has no _connect')
    transport._connect = (address) => {
      const socket = ready.take(address.toString())
      if (socket === null) return Promise.reject(new Error('Not dialled by the dialler'))
      // A socket that came through a proxy is paused; by then its reader listens.
      setImmediate(() => socket.resume())
      return Promise.resolve(socket)
    }
    transport.dialFilter = (addresses) => addresses.filter((address) => ready.has(address.toString()))
    const createListener = transport.createListener.bind(transport)
    transport.createListener = (options: CreateListenerOptions): Listener => {
      const listener = createListener(options)
      if (!('server' in listener) || !(listener.server instanceof Server)) throw new Error('@libp2p/tcp has no server')
      listener.server.prependListener('connection', hideZone)
      const listen = listener.listen.bind(listener)
      listener.listen = (address) => {
        const { host, family } = hostOf(address)
        return listening.listen(host, family, async (port) => {
          await listen(multiaddr(`/${family}/${host}/tcp/${port}`))
          return portOf(listener)
        })
      }
      return listener
    }
    return transport
  }
}

function hostOf(address: Multiaddr): { readonly host: string; readonly family: AddressFamily } {
  const [part] = address.getComponents()
  return { host: String(part?.value ?? ''), family: part?.name === 'ip6' ? 'ip6' : 'ip4' }
}
