/** What is tried with keys that are somebody else's, and with figures at their ends. */
import { afterEach, describe, expect, it } from 'vitest'
import { concat, decode } from '../../main/core/bytes.ts'
import { bundleProof, sealContext } from '../../main/core/engine/keys.ts'
import { entropyOf } from '../../main/core/entropy.ts'
import type { LocalIdentity } from '../../main/core/identity/account.ts'
import { createIdentity, encodeIdentityPayload, verifyIdentityPayload } from '../../main/core/identity/account.ts'
import type { Invite } from '../../main/core/identity/invite.ts'
import { decodeInviteLink, encodeInviteLink } from '../../main/core/identity/invite.ts'
import { sshsigNamespaces, sshsigVerify } from '../../main/core/identity/sshsig.ts'
import { eventIdOf } from '../../main/core/ids.ts'
import { implementationLimits, protocolLimits } from '../../main/core/limits.ts'
import { openBundle } from '../../main/core/session/bundle.ts'
import { initiate } from '../../main/core/session/handshake.ts'
import { seal } from '../../main/core/session/session.ts'
import { encodeContent } from '../../main/core/wire/contents.ts'
import { Hostile } from './hostile.ts'
import type { Peer } from './peer.ts'
import { Scene } from './scene.ts'

let scene: Scene

afterEach(() => {
  expect(scene.world.watch.violations).toEqual([])
  expect(scene.warnings.filter((warning) => warning.startsWith('stepFailed'))).toEqual([])
})

/** A link of this peer's, with other fields put in its place. */
async function forged(of: Peer, over: Partial<Invite>): Promise<string> {
  const { crypto } = scene.world.watch
  const invite = decodeInviteLink(crypto, (await scene.invite(of)).link)
  if (!invite.ok) throw new Error('own link')
  return encodeInviteLink(crypto, { ...invite.value, ...over })
}

function inviteIn(link: string): Invite {
  const invite = decodeInviteLink(scene.world.watch.crypto, link)
  if (!invite.ok) throw new Error('not a link')
  return invite.value
}

/** The bundle that the victim hands to a device that proves an invite's secret; with the victim's own payload. */
async function fetchBundle(hostile: Hostile, victim: Peer, invite: Invite) {
  const { crypto } = scene.world.watch
  const { inviteId, secret } = invite
  const proof = bundleProof(crypto, secret, inviteId, hostile.identity.device, victim.identity.device)
  await hostile.frame({
    kind: 'bundleRequest',
    requestId: new Uint8Array(16),
    purpose: { kind: 'invite', inviteId, proof },
  })
  const status = hostile.heardOf('bundleReply').at(-1)?.status
  if (status?.kind !== 'ok') throw new Error(`no bundle: ${status?.kind}`)
  const offer = decode(status.bundle, (reader) => ({
    bundle: reader.prefixed('bundle', protocolLimits.bundleReplySizeBytesMax),
    payload: reader.prefixed('payload', protocolLimits.identityPayloadSizeBytesMax),
  }))
  if (!offer.ok) throw new Error('no offer')
  return offer.value
}

/** The envelope with which `as` would begin a session by an invite of the victim's. */
async function initialOf(hostile: Hostile, victim: Peer, invite: Invite, as: LocalIdentity): Promise<Uint8Array> {
  const { crypto } = scene.world.watch
  const offer = await fetchBundle(hostile, victim, invite)
  const maker = verifyIdentityPayload(crypto, offer.payload, victim.identity.deviceKey)
  if (!maker.ok) throw new Error('not the victim')
  const { device, identityKey, rootKey, descriptor } = maker.value
  const verify = (signed: Uint8Array, signature: Uint8Array) =>
    sshsigVerify(crypto, rootKey, sshsigNamespaces.prekey, signed, signature)
  const bundle = openBundle(offer.bundle, { device, identityKey, verify }, victim.nowMs)
  if (!bundle.ok) throw new Error(bundle.error.kind)
  const entropy = entropyOf(scene.world.chance.bytes(1_024))
  const begun = initiate({
    crypto,
    entropy,
    nowMs: victim.nowMs,
    local: { identitySecret: as.identitySecret, identityPayload: encodeIdentityPayload(as) },
    bundle: bundle.value,
    remoteDescriptor: descriptor,
    psk: invite.secret,
    generation: 1,
  })
  if (!begun.ok) throw new Error(begun.error.kind)
  const hello = encodeContent({
    kind: 'event',
    event: {
      id: eventIdOf(new Uint8Array(16)),
      conversation: scene.conversation(victim, { identity: as } as Peer),
      sequence: 0,
      timeMs: victim.nowMs,
      counter: 0,
      heads: [],
      body: {
        kind: 'hello',
        name: 'CANARY',
        addresses: [],
        descriptor: new Uint8Array(0),
        services: 0,
        mailboxes: [],
        relays: [],
        mail: null,
      },
    },
  })
  const context = sealContext(hostile.identity.device, victim.identity.device)
  const sealed = seal(crypto, begun.value.session, hello, context, entropy, victim.nowMs)
  if (!sealed.ok) throw new Error(sealed.error.kind)
  return sealed.value.sealed
}

