/** Who is at the other end of a connection, as addresses. */
import type { Connection } from '@libp2p/interface'
import type { PathKind } from '../core/ports.ts'
import { formatAddress, pathOf, socketAddress, sourceOf } from './addresses.ts'
import type { SocketAddress } from './addresses.ts'
import { formatRelayed, parseRelayed } from './relay/address.ts'

const circuit = '/p2p-circuit'

/** Where a device was reached over UDP. It is told, and never dialled. */
export function formatWebrtc({ family, host, port }: SocketAddress): string {
  return `/${family}/${host}/udp/${port}/webrtc`
}

export interface Remote {
  readonly path: PathKind
  readonly address: string
}

/** The address of the other end, or of the relay that stands between, without a peer id. */
export function remoteSocket(connection: Connection): SocketAddress | null {
  const [host, port] = connection.remoteAddr.getComponents()
  return socketAddress(String(host?.value ?? ''), Number(port?.value ?? 0))
}

/** What stands for the other end, or the relay that stands between, when abuse is counted. */
export function remoteSource(connection: Pick<Connection, 'remoteAddr'>): string {
  return sourceOf(String(connection.remoteAddr.getComponents()[0]?.value ?? ''))
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
  const socket = remoteSocket(connection)
  if (socket !== null && connection.remoteAddr.getComponents()[2]?.name === 'webrtc') {
    return { path: 'webrtc', address: formatWebrtc(socket) }
  }
  return socket === null ? null : { path: pathOf(socket.host), address: formatAddress(socket) }
}
