/**
 * Keeps one port of the router mapped to ours, so that others can dial us from outside: asked for anew long before it
 * ends, since a router that was switched off and on has forgotten it; given back when it is wanted no more. What the
 * router does not confirm is not told to anybody.
 */
import { networkLimits } from '../../core/limits.ts'
import type { Clock, Log, Random } from '../../core/ports.ts'
import type { SocketAddress } from '../addresses.ts'
import { backOffMs, jitterOf } from '../backOff.ts'
import type { LocalInterface } from '../interfaces.ts'
import { deadline } from '../deadline.ts'
import type { Mapping, Router, Standpoint } from './router.ts'

export interface PortMapperOptions {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** The routers of a network, best first. */
  readonly routers: (own: Standpoint, signal: AbortSignal) => AsyncIterable<Router>
  /** `addresses` are others now. */
  readonly changed: () => void
}

interface Held {
  readonly router: Router
  readonly mapping: Mapping
}

/** One interface, and the port to map. */
class Keeper {
  readonly #options: PortMapperOptions
  readonly #own: Standpoint
  readonly #port: number
  readonly #stopping = new AbortController()
  /** What is under way: questions, and giving back. */
  #work: Promise<void>
  #held: Held | null = null
  #attempt = 0
  #cancel: (() => void) | null = null

  constructor(options: PortMapperOptions, own: Standpoint, port: number) {
    this.#options = options
    this.#own = own
    this.#port = port
    this.#work = this.#look()
  }

  get address(): SocketAddress | null {
    return this.#held?.mapping.address ?? null
  }

  /** Settles when the router was told. */
  stop(): Promise<void> {
    this.#stopping.abort()
    this.#cancel?.()
    const held = this.#held
    this.#held = null
    if (held === null) return this.#work
    const { signal, clear } = deadline(this.#options.clock, networkLimits.mappingAnswerTimeoutMs)
    return this.#work.then(() => held.router.unmap(this.#port, signal)).finally(clear)
  }

  async #look(): Promise<void> {
    const { signal } = this.#stopping
    const before = this.#held
    const held = before === null ? await this.#find() : await this.#ask(before.router, before.mapping.address.port)
    if (signal.aborted) {
      // Asked for while it ended: `stop` knew nothing of it.
      if (held !== null && before === null) await this.#giveBack(held)
      return
    }
    this.#held = held
    this.#attempt = held === null ? this.#attempt + 1 : 0
    const changed = before?.mapping.address.host !== held?.mapping.address.host
    if (changed || before?.mapping.address.port !== held?.mapping.address.port) this.#options.changed()
    this.#cancel = this.#options.clock.after(this.#delayMs(held), () => {
      this.#work = this.#look()
    })
  }

  async #giveBack(held: Held): Promise<void> {
    const { signal, clear } = deadline(this.#options.clock, networkLimits.mappingAnswerTimeoutMs)
    await held.router.unmap(this.#port, signal).finally(clear)
  }

  #delayMs(held: Held | null): number {
    if (held !== null) return Math.min(networkLimits.mappingRenewMs, Math.max(held.mapping.lifetimeMs / 2, 1_000))
    const pace = { afterMs: networkLimits.mappingRetryMs, afterMsMax: networkLimits.mappingRetryMsMax }
    return backOffMs(pace, this.#attempt - 1, jitterOf(this.#options.random))
  }

  async #ask(router: Router, wantedPort: number): Promise<Held | null> {
    const mapped = await router.map(this.#port, wantedPort, this.#stopping.signal)
    if (mapped.ok) return { router, mapping: mapped.value }
    this.#options.log.debug('net.portMappingFailed', { why: mapped.error.kind })
    return null
  }

  async #find(): Promise<Held | null> {
    const { signal } = this.#stopping
    for await (const router of this.#options.routers(this.#own, signal)) {
      const held = await this.#ask(router, this.#port)
      if (held !== null || signal.aborted) return held
    }
    return null
  }
}

export class PortMapper {
  readonly #options: PortMapperOptions
  readonly #keepers = new Map<string, Keeper>()
  #ended: Promise<unknown> = Promise.resolve()

  constructor(options: PortMapperOptions) {
    this.#options = options
  }

  /** The interfaces whose routers are asked from now on, and the port on which we listen; 0 while we do not. */
  set(interfaces: readonly LocalInterface[], port: number): void {
    const wanted = new Map<string, Standpoint>()
    for (const { name, addresses } of interfaces.slice(0, networkLimits.lanInterfacesMax)) {
      const own = addresses.find(({ family }) => family === 'ip4')
      if (own === undefined || port === 0) continue
      const { host, prefixLength } = own
      wanted.set(`${name} ${host}/${prefixLength} ${port}`, { name, host, prefixLength })
    }
    const told = this.addresses().length
    for (const [key, keeper] of this.#keepers) {
      if (wanted.has(key)) continue
      this.#keepers.delete(key)
      this.#ended = Promise.all([this.#ended, keeper.stop()])
    }
    for (const [key, own] of wanted) {
      if (!this.#keepers.has(key)) this.#keepers.set(key, new Keeper(this.#options, own, port))
    }
    // New ones come later; here some can only go.
    if (this.addresses().length !== told) this.#options.changed()
  }

  /** Where routers lead to us. */
  addresses(): readonly SocketAddress[] {
    return [...this.#keepers.values()].flatMap(({ address }) => address ?? [])
  }

  /** Settles when all that ended so far has been given back, or the routers said nothing in time. */
  async settled(): Promise<void> {
    await this.#ended
  }
}
