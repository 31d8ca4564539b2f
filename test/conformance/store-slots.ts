/** The part of the store's conformance suite about slots at mailboxes, which the engine reads whole at start. */
import { expect, it } from 'vitest'
import type { Bench } from './bench.ts'
import { value } from './bench.ts'
import * as rows from './rows.ts'

const { put } = rows

export function slotConformance(bench: Bench): void {
  it('keeps slots whole, over a reopening too, and forgets those that are removed', async () => {
    const slots = [
      rows.mailSlot(1, { device: rows.deviceOf(1) }),
      rows.mailSlot(2, { untilDay: 20_750 }),
      rows.mailSlot(3),
    ]
    await bench.commit(...slots.map(put.mailSlot), put.mailSlot(rows.mailSlot(4)))
    await bench.commit({ kind: 'removeMailSlot', slot: 4 })
    await bench.reopen()
    const { mailSlots } = await value(bench.store.resident())
    expect([...mailSlots].sort((a, b) => a.slot - b.slot)).toEqual(slots)
  })

  it('gives a slot back and to another', async () => {
    await bench.commit(put.mailSlot(rows.mailSlot(1, { device: rows.deviceOf(1) })))
    await bench.commit(put.mailSlot(rows.mailSlot(1, { untilDay: 7 })))
    await bench.commit(put.mailSlot(rows.mailSlot(2, { device: rows.deviceOf(1) })))
    const { mailSlots } = await value(bench.store.resident())
    const wanted = [rows.mailSlot(1, { untilDay: 7 }), rows.mailSlot(2, { device: rows.deviceOf(1) })]
    expect([...mailSlots].sort((a, b) => a.slot - b.slot)).toEqual(wanted)
  })
}
