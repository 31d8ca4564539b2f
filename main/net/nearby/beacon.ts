/** Says on the LAN that a sitting lasts, and hears of others'. Exists only as long as the sitting does. */
import mdns from 'multicast-dns'
import type { DeviceId } from '../../core/ids.ts'
import { nearbyLimits, networkLimits } from '../../core/limits.ts'
import type { Clock, Log } from '../../core/ports.ts'
import { inSubnet, socketAddress } from '../addresses.ts'
import type { SocketAddress } from '../addresses.ts'
import type { InterfaceAddress, LocalInterface } from '../interfaces.ts'
import { isPlausiblePacket } from '../lan/packet.ts'
import { guardedSocket } from '../lan/socket.ts'
import { decodeNearbyAnnouncement, encodeNearbyAnnouncement, nearbyService } from './packet.ts'
import type { NearbyAnnouncement } from './packet.ts'
import { PacketQuota } from './quota.ts'

/** How people nearby hear of each other; tests put another one in the place of multicast. */
export interface NearbyDiscovery {
  /** Announces on exactly these interfaces from now on; on none, every socket is closed at once. */
  setInterfaces(interfaces: readonly LocalInterface[]): void
  stop(): void
}

export interface BeaconOptions {
  readonly clock: Clock
  readonly log: Log
  readonly own: NearbyAnnouncement
  readonly found: (peer: DeviceId, address: SocketAddress) => void
}

interface BeaconSocket {
  readonly own: InterfaceAddress
  readonly mdns: mdns.MulticastDNS
  readonly quota: PacketQuota
}

const ttlS = 15

export class Beacon implements NearbyDiscovery {
  readonly #options: BeaconOptions
  readonly #sockets = new Map<string, BeaconSocket>()
  #cancelNext: (() => void) | null = null

  constructor(options: BeaconOptions) {
    this.#options = options
  }

  setInterfaces(interfaces: readonly LocalInterface[]): void {
    const wanted = new Map<string, InterfaceAddress>()
    for (const one of interfaces.slice(0, networkLimits.lanInterfacesMax)) {
      const own = one.addresses.find((address) => address.family === 'ip4')
      if (own !== undefined) wanted.set(`${one.name} ${own.host}`, own)
    }
    for (const [key, socket] of this.#sockets) if (!wanted.has(key)) this.#close(key, socket)
    for (const [key, own] of wanted) if (!this.#sockets.has(key)) this.#open(key, own)
    this.#cancelNext?.()
    this.#cancelNext = null
    if (this.#sockets.size > 0) this.#announceAndPlan()
  }

  stop(): void {
    this.setInterfaces([])
  }

  #open(key: string, own: InterfaceAddress): void {
    const heard = guardedSocket(
      'ip4',
      (datagram, sender) => isPlausiblePacket(datagram) && this.#takes(socket, sender.address),
    )
    const socket: BeaconSocket = {
      own,
      quota: new PacketQuota(),
      mdns: mdns({ socket: heard, interface: own.host, bind: '0.0.0.0', loopback: true, ttl: 1 }),
    }
    this.#sockets.set(key, socket)
    socket.mdns.on('error', () => {
      this.#options.log.warn('nearby.socketFailed')
      this.#close(key, socket)
    })
    socket.mdns.on('warning', () => undefined)
    socket.mdns.on('response', (packet, sender) => this.#hear(packet.answers, sender.address))
  }

  #close(key: string, socket: BeaconSocket): void {
    if (this.#sockets.get(key) !== socket) return
    this.#sockets.delete(key)
    socket.mdns.destroy()
  }

  /** A sender of another subnet belongs to another interface, or lies; and a flood is not listened to. */
  #takes({ own, quota }: BeaconSocket, sender: string): boolean {
    return inSubnet(sender, own.host, own.prefixLength) && quota.takes(sender, this.#options.clock.nowMs())
  }

  #hear(answers: unknown, sender: string): void {
    const announcement = decodeNearbyAnnouncement(answers)
    if (!announcement.ok || announcement.value.peer === this.#options.own.peer) return
    const address = socketAddress(sender, announcement.value.port)
    if (address !== null) this.#options.found(announcement.value.peer, address)
  }

  #announceAndPlan(): void {
    this.#announce()
    this.#cancelNext = this.#options.clock.after(nearbyLimits.announceIntervalMs, () => this.#announceAndPlan())
  }

  #announce(): void {
    const data = encodeNearbyAnnouncement(this.#options.own)
    for (const { mdns: socket } of this.#sockets.values()) {
      socket.respond([{ name: nearbyService, type: 'TXT', ttl: ttlS, data }])
    }
  }
}
