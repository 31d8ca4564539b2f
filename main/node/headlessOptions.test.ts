import { describe, expect, it } from 'vitest'
import { parseCommandLine } from './headlessOptions.ts'

const parse = (...args: string[]) => parseCommandLine(args, '/home/anna')

describe('the command line', () => {
  it('names a folder relative to where it was typed, and has safe defaults', () => {
    expect(parse('--profile', 'p')).toEqual({
      ok: true,
      value: {
        kind: 'run',
        options: { directory: '/home/anna/p', port: 0, confine: 'none', lan: true, verbose: false },
      },
    })
  })

  it('takes every option', () => {
    const all = parse('--profile', '/p', '--port', '4001', '--confine', 'loopback', '--lan', 'off', '--verbose')
    expect(all).toMatchObject({ value: { options: { port: 4001, confine: 'loopback', lan: false, verbose: true } } })
    expect(parse('--help')).toMatchObject({ value: { kind: 'help' } })
    expect(parse('--version')).toMatchObject({ value: { kind: 'version' } })
  })

  it.each([
    [[]],
    [['--profile', '']],
    [['--profile', 'p', '--port', '70000']],
    [['--profile', 'p', '--port', '-1']],
    [['--profile', 'p', '--port', '4e3']],
    [['--profile', 'p', '--confine', 'some']],
    [['--profile', 'p', '--lan', 'maybe']],
    [['--profile', 'p', '--passphrase', 'secret']],
    [['--profile', 'p', 'more']],
  ])('refuses %j', (args) => {
    const refused = parse(...args)
    expect(refused.ok).toBe(false)
    if (!refused.ok) expect(refused.error).toMatch(/\w/)
  })
})
