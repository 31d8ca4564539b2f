/** A home whose router maps a port: somebody on the public network dials in. Nothing here has a way out. */
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { bundle } from './bundle.ts'
import { Internet, whyNoHomes } from './internet.ts'
import type { NamespaceProcess } from './namespaces.ts'
import { field, Peer } from './peer.ts'

const why = whyNoHomes()
if (why !== null) console.warn(`Tests of mapped ports are skipped: ${why}`)

const port = 4_001
const mapped = `/ip4/11.22.33.10/tcp/${port}`
let peerScript = { path: '', remove: (): void => undefined }
let gatewayScript = { path: '', remove: (): void => undefined }
let internet: Internet

beforeAll(async () => {
  if (why !== null) return
  peerScript = await bundle(join(import.meta.dirname, 'peerProcess.ts'))
  gatewayScript = await bundle(join(import.meta.dirname, 'gatewayProcess.ts'))
})
afterAll(() => {
  peerScript.remove()
  gatewayScript.remove()
})
beforeEach(() => {
  if (why === null) internet = new Internet()
})
afterEach(async () => {
  if (why !== null) return
  const waysOut = internet.waysOut()
  await internet.remove()
  expect(waysOut).toEqual([])
})

async function peer(name: string, number: number, mapping: 'on' | 'off', mode = 'open'): Promise<Peer> {
  const options = [String(number), 'any', 'off', String(port), mode, mapping]
  const made = new Peer(internet.run(name, peerScript.path, ...options), '5a'.repeat(32))
  await made.started()
  return made
}

async function homeWith(speaks: string, externalHost = '11.22.33.10'): Promise<NamespaceProcess> {
  internet.home('home', 10, 'portRestricted')
  internet.host('a', 'home', 10, 7)
  const gateway = internet.run('home', gatewayScript.path, '192.168.10.1', externalHost, speaks)
  await gateway.hear('ready', (line) => field(line, 'ready') ?? null)
  return gateway
}

function mappingsAre(gateway: NamespaceProcess, wanted: unknown, from = 0): Promise<unknown> {
  const text = JSON.stringify(wanted)
  return gateway.hear(text, (line) => (JSON.stringify(field(line, 'mappings')) === text ? true : null), from)
}

/** Settles once the peer has told these addresses. */
function tells(one: Peer, kind: string, name: string, addresses: readonly string[], from = 0): Promise<unknown> {
  return one.process.hear(
    `${kind} ${addresses.join()}`,
    (line) => {
      const event = field(line, 'event')
      const isIt = field(event, 'kind') === kind
      return isIt && JSON.stringify(field(event, name)) === JSON.stringify(addresses) ? true : null
    },
    from,
  )
}

/** Settles once the peer has said that this is mapped to it. */
function reachableAt(one: Peer, addresses: readonly string[], from = 0): Promise<unknown> {
  return tells(one, 'reachability', 'mapped', addresses, from)
}

const ours = { [String(port)]: `192.168.10.7:${port}` }

describe.skipIf(why !== null)('a router that maps a port', () => {
  it.each(['pcp', 'natPmp', 'upnp'])(
    'by %s lets a contact from outside in, until it is asked no more',
    async (speaks) => {
      const gateway = await homeWith(speaks)
      internet.server('b', 20)
      const beforeMs = Date.now()
      const a = await peer('a', 1, 'on')
      await reachableAt(a, [mapped])
      console.log(`mapped by ${speaks} after ${Date.now() - beforeMs} ms`)
      await mappingsAre(gateway, ours)
      await tells(a, 'addresses', 'addresses', [`/ip4/192.168.10.7/tcp/${port}`, mapped])
      const b = await peer('b', 2, 'off')
      a.tell({ do: 'peers', peers: [b.target(0)] })
      b.tell({ do: 'peers', peers: [a.target(1, [mapped])] })
      const up = await b.eventOf('peerUp', a.device)
      expect([field(up.event, 'path'), field(up.event, 'address')]).toEqual(['direct', mapped])
      b.tell({ do: 'send', device: a.device, frame: 'c0ffee' })
      await a.frame('c0ffee')
      const [from, heard] = [a.process.said.length, gateway.said.length]
      a.tell({ do: 'mapping', on: false })
      await Promise.all([reachableAt(a, [], from), mappingsAre(gateway, {}, heard)])
    },
  )

  it('is told nothing in a private mode, and given back what it mapped when one begins', async () => {
    const gateway = await homeWith('pcp')
    const a = await peer('a', 1, 'on', 'relayOnly')
    await reachableAt(a, [])
    a.tell({ do: 'privacy', privacy: { kind: 'open' } })
    await reachableAt(a, [mapped])
    // What was asked before that would stand here too.
    expect(gateway.said.filter((line) => field(line, 'asked') !== undefined).length).toBe(1)
    const [from, heard] = [a.process.said.length, gateway.said.length]
    a.tell({ do: 'privacy', privacy: { kind: 'relayOnly' } })
    await Promise.all([reachableAt(a, [], from), mappingsAre(gateway, {}, heard)])
    await tells(a, 'addresses', 'addresses', [], from)
  })

  it('is not believed when its own address is private', async () => {
    const gateway = await homeWith('pcp', '10.1.2.3')
    const a = await peer('a', 1, 'on')
    await mappingsAre(gateway, ours)
    await mappingsAre(
      gateway,
      {},
      gateway.said.findIndex((line) => JSON.stringify(field(line, 'mappings')) === JSON.stringify(ours)),
    )
    expect(JSON.stringify(a.process.said)).not.toContain('10.1.2.3')
  })
})
