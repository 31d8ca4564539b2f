/**
 * Finds contacts on the LAN: a multicast socket for each real interface and family of addresses announces our tokens
 * and listens for theirs. Over IPv6 it goes from link-local address to link-local address, so that a network without
 * any router will do. What is heard is only a hint where to dial; the dialled device must still prove its key.
 */
import mdns from 'multicast-dns'
import type { DeviceId } from '../../core/ids.ts'
import { networkLimits } from '../../core/limits.ts'
import type { Clock, Log, Random } from '../../core/ports.ts'
import { inSubnet, linkAddress, scopeOf, socketAddress } from '../addresses.ts'
import type { SocketAddress } from '../addresses.ts'
import type { InterfaceAddress, LocalInterface } from '../interfaces.ts'
import { decodeAnnouncement, encodeAnnouncement, isPlausiblePacket, isQuestion, serviceName } from './packet.ts'
import { guardedSocket } from './socket.ts'
import { KnownTokens, OwnTokens } from './tokens.ts'
import type { LanPair } from './tokens.ts'

export interface DiscoveryOptions {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** The TCP port to announce; 0 while there is none. */
  readonly port: () => number
  readonly found: (device: DeviceId, address: SocketAddress) => void
  /** What multicasts; without it a socket of the system's. */
  readonly socket?: typeof guardedSocket
}

/** An address of ours, and the interface that has it. */
interface LanAddress extends InterfaceAddress {
  readonly zone: string
}

interface LanSocket {
  readonly own: LanAddress
  readonly mdns: mdns.MulticastDNS
  /** Packets taken in this second. */
  taken: number
}

/** Where the multicasts of one of our addresses go, in the words of the library. */
function multicastOf({ family, host, zone }: LanAddress) {
  // Bound to all addresses, since a socket bound to one of them hears no multicast on Linux.
  return family === 'ip4'
    ? { type: 'udp4' as const, interface: host, bind: '0.0.0.0' }
    : { type: 'udp6' as const, ip: 'ff02::fb', interface: `::%${zone}`, bind: '::' }
}

/** The wait before each announcement after the first: quick at first, for a packet may be lost. */
const burstMs = [250, 1_000, 3_000] as const

export class Discovery {
  readonly #options: DiscoveryOptions
  readonly #own: OwnTokens
  readonly #known = new KnownTokens()
  readonly #sockets = new Map<string, LanSocket>()
  #cancelNext: (() => void) | null = null
  #cancelReply: (() => void) | null = null
  #burst = 0
  #announcedAtMs = Number.NEGATIVE_INFINITY
  #second = 0

  constructor(options: DiscoveryOptions) {
    this.#options = options
    this.#own = new OwnTokens((lengthBytes) => options.random.bytes(lengthBytes))
  }

  get socketCount(): number {
    return this.#sockets.size
  }

  setPairs(pairs: readonly LanPair[]): void {
    this.#known.setPairs(pairs)
    // A contact that tells ever new addresses must not make us call out on the LAN each time.
    if (this.#own.setPairs(pairs) && this.#sockets.size > 0) this.#begin()
  }

  /** Speaks on exactly these interfaces from now on; on none, every socket is closed at once. */
  setInterfaces(interfaces: readonly LocalInterface[]): void {
    const wanted = new Map<string, LanAddress>()
    for (const { name, zone, addresses } of interfaces.slice(0, networkLimits.lanInterfacesMax)) {
      const ip4 = addresses.find(({ family }) => family === 'ip4')
      const ip6 = addresses.find(({ family, host }) => family === 'ip6' && scopeOf(host) === 'linkLocal')
      for (const own of [ip4, ip6]) if (own !== undefined) wanted.set(`${name} ${own.host}`, { ...own, zone })
    }
    for (const [key, socket] of this.#sockets) {
      if (!wanted.has(key)) this.#close(key, socket)
    }
    let opened = false
    for (const [key, own] of wanted) {
      if (this.#sockets.has(key)) continue
      this.#open(key, own)
      opened = true
    }
    if (this.#sockets.size === 0) this.#quiet()
    else if (opened) this.#begin()
  }

  /** Announces now, asks who else is there, and does so again a few times. */
  #begin(): void {
    this.#burst = 0
    this.#announceAndPlan(true)
  }

  #announceAndPlan(asking: boolean): void {
    this.#cancelNext?.()
    this.#announce(asking)
    const delayMs = burstMs[this.#burst] ?? networkLimits.lanAnnounceIntervalMs
    this.#burst++
    this.#cancelNext = this.#options.clock.after(delayMs, () => this.#announceAndPlan(this.#burst <= burstMs.length))
  }

  #quiet(): void {
    this.#cancelNext?.()
    this.#cancelReply?.()
    this.#cancelNext = null
    this.#cancelReply = null
  }

  #open(key: string, own: LanAddress): void {
    // Bound to all addresses, since a socket bound to one of them hears no multicast on Linux.
    const { socket: create = guardedSocket } = this.#options
    const heard = create(
      own.family,
      (datagram, sender) => isPlausiblePacket(datagram) && this.#takes(socket, sender.address),
    )
    const socket: LanSocket = {
      own,
      taken: 0,
      mdns: mdns({ socket: heard, ...multicastOf(own), loopback: true, ttl: 1 }),
    }
    this.#sockets.set(key, socket)
    socket.mdns.on('error', () => {
      this.#options.log.warn('lan.socketFailed')
      this.#close(key, socket)
    })
    socket.mdns.on('warning', () => undefined)
    socket.mdns.on('query', (packet, sender) => {
      if (isQuestion(packet.questions)) this.#reply()
      this.#hear(socket, packet.answers, sender.address)
    })
    socket.mdns.on('response', (packet, sender) => {
      this.#hear(socket, packet.answers, sender.address)
    })
  }

