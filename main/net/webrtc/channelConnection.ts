/** A channel as a connection that libp2p can upgrade: a stream of bytes in messages of any size. */
import type { Logger, MessageStreamDirection } from '@libp2p/interface'
import { AbstractMultiaddrConnection } from '@libp2p/utils'
import type { SendResult } from '@libp2p/utils'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Uint8ArrayList } from 'uint8arraylist'
import { networkLimits } from '../../core/limits.ts'
import type { Attempt } from './attempt.ts'

/** What is asked of an attempt here. */
export type Channel = Pick<Attempt, 'listen' | 'send' | 'finish' | 'close'>

export interface ChannelConnectionOptions {
  readonly attempt: Channel
  readonly remoteAddr: Multiaddr
  readonly direction: MessageStreamDirection
  readonly log: Logger
}

export class ChannelConnection extends AbstractMultiaddrConnection {
  readonly #attempt: Channel

  constructor({ attempt, ...init }: ChannelConnectionOptions) {
    super({
      ...init,
      maxMessageSize: networkLimits.webrtcMessageSizeBytesMax,
      maxReadBufferLength: networkLimits.webrtcReadBufferBytesMax,
    })
    this.#attempt = attempt
    attempt.listen({
      message: (bytes) => this.onData(bytes),
      drained: () => this.safeDispatchEvent('drain'),
      ended: () => this.onTransportClosed(),
    })
  }

  sendData(data: Uint8ArrayList): SendResult {
    const sentBytes = data.byteLength
    try {
      return { sentBytes, canSendMore: this.#attempt.send(data.subarray()) }
    } catch {
      // It may have closed a moment ago, of which we are told later; some who write here would throw it at nobody.
      this.#attempt.close()
      return { sentBytes, canSendMore: false }
    }
  }

  sendReset(): void {
    this.#attempt.close()
  }

  async sendClose(): Promise<void> {
    await this.#attempt.finish()
  }

  sendPause(): void {
    // SCTP cannot be held from here; what comes meanwhile is bounded by `webrtcReadBufferBytesMax`.
  }

  sendResume(): void {
    // As above.
  }
}
