/** A UPnP router (WANIPConnection:1 and :2, WANPPPConnection:1), spoken with in SOAP. */
import { networkLimits } from '../../core/limits.ts'
import type { Random } from '../../core/ports.ts'
import { err, ok } from '../../core/result.ts'
import type { Result } from '../../core/result.ts'
import { scopeOf, socketAddress } from '../addresses.ts'
import { askHttp, routerUrl } from './http.ts'
import type { HttpAsker } from './http.ts'
import type { Mapping, MappingError, Router } from './router.ts'
import { partsOf, readXml, textOf } from './xml.ts'
import type { XmlElement } from './xml.ts'

interface Service {
  readonly type: string
  readonly control: URL
}

const serviceTypes = /^urn:schemas-upnp-org:service:(?:WANIPConnection:[12]|WANPPPConnection:1)$/
/** Error codes of WANIPConnection. */
const portTaken = 718
const permanentOnly = 725
const noCode = 0

/** The first service of a description that maps ports; null when there is none at the router itself. */
export function serviceIn(description: string, location: URL): Service | null {
  const elements = readXml(description) ?? []
  for (const part of partsOf(elements, 'service')) {
    const type = textOf(part, 'serviceType') ?? ''
    const control = routerUrl(textOf(part, 'controlURL') ?? '', location.href, location.hostname)
    if (serviceTypes.test(type) && control !== null) return { type, control }
  }
  return null
}

function soap(type: string, action: string, values: Readonly<Record<string, string | number>>): string {
  const fields = Object.entries(values).map(([name, value]) => `<${name}>${value}</${name}>`)
  return [
    '<?xml version="1.0"?>',
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"',
    ' s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">',
    `<s:Body><u:${action} xmlns:u="${type}">${fields.join('')}</u:${action}></s:Body></s:Envelope>`,
  ].join('')
}

/** Reads a router's description, and makes a router of it. */
export async function openIgd(
  asker: HttpAsker,
  location: URL,
  random: Random,
  signal: AbortSignal,
): Promise<Result<Router, MappingError>> {
  const page = await askHttp(asker, location, null, signal)
  if (!page.ok) return page
  const service = page.value.status === 200 ? serviceIn(page.value.text, location) : null
  return service === null ? err({ kind: 'malformed' }) : ok(new IgdRouter(asker, service, random))
}

class IgdRouter implements Router {
  readonly #asker: HttpAsker
  readonly #service: Service
  readonly #random: Random
  /** The port outside that we have. */
  #mapped = 0
  #leaseSeconds = networkLimits.mappingLifetimeMs / 1_000

  constructor(asker: HttpAsker, service: Service, random: Random) {
    this.#asker = asker
    this.#service = service
    this.#random = random
  }

  async map(port: number, wantedPort: number, signal: AbortSignal): Promise<Result<Mapping, MappingError>> {
    const answer = await this.#call('GetExternalIPAddress', {}, signal)
    if (!answer.ok) return answer
    const host = textOf(answer.value, 'NewExternalIPAddress') ?? ''
    if (socketAddress(host, 1) === null) return err({ kind: 'malformed' })
    if (scopeOf(host) !== 'global') return err({ kind: 'notPublic' })
    let outside = this.#mapped === 0 ? wantedPort : this.#mapped
    for (let tries = 0; tries < networkLimits.mappingPortTriesMax; tries++) {
      const added = await this.#add(port, outside, signal)
      if (added.ok) {
        this.#mapped = outside
        const address = socketAddress(host, outside)
        const lifetimeMs =
          (this.#leaseSeconds === 0 ? 0 : this.#leaseSeconds * 1_000) || networkLimits.mappingLifetimeMs
        return address === null ? err({ kind: 'malformed' }) : ok({ address, lifetimeMs })
      }
      if (added.error.kind !== 'refused') return added
      if (added.error.code === permanentOnly && this.#leaseSeconds > 0) this.#leaseSeconds = 0
      else if (added.error.code === portTaken) outside = this.#otherPort()
      else return added
    }
    return err({ kind: 'refused', code: portTaken })
  }

  async unmap(_port: number, signal: AbortSignal): Promise<void> {
    if (this.#mapped === 0) return
    const values = { NewRemoteHost: '', NewExternalPort: this.#mapped, NewProtocol: 'TCP' }
    this.#mapped = 0
    await this.#call('DeletePortMapping', values, signal)
  }

  #add(port: number, outside: number, signal: AbortSignal): Promise<Result<readonly XmlElement[], MappingError>> {
    return this.#call(
      'AddPortMapping',
      {
        NewRemoteHost: '',
        NewExternalPort: outside,
        NewProtocol: 'TCP',
        NewInternalPort: port,
        NewInternalClient: this.#asker.own.host,
        NewEnabled: 1,
        // Whoever lists the router's mappings reads it: it does not name us.
        NewPortMappingDescription: `tcp ${outside}`,
        NewLeaseDuration: this.#leaseSeconds,
      },
      signal,
    )
  }

  #otherPort(): number {
    const [high = 0, low = 0] = this.#random.bytes(2)
    return 49_152 + ((high * 256 + low) % 16_384)
  }

  async #call(
    action: string,
    values: Readonly<Record<string, string | number>>,
    signal: AbortSignal,
  ): Promise<Result<readonly XmlElement[], MappingError>> {
    const { type, control } = this.#service
    const call = { action: `${type}#${action}`, body: soap(type, action, values) }
    const answer = await askHttp(this.#asker, control, call, signal)
    if (!answer.ok) return answer
    const elements = readXml(answer.value.text)
    if (elements === null) return err({ kind: 'malformed' })
    if (answer.value.status === 200) return ok(elements)
    const code = Number(textOf(elements, 'errorCode') ?? noCode)
    return err({ kind: 'refused', code: Number.isInteger(code) ? code : noCode })
  }
}
