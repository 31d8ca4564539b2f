/**
 * Keeps dialling every wanted device that is not connected, for ever: with back-off and jitter, a bounded
 * number at a time, and at once after a wake, new addresses or a find on the LAN. Another one of its kind, at a
 * slower pace, looks for a direct way to those that are reached through a relay.
 */
import { networkLimits } from '../core/limits.ts'
import type { DeviceId } from '../core/ids.ts'
import type { Clock, Random } from '../core/ports.ts'
import { backOffMs, jitterOf } from './backOff.ts'
import type { Pace } from './backOff.ts'

export interface ReconnectOptions {
  readonly clock: Clock
  readonly random: Random
  readonly pace: Pace
  /** Tries once; settles when the attempt is over, however it went. Never rejects. */
  readonly dial: (device: DeviceId) => Promise<void>
  /** True while there is nothing to dial for. */
  readonly isConnected: (device: DeviceId) => boolean
  /** Whether there is any address to dial. */
  readonly isDialable: (device: DeviceId) => boolean
}

interface Target {
  attempt: number
  state: 'idle' | 'waiting' | 'queued' | 'dialling'
  cancel: (() => void) | null
  /** Something new was learnt while dialling: dial again at once if that fails. */
  again: boolean
}

export class Reconnector {
  readonly #options: ReconnectOptions
  readonly #targets = new Map<DeviceId, Target>()
  /** Insertion order is dialling order. */
  readonly #queue = new Set<DeviceId>()
  #dialling = 0
  #running = false

  constructor(options: ReconnectOptions) {
    this.#options = options
  }

  start(): void {
    this.#running = true
    this.wake()
  }

  stop(): void {
    this.#running = false
    this.#queue.clear()
    for (const target of this.#targets.values()) this.#rest(target)
  }

  has(device: DeviceId): boolean {
    return this.#targets.has(device)
  }

  /** The whole set of wanted devices; new ones are dialled at once. */
  setTargets(devices: readonly DeviceId[]): void {
    const wanted = new Set(devices)
    for (const [device, target] of this.#targets) {
      if (wanted.has(device)) continue
      this.#rest(target)
      this.#queue.delete(device)
      this.#targets.delete(device)
    }
    for (const device of wanted) {
      if (this.#targets.has(device)) continue
      this.#targets.set(device, { attempt: 0, state: 'idle', cancel: null, again: false })
      this.soon(device)
    }
  }

  /** Forgets the back-off and dials now, unless the device is connected. */
  soon(device: DeviceId): void {
    const target = this.#targets.get(device)
    if (target === undefined) return
    target.attempt = 0
    if (target.state === 'dialling') target.again = true
    else this.#enqueue(device, target)
  }

  /** Whether a dial of the device is under way. */
  isDialling(device: DeviceId): boolean {
    return this.#targets.get(device)?.state === 'dialling'
  }

  wake(): void {
    for (const device of this.#targets.keys()) this.soon(device)
  }

  connected(device: DeviceId): void {
    const target = this.#targets.get(device)
    if (target === undefined) return
    this.#queue.delete(device)
    if (target.state !== 'dialling') this.#rest(target)
  }

  disconnected(device: DeviceId, durationMs: number): void {
    const target = this.#targets.get(device)
    if (target === undefined) return
    if (durationMs >= networkLimits.stableConnectionMs) target.attempt = 0
    if (this.#running && target.state === 'idle') this.#wait(device, target)
  }

  #rest(target: Target): void {
    target.cancel?.()
    target.cancel = null
    if (target.state !== 'dialling') target.state = 'idle'
  }

  #wait(device: DeviceId, target: Target): void {
    this.#rest(target)
    target.state = 'waiting'
    const delayMs = backOffMs(this.#options.pace, target.attempt, jitterOf(this.#options.random))
    target.attempt++
    target.cancel = this.#options.clock.after(delayMs, () => {
      target.cancel = null
      this.#enqueue(device, target)
    })
  }

  #enqueue(device: DeviceId, target: Target): void {
    this.#rest(target)
    if (!this.#running || this.#options.isConnected(device) || !this.#options.isDialable(device)) return
    target.state = 'queued'
    this.#queue.add(device)
    this.#next()
  }

  #next(): void {
    while (this.#running && this.#dialling < networkLimits.dialsMax) {
      const [device] = this.#queue
      if (device === undefined) return
      this.#queue.delete(device)
      const target = this.#targets.get(device)
      if (target === undefined) continue
      target.state = 'dialling'
      target.again = false
      this.#dialling++
      void this.#options.dial(device).then(() => this.#dialled(device, target))
    }
  }

  #dialled(device: DeviceId, target: Target): void {
    this.#dialling--
    target.state = 'idle'
    if (this.#running && this.#targets.get(device) === target && !this.#options.isConnected(device)) {
      if (target.again) this.#enqueue(device, target)
      else this.#wait(device, target)
    }
    this.#next()
  }
}
