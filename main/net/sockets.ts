/**
 * The one place that makes outgoing sockets. Each address is asked for permission first; several are
 * tried in a staggered race, as in RFC 8305 ("Happy Eyeballs"), so that a dead one costs little.
 */
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { networkLimits } from '../core/limits.ts'
import type { Clock } from '../core/ports.ts'
import { err, ok } from '../core/result.ts'
import type { Result } from '../core/result.ts'
import { isNamed } from './names.ts'
import type { DialAddress } from './names.ts'

/** Opens a socket to one address; null when that fails or `signal` aborts. Never rejects. */
export type Connect = (address: DialAddress, signal: AbortSignal) => Promise<Socket | null>

export type SocketError =
  | { readonly kind: 'refused' }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'aborted' }

export interface RaceOptions {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Whether this address may be dialled. */
  readonly permits: (address: DialAddress) => boolean
  /** Directly, or through the proxy that the user chose. */
  readonly connect: Connect
}

export interface RaceWinner {
  readonly address: DialAddress
  readonly socket: Socket
}

/** A connected socket to an IP address. It is the caller's, and has an error listener that does nothing. */
export function openSocket(
  clock: Clock,
  host: string,
  port: number,
  signal: AbortSignal,
): Promise<Result<Socket, SocketError>> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(err({ kind: 'aborted' }))
    const socket = connect({ host, port, noDelay: true, keepAlive: true })
    let error: SocketError = { kind: 'unreachable' }
    const fail = (why: SocketError): void => {
      error = why
      socket.destroy()
    }
    const onAbort = (): void => fail({ kind: 'aborted' })
    const cancelTimeout = clock.after(networkLimits.connectTimeoutMs, () => fail({ kind: 'timeout' }))
    const settle = (outcome: Result<Socket, SocketError>): void => {
      cancelTimeout()
      signal.removeEventListener('abort', onAbort)
      resolve(outcome)
    }
    signal.addEventListener('abort', onAbort)
    socket.on('error', (thrown: NodeJS.ErrnoException) => {
      if (thrown.code === 'ECONNREFUSED') error = { kind: 'refused' }
      if (thrown.code === 'ETIMEDOUT') error = { kind: 'timeout' }
    })
    socket.once('close', () => settle(err(error)))
    socket.once('connect', () => settle(ok(socket)))
  })
}

/** Connects without any proxy. A name is not looked up: it leads nowhere. */
export function connectDirectly(clock: Clock): Connect {
  return async (address, signal) => {
    if (isNamed(address)) return null
    const host = address.zone === undefined ? address.host : `${address.host}%${address.zone}`
    const socket = await openSocket(clock, host, address.port, signal)
    return socket.ok ? socket.value : null
  }
}

/**
 * Connects to the first address that answers, in the order given, each next one `connectStaggerMs` after
 * the one before or as soon as that fails. Null when none does or `signal` aborts. The winner's socket is
 * the caller's; it has an error listener that does nothing.
 */
export function raceConnect(addresses: readonly DialAddress[], options: RaceOptions): Promise<RaceWinner | null> {
  const { clock, signal, permits } = options
  return new Promise((resolve) => {
    const waiting = addresses.filter(permits)
    const losing = new AbortController()
    let open = 0
    let isOver = false
    let cancelStagger: (() => void) | null = null

    const finish = (winner: RaceWinner | null): void => {
      isOver = true
      cancelStagger?.()
      signal.removeEventListener('abort', onAbort)
      losing.abort()
      resolve(winner)
    }
    const onAbort = (): void => finish(null)
    const attempt = async (address: DialAddress): Promise<void> => {
      open++
      const socket = await options.connect(address, losing.signal)
      open--
      // Two may answer in the same turn.
      if (isOver) socket?.destroy()
      else if (socket === null) next()
      else finish({ address, socket })
    }
    const next = (): void => {
      cancelStagger?.()
      cancelStagger = null
      const address = waiting.shift()
      if (address !== undefined) {
        void attempt(address)
        cancelStagger = clock.after(networkLimits.connectStaggerMs, next)
      } else if (open === 0) finish(null)
    }
    if (signal.aborted) return finish(null)
    signal.addEventListener('abort', onAbort)
    next()
  })
}
