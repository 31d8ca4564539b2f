/**
 * Answers STUN Binding requests while this device serves as a relay, over UDP and on the port at which it listens for
 * TCP. It answers only who is connected with it, and never with more than it was sent, so that nobody can have it
 * send anything to somebody else.
 */
import { createSocket } from 'node:dgram'
import type { RemoteInfo, Socket } from 'node:dgram'
import { networkLimits } from '../../core/limits.ts'
import type { Clock, Log } from '../../core/ports.ts'
import { socketAddress, sourceOf } from '../addresses.ts'
import { bindingAnswer, readBindingRequest } from './message.ts'

export interface StunOptions {
  readonly clock: Clock
  readonly log: Log
  /** Whether a connection with this host stands. */
  readonly isConnected: (host: string) => boolean
}

const limits = networkLimits

export class StunResponder {
  readonly #options: StunOptions
  #sockets: readonly Socket[] = []
  #second = 0
  /** Requests that were answered in this second, by source. */
  readonly #answered = new Map<string, number>()

  constructor(options: StunOptions) {
    this.#options = options
  }

  /** Binds the port on these hosts. One that is taken is left alone: then there is no answer. */
  start(hosts: readonly string[], port: number): void {
    this.stop()
    this.#sockets = hosts.map((host) => this.#bind(host, port))
  }

  stop(): void {
    for (const socket of this.#sockets) socket.close()
    this.#sockets = []
    this.#answered.clear()
  }

  /** What is sent back for this datagram, if anything. */
  answer(datagram: Uint8Array, sender: Pick<RemoteInfo, 'address' | 'port'>): Uint8Array | null {
    const source = socketAddress(sender.address, sender.port)
    if (source === null || !this.#options.isConnected(source.host)) return null
    const request = readBindingRequest(datagram)
    const answer = request.ok ? bindingAnswer(request.value, source.host, source.port) : null
    if (answer === null || answer.length > datagram.length) return null
    return this.#mayAnswer(sourceOf(source.host)) ? answer : null
  }

  #bind(host: string, port: number): Socket {
    const isV6 = host.includes(':')
    const socket = createSocket({ type: isV6 ? 'udp6' : 'udp4', ipv6Only: isV6 })
    socket.on('error', (error) => {
      const code = 'code' in error ? String(error.code) : 'unknown'
      this.#options.log.info('net.stunFailed', { code, port })
    })
    socket.on('message', (datagram, sender) => {
      const answer = this.answer(datagram, sender)
      if (answer !== null) socket.send(answer, sender.port, sender.address, () => undefined)
    })
    socket.bind({ address: host, port, exclusive: true })
    return socket
  }

  #mayAnswer(source: string): boolean {
    const second = Math.floor(this.#options.clock.nowMs() / 1_000)
    if (second !== this.#second) this.#answered.clear()
    this.#second = second
    const count = this.#answered.get(source) ?? 0
    const sources = this.#answered.size
    if (count >= limits.stunAnswersPerSecondMax || sources >= limits.connectionsMax) return false
    this.#answered.set(source, count + 1)
    return true
  }
}
