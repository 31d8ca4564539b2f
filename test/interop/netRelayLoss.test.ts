/** Two whole people between whom a relay stands that spoils what it passes on, and a second one that does not. */
import { RELAY_V2_HOP_CODEC, RELAY_V2_STOP_CODEC } from '@libp2p/circuit-relay-v2'
import type { Connection, Stream } from '@libp2p/interface'
import { describe, expect, it } from 'vitest'
import type { PeerTarget } from '../../main/core/ports.ts'
import type { Bare } from './netBare.ts'
import { bare, call, granted, heard } from './netBare.ts'
import { Scene } from './netNodes.ts'
import { meetOnLoopback, NetPerson } from './netPeople.ts'

/** What becomes of bytes once so many have been passed on; null: the call ends. */
type Spoil = (bytes: Uint8Array) => Uint8Array | null

const spoils: Readonly<Record<string, Spoil>> = {
  drops: () => new Uint8Array(0),
  cuts: () => null,
  corrupts: (bytes) => Uint8Array.from(bytes, (byte, at) => (at === bytes.length - 1 ? byte ^ 1 : byte)),
}
/** Enough for two to prove their keys and to begin to talk. */
const faithfulBytes = 4_096

/** A relay by hand that grants every place and passes every call on, faithfully at first. */
class SpoilingRelay {
  readonly peer: Bare
  calls = 0
  readonly #spoil: Spoil

  constructor(peer: Bare, spoil: Spoil) {
    this.peer = peer
    this.#spoil = spoil
  }

  async start(): Promise<this> {
    await this.peer.node.handle(RELAY_V2_HOP_CODEC, (stream, connection) => void this.#asked(stream, connection))
    return this
  }

  async #asked(stream: Stream, connection: Connection): Promise<void> {
    const request = await heard(stream)
    // A place: a message of type RESERVE.
    if (request[2] === 0) {
      stream.send(Uint8Array.from(granted))
      return void stream.close()
    }
    // A call: the multihash of whom stands in the first field of the peer.
    const id = request.subarray(7, 7 + (request[6] ?? 0))
    const same = (one: Connection): boolean => Buffer.compare(one.remotePeer.toMultihash().bytes, id) === 0
    const to = this.peer.node.getConnections().find(same)
    if (to === undefined) return stream.abort(new Error('Nobody of that name'))
    const called = await to.newStream(RELAY_V2_STOP_CODEC).catch(() => null)
    if (called === null) return stream.abort(new Error('Not taken'))
    const answer = heard(called)
    called.send(call(0, connection.remotePeer))
    await answer
    this.calls++
    this.#join(stream, called)
    stream.send(Uint8Array.from(granted))
  }

  #join(one: Stream, other: Stream): void {
    let passed = 0
    const end = (): void => [one, other].forEach((stream) => stream.abort(new Error('Ended')))
    const pass = (from: Stream, to: Stream): void => {
      from.addEventListener('message', (event) => {
        const bytes = event.data.subarray()
        passed += bytes.length
        const told = passed <= faithfulBytes ? bytes : this.#spoil(bytes)
        if (told === null) return end()
        if (told.length > 0 && to.status === 'open') to.send(told)
      })
      from.addEventListener('close', () => to.abort(new Error('Ended')), { once: true })
    }
    pass(one, other)
    pass(other, one)
  }
}

/** Both keep places at both relays, and know no other way to each other. */
async function separate(
  people: readonly [NetPerson, NetPerson],
  relays: readonly PeerTarget[],
  ways: readonly string[],
) {
  const [anna, ben] = people
  for (const person of people) {
    person.others = relays
    person.route = (target) => ({ ...target, addresses: [] })
    person.reroute()
  }
  const places = (person: NetPerson): number => {
    const told = person.events.findLast((event) => event.kind === 'addresses')
    return told?.kind === 'addresses' ? told.addresses.filter((address) => address.endsWith('/p2p-circuit')).length : 0
  }
  await Promise.all(people.map((person) => person.until('places', () => places(person) === relays.length)))
  anna.network.disconnect(ben.device)
  for (const person of people) {
    person.route = (target) => ({ ...target, addresses: ways })
    person.reroute()
  }
}

describe('a relay', () => {
  it.each(Object.keys(spoils))(
    'case 56: that spoils what it passes on is left for another one, and every text arrives once (%s)',
    async (name) => {
      const ends: (() => Promise<void>)[] = []
      const scene = new Scene((end) => ends.push(end))
      try {
        const hostile = await new SpoilingRelay(await bare(scene, 41), spoils[name] ?? (() => null)).start()
        const honest = await scene.node(42)
        const [anna, ben] = [new NetPerson(1), new NetPerson(2)]
        await Promise.all([anna.start(scene, 'Anna'), ben.start(scene, 'Ben')])
        await meetOnLoopback(ben, anna)
        honest.network.setServing({ relay: true, mailbox: false })
        const asTarget = ({ device }: NetPerson): PeerTarget => ({
          device,
          addresses: [],
          lan: null,
          relay: false,
          mailbox: false,
        })
        honest.network.setPeers([anna, ben].map(asTarget))
        const through = (): string | undefined =>
          anna.events
            .flatMap((event) => (event.kind === 'addresses' ? event.addresses : []))
            .find((address) => address.startsWith(`/ip4/127.0.0.1/tcp/${honest.port}/`))
        const relays = [hostile.peer.target(), honest.target(undefined, true)]
        await separate([anna, ben], relays.slice(1), [])
        const ways = [hostile.peer.through, through() ?? '']
        await separate([anna, ben], relays, ways)

        const said: string[] = []
        for (let number = 0; number < 40; number++) {
          said.push(`text ${number} ${'x'.repeat(100)}`)
          await Promise.all([anna.say(ben, said[number] ?? ''), ben.say(anna, said[number] ?? '')])
        }
        await Promise.all([
          ben.until('all of Anna’s', () => ben.shown(anna).length === said.length),
          anna.until('all of Ben’s', () => anna.shown(ben).length === said.length),
        ])
        expect([ben.shown(anna), anna.shown(ben)]).toEqual([said, said])
        expect(hostile.calls).toBeGreaterThan(0)
        // Each of the two may have believed it once or twice, and then took the other.
        expect(hostile.calls).toBeLessThanOrEqual(4)
        const last = anna.events.findLast(
          (event) => (event.kind === 'peerUp' || event.kind === 'pathChanged') && event.device === ben.device,
        )
        expect(last?.kind !== 'peerDown' && last !== undefined && 'address' in last && last.address).toBe(ways[1])
      } finally {
        await Promise.all(ends.map((end) => end()))
      }
    },
    90_000,
  )
})
