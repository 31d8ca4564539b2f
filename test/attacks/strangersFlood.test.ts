/** A flood of strangers against a driver with an encrypted store and a log: what it leaves on the disk, and who is served. */
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { concat } from '../../main/core/bytes.ts'
import { bundleProof } from '../../main/core/engine/keys.ts'
import { deviceIdOf, envelopeIdOf } from '../../main/core/ids.ts'
import { implementationLimits } from '../../main/core/limits.ts'
import { encodeFrame } from '../../main/core/wire/frame.ts'
import { createLog } from '../../main/node/log.ts'
import { createDatabase } from '../../main/store/database.ts'
import { databaseKey, inThread, makeDirectory, opened } from '../conformance/sqlcipher.ts'
import { Disk } from '../sim/disk.ts'
import { MemoryStore, calm } from '../sim/memoryStore.ts'
import { Chance, settled } from '../sim/schedule.ts'
import { crypto } from '../support/sessions.ts'
import { inviteIn } from './contact.ts'
import { carry, Desk, meet } from './desk.ts'

const { driverBatchMax, strangersPerBatchMax, strangerFramesMax } = implementationLimits
const [minute, mebibyte] = [60_000, 1_048_576]
const requests = 10_000
const seed = 60
console.log(`a flood of strangers: seed ${seed}`)

function sizeBytesOf(directory: string): number {
  return readdirSync(directory).reduce((sum, file) => sum + statSync(join(directory, file)).size, 0)
}

async function friends(host: Desk): Promise<Desk> {
  await host.start('Ada')
  const friend = await new Desk(2, new MemoryStore(new Disk(), calm)).start('Ben')
  await meet(host, friend)
  return friend
}

describe('a minute of 10,000 strangers', () => {
  it('case 60: leaves at most 10 MB on the disk, a few lines in the log, and nothing on the screen', async () => {
    const directory = makeDirectory()
    const database = opened(createDatabase({ path: join(directory, 'store.db'), key: databaseKey }))
    try {
      let nowMs = 0
      const log = createLog({ directory, nowMs: () => nowMs })
      const host = new Desk(1, inThread(database), log)
      const friend = await friends(host)
      const { link } = await host.do<'createInvite'>({ kind: 'createInvite', lifetimeMs: null })
      const { inviteId, secret } = inviteIn(link)
      const chance = new Chance(seed)
      const before = { sizeBytes: sizeBytesOf(directory), notices: host.notices.length }
      for (let number = 0; number < requests; number++) {
        const device = deviceIdOf(chance.bytes(32))
        // Every second one holds the link.
        const proof = number % 2 === 0 ? chance.bytes(32) : bundleProof(crypto, secret, inviteId, device, host.device)
        const purpose = { kind: 'invite', inviteId, proof } as const
        const sealed = concat(Uint8Array.of(1 + (number % 3), 1, 0, 1), chance.bytes(1_300))
        host.up(device)
        void host.handler.frame(device, encodeFrame({ kind: 'bundleRequest', requestId: chance.bytes(16), purpose }))
        void host.handler.frame(device, encodeFrame({ kind: 'envelope', sealed }))
        await host.handler.frame(device, chance.bytes(200))
        host.down(device)
        host.nowMs += minute / requests
        nowMs = host.nowMs
      }
      await settled()
      nowMs += minute
      log.info('end')
      log.flush()
      const grownBytes = sizeBytesOf(directory) - before.sizeBytes
      console.log(`${requests} strangers left ${Math.round(grownBytes / 1_024)} KiB on the disk`)
      // Nothing of them is stored: what grows is the log, a little.
      expect(grownBytes).toBeLessThan(mebibyte / 4)
      // Each kind some times, and once how often more.
      const lines = readFileSync(join(directory, 'node.log'), 'utf8').trim().split('\n')
      expect(lines.length).toBeLessThan(100)
      expect(lines.filter((line) => line.includes('"more"')).length).toBeGreaterThan(1)
      expect(host.notices.slice(before.notices)).toEqual([])
      expect([...host.driver.state().contacts()].length).toBe(1)
      // Whom we know is heard as before.
      await friend.do<'sendText'>({
        kind: 'sendText',
        conversation: friend.conversation(host),
        clientId: 'after',
        text: 'still here',
      })
      host.sent.splice(0)
      await carry(friend, host)
      expect(host.notices.slice(before.notices).filter(({ kind }) => kind === 'arrived')).toHaveLength(1)
    } finally {
      database.close()
      rmSync(directory, { recursive: true })
    }
  })
})

describe('a contact', () => {
  it('case 60: is heard with the next batch, however many frames of strangers wait', async () => {
    const host = new Desk(1, new MemoryStore(new Disk(), calm))
    const friend = await friends(host)
    await host.do<'createInvite'>({ kind: 'createInvite', lifetimeMs: null })
    const chance = new Chance(seed)
    const order: string[] = []
    const frame = encodeFrame({ kind: 'ack', envelopeIds: [envelopeIdOf(chance.bytes(16))] })
    const strangers: Promise<void>[] = []
    for (let number = 0; number < 2 * strangerFramesMax; number++) {
      const device = deviceIdOf(chance.bytes(32))
      strangers.push(host.handler.frame(device, frame).then(() => void order.push('stranger')))
    }
    const conversation = friend.conversation(host)
    await friend.do<'sendText'>({ kind: 'sendText', conversation, clientId: 'now', text: 'hear me' })
    const own = friend.sent.splice(0).filter(({ to }) => to === host.device)
    expect(own.length).toBeGreaterThan(0)
    for (const sent of own) await host.handler.frame(friend.device, sent.frame).then(() => order.push('friend'))
    await Promise.all(strangers)
    expect(order.length).toBe(2 * strangerFramesMax + own.length)
    const served = order.slice(strangerFramesMax).indexOf('friend')
    // Those that there is no room for are dropped at once, and stand before all others.
    expect(served).toBeGreaterThanOrEqual(0)
    expect(served).toBeLessThanOrEqual(driverBatchMax + strangersPerBatchMax)
  })

  it('case 60: who says much does not keep a stranger with an invite from being heard', async () => {
    const host = new Desk(1, new MemoryStore(new Disk(), calm))
    const friend = await friends(host)
    const { link } = await host.do<'createInvite'>({ kind: 'createInvite', lifetimeMs: null })
    const guest = await new Desk(3, new MemoryStore(new Disk(), calm)).start('Cleo')
    await guest.do<'acceptInvite'>({ kind: 'acceptInvite', link })
    guest.up(host.device)
    host.up(guest.device)
    await settled()
    const [request] = guest.sent.splice(0)
    if (request === undefined) throw new Error('nothing was asked for')
    const order: string[] = []
    const noise = encodeFrame({ kind: 'goodbye', reason: 'busy' })
    const many = Array.from({ length: 1_000 }, () =>
      host.handler.frame(friend.device, noise).then(() => void order.push('friend')),
    )
    await host.handler.frame(guest.device, request.frame).then(() => order.push('guest'))
    await Promise.all(many)
    expect(order.indexOf('guest')).toBeLessThanOrEqual(2 * driverBatchMax)
  })
})
