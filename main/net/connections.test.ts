import type { Connection } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../test/net/fakeClock.ts'
import { networkLimits, visitLimits } from '../core/limits.ts'
import { Connections } from './connections.ts'
import { deviceKey } from './keys.ts'

const limits = networkLimits
const remotePeer = peerIdFromPrivateKey(await deviceKey(new Uint8Array(32).fill(3)))

/** What stands, and whether it was closed. */
function stand(
  connections: Connections,
  aborted: () => void = () => undefined,
): { readonly connection: Connection; readonly closed: () => boolean } {
  let closed = false
  const made: unknown = {
    remotePeer,
    remoteAddr: multiaddr('/ip4/10.1.2.3/tcp/4001'),
    streams: [],
    abort: () => {
      closed = true
      aborted()
    },
  }
  const connection = made as Connection
  connections.opened(connection)
  return { connection, closed: () => closed }
}

describe('Connections', () => {
  it('ends all at once, also when one has ended below already and the library throws', () => {
    const connections = new Connections(new FakeClock())
    const first = stand(connections, () => {
      throw new Error('Cannot write to a stream that is closed')
    })
    const second = stand(connections)
    connections.closeAll()
    expect([first.closed(), second.closed()]).toEqual([true, true])
  })

  it('closes one that opens no stream of frames', async () => {
    const clock = new FakeClock()
    const connections = new Connections(clock)
    const [silent, used] = [stand(connections), stand(connections)]
    connections.streamOpened(used.connection)
    await clock.advance(limits.streamOpenTimeoutMs)
    expect([silent.closed(), used.closed()]).toEqual([true, false])
    expect(connections.all().map(({ source, holds }) => [source, holds])).toEqual([
      ['10.1.2.3', 0],
      ['10.1.2.3', 0],
    ])
  })

  it('keeps a visitor for as long as a request takes, and a while longer', async () => {
    const clock = new FakeClock()
    const connections = new Connections(clock)
    const visitor = stand(connections)
    const first = connections.hold(visitor.connection)
    const second = connections.hold(visitor.connection)
    expect(connections.all()[0]?.holds).toBe(2)
    await clock.advance(10 * visitLimits.visitorDurationMsMax)
    first?.()
    first?.()
    await clock.advance(visitLimits.visitorIdleMs)
    expect([visitor.closed(), connections.all()[0]?.holds]).toEqual([false, 1])
    // It has lasted as long as a visit may: no more is answered, and with the last request it ends.
    expect(connections.hold(visitor.connection)).toBe(null)
    second?.()
    await clock.advance(0)
    expect(visitor.closed()).toBe(true)
  })

  it('closes a visitor who asks nothing more, and keeps who opens frames after all', async () => {
    const clock = new FakeClock()
    const connections = new Connections(clock)
    const [idle, contact] = [stand(connections), stand(connections)]
    for (const { connection } of [idle, contact]) connections.hold(connection)?.()
    connections.streamOpened(contact.connection)
    connections.hold(contact.connection)?.()
    await clock.advance(visitLimits.visitorIdleMs - 1)
    expect(idle.closed()).toBe(false)
    await clock.advance(1)
    expect([idle.closed(), contact.closed()]).toEqual([true, false])
    await clock.advance(2 * visitLimits.visitorDurationMsMax)
    expect(contact.closed()).toBe(false)
    expect(connections.hold(contact.connection)).not.toBe(null)
  })

  it('forgets what has closed, and leaves no timer', () => {
    const clock = new FakeClock()
    const connections = new Connections(clock)
    const one = stand(connections)
    const release = connections.hold(one.connection)
    connections.closed(one.connection)
    release?.()
    expect([connections.all(), clock.timerCount, connections.hold(one.connection)]).toEqual([[], 0, null])
  })
})
