/** The headless node as a program: its command line, its lines, its manners. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { execFile } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { errorCodes } from '../../preload/contract/errors.ts'
import { contractLimits } from '../../preload/contract/limits.ts'
import { methods } from '../../preload/contract/methods.ts'
import { HeadlessNode, headlessBundle, openNode, temporaryFolder } from './headlessNode.ts'

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

function start(args: readonly string[] = []): HeadlessNode {
  const node = new HeadlessNode(join(folder.path, 'Anna'), args)
  nodes.push(node)
  return node
}

/** Runs the program with these arguments alone. */
function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [headlessBundle, ...args], (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr })
    })
  })
}

describe('the command line', () => {
  it('explains itself', async () => {
    const { code, stdout } = await run('--help')
    expect(code).toBe(0)
    expect(stdout).toContain('--profile DIR')
    expect((await run('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it('refuses what it does not know on stderr, with nothing on stdout', async () => {
    for (const args of [
      ['--profile', ''],
      ['--profile', folder.path, '--passphrase', 'x'],
    ]) {
      const { code, stdout, stderr } = await run(...args)
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr).toContain('--help')
    }
  })
})

describe('the line', () => {
  it('describes every method with the schemas of its params and result', async () => {
    const node = start()
    const description = (await node.call('describe')) as {
      methods: { name: string; params: object; result: object; summary: string }[]
      errors: { code: string; number: number }[]
    }
    const names = description.methods.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining([...Object.keys(methods), 'events.subscribe', 'describe']))
    for (const { params, result, summary } of description.methods) {
      expect(params).toMatchObject({ type: 'object' })
      expect(Object.keys(result).length).toBeGreaterThan(0)
      expect(summary).toMatch(/\.$/)
    }
    expect(description.errors.map(({ code }) => code)).toEqual([...errorCodes])
    expect(await node.call('rpc.describe')).toEqual(description)
  })

  it('that is hostile gets an error, and the next request an answer', async () => {
    const node = start()
    const max = contractLimits.messageSizeBytesMax
    node.writeLine('garbage')
    node.writeLine('x'.repeat(max + 1))
    node.writeLine('[1,2]')
    node.writeLine('[]')
    node.writeLine('   ')
    node.writeLine(`{"jsonrpc":"2.0","id":900,"method":"message.send","params":${'['.repeat(400_000)}}`)
    expect(await node.call('profile.get', {})).toMatchObject({ state: 'absent' })
    const failures = (node.otherLines.flat() as { error: { code: number } }[]).map(({ error }) => error.code)
    expect(failures).toEqual([-32700, -32700, -32600, -32600, -32600, -32700])
    const refused = await node.refused(
      'profile.create',
      JSON.parse('{"name":"x","protection":{"kind":"keyring"},"__proto__":1}'),
    )
    expect(refused.number).toBe(-32602)
    await expect(node.call('constructor')).rejects.toMatchObject({ code: 'unknownMethod', number: -32601 })
    await expect(node.call('__proto__')).rejects.toMatchObject({ code: 'unknownMethod' })
  })

  it('that never ends is not kept in memory', async () => {
    const node = start()
    await node.call('profile.get', {})
    const before = residentBytes(node.pid)
    for (let i = 0; i < 64; i++) node.write('x'.repeat(1_048_576))
    node.write('\n')
    await node.call('profile.get', {})
    expect(residentBytes(node.pid) - before).toBeLessThan(48 * 1_048_576)
    expect(node.otherLines).toHaveLength(1)
  })

  it('answers everything asked before stdin ended, and leaves well', async () => {
    const node = start()
    const answers = Promise.all(Array.from({ length: 50 }, () => node.call('profile.get', {})))
    const left = node.stop()
    expect(await answers).toHaveLength(50)
    expect(await left).toEqual({ code: 0, signal: null })
  })

  it.each(['SIGTERM', 'SIGINT'] as const)('leaves well on %s, with everything stored', async (signal) => {
    const node = await openNode(join(folder.path, 'Anna'), 'Anna')
    const { self } = await node.call('snapshot.get', {})
    const { event } = await node.call('message.send', { conversation: self.conversation, clientId: '1', text: 'kept' })
    expect(await node.kill(signal)).toEqual({ code: 0, signal: null })
    expect(existsSync(join(folder.path, 'Anna', 'store.db-wal'))).toBe(false)
    const again = await openNode(join(folder.path, 'Anna'), 'Anna')
    nodes.push(again)
    expect((await again.call('message.details', { event })).message.body).toEqual({ kind: 'text', text: 'kept' })
  })
})

describe('events', () => {
  it('are numbered one by one, and a snapshot says which it contains', async () => {
    const node = await openNode(join(folder.path, 'Anna'), 'Anna')
    nodes.push(node)
    const { self } = await node.call('snapshot.get', {})
    for (let i = 0; i < 20; i++) {
      await node.call('message.send', { conversation: self.conversation, clientId: `${i}`, text: `${i}` })
    }
    await node.event('the last', (event) => event.kind === 'messageChanged' && event.message.clientId === '19')
    const before = node.events.at(-1)?.sequence ?? Infinity
    const { sequence } = await node.call('snapshot.get', {})
    await node.call('events.unsubscribe')
    await node.call('profile.rename', { name: 'Anna B' })
    const numbers = node.events.map((event) => event.sequence)
    expect(numbers).toEqual(numbers.map((_, i) => (numbers[0] ?? 0) + i))
    expect(sequence).toBeGreaterThanOrEqual(before)
    expect(node.events.some(({ event }) => event.kind === 'selfChanged')).toBe(false)
  })
})

describe('a confined node', () => {
  it('listens on loopback alone and opens no datagram socket', async () => {
    const node = await openNode(join(folder.path, 'Anna'), 'Anna')
    nodes.push(node)
    await node.event('listening', (event) => event.kind === 'networkChanged' && event.network.state === 'listening')
    const inodes = socketInodes(node.pid)
    const listening = ['tcp', 'tcp6'].flatMap((table) => entries(node.pid, table)).filter(({ state }) => state === '0A')
    const own = listening.filter(({ inode }) => inodes.has(inode)).map(({ local }) => local.split(':')[0])
    expect(own.length).toBeGreaterThan(0)
    for (const address of own) expect(['0100007F', '00000000000000000000000001000000']).toContain(address)
    const datagrams = ['udp', 'udp6'].flatMap((table) => entries(node.pid, table))
    expect(datagrams.filter(({ inode }) => inodes.has(inode))).toEqual([])
  })
})

describe('an export', () => {
  it('writes the files, overwrites none, and is what the contract answers', async () => {
    const node = await openNode(join(folder.path, 'Anna'), 'Anna')
    nodes.push(node)
    const directory = join(folder.path, 'export')
    const { files } = (await node.call('fingerprint.exportTo', { directory })) as { files: string[] }
    expect(readdirSync(directory).toSorted()).toEqual(files.toSorted())
    expect(files).toEqual(
      expect.arrayContaining(['anna.pub', 'allowed_signers', 'card.txt', 'card.txt.sig', 'card.png']),
    )
    const { self } = await node.call('snapshot.get', {})
    expect(readFileSync(join(directory, 'card.txt'), 'utf8')).toContain(self.fingerprint)
    expect(readFileSync(join(directory, 'card.png')).subarray(1, 4).toString()).toBe('PNG')
    await expect(node.call('fingerprint.exportTo', { directory })).rejects.toMatchObject({ code: 'fileRefused' })
  })
})

function residentBytes(pid: number): number {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1])
  return pages * 4_096
}

function socketInodes(pid: number): ReadonlySet<string> {
  const inodes = new Set<string>()
  for (const descriptor of readdirSync(`/proc/${pid}/fd`)) {
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${descriptor}`))?.[1]
      if (inode !== undefined) inodes.add(inode)
    } catch {
      // Closed since the folder was listed.
    }
  }
  return inodes
}

/** Rows of a table of sockets in /proc (proc(5)): local address in hexadecimal, state, inode. */
function entries(pid: number, table: string): { local: string; state: string; inode: string }[] {
  const rows = readFileSync(`/proc/${pid}/net/${table}`, 'utf8').trim().split('\n').slice(1)
  return rows.map((row) => {
    const columns = row.trim().split(/\s+/)
    return { local: columns[1] ?? '', state: columns[3] ?? '', inode: columns[9] ?? '' }
  })
}
