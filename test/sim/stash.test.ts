/** Bundles that contacts give each other beforehand: given, used when their maker is busy, silent or away, erased. */
import { afterEach, describe, expect, it } from 'vitest'
import { entropyOf } from '../../main/core/entropy.ts'
import { Missing } from '../../main/core/engine/missing.ts'
import { ownerOf } from '../../main/core/engine/prekeys.ts'
import { createState } from '../../main/core/engine/restore.ts'
import { sealRows } from '../../main/core/engine/sealing.ts'
import { activeSession } from '../../main/core/engine/sessions.ts'
import { beginFromStash } from '../../main/core/engine/stash.ts'
import { Turn } from '../../main/core/engine/turn.ts'
import { implementationLimits, protocolLimits } from '../../main/core/limits.ts'
import { openBundle } from '../../main/core/session/bundle.ts'
import { decodeFrame, encodeFrame } from '../../main/core/wire/frame.ts'
import type { Frame } from '../../main/core/wire/frame.ts'
import type { Peer } from './peer.ts'
import { Scene } from './scene.ts'
import { answering, given, initialsOf, kept, named, prekeysIn } from './stashes.ts'

const { stashOneTimeMax, stashLifetimeMs, stashPrekeysPerDeviceMax, bundleRetryMs, sendWindowFrames } =
  implementationLimits
const { stashBundlesMax } = protocolLimits
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

/** Both say something, and once more: after so long without an answer they begin a new session, and wait for one in it. */
async function talk(): Promise<void> {
  for (const text of ['one', 'two']) {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      await scene.text(from, to, text, `${text} ${from.nowMs}`)
      await scene.run(5_000)
    }
  }
}