/** Another account that claims to be on the device of this one: who has the device's key can make it. */
function onDeviceOf(identity: LocalIdentity): LocalIdentity {
  const { crypto } = scene.world.watch
  return createIdentity(crypto, concat(new Uint8Array(64).fill(77), identity.deviceSeed), 1_800_000_000_000)
}

describe('an invite', () => {
  it('that names the device of a contact does not take it over (case 23)', async () => {
    scene = await new Scene(3).begin()
    const [victim, friend, mallory] = [scene.peer(0), scene.peer(1), scene.peer(2)]
    await scene.meet(victim, friend)
    const link = await forged(mallory, { deviceKey: friend.identity.deviceKey, addresses: ['/ip4/6.6.6.6/tcp/6'] })
    const answer = await scene.ask<'acceptInvite'>(victim, { kind: 'acceptInvite', link })
    expect(answer).toMatchObject({ ok: false, error: { kind: 'inviteMalformed' } })
    expect(victim.disk.devices.get(friend.identity.device)).toMatchObject({ account: friend.identity.account })
    const event = await scene.text(friend, victim, 'still me')
    await scene.run(5_000)
    expect(scene.shown(victim, friend)).toEqual(['still me'])
    expect(scene.delivery(friend, event)).toBe('delivered')
  })

  it('that names this very device, or one key for both, is no invite', async () => {
    scene = await new Scene(2).begin()
    const [victim, mallory] = [scene.peer(0), scene.peer(1)]
    for (const deviceKey of [victim.identity.deviceKey, mallory.identity.rootKey]) {
      const link = await forged(mallory, { deviceKey })
      for (const kind of ['inspectInvite', 'acceptInvite'] as const) {
        const answer = await scene.ask(victim, { kind, link })
        expect(answer).toMatchObject({ ok: false, error: { kind: 'inviteMalformed' } })
      }
    }
    expect(victim.disk.devices.size + victim.disk.contacts.size).toBe(0)
  })

  it('that names somebody’s account and a stranger’s device gives the stranger nothing of theirs', async () => {
    scene = await new Scene(2).begin()
    const [victim, friend] = [scene.peer(0), scene.peer(1)]
    const mallory = Hostile.stranger(scene, victim)
    await scene.accept(victim, await forged(friend, { deviceKey: mallory.identity.deviceKey }))
    await mallory.connect()
    expect(scene.contact(victim, friend).state).toBe('pending')
    // The real one comes by an invite of the victim's.
    await scene.meet(victim, friend)
    expect(scene.contact(victim, friend).state).toBe('active')
    await scene.restart(victim)
    mallory.heard.length = 0
    await scene.run(20_000)
    const event = await scene.text(victim, friend, 'for you alone')
    await scene.run(10_000)
    expect(scene.delivery(victim, event)).toBe('delivered')
    expect(mallory.heard).toEqual([])
    await mallory.frame({ kind: 'bundleRequest', requestId: new Uint8Array(16), purpose: { kind: 'renew' } })
    expect(mallory.heardOf('bundleReply').filter(({ status }) => status.kind === 'ok')).toEqual([])
  })

  it('accepted again with another device is completed with that one', async () => {
    scene = await new Scene(2).begin()
    const [victim, friend] = [scene.peer(0), scene.peer(1)]
    const mallory = Hostile.stranger(scene, victim)
    await scene.accept(victim, await forged(friend, { deviceKey: mallory.identity.deviceKey }))
    await scene.run(5_000)
    await scene.accept(victim, (await scene.invite(friend)).link)
    await scene.run(30_000)
    expect(scene.contact(victim, friend).state).toBe('active')
    expect(scene.contact(friend, victim).state).toBe('active')
  })
})

