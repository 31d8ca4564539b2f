import { describe, expect, it } from 'vitest'
import { contractLimits } from '../../../preload/contract/limits.ts'
import { settingsSchema } from '../../../preload/contract/dto.ts'
import { mailboxLimits, nearbyLimits, protocolLimits, quotaLimits } from '../../core/limits.ts'
import { settingDefaults, shortName, toSettings } from './dto.ts'

describe('shortName', () => {
  it('keeps what fits, cuts between characters, and stays within the contract', () => {
    expect(shortName('Anna')).toBe('Anna')
    expect(shortName('a'.repeat(64))).toBe('a'.repeat(64))
    const families = '👨‍👩‍👧‍👦'.repeat(11)
    expect(shortName(families)).toBe(`${'👨‍👩‍👧‍👦'.repeat(5)}…`)
    expect(shortName('a'.repeat(128)).length).toBeLessThanOrEqual(contractLimits.nameLengthMax)
  })
})

describe('toSettings', () => {
  it('takes what is kept, and the default for what is missing or of another version', () => {
    const kept = new Map<string, string | boolean>([
      ['theme', 'dark'],
      ['density', 'sparse'],
      ['lanDiscovery', 'yes'],
    ])
    const settings = toSettings((key) => kept.get(key) ?? null)
    expect(settings).toEqual({ ...settingDefaults, theme: 'dark' })
    expect(settingsSchema.parse(settings, 'settings').ok).toBe(true)
  })

  it('knows a quota by its name in the list alone', () => {
    const lists = { relayQuota: contractLimits.relayQuotasBytes, mailboxQuota: contractLimits.mailboxQuotasBytes }
    for (const [key, quotas] of Object.entries(lists)) {
      const taken = (value: unknown) => settingsSchema.parse({ ...settingDefaults, [key]: value }, 'settings').ok
      expect(Object.keys(quotas).map(taken)).toEqual([true, true, true, true])
      expect(['', '2GB', '1gb', 'toString', 1_073_741_824, null].map(taken)).not.toContain(true)
      expect(toSettings((one) => (one === key ? '2GB' : null))).toEqual(settingDefaults)
    }
  })
})

it('has the same bounds as the protocol where both bound the same thing', () => {
  expect(contractLimits.messageTextSizeBytesMax).toBe(protocolLimits.messageTextSizeBytesMax)
  expect(contractLimits.nearbyPeopleMax).toBe(nearbyLimits.peopleMax)
  expect(contractLimits.nearbySittingMsMin).toBe(nearbyLimits.sittingMsMin)
  expect(contractLimits.nearbySittingMsMax).toBe(nearbyLimits.sittingMsMax)
  expect(contractLimits.mailboxQuotasBytes).toEqual(quotaLimits.mailboxQuotasBytes)
  expect(contractLimits.relayQuotasBytes).toEqual(quotaLimits.relayQuotasBytes)
  expect(contractLimits.heldItemSizeBytesMax).toBe(mailboxLimits.itemSizeBytesMax)
  expect(contractLimits.inviteLinkLengthMax).toBe(protocolLimits.inviteLinkLengthMax)
})
