/** What comes and goes many times must leave nothing behind. */
import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { numbered, numberOf, pause, Scene } from './netNodes.ts'

const flaps = 300

function descriptors(): number {
  return readdirSync('/proc/self/fd').length
}

function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
}

describe.runIf(process.platform === 'linux')('connections that come and go', () => {
  it('case 53: carry frames 300 times, and leave no descriptor and no timer', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const a = await scene.node(1)
    const b = await scene.node(2)
    // A device that would be let in is kept when it is wanted no more.
    a.admits = () => false
    const flap = async (number: number): Promise<void> => {
      a.network.setPeers([b.target()])
      await Promise.all([a.untilUp(b.device, number), b.untilUp(a.device, number)])
      expect(a.network.send(b.device, numbered(number))).toBe('sent')
      await b.until('frame', () => b.frames.length === number)
      // Turns decide who hangs up.
      if (number % 2 === 0) b.network.disconnect(a.device)
      a.network.setPeers([])
      const gone = (node: typeof a): number => node.count('peerDown')
      await Promise.all([a.until('down', () => gone(a) >= number), b.until('down', () => gone(b) >= number)])
    }
    for (let number = 1; number <= 10; number++) await flap(number)
    await pause(500)
    const before = { descriptors: descriptors(), timers: timers() }
    for (let number = 11; number <= flaps; number++) await flap(number)
    await pause(500)
    expect(b.frames.map((one) => numberOf(one.frame))).toEqual(Array.from({ length: flaps }, (_, i) => i + 1))
    expect(descriptors() - before.descriptors).toBeLessThanOrEqual(4)
    expect(timers() - before.timers).toBeLessThanOrEqual(8)
  })
})
