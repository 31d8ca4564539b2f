/**
 * The one place that makes outgoing sockets. Each address is asked for permission first; several are
 * tried in a staggered race, as in RFC 8305 ("Happy Eyeballs"), so that a dead one costs little.
 */
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { networkLimits } from '../core/limits.ts'
import type { Clock } from '../core/ports.ts'
import type { SocketAddress } from './addresses.ts'

export interface RaceOptions {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Whether a socket to this address may be made. */
  readonly permits: (address: SocketAddress) => boolean
}

export interface RaceWinner {
  readonly address: SocketAddress
  readonly socket: Socket
}

/**
 * Connects to the first address that answers, in the order given, each next one `connectStaggerMs` after
 * the one before or as soon as that fails. Null when none does or `signal` aborts. The winner's socket is
 * the caller's; it has an error listener that does nothing.
 */
export function raceConnect(addresses: readonly SocketAddress[], options: RaceOptions): Promise<RaceWinner | null> {
  const { clock, signal, permits } = options
  return new Promise((resolve) => {
    const waiting = addresses.filter(permits)
    const open = new Set<Socket>()
    let cancelStagger: (() => void) | null = null

    const finish = (winner: RaceWinner | null): void => {
      cancelStagger?.()
      signal.removeEventListener('abort', onAbort)
      waiting.length = 0
      for (const socket of open) if (socket !== winner?.socket) socket.destroy()
      open.clear()
      resolve(winner)
    }
    const onAbort = (): void => finish(null)
    const next = (): void => {
      cancelStagger?.()
      cancelStagger = null
      const address = waiting.shift()
      if (address === undefined) {
        if (open.size === 0) finish(null)
        return
      }
      const socket = connect({ host: address.host, port: address.port, noDelay: true, keepAlive: true })
      open.add(socket)
      const cancelTimeout = clock.after(networkLimits.connectTimeoutMs, () => socket.destroy())
      socket.on('error', () => undefined)
      socket.once('close', () => {
        cancelTimeout()
        if (open.delete(socket)) next()
      })
      socket.once('connect', () => {
        cancelTimeout()
        if (open.has(socket)) finish({ address, socket })
      })
      cancelStagger = clock.after(networkLimits.connectStaggerMs, next)
    }
    if (signal.aborted) return finish(null)
    signal.addEventListener('abort', onAbort)
    next()
  })
}
