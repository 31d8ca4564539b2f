/** What strangers, impostors and turned contacts try against a production engine and driver. */
import { afterEach, describe, expect, it } from 'vitest'
import { eventIdOf, inviteIdOf } from '../../main/core/ids.ts'
import type { EventId } from '../../main/core/ids.ts'
import { bundleProof } from '../../main/core/engine/keys.ts'
import { decodeInviteLink, encodeInviteLink } from '../../main/core/identity/invite.ts'
import { implementationLimits, protocolLimits } from '../../main/core/limits.ts'
import { initialMessageHash } from '../../main/core/session/session.ts'
import type { KnownBody } from '../../main/core/wire/contents.ts'
import { encodeContent } from '../../main/core/wire/contents.ts'
import { Hostile } from './hostile.ts'
import type { Peer } from './peer.ts'
import { Scene } from './scene.ts'

let scene: Scene
let victim: Peer

afterEach(() => scene.assertSound())

const nonce = (fill: number) => eventIdOf(new Uint8Array(16).fill(fill))

/** A contact of the victim's, turned, connected. */
async function turned(): Promise<{ hostile: Hostile; other: Peer }> {
  scene = await new Scene(3).begin()
  victim = scene.peer(0)
  await scene.meet(victim, scene.peer(1))
  await scene.meet(victim, scene.peer(2))
  await scene.text(victim, scene.peer(1), 'trust me')
  await scene.run(5_000)
  const hostile = Hostile.contact(scene, victim, scene.peer(1))
  await scene.run(11_000)
  expect(await hostile.connect()).toBe(true)
  return { hostile, other: scene.peer(2) }
}

function content(
  over: {
    readonly sequence?: number
    readonly timeMs?: number
    readonly id?: EventId
    readonly conversation?: ReturnType<Scene['conversation']>
    readonly body?: KnownBody
  } = {},
): Uint8Array {
  return encodeContent({
    kind: 'event',
    event: {
      id: over.id ?? nonce(1),
      conversation: over.conversation ?? scene.conversation(victim, scene.peer(1)),
      sequence: over.sequence ?? 1,
      timeMs: over.timeMs ?? victim.nowMs,
      counter: 0,
      heads: [],
      body: over.body ?? { kind: 'text', text: 'hello' },
    },
  })
}

describe('a stranger', () => {
  it('is let in only while an invite is open, and learns nothing without its secret', async () => {
    scene = await new Scene(2).begin()
    victim = scene.peer(0)
    const stranger = Hostile.stranger(scene, victim)
    expect(await stranger.connect()).toBe(false)
    const { link, invite } = await scene.invite(victim)
    await scene.run(10_000)
    expect(stranger.isUp).toBe(true)
    const requestId = new Uint8Array(16).fill(1)
    const ask = (inviteId: typeof invite.invite, proof: Uint8Array) =>
      stranger.frame({ kind: 'bundleRequest', requestId, purpose: { kind: 'invite', inviteId, proof } })
    await ask(invite.invite, new Uint8Array(32))
    await ask(inviteIdOf(new Uint8Array(16)), new Uint8Array(32))
    // A proof that another device made does not help.
    const decoded = decodeInviteLink(scene.world.watch.crypto, link)
    if (!decoded.ok) throw new Error('own link')
    const { crypto } = scene.world.watch
    const { device } = victim.identity
    await ask(
      invite.invite,
      bundleProof(crypto, decoded.value.secret, invite.invite, scene.peer(1).identity.device, device),
    )
    await stranger.frame({ kind: 'bundleRequest', requestId, purpose: { kind: 'renew' } })
    expect(stranger.heardOf('bundleReply').map(({ status }) => status.kind)).toEqual(Array(4).fill('unknown'))
    await ask(invite.invite, bundleProof(crypto, decoded.value.secret, invite.invite, stranger.identity.device, device))
    expect(stranger.heardOf('bundleReply').at(-1)?.status.kind).toBe('ok')
    expect(victim.disk.contacts.size).toBe(0)
  })

  it('gets so many bundles in an hour and no more', async () => {
    scene = await new Scene(2).begin()
    victim = scene.peer(0)
    await scene.invite(victim)
    const stranger = Hostile.stranger(scene, victim)
    await stranger.connect()
    const requestId = new Uint8Array(16)
    for (let i = 0; i < implementationLimits.bundleFetchesPerHourMax + 5; i++) {
      await stranger.frame({ kind: 'bundleRequest', requestId, purpose: { kind: 'renew' } })
    }
    const kinds = stranger.heardOf('bundleReply').map(({ status }) => status.kind)
    expect(kinds.filter((kind) => kind === 'busy').length).toBe(5)
    expect(victim.disk.prekeys.size).toBe(1)
  })

  it('changes nothing with frames of noise, and is cut off for malformed ones', async () => {
    scene = await new Scene(2).begin()
    victim = scene.peer(0)
    await scene.invite(victim)
    const stranger = Hostile.stranger(scene, victim)
    await stranger.connect()
    const before = JSON.stringify([...victim.disk.invites.values()])
    for (let length = 0; length < 300; length += 7) {
      if (!stranger.isUp) await scene.run(20_000)
      await stranger.raw(scene.world.chance.bytes(length))
    }
    for (const kind of [1, 2]) {
      // The stream that was cut is noticed and made anew.
      await scene.run(30_000)
      const sealed = scene.world.chance.bytes(1_500)
      sealed[0] = kind
      await stranger.frame({ kind: 'envelope', sealed })
    }
    await stranger.frame({ kind: 'ack', envelopeIds: ['a'.repeat(32) as never] })
    expect(stranger.heardOf('reject').length).toBeGreaterThan(0)
    expect(scene.refusals.get('frameMalformed')).toBeGreaterThan(0)
    expect(JSON.stringify([...victim.disk.invites.values()])).toBe(before)
    expect(victim.disk.contacts.size + victim.disk.sessions.size + victim.disk.seen.size).toBe(0)
  })
})

