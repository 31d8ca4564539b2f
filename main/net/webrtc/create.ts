/** WebRTC for a network: what it may use of this machine, whom it may reach, and which relay it asks. */
import type { AddressBook } from '../addressBook.ts'
import type { DeviceId } from '../../core/ids.ts'
import type { PathKind } from '../../core/ports.ts'
import type { Dialled } from '../dial.ts'
import type { NetworkOptions } from '../options.ts'
import type { Relays } from '../relay/relays.ts'
import { loadNative } from './native.ts'
import { bindHost, hasHost, mayTell } from './policy.ts'
import { Webrtc } from './webrtc.ts'

export interface WebrtcSurroundings {
  readonly book: AddressBook
  readonly relays: Relays
  readonly pathOf: (device: DeviceId) => PathKind | null
  readonly reached: (dialled: Dialled) => void
}

export function createWebrtc(options: NetworkOptions, surroundings: WebrtcSurroundings): Webrtc {
  const { clock, random, log, webrtc, privacy } = options
  const { book, relays, pathOf, reached } = surroundings
  return new Webrtc({
    clock,
    random,
    log,
    on: webrtc && privacy.kind === 'open',
    load: () => (hasHost(options, book.interfaces) ? loadNative(log) : Promise.resolve(null)),
    isTarget: (device) => book.has(device),
    pathOf,
    connectionOf: (device) => relays.connectionOf(device),
    stunFor: (relayed) => relays.stunFor(relayed),
    bindHost: () => bindHost(options, book.interfaces),
    mayTell: (candidate) => mayTell(options, book.interfaces, candidate),
    mayReach: (device, address) => book.permits(device, address),
    reached,
  })
}
