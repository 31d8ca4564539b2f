/**
 * Addresses through a relay: `/ip4/A/tcp/P/p2p/RELAY/p2p-circuit`. They say at which relay a device keeps a
 * place; the relay is reached as the contact that it is, so the address in front is a hint and nothing more.
 */
import { peerIdFromString } from '@libp2p/peer-id'
import { protocolLimits } from '../../core/limits.ts'
import type { DeviceId } from '../../core/ids.ts'
import { formatAddress, parseAddress } from '../addresses.ts'
import type { SocketAddress } from '../addresses.ts'
import { deviceOf, peerOf } from '../keys.ts'

export interface RelayedAddress {
  readonly relay: DeviceId
  readonly socket: SocketAddress
}

function relayOf(text: string): DeviceId | null {
  try {
    return deviceOf(peerIdFromString(text))
  } catch {
    return null
  }
}

/** Reads the text of a relayed address from outside; null when it is none, or its relay's key is unfit. */
export function parseRelayed(text: string): RelayedAddress | null {
  if (text.length > protocolLimits.addressSizeBytesMax) return null
  const match = /^(\/[^ ]+)\/p2p\/([1-9A-HJ-NP-Za-km-z]{40,60})\/p2p-circuit$/.exec(text)
  const [, front = '', name = ''] = match ?? []
  const socket = parseAddress(front)
  const relay = relayOf(name)
  return socket.ok && relay !== null ? { relay, socket: socket.value } : null
}

/** Null when nobody can prove the relay's key. */
export function formatRelayed(address: RelayedAddress): string | null {
  const peer = peerOf(address.relay)
  return peer === null ? null : `${formatAddress(address.socket)}/p2p/${peer.toString()}/p2p-circuit`
}
