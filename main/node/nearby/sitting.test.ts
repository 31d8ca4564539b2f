import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../test/net/fakeClock.ts'
import { nobleCrypto } from '../../core/crypto/noble.ts'
import type { NearbyAccount, NearbyMessage, NearbyOutcome } from '../../core/identity/nearby/messages.ts'
import { encodeNearby } from '../../core/identity/nearby/messages.ts'
import { deviceIdOf } from '../../core/ids.ts'
import type { DeviceId } from '../../core/ids.ts'
import { nearbyLimits } from '../../core/limits.ts'
import type { NearbyHandler, NearbyLink, NearbyNetwork } from '../../net/nearby/nearby.ts'
import type { NearbyPerson } from './sitting.ts'
import { Sitting } from './sitting.ts'
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined }
const filled = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)

/** What a sitting sees of the network, worked by the test. */
class FakeNetwork implements NearbyNetwork {
  readonly own: DeviceId
  handler: NearbyHandler | null = null
  stopped = 0
  constructor(byte: number) {
    this.own = deviceIdOf(filled(byte))
  }
  async start(handler: NearbyHandler): Promise<DeviceId> {
    this.handler = handler
    return this.own
  }
  async stop(): Promise<void> {
    this.stopped++
  }
}

interface End {
  readonly link: NearbyLink
  readonly sent: Uint8Array[]
  closed: boolean
}

function endOf(network: FakeNetwork, peer: DeviceId, onClose: () => void = () => undefined): End {
  const end: End = {
    sent: [],
    closed: false,
    link: {
      peer,
      send: (bytes) => {
        if (!end.closed) end.sent.push(bytes)
      },
      close: () => {
        if (end.closed) return
        end.closed = true
        network.handler?.closed(end.link)
        onClose()
      },
    },
  }
  return end
}

async function person(byte: number, name: string, clock = new FakeClock(), outcome: NearbyOutcome = 'added') {
  const network = new FakeNetwork(byte)
  const ended: string[] = []
  const met: NearbyAccount[] = []
  const accepted: string[] = []
  const withdrawn: string[] = []
  let random = byte
  const sitting = new Sitting({
    clock,
    random: { bytes: () => filled(random++) },
    crypto: nobleCrypto,
    log: silent,
    network,
    ownName: name,
    ownAccount: { rootKey: filled(byte + 100), descriptorHash: filled(byte + 101) },
    durationMs: nearbyLimits.sittingMs,
    makeInvite: async () => ({ link: `invite of ${name}`, withdraw: () => void withdrawn.push(name) }),
    acceptInvite: async (link) => {
      accepted.push(link)
      return outcome
    },
    met: (account) => void met.push(account),
    changed: () => undefined,
    ended: (why) => void ended.push(why),
  })
  await sitting.start()
  return { sitting, network, clock, ended, met, accepted, withdrawn, peer: network.own }
}

type Someone = Awaited<ReturnType<typeof person>>

/** Joins two sittings by a channel; what is sent goes across when the returned function is called. */
function join(a: Someone, b: Someone) {
  const ends: { a: End; b: End } = {
    a: endOf(a.network, b.peer, () => left(ends.a, ends.b, b)),
    b: endOf(b.network, a.peer, () => left(ends.b, ends.a, a)),
  }
  /** What was sent before comes before the end. */
  const left = (from: End, to: End, other: Someone): void => {
    for (const bytes of from.sent.splice(0)) other.network.handler?.message(to.link, bytes)
    to.link.close()
  }
  a.network.handler?.opened(ends.a.link)
  b.network.handler?.opened(ends.b.link)
  const flow = async (): Promise<void> => {
    for (let round = 0; round < 20; round++) {
      for (const bytes of ends.a.sent.splice(0)) b.network.handler?.message(ends.b.link, bytes)
      for (const bytes of ends.b.sent.splice(0)) a.network.handler?.message(ends.a.link, bytes)
      await Promise.resolve()
    }
  }
  return { ends, flow }
}

/** A stranger's channel. */
function stranger(host: Someone, byte: number) {
  const end = endOf(host.network, deviceIdOf(filled(byte)))
  host.network.handler?.opened(end.link)
  const say = (...messages: readonly NearbyMessage[]): void => {
    for (const message of messages) host.network.handler?.message(end.link, encodeNearby(message))
  }
  return { ...end, peer: end.link.peer, say, isClosed: () => end.closed }
}

function shown(who: Someone, peer: DeviceId): NearbyPerson | undefined {
  return who.sitting.people().find((one) => one.peer === peer)
}
const digitsOf = (one: NearbyPerson | undefined) => (one?.phase.kind === 'comparing' ? one.phase.digits : null)

async function comparing() {
  const [ada, ben] = [await person(1, 'Ada'), await person(2, 'Ben')]
  const { ends, flow } = join(ada, ben)
  await flow()
  expect(ada.sitting.ask(ben.peer)).toBe('done')
  await flow()
  expect(ben.sitting.answer(ada.peer, true)).toBe('done')
  await flow()
  return { ada, ben, ends, flow }
}

