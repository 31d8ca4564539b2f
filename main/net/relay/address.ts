/**
 * Addresses through a relay: `/ip4/A/tcp/P/p2p/RELAY/p2p-circuit`. They say at which relay a device keeps a
 * place; the relay is reached as the contact that it is, so the address in front is a hint and nothing more.
 */
import { protocolLimits } from '../../core/limits.ts'
import type { DeviceId } from '../../core/ids.ts'
import { parseAddress } from '../addresses.ts'
import { deviceOfText, peerOf } from '../keys.ts'
import { formatDialAddress, parseOnion } from '../names.ts'
import type { DialAddress } from '../names.ts'

export interface RelayedAddress {
  readonly relay: DeviceId
  /** Where the relay is; an onion service when it is known by that alone. */
  readonly socket: DialAddress
}

/** Reads the text of a relayed address from outside; null when it is none, or its relay's key is unfit. */
export function parseRelayed(text: string): RelayedAddress | null {
  if (text.length > protocolLimits.addressSizeBytesMax) return null
  const match = /^(\/[^ ]+)\/p2p\/([1-9A-HJ-NP-Za-km-z]{40,60})\/p2p-circuit$/.exec(text)
  const [, front = '', name = ''] = match ?? []
  const address = parseAddress(front)
  const socket = address.ok ? address.value : parseOnion(front)
  const relay = deviceOfText(name)
  return socket !== null && relay !== null ? { relay, socket } : null
}

/** Null when nobody can prove the relay's key. */
export function formatRelayed(address: RelayedAddress): string | null {
  const peer = peerOf(address.relay)
  return peer === null ? null : `${formatDialAddress(address.socket)}/p2p/${peer.toString()}/p2p-circuit`
}
