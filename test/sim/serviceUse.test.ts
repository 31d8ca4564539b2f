/** Whose relay and mailbox a device uses: what contacts offer, as far as the user lets it. */
import { afterEach, expect, it } from 'vitest'
import { quotaLimits } from '../../main/core/limits.ts'
import type { ServiceUse, SettingValue } from '../../main/core/ports.ts'
import type { Peer } from './peer.ts'
import { Scene } from './scene.ts'

let scene: Scene

afterEach(() => scene.assertSound())

async function set(peer: Peer, key: string, value: SettingValue): Promise<void> {
  await scene.do<'setSettings'>(peer, { kind: 'setSettings', values: new Map([[key, value]]) })
  await scene.run(2_000)
}

async function use(at: Peer, of: Peer, choice: ServiceUse): Promise<void> {
  await scene.do<'setServiceUse'>(at, { kind: 'setServiceUse', account: of.identity.account, use: choice })
  await scene.run(2_000)
}

function target(at: Peer, of: Peer) {
  const { relay, mailbox } = at.endpoint?.targets.find(({ device }) => device === of.identity.device) ?? {}
  return { relay, mailbox }
}

it('follows the mode, until the user says always or never', async () => {
  scene = await new Scene(2).begin()
  const [helper, guest] = [scene.peer(0), scene.peer(1)]
  await scene.meet(helper, guest)
  expect(target(guest, helper)).toEqual({ relay: false, mailbox: false })
  await set(helper, 'serveRelay', true)
  await set(helper, 'serveMailbox', true)
  expect(target(guest, helper)).toEqual({ relay: true, mailbox: true })
  await use(guest, helper, 'never')
  expect(target(guest, helper)).toEqual({ relay: false, mailbox: false })
  await use(guest, helper, 'auto')
  expect(target(guest, helper)).toEqual({ relay: true, mailbox: true })
  await set(guest, 'privacy', 'relayOnly')
  expect(target(guest, helper)).toEqual({ relay: false, mailbox: false })
  await use(guest, helper, 'always')
  expect(target(guest, helper)).toEqual({ relay: true, mailbox: true })
  await set(helper, 'serveRelay', false)
  expect(target(guest, helper)).toEqual({ relay: false, mailbox: true })
})

it('is kept over a restart, and told to contacts at once', async () => {
  scene = await new Scene(3).begin()
  const [holder, guest, friend] = [scene.peer(0), scene.peer(1), scene.peer(2)]
  await scene.meet(holder, guest)
  await scene.meet(friend, guest)
  await set(holder, 'serveMailbox', true)
  const told = () => friend.disk.devices.get(guest.identity.device)?.mailboxes.map(({ device }) => device)
  await use(guest, holder, 'always')
  expect(told()).toEqual([holder.identity.device])
  await use(guest, holder, 'never')
  expect(told()).toEqual([])
  await scene.restart(guest)
  expect(target(guest, holder)).toEqual({ relay: false, mailbox: false })
  expect(told()).toEqual([])
})

it('is as much as was chosen by name, at once and after a restart; an unknown name is the default', async () => {
  scene = await new Scene(1).begin()
  const helper = scene.peer(0)
  const { mailboxQuotasBytes, relayQuotasBytes } = quotaLimits
  const quotas = () => helper.endpoint?.quotas
  const byDefault = { mailboxBytes: mailboxQuotasBytes['1GB'], relayBytesPerDay: relayQuotasBytes['10GB'] }
  expect(quotas()).toEqual(byDefault)
  await set(helper, 'mailboxQuota', '256MB')
  await set(helper, 'relayQuota', 'unlimited')
  const chosen = { mailboxBytes: mailboxQuotasBytes['256MB'], relayBytesPerDay: null }
  expect(quotas()).toEqual(chosen)
  await scene.restart(helper)
  expect(quotas()).toEqual(chosen)
  for (const name of ['2GB', 'toString', 5]) {
    await set(helper, 'mailboxQuota', name)
    await set(helper, 'relayQuota', name)
    expect(quotas()).toEqual(byDefault)
  }
})

it('can be chosen for contacts alone', async () => {
  scene = await new Scene(2).begin()
  const [one, other] = [scene.peer(0), scene.peer(1)]
  const account = other.identity.account
  const answer = await scene.ask<'setServiceUse'>(one, { kind: 'setServiceUse', account, use: 'always' })
  expect(answer).toEqual({ ok: false, error: { kind: 'contactUnknown' } })
})
