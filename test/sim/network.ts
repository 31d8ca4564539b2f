/** ports.Network between simulated computers: delays, losses, repetitions, disorder, partitions, sudden ends. */
import type { DeviceId } from '../../main/core/ids.ts'
import { implementationLimits, networkLimits } from '../../main/core/limits.ts'
import type * as ports from '../../main/core/ports.ts'
import type { Chance, Schedule } from './schedule.ts'
import { PostOffice } from './mailboxes.ts'

/** How bad the network is. Probabilities are per frame. */
export interface LinkWeather {
  delayMsMin: number
  delayMsMax: number
  dropped: number
  repeated: number
  reordered: number
}

const framesOnTheWayMax = 200

/** One stream between two peers; frames on it when it ends are lost. */
class Link {
  readonly ends: readonly [Endpoint, Endpoint]
  open = true
  /** What is said on it arrives nowhere, and neither end knows. */
  rebound = false
  /** Frames on their way to each end, and the earliest time of the next one's arrival. */
  readonly onTheWay: [number, number] = [0, 0]
  readonly refused: [boolean, boolean] = [false, false]
  readonly arrivesMs: [number, number] = [0, 0]
  readonly unsettled: [number, number] = [0, 0]
  readonly held: [Uint8Array[], Uint8Array[]] = [[], []]
  constructor(ends: readonly [Endpoint, Endpoint]) {
    this.ends = ends
  }
}

/** Watches every frame that leaves a computer. */
export type FrameWatch = (from: DeviceId, to: DeviceId, frame: Uint8Array) => void

export class Ether {
  readonly #schedule: Schedule
  readonly #chance: Chance
  readonly #watch: FrameWatch
  readonly weather: LinkWeather = { delayMsMin: 1, delayMsMax: 40, dropped: 0, repeated: 0, reordered: 0 }
  readonly #endpoints = new Map<DeviceId, Endpoint>()
  readonly #links = new Set<Link>()
  /** Mailboxes, and what lies in them. */
  readonly post: PostOffice
  /** Pairs that cannot reach each other. */
  readonly #cut = new Set<string>()
  /** Directions in which everything is lost on the way, `from to`. */
  readonly #lost = new Set<string>()

  constructor(schedule: Schedule, chance: Chance, watch: FrameWatch) {
    this.#schedule = schedule
    this.#chance = chance
    this.#watch = watch
    this.post = new PostOffice(schedule, chance, {
      reaches: (from, to) => this.#endpoints.get(to)?.running === true && !this.#cut.has(this.#pair(from, to)),
      isConnected: (from, to) => this.#endpoints.get(from)?.isUp(to) === true,
      serves: (device) => this.#endpoints.get(device)?.serving ?? { relay: false, mailbox: false },
      tell: (owner, mailbox) => {
        if (this.#endpoints.get(owner)?.isUp(mailbox) === true) this.#endpoints.get(owner)?.onMailWaiting(mailbox)
      },
    })
  }

  endpoint(device: DeviceId): Endpoint {
    return new Endpoint(this, device)
  }

  #pair(a: DeviceId, b: DeviceId): string {
    return [a, b].sort().join(' ')
  }

  partition(a: DeviceId, b: DeviceId, cut: boolean): void {
    if (!cut) {
      this.#cut.delete(this.#pair(a, b))
      return
    }
    this.#cut.add(this.#pair(a, b))
    for (const link of this.#links) {
      const devices = link.ends.map((end) => end.device)
      if (devices.includes(a) && devices.includes(b)) this.#lose(link)
    }
  }

