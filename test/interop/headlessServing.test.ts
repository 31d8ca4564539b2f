/** A node that serves with nobody there: opened from a file, switched on by its command line, ended by a signal. */
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ask } from '../../main/net/mailbox/exchange.ts'
import { answerBytesMax, encodeRequest, encodeStatus } from '../../main/net/mailbox/messages.ts'
import type { Request } from '../../main/net/mailbox/messages.ts'
import { HeadlessNode, openNode, passphrase, temporaryFolder } from './headlessNode.ts'
import { attacker, dial } from './netAttackers.ts'
import { realClock, Scene } from './netNodes.ts'

let folder: ReturnType<typeof temporaryFolder>
let nodes: HeadlessNode[]
let file: string

beforeEach(() => {
  folder = temporaryFolder()
  nodes = []
  file = join(folder.path, 'passphrase')
  writeFileSync(file, `${passphrase}\n`, { mode: 0o600 })
})

afterEach(async () => {
  await Promise.all(nodes.map((node) => node.kill('SIGKILL')))
  folder.remove()
})

function start(name: string, ...args: string[]): HeadlessNode {
  const node = new HeadlessNode(join(folder.path, name), args)
  nodes.push(node)
  return node
}

async function open(name: string, ...args: string[]): Promise<HeadlessNode> {
  const node = await openNode(join(folder.path, name), name, args)
  nodes.push(node)
  return node
}

async function settingsOf(node: HeadlessNode) {
  return (await node.call('snapshot.get', {})).settings
}

/** Its sentence, and the proof that it left by itself and told nothing else. */
async function refusal(node: HeadlessNode): Promise<string> {
  expect(await node.exited).toEqual({ code: 3, signal: null })
  expect(node.plainLines).toEqual([])
  expect(node.stderr).not.toContain(passphrase)
  return node.stderr.trim()
}

describe('a node that serves by itself', () => {
  it('makes its profile, prints an invite, outlives its stdin, and serves again without flags', async () => {
    const alone = ['--passphrase-file', file, '--create', 'Relay', '--detached', '--print-invite']
    const quotas = ['--relay-quota', '100GB', '--mailbox-quota', '256MB']
    const relay = start('relay', '--relay', '--mailbox', ...quotas, ...alone)
    relay.endInput()
    const link = await relay.until('the invite', () => relay.plainLines[0] ?? null)
    const anna = await open('Anna')
    const { account } = await anna.call('invite.accept', { link })
    const contact = await anna.event(
      'the relay to be a contact',
      (event) =>
        event.kind === 'contactChanged' &&
        event.contact.account === account &&
        event.contact.state === 'active' &&
        event.contact,
    )
    expect(contact.name).toBe('Relay')
    expect(await relay.kill('SIGTERM')).toEqual({ code: 0, signal: null })
    expect(relay.plainLines).toEqual([link])
    expect(relay.stderr).toBe('')

    const again = await open('relay')
    const chosen = { serveRelay: true, serveMailbox: true, relayQuota: '100GB', mailboxQuota: '256MB' }
    expect(await settingsOf(again)).toMatchObject(chosen)
  })

  it('opens what is there already, takes no second profile, and speaks JSON-RPC unless it is detached', async () => {
    const first = start('relay', '--passphrase-file', file, '--create', 'First')
    const { self } = await first.call('snapshot.get', {})
    expect(self.name).toBe('First')
    await first.stop()
    const second = start('relay', '--passphrase-file', file, '--create', 'Second')
    expect((await second.call('snapshot.get', {})).self).toEqual(self)
    expect(await second.stop()).toEqual({ code: 0, signal: null })
  })

  it('says why it does not open, and leaves', async () => {
    const alone = ['--passphrase-file', file, '--detached'] as const
    expect(await refusal(start('relay', ...alone))).toMatch(/no profile here yet.*--create/)
    const holder = await open('relay')
    expect(await refusal(start('relay', ...alone))).toMatch(/Another Waxwing has this profile open/)
    await holder.stop()
    writeFileSync(file, 'another passphrase')
    expect(await refusal(start('relay', ...alone))).toMatch(/does not open this profile/)
    chmodSync(file, 0o644)
    expect(await refusal(start('relay', ...alone))).toMatch(/can be read by others/)
    expect(await refusal(start('new', ...alone, '--create', 'New'))).toMatch(/can be read by others/)
    writeFileSync(file, 'short')
    chmodSync(file, 0o600)
    expect(await refusal(start('new', ...alone, '--create', 'New'))).toMatch(/has 5 characters/)
  })

  it('writes an invite for its user alone, once', async () => {
    const invite = join(folder.path, 'invite')
    const alone = ['--passphrase-file', file, '--create', 'Relay', '--detached', '--invite-file', invite]
    const relay = start('relay', ...alone, '--print-invite')
    const link = await relay.until('the invite', () => relay.plainLines[0] ?? null)
    expect(await relay.kill('SIGTERM')).toEqual({ code: 0, signal: null })
    expect(readFileSync(invite, 'utf8')).toBe(`${link}\n`)
    expect(statSync(invite).mode & 0o777).toBe(0o600)
    const again = start('relay', ...alone, '--print-invite')
    expect(await again.until('another', () => again.plainLines[0] ?? null)).not.toBe(link)
    expect(await again.kill('SIGTERM')).toEqual({ code: 0, signal: null })
    expect(again.stderr).toBe('')
    expect(readFileSync(invite, 'utf8')).toBe(`${link}\n`)
  })
})

