/** Attacks on who somebody is. */
import { describe, expect, it } from 'vitest'
import { encodeIdentityPayload } from '../../main/core/identity/account.ts'
import { signDescriptor } from '../../main/core/identity/descriptor.ts'
import { idBytes } from '../../main/core/ids.ts'
import { crypto } from '../support/sessions.ts'
import { bundleAt, expectRefused, inviteIn, offered, prekeyOf, signedAgain } from './contact.ts'
import { connect, exchange, Machine } from './machine.ts'

describe('another’s bundle', () => {
  it('case 23: whoever republishes another’s bundle as its own is rejected', () => {
    const ben = new Machine(23)
    const { link } = ben.command<'createInvite'>({ kind: 'createInvite', lifetimeMs: null })
    const { bundle: stolen } = prekeyOf(ben)
    const before = ben.snapshot()
    // As it is, under the thief's name; signed by the thief; made for the thief's device; with its owner's papers.
    expectRefused(offered(() => stolen))
    expectRefused(offered((_, thief) => signedAgain(thief, stolen, () => undefined)))
    expectRefused(
      offered((_, thief) => signedAgain(thief, stolen, (edited) => edited.set(idBytes(thief.device), bundleAt.device))),
    )
    expectRefused(
      offered(
        () => stolen,
        () => encodeIdentityPayload(ben.identity),
      ),
    )
    // The thief's own bundle, in which single keys are Ben's: the identity key is not the thief's.
    expectRefused(
      offered((bundle, thief) =>
        signedAgain(thief, bundle, (edited) => edited.set(ben.identity.identityKey, bundleAt.identityKey)),
      ),
    )

    // The thief claims Ben's identity key as well, under its own root, in an invite with the secret of Ben's: nobody
    // can tell from outside. But what was meant for the thief cannot be passed on to Ben as if it were for him.
    const { secret } = inviteIn(link)
    const {
      guest,
      heard,
      host: thief,
    } = offered(
      (_, host) => signedAgain(host, stolen, (edited) => edited.set(idBytes(host.device), bundleAt.device)),
      ({ identity }) => {
        const descriptor = signDescriptor(crypto, identity.rootSeed, {
          ...identity,
          identityKey: ben.identity.identityKey,
        })
        return encodeIdentityPayload({ ...identity, descriptor })
      },
      secret,
    )
    expect(heard.refusals).toEqual([])
    const initial = guest.take().find(({ frame }) => frame.kind === 'envelope')
    if (initial === undefined) throw new Error('nothing was said')
    for (const from of [guest.device, thief.device]) {
      expect(ben.hear(from, initial.bytes)).toMatchObject({ changes: [], acked: [], refusals: ['initialRefused'] })
    }
    expect(ben.snapshot()).toEqual(before)
    // Ben's invite is as good as ever, for the one who has it.
    const friend = new Machine(24)
    friend.command<'acceptInvite'>({ kind: 'acceptInvite', link })
    connect(ben, friend)
    exchange([ben, friend])
    expect([...friend.disk.contacts.values()]).toMatchObject([{ state: 'active', account: ben.identity.account }])
  })
})
