/** What a watcher of the LAN, and of the line to a relay, can read: the capture is searched for whom it would name. */
import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { paddedLength } from '../../../main/core/wire/padding.ts'
import { deviceKey, deviceOfKey, peerOf } from '../../../main/net/keys.ts'
import { befriend } from '../../interop/headlessNode.ts'
import { whyNoHomes } from '../internet.ts'
import { packetsOf, recordSizes, streamsOf } from './capture.ts'
import type { Packet } from './capture.ts'
import { Laboratory, servingPort } from './laboratory.ts'
import type { Pair } from './laboratory.ts'
import type { LabNode } from './labNode.ts'
import { formsOfBytes, formsOfText, found, runsOf } from './secrets.ts'
import type { Secret } from './secrets.ts'

const why = whyNoHomes()
if (why !== null) console.warn(`Tests of what a watcher sees are skipped: ${why}`)

let lab: Laboratory
const dayMs = 86_400_000

/** Names that nothing holds by chance. */
const names = { anna: 'Anna Wachholder', ben: 'Ben Seidenschwanz', rita: 'Rita Vogelbeere' }
/** Of every length up to some thousand bytes, so that sizes would show. */
const texts = [1, 2, 30, 100, 300, 1_000, 3_000].map((length) => `so ${'geheim '.repeat(length)}`.slice(0, length + 12))

beforeEach(() => {
  if (why === null) lab = new Laboratory()
})
afterEach(async () => {
  if (why === null) expect(await lab.remove()).toEqual([])
})

function secretsOf(one: LabNode): readonly Secret[] {
  const { name = '', account = '', device = '', conversation = '' } = one.self ?? {}
  const ids = { account, device, 'own conversation': conversation }
  return [
    { what: `the name ${name}`, forms: formsOfText(name) },
    ...Object.entries(ids).map(([what, hex]) => ({ what: `${what} of ${name}`, forms: formsOfBytes(hex) })),
  ]
}

function secretsOfPair({ anna, ben, conversation }: Pair): readonly Secret[] {
  return [
    ...secretsOf(anna),
    ...secretsOf(ben),
    { what: 'their conversation', forms: formsOfBytes(conversation) },
    { what: 'what they say', forms: formsOfText('geheim') },
    { what: 'a PeerId', forms: [Buffer.from('12D3KooW')] },
  ]
}

/** Everything that can be read: what each packet holds, and what packets make together. */
function readable(packets: readonly Packet[]): readonly Buffer[] {
  return [...packets.map(({ payload }) => payload), ...streamsOf(packets)]
}

/** One after the other, so that no two frames travel in one record. */
async function talk({ anna, ben, conversation }: Pair): Promise<void> {
  for (const text of texts) {
    await anna.call('message.send', { conversation, clientId: text.slice(0, 60) + String(text.length), text })
    await ben.hears([text])
    await anna.sees('its delivery', () => [...anna.states.values()].every((states) => states.at(-1) === 'delivered'))
  }
}

/** What is larger than the figures that keep a connection alive. */
const controlSizeMax = 200
const classes = new Set(Array.from({ length: 8_000 }, (_, length) => paddedLength(length) + 160))

/** The sizes of frames in the records of each stream that came after the first `before` of it. */
function frameSizes(packets: readonly Packet[], before: readonly number[], around: number): readonly number[] {
  const records = streamsOf(packets).flatMap((stream, i) => recordSizes(stream).slice(before[i] ?? 0))
  return records.filter((size) => size > controlSizeMax).map((size) => size - around)
}

const recordsSoFar = (packets: readonly Packet[]): number[] =>
  streamsOf(packets).map((stream) => recordSizes(stream).length)

describe('the search itself', () => {
  it('finds a key, a piece of it, and a name, in every form that it knows', async () => {
    const key = Buffer.from('5e'.repeat(4) + '00112233445566778899aabbccddeeff' + 'a1'.repeat(12), 'hex')
    const secret = { what: 'key', forms: formsOfBytes(key.toString('hex')) }
    const device = deviceOfKey(await deviceKey(key))
    const ofDevice = { what: 'device', forms: formsOfBytes(device) }
    const peerId = peerOf(device)?.toString() ?? ''
    const noise = randomBytes(1_001)
    const hidden = [key, key.subarray(0, 12), key.toString('hex'), key.subarray(20).toString('base64url')]
    for (const one of hidden)
      expect(found([secret], [Buffer.concat([noise, Buffer.from(one), noise])])).toEqual(['key'])
    for (const offset of [0, 1, 2]) {
      const around = Buffer.concat([noise.subarray(0, offset), key, noise]).toString('base64')
      expect(found([secret], [Buffer.from(around)])).toEqual(['key'])
    }
    expect(found([secret], [noise, Buffer.from(noise.toString('hex'))])).toEqual([])
    expect(found([ofDevice], [Buffer.from(`/p2p/${peerId}/`)])).toEqual(['device'])
    expect(found([{ what: 'name', forms: formsOfText(names.ben) }], [Buffer.from(`..${names.ben}..`)])).toEqual([
      'name',
    ])
  })
})

