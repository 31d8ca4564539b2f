/** The multicast socket, which hears only what its owner takes: before any parser of DNS sees it. */
import type { RemoteInfo, Socket } from 'node:dgram'
import { createSocket } from 'node:dgram'
import type { AddressFamily } from '../addresses.ts'

/** A UDP socket that drops each datagram that `takes` refuses. Not bound yet. */
export function guardedSocket(
  family: AddressFamily,
  takes: (datagram: Uint8Array, sender: RemoteInfo) => boolean,
): Socket {
  // The two share a port; only one of them may be told so.
  const socket =
    family === 'ip4'
      ? createSocket({ type: 'udp4', reuseAddr: true })
      : createSocket({ type: 'udp6', reuseAddr: true, ipv6Only: true })
  const emit = socket.emit.bind(socket) as (event: string, ...details: unknown[]) => boolean
  // A listener could not keep the datagram from those behind it.
  const guarded = (event: string, ...details: unknown[]): boolean => {
    if (event !== 'message') return emit(event, ...details)
    const [datagram, sender] = details as [Buffer, RemoteInfo]
    return takes(datagram, sender) && emit(event, datagram, sender)
  }
  return Object.assign(socket, { emit: guarded })
}
