import { beforeEach, describe, expect, it } from 'vitest'
import { accountOf, contact, deviceOf } from '../../test/conformance/rows.ts'
import { FakeClock } from '../../test/net/fakeClock.ts'
import type { AccountId } from '../core/ids.ts'
import { mailboxLimits } from '../core/limits.ts'
import type { ContactState, MailboxStore } from '../core/ports.ts'
import { MailboxKeeper } from './mailboxKeeper.ts'

const hour = mailboxLimits.pruneIntervalMs

let clock: FakeClock
let states: Map<number, ContactState>
let pruned: (readonly [readonly string[], number])[]
/** Ends the pruning that is under way, when it is to take its time. */
let finish: (() => void) | null
let slow: boolean
let keeper: MailboxKeeper

beforeEach(() => {
  clock = new FakeClock(0)
  states = new Map()
  pruned = []
  finish = null
  slow = false
  const prune: MailboxStore['prune'] = async (owners, nowMs) => {
    pruned.push([owners, nowMs])
    if (slow) await new Promise<void>((resolve) => (finish = resolve))
  }
  const view = {
    contacts: () => [...states].map(([number, state]) => contact(number, { state })),
    deviceOf: (account: AccountId) =>
      [...states.keys()].filter((number) => accountOf(number) === account && number !== 9).map(deviceOf)[0] ?? null,
  }
  keeper = new MailboxKeeper(clock, { prune } as MailboxStore, () => view)
})

describe('the keeper of a mailbox', () => {
  it('prunes at the start and every hour, for contacts whose device is known', async () => {
    const all: ContactState[] = ['pending', 'active', 'keyChanged', 'blocked', 'removed']
    for (const [number, state] of all.entries()) states.set(number, state)
    states.set(9, 'active')
    keeper.start()
    await clock.advance(2 * hour)
    const owners = [deviceOf(1), deviceOf(2)]
    expect(pruned).toEqual([0, hour, 2 * hour].map((atMs) => [owners, atMs]))
    keeper.stop()
    await clock.advance(2 * hour)
    expect(pruned).toHaveLength(3)
    expect(clock.timerCount).toBe(0)
  })

  it('prunes at once when somebody is served no more, and for nothing less', async () => {
    states.set(1, 'active')
    keeper.contactsChanged()
    keeper.start()
    await clock.advance(0)
    states.set(2, 'active')
    keeper.contactsChanged()
    await clock.advance(0)
    expect(pruned).toEqual([[[deviceOf(1)], 0]])
    states.set(2, 'blocked')
    keeper.contactsChanged()
    await clock.advance(0)
    expect(pruned.slice(1)).toEqual([[[deviceOf(1)], 0]])
    states.set(1, 'removed')
    keeper.contactsChanged()
    await clock.advance(0)
    expect(pruned.slice(2)).toEqual([[[], 0]])
  })

  it('begins the next pruning after the one before, with whom it serves by then', async () => {
    slow = true
    for (const number of [1, 2]) states.set(number, 'active')
    keeper.start()
    for (const number of [1, 2]) {
      states.delete(number)
      keeper.contactsChanged()
    }
    await clock.advance(0)
    expect(pruned).toEqual([[[deviceOf(1), deviceOf(2)], 0]])
    slow = false
    finish?.()
    await clock.advance(0)
    expect(pruned.slice(1)).toEqual([[[], 0]])
  })
})
