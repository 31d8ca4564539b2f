/** What routers answer, and addresses that name a host. */
import { networkLimits } from '../../../main/core/limits.ts'
import { serviceIn } from '../../../main/net/mapping/igd.ts'
import { decodePcpMap, decodePmpAddress, decodePmpMap, encodePcpMap } from '../../../main/net/mapping/pmp.ts'
import { parseSsdpAnswer } from '../../../main/net/mapping/ssdp.ts'
import { formatDialAddress, parseName } from '../../../main/net/names.ts'
import { description } from '../../net/fakeIgd.ts'
import { answerPmp } from '../../net/fakePmp.ts'
import type { PmpGateway } from '../../net/fakePmp.ts'
import type { Target } from '../target.ts'
import { must, mustEqual } from '../target.ts'

const router = '192.168.1.1'
const port = 4_001
const nonce = new Uint8Array(12).fill(3)

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1')
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'latin1'))
}

const search: Target = {
  name: 'routerSearch',
  what: 'parseSsdpAnswer; what it names is at the sender, over plain HTTP',
  inputSizeBytesMax: networkLimits.lanPacketSizeBytesMax + 8,
  weight: 1,
  tokens: ['\r\n', 'LOCATION: ', 'http://', `${router}/`, '@', 'ST: ', '[::1]', '\\'].map(bytesOf),
  seeds: () =>
    [`http://${router}:5000/root.xml`, `http://${router}/`].map((location) =>
      bytesOf(
        `HTTP/1.1 200 OK\r\nST: urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\nLOCATION: ${location}\r\n\r\n`,
      ),
    ),
  run(input, clock) {
    const url = clock.time(() => parseSsdpAnswer(input, router))
    if (url === null) return ['refused']
    must(url.hostname === router && url.protocol === 'http:' && url.username === '', 'another host')
    return ['found']
  },
}

const describe: Target = {
  name: 'routerDescription',
  what: 'serviceIn; the service is at the router, and of a type that maps ports',
  inputSizeBytesMax: 4_096,
  weight: 1,
  tokens: ['<service>', '</service>', '<controlURL>', '<serviceType>', '<!DOCTYPE a>', '&amp;', '//', '<a:'].map(
    bytesOf,
  ),
  seeds: () => [bytesOf(description), bytesOf(description.replace('/control?a=1&amp;b=2', `http://${router}/c`))],
  run(input, clock) {
    const service = clock.time(() => serviceIn(textOf(input), new URL(`http://${router}:5000/root.xml`)))
    if (service === null) return ['none']
    must(service.control.hostname === router && service.control.protocol === 'http:', 'another host')
    must(/^urn:[\w:-]+$/.test(service.type), 'an odd type')
    return ['service']
  },
}

function gatewayAnswers(): readonly Uint8Array[] {
  const request = { host: '192.168.1.7', port, wantedPort: port, lifetimeMs: 3_600_000 }
  const questions = [
    encodePcpMap(request, nonce),
    Uint8Array.of(0, 0),
    Uint8Array.of(0, 2, 0, 0, 15, 161, 15, 161, 0, 0, 14, 16),
  ]
  return questions.flatMap((question) => {
    const gateway: PmpGateway = { speaks: 'pcp', externalHost: '11.22.33.44', mappings: new Map(), refuses: false }
    return answerPmp(gateway, Buffer.from(question), router).map((answer) => Uint8Array.from(answer))
  })
}

const gateway: Target = {
  name: 'routerPort',
  what: 'decodePcpMap, decodePmpMap, decodePmpAddress; a port that is mapped is one',
  inputSizeBytesMax: 80,
  weight: 1,
  tokens: [Uint8Array.of(2, 0x81, 0, 0), Uint8Array.of(0, 0x82, 0, 0), Uint8Array.of(0, 0x80, 0, 0), nonce],
  seeds: gatewayAnswers,
  run(input, clock) {
    const [pcp, pmp] = [clock.time(() => decodePcpMap(input, port, nonce)), clock.time(() => decodePmpMap(input, port))]
    for (const read of [pcp, pmp]) {
      if (read.ok) must(read.value.port > 0 && read.value.port <= 65_535, 'no port')
    }
    const address = clock.time(() => decodePmpAddress(input))
    return [pcp, pmp, address].map((read, at) => `${at} ${read.ok ? 'read' : read.error.kind}`)
  },
}

const name: Target = {
  name: 'addressName',
  what: 'parseName; a name is written as it was read, and is no number and no name of the near network',
  inputSizeBytesMax: 220,
  weight: 1,
  tokens: ['/dns4/', '/onion3/', '/tcp/', '.local', '.localhost', '127.0.0.1', '0x7f', '/p2p/'].map(bytesOf),
  seeds: () =>
    [
      '/dns4/a.example/tcp/4001',
      '/dns6/b-c.example/tcp/1',
      '/dns/d.example/tcp/65535',
      `/onion3/${'a'.repeat(56)}:4001`,
    ].map(bytesOf),
  run(input, clock) {
    const read = clock.time(() => parseName(textOf(input)))
    if (read === null) return ['refused']
    mustEqual(parseName(formatDialAddress(read)), read, 'a name is written otherwise than it was read')
    must(/\.[a-z][a-z0-9-]*$/.test(read.host) && !/\.(local|localhost|internal|lan)$/.test(read.host), 'a near name')
    return [read.family]
  },
}

export const routerTargets: readonly Target[] = [search, describe, gateway, name]