describe('a stash', () => {
  it('is given by both sides as soon as they have met: one-time bundles, and one that is marked as the last resort', async () => {
    await pair()
    const { crypto } = scene.world.watch
    for (const [at, of] of [
      [a, b],
      [b, a],
    ] as const) {
      const rows = kept(at, of)
      expect(named(rows)).toEqual(named(given(of, at).now))
      expect(rows.filter((row) => !row.lastResort)).toHaveLength(stashOneTimeMax)
      expect(rows.filter((row) => row.lastResort)).toHaveLength(1)
      for (const row of rows) {
        const turn = new Turn(crypto, at.driver?.state() as never, at.nowMs, entropyOf(new Uint8Array(0)), null)
        const opened = openBundle(row.bundle, ownerOf(turn, of.identity.device, of.identity), at.nowMs)
        expect(opened).toMatchObject({ ok: true, value: { prekeyId: row.prekey, lastResort: row.lastResort } })
        expect(Math.abs(row.expiresAtMs - at.nowMs - stashLifetimeMs)).toBeLessThan(30_000)
      }
      expect(given(of, at).ever.every((row) => row.device === at.identity.device && row.invite === null)).toBe(true)
    }
    // Each device's own: nobody is given what another has.
    expect(new Set([...named(kept(a, b)), ...named(kept(b, a))]).size).toBe(2 * stashBundlesMax)
  })

  it('is given once, over restarts and however much is said, and anew after half of its life', async () => {
    await pair()
    const before = [named(kept(a, b)), named(kept(b, a))]
    await scene.restart(a)
    await scene.restart(b)
    for (let i = 0; i < 20; i++) await scene.text(a, b, `m${i}`)
    await scene.run(2 * 3_600_000)
    await scene.text(b, a, 'an hour later')
    await scene.run(5_000)
    expect([named(kept(a, b)), named(kept(b, a))]).toEqual(before)
    const jump = async (durationMs: number) => {
      for (const peer of [a, b]) peer.clockOffsetMs += durationMs
      await scene.restart(a)
      await talk()
    }
    await jump(stashLifetimeMs / 2 - dayMs)
    expect([named(kept(a, b)), named(kept(b, a))]).toEqual(before)
    await jump(2 * dayMs)
    const after = [named(kept(a, b)), named(kept(b, a))]
    expect(after.flat().filter((prekey) => before.flat().includes(prekey))).toEqual([])
    expect(after.map((rows) => rows.length)).toEqual([stashBundlesMax, stashBundlesMax])
    // What was replaced can be used for the rest of its time.
    expect(named(given(b, a).ever)).toEqual([...(before[0] ?? []), ...(after[0] ?? [])].sort())
  })

  it('is kept so long that what was replaced too often is let go, the oldest first', async () => {
    await pair()
    const generations = [named(kept(a, b))]
    for (let i = 0; i < 4; i++) {
      for (const peer of [a, b]) peer.clockOffsetMs += stashLifetimeMs / 2 + 1
      await scene.restart(a)
      await talk()
      generations.push(named(kept(a, b)))
      expect(given(b, a).ever.length).toBeLessThanOrEqual(stashPrekeysPerDeviceMax)
    }
    expect(named(given(b, a).ever)).toEqual(generations.slice(-3).flat().sort())
  })

  it('waits until something came back in the session', async () => {
    scene = await new Scene(2).begin()
    ;[a, b] = [scene.peer(0), scene.peer(1)]
    const { link } = await scene.invite(a)
    // Everything that the maker says after the bundle is lost.
    const { endpoint } = a
    if (endpoint === null) throw new Error('not running')
    const send = endpoint.send.bind(endpoint)
    endpoint.send = (device, bytes) => (bytes[1] === 5 ? send(device, bytes) : 'sent')
    await scene.accept(b, link)
    await scene.run(20_000)
    await scene.restart(b)
    expect(scene.contact(b, a).state).toBe('active')
    expect(given(b, a).ever).toEqual([])
    endpoint.send = send
    await scene.run(20_000)
    expect(named(kept(a, b))).toEqual(named(given(b, a).now))
    expect(kept(a, b)).toHaveLength(stashBundlesMax)
  })

  it('that was given last is kept, though a clock that was set back says that it is the oldest', async () => {
    await pair()
    const years = 3_650 * dayMs
    for (const offsetMs of [years, years + 20 * dayMs, years + 40 * dayMs, 0]) {
      a.clockOffsetMs = offsetMs
      await scene.restart(a)
      await talk()
    }
    const last = named(kept(b, a))
    a.crash()
    a.clockOffsetMs = 20 * dayMs
    await scene.run(11_000)
    a.start()
    // The next one is made, and lost on the way.
    if (a.endpoint === null) throw new Error('not running')
    a.endpoint.send = () => 'sent'
    await scene.run(20_000)
    expect(named(given(a, b).now)).not.toEqual(last)
    expect(named(kept(b, a))).toEqual(last)
    expect(last.filter((prekey) => !a.disk.prekeys.has(prekey))).toEqual([])
  })

  it('that a wrong clock made does not stand in the way of the next one', async () => {
    await pair()
    const before = named(kept(a, b))
    b.clockOffsetMs = 10 * 365 * dayMs
    await scene.restart(b)
    const first = named(kept(a, b))
    expect(first.filter((prekey) => before.includes(prekey))).toEqual([])
    expect(kept(a, b).every((row) => row.expiresAtMs <= a.nowMs + stashLifetimeMs)).toBe(true)
    b.clockOffsetMs = 0
    await scene.restart(b)
    await talk()
    expect(kept(a, b)).toHaveLength(stashBundlesMax)
    expect(named(kept(a, b)).filter((prekey) => first.includes(prekey))).toEqual([])
  })
})