describe('an impostor', () => {
  it('that gives somebody else’s bundle as its own is refused', async () => {
    scene = await new Scene(2).begin()
    victim = scene.peer(1)
    const honest = scene.peer(0)
    const { crypto } = scene.world.watch
    // The impostor fetches an honest bundle with the honest invite ...
    const real = decodeInviteLink(crypto, (await scene.invite(honest)).link)
    if (!real.ok) throw new Error('own link')
    const impostor = Hostile.stranger(scene, honest)
    await impostor.connect()
    const { secret, inviteId } = real.value
    const proof = bundleProof(crypto, secret, inviteId, impostor.identity.device, honest.identity.device)
    const purpose = { kind: 'invite', inviteId, proof } as const
    await impostor.frame({ kind: 'bundleRequest', requestId: new Uint8Array(16), purpose })
    const [fetched] = impostor.heardOf('bundleReply')
    if (fetched?.status.kind !== 'ok') throw new Error('no bundle')
    const { bundle } = fetched.status
    // ... and hands it out under an invite of its own.
    const forged = { ...real.value, rootKey: impostor.identity.rootKey, deviceKey: impostor.identity.deviceKey }
    const again = new Hostile(scene, victim, impostor.identity, null)
    again.onFrame = (frame) => {
      if (frame.kind !== 'bundleRequest') return
      again.post({ kind: 'bundleReply', requestId: frame.requestId, status: { kind: 'ok', bundle } })
    }
    await scene.accept(victim, encodeInviteLink(crypto, forged))
    await again.connect()
    await scene.run(20_000)
    expect(victim.disk.contacts.get(impostor.identity.account)).toMatchObject({
      state: 'pending',
      pendingProblem: 'identityMismatch',
    })
    expect(victim.disk.sessions.size).toBe(0)
    expect(again.heardOf('envelope')).toEqual([])
  })
})

