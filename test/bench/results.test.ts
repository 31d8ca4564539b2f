import { describe, expect, it } from 'vitest'
import { table, withSection } from './results.ts'

const both = '# Measured\n\n## One\n\nold one\n\n### Part\n\nof one\n\n## Two\n\nold two\n'

describe('results.md', () => {
  it('has each section replaced where it stands, whole, and the others kept', () => {
    expect(withSection(both, 'One', 'new one\n')).toBe('# Measured\n\n## One\n\nnew one\n\n## Two\n\nold two\n')
    expect(withSection(both, 'Two', 'new two')).toBe(
      '# Measured\n\n## One\n\nold one\n\n### Part\n\nof one\n\n## Two\n\nnew two\n',
    )
  })

  it('takes a section that it did not have behind the others', () => {
    expect(withSection(both, 'Three', 'new')).toBe(`${both}\n## Three\n\nnew\n`)
    expect(withSection('# Measured\n', 'One', 'first')).toBe('# Measured\n\n## One\n\nfirst\n')
    expect(withSection('', 'One', 'first')).toBe('# Measured\n\n## One\n\nfirst\n')
  })

  it('tells headings apart that begin alike', () => {
    const text = withSection(both, 'One more', 'x')
    expect(text).toContain('old one')
    expect(withSection(text, 'One', 'y')).toContain('## One more\n\nx')
  })

  it('writes tables that Markdown reads', () => {
    expect(table(['a', 'b'], [['1', '2']])).toBe('| a | b |\n|---|---|\n| 1 | 2 |')
  })
})
