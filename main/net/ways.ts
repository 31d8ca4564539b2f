/** How this device goes out, by the mode that the user chose: directly, or through a proxy. */
import { networkLimits } from '../core/limits.ts'
import type { DeviceId } from '../core/ids.ts'
import type { Clock, Privacy, ProxyProblem } from '../core/ports.ts'
import { scopeOf } from './addresses.ts'
import type { Confinement, NetworkOptions } from './options.ts'
import { SocksProxy } from './proxy/socks.ts'
import { connectDirectly } from './sockets.ts'
import type { Connect } from './sockets.ts'

/** Whether two modes hide the same from the same, by the same proxy. */
export function samePrivacy(one: Privacy, other: Privacy): boolean {
  if (one.kind !== 'proxy' || other.kind !== 'proxy') return one.kind === other.kind
  return one.host === other.host && one.port === other.port
}

/** Whether the proxy itself may be spoken to: the user named it, so anywhere, unless this network is confined. */
function mayAsk(confine: Confinement, host: string): boolean {
  const scope = scopeOf(host)
  if (scope === 'loopback') return true
  return confine === 'none' && scope !== 'unspecified' && scope !== 'reserved'
}

export class Ways {
  readonly privacy: Privacy
  readonly #clock: Clock
  readonly #proxy: SocksProxy | null

  constructor(
    privacy: Privacy,
    { clock, random, confine }: Pick<NetworkOptions, 'clock' | 'random' | 'confine'>,
    proxyFailed: (why: ProxyProblem) => void,
  ) {
    this.privacy = privacy
    this.#clock = clock
    this.#proxy =
      privacy.kind === 'proxy'
        ? new SocksProxy({
            clock,
            random,
            host: privacy.host,
            port: privacy.port,
            permits: (host) => mayAsk(confine, host),
            failed: proxyFailed,
          })
        : null
  }

  /** Makes the sockets to one device. */
  connectFor(device: DeviceId): Connect {
    return this.#proxy?.connectFor(device) ?? connectDirectly(this.#clock)
  }

  get dialTimeoutMs(): number {
    return this.#proxy === null ? networkLimits.dialTimeoutMs : networkLimits.proxyDialTimeoutMs
  }

  /** How long a visit may take to come about, at least; 0 where it is no matter of the proxy. */
  get visitTimeoutMs(): number {
    return this.#proxy === null ? 0 : networkLimits.proxyDialTimeoutMs
  }

  /** How long who is dialled, and who comes, may take to prove themselves; who comes through a proxy is as slow. */
  get handshake(): { readonly handshakeTimeoutMs: number; readonly inboundTimeoutMs: number } {
    const { handshakeTimeoutMs, inboundUpgradeTimeoutMs, proxyHandshakeTimeoutMs } = networkLimits
    return this.#proxy === null
      ? { handshakeTimeoutMs, inboundTimeoutMs: inboundUpgradeTimeoutMs }
      : { handshakeTimeoutMs: proxyHandshakeTimeoutMs, inboundTimeoutMs: proxyHandshakeTimeoutMs }
  }
}
