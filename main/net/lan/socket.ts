/** The multicast socket, which hears only what its owner takes: before any parser of DNS sees it. */
import type { RemoteInfo, Socket } from 'node:dgram'
import { createSocket } from 'node:dgram'

/** A UDP socket that drops each datagram that `takes` refuses. Not bound yet. */
export function guardedSocket(takes: (datagram: Uint8Array, sender: RemoteInfo) => boolean): Socket {
  const socket = createSocket({ type: 'udp4', reuseAddr: true })
  const emit = socket.emit.bind(socket) as (event: string, ...details: unknown[]) => boolean
  // A listener could not keep the datagram from those behind it.
  const guarded = (event: string, ...details: unknown[]): boolean => {
    if (event !== 'message') return emit(event, ...details)
    const [datagram, sender] = details as [Buffer, RemoteInfo]
    return takes(datagram, sender) && emit(event, datagram, sender)
  }
  return Object.assign(socket, { emit: guarded })
}