  #close(key: string, socket: LanSocket): void {
    if (this.#sockets.get(key) !== socket) return
    this.#sockets.delete(key)
    socket.mdns.destroy()
  }

  /** A sender of another subnet or link belongs to another interface, or lies; and a flood is not listened to. */
  #takes(socket: LanSocket, sender: string): boolean {
    const second = Math.floor(this.#options.clock.nowMs() / 1_000)
    if (second !== this.#second) {
      this.#second = second
      for (const one of this.#sockets.values()) one.taken = 0
    }
    socket.taken++
    if (socket.taken > networkLimits.lanPacketsPerSecondMax) return false
    const { family, host, prefixLength, zone } = socket.own
    return family === 'ip4' ? inSubnet(sender, host, prefixLength) : linkAddress(sender, 1)?.zone === zone
  }

  #hear(socket: LanSocket, answers: unknown, sender: string): void {
    const announcement = decodeAnnouncement(answers)
    if (!announcement.ok) return
    const { port } = announcement.value
    const address = socket.own.family === 'ip4' ? socketAddress(sender, port) : linkAddress(sender, port)
    if (address === null || this.#isOwn(socket, address)) return
    const nowMs = this.#options.clock.nowMs()
    for (const token of announcement.value.tokens) {
      const device = this.#known.device(token, nowMs)
      if (device !== null) this.#options.found(device, address)
    }
  }

  #isOwn(socket: LanSocket, address: SocketAddress): boolean {
    return address.host === socket.own.host && address.port === this.#options.port()
  }

  /** Answers a question after a short random wait, and not more often than `lanAnnounceGapMs`. */
  #reply(): void {
    if (this.#cancelReply !== null) return
    const { clock, random } = this.#options
    const [jitter = 0] = random.bytes(1)
    const sinceMs = clock.nowMs() - this.#announcedAtMs
    const gapMs = sinceMs >= 0 ? Math.max(0, networkLimits.lanAnnounceGapMs - sinceMs) : 0
    this.#cancelReply = clock.after(gapMs + 20 + Math.floor((jitter * 80) / 255), () => {
      this.#cancelReply = null
      this.#announce(false)
    })
  }

  #announce(asking: boolean): void {
    const port = this.#options.port()
    if (port === 0) return
    const nowMs = this.#options.clock.nowMs()
    this.#announcedAtMs = nowMs
    const packets = this.#own.packets(nowMs)
    for (const socket of this.#sockets.values()) {
      packets.forEach((tokens, i) => {
        const data = encodeAnnouncement({ port, tokens })
        const answer = { name: serviceName, type: 'TXT' as const, ttl: 120, data }
        // The answers go out with the question ("known answers", RFC 6762 section 7.1): one packet does both.
        if (asking && i === 0) {
          socket.mdns.query({ questions: [{ name: serviceName, type: 'TXT' }], answers: [answer] })
        } else {
          socket.mdns.respond([answer])
        }
      })
    }
  }
}