describe('a session that is wanted', () => {
  /** One side has lost its sessions and can only begin a new one. */
  async function forgetful(change: (frame: Extract<Frame, { kind: 'bundleReply' }>) => Frame | null) {
    await pair()
    const before = kept(a, b)
    const initials = initialsOf(scene, a)
    answering(b, change)
    a.crash()
    a.disk.sessions.clear()
    await scene.run(11_000)
    a.start()
    await scene.run(500)
    return { before, initials }
  }

  it('is begun from the stash when the peer is busy, with what is for one session first; it is given anew', async () => {
    const { before, initials } = await forgetful((frame) => ({ ...frame, status: { kind: 'busy' } }))
    const event = await scene.text(a, b, 'without a fresh bundle')
    // Told so, it does not wait for another answer.
    await scene.run(bundleRetryMs / 2)
    expect(scene.shown(b, a)).toContain('without a fresh bundle')
    expect(scene.delivery(a, event)).toBe('delivered')
    const [used, ...others] = prekeysIn(initials)
    expect(others).toEqual([])
    expect(before.find((row) => row.prekey === used)?.lastResort).toBe(false)
    expect(b.disk.prekeys.has(used as never)).toBe(false)
    // Its maker seals under the session that it still has until it hears that nobody opens it.
    await scene.run(60_000)
    expect(named(kept(a, b))).toEqual(named(given(b, a).now))
    expect(named(kept(a, b)).filter((prekey) => named(before).includes(prekey))).toEqual([])
  })

  it('is begun from the stash when the peer does not answer, and only then', async () => {
    const { before, initials } = await forgetful(() => null)
    await scene.text(a, b, 'anybody?')
    await scene.run(bundleRetryMs - 2_000)
    expect(initials).toEqual([])
    await scene.run(10_000)
    expect(scene.shown(b, a)).toContain('anybody?')
    expect(named(before)).toEqual(expect.arrayContaining([...prekeysIn(initials)]))
  })

  it('is not begun with what has expired', async () => {
    await pair()
    answering(b, (frame) => ({ ...frame, status: { kind: 'busy' } }))
    await scene.restart(a, () => {
      a.disk.sessions.clear()
      a.clockOffsetMs += stashLifetimeMs + dayMs
    })
    expect(kept(a, b)).toHaveLength(stashBundlesMax)
    const initials = initialsOf(scene, a)
    const event = await scene.text(a, b, 'too late')
    await scene.run(20_000)
    expect(initials).toEqual([])
    expect(scene.delivery(a, event)).toBe('written')
    expect(kept(a, b)).toHaveLength(stashBundlesMax)
  })

  it('is begun with a fresh bundle when the peer answers', async () => {
    const { before, initials } = await forgetful((frame) => frame)
    await scene.text(a, b, 'hello')
    await scene.run(15_000)
    expect(scene.shown(b, a)).toContain('hello')
    expect(prekeysIn(initials).filter((prekey) => named(before).includes(prekey))).toEqual([])
    expect(named(kept(a, b))).toEqual(named(before))
  })

  it('is begun in the midst of a long queue, which then goes on under it alone', async () => {
    await pair()
    await scene.text(a, b, 'so long ago')
    b.crash()
    await scene.run(11_000)
    a.clockOffsetMs += protocolLimits.unansweredDurationMsMax + dayMs
    const said = Array.from({ length: 100 }, (_, i) => `m${i}`)
    for (const text of said) await scene.text(a, b, text)
    b.start()
    const { endpoint } = b
    if (endpoint === null) throw new Error('not running')
    // It gives no bundle, and acknowledges less than half a window: there is room, but nothing calls for more.
    let acksLeft = 20
    const send = endpoint.send.bind(endpoint)
    endpoint.send = (device, bytes) => {
      const frame = decodeFrame(bytes)
      if (!frame.ok || frame.value.kind === 'bundleReply') return 'sent'
      if (frame.value.kind !== 'ack') return send(device, bytes)
      const envelopeIds = frame.value.envelopeIds.slice(0, acksLeft)
      acksLeft -= envelopeIds.length
      return envelopeIds.length === 0 ? 'sent' : send(device, encodeFrame({ kind: 'ack', envelopeIds }))
    }
    const initials = initialsOf(scene, a)
    await scene.run(bundleRetryMs + 3_000)
    expect(initials.length).toBeGreaterThan(0)
    expect([...a.disk.sessions.values()].filter(({ active }) => active)).toHaveLength(1)
    expect(a.disk.outbox.size).toBeGreaterThan(sendWindowFrames)
    endpoint.send = send
    await scene.run(60_000)
    expect(scene.shown(b, a)).toEqual(['so long ago', ...said])
    expect(a.disk.outbox.size).toBe(0)
  })

  it('may be begun with the last resort again and again, but with none of its envelopes twice', async () => {
    await pair()
    const last = kept(a, b).filter((row) => row.lastResort)
    const onlyLast = () => {
      for (const [name, row] of a.disk.stash) if (!row.lastResort) a.disk.stash.delete(name)
      a.disk.sessions.clear()
    }
    answering(b, (frame) => ({ ...frame, status: { kind: 'busy' } }))
    const initials = initialsOf(scene, a)
    for (const text of ['once', 'twice']) {
      await scene.restart(a, onlyLast)
      await scene.text(a, b, text)
      await scene.run(5_000)
      expect(scene.shown(b, a)).toContain(text)
      expect(named(kept(a, b))).toEqual(named(last))
      expect(b.disk.prekeys.has(last[0]?.prekey as never)).toBe(true)
    }
    expect(prekeysIn(initials)).toEqual(named(last))
    // Everything else that tells a repetition apart is lost: what was accepted is remembered with the prekey.
    await scene.restart(b, () => {
      b.disk.seen.clear()
      b.disk.sessions.clear()
    })
    const replayed = [...initials]
    const sessions = [...b.disk.sessions.keys()]
    expect(b.disk.initials.size).toBe(2)
    for (const sealed of replayed) a.endpoint?.send(b.identity.device, encodeFrame({ kind: 'envelope', sealed }))
    await scene.run(2_000)
    expect(scene.refusals.get('initialRefused')).toBe(replayed.length)
    expect([...b.disk.sessions.keys()]).toEqual(sessions)
  })

  it('is begun while its peer is away, and what is sealed in it opens when they come', async () => {
    await pair()
    b.crash()
    await scene.run(11_000)
    await scene.text(a, b, 'sealed while you were away')
    a.crash()
    const { crypto } = scene.world.watch
    const { device } = b.identity
    const state = createState(crypto, a.disk.resident())
    if (!state.ok) throw new Error(state.error.kind)
    const [contact, before] = [scene.contact(a, b), kept(a, b)]
    const steps = (turn: Turn): boolean => {
      const begun = beginFromStash(turn, device, contact)
      const active = activeSession(turn, device)
      const { outbox } = a.disk.load({ outbox: [{ device, after: 0, limit: 9 }] })
      return begun && active !== null && sealRows(turn, device, active, outbox).length === outbox.length
    }
    let turn: Turn | null = null
    for (let loads = 0; turn === null && loads < 9; loads++) {
      const attempt = new Turn(crypto, state.value.fork(), a.nowMs, entropyOf(scene.world.chance.bytes(4_096)), null)
      try {
        expect(steps(attempt)).toBe(true)
        turn = attempt
      } catch (thrown) {
        if (!(thrown instanceof Missing)) throw thrown
        state.value.learn(thrown.request, a.disk.load(thrown.request))
      }
    }
    if (turn === null) throw new Error('asks without end')
    a.disk.write(turn.changes)
    scene.world.watch.noteDurable(a.identity.device, turn.changes)
    expect(kept(a, b)).toHaveLength(before.length - 1)
    const initials = initialsOf(scene, a)
    b.disk.sessions.clear()
    b.start()
    a.start()
    await scene.run(20_000)
    expect(scene.shown(b, a)).toEqual(['sealed while you were away'])
    expect(named(before)).toEqual(expect.arrayContaining(prekeysIn(initials).slice(0, 1)))
  })
})

