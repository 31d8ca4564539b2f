/**
 * Keeps places at relays, so that others can reach us through them: at up to `relaysMax` of the contacts that
 * serve and are connected directly. It asks again after every failure, with back-off, and for ever.
 */
import { networkLimits } from '../../core/limits.ts'
import type { DeviceId } from '../../core/ids.ts'
import type { Clock, Log, Random } from '../../core/ports.ts'
import type { Result } from '../../core/result.ts'
import { backOffMs, jitterOf } from '../backOff.ts'
import type { ReservationError } from './hop.ts'

export interface ReservationsOptions {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Asks once. Never rejects. */
  readonly ask: (relay: DeviceId) => Promise<Result<void, ReservationError>>
  /** Whether the relay is connected, and not itself through a relay. */
  readonly isConnected: (relay: DeviceId) => boolean
  /** `relays` is another list now. */
  readonly changed: () => void
}

interface Relay {
  state: 'idle' | 'asking' | 'held' | 'waiting'
  attempt: number
  /** Of the next attempt. */
  cancel: (() => void) | null
  /** Our place there stands, or stood until a moment ago. */
  told: boolean
  cancelForget: (() => void) | null
}

const pace = { afterMs: networkLimits.reservationRetryMs, afterMsMax: networkLimits.reservationRetryMsMax }

export class Reservations {
  readonly #options: ReservationsOptions
  readonly #relays = new Map<DeviceId, Relay>()
  #running = false

  constructor(options: ReservationsOptions) {
    this.#options = options
  }

  start(): void {
    this.#running = true
    this.#next()
  }

  stop(): void {
    this.#running = false
    for (const relay of this.#relays.values()) this.#forget(relay)
  }

  /** The whole list of contacts that serve, those to be asked first in front. */
  setRelays(devices: readonly DeviceId[]): void {
    const before = new Map(this.#relays)
    const toldBefore = this.relays().join()
    this.#relays.clear()
    for (const device of devices) {
      const fresh: Relay = { state: 'idle', attempt: 0, cancel: null, told: false, cancelForget: null }
      this.#relays.set(device, before.get(device) ?? fresh)
      before.delete(device)
    }
    for (const relay of before.values()) this.#forget(relay)
    if (this.relays().join() !== toldBefore) this.#options.changed()
    this.#next()
  }

  /** Where we keep a place, or kept one until a moment ago. */
  relays(): readonly DeviceId[] {
    return [...this.#relays].filter(([, relay]) => relay.told).map(([device]) => device)
  }

  has(device: DeviceId): boolean {
    return this.#relays.get(device)?.told ?? false
  }

  /** A direct connection with the device came up, or it was told to serve. */
  connected(device: DeviceId): void {
    const relay = this.#relays.get(device)
    if (relay === undefined) return
    if (relay.state === 'waiting') this.#rest(relay)
    relay.attempt = 0
    this.#next()
  }

  /** The last direct connection with the device ended. */
  disconnected(device: DeviceId): void {
    const relay = this.#relays.get(device)
    if (relay === undefined) return
    if (relay.state !== 'asking') this.#rest(relay)
    this.#linger(relay)
    this.#next()
  }

  #rest(relay: Relay): void {
    relay.cancel?.()
    relay.cancel = null
    relay.state = 'idle'
  }

  #forget(relay: Relay): void {
    this.#rest(relay)
    relay.cancelForget?.()
    relay.cancelForget = null
    relay.told = false
  }

  /** A connection that flaps should not send every contact two new lists of addresses each time. */
  #linger(relay: Relay): void {
    if (!relay.told || relay.cancelForget !== null) return
    relay.cancelForget = this.#options.clock.after(networkLimits.reservationLingerMs, () => {
      relay.cancelForget = null
      this.#tell(relay, false)
    })
  }

  #tell(relay: Relay, told: boolean): void {
    relay.cancelForget?.()
    relay.cancelForget = null
    if (relay.told === told) return
    relay.told = told
    this.#options.changed()
  }

  /** Asks as many as there are places wanting. */
  #next(): void {
    if (!this.#running) return
    let busy = [...this.#relays.values()].filter(({ state }) => state === 'asking' || state === 'held').length
    for (const [device, relay] of this.#relays) {
      if (busy >= networkLimits.relaysMax) return
      if (relay.state !== 'idle' || !this.#options.isConnected(device)) continue
      busy++
      this.#ask(device, relay)
    }
  }

  #ask(device: DeviceId, relay: Relay): void {
    this.#rest(relay)
    relay.state = 'asking'
    void this.#options.ask(device).then((answer) => {
      if (!this.#running || this.#relays.get(device) !== relay) return
      if (answer.ok && this.#options.isConnected(device)) this.#granted(device, relay)
      else this.#failed(device, relay, answer.ok ? { kind: 'notConnected' } : answer.error)
    })
  }

  #granted(device: DeviceId, relay: Relay): void {
    relay.attempt = 0
    relay.state = 'held'
    relay.cancel = this.#options.clock.after(networkLimits.reservationRenewMs, () => this.#ask(device, relay))
    this.#tell(relay, true)
  }

  #failed(device: DeviceId, relay: Relay, error: ReservationError): void {
    const status = error.kind === 'refused' ? error.status : 0
    this.#options.log.debug('net.reservationFailed', { why: error.kind, status, attempt: relay.attempt })
    if (this.#options.isConnected(device)) this.#tell(relay, false)
    relay.state = 'waiting'
    const delayMs = backOffMs(pace, relay.attempt, jitterOf(this.#options.random))
    relay.attempt++
    relay.cancel = this.#options.clock.after(delayMs, () => {
      this.#rest(relay)
      this.#next()
    })
    this.#next()
  }
}
