/** The UPnP side of a home router: a description and SOAP calls over HTTP. It keeps its mappings in memory. */
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface IgdBehaviour {
  readonly externalHost: string
  /** Ports outside that belong to somebody else. */
  readonly taken: readonly number[]
  readonly permanentOnly: boolean
  /** Answers instead of the router, where it wants to; true when it did. */
  readonly instead: (path: string, response: ServerResponse) => boolean
  /** After each call, before its answer. */
  readonly called: () => void
}

export const usualIgd: IgdBehaviour = {
  externalHost: '11.22.33.44',
  taken: [],
  permanentOnly: false,
  instead: () => false,
  called: () => undefined,
}

const service = 'urn:schemas-upnp-org:service:WANIPConnection:1'

export const description = `<?xml version="1.0"?>
<root xmlns="urn:schemas-upnp-org:device-1-0"><device>
  <deviceType>urn:schemas-upnp-org:device:InternetGatewayDevice:1</deviceType>
  <serviceList><service>
    <serviceType>urn:schemas-upnp-org:service:Layer3Forwarding:1</serviceType><controlURL>/l3</controlURL>
  </service></serviceList>
  <deviceList><device><deviceList><device><serviceList><service>
    <serviceType>${service}</serviceType><controlURL>/control?a=1&amp;b=2</controlURL>
  </service></serviceList></device></deviceList></device></deviceList>
</device></root>`

function fault(code: number): string {
  return `<s:Envelope><s:Body><s:Fault><detail><UPnPError><errorCode>${code}</errorCode></UPnPError></detail></s:Fault></s:Body></s:Envelope>`
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString()
}

export class FakeIgd {
  readonly mappings = new Map<number, { readonly host: string; readonly port: number; readonly seconds: number }>()
  readonly calls: string[] = []
  behaviour: IgdBehaviour
  readonly #server: Server

  constructor(behaviour: Partial<IgdBehaviour> = {}) {
    this.behaviour = { ...usualIgd, ...behaviour }
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy())
    })
  }

  start(host: string, port = 0): Promise<void> {
    return new Promise((resolve) => this.#server.listen(port, host, resolve))
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections()
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? ''
    const body = await bodyOf(request)
    if (this.behaviour.instead(path, response)) return
    response.setHeader('Content-Type', 'text/xml')
    if (path === '/root.xml') return void response.end(description)
    if (path !== '/control?a=1&b=2') return void response.writeHead(404).end()
    const action = /#(\w+)"$/.exec(String(request.headers.soapaction))?.[1] ?? ''
    this.calls.push(action)
    const outcome = this.#act(action, (name) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1] ?? '')
    this.behaviour.called()
    if (typeof outcome === 'number') return void response.writeHead(500).end(fault(outcome))
    response.end(
      `<s:Envelope><s:Body><u:${action}Response xmlns:u="${service}">${outcome}</u:${action}Response></s:Body></s:Envelope>`,
    )
  }

  /** What stands in the answer, or the code of an error. */
  #act(action: string, field: (name: string) => string): string | number {
    const { externalHost, taken, permanentOnly } = this.behaviour
    const outside = Number(field('NewExternalPort'))
    if (action === 'GetExternalIPAddress') return `<NewExternalIPAddress>${externalHost}</NewExternalIPAddress>`
    if (action === 'DeletePortMapping') return this.mappings.delete(outside) ? '' : 714
    if (action !== 'AddPortMapping') return 401
    const seconds = Number(field('NewLeaseDuration'))
    if (taken.includes(outside)) return 718
    if (permanentOnly && seconds > 0) return 725
    this.mappings.set(outside, { host: field('NewInternalClient'), port: Number(field('NewInternalPort')), seconds })
    return ''
  }
}
