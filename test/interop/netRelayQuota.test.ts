/** What a relay passes on in a day: counted, ended and refused beyond it, and allowed again on the next. */
import { describe, expect, it } from 'vitest'
import type { DeviceId } from '../../main/core/ids.ts'
import { durationsMs, protocolLimits, quotaLimits } from '../../main/core/limits.ts'
import { MemoryMailbox } from './memoryMailbox.ts'
import { attacker, dial } from './netAttackers.ts'
import { callStatus, statuses } from './netCalls.ts'
import { numbered, pause, realClock, Scene } from './netNodes.ts'
import type { TestNode } from './netNodes.ts'

const day = durationsMs.day
/** 20,000 bytes a frame, in whatever it is wrapped. */
const frameSizeBytes = 20_000

interface Call {
  readonly relay: TestNode
  readonly a: TestNode
  readonly b: TestNode
  /** The relay's clock goes forward by so much. */
  readonly passMs: (durationMs: number) => void
}

function relayedOf(node: TestNode): readonly string[] {
  return node.addresses.filter((address) => address.endsWith('/p2p-circuit'))
}

function count(node: TestNode, kind: 'peerUp' | 'peerDown', device: DeviceId): number {
  return node.events.filter((event) => event.kind === kind && event.device === device).length
}

/** Two contacts of a relay where it is noon, who talk to each other through it; `usedBytes` it passed on before. */
async function throughRelay(scene: Scene, bytesPerDay: number | null, usedBytes = 0): Promise<Call> {
  const noonMs = 20_000 * day + day / 2
  let aheadMs = noonMs - Date.now()
  const clock = { ...realClock, nowMs: () => Date.now() + aheadMs }
  const relayUse = { day: 20_000, sizeBytes: usedBytes, strangersBytes: 0 }
  const mailboxStore = new MemoryMailbox()
  const relay = await scene.node(1, { clock, relayUse, mailboxStore })
  const [a, b] = await Promise.all([scene.node(2), scene.node(3)])
  relay.network.setQuotas({ mailboxBytes: quotaLimits.mailboxQuotasBytes['1GB'], relayBytesPerDay: bytesPerDay })
  // The mailbox’s goes on to what keeps the bytes.
  expect(mailboxStore.quotaBytes).toBe(quotaLimits.mailboxQuotasBytes['1GB'])
  relay.network.setServing({ relay: true, mailbox: false })
  relay.network.setPeers([a.target([]), b.target([])])
  a.network.setPeers([relay.target(undefined, true)])
  b.network.setPeers([relay.target(undefined, true), a.target([])])
  await Promise.all([a, b].map((node) => node.until('a place', () => relayedOf(node).length > 0)))
  a.network.setPeers([relay.target(undefined, true), b.target(relayedOf(b))])
  return { relay, a, b, passMs: (durationMs) => (aheadMs += durationMs) }
}

async function meet(a: TestNode, b: TestNode, times = 1): Promise<void> {
  await Promise.all([a.untilUp(b.device, times), b.untilUp(a.device, times)])
}

/** Sends frames, as many as are taken. */
function pour(from: TestNode, to: TestNode, frames: number): void {
  for (let number = 0; number < frames; number++) from.network.send(to.device, numbered(number, frameSizeBytes))
}

