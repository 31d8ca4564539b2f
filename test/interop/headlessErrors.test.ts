/** Whatever can go wrong gives its own code and a sentence, changes nothing, and loses nothing. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { chmodSync, openSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { HeadlessNode, befriend, openNode, passphrase, temporaryFolder } from './headlessNode.ts'

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

const directoryOf = (name: string): string => join(folder.path, name)

async function open(name: string, args: readonly string[] = []): Promise<HeadlessNode> {
  const node = await openNode(directoryOf(name), name, args)
  nodes.push(node)
  return node
}

/** A node that has not been told to open anything. */
function start(name: string, args: readonly string[] = []): HeadlessNode {
  const node = new HeadlessNode(directoryOf(name), args)
  nodes.push(node)
  return node
}

/** Name and contents of everything in a profile's folder but its log and lock. */
function picture(name: string): Record<string, string> {
  const kept = readdirSync(directoryOf(name)).filter((file) => !/^(?:node.*\.log|lock\..*)$/.test(file))
  return Object.fromEntries(kept.map((file) => [file, readFileSync(join(directoryOf(name), file)).toString('base64')]))
}

describe('a profile', () => {
  it('is refused to a wrong passphrase, and opens to the right one afterwards', async () => {
    await (await open('Anna')).stop()
    const node = start('Anna')
    expect(await node.call('profile.get', {})).toMatchObject({ state: 'locked', protection: 'passphrase' })
    const failure = await node.refused('profile.unlock', { passphrase: 'correct horse battery stable' })
    expect(failure.code).toBe('wrongPassphrase')
    expect(failure.message).toMatch(/passphrase/)
    expect((await node.refused('profile.unlock', { passphrase: null })).code).toBe('wrongPassphrase')
    expect((await node.refused('snapshot.get', {})).code).toBe('locked')
    expect(await node.call('profile.unlock', { passphrase })).toMatchObject({ name: 'Anna' })
  })

  it('takes no passphrase that is too short, and says how long it has to be', async () => {
    const node = start('Anna')
    const failure = await node.refused('profile.create', {
      name: 'Anna',
      protection: { kind: 'passphrase', passphrase: 'short' },
    })
    expect(failure.data).toEqual({ code: 'passphraseTooShort', got: 5, max: 8 })
    const keyring = await node.refused('profile.create', { name: 'Anna', protection: { kind: 'keyring' } })
    expect(keyring.code).toBe('keyringUnavailable')
    expect((await node.refused('profile.unlock', { passphrase })).code).toBe('profileMissing')
    expect(await node.call('profile.get', {})).toMatchObject({ state: 'absent' })
  })

  it('changes its passphrase: the old one no longer opens it', async () => {
    const anna = await open('Anna')
    const next = 'a completely different one'
    expect((await anna.refused('profile.changePassphrase', { current: 'not this one', next })).code).toBe(
      'wrongPassphrase',
    )
    await anna.call('profile.changePassphrase', { current: passphrase, next })
    await anna.stop()
    const node = start('Anna')
    expect((await node.refused('profile.unlock', { passphrase })).code).toBe('wrongPassphrase')
    await node.call('profile.unlock', { passphrase: next })
  })

  it('is never made over another, nor opened twice', async () => {
    const anna = await open('Anna')
    const again = await anna.refused('profile.create', { name: 'Eve', protection: { kind: 'passphrase', passphrase } })
    expect(again.code).toBe('profileExists')
    const second = start('Anna')
    expect(await second.call('profile.get', {})).toMatchObject({ state: 'broken' })
    expect((await second.refused('profile.unlock', { passphrase })).code).toBe('profileInUse')
    expect((await second.refused('snapshot.get', {})).code).toBe('profileInUse')
    // As soon as the first has left, the second may have it.
    await anna.stop()
    expect(await second.call('profile.unlock', { passphrase })).toMatchObject({ name: 'Anna' })
  })

  it('is let go of by a node that was killed', async () => {
    const anna = await open('Anna')
    await anna.kill('SIGKILL')
    expect(await (await open('Anna')).call('snapshot.get', {})).toMatchObject({ self: { name: 'Anna' } })
  })

  it('with a damaged database is named as such and left as it is', async () => {
    const anna = await open('Anna')
    const { self } = await anna.call('snapshot.get', {})
    for (let i = 0; i < 40; i++) {
      await anna.call('message.send', { conversation: self.conversation, clientId: `${i}`, text: 'x'.repeat(2_000) })
    }
    await anna.stop()
    const database = join(directoryOf('Anna'), 'store.db')
    const file = openSync(database, 'r+')
    // The first page: without it nothing can be read at all.
    writeSync(file, Buffer.from([0xff, 0x00, 0xff]), 0, 3, 1_024)
    const before = picture('Anna')
    const node = start('Anna')
    const failure = await node.refused('profile.unlock', { passphrase })
    expect(failure.code).toBe('databaseDamaged')
    expect(await node.call('profile.get', {})).toMatchObject({ state: 'broken', problem: failure.message })
    const replaced = await node.refused('profile.create', {
      name: 'Eve',
      protection: { kind: 'passphrase', passphrase },
    })
    expect(replaced.code).toBe('databaseDamaged')
    await node.stop()
    expect(picture('Anna')).toEqual(before)
  })

  it.each([
    ['vault.json', 'profileBroken'],
    ['store.db', 'profileBroken'],
  ])('without its %s is broken, not absent', async (file, code) => {
    await (await open('Anna')).stop()
    rmSync(join(directoryOf('Anna'), file))
    const before = picture('Anna')
    const node = start('Anna')
    expect((await node.refused('profile.unlock', { passphrase })).code).toBe(code)
    const replaced = await node.refused('profile.create', {
      name: 'Eve',
      protection: { kind: 'passphrase', passphrase },
    })
    expect(replaced.code).toBe(code)
    await node.stop()
    expect(picture('Anna')).toEqual(before)
  })

  it('of a newer Waxwing is refused by name', async () => {
    await (await open('Anna')).stop()
    const vault = join(directoryOf('Anna'), 'vault.json')
    writeFileSync(vault, readFileSync(vault, 'utf8').replace('"version": 1', '"version": 9'))
    const node = start('Anna')
    const failure = await node.refused('profile.unlock', { passphrase })
    expect(failure.data).toEqual({ code: 'databaseNewer', got: 9, max: 1 })
  })

  it('that may only be read is refused, not replaced', async () => {
    await (await open('Anna')).stop()
    chmodSync(directoryOf('Anna'), 0o500)
    const node = start('Anna')
    expect((await node.refused('profile.unlock', { passphrase })).code).toBe('databaseReadOnly')
    expect(
      (await node.refused('profile.create', { name: 'E', protection: { kind: 'passphrase', passphrase } })).code,
    ).toBe('databaseReadOnly')
    await node.stop()
    chmodSync(directoryOf('Anna'), 0o700)
  })

  it('keeps its folder and files to its owner, and its secrets to itself', async () => {
    const canary = 'canary-4f1d9c'
    const anna = await open(canary)
    const { self } = await anna.call('snapshot.get', {})
    await anna.call('message.send', { conversation: self.conversation, clientId: 'c', text: `${canary} text` })
    await anna.stop()
    expect(statSync(directoryOf(canary)).mode & 0o777).toBe(0o700)
    for (const file of readdirSync(directoryOf(canary))) {
      const path = join(directoryOf(canary), file)
      expect({ file, mode: statSync(path).mode & 0o777 }).toEqual({ file, mode: 0o600 })
      const contents = readFileSync(path)
      const secrets = [canary, passphrase, self.account].flatMap((text) => [
        Buffer.from(text),
        Buffer.from(text, 'utf16le'),
        Buffer.from(text, 'hex'),
      ])
      const found = secrets.filter((secret) => secret.length > 4 && contents.includes(secret))
      expect({ file, found }).toEqual({ file, found: [] })
    }
  })
})

