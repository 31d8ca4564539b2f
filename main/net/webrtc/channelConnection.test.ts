import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { silentLogger } from '../silentLogger.ts'
import type { ChannelHandler } from './attempt.ts'
import { ChannelConnection } from './channelConnection.ts'

describe('a connection over a channel', () => {
  it('ends, and throws nothing, when the channel has closed and nobody was told yet', () => {
    let handler: ChannelHandler | null = null
    const attempt = {
      listen: (one: ChannelHandler): void => void (handler = one),
      send: (): boolean => {
        throw new Error('DataChannel is closed')
      },
      finish: () => Promise.resolve(),
      close: (): void => handler?.ended(),
    }
    const remoteAddr = multiaddr('/ip4/127.0.0.1/udp/4001/webrtc')
    const log = silentLogger.forComponent('')
    const connection = new ChannelConnection({ attempt, remoteAddr, direction: 'outbound', log })
    const closed: string[] = []
    connection.addEventListener('close', () => closed.push(connection.status))
    connection.send(new Uint8Array(3))
    expect(closed).toEqual(['closed'])
    expect(connection.writeBufferLength).toBe(0)
  })
})
