/** Lets out what committed steps caused: frames, notices, and the work that follows. */
import { unreachable } from '../../core/assert.ts'
import type { Effect, Notice } from '../../core/engine/effects.ts'
import type { Happening } from '../../core/engine/inputs.ts'
import { peerTargets } from '../../core/engine/people.ts'
import type { State } from '../../core/engine/state.ts'
import type { DeviceId, EnvelopeId } from '../../core/ids.ts'
import { implementationLimits, protocolLimits } from '../../core/limits.ts'
import type { Log, Network } from '../../core/ports.ts'
import { encodeFrame } from '../../core/wire/frame.ts'
import { Mailer } from './mailer.ts'

const { ackEnvelopesMax } = protocolLimits

export class Emitter {
  readonly #network: Network
  readonly #log: Log
  readonly #enqueue: (happening: Happening) => void
  readonly #mailer: Mailer
  readonly #listeners = new Set<(notices: readonly Notice[]) => void>()
  /** Acknowledgments that wait for their peers' streams to take frames. */
  readonly #acks = new Map<DeviceId, EnvelopeId[]>()

  constructor(network: Network, log: Log, enqueue: (happening: Happening) => void) {
    this.#network = network
    this.#log = log
    this.#enqueue = enqueue
    this.#mailer = new Mailer(network, enqueue)
  }

  onNotices(listener: (notices: readonly Notice[]) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  notify(notices: readonly Notice[]): void {
    if (notices.length === 0) return
    for (const listener of this.#listeners) listener(notices)
  }

  /** The effects of one commit, in their order; acknowledgments of a peer share frames and go first. */
  emit(effects: readonly Effect[], state: State): void {
    const notices: Notice[] = []
    const refused = new Map<DeviceId, { outcome: 'full' | 'notConnected'; orders: number[] }>()
    const acked = new Set<DeviceId>()
    for (const effect of effects) {
      if (effect.kind !== 'ack') continue
      this.#acks.set(effect.device, [...(this.#acks.get(effect.device) ?? []), effect.envelope])
      acked.add(effect.device)
    }
    for (const device of acked) this.#sendAcks(device)
    // However many steps changed the peers: the network is told once.
    if (effects.some(({ kind }) => kind === 'peersChanged')) this.#network.setPeers(peerTargets(state))
    for (const effect of effects) {
      if (effect.kind === 'notice') notices.push(effect.notice)
      else if (effect.kind === 'send') {
        const outcome = this.#network.send(effect.device, encodeFrame(effect.frame))
        if (outcome === 'sent') continue
        const orders = refused.get(effect.device)?.orders ?? []
        if (effect.order !== null) orders.push(effect.order)
        refused.set(effect.device, { outcome, orders })
      } else this.#emitOther(effect)
    }
    for (const [device, { outcome, orders }] of refused) {
      this.#enqueue({ kind: 'notTaken', device, outcome, orders })
    }
    this.notify(notices)
  }

  #emitOther(effect: Exclude<Effect, { kind: 'notice' | 'send' }>): void {
    switch (effect.kind) {
      case 'ack':
      case 'peersChanged':
        return undefined
      case 'disconnect':
        return this.#network.disconnect(effect.device)
      case 'setLan':
        return this.#network.setLanDiscovery(effect.on)
      case 'deposit':
      case 'publish':
      case 'lookup':
      case 'registerTags':
      case 'collect':
      case 'removeItems':
        return this.#mailer.ask(effect)
      case 'setPrivacy':
        return this.#network.setPrivacy(effect.privacy)
      case 'setPortMapping':
        return this.#network.setPortMapping(effect.on)
      case 'setServing':
        return this.#network.setServing(effect.serving)
      case 'setQuotas':
        return this.#network.setQuotas(effect.quotas)
      case 'follow':
        return this.#enqueue(effect.input)
      case 'refused':
        return this.#log.info('refused', { refusal: effect.refusal })
      default:
        return unreachable(effect)
    }
  }

  /** The peer's stream takes frames again. */
  writable(device: DeviceId): void {
    this.#sendAcks(device)
  }

  #sendAcks(device: DeviceId): void {
    const waiting = this.#acks.get(device) ?? []
    this.#acks.delete(device)
    while (waiting.length > 0) {
      const envelopeIds = waiting.slice(0, ackEnvelopesMax)
      const outcome = this.#network.send(device, encodeFrame({ kind: 'ack', envelopeIds }))
      if (outcome === 'full') {
        // What does not fit is told again when the peer sends it again.
        this.#acks.set(device, waiting.slice(-implementationLimits.inboundFramesPerPeerMax * 4))
        return
      }
      if (outcome === 'notConnected') return
      waiting.splice(0, ackEnvelopesMax)
    }
  }
}
