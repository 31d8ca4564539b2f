/** What people do with each other, over the production engine and driver. */
import { afterEach, describe, expect, it } from 'vitest'
import { selfConversationId } from '../../main/core/conversation/ids.ts'
import { peerTargets } from '../../main/core/engine/people.ts'
import { toBase64Url } from '../../main/core/bytes.ts'
import { decodeInviteLink, encodeInvite } from '../../main/core/identity/invite.ts'
import { implementationLimits, protocolLimits } from '../../main/core/limits.ts'
import { Scene } from './scene.ts'

let scene: Scene

async function pair(): Promise<Scene> {
  scene = await new Scene(2).begin()
  await scene.meet(scene.peer(0), scene.peer(1))
  return scene
}

afterEach(() => scene.assertSound())

describe('first contact', () => {
  it('makes contacts of both, with names, keys, certificates and one key for the LAN', async () => {
    await pair()
    const [host, guest] = [scene.peer(0), scene.peer(1)]
    for (const [at, of] of [
      [host, guest],
      [guest, host],
    ] as const) {
      const contact = scene.contact(at, of)
      expect(contact).toMatchObject({
        state: 'active',
        claimedName: `CANARY ${of.name}`,
        acceptedInvite: null,
        pendingProblem: null,
        verifiedAtMs: null,
      })
      expect(contact.descriptor).toEqual(of.identity.descriptor)
      expect(at.disk.devices.get(of.identity.device)?.certificate).toEqual(of.identity.certificate)
      expect(at.disk.devices.get(of.identity.device)?.addresses).toEqual([`/sim/${of.identity.device.slice(0, 8)}`])
    }
    const lan = [host, guest].map((peer) => peerTargets(peer.driver?.state() as never)[0]?.lan)
    expect(lan[0]?.key).toEqual(lan[1]?.key)
    expect(new Set(lan.map((one) => one?.side))).toEqual(new Set([0, 1]))
    const invites = [...host.disk.invites.values()]
    expect(invites).toMatchObject([{ state: 'used', usedBy: guest.identity.account }])
    // The invite's is gone; those that the guest was given meanwhile are another matter.
    expect([...host.disk.prekeys.values()].filter(({ purpose }) => purpose !== 'stash')).toEqual([])
  })

  it('lets messages be written before anybody is reached', async () => {
    scene = await new Scene(2).begin()
    const [host, guest] = [scene.peer(0), scene.peer(1)]
    const { link } = await scene.invite(host)
    host.crash()
    await scene.run(11_000)
    await scene.accept(guest, link)
    const event = await scene.text(guest, host, 'hello?')
    await scene.text(guest, host, 'anybody?')
    await scene.run(30_000)
    expect(scene.contact(guest, host).state).toBe('pending')
    expect(scene.delivery(guest, event)).toBe('written')
    expect([...guest.disk.outbox.values()].every((row) => row.sealed === null)).toBe(true)
    host.start()
    await scene.run(20_000)
    expect(scene.shown(host, guest)).toEqual(['hello?', 'anybody?'])
    expect(scene.delivery(guest, event)).toBe('delivered')
  })

  it('refuses links that are no use, each by its name', async () => {
    await pair()
    const [host, guest] = [scene.peer(0), scene.peer(1)]
    const kind = async (link: string) => {
      const answer = await scene.ask<'acceptInvite'>(guest, { kind: 'acceptInvite', link })
      const looked = await scene.ask<'inspectInvite'>(guest, { kind: 'inspectInvite', link })
      return [answer.ok ? 'ok' : answer.error.kind, looked.ok ? 'ok' : looked.error.kind]
    }
    const own = await scene.invite(guest)
    const { link } = await scene.invite(host)
    expect(await kind(own.link)).toEqual(['inviteOwn', 'inviteOwn'])
    expect(await kind(link)).toEqual(['inviteAlreadyContact', 'ok'])
    expect(await kind('https://example.org')).toEqual(['inviteMalformed', 'inviteMalformed'])
    expect(await kind(link.slice(0, -9))).toEqual(['inviteIncomplete', 'inviteIncomplete'])
    const { crypto } = scene.world.watch
    const decoded = decodeInviteLink(crypto, link)
    if (!decoded.ok) throw new Error('own link')
    const newer = `waxwing:invite/${toBase64Url(encodeInvite(crypto, { ...decoded.value, suite: 9 }))}`
    expect(await kind(newer)).toEqual(['inviteNewer', 'inviteNewer'])
    const brief = await scene.invite(host, 60_000)
    await scene.run(61_000)
    expect(await kind(brief.link)).toEqual(['inviteExpired', 'inviteExpired'])
  })

  it('tells the second holder of a link that it was used, and of a withdrawn one that it was withdrawn', async () => {
    scene = await new Scene(4).begin()
    const [host, first, second, third] = [scene.peer(0), scene.peer(1), scene.peer(2), scene.peer(3)]
    const one = await scene.invite(host)
    await scene.accept(first, one.link)
    await scene.run(10_000)
    await scene.accept(second, one.link)
    const other = await scene.invite(host)
    await scene.do<'withdrawInvite'>(host, { kind: 'withdrawInvite', invite: other.invite.invite })
    await scene.accept(third, other.link)
    await scene.run(30_000)
    expect(scene.contact(first, host).state).toBe('active')
    expect(scene.contact(second, host)).toMatchObject({ state: 'pending', pendingProblem: 'inviteUsed' })
    expect(scene.contact(third, host)).toMatchObject({ state: 'pending', pendingProblem: 'inviteWithdrawn' })
    expect([...host.disk.contacts.keys()]).toEqual([first.identity.account])
    // A new link makes it good.
    await scene.accept(second, (await scene.invite(host)).link)
    await scene.run(70_000)
    expect(scene.contact(second, host)).toMatchObject({ state: 'active', pendingProblem: null })
  })

  it('holds when both accept each other’s invites at once', async () => {
    scene = await new Scene(2).begin()
    const [a, b] = [scene.peer(0), scene.peer(1)]
    const [ofA, ofB] = [await scene.invite(a), await scene.invite(b)]
    await Promise.all([scene.accept(a, ofB.link), scene.accept(b, ofA.link)])
    await scene.text(a, b, 'from a')
    await scene.text(b, a, 'from b')
    await scene.run(120_000)
    expect(scene.contact(a, b).state).toBe('active')
    expect(scene.contact(b, a).state).toBe('active')
    expect(new Set(scene.shown(a, b))).toEqual(new Set(['from a', 'from b']))
    expect(new Set(scene.shown(b, a))).toEqual(new Set(['from a', 'from b']))
  })

  it('keeps invites within their bounds', async () => {
    scene = await new Scene(2).begin()
    const host = scene.peer(0)
    const max = protocolLimits.inviteLifetimeMsMax
    const long = await scene.ask<'createInvite'>(host, { kind: 'createInvite', lifetimeMs: max + 1 })
    expect(long).toEqual({ ok: false, error: { kind: 'inviteLifetime', got: max + 1, max } })
    for (let i = 0; i < implementationLimits.openInvitesMax; i++) await scene.invite(host)
    const over = await scene.ask<'createInvite'>(host, { kind: 'createInvite', lifetimeMs: null })
    expect(over).toMatchObject({ ok: false, error: { kind: 'inviteLimit' } })
  })
})

