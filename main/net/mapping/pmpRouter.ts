/** A router that speaks PCP or NAT-PMP. */
import { createSocket } from 'node:dgram'
import { networkLimits } from '../../core/limits.ts'
import type { Clock, Random } from '../../core/ports.ts'
import { err, ok } from '../../core/result.ts'
import type { Result } from '../../core/result.ts'
import { scopeOf, socketAddress } from '../addresses.ts'
import * as pmp from './pmp.ts'
import type { Mapped, MapRequest, PmpError } from './pmp.ts'
import type { Mapping, MappingError, Router, Standpoint } from './router.ts'

export interface PmpRouterOptions {
  readonly clock: Clock
  readonly random: Random
  readonly own: Standpoint
  readonly gateway: string
  /** Where the router listens. */
  readonly port: number
}

/** One question and its answer; asked again a few times, for a packet may be lost. Null when none comes. */
function ask<T>(
  { clock, own, gateway, port }: PmpRouterOptions,
  question: Uint8Array,
  read: (answer: Uint8Array) => Result<T, PmpError>,
  signal: AbortSignal,
): Promise<Result<T, MappingError>> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(err({ kind: 'noAnswer' }))
    const socket = createSocket('udp4')
    let asked = 0
    let cancel: (() => void) | null = null
    let isOver = false
    const finish = (outcome: Result<T, MappingError>): void => {
      if (isOver) return
      isOver = true
      cancel?.()
      signal.removeEventListener('abort', onAbort)
      socket.close()
      resolve(outcome)
    }
    const onAbort = (): void => finish(err({ kind: 'noAnswer' }))
    const send = (): void => {
      if (asked === networkLimits.mappingAsksMax) return finish(err({ kind: 'noAnswer' }))
      cancel = clock.after(networkLimits.mappingAskAfterMs * 2 ** asked, send)
      asked++
      socket.send(question, (error) => {
        if (error !== null) finish(err({ kind: 'noAnswer' }))
      })
    }
    signal.addEventListener('abort', onAbort)
    socket.on('error', () => finish(err({ kind: 'noAnswer' })))
    // The socket is connected: the system drops what anybody else sends.
    socket.on('message', (answer) => {
      const answered = read(answer)
      if (answered.ok) finish(answered)
      else if (answered.error.kind !== 'notOurs') finish(err(answered.error))
    })
    // Not as what `connect` calls: that is called when it fails, too.
    socket.once('connect', send)
    socket.bind(0, own.host, () => socket.connect(port, gateway))
  })
}

export class PmpRouter implements Router {
  readonly #options: PmpRouterOptions
  /** A mapping belongs to who knows it. */
  readonly #nonce: Uint8Array
  #speaks: 'pcp' | 'natPmp' | null = null

  constructor(options: PmpRouterOptions) {
    this.#options = options
    this.#nonce = options.random.bytes(pmp.pcpNonceBytes)
  }

  async map(port: number, wantedPort: number, signal: AbortSignal): Promise<Result<Mapping, MappingError>> {
    const lifetimeMs = networkLimits.mappingLifetimeMs
    const mapped = await this.#ask({ host: this.#options.own.host, port, wantedPort, lifetimeMs }, signal)
    if (!mapped.ok) return mapped
    const host =
      mapped.value.host === null
        ? await ask(this.#options, pmp.encodePmpAddress(), pmp.decodePmpAddress, signal)
        : ok(mapped.value.host)
    if (!host.ok) return host
    const address = socketAddress(host.value, mapped.value.port)
    if (address === null || scopeOf(address.host) !== 'global') {
      await this.unmap(port, signal)
      return err({ kind: 'notPublic' })
    }
    return ok({ address, lifetimeMs: mapped.value.lifetimeMs })
  }

  async unmap(port: number, signal: AbortSignal): Promise<void> {
    await this.#ask({ host: this.#options.own.host, port, wantedPort: 0, lifetimeMs: 0 }, signal)
  }

  async #ask(request: MapRequest, signal: AbortSignal): Promise<Result<Mapped, MappingError>> {
    if (this.#speaks !== 'natPmp') {
      const pcp = pmp.encodePcpMap(request, this.#nonce)
      const answer = await ask(
        this.#options,
        pcp,
        (bytes) => {
          const isElder = pmp.knowsPmpAlone(bytes)
          return isElder ? err({ kind: 'refused', code: 1 }) : pmp.decodePcpMap(bytes, request.port, this.#nonce)
        },
        signal,
      )
      if (answer.ok) this.#speaks = 'pcp'
      const isElder = !answer.ok && answer.error.kind === 'refused' && answer.error.code === 1
      if (!isElder || this.#speaks === 'pcp') return answer
    }
    const answer = await ask(
      this.#options,
      pmp.encodePmpMap(request),
      (bytes) => pmp.decodePmpMap(bytes, request.port),
      signal,
    )
    if (answer.ok) this.#speaks = 'natPmp'
    return answer
  }
}