describe('an accepter', () => {
  it('that is the device of a contact cannot put it under another account', async () => {
    scene = await new Scene(2).begin()
    const [victim, friend] = [scene.peer(0), scene.peer(1)]
    await scene.meet(victim, friend)
    await scene.text(victim, friend, 'hello')
    await scene.run(5_000)
    const { link } = await scene.invite(victim)
    const turned = Hostile.contact(scene, victim, friend)
    await scene.run(11_000)
    expect(await turned.connect()).toBe(true)
    const other = onDeviceOf(turned.identity)
    const sealed = await initialOf(turned, victim, inviteIn(link), other)
    await turned.frame({ kind: 'envelope', sealed })
    expect(turned.heardOf('reject').map(({ reason }) => reason)).toEqual(['notAContact'])
    expect(victim.disk.contacts.has(other.account)).toBe(false)
    expect(victim.disk.devices.get(turned.identity.device)?.account).toBe(turned.identity.account)
  })

  it('with the invite’s secret but another’s certificate is refused, and the invite stays open', async () => {
    scene = await new Scene(2).begin()
    const [victim, friend] = [scene.peer(0), scene.peer(1)]
    const { link } = await scene.invite(victim)
    const mallory = Hostile.stranger(scene, victim)
    await mallory.connect()
    // The whole identity of somebody else, replayed from another device.
    const sealed = await initialOf(mallory, victim, inviteIn(link), friend.identity)
    await mallory.frame({ kind: 'envelope', sealed })
    expect(mallory.heardOf('reject').map(({ reason }) => reason)).toEqual(['undecryptable'])
    expect(victim.disk.contacts.size).toBe(0)
    await scene.accept(friend, link)
    await scene.run(20_000)
    expect(scene.contact(victim, friend).state).toBe('active')
  })

  it('cannot begin a second session with the same initial envelope, a restart later (case 8)', async () => {
    scene = await new Scene(1).begin()
    const victim = scene.peer(0)
    const { link } = await scene.invite(victim)
    const mallory = Hostile.stranger(scene, victim)
    await mallory.connect()
    const sealed = await initialOf(mallory, victim, inviteIn(link), mallory.identity)
    await mallory.frame({ kind: 'envelope', sealed })
    expect(mallory.heard.map(({ kind }) => kind)).toContain('ack')
    const sessions = JSON.stringify([...victim.disk.sessions.keys()])
    await scene.restart(victim)
    await scene.run(20_000)
    victim.disk.seen.clear()
    await mallory.frame({ kind: 'envelope', sealed })
    expect(JSON.stringify([...victim.disk.sessions.keys()])).toBe(sessions)
    expect(victim.disk.contacts.size).toBe(1)
  })
})

describe('strangers without a secret', () => {
  it('cannot use up what somebody with an invite needs (cases 10 and 16)', async () => {
    scene = await new Scene(2).begin()
    const [victim, friend] = [scene.peer(0), scene.peer(1)]
    const { link } = await scene.invite(victim)
    const purpose = { kind: 'invite', inviteId: inviteIn(link).inviteId, proof: new Uint8Array(32) } as const
    const { bundleFetchesPerHourMax } = implementationLimits
    for (let n = 0; n < 21; n++) {
      const stranger = Hostile.stranger(scene, victim, 100 + n)
      await stranger.connect()
      for (let i = 0; i < bundleFetchesPerHourMax; i++) {
        stranger.post({ kind: 'bundleRequest', requestId: new Uint8Array(16), purpose })
        if (i % 8 === 7) await scene.run(100)
      }
      await scene.run(500)
      expect(stranger.heardOf('bundleReply').some(({ status }) => status.kind === 'ok')).toBe(false)
    }
    await scene.accept(friend, link)
    await scene.run(20_000)
    expect(scene.contact(friend, victim).state).toBe('active')
  })
})

describe('a flood of a stranger’s', () => {
  it('writes nothing, and keeps nothing once the stranger is gone (case 60)', async () => {
    scene = await new Scene(2).begin()
    const [victim, friend] = [scene.peer(0), scene.peer(1)]
    await scene.meet(victim, friend)
    await scene.invite(victim)
    await scene.run(5_000)
    const { watch, chance } = scene.world
    const stranger = Hostile.stranger(scene, victim)
    await stranger.connect()
    const before = watch.commits
    const rows = JSON.stringify([victim.disk.seen.size, victim.disk.prekeys.size, victim.disk.sessions.size])
    for (let i = 0; i < 1_000; i++) {
      const sealed = chance.bytes(1_500)
      sealed.set([1 + (i % 2), 1, 0, 1])
      stranger.post({ kind: 'envelope', sealed })
      stranger.post({ kind: 'bundleRequest', requestId: sealed.slice(0, 16), purpose: { kind: 'renew' } })
      stranger.post({ kind: 'reject', envelopeId: watch.envelopeOf(sealed), reason: 'undecryptable' })
      stranger.post({ kind: 'ack', envelopeIds: [watch.envelopeOf(sealed)] })
      if (i % 10 === 9) await scene.run(100)
    }
    await scene.run(5_000)
    expect(watch.commits).toBe(before)
    expect(JSON.stringify([victim.disk.seen.size, victim.disk.prekeys.size, victim.disk.sessions.size])).toBe(rows)
    expect(stranger.heard.some(({ kind }) => kind === 'envelope' || kind === 'ack')).toBe(false)
  })
})

