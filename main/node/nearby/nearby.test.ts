import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../test/net/fakeClock.ts'
import { nobleCrypto } from '../../core/crypto/noble.ts'
import type { Command } from '../../core/engine/commands.ts'
import { createIdentity } from '../../core/identity/account.ts'
import { encodeNearby } from '../../core/identity/nearby/messages.ts'
import type { NearbyMessage } from '../../core/identity/nearby/messages.ts'
import { deviceIdOf } from '../../core/ids.ts'
import { nearbyLimits } from '../../core/limits.ts'
import type { ContactRow, SettingValue } from '../../core/ports.ts'
import { ok } from '../../core/result.ts'
import type { NearbyHandler, NearbyLink } from '../../net/nearby/nearby.ts'
import type { NearbyOptions } from './nearby.ts'
import { Nearby } from './nearby.ts'

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined }
const filled = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)
const own = createIdentity(nobleCrypto, new Uint8Array(96).fill(1), 0)
const friend = createIdentity(nobleCrypto, new Uint8Array(96).fill(2), 0)
/** The one with the smaller key commits and invites: that is the stranger here. */
const [ownPeer, theirPeer] = [deviceIdOf(filled(9)), deviceIdOf(filled(3))]

function row(state: ContactRow['state']): ContactRow {
  return {
    account: friend.account,
    state,
    pendingProblem: null,
    claimedName: 'Ben',
    petName: null,
    descriptor: friend.descriptor,
    offeredDescriptor: null,
    verifiedAtMs: null,
    createdAtMs: 0,
    lastSeenAtMs: null,
    acceptedInvite: null,
    lanKey: null,
  }
}

function setUp(invited = friend.account, fails = false) {
  const clock = new FakeClock()
  const commands: Command[] = []
  const settings = new Map<string, SettingValue>()
  let handler: NearbyHandler | null = null
  let contact: ContactRow | null = null
  let stops = 0
  const submit = (async (command: Command) => {
    commands.push(command)
    return ok(command.kind === 'inspectInvite' ? { account: invited, name: '', expiresAtMs: 1, looksLike: null } : {})
  }) as unknown as NearbyOptions['submit']
  const nearby = new Nearby({
    clock,
    random: { bytes: (length) => new Uint8Array(length).fill(7) },
    crypto: nobleCrypto,
    log: silent,
    network: () => ({
      start: async (given) => {
        if (fails) throw new Error('no sockets')
        handler = given
        return ownPeer
      },
      stop: async () => void stops++,
    }),
    resident: () => ({
      identity: own,
      self: { secrets: new Uint8Array(), name: 'Mara', createdAtMs: 0 },
      contact: () => contact,
      setting: (key) => settings.get(key) ?? null,
    }),
    submit,
    changed: () => undefined,
  })
  const link: NearbyLink = { peer: theirPeer, send: () => undefined, close: () => undefined }
  const hear = (...messages: readonly NearbyMessage[]): void => {
    for (const message of messages) handler?.message(link, encodeNearby(message))
  }
  /** Both say that the digits are the same; then comes what they say of themselves. */
  const meet = async (descriptorHash = friend.descriptorHash): Promise<void> => {
    await nearby.start()
    handler?.opened(link)
    hear({ kind: 'hello', name: 'Ben' }, { kind: 'ask' })
    expect(nearby.answer(theirPeer, true)).toBe('done')
    const nonce = filled(4)
    const label = new TextEncoder().encode('waxwing/1/nearby-commitment')
    const commitment = nobleCrypto.sha256(Buffer.concat([label, filled(3), filled(9), nonce]))
    hear({ kind: 'commit', commitment }, { kind: 'reveal', nonce })
    expect(nearby.compare(theirPeer, true)).toBe('done')
    hear({ kind: 'verdict', same: true }, { kind: 'account', account: { rootKey: friend.rootKey, descriptorHash } })
  }
  const becomes = (state: ContactRow['state'], change: Partial<ContactRow> = {}): void => {
    contact = { ...row(state), ...change }
    nearby.contactChanged(friend.account)
  }
  const marks = () => commands.filter((command) => command.kind === 'setVerified')
  return { nearby, clock, commands, settings, meet, hear, becomes, marks, stops: () => stops }
}

