/** What mailboxes, holders of invites and contacts may try by way of a mailbox, and what comes of it. */
import { createHash } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { concat, toHex } from '../../main/core/bytes.ts'
import { invitePlace } from '../../main/core/engine/mail/invites.ts'
import { mailTag, sealForMailbox } from '../../main/core/engine/mail/keys.ts'
import { entropyOf } from '../../main/core/entropy.ts'
import { decodeInvite } from '../../main/core/identity/invite.ts'
import { idBytes } from '../../main/core/ids.ts'
import { implementationLimits } from '../../main/core/limits.ts'
import type { Frame } from '../../main/core/wire/frame.ts'
import { encodeFrame } from '../../main/core/wire/frame.ts'
import type { SimMailbox } from './mailboxes.ts'
import type { Peer } from './peer.ts'
import { Scene } from './scene.ts'

const [second, minute] = [1_000, 60_000]
const seed = 63
console.log(`attacks by mail: seed ${seed}`)

let scene: Scene
afterEach(() => scene.assertSound())

interface Cast {
  readonly anna: Peer
  readonly ben: Peer
  readonly holder: Peer
  readonly box: SimMailbox
}

/** Anna and Ben; a holder of messages for Ben, who came by an invite of his and so knows its secret. */
async function begin(): Promise<Cast> {
  scene = await new Scene(3, seed).begin()
  const [anna, ben, holder] = [scene.peer(0), scene.peer(1), scene.peer(2)]
  await scene.meet(ben, anna)
  await scene.meet(ben, holder)
  await scene.do<'setSettings'>(holder, { kind: 'setSettings', values: new Map([['serveMailbox', true]]) })
  await scene.run(10 * second)
  return { anna, ben, holder, box: scene.world.ether.post.at(holder.identity.device) }
}

/** An item under the tag of an invite of Ben's, said to be of `sender`. */
function plant({ ben, holder, box }: Cast, payload: Uint8Array, sender: Peer, frame: Frame): void {
  const { crypto } = scene.world.watch
  const invite = decodeInvite(crypto, payload)
  if (!invite.ok) throw new Error('no invite')
  const place = invitePlace(crypto, invite.value, holder.identity.device, 'item')
  const content = concat(idBytes(sender.identity.device), encodeFrame(frame))
  const bytes = sealForMailbox(crypto, place, content, entropyOf(scene.world.chance.bytes(64)))
  const id = createHash('sha256').update(bytes).digest('hex').slice(0, 32)
  box.items.push({ id, owner: ben.identity.device, tag: toHex(mailTag(crypto, place)), bytes })
}

function envelope(): Frame {
  return { kind: 'envelope', sealed: scene.world.chance.bytes(600) }
}

describe('whoever holds the link of an invite', () => {
  async function flooded(used: boolean): Promise<void> {
    const cast = await begin()
    const { anna, ben, box } = cast
    const { invite } = await scene.invite(ben)
    await scene.run(5 * second)
    const row = [...ben.disk.invites.values()].find((one) =>
      used ? one.state === 'used' : one.invite === invite.invite,
    )
    ben.crash()
    await scene.run(15 * second)
    for (let number = 0; number < implementationLimits.unopenedPerHourMax + 20; number++) {
      plant(cast, row?.payload ?? new Uint8Array(0), anna, envelope())
    }
    await scene.text(anna, ben, 'text')
    await scene.run(10 * second)
    anna.crash()
    const before = scene.world.ether.post.deposits
    ben.start()
    await scene.run(minute)
    expect(scene.shown(ben, anna)).toEqual(['text'])
    expect(box.items).toEqual([])
    // And nothing is left for her on account of what she did not say.
    expect(scene.world.ether.post.deposits).toBe(before)
  }

  it('cannot use up what a contact may do, by an invite that is open', () => flooded(false))
  it('cannot use up what a contact may do, by one that was used', () => flooded(true))
})
