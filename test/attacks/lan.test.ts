/** What strangers on the same network can say: false announcements by the thousand, from sockets that no network has. */
import type { RemoteInfo, Socket } from 'node:dgram'
import { EventEmitter } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import type { DeviceId } from '../../main/core/ids.ts'
import { deviceIdOf } from '../../main/core/ids.ts'
import { networkLimits } from '../../main/core/limits.ts'
import type { SocketAddress } from '../../main/net/addresses.ts'
import type { LocalInterface } from '../../main/net/interfaces.ts'
import { Discovery } from '../../main/net/lan/discovery.ts'
import { Sightings } from '../../main/net/lan/sightings.ts'
import { FakeClock } from '../net/fakeClock.ts'
import { Chance, settled } from '../sim/schedule.ts'

const { lanPacketsPerSecondMax, lanEpochMs, lanAddressesPerPeerMax, lanDialGapMs, lanAnnounceGapMs } = networkLimits
const seed = 55
console.log(`on the local network: seed ${seed}`)

/** A multicast socket of no network: what is sent is kept, what is heard is given to it. */
class FakeSocket extends EventEmitter {
  readonly sent: Buffer[] = []
  /** Datagrams that came as far as the parser of DNS. */
  parsed = 0
  closed = false
  readonly #takes: (datagram: Uint8Array, sender: RemoteInfo) => boolean

  constructor(takes: (datagram: Uint8Array, sender: RemoteInfo) => boolean) {
    super()
    this.#takes = takes
  }
  hear(datagram: Uint8Array, from: string): void {
    const sender: RemoteInfo = { address: from, family: 'IPv4', port: 5_353, size: datagram.length }
    if (this.closed || !this.#takes(datagram, sender)) return
    this.parsed++
    this.emit('message', Buffer.from(datagram), sender)
  }
  bind(_port: number, _host: string, bound: () => void): void {
    queueMicrotask(() => {
      bound()
      this.emit('listening')
    })
  }
  send(bytes: Buffer, from: number, length: number, _port: number, _host: string, done?: () => void): void {
    this.sent.push(Buffer.from(bytes.subarray(from, from + length)))
    done?.()
  }
  close(done?: () => void): void {
    this.closed = true
    done?.()
  }
  address() {
    return { address: '0.0.0.0', family: 'IPv4', port: 5_353 }
  }
  addMembership(): void {}
  dropMembership(): void {}
  setMulticastTTL(): void {}
  setMulticastLoopback(): void {}
  setMulticastInterface(): void {}
}

const [alice, bob, eve] = [1, 2, 3].map((fill) => deviceIdOf(new Uint8Array(32).fill(fill))) as [
  DeviceId,
  DeviceId,
  DeviceId,
]
const pairKey = new Uint8Array(32).fill(7)

const ends: (() => void)[] = []
afterEach(() => ends.splice(0).forEach((end) => end()))

/** A device at 10.0.0.`host` that looks for these contacts. */
class Host {
  readonly sockets: FakeSocket[] = []
  readonly found: { readonly device: DeviceId; readonly address: SocketAddress }[] = []
  readonly discovery: Discovery
  readonly #interfaces: readonly LocalInterface[]

