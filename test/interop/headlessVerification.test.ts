/** Fingerprints between two nodes: numbers, codes, cards, and the real ssh-keygen over what was exported. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { HeadlessNode } from './headlessNode.ts'
import { befriend, openNode, temporaryFolder } from './headlessNode.ts'

let folder: ReturnType<typeof temporaryFolder>
let nodes: HeadlessNode[]

beforeEach(() => {
  folder = temporaryFolder()
  nodes = []
})

afterEach(async () => {
  await Promise.all(nodes.map((node) => node.kill('SIGKILL')))
  folder.remove()
})

async function open(name: string): Promise<HeadlessNode> {
  const node = await openNode(join(folder.path, name), name)
  nodes.push(node)
  return node
}

async function accountOf(node: HeadlessNode): Promise<string> {
  return (await node.call('snapshot.get', {})).self.account
}

async function exported(node: HeadlessNode, name: string): Promise<(file: string) => string> {
  const directory = join(folder.path, `export-${name}`)
  await node.call('fingerprint.exportTo', { directory })
  return (file) => join(directory, file)
}

describe('two people who compare', () => {
  it('see the same safety number and scan each other’s code', async () => {
    const [anna, ben] = await Promise.all([open('Anna'), open('Ben')])
    await befriend(anna, ben)
    const [annaId, benId] = [await accountOf(anna), await accountOf(ben)]
    const ofBen = await anna.call('verification.get', { account: benId })
    const ofAnna = await ben.call('verification.get', { account: annaId })
    expect(ofBen.safetyNumber).toHaveLength(12)
    expect(ofBen.safetyNumber).toEqual(ofAnna.safetyNumber)
    expect(ofBen.fingerprint).toBe(ofAnna.ownFingerprint)
    const matched = await anna.call('verification.checkQr', { account: benId, qr: ofAnna.qr })
    expect(matched).toEqual({ kind: 'match', fingerprint: ofBen.fingerprint })
    // One's own code, held before one's own camera, proves nothing.
    expect((await anna.refused('verification.checkQr', { account: benId, qr: ofBen.qr })).code).toBe('qrMalformed')
    expect((await anna.refused('verification.checkQr', { account: benId, qr: 'https://x' })).code).toBe('qrMalformed')
    expect((await anna.refused('verification.get', { account: annaId })).code).toBe('contactUnknown')
    const verified = await anna.call('verification.set', { account: benId, verified: true })
    expect(verified.verifiedAtMs).not.toBeNull()
    const withdrawn = await anna.call('verification.set', { account: benId, verified: false })
    expect(withdrawn.verifiedAtMs).toBeNull()
  })

  it('are told when the code or card is somebody else’s', async () => {
    const [anna, ben, eve] = await Promise.all([open('Anna'), open('Ben'), open('Eve')])
    await befriend(anna, ben)
    await befriend(eve, ben)
    const [annaId, benId, eveId] = [await accountOf(anna), await accountOf(ben), await accountOf(eve)]
    const eves = await ben.call('verification.get', { account: eveId })
    const fromEve = await eve.call('verification.get', { account: benId })
    const wrong = await ben.call('verification.checkQr', { account: annaId, qr: fromEve.qr })
    expect(wrong.kind).toBe('mismatch')
    const path = await exported(eve, 'eve')
    const card = readFileSync(path('card.txt'), 'utf8')
    const signature = readFileSync(path('card.txt.sig'), 'utf8')
    const check = (account: string, text: string, sig: string | null) =>
      ben.call('verification.checkCard', { account, card: text, signature: sig })
    expect(await check(eveId, card, signature)).toEqual({ kind: 'match', fingerprint: eves.fingerprint })
    expect(await check(eveId, readFileSync(path('eve.pub'), 'utf8'), null)).toMatchObject({ kind: 'match' })
    const other = await check(annaId, card, signature)
    expect(other).toMatchObject({ kind: 'mismatch', got: eves.fingerprint })
    const altered = card.replace(/^date: ..../m, 'date: 1999')
    expect(await check(eveId, altered, signature)).toEqual({ kind: 'badSignature' })
    const annas = await exported(anna, 'anna')
    const otherSignature = readFileSync(annas('card.txt.sig'), 'utf8')
    expect(await check(eveId, card, otherSignature)).toEqual({ kind: 'badSignature' })
    expect((await ben.refused('verification.checkCard', { account: eveId, card: 'hello', signature: null })).code).toBe(
      'cardMalformed',
    )
  })
})

const sshKeygen = spawnSync('ssh-keygen', ['-?']).error === undefined
if (!sshKeygen) console.warn('ssh-keygen is absent: its test is skipped (Debian: apt-get install openssh-client)')

describe.skipIf(!sshKeygen)('an export', () => {
  it('is accepted by the real ssh-keygen, with the fingerprint that the node shows', async () => {
    const anna = await open('Anna')
    const { self } = await anna.call('snapshot.get', {})
    const path = await exported(anna, 'anna')
    const listed = execFileSync('ssh-keygen', ['-lf', path('anna.pub')], { encoding: 'utf8' })
    expect(listed).toContain(self.fingerprint)
    const verified = execFileSync(
      'ssh-keygen',
      [
        '-Y',
        'verify',
        '-f',
        path('allowed_signers'),
        '-I',
        'anna@waxwing',
        '-n',
        'identity@waxwing',
        '-s',
        path('card.txt.sig'),
      ],
      { encoding: 'utf8', input: readFileSync(path('card.txt')) },
    )
    expect(verified).toMatch(/^Good "identity@waxwing" signature/)
    const altered = () =>
      execFileSync(
        'ssh-keygen',
        [
          '-Y',
          'verify',
          '-f',
          path('allowed_signers'),
          '-I',
          'anna@waxwing',
          '-n',
          'identity@waxwing',
          '-s',
          path('card.txt.sig'),
        ],
        { encoding: 'utf8', input: `${readFileSync(path('card.txt'), 'utf8')} `, stdio: 'pipe' },
      )
    expect(altered).toThrow(/Command failed/)
  })
})