describe('messages', () => {
  it('go both ways, are delivered, and are marked as read when that may be told', async () => {
    await pair()
    const [a, b] = [scene.peer(0), scene.peer(1)]
    const one = await scene.text(a, b, 'one')
    await scene.run(1_000)
    const two = await scene.text(b, a, 'two')
    await scene.run(2_000)
    expect(scene.shown(a, b)).toEqual(['one', 'two'])
    expect(scene.shown(b, a)).toEqual(['one', 'two'])
    expect(scene.delivery(a, one)).toBe('delivered')
    const conversation = scene.conversation(a, b)
    expect(b.disk.conversations.get(conversation)?.unread).toBe(1)
    await scene.do<'markRead'>(b, { kind: 'markRead', conversation, upTo: one.event })
    await scene.run(2_000)
    expect(scene.delivery(a, one)).toBe('read')
    expect(b.disk.conversations.get(conversation)?.unread).toBe(0)
    const values = new Map([['sendReadReceipts', false]])
    await scene.do<'setSettings'>(a, { kind: 'setSettings', values })
    await scene.do<'markRead'>(a, { kind: 'markRead', conversation, upTo: two.event })
    await scene.run(2_000)
    expect(scene.delivery(b, two)).toBe('delivered')
    expect(a.disk.conversations.get(conversation)?.unread).toBe(0)
  })

  it('tell more reads than one receipt can name', async () => {
    await pair()
    const [a, b] = [scene.peer(0), scene.peer(1)]
    const count = protocolLimits.receiptEventsMax + 40
    const events = []
    for (let i = 0; i < count; i++) events.push(await scene.text(a, b, `m${i}`))
    await scene.run(5_000)
    const last = events.at(-1)
    if (last === undefined) throw new Error('no event')
    await scene.do<'markRead'>(b, { kind: 'markRead', conversation: last.conversation, upTo: last.event })
    await scene.run(5_000)
    expect(b.disk.conversations.get(last.conversation)?.unread).toBe(0)
    expect(events.filter((event) => scene.delivery(a, event) !== 'read')).toEqual([])
  })

  it('to oneself are there at once, and nothing leaves', async () => {
    await pair()
    const [a] = [scene.peer(0)]
    const { crypto } = scene.world.watch
    const conversation = selfConversationId((bytes) => crypto.sha256(bytes), a.identity.account)
    const before = scene.world.watch.frames
    const sent = await scene.do<'sendText'>(a, { kind: 'sendText', conversation, clientId: 'n', text: 'milk' })
    await scene.run(5_000)
    expect(scene.delivery(a, sent.event)).toBe('read')
    expect(scene.world.watch.frames).toBe(before)
    expect(a.disk.conversations.get(conversation)).toMatchObject({ kind: 'self', unread: 0 })
  })

  it('with the same client id are one, over a restart too', async () => {
    await pair()
    const [a, b] = [scene.peer(0), scene.peer(1)]
    const first = await scene.text(a, b, 'once', 'same')
    expect((await scene.text(a, b, 'again', 'same')).event).toBe(first.event)
    await scene.restart(a)
    expect((await scene.text(a, b, 'and again', 'same')).event).toBe(first.event)
    expect(scene.shown(b, a)).toEqual(['once'])
  })

  it('are refused when empty, too long, or for nobody', async () => {
    await pair()
    const [a, b] = [scene.peer(0), scene.peer(1)]
    const conversation = scene.conversation(a, b)
    const kind = async (over: object) => {
      const command = { kind: 'sendText' as const, conversation, clientId: 'c', text: 'x', ...over }
      const answer = await scene.ask<'sendText'>(a, command)
      return answer.ok ? 'ok' : answer.error
    }
    const max = protocolLimits.messageTextSizeBytesMax
    expect(await kind({ text: ' \u200b\n ' })).toEqual({ kind: 'messageEmpty' })
    expect(await kind({ text: 'x'.repeat(max + 1) })).toEqual({ kind: 'messageTooLong', got: max + 1, max })
    expect(await kind({ text: '€'.repeat(max / 3 + 1) })).toMatchObject({ kind: 'messageTooLong' })
    expect(await kind({ clientId: 'c'.repeat(65) })).toEqual({ kind: 'clientIdTooLong', got: 65, max: 64 })
    expect(await kind({ conversation: 'e'.repeat(64) })).toEqual({ kind: 'conversationUnknown' })
    expect(await kind({ text: 'x'.repeat(max) })).toBe('ok')
    await scene.run(2_000)
    expect(scene.shown(b, a)).toEqual(['x'.repeat(max)])
  })

  it('drain in order after a long absence, never more than a window on the wire', async () => {
    await pair()
    const [a, b] = [scene.peer(0), scene.peer(1)]
    const [before] = [...a.disk.sessions.values()]
    b.crash()
    await scene.run(11_000)
    const conversation = scene.conversation(a, b)
    for (let i = 0; i < 1_500; i++) {
      a.say({ kind: 'sendText', conversation, clientId: `c${i}`, text: `m${i}` })
    }
    await scene.run(5_000)
    b.start()
    let flying = 0
    for (let i = 0; i < 300; i++) {
      await scene.run(100)
      flying = Math.max(flying, a.driver?.state().flow(b.identity.device).inFlight.length ?? 0)
    }
    expect(scene.shown(b, a)).toEqual(Array.from({ length: 1_500 }, (_, i) => `m${i}`))
    expect(a.disk.outbox.size).toBe(0)
    expect(flying).toBeLessThanOrEqual(implementationLimits.sendWindowFrames)
    expect(flying).toBeGreaterThan(32)
    // So many without an answer ask for new keys.
    const after = [...a.disk.sessions.values()].find((row) => row.active)
    expect(after?.session).not.toBe(before?.session)
  })

  it('are shown as sent when the acknowledgment takes its time', async () => {
    await pair()
    const [a, b] = [scene.peer(0), scene.peer(1)]
    Object.assign(scene.world.ether.weather, { delayMsMin: 900, delayMsMax: 900 })
    const event = await scene.text(a, b, 'slow')
    await scene.run(700)
    expect(scene.delivery(a, event)).toBe('sent')
    await scene.run(3_000)
    expect(scene.delivery(a, event)).toBe('delivered')
  })
})

