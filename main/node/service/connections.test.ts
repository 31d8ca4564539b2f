import { describe, expect, it } from 'vitest'
import { connectionsSchema } from '../../../preload/contract/dto.ts'
import type { AccountId, DeviceId } from '../../core/ids.ts'
import { accountIdOf, deviceIdOf } from '../../core/ids.ts'
import type { ContactRow, ContactState, DeviceRow, PathKind } from '../../core/ports.ts'
import { connectionHandlers } from './connections.ts'
import type { NodeContext } from './context.ts'

const [bea, cem, dan, stranger] = [1, 2, 3, 4].map((byte) => ({
  account: accountIdOf(new Uint8Array(32).fill(byte)),
  device: deviceIdOf(new Uint8Array(32).fill(100 + byte)),
})) as [Person, Person, Person, Person]

interface Person {
  readonly account: AccountId
  readonly device: DeviceId
}

interface Given {
  readonly people: readonly (Person & { readonly state?: ContactState; readonly services?: number })[]
  readonly paths?: ReadonlyMap<DeviceId, PathKind>
  readonly relayTo?: DeviceId
  readonly relays?: readonly DeviceId[]
  readonly roundTripMs?: number
}

function setUp(given: Given) {
  const measured: DeviceId[] = []
  const contacts = new Map(
    given.people.map(({ account, state = 'active' }) => [account, { account, state } as ContactRow]),
  )
  const devices = new Map(
    given.people.map(({ account, device, services = 0 }) => [
      device,
      { account, device, services, use: 'auto' } as DeviceRow,
    ]),
  )
  const resident = {
    contact: (account: AccountId) => contacts.get(account) ?? null,
    contacts: () => contacts.values(),
    device: (device: DeviceId) => devices.get(device) ?? null,
    deviceOf: (account: AccountId) => given.people.find((one) => one.account === account)?.device ?? null,
    setting: () => null,
  }
  const network = {
    pathOf: (device: DeviceId) => given.paths?.get(device) ?? null,
    relayTo: () => given.relayTo ?? null,
    relays: () => given.relays ?? [],
    status: () => ({ reach: 'mapped' }),
    roundTripMs: (device: DeviceId) => {
      measured.push(device)
      return given.roundTripMs ?? null
    },
  }
  const mailbox = { usage: async () => ({ owners: 2, items: 9, sizeBytes: 40_000 }) }
  const handlers = connectionHandlers({ resident: () => resident, network, mailbox } as unknown as NodeContext)
  const get = async (account: AccountId | null) => {
    const answer = await handlers['connections.get']({ account })
    if (!answer.ok) throw new Error(answer.error.code)
    expect(connectionsSchema.parse(answer.value, 'result')).toMatchObject({ ok: true })
    return answer.value
  }
  return { get, measured, handlers }
}

describe('connections.get', () => {
  it('tells path, round trip and relay of each contact one may talk to', async () => {
    const { get, measured } = setUp({
      people: [bea, cem, { ...dan, state: 'blocked' }],
      paths: new Map([
        [bea.device, 'relay'],
        [dan.device, 'direct'],
      ]),
      relayTo: cem.device,
      roundTripMs: 48,
    })
    expect((await get(null)).contacts).toEqual([
      { account: bea.account, path: 'relay', roundTripMs: 48, relay: cem.account },
      { account: cem.account, path: 'away', roundTripMs: null, relay: null },
    ])
    expect(measured).toEqual([bea.device])
  })

  it('measures nobody but whom it is asked about', async () => {
    const paths = new Map<DeviceId, PathKind>([bea, cem].map(({ device }) => [device, 'direct']))
    const { get, measured } = setUp({ people: [bea, cem], paths })
    expect((await get(cem.account)).contacts).toMatchObject([{ account: cem.account, path: 'direct' }])
    expect((await get(stranger.account)).contacts).toEqual([])
    expect(measured).toEqual([cem.device])
  })

  it('names as relays and mailboxes only contacts', async () => {
    const { get } = setUp({
      people: [{ ...bea, services: 3 }, { ...cem, services: 1 }, dan],
      paths: new Map([[dan.device, 'relay']]),
      relayTo: stranger.device,
      relays: [stranger.device, bea.device],
    })
    const { reach, relays, mailboxes, contacts } = await get(dan.account)
    expect({ reach, relays, mailboxes }).toEqual({
      reach: 'mapped',
      relays: [bea.account],
      mailboxes: [bea.account],
    })
    expect(contacts[0]?.relay).toBeNull()
  })

  it('keeps a round trip that a clock made absurd within the contract', async () => {
    const { get } = setUp({ people: [bea], paths: new Map([[bea.device, 'lan']]), roundTripMs: 9e12 })
    expect((await get(null)).contacts[0]?.roundTripMs).toBe(3_600_000)
  })
})

describe('mailbox.usage', () => {
  it('tells for how many contacts how much is held', async () => {
    const { handlers } = setUp({ people: [] })
    expect(await handlers['mailbox.usage']({})).toEqual({
      ok: true,
      value: { contacts: 2, items: 9, sizeBytes: 40_000 },
    })
  })
})