  /**
   * What `from` sends to `to` is lost from now on, unnoticed at first: then its heartbeats are missed, the stream ends, and
   * none can be opened, for that takes both directions.
   */
  lose(from: DeviceId, to: DeviceId): void {
    this.#lost.add(`${from} ${to}`)
    const link = this.#linkBetween(from, to)
    const { silencePulsesMax, pulseMs } = networkLimits
    this.#schedule.after(silencePulsesMax * pulseMs, () => {
      if (link !== null) this.#lose(link, pulseMs)
    })
  }

  /** It arrives again. */
  findAgain(from: DeviceId, to: DeviceId): void {
    this.#lost.delete(`${from} ${to}`)
  }

  /** One of them is seen at another address: what is said on their stream is lost, and a new one can be opened. */
  rebind(a: DeviceId, b: DeviceId): void {
    const link = this.#linkBetween(a, b)
    if (link !== null) link.rebound = true
    this.lose(a, b)
    this.findAgain(a, b)
  }

  #linkBetween(a: DeviceId, b: DeviceId): Link | null {
    for (const link of this.#links) if (link.ends.every((end) => end.device === a || end.device === b)) return link
    return null
  }

  /** A stream ends, if there is one: each side notices in its own time. */
  breakOne(): boolean {
    const any = this.#links.size > 0
    if (any) this.#lose(this.#chance.pick([...this.#links]))
    return any
  }

  join(endpoint: Endpoint): void {
    this.#endpoints.set(endpoint.device, endpoint)
  }

  leave(endpoint: Endpoint): void {
    if (this.#endpoints.get(endpoint.device) === endpoint) this.#endpoints.delete(endpoint.device)
    for (const link of this.#links) if (link.ends.includes(endpoint)) this.#lose(link)
  }

  linkOf(endpoint: Endpoint, device: DeviceId): Link | null {
    for (const link of this.#links) {
      if (link.ends.includes(endpoint) && link.ends.some((end) => end !== endpoint && end.device === device))
        return link
    }
    return null
  }

  drop(link: Link): void {
    this.#lose(link)
  }

  /** A dead peer is noticed within ten seconds. */
  #lose(link: Link, withinMs = 10_000): void {
    if (!link.open) return
    link.open = false
    this.#links.delete(link)
    for (const [side, end] of link.ends.entries()) {
      const other = link.ends[1 - side] as Endpoint
      this.#schedule.after(this.#chance.between(0, withinMs), () => end.onDown(other.device, link))
    }
  }

  /** Dials for `from`, as its reconnect loop would. */
  dial(from: Endpoint, device: DeviceId): void {
    const to = this.#endpoints.get(device)
    if (to === undefined || !from.running || this.#cut.has(this.#pair(from.device, device))) return
    if (this.#lost.has(`${from.device} ${device}`) || this.#lost.has(`${device} ${from.device}`)) return
    if (from.isUp(device) || to.isUp(from.device) || !to.admits(from.device)) return
    const link = new Link([from, to])
    this.#links.add(link)
    from.onUp(device, link)
    to.onUp(from.device, link)
  }

  send(from: Endpoint, link: Link, frame: Uint8Array): ports.SendOutcome {
    const side = link.ends[0] === from ? 1 : 0
    const to = link.ends[side]
    if (link.onTheWay[side] >= framesOnTheWayMax) {
      link.refused[side] = true
      return 'full'
    }
    this.#watch(from.device, to.device, frame)
    const chance = this.#chance
    const { dropped, repeated, reordered } = this.weather
    const isLost = link.rebound || this.#lost.has(`${from.device} ${to.device}`)
    if (!link.open || isLost || chance.happens(dropped)) return 'sent'
    const copies = chance.happens(repeated) ? 2 : 1
    for (let i = 0; i < copies; i++) this.#carry(link, side, to, frame.slice(), chance.happens(reordered))
    return 'sent'
  }

  #carry(link: Link, side: 0 | 1, to: Endpoint, frame: Uint8Array, outOfOrder: boolean): void {
    const { delayMsMin, delayMsMax } = this.weather
    const soonest = this.#schedule.nowMs + this.#chance.between(delayMsMin, delayMsMax)
    const arrivesMs = outOfOrder
      ? soonest + this.#chance.between(0, 4 * delayMsMax)
      : Math.max(soonest, link.arrivesMs[side])
    if (!outOfOrder) link.arrivesMs[side] = arrivesMs
    link.onTheWay[side]++
    this.#schedule.after(arrivesMs - this.#schedule.nowMs, () => {
      link.onTheWay[side]--
      if (link.refused[side] && link.onTheWay[side] < framesOnTheWayMax / 2) {
        link.refused[side] = false
        const from = link.ends[1 - side] as Endpoint
        if (link.open) from.onWritable(to.device, link)
      }
      if (link.open) this.#deliver(link, side, to, frame)
    })
  }

  #deliver(link: Link, side: 0 | 1, to: Endpoint, frame: Uint8Array): void {
    const from = link.ends[1 - side] as Endpoint
    if (link.unsettled[side] >= implementationLimits.inboundFramesPerPeerMax) {
      link.held[side].push(frame)
      return
    }
    link.unsettled[side]++
    void to.onFrame(from.device, link, frame).then(() => {
      link.unsettled[side]--
      const next = link.held[side].shift()
      if (next !== undefined && link.open) this.#deliver(link, side, to, next)
    })
  }

  retryAfterMs(): number {
    return this.#chance.between(200, 5_000)
  }

  after(delayMs: number, call: () => void): void {
    this.#schedule.after(delayMs, call)
  }
}

