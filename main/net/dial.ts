/** One attempt to reach one device: race its addresses, have it prove its key, open the stream of frames. */
import type { Connection, Libp2p, PeerId, Stream } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { networkLimits } from '../core/limits.ts'
import type { Clock } from '../core/ports.ts'
import { err, ok } from '../core/result.ts'
import type { Result } from '../core/result.ts'
import { deadline } from './deadline.ts'
import { formatDialAddress } from './names.ts'
import type { DialAddress } from './names.ts'
import { raceConnect } from './sockets.ts'
import type { Connect } from './sockets.ts'
import { framesProtocol } from './stream/frames.ts'
import type { ReadySockets } from './transport.ts'

export type DialError =
  | { readonly kind: 'noAddress' }
  /** No address answered, or who answered could not prove to be the device. */
  | { readonly kind: 'notReached'; readonly addressesTried: number; readonly answered: number }
  /** It hung up, or does not speak our protocol. */
  | { readonly kind: 'noStream' }
  /** It had dialled us meanwhile; its stream comes from its side. */
  | { readonly kind: 'dialledUs' }
  /** Another dial of ours has the connection. */
  | { readonly kind: 'dialledAlready' }

export interface DialOptions {
  readonly node: Libp2p
  readonly readySockets: ReadySockets
  readonly clock: Clock
  readonly permits: (address: DialAddress) => boolean
  /** Makes the sockets to this device, within `dialTimeoutMs` in all. */
  readonly connect: Connect
  readonly dialTimeoutMs: number
}

export interface Dialled {
  readonly connection: Connection
  readonly stream: Stream
}

/** The connection over this socket, once the other end has proved to be `peer`; null if it does not. */
async function prove(
  options: DialOptions,
  peer: PeerId,
  winner: Awaited<ReturnType<typeof raceConnect>> & object,
  signal: AbortSignal,
): Promise<Connection | null> {
  const address = `${formatDialAddress(winner.address)}/p2p/${peer.toString()}`
  options.readySockets.put(address, winner.socket)
  try {
    return await options.node.dial(multiaddr(address), { signal })
  } catch {
    return null
  } finally {
    // Left there when the node found that it is connected already.
    options.readySockets.take(address)?.destroy()
  }
}

/** Connections on which the stream of frames was opened, or is being opened. */
const opened = new WeakSet<Connection>()

/** Opens the one stream of frames of a connection that we dialled. */
export async function openStream(connection: Connection, signal: AbortSignal): Promise<Result<Dialled, DialError>> {
  if (connection.direction === 'inbound') return err({ kind: 'dialledUs' })
  // Two dials at once are one for libp2p, and both get its connection.
  if (opened.has(connection)) return err({ kind: 'dialledAlready' })
  opened.add(connection)
  try {
    const stream = await connection.newStream(framesProtocol, { signal, runOnLimitedConnection: true })
    return ok({ connection, stream })
  } catch {
    connection.abort(new Error('No stream of frames'))
    return err({ kind: 'noStream' })
  }
}

/**
 * Tries the addresses in order until one of them leads to the device. An address whose owner cannot prove
 * the key is left out and the others are tried again; such an owner learns nothing of us (Noise XX: the
 * initiator proves itself last).
 */
export async function connectDevice(
  options: DialOptions,
  peer: PeerId,
  addresses: readonly DialAddress[],
  signal: AbortSignal,
): Promise<Result<Connection, DialError>> {
  let left = addresses.filter(options.permits).slice(0, networkLimits.addressesPerDialMax)
  if (left.length === 0) return err({ kind: 'noAddress' })
  const addressesTried = left.length
  let answered = 0
  while (left.length > 0) {
    const winner = await raceConnect(left, { ...options, signal })
    if (winner === null) break
    answered++
    const connection = await prove(options, peer, winner, signal)
    if (connection !== null) return ok(connection)
    left = left.filter((address) => address !== winner.address)
  }
  return err({ kind: 'notReached', addressesTried, answered })
}

/** Connects with the device, and opens the stream of frames. */
export async function dialDevice(
  options: DialOptions,
  peer: PeerId,
  addresses: readonly DialAddress[],
  outer: AbortSignal,
): Promise<Result<Dialled, DialError>> {
  const { signal, clear } = deadline(options.clock, options.dialTimeoutMs, outer)
  try {
    const connection = await connectDevice(options, peer, addresses, signal)
    return connection.ok ? await openStream(connection.value, signal) : connection
  } finally {
    clear()
  }
}
