import { createSocket } from 'node:dgram'
import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../test/net/fakeClock.ts'
import { networkLimits } from '../../core/limits.ts'
import type { Log } from '../../core/ports.ts'
import { StunResponder } from './responder.ts'

/** A request with an optional attribute, in so many bytes. */
function request(sizeBytes: number): Uint8Array {
  const bytes = new Uint8Array(sizeBytes)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, 1)
  view.setUint16(2, sizeBytes - 20)
  view.setUint32(4, 0x2112a442)
  if (sizeBytes > 20) view.setUint16(20, 0x8022)
  if (sizeBytes > 20) view.setUint16(22, sizeBytes - 24)
  return bytes
}

class Scene {
  readonly clock = new FakeClock()
  readonly hosts = new Set(['192.0.2.1'])
  readonly logged: unknown[] = []
  readonly log: Log = { debug() {}, info: (event, figures) => this.logged.push([event, figures]), warn() {} }
  readonly responder = new StunResponder({
    clock: this.clock,
    log: this.log,
    isConnected: (host) => this.hosts.has(host),
  })

  answers(sizeBytes: number, address: string): boolean {
    return this.responder.answer(request(sizeBytes), { address, port: 5_000 }) !== null
  }
}

describe('StunResponder', () => {
  it('answers only who is connected', () => {
    const scene = new Scene()
    expect([scene.answers(40, '192.0.2.1'), scene.answers(40, '192.0.2.2')]).toEqual([true, false])
    expect(scene.answers(40, '::ffff:192.0.2.1')).toBe(true)
    expect(scene.answers(40, 'fe80::1%eth0')).toBe(false)
  })

  it('never sends more than it was sent', () => {
    const scene = new Scene()
    scene.hosts.add('2001:db8::1')
    const sizes = [20, 28, 32, 40, 44, 512]
    expect(sizes.map((size) => scene.answers(size, '192.0.2.1'))).toEqual([false, false, true, true, true, true])
    expect(sizes.map((size) => scene.answers(size, '2001:db8::1'))).toEqual([false, false, false, false, true, true])
    for (const size of sizes) {
      const answer = scene.responder.answer(request(size), { address: '192.0.2.1', port: 1 })
      expect(answer?.length ?? 0).toBeLessThanOrEqual(size)
    }
  })

  it('answers one source so often in a second, and others meanwhile', async () => {
    const scene = new Scene()
    scene.hosts.add('192.0.2.2')
    const max = networkLimits.stunAnswersPerSecondMax
    const answered = Array.from({ length: max + 5 }, () => scene.answers(40, '192.0.2.1')).filter(Boolean)
    expect([answered.length, scene.answers(40, '192.0.2.2')]).toEqual([max, true])
    await scene.clock.advance(1_000)
    expect(scene.answers(40, '192.0.2.1')).toBe(true)
  })

  it('listens on a port, leaves alone one that is taken, and stops', async () => {
    const taken = createSocket('udp4')
    await new Promise<void>((resolve) => void taken.bind(0, '127.0.0.1', resolve))
    const { port } = taken.address()
    const scene = new Scene()
    scene.hosts.add('127.0.0.1')
    scene.responder.start(['127.0.0.1'], port)
    await expect.poll(() => scene.logged).toEqual([['net.stunFailed', { code: 'EADDRINUSE', port }]])
    scene.responder.stop()
    await new Promise<void>((resolve) => void taken.close(resolve))
    scene.responder.start(['127.0.0.1'], port)
    const client = createSocket('udp4')
    const heard: Buffer[] = []
    client.on('message', (answer) => heard.push(answer))
    const ask = (): number => {
      client.send(request(40), port, '127.0.0.1')
      return heard.length
    }
    await expect.poll(ask).toBeGreaterThan(0)
    expect([heard[0]?.readUInt16BE(0), heard[0]?.length]).toEqual([0x0101, 32])
    client.close()
    scene.responder.stop()
  })
})
