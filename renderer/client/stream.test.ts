import { describe, expect, it } from 'vitest'
import type { ContractEvent, NumberedEvent } from '../../preload/contract/events.ts'
import { contractLimits } from '../../preload/contract/limits.ts'
import { EventStream } from './stream.ts'

const network: ContractEvent = {
  kind: 'networkChanged',
  network: { state: 'listening', problem: null, addresses: [], connected: 0, reach: 'lan' },
}
const profile: ContractEvent = {
  kind: 'profileChanged',
  profile: { state: 'locked', name: 'default', protection: 'passphrase', keyringAvailable: false, problem: null },
}

function at(sequence: number, event: ContractEvent = network): NumberedEvent {
  return { sequence, event }
}

describe('the order of events', () => {
  it('holds events until a snapshot, then passes on those that it does not contain', () => {
    const stream = new EventStream()
    expect(stream.push(at(4))).toEqual({ events: [], gap: false })
    expect(stream.push(at(5))).toEqual({ events: [], gap: false })
    expect(stream.push(at(6))).toEqual({ events: [], gap: false })
    expect(stream.baseline(5)).toEqual({ events: [network], gap: false })
    expect(stream.push(at(7)).events).toHaveLength(1)
  })

  it('passes on a change of the profile at once, and once', () => {
    const stream = new EventStream()
    expect(stream.push(at(1, profile)).events).toEqual([profile])
    expect(stream.baseline(0).events).toEqual([])
    expect(stream.push(at(2)).events).toEqual([network])
  })

  it('passes over what it has seen', () => {
    const stream = new EventStream()
    stream.baseline(10)
    expect(stream.push(at(10))).toEqual({ events: [], gap: false })
    expect(stream.push(at(3))).toEqual({ events: [], gap: false })
    expect(stream.push(at(11)).events).toHaveLength(1)
  })

  it('says that there is a gap, keeps what came behind it, and heals with a snapshot', () => {
    const stream = new EventStream()
    stream.baseline(10)
    expect(stream.push(at(12))).toEqual({ events: [], gap: true })
    expect(stream.synced).toBe(false)
    expect(stream.push(at(13))).toEqual({ events: [], gap: false })
    expect(stream.baseline(11)).toEqual({ events: [network, network], gap: false })
    expect(stream.push(at(14)).events).toHaveLength(1)
  })

  it('says so when a snapshot is older than the hole', () => {
    const stream = new EventStream()
    stream.push(at(8))
    expect(stream.baseline(5)).toEqual({ events: [], gap: true })
    expect(stream.synced).toBe(false)
  })

  it('keeps a bounded number of events, and what it let go of is a gap', () => {
    const stream = new EventStream()
    for (let sequence = 1; sequence <= contractLimits.eventBacklogMax + 5; sequence++) stream.push(at(sequence))
    expect(stream.baseline(0)).toEqual({ events: [], gap: true })
    const other = new EventStream()
    for (let sequence = 1; sequence <= contractLimits.eventBacklogMax + 5; sequence++) other.push(at(sequence))
    expect(other.baseline(5).events).toHaveLength(contractLimits.eventBacklogMax)
  })
})
