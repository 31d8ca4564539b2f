import { describe, expect, it } from 'vitest'
import { collapsedText, isOnlyEmoji } from './collapse.ts'
import { findMessages, markMatches } from './find.ts'
import type { Message } from '../../state/model.ts'

describe('long texts', () => {
  it('are shown in part', () => {
    const head = collapsedText('word '.repeat(5_000))
    expect(head?.length).toBeLessThanOrEqual(1_600)
    expect(head?.endsWith('word')).toBe(true)
  })

  it('are shown in part when they have many lines', () => {
    expect(collapsedText('x\n'.repeat(500))?.split('\n')).toHaveLength(24)
    expect(collapsedText('x\n'.repeat(25))).toBeNull()
  })

  it('are not cut for a few characters', () => {
    expect(collapsedText('a'.repeat(1_700))).toBeNull()
    expect(collapsedText('short')).toBeNull()
    expect(collapsedText('')).toBeNull()
  })

  it('are never cut inside a character', () => {
    for (const pad of ['', 'a']) {
      const head = collapsedText(pad + '😀'.repeat(16_000)) ?? ''
      expect(head).not.toMatch(/\p{Surrogate}/u)
      expect(head.length).toBeGreaterThan(1_500)
    }
  })

  it('of a million characters take no time', () => {
    const text = '😀'.repeat(500_000)
    const startMs = performance.now()
    collapsedText(text)
    isOnlyEmoji(text)
    expect(performance.now() - startMs).toBeLessThan(50)
  })
})

describe('emoji alone', () => {
  it.each([['🌱'], ['👩‍👩‍👧 ❤️'.replace(' ', '')], ['🎉🎉🎉']])('are shown large: %s', (text) => {
    expect(isOnlyEmoji(text)).toBe(true)
  })
  it.each([[''], ['7'], ['ok 🌱'], ['🌱'.repeat(7)], ['#']])('not: %s', (text) => {
    expect(isOnlyEmoji(text)).toBe(false)
  })
})

describe('finding', () => {
  const messages = ['Terns first', 'the ferry', 'TERN'].map(
    (text, index) => ({ event: `e${index}`, body: { kind: 'text', text } }) as Message,
  )

  it('counts from the newest, case aside', () => {
    expect(findMessages(messages, ' tern ')).toEqual(['e2', 'e0'])
    expect(findMessages(messages, '  ')).toEqual([])
    expect(findMessages([{ ...messages[0], body: { kind: 'unknown' } } as Message], 'tern')).toEqual([])
  })

  it('marks each place and loses nothing', () => {
    expect(markMatches('Tern, tern', 'TERN')).toEqual([
      { text: 'Tern', match: true },
      { text: ', ', match: false },
      { text: 'tern', match: true },
    ])
    const text = 'a'.repeat(1_000)
    expect(
      markMatches(text, 'a')
        .map((part) => part.text)
        .join(''),
    ).toBe(text)
    expect(markMatches('İstanbul', 'i')).toEqual([{ text: 'İstanbul', match: false }])
  })
})
