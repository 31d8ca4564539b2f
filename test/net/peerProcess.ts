/** A real network in a process of its own: commands in, events out, as lines of JSON. */
import { randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline'
import { fromHex, toHex } from '../../main/core/bytes.ts'
import { parseDeviceId } from '../../main/core/ids.ts'
import type { PeerTarget, Privacy } from '../../main/core/ports.ts'
import { deviceKey, deviceOfKey } from '../../main/net/keys.ts'
import { createNetwork } from '../../main/net/network.ts'
import { socketsOf } from './ownSockets.ts'

/** What the test says. */
export type PeerCommand =
  | { readonly do: 'peers'; readonly peers: readonly PeerText[] }
  | { readonly do: 'send'; readonly device: string; readonly frame: string }
  | { readonly do: 'lan'; readonly on: boolean }
  | { readonly do: 'serve'; readonly on: boolean }
  | { readonly do: 'privacy'; readonly privacy: Privacy }
  | { readonly do: 'mapping'; readonly on: boolean }
  | { readonly do: 'sockets' }
  | { readonly do: 'memory' }

export interface PeerText {
  readonly device: string
  readonly addresses: readonly string[]
  readonly lanKey: string | null
  readonly side: 0 | 1
  readonly relay?: boolean
}

function say(line: unknown): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

function bytesOf(hex: string): Uint8Array {
  const bytes = fromHex(hex)
  if (!bytes.ok) throw new Error('Not hexadecimal')
  return bytes.value
}

function targetOf(text: PeerText): PeerTarget {
  const device = parseDeviceId(text.device)
  if (!device.ok) throw new Error('Not a device')
  const lan = text.lanKey === null ? null : { key: bytesOf(text.lanKey), side: text.side }
  return { device: device.value, addresses: text.addresses, lan, relay: text.relay === true, mailbox: false }
}

const [seedByte = '1', interfaceName = 'eth0', lan = 'on', port = '0', mode = 'open', mapping = 'off', webrtc = 'off'] =
  process.argv.slice(2)
const deviceSeed = new Uint8Array(32).fill(Number(seedByte))
const network = createNetwork({
  deviceSeed,
  listen: { port: Number(port), portFallback: true, families: ['ip4', 'ip6'], loopbackOnly: false },
  confine: interfaceName === 'any' ? 'none' : { interfaces: [interfaceName] },
  lan: lan === 'on',
  webrtc: webrtc === 'on',
  privacy: { kind: mode === 'relayOnly' ? 'relayOnly' : 'open' },
  portMapping: mapping === 'on',
  clock: {
    nowMs: () => Date.now(),
    after: (delayMs, call) => {
      const timer = setTimeout(call, delayMs)
      return () => clearTimeout(timer)
    },
  },
  random: { bytes: (lengthBytes) => Uint8Array.from(randomBytes(lengthBytes)) },
  log: {
    debug: (event, figures) => say({ log: event, figures, atMs: Date.now() }),
    info: () => undefined,
    warn: (event) => say({ log: event }),
  },
})

say({ device: deviceOfKey(await deviceKey(deviceSeed)) })
await network.start({
  event: (event) => say({ event, atMs: Date.now() }),
  frame: (device, frame) => {
    say({ frame: toHex(frame), device })
    return Promise.resolve()
  },
  admits: () => true,
})
say({ started: true })

createInterface({ input: process.stdin }).on('line', (line) => {
  const command = JSON.parse(line) as PeerCommand
  if (command.do === 'peers') network.setPeers(command.peers.map(targetOf))
  else if (command.do === 'lan') network.setLanDiscovery(command.on)
  else if (command.do === 'serve') network.setServing({ relay: command.on, mailbox: false })
  else if (command.do === 'privacy') network.setPrivacy(command.privacy)
  else if (command.do === 'mapping') network.setPortMapping(command.on)
  else if (command.do === 'sockets') {
    const listening = [...socketsOf('tcp'), ...socketsOf('tcp6')].filter((socket) => socket.listening)
    say({ listening: listening.map(({ address }) => address), udp: socketsOf('udp').length + socketsOf('udp6').length })
  } else if (command.do === 'memory')
    say({ rssBytes: process.memoryUsage.rss(), cpuMs: process.cpuUsage().user / 1_000 })
  else {
    const device = parseDeviceId(command.device)
    if (device.ok) say({ sent: network.send(device.value, bytesOf(command.frame)) })
  }
})
