/**
 * Connections through a SOCKS5 proxy (RFC 1928), Tor's or another. The proxy resolves names; nothing here does. Every
 * contact has a user name and a password of its own there (RFC 1929), by which Tor keeps their circuits apart; they
 * come out of a key that lives as long as this object, so that no two runs look alike.
 */
import { createHmac } from 'node:crypto'
import type { Socket } from 'node:net'
import { SocksClient } from 'socks'
import { toHex } from '../../core/bytes.ts'
import { networkLimits } from '../../core/limits.ts'
import type { DeviceId } from '../../core/ids.ts'
import type { Clock, ProxyProblem, Random } from '../../core/ports.ts'
import { err, ok } from '../../core/result.ts'
import type { Result } from '../../core/result.ts'
import { socketAddress } from '../addresses.ts'
import type { DialAddress } from '../names.ts'
import { openSocket } from '../sockets.ts'
import type { Connect } from '../sockets.ts'

export interface SocksOptions {
  readonly clock: Clock
  readonly random: Random
  readonly host: string
  readonly port: number
  /** Whether a socket to the proxy may be made. */
  readonly permits: (host: string) => boolean
  /** The proxy does not do its work; told once until it does again, or fails in another way. */
  readonly failed: (why: ProxyProblem) => void
}

interface Login {
  readonly userId: string
  readonly password: string
}

type TunnelError = { readonly kind: 'proxy'; readonly why: ProxyProblem } | { readonly kind: 'target' }

const keyBytes = 32
/** A proxy has answered the greeting once it has said so much. */
const greetingBytes = 2

/** What a failure of the library means; its texts are fixed with its version. */
export function tunnelErrorOf(text: string): TunnelError {
  if (/no accepted authentication type|Authentication failed/.test(text)) return { kind: 'proxy', why: 'authFailed' }
  const refusal = /^Socks5 proxy rejected connection - (\w+)$/.exec(text)?.[1]
  return refusal === undefined || refusal === 'undefined' ? { kind: 'proxy', why: 'notSocks' } : { kind: 'target' }
}

/**
 * Gives back what a proxy sent right behind its answer, which is the first word of who was reached. The library sets
 * the socket flowing one turn later, whether anybody listens by then or not.
 */
function holdEarly(socket: Socket): Promise<void> {
  const early: Buffer[] = []
  const keep = (part: Buffer): void => void early.push(part)
  socket.on('data', keep)
  return new Promise((resolve) => {
    setImmediate(() => {
      socket.pause()
      socket.off('data', keep)
      if (early.length > 0) socket.unshift(Buffer.concat(early))
      resolve()
    })
  })
}

/** Has the proxy connect `socket` with `address`. Destroys the socket when it fails or `signal` aborts. */
function tunnel(
  clock: Clock,
  socket: Socket,
  address: DialAddress,
  login: Login,
  signal: AbortSignal,
): Promise<Result<Socket, TunnelError>> {
  return new Promise((resolve) => {
    const settle = (outcome: Result<Socket, TunnelError>): void => {
      cancelTimeout()
      signal.removeEventListener('abort', onAbort)
      if (!outcome.ok) socket.destroy()
      resolve(outcome)
    }
    const onAbort = (): void => settle(err({ kind: 'target' }))
    const onTimeout = (): void => {
      const isSilent = socket.bytesRead < greetingBytes
      settle(err(isSilent ? { kind: 'proxy', why: 'timeout' } : { kind: 'target' }))
    }
    const cancelTimeout = clock.after(networkLimits.proxyConnectTimeoutMs, onTimeout)
    const client = new SocksClient({
      proxy: { host: '127.0.0.1', port: 1, type: 5, ...login },
      command: 'connect',
      destination: { host: address.host, port: address.port },
      // Ours comes first, by a clock that tests can set.
      timeout: 2 * networkLimits.proxyConnectTimeoutMs,
      existing_socket: socket,
    })
    client.once('established', () => void holdEarly(socket).then(() => settle(ok(socket))))
    client.on('error', (error: Error) => settle(err(tunnelErrorOf(error.message))))
    signal.addEventListener('abort', onAbort)
    client.connect(socket)
  })
}

export class SocksProxy {
  readonly #options: SocksOptions
  readonly #key: Uint8Array
  /** The user writes the usual name of the own machine; no other name is looked up. */
  readonly #host: string | null
  #told: ProxyProblem | null = null

  constructor(options: SocksOptions) {
    this.#options = options
    this.#key = options.random.bytes(keyBytes)
    const host = options.host === 'localhost' ? '127.0.0.1' : options.host
    this.#host = socketAddress(host, options.port)?.host ?? null
  }

  /** Connects through the proxy, as one stream of others only with the same contact. */
  connectFor(device: DeviceId): Connect {
    const login = this.#loginOf(device)
    return (address, signal) => this.#connect(address, login, signal)
  }

  #loginOf(device: DeviceId): Login {
    const bytes = createHmac('sha256', this.#key).update(device).digest()
    return { userId: toHex(bytes.subarray(0, 16)), password: toHex(bytes.subarray(16)) }
  }

  async #connect(address: DialAddress, login: Login, signal: AbortSignal): Promise<Socket | null> {
    const { clock, port, permits } = this.#options
    const host = this.#host
    if (host === null || !permits(host)) return this.#fail('unreachable')
    const opened = await openSocket(clock, host, port, signal)
    if (!opened.ok) return opened.error.kind === 'aborted' ? null : this.#fail(opened.error.kind)
    const tunnelled = await tunnel(clock, opened.value, address, login, signal)
    if (!tunnelled.ok && tunnelled.error.kind === 'proxy') return this.#fail(tunnelled.error.why)
    if (!tunnelled.ok) return null
    this.#told = null
    return tunnelled.value
  }

  #fail(why: ProxyProblem): null {
    if (this.#told !== why) this.#options.failed(why)
    this.#told = why
    return null
  }
}
