import { describe, expect, it } from 'vitest'
import { de } from './de.ts'
import { en } from './en.ts'

type Words = { readonly [key: string]: unknown }

function leaves(words: Words, path = ''): readonly (readonly [string, unknown])[] {
  return Object.entries(words).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null
      ? leaves(value as Words, `${path}${key}.`)
      : [[path + key, value] as const],
  )
}

function spoken(value: unknown): string {
  return typeof value === 'function' ? String((value as (...parts: unknown[]) => unknown)(2, 'Anna')) : String(value)
}

describe('dictionaries', () => {
  it('have the same keys, and functions in the same places', () => {
    const shape = (words: Words): readonly string[] => leaves(words).map(([path, value]) => `${path}: ${typeof value}`)
    expect(shape(de)).toEqual(shape(en))
  })

  it('have words everywhere, and no exclamation marks', () => {
    for (const [path, value] of [...leaves(en), ...leaves(de)]) {
      expect({ path, words: spoken(value) }).toEqual({
        path,
        words: expect.stringMatching(/^[^!]*\S[^!]*$/) as unknown,
      })
    }
  })

  it('have whole sentences for what went wrong', () => {
    for (const sentence of Object.values(en.errors)) expect(sentence).toMatch(/^[A-Z].*\.$/)
  })

  it('use the names that others rely on', () => {
    expect([en.conversations.region, en.conversation.region, en.details.region]).toEqual([
      'Conversations',
      'Messages',
      'Details',
    ])
    expect([en.conversations.newContact, en.newContact.create, en.newContact.accept]).toEqual([
      'New contact',
      'Create invite',
      'Accept invite',
    ])
    expect([en.conversation.send, en.conversation.verify, en.verify.same]).toEqual([
      'Send',
      'Verify',
      'Mark as verified',
    ])
    expect([en.settings.exportFingerprint, en.conversations.settings]).toEqual(['Export fingerprint', 'Settings'])
    expect([en.conversation.composer, en.onboarding.name, en.newContact.link, en.newContact.share]).toEqual([
      'Message',
      'Your name',
      'Invite link',
      'Invite link to share',
    ])
    expect([en.unlock.passphrase, en.unlock.repeat, en.unlock.unlock]).toEqual([
      'Passphrase',
      'Repeat passphrase',
      'Unlock',
    ])
    expect([en.onboarding.continue, en.onboarding.create, en.conversations.search]).toEqual([
      'Continue',
      'Create profile',
      'Search conversations',
    ])
    expect([en.verify.safetyNumber, en.settings.fingerprint]).toEqual(['Safety number', 'Your fingerprint'])
    expect([en.nearby.title, en.nearby.start, en.nearby.same]).toEqual([
      'People nearby',
      'Look for people',
      'They are the same',
    ])
    expect(en.delivery).toMatchObject({ written: 'Written', sent: 'Sent', delivered: 'Delivered', read: 'Read' })
  })
})