describe('contacts', () => {
  it('take new names and addresses from each other, and pet names from the user', async () => {
    await pair()
    const [a, b] = [scene.peer(0), scene.peer(1)]
    await scene.do<'renameSelf'>(a, { kind: 'renameSelf', name: 'CANARY Ada\u202e' })
    await scene.run(2_000)
    expect(scene.contact(b, a).claimedName).toBe('CANARY Ada')
    await scene.do<'renameContact'>(b, { kind: 'renameContact', account: a.identity.account, petName: 'Sis' })
    expect(scene.contact(b, a)).toMatchObject({ petName: 'Sis', claimedName: 'CANARY Ada' })
    const { contact } = await scene.do<'renameContact'>(b, {
      kind: 'renameContact',
      account: a.identity.account,
      petName: '\u200b',
    })
    expect(contact.petName).toBeNull()
  })

  it('are gone when removed, and back with a new invite', async () => {
    await pair()
    const [a, b] = [scene.peer(0), scene.peer(1)]
    await scene.do<'removeContact'>(a, { kind: 'removeContact', account: b.identity.account })
    await scene.run(15_000)
    await scene.text(b, a, 'are you there')
    await scene.run(15_000)
    expect(scene.shown(a, b)).toEqual([])
    const refused = await scene
      .ask<'sendText'>(a, { kind: 'sendText', conversation: scene.conversation(a, b), clientId: 'c', text: 'x' })
      .then((answer) => (answer.ok ? null : answer.error))
    expect(refused).toEqual({ kind: 'contactNotReady', state: 'removed' })
    await scene.accept(a, (await scene.invite(b)).link)
    await scene.run(120_000)
    expect(scene.contact(a, b).state).toBe('active')
    expect(scene.shown(a, b)).toEqual(['are you there'])
  })

  it('are not heard when blocked, and cannot come back by an invite', async () => {
    await pair()
    const [a, b] = [scene.peer(0), scene.peer(1)]
    const account = b.identity.account
    await scene.do<'blockContact'>(a, { kind: 'blockContact', account, blocked: true })
    await scene.text(b, a, 'hello')
    const { link } = await scene.invite(b)
    const answer = await scene.ask<'acceptInvite'>(a, { kind: 'acceptInvite', link })
    expect(answer).toMatchObject({ ok: false, error: { kind: 'inviteAlreadyContact', state: 'blocked' } })
    await scene.run(30_000)
    expect(scene.shown(a, b)).toEqual([])
    expect(a.endpoint?.admits(b.identity.device)).toBe(false)
    expect(a.endpoint?.isUp(b.identity.device)).toBe(false)
  })

  it('stop when their key changes: nothing is sent or shown until the user says so', async () => {
    await pair()
    const [a, b] = [scene.peer(0), scene.peer(1)]
    await scene.do<'setVerified'>(a, { kind: 'setVerified', account: b.identity.account, verified: true })
    expect(scene.contact(a, b).verifiedAtMs).not.toBeNull()
    // The same root and device with another identity key, and no memory of sessions.
    await scene.restart(b, () => {
      const self = b.disk.self
      if (self === null) throw new Error('no self')
      const secrets = self.secrets.slice()
      secrets[40] = (secrets[40] as number) ^ 1
      b.disk.self = { ...self, secrets }
      b.disk.sessions.clear()
    })
    await scene.text(b, a, 'it is me')
    await scene.run(20_000)
    expect(scene.contact(a, b)).toMatchObject({ state: 'keyChanged', verifiedAtMs: null })
    expect(scene.shown(a, b)).toEqual([])
    const waiting = await scene.text(a, b, 'is it you?')
    await scene.run(30_000)
    expect(scene.delivery(a, waiting)).toBe('written')
    expect(scene.shown(b, a)).not.toContain('is it you?')
    await scene.do<'acceptKey'>(a, { kind: 'acceptKey', account: b.identity.account })
    await scene.run(400_000)
    expect(scene.contact(a, b)).toMatchObject({ state: 'active', verifiedAtMs: null, offeredDescriptor: null })
    expect(scene.delivery(a, waiting)).toBe('delivered')
    expect(scene.shown(a, b)).toContain('it is me')
  })
})

