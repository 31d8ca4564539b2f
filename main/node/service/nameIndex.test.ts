import { describe, expect, it } from 'vitest'
import { accountIdOf } from '../../core/ids.ts'
import type { ContactRow } from '../../core/ports.ts'
import { NameIndex } from './nameIndex.ts'

function contact(id: number, claimedName: string, petName: string | null = null): ContactRow {
  return {
    account: accountIdOf(new Uint8Array(32).fill(id)),
    state: 'active',
    pendingProblem: null,
    claimedName,
    petName,
    descriptor: new Uint8Array(),
    offeredDescriptor: null,
    verifiedAtMs: null,
    createdAtMs: 0,
    lastSeenAtMs: null,
    acceptedInvite: null,
    lanKey: null,
  }
}

describe('NameIndex', () => {
  const anna = contact(1, 'Anna')
  // Cyrillic letters that look Latin.
  const impostor = contact(2, 'Аnnа')

  it('finds the twin of a name, in both directions, and none where there is none', () => {
    const names = new NameIndex([anna, impostor, contact(3, 'Ben')])
    expect(names.twinOf(anna.account)).toBe(impostor.account)
    expect(names.twinOf(impostor.account)).toBe(anna.account)
    expect(names.twinOf(contact(3, '').account)).toBeNull()
    expect(names.twinOf(contact(9, '').account)).toBeNull()
  })

  it('names those whose answer changes when somebody is renamed', () => {
    const names = new NameIndex([anna])
    expect(names.update(impostor)).toEqual([anna.account])
    expect(names.update(impostor)).toEqual([])
    expect(names.update({ ...impostor, petName: 'Work' })).toEqual([anna.account])
    expect(names.twinOf(anna.account)).toBeNull()
  })

  it('takes empty names for nobody’s', () => {
    const names = new NameIndex([contact(4, ''), contact(5, '')])
    expect(names.twinOf(contact(4, '').account)).toBeNull()
  })
})
