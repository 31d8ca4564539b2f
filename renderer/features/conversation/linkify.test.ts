import { describe, expect, it } from 'vitest'
import { linkify, openableUrl } from './linkify.ts'

function links(text: string): readonly string[] {
  return linkify(text).flatMap((segment) => (segment.kind === 'link' ? [segment.url] : []))
}

const backslashes = String.raw`\\server\share\file.exe`

describe('links', () => {
  it.each([
    ['https://example.org', 'https://example.org/'],
    ['see https://example.org/a?b=c#d, please', 'https://example.org/a?b=c#d'],
    ['(https://example.org/a_(b))', 'https://example.org/a_(b)'],
    ['https://example.org/x.', 'https://example.org/x'],
    ['HTTPS://EXAMPLE.ORG/Path', 'https://example.org/Path'],
    ['“https://example.org/q”', 'https://example.org/q%E2%80%9D'],
    ['https://[2001:db8::1]/x', 'https://[2001:db8::1]/x'],
    ['https://bücher.example/', 'https://xn--bcher-kva.example/'],
  ])('are found in %s', (text, url) => {
    expect(links(text)).toEqual([url])
  })

  it.each([
    ['javascript:alert(1)'],
    ['JaVaScRiPt://example.org/%0aalert(1)'],
    ['java\nscript:alert(1)'],
    ['file:///etc/passwd'],
    ['smb://server/share'],
    ['data:text/html,<script>alert(1)</script>'],
    ['vscode://file/etc/passwd'],
    ['ms-msdt:/id PCWDiagnostic'],
    ['http://example.org'],
    ['//example.org/x'],
    [backslashes],
    ['www.example.org'],
    ['https://'],
    ['https:///x'],
    ['https://localhost/x'],
    ['https://user@example.org/'],
    ['https://paypal.com:443@example.org/'],
    ['https://:secret@example.org/'],
    ['https://example.org/\u202Egpj.exe'],
    ['https://exam\u200Bple.org/'],
    ['https://example.org/\u0007'],
    ['xhttps://example.org'],
    ['view-source:https://example.org'.replace('https', 'http')],
    [`https://example.org/${'a'.repeat(3_000)}`],
  ])('are not made of %j', (text) => {
    expect(links(text)).toEqual([])
  })

  it('leave every character of the text where it was', () => {
    const text = 'a https://example.org/1, b https://x@y.z c\nhttps://example.org/2) javascript:x 🌱'
    expect(
      linkify(text)
        .map((segment) => segment.text)
        .join(''),
    ).toBe(text)
    expect(links(text)).toEqual(['https://example.org/1', 'https://example.org/2'])
  })

  it('are found in linear time', () => {
    const hostile = [
      'https://'.repeat(4_000),
      `https://a.b/${')'.repeat(32_000)}`,
      `https://a.b/${'('.repeat(16_000)}${')'.repeat(16_000)}`,
      'https://a.b/ '.repeat(2_500),
    ]
    const startMs = performance.now()
    for (const text of hostile)
      expect(
        linkify(text)
          .map((segment) => segment.text)
          .join(''),
      ).toBe(text)
    expect(performance.now() - startMs).toBeLessThan(500)
  })

  it('are given on in their canonical form only', () => {
    expect(openableUrl('https://EXAMPLE.org/../a')).toBe('https://example.org/a')
    expect(openableUrl('http://example.org')).toBeNull()
    expect(openableUrl('not a url')).toBeNull()
  })
})
