/** Attacks with what is said inside the seal, by contacts that turned and by strangers. */
import { describe, expect, it } from 'vitest'
import { concat, utf8 } from '../../main/core/bytes.ts'
import { createIdentity, encodeIdentityPayload } from '../../main/core/identity/account.ts'
import { eventIdOf, idBytes } from '../../main/core/ids.ts'
import { classifyEnvelope } from '../../main/core/session/session.ts'
import { encodeFrame } from '../../main/core/wire/frame.ts'
import { crypto, seeded } from '../support/sessions.ts'
import { begunContact, offerOf, prekeyOf } from './contact.ts'
import type { Heard } from './machine.ts'
import { acquainted, envelopesOf, epochMs, exchange, frameOf, Machine, meet } from './machine.ts'
import { envelope, protoBytes, protoNumber, Turned } from './turned.ts'

const sealedKinds = ['putSession', 'putSeen']

/** Taken and acknowledged as any envelope, and nothing comes of it but that. */
function expectIdle(heard: Heard): void {
  expect(heard.changes.map(({ kind }) => kind)).toEqual(sealedKinds)
  expect(heard.notices).toEqual([])
  expect(heard.answers).toEqual([])
  expect(heard.acked).toHaveLength(1)
}

/** Neither taken nor acknowledged. */
function expectRejected(heard: Heard): void {
  expect(heard).toMatchObject({ changes: [], notices: [], acked: [] })
}

describe('what refers to messages', () => {
  it('case 19: a reaction or edit to a message that does not exist, or from a stranger, shows nothing and gets no receipt', () => {
    const { anna, ben } = acquainted()
    const cleo = new Machine(3)
    meet(anna, cleo)
    exchange([anna, ben, cleo])
    const own = anna.say(ben, 'mine')
    exchange([anna, ben])
    ben.say(anna, 'his')
    exchange([anna, ben])
    const elsewhere = anna.say(cleo, 'for cleo')
    anna.take()
    const turned = new Turned(ben, anna)
    const random = eventIdOf(new Uint8Array(16).fill(0xee))
    const shown = anna.shown(ben)
    const before = anna.snapshot('sessions', 'seen')
    // As kinds to come: this version knows neither reactions nor edits, and applies nothing that it does not know.
    for (const field of [15, 20, 47, 99]) {
      for (const target of [random, own.event, elsewhere.event]) {
        const change = concat(protoBytes(1, idBytes(target)), protoBytes(2, new Uint8Array(4).fill(0x61)))
        expectIdle(anna.hear(ben.device, envelope(turned.seal(turned.strange(0, field, change)))))
      }
    }
    // As receipts, the one kind that refers to messages today: of nothing, of his own, of others'.
    const his = anna.disk.inOrder(anna.conversation(ben)).find((row) => row.text === 'his')
    if (his === undefined) throw new Error('not shown')
    for (const events of [[random], [his.event], [elsewhere.event], [random, random, his.event]]) {
      const receipt = turned.event(0, { kind: 'receipt', state: 'read', events })
      expectIdle(anna.hear(ben.device, envelope(turned.seal(receipt))))
    }
    expect(anna.snapshot('sessions', 'seen')).toEqual(before)
    // One that claims a place in the history is shown as what cannot be read, beside what it is about.
    const edit = turned.strange(2, 20, protoBytes(1, idBytes(own.event)))
    const heard = anna.hear(ben.device, envelope(turned.seal(edit)))
    expect(heard.answers).toEqual([])
    expect(anna.shown(ben)).toEqual([...shown, null])
    expect(anna.disk.events.get(own.event)).toMatchObject({ text: 'mine', content: own.content })

    // From a stranger: one who knows an envelope, one who was a contact, one who is blocked.
    const known = envelope(turned.seal(turned.text(3)))
    const stranger = new Machine(4)
    const now = anna.snapshot()
    expectRejected(anna.hear(stranger.device, known))
    expect(anna.snapshot()).toEqual(now)
    const command = { account: ben.identity.account }
    anna.command<'removeContact'>({ kind: 'removeContact', ...command })
    expectRejected(anna.hear(ben.device, known))
    anna.command<'blockContact'>({ kind: 'blockContact', ...command, blocked: true })
    expectRejected(anna.hear(ben.device, known))
    for (const target of [own.event, random]) {
      const receipt = turned.event(0, { kind: 'receipt', state: 'read', events: [target] })
      expectRejected(anna.hear(ben.device, envelope(turned.seal(receipt))))
    }
    expect(anna.shown(ben)).toEqual([...shown, null])
    expect(envelopesOf(anna.take())).toEqual([])
  })
})

/** The sizes of everything that leaves when one says this: to who has not answered yet, and to who has; and under a name. */
function sizesOf(text: string): readonly number[] {
  const { host, guest } = begunContact()
  guest.say(host, text, 'c')
  const first = guest.take()
  expect(first.every(({ frame }) => frame.kind !== 'envelope' || classifyEnvelope(frame.sealed) === 'initial')).toBe(
    true,
  )
  const { anna, ben } = acquainted()
  const all = [...first]
  anna.say(ben, text, 'c')
  exchange([anna, ben], (parcel) => {
    all.push(parcel)
    return true
  })
  if (utf8(text).length <= 128) anna.command<'renameSelf'>({ kind: 'renameSelf', name: text })
  exchange([anna, ben], (parcel) => {
    all.push(parcel)
    return true
  })
  const { link } = anna.command<'createInvite'>({ kind: 'createInvite', lifetimeMs: null })
  return [...all.map(({ bytes }) => bytes.length), link.length]
}

