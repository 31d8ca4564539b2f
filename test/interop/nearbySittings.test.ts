/** Whole sittings over real sockets on loopback: from the air to the accepted invite, and somebody in the middle. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { nobleCrypto } from '../../main/core/crypto/noble.ts'
import type { NearbyAccount } from '../../main/core/identity/nearby/messages.ts'
import type { DeviceId } from '../../main/core/ids.ts'
import { nearbyLimits } from '../../main/core/limits.ts'
import type { NearbyPerson } from '../../main/node/nearby/sitting.ts'
import { Sitting } from '../../main/node/nearby/sitting.ts'
import { Air, loopbackNearby } from './nearbyAir.ts'
import { realClock, realRandom, Scene, silentLog } from './netNodes.ts'

interface Someone {
  readonly sitting: Sitting
  readonly met: NearbyAccount[]
  readonly accepted: string[]
  readonly account: NearbyAccount
  /** The first person of this name who is as `wanted` says. */
  readonly sees: (name: string, wanted: NearbyPerson['phase']['kind']) => Promise<NearbyPerson>
}

async function person(scene: Scene, air: Air, name: string, byte: number): Promise<Someone> {
  const met: NearbyAccount[] = []
  const accepted: string[] = []
  const watchers = new Set<() => void>()
  const account = { rootKey: new Uint8Array(32).fill(byte), descriptorHash: new Uint8Array(32).fill(byte + 1) }
  const sitting = new Sitting({
    clock: realClock,
    random: realRandom,
    crypto: nobleCrypto,
    log: silentLog,
    network: loopbackNearby(air),
    ownName: name,
    ownAccount: account,
    durationMs: nearbyLimits.sittingMs,
    makeInvite: async () => ({ link: `invite of ${name}`, withdraw: () => undefined }),
    acceptInvite: async (link) => {
      accepted.push(link)
      return 'added'
    },
    met: (other) => void met.push(other),
    changed: () => {
      for (const look of watchers) look()
    },
    ended: () => undefined,
  })
  scene.atEnd(() => sitting.stop())
  await sitting.start()
  const sees: Someone['sees'] = (other, wanted) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${name} does not see ${other} ${wanted}`)), 15_000)
      const look = (): void => {
        const found = sitting.people().find((one) => one.name === other && one.phase.kind === wanted)
        if (found === undefined) return
        clearTimeout(timer)
        watchers.delete(look)
        resolve(found)
      }
      watchers.add(look)
      look()
    })
  return { sitting, met, accepted, account, sees }
}

/** One asks, the other says yes. Their digits, and whom each compares with. */
async function compare(one: Someone, oneName: string, other: Someone, otherName: string) {
  const { peer: toOther } = await one.sees(otherName, 'here')
  await other.sees(oneName, 'here')
  expect(one.sitting.ask(toOther)).toBe('done')
  const { peer: toOne } = await other.sees(oneName, 'asking')
  expect(other.sitting.answer(toOne, true)).toBe('done')
  const seen = await Promise.all([one.sees(otherName, 'comparing'), other.sees(oneName, 'comparing')])
  const digits = seen.map(({ phase }) => (phase.kind === 'comparing' ? phase.digits : ''))
  return { digits, toOther, toOne } as { digits: [string, string]; toOther: DeviceId; toOne: DeviceId }
}

describe('over real sockets', () => {
  it('two people see the same digits, and one accepts the invite of the other', async () => {
    const [scene, air] = [new Scene(onTestFinished), new Air()]
    const [ada, ben] = [await person(scene, air, 'Ada', 10), await person(scene, air, 'Ben', 20)]
    const { digits, toOther, toOne } = await compare(ada, 'Ada', ben, 'Ben')
    expect(digits[0]).toMatch(/^[0-9]{8}$/)
    expect(digits[1]).toBe(digits[0])
    ada.sitting.compare(toOther, true)
    ben.sitting.compare(toOne, true)
    await Promise.all([ada.sees('Ben', 'done'), ben.sees('Ada', 'done')])
    expect([ada.met, ben.met]).toEqual([[ben.account], [ada.account]])
    expect([...ada.accepted, ...ben.accepted]).toHaveLength(1)
  })

  it('when one of them says that the digits differ, nobody learns an account', async () => {
    const [scene, air] = [new Scene(onTestFinished), new Air()]
    const [ada, ben] = [await person(scene, air, 'Ada', 10), await person(scene, air, 'Ben', 20)]
    const { toOther, toOne } = await compare(ada, 'Ada', ben, 'Ben')
    ada.sitting.compare(toOther, true)
    ben.sitting.compare(toOne, false)
    const [onAda, onBen] = await Promise.all([ada.sees('Ben', 'ended'), ben.sees('Ada', 'ended')])
    expect([onAda.problem, onBen.problem]).toEqual(['different', 'different'])
    expect([ada.met, ben.met, ada.accepted, ben.accepted]).toEqual([[], [], [], []])
  })

  it('somebody between two people makes each of them see other digits', async () => {
    // Two airs that only the one in the middle is on: each sees nothing but the middle, under the other's name.
    const scene = new Scene(onTestFinished)
    const [left, right] = [new Air(), new Air()]
    const ada = await person(scene, left, 'Ada', 10)
    const ben = await person(scene, right, 'Ben', 20)
    const asBen = await person(scene, left, 'Ben', 30)
    const asAda = await person(scene, right, 'Ada', 40)
    const [one, two] = [await compare(ada, 'Ada', asBen, 'Ben'), await compare(asAda, 'Ada', ben, 'Ben')]
    const [onAda, onBen] = [one.digits[0], two.digits[1]]
    expect([onAda, onBen]).toEqual([expect.stringMatching(/^[0-9]{8}$/), expect.stringMatching(/^[0-9]{8}$/)])
    expect(onAda).not.toBe(onBen)
  })
})
