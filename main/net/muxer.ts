/** Yamux with bounds, and an end for whoever opens and resets streams without pause. */
import { yamux } from '@chainsafe/libp2p-yamux'
import type { StreamMuxer, StreamMuxerFactory } from '@libp2p/interface'
import { networkLimits } from '../core/limits.ts'
import type { Clock } from '../core/ports.ts'

const limits = networkLimits

/** Counts the streams that the other end opens, second by second. */
function countStreams(muxer: StreamMuxer, clock: Clock, flooded: () => void): void {
  let second = 0
  let opened = 0
  const count = (): void => {
    const now = Math.floor(clock.nowMs() / 1_000)
    if (now !== second) opened = 0
    second = now
    opened++
    if (opened === limits.streamsPerSecondMax + 1) flooded()
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
    maxInboundStreams: limits.muxerStreamsMax,
    maxOutboundStreams: limits.muxerStreamsMax,
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
      countStreams(muxer, clock, () => connection.abort(new Error('Too many streams')))
      return muxer
    }
    return factory
  }
}
