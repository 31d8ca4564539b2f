/** Yamux with bounds, an end for whoever opens and resets streams without pause, and the question how far away they are. */
import { yamux } from '@chainsafe/libp2p-yamux'
import type { Stream, StreamMuxer, StreamMuxerFactory } from '@libp2p/interface'
import { networkLimits } from '../core/limits.ts'
import type { Clock } from '../core/ports.ts'

const limits = networkLimits

/** A relay and its user need one stream for each call; that strangers have no more than theirs is seen to elsewhere. */
const streamsMax = limits.muxerStreamsMax + 2 * (limits.relayConnectionsPerPeerMax + 1)

/** How the other end of a stream's connection is asked for an answer: Yamux has that for itself. */
const asking = new WeakMap<Stream, () => Promise<unknown>>()

/** Settles with the answer of the other end of the stream's connection; fails where the connection cannot ask. */
export function askOtherEnd(stream: Stream): Promise<unknown> {
  return asking.get(stream)?.() ?? Promise.reject(new Error('This connection cannot ask'))
}

/** Remembers how to ask on the streams of a muxer. An answer that comes late is an error to Yamux: nothing is cut short. */
function rememberAsking(muxer: StreamMuxer, ask: () => Promise<unknown>): (stream: Stream) => void {
  const remember = (stream: Stream): void => void asking.set(stream, ask)
  const createStream = muxer.createStream.bind(muxer)
  muxer.createStream = async (options) => {
    const stream = await createStream(options)
    remember(stream)
    return stream
  }
  return remember
}

/** Counts the streams that the other end opens, second by second, and resets those beyond what may be open at once. */
function countStreams(muxer: StreamMuxer, clock: Clock, came: (stream: Stream) => void, flooded: () => void): void {
  let second = 0
  let opened = 0
  const count = ({ detail: stream }: CustomEvent<Stream>): void => {
    const now = Math.floor(clock.nowMs() / 1_000)
    if (now !== second) opened = 0
    second = now
    opened++
    if (opened > limits.streamsPerSecondMax) return flooded()
    came(stream)
    const open = muxer.streams.filter(({ direction }) => direction === 'inbound')
    if (open.length > streamsMax) stream.abort(new Error('Too many streams at once'))
  }
  // A listener of our own before the connection's would make the muxer lose the streams that come
  // before the connection is ready; so ours is added together with the connection's.
  const addEventListener = muxer.addEventListener.bind(muxer)
  let counting = false
  muxer.addEventListener = (type, listener, options) => {
    if (type === 'stream' && !counting) {
      counting = true
      addEventListener('stream', count)
    }
    addEventListener(type, listener, options)
  }
}

export function boundedYamux(clock: Clock): () => StreamMuxerFactory {
  const create = yamux({
    enableKeepAlive: false,
    // Yamux tells nobody of the streams that it refuses: what is a flood must come as far as where it is counted.
    maxInboundStreams: streamsMax + limits.streamsPerSecondMax,
    maxOutboundStreams: streamsMax,
    streamOptions: {
      maxStreamWindowSize: limits.streamWindowBytesMax,
      maxReadBufferLength: limits.streamReadBufferBytesMax,
      maxWriteBufferLength: 4 * limits.streamWriteBufferBytesMax,
    },
  })
  return () => {
    const factory = create()
    const createStreamMuxer = factory.createStreamMuxer.bind(factory)
    factory.createStreamMuxer = (connection) => {
      const muxer = createStreamMuxer(connection)
      const abort = muxer.abort.bind(muxer)
      // A muxer that gave up, as it does for streams that come too early, would leave its connection standing.
      muxer.abort = (error) => {
        try {
          abort(error)
        } catch {
          // What it would say goodbye over has ended already.
        }
        connection.abort(error)
      }
      const came = rememberAsking(muxer, () => muxer.ping())
      countStreams(muxer, clock, came, () => connection.abort(new Error('Too many streams')))
      return muxer
    }
    return factory
  }
}