describe('a sitting', () => {
  it('brings two people from the list to a contact', async () => {
    const { ada, ben, flow } = await comparing()
    const digits = digitsOf(shown(ada, ben.peer))
    expect(digits).toMatch(/^[0-9]{8}$/)
    expect(digitsOf(shown(ben, ada.peer))).toBe(digits)
    ada.sitting.compare(ben.peer, true)
    await flow()
    expect([ada.met, ben.met, ben.accepted]).toEqual([[], [], []])
    ben.sitting.compare(ada.peer, true)
    await flow()
    expect(ben.accepted).toEqual(['invite of Ada'])
    expect(ada.met).toEqual([{ rootKey: filled(102), descriptorHash: filled(103) }])
    expect(ben.met).toEqual([{ rootKey: filled(101), descriptorHash: filled(102) }])
    expect([shown(ada, ben.peer)?.phase.kind, shown(ben, ada.peer)?.phase.kind]).toEqual(['done', 'done'])
    expect(ada.withdrawn).toEqual([])
  })

  it.each(['known', 'refused'] as const)('withdraws its invite when it is %s', async (outcome) => {
    const [ada, ben] = [await person(1, 'Ada'), await person(2, 'Ben', new FakeClock(), outcome)]
    const { flow } = join(ada, ben)
    await flow()
    ada.sitting.ask(ben.peer)
    await flow()
    // To ask back is a yes.
    ben.sitting.ask(ada.peer)
    await flow()
    ada.sitting.compare(ben.peer, true)
    ben.sitting.compare(ada.peer, true)
    await flow()
    expect(ada.withdrawn).toEqual(['Ada'])
    expect(shown(ada, ben.peer)?.phase.kind).toBe(outcome === 'known' ? 'done' : 'ended')
  })

  it('ends after its time, and what was begun before may be finished', async () => {
    const { ada, ben, flow } = await comparing()
    const startMs = ada.clock.nowMs()
    expect(ada.sitting.endsAtMs).toBe(startMs + nearbyLimits.sittingMs)
    await ada.clock.advance(nearbyLimits.compareMs - 1)
    ada.sitting.compare(ben.peer, true)
    ben.sitting.compare(ada.peer, true)
    await flow()
    expect(shown(ada, ben.peer)?.phase.kind).toBe('done')
    await ada.clock.advance(nearbyLimits.sittingMs)
    expect(ada.ended).toEqual(['time'])
    // Shortly before its end another comparison begins: that one gets its time.
    const late = await person(1, 'Ada')
    const { peer, say } = stranger(late, 9)
    say({ kind: 'hello', name: 'Eve' })
    await late.clock.advance(nearbyLimits.sittingMs - 1_000)
    say({ kind: 'ask' })
    // A stranger alone prolongs nothing.
    expect(late.sitting.endsAtMs).toBe(late.clock.nowMs() + 1_000)
    late.sitting.answer(peer, true)
    await late.clock.advance(nearbyLimits.proofMs - 1)
    expect(late.ended).toEqual([])
    await late.clock.advance(nearbyLimits.sittingMs)
    expect(late.ended).toEqual(['time'])
  })

  it('is over at once after the machine slept past its end', async () => {
    const ada = await person(1, 'Ada')
    ada.clock.jump(3_600_000)
    await ada.clock.advance(5_000)
    expect(ada.ended).toEqual(['time'])
  })

  it('ends when three comparisons failed, whoever they were with and however they failed', async () => {
    const ada = await person(1, 'Ada')
    const compareWith = (byte: number) => {
      const one = stranger(ada, byte)
      one.say({ kind: 'hello', name: 'Eve' }, { kind: 'ask' })
      expect(ada.sitting.answer(one.peer, true)).toBe('done')
      one.say({ kind: 'nonce', nonce: filled(1) })
      expect(digitsOf(shown(ada, one.peer))).not.toBeNull()
      return one
    }
    ada.sitting.compare(compareWith(7).peer, false)
    expect(ada.ended).toEqual([])
    compareWith(8).link.close()
    expect(ada.ended).toEqual([])
    const last = compareWith(9)
    await ada.clock.advance(nearbyLimits.compareMs)
    expect(ada.ended).toEqual(['attempts'])
    expect(last.isClosed()).toBe(true)
    expect(shown(ada, deviceIdOf(filled(7)))).toMatchObject({ isHere: false, problem: 'different' })
    expect(shown(ada, deviceIdOf(filled(8)))).toMatchObject({ isHere: false, problem: 'gone' })
    expect(shown(ada, deviceIdOf(filled(9)))).toMatchObject({ isHere: false, problem: 'late' })
  })

  it('compares with one person at a time', async () => {
    const { ada, ben } = await comparing()
    const eve = stranger(ada, 9)
    eve.say({ kind: 'hello', name: 'Eve' })
    expect(ada.sitting.ask(eve.peer)).toBe('busy')
    eve.say({ kind: 'ask' })
    expect(ada.sitting.answer(eve.peer, true)).toBe('busy')
    expect(ada.sitting.answer(eve.peer, false)).toBe('done')
    expect(ada.sitting.compare(eve.peer, true)).toBe('unknown')
    expect(ada.sitting.ask(deviceIdOf(filled(44)))).toBe('unknown')
    expect(digitsOf(shown(ada, ben.peer))).not.toBeNull()
  })

  it('lets an own question be withdrawn, and gives up on who does not answer', async () => {
    const ada = await person(1, 'Ada')
    const ben = stranger(ada, 2)
    ben.say({ kind: 'hello', name: 'Ben' })
    ada.sitting.ask(ben.peer)
    expect(ada.sitting.answer(ben.peer, true)).toBe('unknown')
    expect(ada.sitting.answer(ben.peer, false)).toBe('done')
    expect(ben.sent.at(-1)).toEqual(encodeNearby({ kind: 'cancel' }))
    ada.sitting.ask(ben.peer)
    await ada.clock.advance(nearbyLimits.askMs)
    expect(shown(ada, ben.peer)).toMatchObject({ problem: 'late', isHere: true })
    ada.sitting.ask(ben.peer)
    expect(shown(ada, ben.peer)?.problem).toBeNull()
  })
})

