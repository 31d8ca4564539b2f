/**
 * Where this machine stands: its interfaces, discovery on the LAN, the port that a router maps, and what others are
 * told of all that. In a private mode none of it speaks, and nothing but addresses through relays is told.
 */
import type { DeviceId } from '../core/ids.ts'
import type { NetworkEvent } from '../core/ports.ts'
import type { AddressBook } from './addressBook.ts'
import { formatAddress, scopeOf } from './addresses.ts'
import type { SocketAddress } from './addresses.ts'
import { announcement, directAddresses } from './announcement.ts'
import { lanInterfaces, listenHosts } from './confinement.ts'
import { announceableHosts, readInterfaces, signatureOf } from './interfaces.ts'
import type { LocalInterface } from './interfaces.ts'
import { Discovery } from './lan/discovery.ts'
import type { LanPair } from './lan/tokens.ts'
import { routersNear } from './mapping/find.ts'
import { PortMapper } from './mapping/portMapper.ts'
import type { NetworkOptions } from './options.ts'

export interface SurroundingsOptions {
  readonly network: NetworkOptions
  readonly book: AddressBook
  /** Addresses through relays. */
  readonly relayed: () => readonly string[]
  readonly found: (device: DeviceId, address: SocketAddress) => void
  readonly event: (event: NetworkEvent) => void
}

export class Surroundings {
  readonly #options: SurroundingsOptions
  readonly #discovery: Discovery
  readonly #mapper: PortMapper
  #isRunning = false
  #lan: boolean
  #portMapping: boolean
  #announced: string | null = null
  #reachability = ''

  constructor(options: SurroundingsOptions) {
    const { clock, random, log, lan, portMapping } = options.network
    this.#options = options
    this.#lan = lan
    this.#portMapping = portMapping
    this.#discovery = new Discovery({ clock, random, log, port: () => options.book.port, found: options.found })
    this.#mapper = new PortMapper({
      clock,
      random,
      log,
      routers: (own, signal) => routersNear(clock, random, own, signal),
      changed: () => this.announce(),
    })
  }

  /** Before anything listens: what there is to listen on. */
  prepare(): void {
    this.#options.book.interfaces = readInterfaces()
  }

  start(): void {
    this.#isRunning = true
    this.announce()
    this.#apply()
  }

  /** Silent at once; settles when the router was told, or said nothing in time. */
  stop(): Promise<void> {
    this.#isRunning = false
    this.#announced = null
    this.#reachability = ''
    this.#apply()
    return this.#mapper.settled()
  }

  setPairs(pairs: readonly LanPair[]): void {
    this.#discovery.setPairs(pairs)
  }

  setLan(on: boolean): void {
    this.#lan = on
    this.#apply()
  }

  setPortMapping(on: boolean): void {
    this.#portMapping = on
    this.#apply()
  }

  /** True when an address of this machine came or went. */
  look(): boolean {
    const { book } = this.#options
    if (!this.#isRunning) return false
    const interfaces = readInterfaces()
    if (signatureOf(interfaces) === signatureOf(book.interfaces)) return false
    book.interfaces = interfaces
    this.announce()
    this.#apply()
    return true
  }

  listenHosts(): readonly string[] {
    const { network, book } = this.#options
    const loopbackOnly = network.listen.loopbackOnly || this.#isHidden
    return listenHosts(network.confine, loopbackOnly, network.listen.families, book.interfaces)
  }

  announce(): void {
    if (!this.#isRunning) return
    this.#tellReachability()
    const addresses = announcement(this.#directAddresses(), this.#options.relayed())
    if (addresses.join() === this.#announced) return
    this.#announced = addresses.join()
    this.#options.event({ kind: 'addresses', addresses })
  }

  get #isHidden(): boolean {
    return this.#options.book.privacy.kind !== 'open'
  }

  /** Of this machine itself, and what a router maps to it. */
  #directAddresses(): readonly string[] {
    const { network, book } = this.#options
    if (this.#isHidden) return []
    return [...directAddresses(network, book.interfaces, book.port), ...this.#mapped()]
  }

  #mapped(): readonly string[] {
    return this.#isHidden ? [] : this.#mapper.addresses().map(formatAddress)
  }

  #tellReachability(): void {
    const { book } = this.#options
    const hosts = this.#isHidden || book.port === 0 ? [] : announceableHosts(this.#lanInterfaces())
    const event = {
      kind: 'reachability',
      mapped: this.#mapped(),
      publicHost: hosts.some((host) => scopeOf(host) === 'global'),
    } as const
    const text = JSON.stringify(event)
    if (text === this.#reachability) return
    this.#reachability = text
    this.#options.event(event)
  }

  #lanInterfaces(): readonly LocalInterface[] {
    const { network, book } = this.#options
    return network.listen.loopbackOnly ? [] : lanInterfaces(network.confine, book.interfaces)
  }

  #apply(): void {
    const usable = this.#isRunning && !this.#isHidden ? this.#lanInterfaces() : []
    this.#discovery.setInterfaces(this.#lan ? usable : [])
    this.#mapper.set(this.#portMapping ? usable : [], this.#options.book.port)
  }
}