describe('sessions', () => {
  it('are renewed when one side has lost them; nothing is lost or doubled', async () => {
    await pair()
    const [a, b] = [scene.peer(0), scene.peer(1)]
    await scene.text(a, b, 'before')
    await scene.run(2_000)
    await scene.restart(b, () => b.disk.sessions.clear())
    const event = await scene.text(a, b, 'after')
    await scene.run(30_000)
    expect(scene.shown(b, a)).toEqual(['before', 'after'])
    expect(scene.delivery(a, event)).toBe('delivered')
    await scene.text(b, a, 'and back')
    await scene.run(5_000)
    expect(scene.shown(a, b)).toEqual(['before', 'after', 'and back'])
  })

  it('survive a database that was put back to an older copy', async () => {
    await pair()
    const [a, b] = [scene.peer(0), scene.peer(1)]
    await scene.text(a, b, 'one')
    await scene.text(b, a, 'two')
    await scene.run(2_000)
    const tables = ['sessions', 'events', 'deliveries', 'outbox', 'progress', 'seen', 'conversations'] as const
    const kept = tables.map((table) => new Map<string, unknown>(b.disk[table]))
    await scene.text(a, b, 'three')
    await scene.text(b, a, 'four')
    await scene.run(2_000)
    await scene.restart(b, () => {
      for (const [at, table] of tables.entries()) {
        const rows = b.disk[table] as Map<string, unknown>
        rows.clear()
        for (const [name, row] of kept[at] as Map<string, unknown>) rows.set(name, row)
      }
    })
    await scene.text(b, a, 'five')
    await scene.run(60_000)
    await scene.text(a, b, 'six')
    await scene.run(90_000)
    // What was said with the old copy has the number of another event and is still shown.
    expect(scene.shown(a, b)).toEqual(['one', 'two', 'three', 'four', 'five', 'six'])
    expect(scene.shown(b, a)).toEqual(['one', 'two', 'five', 'six'])
  })
})