const verified = { kind: 'setVerified', account: friend.account, verified: true }

describe('whom the user has met', () => {
  it('is marked as verified once the contact is ready, once', async () => {
    const { meet, becomes, marks } = setUp()
    await meet()
    becomes('pending')
    expect(marks()).toEqual([])
    becomes('active')
    becomes('active')
    expect(marks()).toEqual([verified])
  })

  it('is not when the descriptor is another, the time is over, or it is marked already', async () => {
    const other = setUp()
    await other.meet(filled(8))
    other.becomes('active')
    const late = setUp()
    await late.meet()
    await late.clock.advance(nearbyLimits.inviteLifetimeMs + 1)
    late.becomes('active')
    const before = setUp()
    await before.meet()
    before.becomes('active', { verifiedAtMs: 5 })
    const damaged = setUp()
    await damaged.meet()
    damaged.becomes('active', { descriptor: new Uint8Array(3) })
    const never = setUp()
    never.becomes('active')
    for (const one of [other, late, before, damaged, never]) expect(one.marks()).toEqual([])
  })

  it('is accepted only by an invite of the account that they told', async () => {
    const { meet, hear, commands, nearby } = setUp()
    await meet()
    hear({ kind: 'invite', link: 'waxwing:invite/AQ' })
    await expect.poll(() => nearby.view().people[0]?.phase.kind).toBe('done')
    expect(commands.map((command) => command.kind)).toEqual(['inspectInvite', 'acceptInvite'])
    const forged = setUp(own.account)
    await forged.meet()
    forged.hear({ kind: 'invite', link: 'waxwing:invite/AQ' })
    await expect.poll(() => forged.nearby.view().people[0]?.phase.kind).toBe('ended')
    expect(forged.commands.map((command) => command.kind)).toEqual(['inspectInvite'])
  })
})

describe('people nearby', () => {
  it('are off at first, on for five minutes, and off again', async () => {
    const { nearby, clock, stops } = setUp()
    expect(nearby.view()).toEqual({ isAvailable: true, endsAtMs: null, ended: null, people: [] })
    expect(nearby.ask(theirPeer)).toBe('unknown')
    expect(await nearby.start()).toBe(true)
    expect(nearby.view().endsAtMs).toBe(clock.nowMs() + 300_000)
    await clock.advance(100_000)
    expect(await nearby.start()).toBe(true)
    expect(nearby.view().endsAtMs).toBe(clock.nowMs() + 300_000)
    await clock.advance(300_000)
    expect(nearby.view()).toMatchObject({ endsAtMs: null, ended: 'time' })
    expect(stops()).toBe(1)
    await nearby.stop()
    expect(nearby.view().ended).toBe('time')
  })

  it.each(['relayOnly', 'proxy'])('are forbidden in the mode %s, also while a sitting lasts', async (privacy) => {
    const { nearby, settings, stops } = setUp()
    await nearby.start()
    nearby.settingsChanged()
    expect(nearby.view().endsAtMs).not.toBeNull()
    settings.set('privacy', privacy)
    nearby.settingsChanged()
    expect(nearby.view()).toMatchObject({ isAvailable: false, endsAtMs: null, ended: 'forbidden' })
    expect(await nearby.start()).toBe(false)
    expect(stops()).toBe(1)
  })

  it('end when their network does not come up', async () => {
    const { nearby, stops } = setUp(friend.account, true)
    expect(await nearby.start()).toBe(false)
    expect([nearby.view().endsAtMs, stops()]).toEqual([null, 1])
  })
})