describe.skipIf(why !== null)('a watcher', () => {
  it('of the LAN reads no key, id, name or word, sees sizes in classes, and nothing that lasts over days', async () => {
    lab.lan(4)
    const spy = await lab.internet.capture('lan')
    // One port for all, as a remembered one would be a mark of its own.
    const open = (host: string, name: string, aheadMs: number): Promise<LabNode> =>
      lab.node(host, name, { port: servingPort, aheadMs })
    const meet = async (hostA: string, nameA: string, hostB: string, nameB: string): Promise<Pair> => {
      const [anna, ben] = [await open(hostA, nameA, 0), await open(hostB, nameB, 0)]
      await anna.reachable('/ip4/192.168.101.')
      return { anna, ben, conversation: await befriend(anna, ben) }
    }
    // Others on the same LAN, whose packets have in common with the first two what all have.
    const others = await meet('host2', 'Cleo', 'host3', 'Dan')
    const pair = await meet('host0', names.anna, 'host1', names.ben)
    const before = recordsSoFar(packetsOf(spy))
    await talk(pair)
    const dayOne = packetsOf(spy)
    for (const size of frameSizes(dayOne, before, 28)) expect(classes).toContain(size)
    expect(new Set(frameSizes(dayOne, before, 28)).size).toBeGreaterThan(3)

    await Promise.all([pair.anna, pair.ben, others.anna, others.ben].map((one) => one.stop()))
    const from = spy.said.length
    const again = { anna: await open('host0', names.anna, dayMs), ben: await open('host1', names.ben, dayMs) }
    await Promise.all([again.anna.connected(again.ben), again.ben.connected(again.anna)])
    const dayTwo = packetsOf(spy, from)

    expect(dayOne.filter(({ kind }) => kind === 'udp').length).toBeGreaterThan(4)
    expect(dayTwo.filter(({ kind }) => kind === 'udp').length).toBeGreaterThan(4)
    expect(Buffer.concat([...streamsOf(dayOne)]).length).toBeGreaterThan(10_000)
    expect(found(secretsOfPair(pair), readable([...dayOne, ...dayTwo]))).toEqual([])

    const ofPair = ({ from: sender }: Packet): boolean => /^192\.168\.101\.[23]:/.test(sender)
    const common = runsOf(readable(dayOne.filter((packet) => !ofPair(packet))), 4)
    const first = runsOf(readable(dayOne.filter(ofPair)), 8)
    const isOwn = (run: string): boolean => [0, 1, 2, 3, 4].every((at) => !common.has(run.slice(at, at + 4)))
    const second = [...runsOf(readable(dayTwo.filter(ofPair)), 8)]
    const lasting = second.filter((run) => first.has(run) && isOwn(run))
    expect(lasting).toEqual([])
  })

  it('at a relay reads no key, id, name or word, and sees sizes in classes', async () => {
    await lab.homes('portRestricted', 'symmetric')
    lab.internet.server('public', 10)
    const spy = await lab.internet.capture('public')
    const rita = await lab.node('public', names.rita, { port: servingPort })
    await rita.set({ serveRelay: true })
    const [anna, ben] = [await lab.node('hostA', names.anna), await lab.node('hostB', names.ben)]
    for (const one of [anna, ben]) await befriend(rita, one)
    await anna.reachable('/p2p-circuit')
    const pair = { anna, ben, conversation: await befriend(anna, ben) }
    await Promise.all([anna.connected(ben, 'relay'), ben.connected(anna, 'relay')])
    const before = recordsSoFar(packetsOf(spy))
    await talk(pair)
    const packets = packetsOf(spy)
    // A record of the two in a record of each with the relay.
    for (const size of frameSizes(packets, before, 58)) expect(classes).toContain(size)
    expect(new Set(frameSizes(packets, before, 58)).size).toBeGreaterThan(3)
    expect(Buffer.concat([...streamsOf(packets)]).length).toBeGreaterThan(10_000)
    expect(found([...secretsOfPair(pair), ...secretsOf(rita)], readable(packets))).toEqual([])
  })
})
