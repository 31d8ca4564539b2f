/**
 * One attempt to reach one device directly, and what comes of it: a channel of bytes. ICE finds a way between the
 * addresses of both, DTLS with the certificates of the two descriptions goes over it, and SCTP over that.
 */
import type { DataChannel, PeerConnection, RtcConfig } from 'node-datachannel'
import { networkLimits } from '../../core/limits.ts'
import type { Clock } from '../../core/ports.ts'
import { formatAddress, socketAddress } from '../addresses.ts'
import type { SocketAddress } from '../addresses.ts'
import { candidatesIn, candidateTexts, mediaName, readSession, sessionText } from './description.ts'
import type { Candidate, Description, Role } from './description.ts'
import type { Native } from './native.ts'

export interface AttemptOptions {
  readonly native: Native
  readonly clock: Clock
  readonly role: Role
  /** A relay that says under which address it sees us. */
  readonly stun: SocketAddress | null
  /** The one address that may be used; null for any. */
  readonly bindHost: string | null
  /** Whether the other device may learn this address of ours. */
  readonly mayTell: (candidate: Candidate) => boolean
  readonly ended: () => void
}

/** What is told of the channel once it is open. */
export interface ChannelHandler {
  readonly message: (bytes: Uint8Array) => void
  readonly drained: () => void
  readonly ended: () => void
}

const limits = networkLimits

function configOf({ stun, bindHost }: AttemptOptions): RtcConfig {
  return {
    // Nothing else is ever asked: without a relay there is no server at all.
    iceServers: stun === null ? [] : [{ hostname: stun.host, port: stun.port }],
    ...(bindHost === null ? {} : { bindAddress: bindHost }),
    enableIceTcp: false,
    maxMessageSize: limits.webrtcMessageSizeBytesMax,
  }
}

export class Attempt {
  readonly #options: AttemptOptions
  readonly #connection: PeerConnection
  #channel: DataChannel | null = null
  #handler: ChannelHandler | null = null
  #state: 'new' | 'open' | 'ended' = 'new'
  #changed: () => void = () => undefined

  /** Throws when the library cannot make what it needs: a socket, a thread. */
  constructor(options: AttemptOptions) {
    this.#options = options
    this.#connection = new options.native.PeerConnection('', configOf(options))
    this.#connection.onStateChange((state) => {
      if (state === 'disconnected' || state === 'failed' || state === 'closed') this.close()
    })
    this.#connection.onDataChannel(() => this.close())
    this.#connection.onGatheringStateChange(() => this.#changed())
    if (options.role === 'answer' || this.#try(() => this.#openChannel())) return
    this.#state = 'ended'
    this.#connection.close()
    throw new Error('No channel')
  }

  /** How the other device can reach this one; of an answer, after `accept`. Null when the attempt has ended. */
  async describe(signal: AbortSignal): Promise<Description | null> {
    await this.#until(() => this.#connection.gatheringState() === 'complete', limits.webrtcGatherMs, signal)
    if (this.#isEnded()) return null
    const text = this.#connection.localDescription()?.sdp ?? ''
    const session = readSession(text)
    return session === null ? null : { ...session, candidates: this.#tellable(candidatesIn(text)) }
  }

  /** Takes the other device's description, without its addresses; false when the library does not. */
  accept(description: Description): boolean {
    const role = this.#options.role === 'offer' ? 'answer' : 'offer'
    return this.#try(() => {
      this.#connection.setRemoteDescription(sessionText(description, role), role)
      if (role === 'offer') this.#openChannel()
    })
  }

  /**
   * Begins to look for a way to these addresses. Not before the other device has our description: the library fails
   * when it is found too early.
   */
  begin(candidates: readonly Candidate[]): boolean {
    return this.#try(() => {
      for (const text of candidateTexts(candidates)) this.#connection.addRemoteCandidate(text, mediaName)
    })
  }

  /** Where the other device was reached, once it was; null when it is not to be. */
  async opened(signal: AbortSignal): Promise<SocketAddress | null> {
    await this.#until(() => this.#state !== 'new', limits.webrtcTimeoutMs, signal)
    if (this.#state !== 'open') return null
    const remote = this.#connection.getSelectedCandidatePair()?.remote
    return remote === undefined ? null : socketAddress(remote.address, remote.port)
  }

  /** From now on, and what came before. */
  listen(handler: ChannelHandler): void {
    if (this.#state === 'ended') return handler.ended()
    this.#handler = handler
    this.#channel?.setBufferedAmountLowThreshold(limits.webrtcSendBufferBytesMax / 2)
    this.#channel?.onBufferedAmountLow(() => handler.drained())
    this.#channel?.onMessage((message) => {
      // A text is none of ours.
      if (typeof message === 'string') this.close()
      else handler.message(message instanceof ArrayBuffer ? new Uint8Array(message) : message)
    })
  }

  /** False when no more should follow before `drained`. */
  send(bytes: Uint8Array): boolean {
    if (this.#state !== 'open' || this.#channel === null) throw new Error('The channel is not open')
    this.#channel.sendMessageBinary(bytes)
    return this.#channel.bufferedAmount() < limits.webrtcSendBufferBytesMax
  }

  /** Lets what was written leave, then closes. */
  async finish(): Promise<void> {
    if (this.#state !== 'open') return this.close()
    const { clock } = this.#options
    await new Promise<void>((resolve) => {
      const cancel = clock.after(limits.webrtcCloseMs, resolve)
      this.#changed = () => {
        cancel()
        resolve()
      }
      this.#channel?.close()
    })
    this.close()
  }

  /** Ends it at once, whatever it has come to. */
  close(): void {
    if (this.#state === 'ended') return
    this.#state = 'ended'
    this.#channel?.close()
    this.#connection.close()
    this.#changed()
    this.#handler?.ended()
    this.#options.ended()
  }

  /**
   * With the channel, or with the offer before it, the library describes itself and looks for its addresses. Asked for
   * that by name it would end the whole program where it fails.
   */
  #openChannel(): void {
    const channel = this.#connection.createDataChannel('', { negotiated: true, id: 0 })
    this.#channel = channel
    channel.onOpen(() => this.#opened())
    // This listener, like that of the connection's state, is also what makes the library let go of its objects.
    channel.onClosed(() => this.close())
  }

  #try(call: () => void): boolean {
    if (this.#state === 'ended') return false
    try {
      call()
      return true
    } catch {
      return false
    }
  }

  #isEnded(): boolean {
    return this.#state === 'ended'
  }

  #opened(): void {
    if (this.#state === 'new') this.#state = 'open'
    this.#changed()
  }

  /** Each address once: behind no NAT a relay sees one of an interface. */
  #tellable(found: readonly Candidate[]): readonly Candidate[] {
    const told = new Map<string, Candidate>()
    for (const candidate of found.filter(this.#options.mayTell)) {
      const key = formatAddress(candidate.address)
      if (!told.has(key)) told.set(key, candidate)
    }
    return [...told.values()].slice(0, limits.webrtcCandidatesMax)
  }

  /** Settles once the condition holds, the attempt has ended, or the time is over. */
  #until(condition: () => boolean, durationMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const settle = (): void => {
        cancel()
        signal.removeEventListener('abort', settle)
        this.#changed = () => undefined
        resolve()
      }
      const cancel = this.#options.clock.after(durationMs, settle)
      signal.addEventListener('abort', settle)
      this.#changed = () => {
        if (this.#state === 'ended' || condition()) settle()
      }
      if (signal.aborted) settle()
      else this.#changed()
    })
  }
}