describe('an invite', () => {
  it('is refused when malformed, cut, own, expired, withdrawn or known already', async () => {
    const [anna, ben] = await Promise.all([open('Anna'), open('Ben')])
    const { link, invite } = await anna.call('invite.create', { lifetimeMs: null })
    const refusals: Record<string, string> = {
      inviteMalformed: 'https://example.org/',
      inviteIncomplete: link.slice(0, -9),
      inviteOwn: link,
    }
    for (const [code, text] of Object.entries(refusals)) {
      for (const method of ['invite.inspect', 'invite.accept'] as const) {
        const failure = await anna.refused(method, { link: text })
        expect([method, failure.code]).toEqual([method, code])
        expect(failure.message).toMatch(/\.$/)
      }
    }
    expect(await ben.call('invite.inspect', { link })).toMatchObject({ name: 'Anna', looksLike: null })
    expect((await ben.call('snapshot.get', {})).contacts).toEqual([])
    expect(await anna.call('invite.withdraw', { invite: invite.invite })).toMatchObject({ state: 'withdrawn' })
    expect((await anna.refused('invite.link', { invite: invite.invite })).code).toBe('inviteWithdrawn')
    // Ben cannot know yet: he learns it from Anna's node, and the contact says so.
    await ben.call('invite.accept', { link })
    await ben.event(
      'the problem',
      (event) => event.kind === 'contactChanged' && event.contact.pendingProblem === 'inviteWithdrawn',
    )
    await ben.event('the warning', (event) => event.kind === 'warning' && event.code === 'inviteFailed')
    expect((await anna.call('snapshot.get', {})).contacts).toEqual([])
  })

  it('works once', async () => {
    const [anna, ben, eve] = await Promise.all([open('Anna'), open('Ben'), open('Eve')])
    const { link } = await anna.call('invite.create', { lifetimeMs: null })
    const { account } = await ben.call('invite.accept', { link })
    await ben.event('the contact', (event) => event.kind === 'contactChanged' && event.contact.state === 'active')
    await anna.event(
      'the invite to be used',
      (event) => event.kind === 'inviteChanged' && event.invite.state === 'used',
    )
    expect((await ben.refused('invite.accept', { link })).code).toBe('inviteAlreadyContact')
    await eve.call('invite.accept', { link })
    await eve.event(
      'the problem',
      (event) =>
        event.kind === 'contactChanged' &&
        event.contact.account === account &&
        event.contact.pendingProblem === 'inviteUsed',
    )
    expect((await anna.call('snapshot.get', {})).contacts).toHaveLength(1)
  })
})

