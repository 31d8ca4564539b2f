/** What a turned contact tries with bundles: bad ones, old ones, too many. */
import { afterEach, describe, expect, it } from 'vitest'
import { entropyOf } from '../../main/core/entropy.ts'
import type { LocalIdentity } from '../../main/core/identity/account.ts'
import { sshsigNamespaces, sshsigSign } from '../../main/core/identity/sshsig.ts'
import { eventIdOf } from '../../main/core/ids.ts'
import { implementationLimits } from '../../main/core/limits.ts'
import { createBundle } from '../../main/core/session/bundle.ts'
import { encodeContent } from '../../main/core/wire/contents.ts'
import { Hostile } from './hostile.ts'
import type { Peer } from './peer.ts'
import { Scene } from './scene.ts'
import { answering, given, initialsOf, kept, named, prekeysIn, silenced } from './stashes.ts'

const { stashOneTimeMax, stashLifetimeMs, stashPrekeysPerDeviceMax, stashWaitingMax, bundleFetchesPerHourMax } =
  implementationLimits
const dayMs = 86_400_000

let scene: Scene
let a: Peer
let b: Peer

afterEach(() => scene.assertSound())

/** Two contacts who have given each other stashes. */
async function pair(): Promise<void> {
  scene = await new Scene(2).begin()
  ;[a, b] = [scene.peer(0), scene.peer(1)]
  await scene.meet(a, b)
}

/** A bundle that this identity makes for whoever asks. */
function bundleOf(identity: LocalIdentity, expiresAtMs: number, over: { readonly device?: Peer } = {}): Uint8Array {
  const { watch, chance } = scene.world
  return createBundle(watch.crypto, entropyOf(chance.bytes(256)), {
    device: over.device?.identity.device ?? identity.device,
    identityKey: identity.identityKey,
    expiresAtMs,
    oneTime: true,
    sign: (bytes) => sshsigSign(watch.crypto, identity.rootSeed, sshsigNamespaces.prekey, bytes),
  }).bundle
}

function stashContent(bundles: readonly Uint8Array[]): Uint8Array {
  return encodeContent({
    kind: 'event',
    event: {
      id: eventIdOf(scene.world.chance.bytes(16)),
      conversation: scene.conversation(a, b),
      sequence: 0,
      timeMs: a.nowMs,
      counter: 0,
      heads: [],
      body: { kind: 'prekeys', bundles },
    },
  })
}

