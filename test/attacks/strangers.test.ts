/** Strangers in thousands, with and without the link of an invite: what they are told, what it costs, what is left of it. */
import { describe, expect, it } from 'vitest'
import { concat } from '../../main/core/bytes.ts'
import type { Crypto } from '../../main/core/crypto/provider.ts'
import { bundleProof } from '../../main/core/engine/keys.ts'
import type { DeviceId } from '../../main/core/ids.ts'
import { deviceIdOf, envelopeIdOf } from '../../main/core/ids.ts'
import { implementationLimits } from '../../main/core/limits.ts'
import type { BundlePurpose, Frame } from '../../main/core/wire/frame.ts'
import { encodeFrame } from '../../main/core/wire/frame.ts'
import { Chance } from '../sim/schedule.ts'
import { crypto } from '../support/sessions.ts'
import { initialAt, inviteIn } from './contact.ts'
import { connect, exchange, Machine, meet } from './machine.ts'
import type { Heard, Parcel } from './machine.ts'

const { unprovedAnswersPerHourMax, inviteFetchesPerHourMax, inviteInitialsPerHourMax } = implementationLimits
const seed = 60
console.log(`strangers: seed ${seed}`)

/** A provider that counts what is done with keys of curves and lattices. */
function countingKeys(): { readonly provider: Crypto; readonly used: () => number } {
  let used = 0
  const count = <T>(made: T): T => {
    used++
    return made
  }
  const provider: Crypto = {
    ...crypto,
    x25519: (secret, key) => count(crypto.x25519(secret, key)),
    x25519PublicKey: (secret) => count(crypto.x25519PublicKey(secret)),
    ed25519Sign: (key, message) => count(crypto.ed25519Sign(key, message)),
    ed25519Verify: (signature, message, key) => count(crypto.ed25519Verify(signature, message, key)),
    mlKem768KeyPair: (coins) => count(crypto.mlKem768KeyPair(coins)),
    mlKem768Encapsulate: (key, coins) => count(crypto.mlKem768Encapsulate(key, coins)),
    mlKem768Decapsulate: (cipherText, key) => count(crypto.mlKem768Decapsulate(cipherText, key)),
  }
  return { provider, used: () => used }
}

/** Connects as this device, says these frames, and is gone; what they led to. */
function visit(host: Machine, device: DeviceId, frames: readonly Frame[]): readonly Heard[] {
  host.run({ kind: 'peerUp', device, path: 'direct', address: '/stranger' })
  const heard = frames.map((frame) => host.hear(device, encodeFrame(frame)))
  host.run({ kind: 'peerDown', device })
  return heard
}

function flowsOf(machine: Machine): number {
  return [...machine.state.flows()].length
}