describe('what is written', () => {
  it('to nobody, nothing, too much, or twice', async () => {
    const anna = await open('Anna')
    const { self } = await anna.call('snapshot.get', {})
    const send = (conversation: string, text: string) => ({ conversation, clientId: 'one', text })
    expect((await anna.refused('message.send', send('0'.repeat(64), 'x'))).code).toBe('conversationUnknown')
    expect((await anna.refused('message.send', send(self.conversation, ' \n'))).code).toBe('messageEmpty')
    const tooLong = await anna.refused('message.send', send(self.conversation, 'ü'.repeat(32_768)))
    expect(tooLong.data).toEqual({ code: 'messageTooLong', got: 65_536, max: 32_768 })
    const first = await anna.call('message.send', send(self.conversation, 'note'))
    const again = await anna.call('message.send', send(self.conversation, 'note'))
    expect(again.event).toBe(first.event)
    expect((await anna.refused('message.details', { event: '0'.repeat(32) })).code).toBe('messageUnknown')
  })
})

describe('the port', () => {
  it('that is in use is told, and others are still dialled', async () => {
    const server = createServer()
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
    })
    try {
      const anna = await open('Anna', ['--port', String(port)])
      const warning = await anna.event('the warning', (event) => event.kind === 'warning' && event)
      expect(warning.code).toBe('portInUse')
      expect(warning.message).toContain(String(port))
      const ben = await open('Ben')
      await befriend(ben, anna)
    } finally {
      server.close()
    }
  })
})
