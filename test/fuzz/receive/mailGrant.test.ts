/** A mailbox that answers late, when the contact has given another key meanwhile. */
import { describe, expect, it } from 'vitest'
import type { KnownGrant } from '../../../main/core/ports.ts'
import { FrameClock } from '../target.ts'
import { makeMailRoom } from './mailRoom.ts'

describe('a deposit that was under way when the contact gave another key', () => {
  const second = 1_000

  /** The victim, whose friend gave the key so much after what is answered to was sealed; whether it counts as held. */
  function isHeld(grantedAfterMs: number): boolean {
    const room = makeMailRoom()
    const victim = room.victim.fork(1)
    const [row] = room.waiting
    const known = victim.state.device(room.friend.device)
    const mail: KnownGrant | null = known?.mail ?? null
    if (row?.sealed === null || row === undefined || known === null || mail === null) throw new Error('nothing waits')
    const atMs = victim.nowMs - 10 * second
    const change = { kind: 'putDevice', row: { ...known, mail: { ...mail, sinceMs: atMs + grantedAfterMs } } } as const
    victim.state.apply(change)
    victim.disk.write([change])
    const { device, order, sealed } = row
    const [mailbox, told] = [room.friendsMailbox, []]
    const answer = { kind: 'deposited', device, mailbox, order, envelope: sealed.envelope, told, atMs } as const
    victim.step({ ...answer, outcome: 'stored' }, new FrameClock())
    const after = [...victim.disk.outbox.values()].find((one) => one.device === device && one.order === order)
    return after?.held.some((copy) => copy.mailbox === mailbox && copy.atMs === atMs) === true
  }

  it('is not held: it lies under tags that are nobody’s', () => {
    expect(isHeld(second)).toBe(false)
    expect(isHeld(-second)).toBe(true)
  })

  it('is held when only a clock that was wrong says that the key came later', () => {
    expect(isHeld(400 * 86_400 * second)).toBe(true)
  })
})
