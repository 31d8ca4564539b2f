/** A network in a process of its own, whose memory can be measured: it sends every frame of a contact's back. */
import { createInterface } from 'node:readline'
import type { DeviceId } from '../../main/core/ids.ts'
import { realClock, realRandom, seedOf, silentLog } from './netNodes.ts'
import { createNetwork } from '../../main/net/network.ts'

export type CrowdedCommand =
  | { readonly do: 'contacts'; readonly devices: readonly DeviceId[] }
  /** Answered with what the process takes up, and with the most that it ever did. */
  | { readonly do: 'memory' }

export type CrowdedLine =
  | { readonly kind: 'port'; readonly port: number }
  | { readonly kind: 'up' | 'down'; readonly device: DeviceId }
  | { readonly kind: 'memory'; readonly bytes: number; readonly mostBytes: number }

function say(line: CrowdedLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

const contacts = new Set<DeviceId>()
const network = createNetwork({
  deviceSeed: seedOf(1),
  listen: { port: 0, portFallback: true, families: ['ip4'], loopbackOnly: false },
  confine: 'loopback',
  lan: false,
  webrtc: false,
  privacy: { kind: 'open' },
  portMapping: false,
  clock: realClock,
  random: realRandom,
  log: silentLog,
})

let mostBytes = 0
const look = (): number => {
  const bytes = process.memoryUsage.rss()
  mostBytes = Math.max(mostBytes, bytes)
  return bytes
}
setInterval(look, 20)

createInterface({ input: process.stdin }).on('line', (text) => {
  const command = JSON.parse(text) as CrowdedCommand
  if (command.do === 'memory') return say({ kind: 'memory', bytes: look(), mostBytes })
  for (const device of command.devices) contacts.add(device)
  network.setPeers([...contacts].map((device) => ({ device, addresses: [], lan: null, relay: false, mailbox: false })))
})

await network.start({
  event: (event) => {
    if (event.kind === 'listening') say({ kind: 'port', port: event.ports[0] ?? 0 })
    if (event.kind === 'peerUp') say({ kind: 'up', device: event.device })
    if (event.kind === 'peerDown') say({ kind: 'down', device: event.device })
  },
  frame: async (device, frame) => {
    if (contacts.has(device)) network.send(device, frame)
  },
  admits: () => true,
})
