/** Frames between two real networks on loopback: order, back-pressure, limits. */
import { describe, expect, it } from 'vitest'
import { implementationLimits, protocolLimits } from '../../main/core/limits.ts'
import { createNoiseCrypto } from '../../main/node/crypto/noise.ts'
import { numbered, numberOf, pause, Scene, seedOf, testNode } from './netNodes.ts'
import type { TestNode } from './netNodes.ts'

async function pair(scene: Scene): Promise<readonly [TestNode, TestNode]> {
  const a = await scene.node(1)
  const b = await scene.node(2)
  a.network.setPeers([b.target()])
  await Promise.all([a.untilUp(b.device), b.untilUp(a.device)])
  return [a, b]
}

/** Sends all, waiting for `writable` whenever the network is full. Returns how often it was. */
async function sendAll(from: TestNode, to: TestNode, frames: readonly Uint8Array[]): Promise<number> {
  let full = 0
  for (const frame of frames) {
    for (;;) {
      const writables = from.count('writable')
      const outcome = from.network.send(to.device, frame)
      if (outcome === 'sent') break
      expect(outcome).toBe('full')
      full++
      await from.until('writable', () => from.count('writable') > writables)
    }
  }
  return full
}

describe('frames', () => {
  it('delivers 1,000 frames each way, whole and in order', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const [a, b] = await pair(scene)
    const sizes = [1, 2, 255, 256, 4_000, protocolLimits.frameSizeBytesMax]
    const frames = Array.from({ length: 1_000 }, (_, i) => numbered(i, Math.max(4, sizes[i % sizes.length] ?? 4)))
    await Promise.all([sendAll(a, b, frames), sendAll(b, a, frames)])
    await Promise.all([
      b.until('all', () => b.frames.length === 1_000, 30_000),
      a.until('all', () => a.frames.length === 1_000, 30_000),
    ])
    for (const node of [a, b]) {
      expect(node.frames.map((one) => numberOf(one.frame))).toEqual(frames.map((_, i) => i))
      expect(node.frames.map((one) => one.frame.length)).toEqual(frames.map((frame) => frame.length))
    }
    expect(a.frames[0]?.device).toBe(b.device)
  })

  it('hands on no more unsettled frames than allowed, and stops a sender whose frames stay unsettled', async ({
    onTestFinished,
  }) => {
    const scene = new Scene(onTestFinished)
    const [a, b] = await pair(scene)
    const waiting: (() => void)[] = []
    b.onFrame = () => new Promise((resolve) => waiting.push(resolve))
    let sent = 0
    while (a.network.send(b.device, numbered(sent, 8_000)) === 'sent') {
      sent++
      // Everything that can move moves before the next one.
      await new Promise((resolve) => setImmediate(resolve))
      expect(sent).toBeLessThan(2_000)
    }
    await b.until('held', () => b.frames.length === implementationLimits.inboundFramesPerPeerMax)
    await pause(300)
    expect(b.frames.length).toBe(implementationLimits.inboundFramesPerPeerMax)
    // What waits between the two is bounded.
    expect(sent * 8_000).toBeLessThan(8_000_000)
    b.onFrame = () => Promise.resolve()
    const writables = a.count('writable')
    for (const settle of waiting) settle()
    await a.until('writable', () => a.count('writable') > writables)
    await b.until('the rest', () => b.frames.length === sent)
    expect(b.frames.map((one) => numberOf(one.frame))).toEqual(Array.from({ length: sent }, (_, i) => i))
  })

  it('speaks with native primitives for Noise as with those of the library', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const a = await scene.node(1, { noiseCrypto: createNoiseCrypto() })
    const b = await scene.node(2)
    a.network.setPeers([b.target()])
    await Promise.all([a.untilUp(b.device), b.untilUp(a.device)])
    const frame = numbered(1, protocolLimits.frameSizeBytesMax).fill(9, 4)
    expect([a.network.send(b.device, frame), b.network.send(a.device, frame)]).toEqual(['sent', 'sent'])
    await Promise.all([a.until('frame', () => a.frames.length === 1), b.until('frame', () => b.frames.length === 1)])
    expect([a.frames[0]?.frame, b.frames[0]?.frame]).toEqual([frame, frame])
  })

  it('refuses to send what the other side would refuse', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const [a, b] = await pair(scene)
    expect(() => a.network.send(b.device, new Uint8Array(0))).toThrow(RangeError)
    expect(() => a.network.send(b.device, new Uint8Array(protocolLimits.frameSizeBytesMax + 1))).toThrow(RangeError)
    const stranger = await testNode(seedOf(3))
    expect(a.network.send(stranger.device, numbered(1))).toBe('notConnected')
  })
})
