/**
 * One stream of frames with one peer: reassembly, back-pressure both ways, heartbeats, and the time
 * that a begun frame may take. The stream ends with its connection and the connection with it.
 */
import type { Connection, Stream } from '@libp2p/interface'
import { implementationLimits, networkLimits } from '../../core/limits.ts'
import type { Clock, SendOutcome } from '../../core/ports.ts'
import { askOtherEnd } from '../muxer.ts'
import { FrameReader, heartbeat, withLength } from './frames.ts'
import { RoundTrip } from './roundTrip.ts'

/** Why a stream ended; said in the log with no more than this. */
export type StreamEnd = 'remoteClosed' | 'replaced' | 'closedHere' | 'frameTooSlow' | 'silent' | 'idleStranger'

export interface PeerStreamHandler {
  frame(frame: Uint8Array): Promise<void>
  writable(): void
  ended(end: StreamEnd): void
}

export class PeerStream {
  readonly connection: Connection
  readonly #stream: Stream
  readonly #clock: Clock
  readonly #handler: PeerStreamHandler
  readonly #reader = new FrameReader()
  readonly #roundTrip: RoundTrip
  #unsettled = 0
  #paused = false
  #pumping = false
  #arrived = false
  #refusedSend = false
  #cancelFrameTimer: (() => void) | null = null
  #silentPulses = 0
  #quietPulses = 0
  #framelessPulses = 0
  #ended = false

  constructor(stream: Stream, connection: Connection, clock: Clock, handler: PeerStreamHandler) {
    this.#stream = stream
    this.connection = connection
    this.#clock = clock
    this.#handler = handler
    this.#roundTrip = new RoundTrip(clock, () => askOtherEnd(stream))
    stream.addEventListener('close', () => this.end('remoteClosed'))
    stream.addEventListener('remoteCloseWrite', () => this.end('remoteClosed'))
    stream.addEventListener('idle', () => this.#onIdle())
    stream.addEventListener('message', (event) => this.#onBytes(event.data))
    if (stream.status !== 'open') queueMicrotask(() => this.end('remoteClosed'))
  }

  get ended(): boolean {
    return this.#ended
  }

  /** Pulses since a frame last came or went; heartbeats do not count. */
  get framelessPulses(): number {
    return this.#framelessPulses
  }

  /** How long the other end takes to answer, as measured last; asks anew. Null when that is not known. */
  roundTripMs(): number | null {
    return this.#ended ? null : this.#roundTrip.latestMs()
  }

  /** Writes one frame, or says why not. After `full`, `handler.writable` is called once there is room. */
  send(frame: Uint8Array): SendOutcome {
    if (this.#ended) return 'notConnected'
    if (this.#stream.writeBufferLength >= networkLimits.streamWriteBufferBytesMax) {
      this.#refusedSend = true
      return 'full'
    }
    this.#framelessPulses = 0
    return this.#write(withLength(frame)) ? 'sent' : 'notConnected'
  }

  /** Called once per `pulseMs`: says something if nothing was said, and ends a stream that hears nothing. */
  pulse(): void {
    if (this.#ended) return
    this.#framelessPulses++
    // While we ourselves hold the stream, its silence says nothing about the peer.
    this.#silentPulses = this.#paused ? 0 : this.#silentPulses + 1
    if (this.#silentPulses > networkLimits.silencePulsesMax) return this.end('silent')
    this.#quietPulses++
    if (this.#quietPulses >= networkLimits.heartbeatPulses && this.#stream.writeBufferLength === 0) {
      this.#write(heartbeat)
    }
  }

  /** After a sleep or a change of interfaces: a living peer answers within `wakeSilencePulsesMax`. */
  wake(): void {
    if (this.#ended) return
    const spare = networkLimits.silencePulsesMax - networkLimits.wakeSilencePulsesMax
    this.#silentPulses = Math.max(this.#silentPulses, spare)
    if (this.#stream.writeBufferLength === 0) this.#write(heartbeat)
  }

  /** Ends the stream and its connection, once. Orderly ends let what was written leave first. */
  end(end: StreamEnd): void {
    if (this.#ended) return
    this.#ended = true
    this.#cancelFrameTimer?.()
    if (end === 'replaced' || end === 'closedHere' || end === 'remoteClosed') {
      this.connection.close().catch(() => this.connection.abort(new Error(end)))
    } else {
      this.#stream.abort(new Error(end))
      this.connection.abort(new Error(end))
    }
    this.#handler.ended(end)
  }

  #write(bytes: Uint8Array): boolean {
    this.#quietPulses = 0
    try {
      this.#stream.send(bytes)
      return true
    } catch {
      // The stream closed between its event and this call.
      this.end('remoteClosed')
      return false
    }
  }

  #onIdle(): void {
    if (!this.#refusedSend || this.#ended) return
    this.#refusedSend = false
    // Not from within the stream's own send loop.
    queueMicrotask(() => {
      if (!this.#ended) this.#handler.writable()
    })
  }

  #onBytes(data: Uint8Array | Iterable<Uint8Array>): void {
    if (this.#ended) return
    this.#silentPulses = 0
    if (data instanceof Uint8Array) this.#reader.push(data)
    else for (const chunk of data) this.#reader.push(chunk)
    this.#arrived = true
    this.#pump()
  }

  /** Hands on whole frames, then holds the stream if as many are unsettled as may be, else lets it flow. */
  #pump(): void {
    // Letting the stream flow delivers, from within, what it had buffered: then go round once more.
    if (this.#pumping || this.#ended) return
    this.#pumping = true
    do {
      this.#arrived = false
      const drained = this.#handOn()
      if (this.#ended) break
      if (drained) this.#resume()
      else this.#pause()
    } while (this.#arrived)
    this.#pumping = false
  }

  /** True when no whole frame is left, false when no more may be handed on. */
  #handOn(): boolean {
    while (this.#unsettled < implementationLimits.inboundFramesPerPeerMax) {
      const read = this.#reader.next()
      this.#watchFrame(read.kind === 'more' && read.begun)
      if (read.kind === 'more') return true
      if (read.kind === 'frame') this.#hand(read.frame)
      if (this.#ended) return true
    }
    this.#watchFrame(false)
    return false
  }

  #hand(frame: Uint8Array): void {
    this.#framelessPulses = 0
    this.#unsettled++
    const settle = (): void => {
      this.#unsettled--
      this.#pump()
    }
    this.#handler.frame(frame).then(settle, settle)
  }

  #watchFrame(begun: boolean): void {
    if (!begun) {
      this.#cancelFrameTimer?.()
      this.#cancelFrameTimer = null
    } else {
      this.#cancelFrameTimer ??= this.#clock.after(networkLimits.frameDurationMsMax, () => this.end('frameTooSlow'))
    }
  }

  #pause(): void {
    if (this.#paused || !this.#readable) return
    this.#paused = true
    this.#stream.pause()
  }

  #resume(): void {
    if (!this.#paused || !this.#readable) return
    this.#paused = false
    this.#silentPulses = 0
    this.#stream.resume()
  }

  get #readable(): boolean {
    return this.#stream.readStatus === 'readable' || this.#stream.readStatus === 'paused'
  }
}
