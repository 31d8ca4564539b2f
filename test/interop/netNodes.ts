/** Real networks on loopback, and what tests need to watch them. */
import { randomBytes } from 'node:crypto'
import { deviceKey, deviceOfKey } from '../../main/net/keys.ts'
import { createNetwork } from '../../main/net/network.ts'
import type { NetworkOptions } from '../../main/net/options.ts'
import type { DeviceId } from '../../main/core/ids.ts'
import type { Clock, Log, NetworkEvent, NetworkHandler, PeerTarget, Random } from '../../main/core/ports.ts'

export const realClock: Clock = {
  nowMs: () => Date.now(),
  after: (delayMs, call) => {
    const timer = setTimeout(call, delayMs)
    return () => clearTimeout(timer)
  },
}
export const realRandom: Random = { bytes: (lengthBytes) => Uint8Array.from(randomBytes(lengthBytes)) }
export const silentLog: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined }

/** A log whose debug lines can be read. */
export function loggedFigures(): { readonly log: Log; readonly logged: readonly unknown[] } {
  const logged: unknown[] = []
  return { log: { ...silentLog, debug: (event, figures) => void logged.push({ event, figures }) }, logged }
}

/** A seed by number, so that who has the smaller id is the same in every run. */
export function seedOf(number: number): Uint8Array {
  return new Uint8Array(32).fill(number)
}

export async function deviceOfSeed(seed: Uint8Array): Promise<DeviceId> {
  return deviceOfKey(await deviceKey(seed))
}

export interface Received {
  readonly device: DeviceId
  readonly frame: Uint8Array
}

/** A network with a handler that records; `onFrame` decides when a frame is settled. */
export class TestNode {
  readonly network: ReturnType<typeof createNetwork>
  readonly device: DeviceId
  readonly events: NetworkEvent[] = []
  readonly frames: Received[] = []
  admits: (device: DeviceId) => boolean = () => true
  onFrame: (device: DeviceId, frame: Uint8Array) => Promise<void> = () => Promise.resolve()
  #watchers: (() => void)[] = []

  constructor(network: ReturnType<typeof createNetwork>, device: DeviceId) {
    this.network = network
    this.device = device
  }

  get handler(): NetworkHandler {
    return {
      event: (event) => {
        this.events.push(event)
        this.#changed()
      },
      frame: (device, frame) => {
        this.frames.push({ device, frame })
        this.#changed()
        return this.onFrame(device, frame)
      },
      admits: (device) => this.admits(device),
    }
  }

  start(): Promise<void> {
    return this.network.start(this.handler)
  }

  /** Settles once `condition` holds; it is asked after every event and frame. */
  until(what: string, condition: () => boolean, timeoutMs = 15_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const kinds = this.events.map((event) => event.kind).join(' ')
        reject(new Error(`${what}: not within ${timeoutMs} ms; frames ${this.frames.length}; events ${kinds}`))
      }, timeoutMs)
      const check = (): void => {
        if (!condition()) return
        clearTimeout(timer)
        this.#watchers = this.#watchers.filter((one) => one !== check)
        resolve()
      }
      this.#watchers.push(check)
      check()
    })
  }

  count(kind: NetworkEvent['kind']): number {
    return this.events.filter((event) => event.kind === kind).length
  }

  untilUp(other: DeviceId, times = 1): Promise<void> {
    const ups = (): number => this.events.filter((e) => e.kind === 'peerUp' && e.device === other).length
    return this.until(`up ${times}`, () => ups() >= times)
  }

  get addresses(): readonly string[] {
    const told = this.events.findLast((event) => event.kind === 'addresses')
    return told?.kind === 'addresses' ? told.addresses : []
  }

  get port(): number {
    const told = this.events.findLast((event) => event.kind === 'listening')
    return told?.kind === 'listening' ? (told.ports[0] ?? 0) : 0
  }

  target(addresses: readonly string[] = this.addresses, relay = false): PeerTarget {
    return { device: this.device, addresses, lan: null, relay, mailbox: false }
  }

  #changed(): void {
    for (const check of this.#watchers) check()
  }
}

export type TestOptions = Partial<Omit<NetworkOptions, 'listen'>> & {
  readonly listen?: Partial<NetworkOptions['listen']>
}

/** A node that is confined to loopback unless told otherwise; not started. */
export async function testNode(seed: Uint8Array, options: TestOptions = {}): Promise<TestNode> {
  const network = createNetwork({
    deviceSeed: seed,
    confine: 'loopback',
    lan: false,
    webrtc: false,
    privacy: { kind: 'open' },
    portMapping: false,
    clock: realClock,
    random: realRandom,
    log: silentLog,
    ...options,
    listen: { port: 0, portFallback: true, families: ['ip4', 'ip6'], loopbackOnly: false, ...options.listen },
  })
  return new TestNode(network, await deviceOfSeed(seed))
}

/** What one test starts, and stops when that test has finished; so that tests may run side by side. */
export class Scene {
  readonly #ends: (() => unknown)[] = []

  constructor(onTestFinished: (call: () => Promise<void>) => void) {
    onTestFinished(async () => {
      await Promise.all(this.#ends.map((end) => end()))
    })
  }

  atEnd(call: () => unknown): void {
    this.#ends.push(call)
  }

  /** A started node. */
  async node(number: number, options: TestOptions = {}): Promise<TestNode> {
    const made = await testNode(seedOf(number), options)
    this.atEnd(() => made.network.stop())
    await made.start()
    return made
  }
}

export function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs))
}

export function numbered(number: number, lengthBytes = 256): Uint8Array {
  const frame = new Uint8Array(lengthBytes)
  new DataView(frame.buffer).setUint32(0, number)
  return frame
}

export function numberOf(frame: Uint8Array): number {
  return new DataView(frame.buffer, frame.byteOffset).getUint32(0)
}