  constructor(host: number, clock: FakeClock, pairs: Parameters<Discovery['setPairs']>[0]) {
    const chance = new Chance(seed + host)
    this.discovery = new Discovery({
      clock,
      random: { bytes: (length) => chance.bytes(length) },
      log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
      port: () => 4_000 + host,
      found: (device, address) => this.found.push({ device, address }),
      socket: (_family, takes) => {
        const made = new FakeSocket(takes)
        this.sockets.push(made)
        return made as unknown as Socket
      },
    })
    this.discovery.setPairs(pairs)
    const addresses = [{ family: 'ip4', host: `10.0.0.${host}`, prefixLength: 24 }] as const
    this.#interfaces = [{ name: 'eth0', physical: true, loopback: false, zone: 'eth0', addresses }]
    ends.push(() => this.discovery.setInterfaces([]))
  }
  async switch(on: boolean): Promise<void> {
    this.discovery.setInterfaces(on ? this.#interfaces : [])
    await settled()
  }
  get socket(): FakeSocket {
    const last = this.sockets.at(-1)
    if (last === undefined) throw new Error('no socket')
    return last
  }
}

/** Alice, and the announcement that Bob makes of himself at this moment. */
async function begin() {
  const clock = new FakeClock()
  const a = new Host(1, clock, [{ device: bob, key: pairKey, side: 0 }])
  const b = new Host(2, clock, [{ device: alice, key: pairKey, side: 1 }])
  await a.switch(true)
  await b.switch(true)
  const [genuine] = b.socket.sent
  if (genuine === undefined) throw new Error('nothing was announced')
  return { clock, a, b, genuine }
}

describe('an announcement on the local network', () => {
  it('case 55: of who does not hold a contact’s key finds nobody, and that of another time or direction neither', async () => {
    const { clock, a, b, genuine } = await begin()
    a.socket.hear(genuine, '10.0.0.2')
    expect(a.found).toEqual([{ device: bob, address: { family: 'ip4', host: '10.0.0.2', port: 4_002 } }])
    a.found.length = 0
    // Eve announces herself with a key of her own, and with Alice's own words back at her.
    const e = new Host(66, clock, [{ device: alice, key: new Uint8Array(32).fill(9), side: 1 }])
    await e.switch(true)
    const [spoof, own] = [e.socket.sent[0], a.socket.sent[0]]
    if (spoof === undefined || own === undefined) throw new Error('nothing was announced')
    for (const datagram of [spoof, own]) a.socket.hear(datagram, '10.0.0.66')
    // From outside of the subnet, also the true one.
    a.socket.hear(genuine, '192.0.2.7')
    expect(a.found).toEqual([])
    // Two epochs on it is nobody's any more.
    await clock.advance(2 * lanEpochMs + 1)
    a.socket.hear(genuine, '10.0.0.2')
    expect(a.found).toEqual([])
    expect(b.found.filter(({ device }) => device === eve)).toEqual([])
  })

  it('case 55: that is repeated from 250 addresses is a hint where to dial and no more: few, and seldom', async () => {
    const { clock, a, genuine } = await begin()
    const sightings = new Sightings()
    let dials = 0
    for (let number = 0; number < 10_000; number++) {
      a.socket.hear(genuine, `10.0.0.${3 + (number % 250)}`)
      for (const { device, address } of a.found.splice(0)) if (sightings.add(device, address, clock.nowMs())) dials++
      await clock.advance(10)
    }
    expect(sightings.of(bob, clock.nowMs()).length).toBe(lanAddressesPerPeerMax)
    expect(dials).toBeGreaterThan(0)
    expect(dials).toBeLessThanOrEqual(100_000 / lanDialGapMs + 1)
  })

  it('case 55: of 10,000 peers that there are not is dropped before it is read, and leaves nothing', async () => {
    const { clock, a, genuine } = await begin()
    const chance = new Chance(seed)
    const before = { timers: clock.timerCount, sockets: a.sockets.length, sent: a.socket.sent.length }
    const fakes = (count: number): void => {
      for (let number = 0; number < count; number++) {
        const fake = Buffer.from(genuine)
        // Other tokens and another port; every third one asks, so that we would answer.
        fake.set(chance.bytes(900), fake.length - 900)
        a.socket.hear(number % 3 === 0 ? genuine.subarray(0, chance.below(genuine.length)) : fake, '10.0.0.9')
      }
    }
    fakes(10_000)
    expect(a.socket.parsed).toBeLessThanOrEqual(lanPacketsPerSecondMax)
    expect(a.socket.parsed).toBeGreaterThan(0)
    // A second in which nobody shouts: the contact is found.
    await clock.advance(1_000)
    a.found.length = 0
    a.socket.hear(genuine, '10.0.0.2')
    expect(a.found.map(({ device }) => device)).toEqual([bob])
    for (let second = 0; second < 10; second++) {
      fakes(1_000)
      await clock.advance(1_000)
    }
    expect(a.socket.parsed).toBeLessThanOrEqual(12 * lanPacketsPerSecondMax)
    expect(a.found.map(({ device }) => device)).toEqual([bob])
    expect(clock.timerCount).toBeLessThanOrEqual(before.timers + 1)
    expect(a.sockets.length).toBe(before.sockets)
    // To all that asked together, not more often than so.
    expect(a.socket.sent.length - before.sent).toBeLessThanOrEqual(12_000 / lanAnnounceGapMs + 4)
  })

  it('case 55: is made while the user wants it: off, nothing is multicast and no socket is open', async () => {
    const clock = new FakeClock()
    const a = new Host(1, clock, [{ device: bob, key: pairKey, side: 0 }])
    await a.switch(false)
    a.discovery.setPairs([{ device: eve, key: pairKey, side: 0 }])
    await clock.advance(600_000)
    expect(a.sockets).toEqual([])
    await a.switch(true)
    await clock.advance(5_000)
    const { socket } = a
    const said = socket.sent.length
    expect(said).toBeGreaterThan(0)
    await a.switch(false)
    expect(socket.closed).toBe(true)
    a.discovery.setPairs([{ device: bob, key: pairKey, side: 0 }])
    for (let second = 0; second < 600; second++) {
      socket.hear(socket.sent[0] ?? new Uint8Array(0), '10.0.0.2')
      await clock.advance(1_000)
    }
    expect([socket.sent.length, a.sockets.length, clock.timerCount]).toEqual([said, 1, 0])
  })
})
