/** The laboratory itself: nothing leaves it, nothing stays of it, and its routers are what they are called. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { whyNoHomes } from '../internet.ts'
import type { Nat } from '../internet.ts'
import type { NamespaceProcess } from '../namespaces.ts'
import { field } from '../peer.ts'
import { Laboratory, namespaces } from './laboratory.ts'

const why = whyNoHomes()
if (why !== null) console.warn(`Tests of the laboratory itself are skipped: ${why}`)

let lab: Laboratory
let before: readonly string[]

beforeEach(() => {
  if (why !== null) return
  before = namespaces()
  lab = new Laboratory()
})
afterEach(async () => {
  if (why === null) await lab.remove()
})

/** Says who wrote to UDP port 5000 as whom, and writes to whom it is told. */
const talker = `
const socket = require('node:dgram').createSocket('udp4')
const say = (line) => console.log(JSON.stringify(line))
socket.on('message', (text, from) => say({ text: String(text), from: from.address, port: from.port }))
socket.bind(5000, () => say({ ready: true }))
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { text, to, port } = JSON.parse(line)
  socket.send(text, port, to, () => say({ sent: text }))
})`

async function talk(name: string): Promise<NamespaceProcess> {
  const made = lab.internet.run(name, '-e', talker)
  await made.hear('ready', (line) => field(line, 'ready') ?? null)
  return made
}

const heard = (one: NamespaceProcess, text: string): Promise<{ from: unknown; port: unknown }> =>
  one.hear(text, (line) =>
    field(line, 'text') === text ? { from: field(line, 'from'), port: field(line, 'port') } : null,
  )

describe.skipIf(why !== null)('the laboratory', () => {
  it('has no way out: none by a route, none by a cable, none by hardware', async () => {
    await lab.homes('cone', 'symmetric', 5)
    lab.lan(1)
    lab.internet.server('public', 10)
    expect(lab.internet.waysOut()).toEqual([])
    // An address of documentation (RFC 5737), which nobody has: it is refused in here, not out there.
    const dial = "import socket; socket.create_connection(('203.0.113.1', 9), 5)"
    for (const name of ['hostA', 'homeA', 'host0', 'lan', 'public']) {
      expect(() => lab.internet.within(name, 'python3', '-c', dial)).toThrow(/unreachable|No route/)
    }
  })

  it('says so where there is a way out', () => {
    lab.lan(1)
    const cable = `ww${process.pid}out`
    lab.internet.within(
      'host0',
      'ip',
      'link',
      'add',
      'name',
      'eth9',
      'type',
      'veth',
      'peer',
      'name',
      cable,
      'netns',
      '1',
    )
    expect(lab.internet.waysOut()).toEqual([`host0: a cable to the machine itself`])
    lab.internet.within('host0', 'ip', 'link', 'del', 'eth9')
    lab.internet.within('lan', 'ip', 'route', 'add', 'default', 'via', '11.22.33.1')
    expect(lab.internet.waysOut().length).toBeGreaterThan(0)
  })

  it('leaves nothing behind', async () => {
    await lab.homes('portRestricted', 'symmetric', 5)
    await lab.node('hostA', 'Anna')
    expect(namespaces().length).toBeGreaterThan(before.length)
    const removed = lab
    lab = new Laboratory()
    const between = namespaces()
    await removed.remove()
    // What is left is the one namespace of the new laboratory.
    expect(between.length).toBeGreaterThan(before.length + 1)
    expect(namespaces().length).toBe(before.length + 1)
  })

  it.each<[Nat, boolean, boolean]>([
    ['cone', true, true],
    ['portRestricted', false, true],
    ['symmetric', false, false],
  ])('has a %s NAT: a stranger is let in: %s; everybody sees the same port: %s', async (nat, letsIn, samePort) => {
    lab.internet.home('home', 101, nat)
    lab.internet.host('inside', 'home', 101, 2)
    for (const [name, number] of [
      ['one', 10],
      ['other', 11],
    ] as const)
      lab.internet.server(name, number)
    const [inside, one, other] = [await talk('inside'), await talk('one'), await talk('other')]
    inside.tell({ text: 'hello', to: '11.22.33.10', port: 5000 })
    const { from, port } = await heard(one, 'hello')
    expect(from).toBe('11.22.33.101')
    other.tell({ text: 'of a stranger', to: from, port })
    await other.hear('its word', (line) => (field(line, 'sent') === 'of a stranger' ? true : null))
    one.tell({ text: 'of the one asked', to: from, port })
    await heard(inside, 'of the one asked')
    expect(inside.said.some((line) => field(line, 'text') === 'of a stranger')).toBe(letsIn)
    inside.tell({ text: 'hello too', to: '11.22.33.11', port: 5000 })
    expect((await heard(other, 'hello too')).port === port).toBe(samePort)
  })
})