/** The network of one running computer. */
export class Endpoint implements ports.Network {
  readonly device: DeviceId
  readonly #ether: Ether
  #handler: ports.NetworkHandler | null = null
  #targets: readonly ports.PeerTarget[] = []
  readonly #up = new Map<DeviceId, Link>()
  readonly mail: ports.Mail
  serving: ports.Serving = { relay: false, mailbox: false }
  quotas: ports.Quotas | null = null
  running = false

  constructor(ether: Ether, device: DeviceId) {
    this.#ether = ether
    this.device = device
    this.mail = ether.post.mailOf(device, () => this.running)
  }

  async start(handler: ports.NetworkHandler): Promise<void> {
    this.#handler = handler
    this.running = true
    this.#ether.join(this)
    handler.event({ kind: 'addresses', addresses: [`/sim/${this.device.slice(0, 8)}`] })
    this.#redial()
  }

  async stop(): Promise<void> {
    this.kill()
  }

  /** The machine is gone; nothing is said to anybody. */
  kill(): void {
    this.running = false
    this.#handler = null
    this.#ether.leave(this)
  }

  #redial(): void {
    if (!this.running) return
    for (const { device } of this.#targets) this.#ether.dial(this, device)
    this.#ether.after(this.#ether.retryAfterMs(), () => this.#redial())
  }

  /** Whom the engine asked to keep a stream with. */
  get targets(): readonly ports.PeerTarget[] {
    return this.#targets
  }

  setPeers(peers: readonly ports.PeerTarget[]): void {
    this.#targets = peers
  }

  isUp(device: DeviceId): boolean {
    return this.#up.has(device)
  }

  admits(device: DeviceId): boolean {
    return this.#handler?.admits(device) ?? false
  }

  onUp(device: DeviceId, link: Link): void {
    this.#up.set(device, link)
    this.#handler?.event({ kind: 'peerUp', device, path: 'loopback', address: '/sim' })
  }

  onDown(device: DeviceId, link: Link): void {
    if (this.#up.get(device) !== link) return
    this.#up.delete(device)
    this.#handler?.event({ kind: 'peerDown', device })
  }

  onWritable(device: DeviceId, link: Link): void {
    if (this.#up.get(device) === link) this.#handler?.event({ kind: 'writable', device })
  }

  onFrame(device: DeviceId, link: Link, frame: Uint8Array): Promise<void> {
    if (this.#up.get(device) !== link || this.#handler === null) return Promise.resolve()
    return this.#handler.frame(device, frame)
  }

  send(device: DeviceId, frame: Uint8Array): ports.SendOutcome {
    const link = this.#up.get(device)
    return link === undefined || !this.running ? 'notConnected' : this.#ether.send(this, link, frame)
  }

  disconnect(device: DeviceId): void {
    const link = this.#up.get(device)
    if (link !== undefined) this.#ether.drop(link)
  }

  setLanDiscovery(): void {}

  setServing(serving: ports.Serving): void {
    this.serving = serving
  }

  setQuotas(quotas: ports.Quotas): void {
    this.quotas = quotas
  }

  relayUse(): ports.RelayUse {
    return { day: 0, sizeBytes: 0, strangersBytes: 0 }
  }

  /** The computer is somewhere else. */
  move(address: string): void {
    this.#handler?.event({ kind: 'addresses', addresses: [address] })
  }

  onMailWaiting(mailbox: DeviceId): void {
    this.#handler?.event({ kind: 'mailWaiting', device: mailbox })
  }

  setPrivacy(): void {}

  setPortMapping(): void {}

  roundTripMs(): null {
    return null
  }

  wake(): void {
    if (this.running) for (const { device } of this.#targets) this.#ether.dial(this, device)
  }
}