describe('sizes', () => {
  it('case 20: secrets of equal length have equal size on the wire', () => {
    const entropy = seeded('case 20')
    const random = (length: number) =>
      Array.from(entropy.take(length), (byte) => String.fromCharCode(0x21 + (byte % 94))).join('')
    for (const length of [3, 30, 33, 96, 126, 255, 258, 1_023, 4_095, 32_766]) {
      const repetitive = sizesOf('a'.repeat(length))
      expect(repetitive.length).toBeGreaterThanOrEqual(4)
      expect([length, sizesOf(random(length))]).toEqual([length, repetitive])
      // Of equal length as they travel: three bytes are one character, or three.
      if (length > 128) expect([length, sizesOf('€'.repeat(length / 3))]).toEqual([length, repetitive])
    }
    // And lengths that are near each other do not show either; a link is no frame, and not padded.
    expect(sizesOf('no').slice(0, -1)).toEqual(sizesOf('yes').slice(0, -1))
  })
})

describe('what nobody asked for', () => {
  it('case 26: unsigned membership changes and unasked keys are ignored', () => {
    const { anna, ben } = acquainted()
    const cleo = new Machine(3)
    meet(anna, cleo)
    exchange([anna, ben, cleo])
    const turned = new Turned(ben, anna)
    const mallory = createIdentity(crypto, seeded('mallory').take(96), epochMs)
    const members = concat(...[ben.identity, mallory].map(({ account }) => protoBytes(1, idBytes(account))))
    const change = concat(members, protoNumber(2, 1), protoBytes(3, mallory.certificate))
    const before = anna.snapshot('sessions', 'seen', 'devices')
    const say = (content: Uint8Array) => anna.hear(ben.device, envelope(turned.seal(content)))
    // As an event beside the history, as another kind of content, and in a conversation that has these members.
    for (const field of [15, 30, 64, 99]) expectIdle(say(turned.strange(0, field, change)))
    for (const field of [2, 9, 99]) expectIdle(say(protoBytes(field, change)))
    const group = new Uint8Array(32).fill(0x67)
    const event = concat(
      protoBytes(1, group.slice(16)),
      protoBytes(2, group),
      protoNumber(3, 1),
      protoBytes(30, change),
    )
    expectIdle(say(protoBytes(1, event)))
    // Bundles of somebody else's, beside the history too.
    ben.command<'createInvite'>({ kind: 'createInvite', lifetimeMs: null })
    cleo.command<'createInvite'>({ kind: 'createInvite', lifetimeMs: null })
    const bundles = [prekeyOf(cleo).bundle, new Uint8Array(1_441)]
    for (const bundle of bundles) expectIdle(say(turned.strange(0, 14, protoBytes(1, bundle))))
    // Another identity in a hello: what is pinned was shown in a handshake, and only there.
    const descriptor = encodeIdentityPayload(mallory)
    const hello = turned.event(
      0,
      { kind: 'hello', name: 'M2', addresses: [], descriptor, services: 0, mailboxes: [], relays: [], mail: null },
      { timeMs: anna.disk.devices.get(ben.device)?.addressesAtMs ?? 0 },
    )
    say(hello)
    expect(anna.snapshot('sessions', 'seen', 'devices')).toEqual(before)
    expect(anna.disk.devices.get(ben.device)?.certificate).toEqual(ben.identity.certificate)

    // Answers to no question: nothing is kept, nothing is begun, whoever made the bundle.
    const asked = anna.snapshot()
    const flow = anna.state.flow(ben.device)
    for (const [bundle, payload] of [
      [prekeyOf(ben).bundle, encodeIdentityPayload(ben.identity)],
      [prekeyOf(cleo).bundle, encodeIdentityPayload(cleo.identity)],
      [prekeyOf(ben).bundle, encodeIdentityPayload(mallory)],
    ] as const) {
      const status = { kind: 'ok', bundle: offerOf(bundle, payload) } as const
      for (const requestId of [new Uint8Array(16), new Uint8Array(16).fill(0xff)]) {
        const heard = anna.hear(ben.device, encodeFrame({ kind: 'bundleReply', requestId, status }))
        expect(heard).toMatchObject({ changes: [], notices: [], answers: [], refusals: [] })
      }
    }
    expect(anna.snapshot()).toEqual(asked)
    expect(anna.state.flow(ben.device)).toEqual(flow)
    // Nor does a second answer to a question that was answered.
    const lost = [...anna.disk.sessions.keys()]
    for (const key of lost) anna.disk.sessions.delete(key)
    anna.restart()
    anna.run({ kind: 'peerUp', device: ben.device, path: 'loopback', address: '/test' })
    anna.say(ben, 'needs a session')
    const request = anna.take().find(({ frame }) => frame.kind === 'bundleRequest')
    if (request === undefined) throw new Error('nothing was asked for')
    ben.take()
    ben.hear(anna.device, request.bytes)
    const [reply] = ben.take()
    if (reply === undefined || frameOf(reply.bytes).kind !== 'bundleReply') throw new Error('no answer')
    anna.hear(ben.device, reply.bytes)
    expect(anna.sessionRows(ben)).toHaveLength(1)
    const begun = anna.snapshot()
    expect(anna.hear(ben.device, reply.bytes)).toMatchObject({ changes: [], answers: [], notices: [] })
    expect(anna.snapshot()).toEqual(begun)
  })
})
