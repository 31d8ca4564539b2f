import { describe, expect, it } from 'vitest'
import { parseCommandLine } from './headlessOptions.ts'

const parse = (...args: string[]) => parseCommandLine(args, '/home/anna')

describe('the command line', () => {
  it('names a folder relative to where it was typed, and has safe defaults', () => {
    expect(parse('--profile', 'p')).toEqual({
      ok: true,
      value: {
        kind: 'run',
        options: {
          directory: '/home/anna/p',
          port: 0,
          confine: 'none',
          lan: true,
          announce: [],
          verbose: false,
          serve: { relay: false, mailbox: false, relayQuota: null, mailboxQuota: null },
          unattended: null,
          rpc: true,
          invites: { print: false, file: null },
        },
      },
    })
  })

  it('has a folder of its own when none is named, so that a node that serves is one command', () => {
    const bare = parseCommandLine(['--relay', '--mailbox'], '/home/anna', '/home/anna')
    expect(bare).toMatchObject({ value: { options: { directory: '/home/anna/.waxwing-node' } } })
    expect(parse('--profile', '')).toMatchObject({ ok: false })
  })

  it('takes every option', () => {
    const all = parse('--profile', '/p', '--port', '4001', '--confine', 'loopback', '--lan', 'off', '--verbose')
    expect(all).toMatchObject({ value: { options: { port: 4001, confine: 'loopback', lan: false, verbose: true } } })
    expect(parse('--help')).toMatchObject({ value: { kind: 'help' } })
    expect(parse('--version')).toMatchObject({ value: { kind: 'version' } })
  })

  it('serves, alone, on a profile that it makes', () => {
    const args = [
      '--relay',
      '--mailbox',
      '--relay-quota',
      'unlimited',
      '--mailbox-quota',
      '4GB',
      '--passphrase-file',
      'secret',
      '--create',
      'R',
      '--detached',
      '--print-invite',
      '--invite-file',
      'link',
    ]
    expect(parse('--profile', '/p', ...args)).toMatchObject({
      value: {
        options: {
          serve: { relay: true, mailbox: true, relayQuota: 'unlimited', mailboxQuota: '4GB' },
          unattended: { passphraseFile: '/home/anna/secret', create: 'R' },
          rpc: false,
          invites: { print: true, file: '/home/anna/link' },
        },
      },
    })
    expect(parse('--profile', '/p', '--passphrase-file', '/f')).toMatchObject({
      value: { options: { unattended: { passphraseFile: '/f', create: null }, rpc: true } },
    })
  })

  it('announces addresses with the port that is listened on, or another', () => {
    const given = ['9.9.9.9', '9.9.9.9:4001', '[2001:DB8::0:1]', '[2001:db8::1]:1']
    expect(parse('--profile', 'p', ...given.flatMap((text) => ['--announce', text]))).toMatchObject({
      value: {
        options: {
          announce: [
            { host: '9.9.9.9', port: 0 },
            { host: '9.9.9.9', port: 4001 },
            { host: '2001:db8::1', port: 0 },
            { host: '2001:db8::1', port: 1 },
          ],
        },
      },
    })
  })

  it('takes a quota from its list alone, and says which there are', () => {
    const wrong = ['', '2GB', '1gb', '1073741824', 'toString', 'unlimited'].map((text) =>
      parse(`--mailbox-quota=${text}`),
    )
    const error = '--mailbox-quota takes 256MB, 1GB, 4GB or 16GB.'
    expect(wrong).toEqual(wrong.map(() => ({ ok: false, error })))
    const error2 = '--relay-quota takes 1GB, 10GB, 100GB or unlimited.'
    expect(parse('--relay-quota', '256MB')).toEqual({ ok: false, error: error2 })
  })

  it.each([
    ...['example.org', '9.9.9', '9.9.9.9:0', '9.9.9.9:70000', '2001:db8::1', '[9::9::9]', '9.9.9.9:', ''].map(
      (text) => [['--profile', 'p', `--announce=${text}`]],
    ),
    [['--profile', 'p', ...Array.from({ length: 5 }, () => '--announce=9.9.9.9')]],
    [['--profile', 'p', '--detached']],
    [['--profile', 'p', '--create', 'R']],
    [['--profile', 'p', '--passphrase-file', 'f', '--create', '']],
    [['--profile', 'p', '--passphrase-file', '']],
    [['--profile', 'p', '--passphrase-file', 'f', '--print-invite']],
    [['--profile', 'p', '--passphrase-file', 'f', '--invite-file', 'l']],
    [['--profile', 'p', '--passphrase-file', 'f', '--detached', '--invite-file', '']],
    [['--profile', 'p', '--print-invite']],
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
