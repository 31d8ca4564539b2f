/** Looking for a UPnP router (UPnP Device Architecture, section 1.3): one question on one interface, a few answers. */
import { createSocket } from 'node:dgram'
import { networkLimits } from '../../core/limits.ts'
import type { Clock } from '../../core/ports.ts'
import { inSubnet } from '../addresses.ts'
import { routerUrl } from './http.ts'
import type { Standpoint } from './router.ts'

const group = '239.255.255.250'
const port = 1_900
const devices = ['InternetGatewayDevice:1', 'InternetGatewayDevice:2'] as const

/** Where the router says that it is described; null when it is no such answer, or points at somebody else. */
export function parseSsdpAnswer(datagram: Uint8Array, sender: string): URL | null {
  if (datagram.length > networkLimits.lanPacketSizeBytesMax) return null
  const [status = '', ...lines] = Buffer.from(datagram).toString('latin1').split('\r\n')
  if (!/^HTTP\/1\.[01] 200\b/.test(status)) return null
  const headers = new Map(
    lines.slice(0, networkLimits.mappingHeadersMax).map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
  const target = headers.get('st') ?? ''
  if (!devices.some((device) => target === `urn:schemas-upnp-org:device:${device}`)) return null
  return routerUrl(headers.get('location') ?? '', undefined, sender)
}

function question(device: string): string {
  return [
    'M-SEARCH * HTTP/1.1',
    `HOST: ${group}:${port}`,
    'MAN: "ssdp:discover"',
    'MX: 1',
    `ST: urn:schemas-upnp-org:device:${device}`,
    '',
    '',
  ].join('\r\n')
}

/** The descriptions of the routers that answer in time, each router's first one. Never rejects. */
export function findRouters(clock: Clock, own: Standpoint, signal: AbortSignal): Promise<readonly URL[]> {
  return new Promise((resolve) => {
    const found = new Map<string, URL>()
    let heard = 0
    let isOver = false
    const socket = createSocket('udp4')
    const finish = (): void => {
      if (isOver) return
      isOver = true
      cancel()
      signal.removeEventListener('abort', finish)
      socket.close()
      resolve([...found.values()])
    }
    const cancel = clock.after(networkLimits.mappingSearchMs, finish)
    signal.addEventListener('abort', finish)
    if (signal.aborted) return finish()
    socket.on('error', finish)
    socket.on('message', (datagram, sender) => {
      heard++
      if (heard > networkLimits.mappingSearchAnswersMax) return finish()
      if (!inSubnet(sender.address, own.host, own.prefixLength)) return
      const url = parseSsdpAnswer(datagram, sender.address)
      if (url === null) return
      if (!found.has(sender.address)) found.set(sender.address, url)
      if (found.size === networkLimits.mappingRoutersMax) finish()
    })
    // Bound to this interface's own address, so that nothing goes out of another one.
    socket.bind(0, own.host, () => {
      try {
        socket.setMulticastInterface(own.host)
        socket.setMulticastTTL(2)
      } catch {
        return finish()
      }
      for (const device of devices) socket.send(question(device), port, group, (error) => error !== null && finish())
    })
  })
}
