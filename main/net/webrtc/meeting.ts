/** One meeting of two devices: descriptions over the relayed connection, a channel, and a connection over that. */
import type { Connection, Logger, Stream, Upgrader } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import type { DeviceId } from '../../core/ids.ts'
import { err, ok } from '../../core/result.ts'
import type { Result } from '../../core/result.ts'
import type { SocketAddress } from '../addresses.ts'
import { openStream } from '../dial.ts'
import type { Dialled, DialError } from '../dial.ts'
import { peerOf } from '../keys.ts'
import { formatWebrtc } from '../remote.ts'
import type { Attempt } from './attempt.ts'
import { ChannelConnection } from './channelConnection.ts'
import type { Description } from './description.ts'
import { Signalling, webrtcProtocol } from './signalling.ts'

export type WebrtcError =
  /** The device does not want it, hung up, or said nothing in time that can be read. */
  | { readonly kind: 'notAnswered' }
  /** The library failed to say how we can be reached, or to take what the other device said. */
  | { readonly kind: 'notDescribed' }
  /** No way between the two was found in time. */
  | { readonly kind: 'notReached' }
  /** Who was reached could not prove to be the device, or is not let in. */
  | { readonly kind: 'notProven' }
  | DialError

export interface Meeting {
  readonly device: DeviceId
  readonly attempt: Attempt
  readonly upgrader: Upgrader
  readonly logger: Logger
  /** Whether anything may be sent to this address. */
  readonly mayReach: (address: SocketAddress) => boolean
  /** Ends the meeting. */
  readonly signal: AbortSignal
}

/** A stream on which to propose; null when the device takes none. */
async function openSignalling(relayed: Connection, signal: AbortSignal): Promise<Stream | null> {
  try {
    return await relayed.newStream(webrtcProtocol, { signal, runOnLimitedConnection: true })
  } catch {
    return null
  }
}

/** Begins to look for the other device where it says that it may be found. */
function begin({ attempt, mayReach }: Meeting, description: Description): boolean {
  return attempt.begin(description.candidates.filter(({ address }) => mayReach(address)))
}

/** The channel, once it is open; null when it does not open in time. */
async function channelOf(meeting: Meeting, direction: 'inbound' | 'outbound'): Promise<ChannelConnection | null> {
  const { attempt, device, logger, mayReach, signal } = meeting
  const [address, peer] = [await attempt.opened(signal), peerOf(device)]
  if (address === null || peer === null || !mayReach(address)) return null
  // With the peer's name in it: Noise then accepts nobody else.
  const remoteAddr = multiaddr(`${formatWebrtc(address)}/p2p/${peer.toString()}`)
  return new ChannelConnection({ attempt, remoteAddr, direction, log: logger })
}

/** Proposes a direct connection to the device at the other end of a relayed one. */
export async function propose(meeting: Meeting, relayed: Connection): Promise<Result<Dialled, WebrtcError>> {
  const { attempt, signal, upgrader } = meeting
  const [offer, stream] = await Promise.all([attempt.describe(signal), openSignalling(relayed, signal)])
  if (stream === null) return err({ kind: 'notAnswered' })
  const signalling = new Signalling(stream)
  try {
    if (offer === null) return err({ kind: 'notDescribed' })
    signalling.say(offer)
    const answer = await signalling.hear(signal)
    if (answer === null) return err({ kind: 'notAnswered' })
    if (!attempt.accept(answer) || !begin(meeting, answer)) return err({ kind: 'notDescribed' })
    signalling.sayBegin()
    const channel = await channelOf(meeting, 'outbound')
    if (channel === null) return err({ kind: 'notReached' })
    const connection = await upgrader.upgradeOutbound(channel, { signal }).catch(() => null)
    return connection === null ? err({ kind: 'notProven' }) : await openStream(connection, signal)
  } catch {
    // The stream closed before it was written to.
    return err({ kind: 'notAnswered' })
  } finally {
    signalling.end()
  }
}

/** Answers a proposal; the stream of frames then comes from who made it. */
export async function answer(meeting: Meeting, stream: Stream): Promise<Result<void, WebrtcError>> {
  const { attempt, signal, upgrader } = meeting
  const signalling = new Signalling(stream)
  try {
    const offer = await signalling.hear(signal)
    if (offer === null) return err({ kind: 'notAnswered' })
    const description = attempt.accept(offer) ? await attempt.describe(signal) : null
    if (description === null) return err({ kind: 'notDescribed' })
    signalling.say(description)
    if (!(await signalling.hearBegin(signal))) return err({ kind: 'notAnswered' })
    if (!begin(meeting, offer)) return err({ kind: 'notDescribed' })
    const channel = await channelOf(meeting, 'inbound')
    if (channel === null) return err({ kind: 'notReached' })
    const isUp = await upgrader.upgradeInbound(channel, { signal }).then(
      () => true,
      () => false,
    )
    return isUp ? ok(undefined) : err({ kind: 'notProven' })
  } catch {
    return err({ kind: 'notAnswered' })
  } finally {
    signalling.end()
  }
}
