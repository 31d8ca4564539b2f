/** Who is at the other end of a connection, as addresses. */
import type { Connection } from '@libp2p/interface'
import type { PathKind } from '../core/ports.ts'
import { parseOwnAddress, pathOf, socketAddress, sourceOf } from './addresses.ts'
import type { SocketAddress } from './addresses.ts'
import { formatDialAddress, isNamed, parseName } from './names.ts'
import type { DialAddress } from './names.ts'
import { formatRelayed, parseRelayed } from './relay/address.ts'

const circuit = '/p2p-circuit'

/** Where a device was reached over UDP. It is told, and never dialled. */
export function formatWebrtc({ family, host, port }: Pick<SocketAddress, 'family' | 'host' | 'port'>): string {
  return `/${family}/${host}/udp/${port}/webrtc`
}

export interface Remote {
  readonly path: PathKind
  readonly address: string
}

/** The address of the other end, or of the relay that stands between, without a peer id. */
function remoteAddress(connection: Connection): DialAddress | null {
  const text = connection.remoteAddr.toString().replace(/\/p2p\/.*$/, '')
  return parseOwnAddress(text) ?? parseName(text)
}

/** As an address that others could dial too; null when it is of one link only. */
export function remoteSocket(connection: Connection): DialAddress | null {
  const address = remoteAddress(connection)
  return address === null || (!isNamed(address) && address.zone !== undefined) ? null : address
}

/** What stands for the other end, or the relay that stands between, when abuse is counted. */
export function remoteSource(connection: Pick<Connection, 'remoteAddr'>): string {
  const host = connection.remoteAddr.getComponents().find(({ name }) => name === 'ip4' || name === 'ip6')
  return sourceOf(String(host?.value ?? ''))
}

/** How the other end is reached; null when that is no way that we know. */
export function remoteOf(connection: Connection): Remote | null {
  const text = connection.remoteAddr.toString()
  const end = text.indexOf(circuit)
  if (end >= 0) {
    const relayed = parseRelayed(text.slice(0, end + circuit.length))
    const address = relayed === null ? null : formatRelayed(relayed)
    return address === null ? null : { path: 'relay', address }
  }
  const [host, port, last] = connection.remoteAddr.getComponents()
  if (last?.name === 'webrtc') {
    const socket = socketAddress(String(host?.value ?? ''), Number(port?.value ?? 0))
    return socket === null ? null : { path: 'webrtc', address: formatWebrtc(socket) }
  }
  const address = remoteAddress(connection)
  if (address === null) return null
  return { path: isNamed(address) ? 'direct' : pathOf(address.host), address: formatDialAddress(address) }
}
