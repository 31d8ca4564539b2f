/** What Waxwing exports, checked by the real ssh-keygen, and what ssh-keygen signs, checked by Waxwing. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { utf8 } from '../../main/core/bytes.ts'
import { createIdentity } from '../../main/core/identity/account.ts'
import { compareCard, exportFiles } from '../../main/core/identity/card.ts'
import { fingerprintOf } from '../../main/core/identity/fingerprint.ts'
import { parseSshPublicKeyLine } from '../../main/core/identity/sshKey.ts'
import { decodeSshsig, encodeSshsig, sshsigNamespaces, verifySshsig } from '../../main/core/identity/sshsig.ts'
import { providers } from '../vectors/providers.ts'

const present = spawnSync('ssh-keygen', ['-?']).error === undefined
if (!present) console.warn('ssh-keygen is absent: its tests are skipped (Debian: apt-get install openssh-client)')

const root = mkdtempSync(join(tmpdir(), 'waxwing-ssh-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let folders = 0

/** Runs a command line in a shell, as a person would. */
function shell(folder: string, line: string): { readonly status: number | null; readonly text: string } {
  const ran = spawnSync('sh', ['-c', line], { cwd: folder, encoding: 'utf8' })
  return { status: ran.status, text: ran.stdout + ran.stderr }
}

const nowMs = 1_772_323_200_000

describe.skipIf(!present).each(providers)('ssh-keygen and the $name provider', (crypto) => {
  const random = crypto.sha512(utf8('an identity'))
  const identity = createIdentity(crypto, new Uint8Array([...random, ...random.subarray(0, 32)]), nowMs)

  function exported(name: string): string {
    const folder = join(root, String(folders++))
    mkdirSync(folder)
    for (const file of exportFiles(crypto, identity, name, nowMs)) writeFileSync(join(folder, file.fileName), file.text)
    return folder
  }

  /** The commands between quotes in HOW-TO-CHECK.txt. */
  function howToCheck(folder: string): readonly string[] {
    const text = readFileSync(join(folder, 'HOW-TO-CHECK.txt'), 'utf8')
    return Array.from(text.matchAll(/Run "([^"]+)"/g), (found) => found[1] as string)
  }

  it.each(['Anna', 'Łukasz Strauß', 'Мария 👩🏽‍💻', '', "x'; rm -rf ~ #"])(
    'says Good to the card of %j, by the lines of the export',
    (name) => {
      const folder = exported(name)
      const [fingerprintLine = '', verifyLine = ''] = howToCheck(folder)
      const fingerprint = shell(folder, fingerprintLine)
      expect(fingerprint.text).toContain(`256 ${fingerprintOf(crypto, identity.rootKey)} `)
      const verified = shell(folder, verifyLine)
      expect(verified).toMatchObject({ status: 0 })
      expect(verified.text).toMatch(
        /^Good "identity@waxwing" signature for [a-z0-9-]+@waxwing with ED25519 key SHA256:/,
      )
      expect(verified.text).toContain(fingerprintOf(crypto, identity.rootKey))
    },
  )

  it('says no to another card, purpose or person', () => {
    const folder = exported('Anna')
    const verifyLine = howToCheck(folder)[1] as string
    expect(shell(folder, verifyLine.replace('-n identity@waxwing', '-n device@waxwing')).status).not.toBe(0)
    expect(shell(folder, verifyLine.replace('-I anna@waxwing', '-I boris@waxwing')).status).not.toBe(0)
    const card = readFileSync(join(folder, 'card.txt'), 'utf8')
    for (const altered of [card.replace('Anna', 'Anne'), card.replaceAll('\n', '\r\n'), `${card}\n`]) {
      writeFileSync(join(folder, 'card.txt'), altered)
      const refused = shell(folder, verifyLine)
      expect(refused.status).not.toBe(0)
      expect(refused.text).toContain('incorrect signature')
    }
  })

  it('takes and matches its own export', () => {
    const folder = exported('Anna')
    const read = (name: string) => readFileSync(join(folder, name), 'utf8')
    expect(compareCard(crypto, identity, read('card.txt'), read('card.txt.sig'))).toEqual({
      kind: 'match',
      source: 'card',
    })
    expect(compareCard(crypto, identity, read('anna.pub'), null)).toEqual({ kind: 'match', source: 'publicKey' })
    expect(shell(folder, 'ssh-keygen -l -f anna.pub').text).toContain('anna@waxwing (ED25519)')
  })

  it('verifies what ssh-keygen signs, and would have written the same armour', () => {
    const folder = exported('Anna')
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'someone', '-f', 'key'], { cwd: folder })
    execFileSync('ssh-keygen', ['-q', '-Y', 'sign', '-f', 'key', '-n', sshsigNamespaces.card, 'card.txt.sig'], {
      cwd: folder,
    })
    const armour = readFileSync(join(folder, 'card.txt.sig.sig'), 'utf8')
    const message = new Uint8Array(readFileSync(join(folder, 'card.txt.sig')))
    const sig = decodeSshsig(armour)
    if (!sig.ok) throw new Error(sig.error.kind)
    expect(verifySshsig(crypto, sig.value, sshsigNamespaces.card, message)).toBe('good')
    expect(encodeSshsig(sig.value)).toBe(armour)
    const line = parseSshPublicKeyLine(readFileSync(join(folder, 'key.pub'), 'utf8'))
    expect(line).toEqual({ ok: true, value: { publicKey: sig.value.publicKey, comment: 'someone' } })
    expect(compareCard(crypto, identity, readFileSync(join(folder, 'key.pub'), 'utf8'), null)).toMatchObject({
      kind: 'mismatch',
      source: 'publicKey',
      fingerprint: shell(folder, 'ssh-keygen -lf key.pub').text.split(' ')[1],
    })
  })
})