describe('a turned contact', () => {
  async function turned(): Promise<Hostile> {
    await pair()
    await scene.text(a, b, 'hello')
    await scene.run(5_000)
    const hostile = Hostile.contact(scene, a, b)
    await scene.run(11_000)
    expect(await hostile.connect()).toBe(true)
    return hostile
  }

  it('changes nothing with a stash of which one bundle is bad, or with one that is older', async () => {
    const hostile = await turned()
    const before = named(kept(a, b))
    const laterMs = a.nowMs + 60 * dayMs
    const good = () => bundleOf(hostile.identity, laterMs)
    const flipped = good()
    flipped[700] = (flipped[700] as number) ^ 1
    const once = good()
    const bad: readonly (readonly Uint8Array[])[] = [
      [good(), flipped],
      [bundleOf(a.identity, laterMs), good()],
      [bundleOf(hostile.identity, laterMs, { device: a }), good()],
      [once, once],
      [good(), new Uint8Array(0)],
    ]
    for (const bundles of bad) await hostile.say(stashContent(bundles))
    expect(scene.refusals.get('bundleRefused')).toBe(bad.length)
    expect(named(kept(a, b))).toEqual(before)
    await hostile.say(stashContent([bundleOf(hostile.identity, a.nowMs + dayMs)]))
    expect(named(kept(a, b))).toEqual(before)
    await hostile.say(stashContent([once]))
    expect(kept(a, b)).toHaveLength(1)
    expect(kept(a, b)[0]?.expiresAtMs).toBeLessThanOrEqual(a.nowMs + stashLifetimeMs)
    expect(kept(a, b)[0]?.bundle).toEqual(once)
  })

  it('is answered a few times an hour and then told that we are busy, and cannot make us keep more (case 16)', async () => {
    const hostile = await turned()
    const before = named(given(a, b).ever)
    const fetches = 10_000
    for (let i = 0; i < fetches; i++) {
      const requestId = scene.world.chance.bytes(16)
      hostile.post({ kind: 'bundleRequest', requestId, purpose: { kind: 'renew' } })
      if (i % 50 === 49) await scene.run(100)
    }
    await scene.run(1_000)
    const replies = hostile.heardOf('bundleReply').map(({ status }) => status.kind)
    // The first of the hour was for the invite.
    expect(replies.filter((kind) => kind === 'ok')).toHaveLength(bundleFetchesPerHourMax - 1)
    expect(replies.filter((kind) => kind !== 'ok' && kind !== 'busy')).toEqual([])
    expect(replies).toHaveLength(fetches)
    // One bundle was made for all of them; the stash that the contact has is untouched by it.
    expect(given(a, b).renewals).toHaveLength(1)
    expect(named(given(a, b).now)).toEqual(before)
    // In the layout, behind version, suite, prekey id, device, expiry and three keys, stands what it is for.
    const marks = kept(b, a).map((row) => [row.lastResort, row.bundle[158]])
    expect(marks.filter(([lastResort]) => lastResort === true)).toEqual([[true, 0]])
    expect(marks.filter(([lastResort]) => lastResort === false)).toEqual(Array(stashOneTimeMax).fill([false, 1]))
  })

  it('that uses its stash again and again is given others, and makes us keep no more for it', async () => {
    await pair()
    answering(a, (frame) => ({ ...frame, status: { kind: 'busy' } }))
    const initials = initialsOf(scene, b)
    const said = Array.from({ length: 6 }, (_, i) => `m${i}`)
    for (const text of said) {
      await scene.restart(b, () => b.disk.sessions.clear())
      await scene.text(b, a, text)
      await scene.run(5_000)
      expect(named(kept(b, a))).toEqual(named(given(a, b).now))
      expect(given(a, b).ever.length).toBeLessThanOrEqual(stashPrekeysPerDeviceMax)
    }
    expect(scene.shown(a, b)).toEqual(said)
    expect(prekeysIn(initials)).toHaveLength(said.length)
  })

  it('that uses its stash but takes nothing has one of ours waiting, not one for each', async () => {
    await pair()
    answering(a, (frame) => ({ ...frame, status: { kind: 'busy' } }))
    const waiting = () => [...a.disk.outbox.values()].filter((row) => row.device === b.identity.device).length
    for (let i = 0; i < 8; i++) {
      b.crash()
      b.disk.sessions.clear()
      await scene.run(130_000)
      b.start()
      silenced(b, 'ack')
      await scene.run(20_000)
      await scene.text(b, a, `m${i}`)
      await scene.run(5_000)
    }
    // Those before it were taken back when it was made.
    expect(waiting()).toBe(1)
    // Once it takes what waits, it is given one again.
    await scene.restart(b)
    expect(waiting()).toBe(0)
    await scene.text(b, a, 'back')
    await scene.run(5_000)
    expect(named(kept(b, a))).toEqual(named(given(a, b).now))
  })

  it('for which much waits is given none until it takes that', async () => {
    await pair()
    answering(a, (frame) => ({ ...frame, status: { kind: 'busy' } }))
    silenced(b, 'ack')
    for (let i = 0; i < stashWaitingMax; i++) await scene.text(a, b, `m${i}`)
    const before = given(a, b).ever.length
    b.crash()
    b.disk.sessions.clear()
    await scene.run(130_000)
    b.start()
    silenced(b, 'ack')
    await scene.run(20_000)
    await scene.text(b, a, 'by the stash')
    await scene.run(5_000)
    expect(scene.shown(a, b)).toContain('by the stash')
    expect(given(a, b).ever.length).toBeLessThan(before)
  })
})
