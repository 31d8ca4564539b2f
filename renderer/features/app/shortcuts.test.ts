import { describe, expect, it } from 'vitest'
import type { Press } from './shortcuts.ts'
import { shortcutOf } from './shortcuts.ts'

function press(key: string, change: Partial<Press> = {}): Press {
  return { key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, isComposing: false, ...change }
}

describe('shortcuts', () => {
  it('work with Control and with Command', () => {
    for (const command of [{ ctrlKey: true }, { metaKey: true }]) {
      expect(shortcutOf(press('k', command))).toBe('palette')
      expect(shortcutOf(press('n', command))).toBe('newContact')
      expect(shortcutOf(press('f', command))).toBe('find')
      expect(shortcutOf(press('F', { ...command, shiftKey: true }))).toBe('search')
      expect(shortcutOf(press(',', command))).toBe('settings')
    }
    expect(shortcutOf(press('ArrowUp', { altKey: true }))).toBe('previous')
    expect(shortcutOf(press('ArrowDown', { altKey: true }))).toBe('next')
    expect(shortcutOf(press('Escape'))).toBe('escape')
  })

  it('leave typing alone', () => {
    expect(shortcutOf(press('k'))).toBeUndefined()
    expect(shortcutOf(press('ArrowUp'))).toBeUndefined()
    expect(shortcutOf(press('Escape', { isComposing: true }))).toBeUndefined()
    // AltGr is Control and Alt on some keyboards.
    expect(shortcutOf(press('n', { ctrlKey: true, altKey: true }))).toBeUndefined()
    expect(shortcutOf(press('c', { ctrlKey: true }))).toBeUndefined()
  })
})
