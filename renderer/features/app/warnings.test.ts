import { describe, expect, it } from 'vitest'
import type { Contact, State, Warning } from '../../state/model.ts'
import { initialState } from '../../state/model.ts'
import { warningText } from './warnings.ts'

function warning(code: Warning['code'], account: string | null = 'b'): Warning {
  return { kind: 'warning', code, account, message: 'What the node says, in English.' }
}

function knowing(contact: Partial<Contact>): State {
  return {
    ...initialState(),
    contacts: { b: { account: 'b', name: 'Ben', pendingProblem: null, ...contact } as Contact },
  }
}

describe('a warning', () => {
  it('is about the contact whom it names', () => {
    expect(warningText(warning('keyChanged'), knowing({}))).toMatch(/^Ben: Their key changed/)
    const pending = knowing({ state: 'pending', pendingProblem: 'inviteExpired' })
    expect(warningText(warning('inviteFailed'), pending)).toMatch(/^Ben: It expired before/)
  })

  it('is a sentence too where the contact or the reason is not known', () => {
    expect(warningText(warning('keyChanged', 'x'), knowing({}))).toMatch(/^Their key changed/)
    expect(warningText(warning('inviteFailed'), knowing({}))).toBe('Ben: The invite cannot be used')
  })

  it('of the computer is about nobody', () => {
    for (const code of ['diskFull', 'storageFailed', 'portInUse'] as const) {
      expect(warningText(warning(code, null), initialState())).toMatch(/^[A-Z].*\.$/)
    }
  })
})
