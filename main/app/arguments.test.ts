import { describe, expect, it } from 'vitest'
import { describeProblem, linkIn, parseArguments } from './arguments.ts'

describe('launch arguments', () => {
  it('have defaults', () => {
    expect(parseArguments(['electron', '.'])).toEqual({
      profile: 'default',
      dataRoot: null,
      confine: 'none',
      port: 0,
      link: null,
    })
  })

  it('are read, with a link among them', () => {
    const argv = [
      'electron',
      '.',
      '--profile=work',
      '--user-data-root=/d',
      '--confine=loopback',
      '--port=4001',
      'waxwing:invite/AA',
    ]
    expect(parseArguments(argv)).toEqual({
      profile: 'work',
      dataRoot: '/d',
      confine: 'loopback',
      port: 4001,
      link: 'waxwing:invite/AA',
    })
  })

  it.each([
    ['--profile=../x', 'badProfileName'],
    ['--profile=', 'badProfileName'],
    ['--profile=.hidden', 'badProfileName'],
    ['--profile=a/b', 'badProfileName'],
    ['--confine=lan', 'badConfine'],
    ['--port=70000', 'badPort'],
    ['--port=-1', 'badPort'],
  ])('refuse %s', (argument, kind) => {
    const parsed = parseArguments(['electron', argument])
    expect(parsed).toMatchObject({ kind })
    if ('kind' in parsed) expect(describeProblem(parsed)).toMatch(/\.$/)
  })

  it('pass over links that are too long', () => {
    expect(linkIn([`waxwing:${'a'.repeat(5_000)}`])).toBeNull()
    expect(linkIn(['https://example.org', 'WAXWING:invite/x'])).toBe('WAXWING:invite/x')
  })
})
