/** Who is at the other end of a connection, as addresses. */
import type { Connection } from '@libp2p/interface'
import type { PathKind } from '../core/ports.ts'
import { parseOwnAddress, pathOf } from './addresses.ts'
import { formatDialAddress, isNamed, parseName } from './names.ts'
import type { DialAddress } from './names.ts'
import { formatRelayed, parseRelayed } from './relay/address.ts'

const circuit = '/p2p-circuit'

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

/** How the other end is reached; null when that is no way that we know. */
export function remoteOf(connection: Connection): Remote | null {
  const text = connection.remoteAddr.toString()
  const end = text.indexOf(circuit)
  if (end >= 0) {
    const relayed = parseRelayed(text.slice(0, end + circuit.length))
    const address = relayed === null ? null : formatRelayed(relayed)
    return address === null ? null : { path: 'relay', address }
  }
  const address = remoteAddress(connection)
  if (address === null) return null
  return { path: isNamed(address) ? 'direct' : pathOf(address.host), address: formatDialAddress(address) }
}
