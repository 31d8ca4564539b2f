/** Wires a node to what takes up its connections and streams, and starts it. */
import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import { visitLimits } from '../core/limits.ts'
import type { DeviceId } from '../core/ids.ts'
import type { Connections } from './connections.ts'
import { deviceOf } from './keys.ts'
import type { MailboxHost } from './mailbox/host.ts'
import { mailboxProtocol } from './mailbox/messages.ts'
import { framesProtocol } from './stream/frames.ts'
import { webrtcProtocol } from './webrtc/signalling.ts'

export interface NodeUse {
  readonly connections: Connections
  readonly mailbox: MailboxHost
  /** Whether a device that dialled us may open a stream of frames. */
  readonly admits: (device: DeviceId) => boolean
  readonly frames: (stream: Stream, connection: Connection) => void
  readonly webrtc: (stream: Stream, connection: Connection) => void
}

/** Settles once the node listens. */
export async function openNode(node: Libp2p, use: NodeUse): Promise<void> {
  node.addEventListener('connection:open', (event) => use.connections.opened(event.detail))
  node.addEventListener('connection:close', ({ detail: connection }) => {
    use.connections.closed(connection)
    // libp2p's book of peers must not grow with every stranger who ever came.
    if (node.status === 'started' && node.getConnections(connection.remotePeer).length === 0) {
      node.peerStore.delete(connection.remotePeer).catch(() => undefined)
    }
  })
  // One stream of frames per connection, opened by who dialled.
  const onFrames = (stream: Stream, connection: Connection): void => {
    const device = deviceOf(connection.remotePeer)
    if (connection.direction !== 'inbound') return stream.abort(new Error('Who dialled opens the stream'))
    // A visitor may come in, and ask no more than that.
    if (device === null || !use.admits(device)) return connection.abort(new Error('Not admitted'))
    use.frames(stream, connection)
  }
  await node.handle(framesProtocol, onFrames, {
    maxInboundStreams: 1,
    maxOutboundStreams: 1,
    runOnLimitedConnection: true,
  })
  await node.handle(mailboxProtocol, (stream, connection) => use.mailbox.opened(stream, connection), {
    maxInboundStreams: visitLimits.mailboxStreamsMax,
    maxOutboundStreams: visitLimits.mailboxStreamsMax,
    runOnLimitedConnection: true,
  })
  await node.handle(webrtcProtocol, use.webrtc, {
    maxInboundStreams: 1,
    maxOutboundStreams: 1,
    runOnLimitedConnection: true,
  })
  await node.start()
}