describe('a stash of those who part', () => {
  it('is erased on both accounts when a contact is blocked or removed, and given anew when they meet again', async () => {
    await pair()
    const account = b.identity.account
    const first = named(kept(b, a))
    await scene.do<'removeContact'>(a, { kind: 'removeContact', account })
    expect([kept(a, b), given(a, b).ever]).toEqual([[], []])
    await scene.run(15_000)
    await scene.accept(a, (await scene.invite(b)).link)
    await scene.run(70_000)
    for (const [at, of] of [
      [a, b],
      [b, a],
    ] as const) {
      expect(kept(at, of)).toHaveLength(stashBundlesMax)
      expect(named(kept(at, of))).toEqual(named(given(of, at).now))
      // The other side had not parted, but what it had been given and had given is over as well.
      expect(given(of, at).ever).toHaveLength(stashBundlesMax)
    }
    expect(named(kept(b, a)).filter((prekey) => first.includes(prekey))).toEqual([])
    await scene.do<'blockContact'>(a, { kind: 'blockContact', account, blocked: true })
    expect([kept(a, b), given(a, b).ever]).toEqual([[], []])
  })

  it('is erased when a key changes', async () => {
    await pair()
    expect([kept(a, b).length, given(a, b).now.length]).toEqual([stashBundlesMax, stashBundlesMax])
    await scene.restart(b, () => {
      const { self } = b.disk
      if (self === null) throw new Error('no self')
      const secrets = self.secrets.slice()
      secrets[40] = (secrets[40] as number) ^ 1
      b.disk.self = { ...self, secrets }
      b.disk.sessions.clear()
    })
    await scene.text(b, a, 'it is me')
    await scene.run(20_000)
    expect(scene.contact(a, b).state).toBe('keyChanged')
    expect([kept(a, b), given(a, b).now]).toEqual([[], []])
  })
})
