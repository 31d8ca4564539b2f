/** What comes and goes many times must leave nothing behind. */
import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { MemoryMailbox } from './memoryMailbox.ts'
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

  it('to a mailbox, under a key of their own each, leave no descriptor and no timer', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const store = new MemoryMailbox()
    const mailbox = await scene.node(1, { mailboxStore: store })
    const sender = await scene.node(2)
    const tag = new Uint8Array(16).fill(7)
    store.tags.set('07'.repeat(16), { owner: sender.device, use: 'item' })
    mailbox.admits = () => false
    mailbox.network.setServing({ relay: false, mailbox: true })
    const at = { device: mailbox.device, addresses: mailbox.addresses }
    const { mail } = sender.network
    // An answer of this kind ends the sitting on both sides.
    // A fast machine is told busy: strangers may ask so often in a second.
    const leave = async (under: Uint8Array, number: number): Promise<string> => {
      for (;;) {
        const outcome = await mail.deposit(at, 's', under, numbered(number))
        if (outcome !== 'busy') return outcome
        await pause(100)
      }
    }
    const visitOnce = async (number: number): Promise<void> => {
      expect(await leave(tag, number)).toBe('stored')
      expect(await leave(new Uint8Array(16), number)).toBe('unknownTag')
    }
    for (let number = 1; number <= 10; number++) await visitOnce(number)
    await pause(1_000)
    const before = { descriptors: descriptors(), timers: timers() }
    const beganMs = Date.now()
    for (let number = 11; number <= 60; number++) await visitOnce(number)
    console.log(`a visit with two requests on loopback takes ${Math.round((Date.now() - beganMs) / 50)} ms`)
    await pause(3_000)
    expect(store.items.length).toBe(60)
    expect(descriptors() - before.descriptors).toBeLessThanOrEqual(4)
    expect(timers() - before.timers).toBeLessThanOrEqual(8)
  })

  it('through a relay that does not know the caller, leave no descriptor and no timer', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const relay = await scene.node(1)
    const [a, b] = await Promise.all([scene.node(2), scene.node(3)])
    relay.network.setServing({ relay: true, mailbox: false })
    relay.network.setPeers([b.target([])])
    b.network.setPeers([relay.target(undefined, true)])
    const relayed = (): readonly string[] => b.addresses.filter((address) => address.endsWith('/p2p-circuit'))
    await b.until('a place', () => relayed().length > 0)
    a.admits = () => false
    const call = async (number: number): Promise<void> => {
      a.network.setPeers([b.target(relayed())])
      await a.untilUp(b.device, number)
      a.network.setPeers([])
      await a.until('down', () => a.count('peerDown') >= number)
    }
    for (let number = 1; number <= 5; number++) await call(number)
    await pause(1_000)
    const before = { descriptors: descriptors(), timers: timers() }
    for (let number = 6; number <= 25; number++) await call(number)
    await pause(2_000)
    expect(descriptors() - before.descriptors).toBeLessThanOrEqual(4)
    expect(timers() - before.timers).toBeLessThanOrEqual(8)
  })
})
