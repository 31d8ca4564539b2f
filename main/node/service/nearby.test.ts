import { describe, expect, it } from 'vitest'
import { nearbySchema } from '../../../preload/contract/dto.ts'
import type { MeetingPhase } from '../../core/identity/nearby/meeting.ts'
import { accountIdOf, deviceIdOf } from '../../core/ids.ts'
import { nearbyLimits } from '../../core/limits.ts'
import type { ContactRow } from '../../core/ports.ts'
import type { NearbyView } from '../nearby/nearby.ts'
import type { NearbyPerson } from '../nearby/sitting.ts'
import { NameIndex } from './nameIndex.ts'
import type { Looked } from './nearby.ts'
import { toNearby } from './nearby.ts'

const filled = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)
const account = { rootKey: filled(5), descriptorHash: filled(6) }

function contactRow(byte: number, name: string, state: ContactRow['state'] = 'active'): ContactRow {
  return {
    account: accountIdOf(filled(byte)),
    state,
    pendingProblem: null,
    claimedName: name,
    petName: null,
    descriptor: new Uint8Array(),
    offeredDescriptor: null,
    verifiedAtMs: null,
    createdAtMs: 0,
    lastSeenAtMs: null,
    acceptedInvite: null,
    lanKey: null,
  }
}

function somebody(byte: number, name: string, change: Partial<NearbyPerson> = {}): NearbyPerson {
  const phase: MeetingPhase = { kind: 'here', problem: null }
  return { peer: deviceIdOf(filled(byte)), name, phase, isHere: true, problem: null, account: null, ...change }
}

function look(people: readonly NearbyPerson[], contacts: readonly ContactRow[] = []) {
  const view: NearbyView = { isAvailable: true, endsAtMs: 9, ended: null, people }
  const context: Looked = {
    nearby: { view: () => view },
    names: new NameIndex(contacts),
    resident: () => ({
      self: { secrets: new Uint8Array(), name: 'Mara', createdAtMs: 0 },
      contact: (id) => contacts.find((row) => row.account === id) ?? null,
    }),
  }
  const nearby = toNearby(context)
  expect(nearbySchema.parse(nearby, 'nearby')).toEqual({ ok: true, value: nearby })
  return nearby.people
}

describe('people nearby on the screen', () => {
  it('have names that cannot turn, hide or outgrow what stands around them', () => {
    const names = ['\u202egnal\u200b', 'a\u0301'.repeat(200), '👩‍👩‍👧‍👦'.repeat(30), '\u2066\u2069', 'two\nlines\u0000']
    const shown = look(names.map((name, i) => somebody(i + 10, name))).map((person) => person.name)
    expect(shown[0]).toBe('gnal')
    expect(shown.every((name) => name.length <= 64 && !/[\p{Cc}\u200b\u202a-\u202e\u2066-\u2069]/u.test(name))).toBe(
      true,
    )
    expect(shown.slice(3)).toEqual(['', 'two lines'])
  })

  it('are marked when a contact, the user or somebody else there has such a name', () => {
    const contacts = [contactRow(5, 'Anna')]
    const alike = (people: readonly NearbyPerson[]) =>
      look(people, contacts).map((person) => [person.looksLike, person.alike])
    expect(alike([somebody(1, 'Аnna'), somebody(2, 'Ben')])).toEqual([
      [accountIdOf(filled(5)), false],
      [null, false],
    ])
    expect(alike([somebody(1, 'Ben'), somebody(2, 'Bеn'), somebody(3, 'Μara')])).toEqual([
      [null, true],
      [null, true],
      [null, true],
    ])
    // Who is that very contact needs no warning; and no name looks like no name.
    expect(alike([somebody(1, 'Anna', { account })])).toEqual([[null, false]])
    expect(alike([somebody(1, ''), somebody(2, '')])).toEqual([
      [null, false],
      [null, false],
    ])
  })

  it('stand where they are, with digits only while these are compared', () => {
    const comparing = (ours: boolean): MeetingPhase => ({ kind: 'comparing', digits: '01234567', ours, theirs: false })
    const [one, two, three] = look([
      somebody(1, 'A', { phase: comparing(false) }),
      somebody(2, 'B', { phase: comparing(true) }),
      somebody(3, 'C', { phase: { kind: 'answered', nonce: filled(1), commitment: filled(2) } }),
    ])
    expect([one?.stage, two?.stage, three?.stage]).toEqual(['comparing', 'waiting', 'proving'])
    expect([one?.digits, two?.digits, three?.digits]).toEqual(['01234567', '01234567', null])
  })

  it('are not said to be contacts when only their side knows of it', () => {
    const phase = { kind: 'done', account, outcome: 'known' } as const
    const known = somebody(1, 'Anna', { phase, account })
    expect(look([known], [contactRow(5, 'Anna')])[0]).toMatchObject({ stage: 'done', problem: null })
    expect(look([known], [contactRow(5, 'Anna', 'removed')])[0]).toMatchObject({ stage: 'gone', problem: 'refused' })
  })

  it('are as many as the screen takes', () => {
    const crowd = Array.from({ length: 60 }, (_, i) => somebody(i + 1, `Person ${i}`))
    expect(look(crowd)).toHaveLength(nearbyLimits.peopleMax)
  })
})