describe.concurrent('a relay with a quota', () => {
  it('counts each byte of both directions once', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const { relay, a, b } = await throughRelay(scene, null)
    await meet(a, b)
    const before = relay.network.relayUse()
    expect(before.sizeBytes).toBeLessThan(frameSizeBytes)
    pour(a, b, 5)
    pour(b, a, 3)
    await Promise.all([a.until('all', () => a.frames.length === 3), b.until('all', () => b.frames.length === 5)])
    const { day: today, sizeBytes, strangersBytes } = relay.network.relayUse()
    const passed = sizeBytes - before.sizeBytes
    expect(passed).toBeGreaterThan(8 * frameSizeBytes)
    expect(passed).toBeLessThan(8.5 * frameSizeBytes)
    expect([today, strangersBytes]).toEqual([20_000, 0])
  })

  it('ends calls when it is used up and refuses new ones, keeps the places, and goes on the next day', async ({
    onTestFinished,
  }) => {
    const scene = new Scene(onTestFinished)
    const quotaBytes = 20 * frameSizeBytes
    // Others have had their half of the day.
    const { relay, a, b, passMs } = await throughRelay(scene, quotaBytes, quotaBytes / 2)
    await meet(a, b)
    pour(a, b, 20)
    await Promise.all([
      a.until('down', () => count(a, 'peerDown', b.device) === 1),
      b.until('down', () => count(b, 'peerDown', a.device) === 1),
    ])
    const { sizeBytes } = relay.network.relayUse()
    expect(sizeBytes).toBeGreaterThanOrEqual(quotaBytes)
    expect(sizeBytes).toBeLessThan(quotaBytes + 2 * protocolLimits.frameSizeBytesMax)
    const caller = await dial(await attacker(scene, 9), relay)
    expect(await callStatus(caller, b.device)).toBe(statuses.limitExceeded)
    await pause(2_000)
    expect([count(a, 'peerUp', b.device), relay.network.relayUse().sizeBytes]).toEqual([1, sizeBytes])
    for (const node of [a, b]) {
      expect(relayedOf(node)).toHaveLength(1)
      expect(count(node, 'peerDown', relay.device)).toBe(0)
    }
    passMs(day)
    // A visitor’s connection does not last that long.
    const another = await dial(await attacker(scene, 10), relay)
    expect(await callStatus(another, b.device)).toBe(statuses.accepted)
    a.network.wake()
    await meet(a, b, 2)
    expect(relay.network.relayUse()).toMatchObject({ day: 20_001 })
  })

  it('ends the calls of a contact at a part of it, and goes on with those of others', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const quotaBytes = quotaLimits.contactPartOfRelay * 5 * frameSizeBytes
    const { relay, a, b } = await throughRelay(scene, quotaBytes)
    await meet(a, b)
    pour(a, b, 12)
    await a.until('down', () => count(a, 'peerDown', b.device) === 1)
    const { sizeBytes } = relay.network.relayUse()
    expect(sizeBytes).toBeLessThan(quotaBytes / quotaLimits.contactPartOfRelay + 2 * protocolLimits.frameSizeBytesMax)
    const caller = await dial(await attacker(scene, 9), relay)
    expect(await callStatus(caller, b.device)).toBe(statuses.accepted)
  })

  it('ends strangers’ calls at a part of it, and goes on with those of contacts', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const { relay, a, b } = await throughRelay(scene, quotaLimits.strangerPartOfRelay * 5 * frameSizeBytes)
    await meet(a, b)
    const stranger = await scene.node(4)
    b.network.setPeers([relay.target(undefined, true), a.target([]), stranger.target([])])
    stranger.network.setPeers([b.target(relayedOf(b))])
    await meet(stranger, b)
    pour(stranger, b, 12)
    await stranger.until('down', () => count(stranger, 'peerDown', b.device) === 1)
    const caller = await dial(await attacker(scene, 9), relay)
    expect(await callStatus(caller, b.device)).toBe(statuses.limitExceeded)
    const before = b.frames.length
    pour(a, b, 2)
    await b.until('frames of a contact', () => b.frames.length === before + 2)
    expect(count(a, 'peerDown', b.device)).toBe(0)
  })

  it('that was used up before it began anew refuses, until more is allowed; less ends calls at once', async ({
    onTestFinished,
  }) => {
    const scene = new Scene(onTestFinished)
    const { relay, a, b } = await throughRelay(scene, 1_000_000, 1_000_000)
    const caller = await dial(await attacker(scene, 9), relay)
    expect(await callStatus(caller, b.device)).toBe(statuses.limitExceeded)
    expect(count(a, 'peerUp', b.device)).toBe(0)
    const { relayQuotasBytes, mailboxQuotasBytes } = quotaLimits
    const mailboxBytes = mailboxQuotasBytes['1GB']
    relay.network.setQuotas({ mailboxBytes, relayBytesPerDay: relayQuotasBytes['1GB'] })
    a.network.wake()
    await meet(a, b)
    const { sizeBytes } = relay.network.relayUse()
    relay.network.setQuotas({ mailboxBytes, relayBytesPerDay: 1_000_000 })
    await a.until('down', () => count(a, 'peerDown', b.device) === 1)
    // Not only with the next byte.
    expect(relay.network.relayUse().sizeBytes).toBe(sizeBytes)
  })
})