describe('a stranger nearby', () => {
  it('is shown only with a name, and not once they left', async () => {
    const ada = await person(1, 'Ada')
    const eve = stranger(ada, 9)
    expect(ada.sitting.people()).toEqual([])
    eve.say({ kind: 'hello', name: 'Eve' })
    expect(ada.sitting.people()).toHaveLength(1)
    eve.link.close()
    expect(ada.sitting.people()).toEqual([])
    const mute = stranger(ada, 10)
    await ada.clock.advance(nearbyLimits.helloMs)
    expect(mute.isClosed()).toBe(true)
  })

  it('who sends what no message is, or too many of them, is cut off', async () => {
    const ada = await person(1, 'Ada')
    const eve = stranger(ada, 9)
    ada.network.handler?.message(eve.link, Uint8Array.of(1, 99))
    expect(eve.isClosed()).toBe(true)
    const mallory = stranger(ada, 10)
    mallory.say({ kind: 'hello', name: 'Mallory' })
    for (let i = 0; i < nearbyLimits.messagesMax - 1; i++) mallory.say({ kind: 'cancel' })
    expect(mallory.isClosed()).toBe(false)
    mallory.say({ kind: 'cancel' })
    expect(mallory.isClosed()).toBe(true)
  })

  it('buys no more asks by going and coming back', async () => {
    const ada = await person(1, 'Ada')
    for (let i = 0; i < nearbyLimits.asksPerPersonMax; i++) {
      const eve = stranger(ada, 9)
      eve.say({ kind: 'hello', name: 'Eve' }, { kind: 'ask' })
      expect(shown(ada, eve.peer)?.phase.kind).toBe('asking')
      eve.link.close()
      expect(ada.sitting.people()).toEqual([])
    }
    const eve = stranger(ada, 9)
    eve.say({ kind: 'hello', name: 'Eve' }, { kind: 'ask' })
    expect(shown(ada, eve.peer)?.phase.kind).toBe('here')
  })

  it('finds room only while there is some; who is here stays', async () => {
    const ada = await person(1, 'Ada')
    const all = Array.from({ length: nearbyLimits.peopleMax + 5 }, (_, i) => stranger(ada, 20 + i))
    for (const one of all) one.say({ kind: 'hello', name: 'Eve' })
    expect(ada.sitting.people()).toHaveLength(nearbyLimits.peopleMax)
    expect(all.slice(nearbyLimits.peopleMax).every((one) => one.isClosed())).toBe(true)
    // Those who left give way, also when they had asked.
    all[3]?.say({ kind: 'ask' })
    all[3]?.link.close()
    const late = stranger(ada, 200)
    late.say({ kind: 'hello', name: 'Late' })
    expect(shown(ada, late.peer)).toBeDefined()
  })

  it('in the middle shows each of two people other digits', async () => {
    const [ada, ben] = [await person(1, 'Ada'), await person(2, 'Ben')]
    const [asBen, asAda] = [await person(3, 'Ben'), await person(4, 'Ada')]
    const [left, right] = [join(ada, asBen), join(asAda, ben)]
    const flow = async () => {
      await left.flow()
      await right.flow()
    }
    await flow()
    ada.sitting.ask(asBen.peer)
    asAda.sitting.ask(ben.peer)
    await flow()
    asBen.sitting.answer(ada.peer, true)
    ben.sitting.answer(asAda.peer, true)
    await flow()
    const [seen, other] = [digitsOf(shown(ada, asBen.peer)), digitsOf(shown(ben, asAda.peer))]
    expect(seen).toMatch(/^[0-9]{8}$/)
    expect(other).toMatch(/^[0-9]{8}$/)
    expect(seen).not.toBe(other)
  })

  it('says nothing more once the sitting is stopped', async () => {
    const ada = await person(1, 'Ada')
    await ada.sitting.stop()
    expect(ada.network.stopped).toBe(1)
    const eve = stranger(ada, 9)
    expect(eve.isClosed()).toBe(true)
    await ada.clock.advance(nearbyLimits.sittingMsMax)
    expect([ada.ended, ada.clock.timerCount]).toEqual([[], 0])
  })
})