describe('a contact whose key changed', () => {
  it('is sent nothing at all until the user says so: no text, receipt, name, acknowledgment (case 21)', async () => {
    scene = await new Scene(2).begin()
    const [a, b] = [scene.peer(0), scene.peer(1)]
    await scene.meet(a, b)
    const unread = await scene.text(b, a, 'read me later')
    await scene.run(5_000)
    await scene.do<'setVerified'>(a, { kind: 'setVerified', account: b.identity.account, verified: true })
    await scene.restart(b, () => {
      const self = b.disk.self
      if (self === null) throw new Error('no self')
      const secrets = self.secrets.slice()
      secrets[40] = (secrets[40] as number) ^ 1
      b.disk.self = { ...self, secrets }
      b.disk.sessions.clear()
    })
    await scene.text(b, a, 'from the new key')
    await scene.run(20_000)
    expect(scene.contact(a, b)).toMatchObject({ state: 'keyChanged', verifiedAtMs: null })
    const sent: string[] = []
    const { watch } = scene.world
    const noteFrame = watch.noteFrame.bind(watch)
    watch.noteFrame = (from, to, frame) => {
      if (from === a.identity.device) sent.push(`type ${frame[1]}`)
      noteFrame(from, to, frame)
    }
    for (let round = 0; round < 2; round++) {
      await scene.text(a, b, `waiting ${round}`)
      await scene.do<'markRead'>(a, { kind: 'markRead', conversation: scene.conversation(a, b), upTo: unread.event })
      await scene.do<'renameSelf'>(a, { kind: 'renameSelf', name: `CANARY ${round}` })
      const verified = await scene.ask<'setVerified'>(a, {
        kind: 'setVerified',
        account: b.identity.account,
        verified: true,
      })
      expect(verified).toMatchObject({ ok: false, error: { kind: 'contactNotReady', state: 'keyChanged' } })
      await scene.run(60_000)
      await scene.restart(a)
    }
    expect(sent).toEqual([])
    expect(a.endpoint?.admits(b.identity.device)).toBe(false)
    expect(scene.contact(a, b).state).toBe('keyChanged')
  })
})

describe('a contact that was parted from', () => {
  async function waiting(): Promise<{ readonly turned: Hostile; readonly victim: Peer; readonly friend: Peer }> {
    scene = await new Scene(2).begin()
    const [victim, friend] = [scene.peer(0), scene.peer(1)]
    await scene.meet(victim, friend)
    const turned = Hostile.contact(scene, victim, friend)
    await scene.run(11_000)
    await turned.connect()
    await scene.text(victim, friend, 'a secret')
    await scene.run(100)
    return { turned, victim, friend }
  }

  it('is not believed when it acknowledges after that', async () => {
    const { turned, victim, friend } = await waiting()
    const envelopes = turned.heardOf('envelope').map(({ sealed }) => scene.world.watch.envelopeOf(sealed))
    expect(envelopes.length).toBeGreaterThan(0)
    const rows = victim.disk.outbox.size
    const blocked = victim.submit<'blockContact'>({
      kind: 'blockContact',
      account: friend.identity.account,
      blocked: true,
    })
    turned.post({ kind: 'ack', envelopeIds: envelopes })
    await scene.run(5_000)
    expect((await blocked)?.ok).toBe(true)
    expect(victim.disk.outbox.size).toBe(rows)
  })

  it('comes back by an invite of ours, although nothing waited to be said', async () => {
    scene = await new Scene(2).begin()
    const [victim, friend] = [scene.peer(0), scene.peer(1)]
    await scene.meet(victim, friend)
    await scene.do<'removeContact'>(victim, { kind: 'removeContact', account: friend.identity.account })
    await scene.do<'removeContact'>(friend, { kind: 'removeContact', account: victim.identity.account })
    await scene.run(15_000)
    await scene.meet(victim, friend)
    await scene.run(20_000)
    expect(scene.contact(victim, friend).state).toBe('active')
    expect(scene.contact(friend, victim).state).toBe('active')
    await scene.text(victim, friend, 'again')
    await scene.run(5_000)
    expect(scene.shown(friend, victim)).toEqual(['again'])
  })
})