describe('a turned contact', () => {
  it('cannot show anything twice: the envelope again, or the event under a new seal', async () => {
    const { hostile } = await turned()
    const sealed = hostile.seal(content())
    for (let i = 0; i < 3; i++) await hostile.frame({ kind: 'envelope', sealed })
    await hostile.say(content())
    expect(hostile.heardOf('ack').length).toBeGreaterThanOrEqual(4)
    expect(scene.shown(victim, scene.peer(1))).toEqual(['trust me', 'hello'])
    expect(victim.disk.conversations.get(scene.conversation(victim, scene.peer(1)))?.unread).toBe(1)
  })

  it('cannot replace what was said, by itself or by others', async () => {
    const { hostile } = await turned()
    const [ours] = victim.disk.inOrder(scene.conversation(victim, scene.peer(1)))
    if (ours === undefined) throw new Error('nothing said')
    await hostile.say(content({ id: ours.event, sequence: 1 }))
    await hostile.say(content({ id: ours.event, sequence: 2, body: { kind: 'text', text: 'two' } }))
    // The same number with another text is another event: shown beside it, not in its place.
    await hostile.say(content({ id: nonce(5), sequence: 2, body: { kind: 'text', text: 'other two' } }))
    const expected = ['hello', 'other two', 'trust me', 'two']
    expect(new Set(scene.shown(victim, scene.peer(1)))).toEqual(new Set(expected))
    expect(scene.shown(victim, scene.peer(1))).toHaveLength(expected.length)
    expect(victim.disk.events.get(ours.event)).toEqual(ours)
  })

  it('cannot speak in a conversation of others', async () => {
    const { hostile, other } = await turned()
    await hostile.say(content({ conversation: scene.conversation(victim, other) }))
    await hostile.say(content({ conversation: scene.conversation(scene.peer(1), other) }))
    expect(scene.refusals.get('contentMisplaced')).toBe(2)
    expect(scene.shown(victim, other)).toEqual([])
    expect(scene.shown(victim, scene.peer(1))).toEqual(['trust me'])
  })

  it('cannot say that others have read, nor that something was read that was never said', async () => {
    const { hostile, other } = await turned()
    other.crash()
    await scene.run(11_000)
    const toOther = await scene.text(victim, other, 'private')
    const body = { kind: 'receipt', state: 'read', events: [toOther.event, nonce(3), nonce(3)] } as const
    await hostile.say(content({ sequence: 0, body }))
    expect(scene.delivery(victim, toOther)).toBe('written')
    expect([...victim.disk.deliveries.values()].some((row) => row.state === 'read')).toBe(false)
  })

  it('cannot move the order of a conversation with its clock', async () => {
    const { hostile } = await turned()
    const far = protocolLimits.timeMsMax
    for (const [sequence, timeMs] of [far, far, 0, 1, victim.nowMs].entries()) {
      const text = `h${sequence + 1}`
      await hostile.say(
        content({ id: nonce(sequence + 10), sequence: sequence + 1, timeMs, body: { kind: 'text', text } }),
      )
    }
    await scene.text(victim, scene.peer(1), 'mine')
    expect(scene.shown(victim, scene.peer(1))).toEqual(['trust me', 'h1', 'h2', 'h3', 'h4', 'h5', 'mine'])
    const newest = victim.disk.inOrder(scene.conversation(victim, scene.peer(1))).at(-1)
    expect(newest?.orderMs).toBeLessThanOrEqual(victim.nowMs + implementationLimits.aheadMsMax)
  })

  it('leaves a gap that is seen, and closes it, even out of order', async () => {
    const { hostile } = await turned()
    const say = (sequence: number) =>
      hostile.say(content({ id: nonce(sequence), sequence, body: { kind: 'text', text: `n${sequence}` } }))
    const gaps = () => {
      const rows = victim.disk.inOrder(scene.conversation(victim, scene.peer(1)))
      return rows.filter((row) => row.clientId === null).map((row) => victim.disk.recordOf(row).missingBefore)
    }
    for (const sequence of [1, 5, 3]) await say(sequence)
    expect(gaps()).toEqual([0, 1, 1])
    for (const sequence of [4, 2]) await say(sequence)
    expect(gaps()).toEqual([0, 0, 0, 0, 0])
    expect(scene.shown(victim, scene.peer(1)).slice(1)).toEqual(['n1', 'n2', 'n3', 'n4', 'n5'])
  })

  it('is made harmless in names and texts, and cannot crowd out with contents that do not decode', async () => {
    const { hostile } = await turned()
    const name = 'CANARY A\u202e\u200bda\u0000\n'
    await hostile.say(
      content({
        sequence: 0,
        timeMs: victim.nowMs + 10,
        body: { kind: 'profile', name, addresses: [], services: 0, mailboxes: [], relays: [], mail: null },
      }),
    )
    expect(scene.contact(victim, scene.peer(1)).claimedName).toBe('CANARY Ada')
    await hostile.say(content({ body: { kind: 'text', text: 'a\u0000b\u202ec' } }))
    const shown = scene.shown(victim, scene.peer(1)).at(-1)
    expect(shown).not.toContain('\u0000')
    const events = victim.disk.events.size
    await hostile.say(Uint8Array.of(0xff, 0xff, 0xff))
    await hostile.say(new Uint8Array(0))
    expect(scene.refusals.get('contentMalformed')).toBe(2)
    expect(victim.disk.events.size).toBe(events)
  })

  it('of a newer version is shown as such, and its additions are left alone', async () => {
    const { hostile } = await turned()
    const text = content()
    // Field 11 of the event (text) becomes field 60 (a kind that nobody knows yet): two bytes of tag instead of one.
    const withKind = (bytes: Uint8Array, sequence: number): Uint8Array => {
      const event = bytes.slice(2)
      const at = event.length - 9
      const head = event.slice(0, at)
      if (sequence === 0) head[head.indexOf(0x18, 50) + 1] = 0
      const grown = Uint8Array.of(...head, 0xe2, 0x03, ...event.slice(at + 1))
      return Uint8Array.of(0x0a, grown.length, ...grown)
    }
    await hostile.say(withKind(text, 1))
    const rows = victim.disk.inOrder(scene.conversation(victim, scene.peer(1)))
    expect(rows.at(-1)).toMatchObject({ kind: 'unknown', text: null })
    expect(rows.at(-1)?.content).toEqual(withKind(text, 1))
  })

  it('gets a session anew once a minute at most by rejecting all the time', async () => {
    const { hostile } = await turned()
    hostile.onFrame = (frame) => {
      if (frame.kind !== 'envelope') return
      const envelopeId = scene.world.watch.envelopeOf(frame.sealed)
      hostile.post({ kind: 'reject', envelopeId, reason: 'undecryptable' })
    }
    for (let i = 0; i < 50; i++) await scene.text(victim, scene.peer(1), `m${i}`)
    const minutes = 5
    await scene.run(minutes * 60_000)
    // A request that nobody answers, then a bundle of its own stash; and both again when the minute is over.
    const asked = new Set(hostile.heardOf('bundleRequest').map(({ requestId }) => requestId.join()))
    expect(asked.size).toBeLessThanOrEqual(minutes + 1)
    expect(hostile.heardOf('bundleRequest').length).toBeLessThanOrEqual(minutes + 1)
    const begun = new Set<string>()
    for (const { sealed } of hostile.heardOf('envelope')) {
      const hash = initialMessageHash(scene.world.watch.crypto, sealed)
      if (hash.ok) begun.add(hash.value)
    }
    expect(begun.size).toBeGreaterThan(2)
    expect(begun.size).toBeLessThanOrEqual(minutes + 1)
    expect(victim.disk.outbox.size).toBe(50)
    expect([...victim.disk.outbox.values()].every((row) => row.sealed !== null)).toBe(true)
  })

  it('cannot keep the loop busy with envelopes that do not open', async () => {
    const { hostile } = await turned()
    const max = implementationLimits.unopenedPerHourMax
    const before = [...victim.disk.events.keys()]
    for (let i = 0; i < max + 40; i++) {
      const sealed = scene.world.chance.bytes(316)
      sealed[0] = 2
      hostile.post({ kind: 'envelope', sealed })
      if (i % 16 === 15) await scene.run(100)
    }
    await scene.run(5_000)
    const reasons = hostile.heardOf('reject').map(({ reason }) => reason)
    expect(reasons.filter((reason) => reason === 'undecryptable')).toHaveLength(max)
    expect(reasons.filter((reason) => reason === 'busy')).toHaveLength(40)
    expect([...victim.disk.events.keys()]).toEqual(before)
    // An hour later it is heard again.
    await scene.run(3_600_000)
    hostile.post({ kind: 'envelope', sealed: Uint8Array.of(2, ...scene.world.chance.bytes(315)) })
    await scene.run(1_000)
    expect(hostile.heardOf('reject').at(-1)?.reason).toBe('undecryptable')
  })
})
