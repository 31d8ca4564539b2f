import { expect, it } from 'vitest'
import { FakeClock } from '../../../test/net/fakeClock.ts'
import type { Happening } from '../../core/engine/inputs.ts'
import { deviceIdOf } from '../../core/ids.ts'
import { Recovery } from './recovery.ts'

it('keeps nothing of what others offer again: while the disk is full it would come again and again', async () => {
  const clock = new FakeClock()
  const repeated: Happening[] = []
  const recovery = new Recovery(clock, (happenings) => repeated.push(...happenings))
  const device = deviceIdOf(new Uint8Array(32))
  const bytes = new Uint8Array(9)
  recovery.failed([
    { kind: 'mail', device, mailbox: device, id: '00', byInvite: false, bytes },
    { kind: 'frame', device, bytes },
    { kind: 'flush', device },
  ])
  await clock.advance(60_000)
  expect(repeated).toEqual([{ kind: 'flush', device }, { kind: 'tick' }])
})
