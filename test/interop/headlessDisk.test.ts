/** A disk that fills up under a node: nothing is said to be stored or delivered that is not, and work goes on later. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { HeadlessNode, allMessages, befriend, openNode, passphrase, temporaryFolder, textOf } from './headlessNode.ts'

/** A mount namespace of its own, with a tmpfs that nobody else sees. */
const ownMount = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0
if (!ownMount) console.warn('no mount namespace may be made here (root may): the test of a full disk is skipped')

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

const sizeMiB = 8

/** A node whose profile lies on a small disk, and the disk's switch. */
async function openOnSmallDisk(name: string): Promise<{ node: HeadlessNode; fill: () => void; free: () => void }> {
  const disk = join(folder.path, 'disk')
  mkdirSync(disk)
  const script = `mount -t tmpfs -o size=${sizeMiB}m,mode=700 tmpfs "$0" && exec "$@"`
  const node = new HeadlessNode(join(disk, name), [], ['unshare', '-m', 'sh', '-c', script, disk])
  nodes.push(node)
  await node.call('events.subscribe')
  await node.call('profile.create', { name, protection: { kind: 'passphrase', passphrase } })
  // The namespace's disk, seen from here (proc(5), /proc/pid/root).
  const filler = `/proc/${node.pid}/root${disk}/filler`
  return {
    node,
    fill() {
      for (let i = 0; i < sizeMiB * 256; i++) {
        try {
          writeFileSync(filler, Buffer.alloc(4_096), { flag: 'a' })
        } catch {
          return
        }
      }
    },
    free: () => rmSync(filler),
  }
}

/** Long enough that its commit needs fresh pages of the disk. */
const long = (text: string): string => `${text} ${'x'.repeat(20_000)}`

describe.skipIf(!ownMount)('a full disk', () => {
  it('refuses to write, acknowledges nothing, and loses nothing', async () => {
    const { node: anna, fill, free } = await openOnSmallDisk('Anna')
    const ben = await openNode(join(folder.path, 'Ben'), 'Ben')
    nodes.push(ben)
    const conversation = await befriend(anna, ben)
    const send = (node: HeadlessNode, text: string) =>
      node.call('message.send', { conversation, clientId: text.slice(0, 8), text })
    await send(anna, 'before')
    fill()
    const failure = await anna.refused('message.send', { conversation, clientId: 'refused', text: long('refused') })
    expect(failure.code).toBe('diskFull')
    await anna.event('the warning', (event) => event.kind === 'warning' && event.code === 'diskFull')
    // What is there can still be read, and nothing of what failed shows.
    expect((await allMessages(anna, conversation)).map(textOf)).toEqual(['before'])
    const sent = await send(ben, long('to a full disk'))
    await ben.event(
      'it to be on its way',
      (event) =>
        event.kind === 'messageChanged' &&
        event.message.event === sent.event &&
        event.message.delivery?.state === 'sent',
    )
    const { message } = await ben.call('message.details', { event: sent.event })
    expect(message.delivery?.state).toBe('sent')
    free()
    await ben.event(
      'it to be delivered',
      (event) =>
        event.kind === 'messageChanged' &&
        event.message.event === sent.event &&
        event.message.delivery?.state === 'delivered',
      45_000,
    )
    await send(anna, 'after')
    const texts = (await allMessages(anna, conversation)).map((each) => textOf(each).slice(0, 14))
    expect(texts).toEqual(['before', 'to a full disk', 'after'])
  }, 90_000)
})