/** How many answers of each status, or none. */
function counted(heard: readonly Heard[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { answers } of heard) {
    const [answer] = answers
    const name = answer?.kind === 'bundleReply' ? answer.status.kind : (answer?.kind ?? 'nothing')
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

describe('strangers', () => {
  it('case 60: in 10,000 who prove nothing get a bounded number of answers, cost no key, and leave nothing', () => {
    const { provider, used } = countingKeys()
    const host = new Machine(1, provider)
    const friend = new Machine(2)
    meet(host, friend)
    exchange([host, friend])
    const { invite } = host.command<'createInvite'>({ kind: 'createInvite', lifetimeMs: null })
    const chance = new Chance(seed)
    const before = { disk: host.snapshot(), flows: flowsOf(host), used: used(), arrived: host.arrived.length }
    const heard: Heard[] = []
    for (let number = 0; number < 10_000; number++) {
      const requestId = chance.bytes(16)
      const wrong = { kind: 'invite', inviteId: invite.invite, proof: chance.bytes(32) } as const
      const purpose: BundlePurpose = number % 2 === 0 ? wrong : { kind: 'renew' }
      // One that looks like a first envelope, and one that does not.
      const sealed = concat(Uint8Array.of(1 + (number % 2), 1, 0, 1), chance.bytes(1_300))
      heard.push(
        ...visit(host, deviceIdOf(chance.bytes(32)), [
          { kind: 'bundleRequest', requestId, purpose },
          { kind: 'envelope', sealed },
          { kind: 'ack', envelopeIds: [envelopeIdOf(chance.bytes(16))] },
        ]),
      )
    }
    // One of each: whose proof is wrong, whose envelope is nobody's.
    expect(counted(heard)).toEqual({
      unknown: unprovedAnswersPerHourMax,
      reject: unprovedAnswersPerHourMax,
      nothing: 30_000 - 2 * unprovedAnswersPerHourMax,
    })
    expect(heard.flatMap(({ changes, notices, acked }) => [...changes, ...notices, ...acked])).toEqual([])
    expect(used()).toBe(before.used)
    expect(host.snapshot()).toEqual(before.disk)
    expect([flowsOf(host), host.arrived.length]).toEqual([before.flows, before.arrived])
    // In the next hour they are told again.
    host.nowMs += 3_600_000
    const purpose = { kind: 'renew' } as const
    const later = visit(host, deviceIdOf(chance.bytes(32)), [
      { kind: 'bundleRequest', requestId: chance.bytes(16), purpose },
    ])
    expect(counted(later)).toEqual({ unknown: 1 })
  })

  it('case 60: who all hold the link of one invite become one contact, cost a bounded number of keys, and take nothing from other invites', () => {
    const { provider, used } = countingKeys()
    const host = new Machine(1, provider)
    const { link } = host.command<'createInvite'>({ kind: 'createInvite', lifetimeMs: null })
    const other = host.command<'createInvite'>({ kind: 'createInvite', lifetimeMs: null })
    const { inviteId, secret } = inviteIn(link)
    const chance = new Chance(seed)
    // Some whose program is as it should be have got as far as their first envelope.
    const guests = Array.from({ length: 20 }, (_, number) => new Machine(100 + number))
    const initials: Parcel[] = []
    for (const guest of guests) {
      guest.command<'acceptInvite'>({ kind: 'acceptInvite', link })
      connect(host, guest)
      exchange([host, guest], (parcel) => {
        if (parcel.from === guest && parcel.frame.kind === 'envelope') initials.push(parcel)
        return parcel.frame.kind !== 'envelope'
      })
    }
    const [captured] = initials
    if (captured === undefined) throw new Error('no first envelope')
    // 10,000 others ask with a proof that holds, and send a first envelope that does not.
    const before = used()
    const heard: Heard[] = []
    for (let number = 0; number < 10_000; number++) {
      const device = deviceIdOf(chance.bytes(32))
      const proof = bundleProof(crypto, secret, inviteId, device, host.device)
      const forged = captured.bytes.slice()
      forged.set(chance.bytes(16), initialAt.cipherText)
      host.run({ kind: 'peerUp', device, path: 'direct', address: '/stranger' })
      const purpose = { kind: 'invite', inviteId, proof } as const
      const request = encodeFrame({ kind: 'bundleRequest', requestId: chance.bytes(16), purpose })
      heard.push(host.hear(device, request))
      host.hear(device, forged)
      host.run({ kind: 'peerDown', device })
    }
    const { ok = 0, busy = 0 } = counted(heard)
    expect([ok <= inviteFetchesPerHourMax, ok > 0, ok + busy]).toEqual([true, true, 10_000])
    // An agreement or two, a decapsulation and what is derived from the keys of the invite, each time.
    expect(used() - before).toBeGreaterThan(0)
    expect(used() - before).toBeLessThanOrEqual(8 * inviteInitialsPerHourMax)
    expect([host.disk.contacts.size, host.arrived.length]).toEqual([0, 0])
    // The holder of the other invite comes in meanwhile, and notices nothing.
    const cleo = new Machine(3)
    cleo.command<'acceptInvite'>({ kind: 'acceptInvite', link: other.link })
    connect(host, cleo)
    exchange([host, cleo])
    expect([...cleo.disk.contacts.values()]).toMatchObject([{ state: 'active', acceptedInvite: null }])
    // Within the hour one of the many is let in, and no other ever.
    host.nowMs += 3_600_000
    for (const parcel of initials) host.hear(parcel.from.device, parcel.bytes)
    expect([...host.disk.contacts.values()].map(({ state }) => state)).toEqual(['active', 'active'])
    expect(host.disk.invites.get(inviteId)?.state).toBe('used')
    expect(host.disk.conversations.size).toBe(3)
  })
})