describe('a node that a client opens', () => {
  it('serves once it is open, and keeps what else was set', async () => {
    const node = await open('Ben', '--relay')
    await node.event('the switch', (event) => event.kind === 'settingsChanged' && event.settings.serveRelay)
    expect(await settingsOf(node)).toMatchObject({ serveRelay: true, serveMailbox: false, lanDiscovery: true })
  })

  it('keeps records as soon as it is a relay, and items not before it is a mailbox', async ({ onTestFinished }) => {
    const node = await open('Ben', '--relay')
    await node.event('the switch', (event) => event.kind === 'settingsChanged' && event.settings.serveRelay)
    const [address] = await node.event(
      'addresses',
      (event) => event.kind === 'networkChanged' && event.network.addresses.length > 0 && event.network.addresses,
    )
    const visitor = await attacker(new Scene(onTestFinished), 9)
    const tag = new Uint8Array(16)
    const asked = async (request: Request): Promise<Uint8Array | null> => {
      const connection = await dial(visitor, { port: Number(/\d+$/.exec(address ?? '')?.[0]) })
      const answer = await ask(connection, encodeRequest(request), answerBytesMax, realClock)
      connection.abort(new Error('The visit is over'))
      return answer
    }
    const publish: Request = { kind: 'publish', tag, record: tag, lifetimeMs: 60_000 }
    const deposit: Request = { kind: 'deposit', tag, item: tag }
    expect(await asked({ kind: 'lookup', tag })).toEqual(encodeStatus('nothing'))
    expect(await asked(publish)).toEqual(encodeStatus('unknownTag'))
    expect(await asked(deposit)).toEqual(encodeStatus('refused'))
    await node.call('settings.set', { settings: { ...(await settingsOf(node)), serveMailbox: true } })
    await node.event('the switch', (event) => event.kind === 'settingsChanged' && event.settings.serveMailbox)
    expect(await asked(deposit)).toEqual(encodeStatus('unknownTag'))
  })

  it('takes another quota, not one that is none, and keeps it', async () => {
    const node = await open('Ben', '--mailbox-quota', '16GB')
    await node.event('the quota', (event) => event.kind === 'settingsChanged' && event.settings.mailboxQuota === '16GB')
    const settings = await settingsOf(node)
    expect(settings).toMatchObject({ relayQuota: '10GB', serveMailbox: false })
    const chosen = { ...settings, relayQuota: 'unlimited', mailboxQuota: '4GB' } as const
    expect(await node.call('settings.set', { settings: chosen })).toEqual(chosen)
    for (const wrong of [{ relayQuota: '256MB' }, { mailboxQuota: 'unlimited' }, { mailboxQuota: 4_294_967_296 }]) {
      const { code, message } = await node.refused('settings.set', { settings: { ...chosen, ...wrong } })
      expect([code, message]).toEqual(['badRequest', expect.stringContaining('must be one of')])
    }
    const { sizeBytes, untilMs } = await node.call('relay.usage', {})
    expect(sizeBytes).toBe(0)
    expect([untilMs % 86_400_000, untilMs > Date.now()]).toEqual([0, true])
    await node.stop()
    expect(await settingsOf(await open('Ben'))).toEqual(chosen)
  })

  it('with a quota that is none does not start, and says which there are', async () => {
    const node = start('relay', '--relay', '--relay-quota', '5GB')
    expect(await node.exited).toMatchObject({ code: 2 })
    expect(node.stderr).toContain('--relay-quota takes 1GB, 10GB, 100GB or unlimited.')
  })

  it('announces the address that the command line names, first', async () => {
    const node = await open('Ben', '--announce', '9.9.9.9', '--announce', '[2001:db8::1]:4001')
    const addresses = await node.event(
      'addresses',
      (event) => event.kind === 'networkChanged' && event.network.addresses.length > 0 && event.network.addresses,
    )
    const port = /\d+$/.exec(addresses.at(-1) ?? '')?.[0]
    expect(addresses.slice(0, 2)).toEqual([`/ip4/9.9.9.9/tcp/${port}`, '/ip6/2001:db8::1/tcp/4001'])
  })
})
