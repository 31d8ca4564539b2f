import { describe, expect, it, vi } from 'vitest'

vi.mock('electron', () => ({ dialog: {}, shell: {} }))
const { safeLink } = await import('./links.ts')

describe('links of messages', () => {
  it.each([
    ['https://example.org/a b', 'https://example.org/a%20b'],
    ['https://xn--80ak6aa92e.com/', 'https://xn--80ak6aa92e.com/'],
    ['https://аррӏе.com/', 'https://xn--80ak6aa92e.com/'],
  ])('%s is shown and opened as %s', (text, wanted) => {
    expect(safeLink(text)).toBe(wanted)
  })

  it.each([
    'http://example.org',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'smb://host/share',
    'vscode://x',
    'data:text/html,x',
    '\\\\host\\share',
    'https://example.org@evil.example/',
    'https://user:secret@evil.example/',
    '',
  ])('%s is refused', (text) => {
    expect(safeLink(text)).toBeNull()
  })
})
