/** The library that speaks ICE, DTLS and SCTP: native, and loaded when it is first needed. */
import type { PeerConnection } from 'node-datachannel'
import type { Log } from '../../core/ports.ts'

/** The part of it that is used. */
export interface Native {
  readonly PeerConnection: typeof PeerConnection
}

let loading: Promise<Native | null> | null = null

/** Null where there is no build of it for this machine, which is said once. */
export function loadNative(log: Log): Promise<Native | null> {
  loading ??= import('node-datachannel').catch(() => {
    log.info('net.webrtcUnavailable', { platform: process.platform, architecture: process.arch })
    return null
  })
  return loading
}
