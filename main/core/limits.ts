/**
 * Every bound there is. The first group belongs to the protocol: two implementations must agree
 * on it, and PROTOCOL.md names it. The second is this implementation's own.
 */

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** Of the protocol. */
export const protocolLimits = {
  /** A frame on the stream between two peers, without its length prefix. */
  frameSizeBytesMax: 65_536,
  /** The plaintext inside one envelope, before padding. */
  contentSizeBytesMax: 60_000,
  /** The text of one message, in UTF-8. */
  messageTextSizeBytesMax: 32_768,
  /** The name that a person gives themselves, in UTF-8. */
  nameSizeBytesMax: 128,
  /** Heads of the conversation that one event may name. */
  eventHeadsMax: 16,
  /** Events that one receipt may name. */
  receiptEventsMax: 256,
  /** Envelopes that one acknowledgment may name. */
  ackEnvelopesMax: 64,
  /** Addresses in an invite or an address update, and the size of each as a multiaddr's text. */
  addressesMax: 8,
  addressSizeBytesMax: 200,
  /** How long an invite may live at most. */
  inviteLifetimeMsMax: 30 * day,
  /** A `waxwing:` link, in characters. */
  inviteLinkLengthMax: 4_096,
  /** Message keys that one receiving chain may skip forward in one step. */
  skipMax: 1_000,
  /** Message keys kept for a whole session; the oldest is evicted. */
  skippedKeysMax: 2_000,
  skippedKeyLifetimeMs: 14 * day,
  /** Header keys of earlier receiving chains that are still tried. */
  oldReceiveChainsMax: 5,
  /** Earlier sessions with a device that can still open what was sent under them. */
  archivedSessionsMax: 5,
  /** A session is renewed after this long without a reply, or this many unanswered messages. */
  unansweredMessagesMax: 1_000,
  unansweredDurationMsMax: 7 * day,
} as const

/** Of this implementation. */
export const implementationLimits = {
  /** Fresh random bytes that the driver hands to each step. */
  stepRandomBytes: 4_096,
  contactsMax: 5_000,
  openInvitesMax: 100,
  inviteLifetimeMsDefault: 7 * day,
  /** Envelopes waiting for one device, and their frames that may be on the wire unacknowledged. */
  outboxPerDeviceMax: 20_000,
  sendWindowFrames: 64,
  /** An unacknowledged frame is sent again after this long, doubling up to the maximum. */
  resendAfterMs: 10 * second,
  resendAfterMsMax: 5 * minute,
  /** Envelope ids remembered so that a repeated envelope is acknowledged again, not shown again. */
  seenEnvelopesPerDeviceMax: 20_000,
  /** Sequence numbers above the first gap that are remembered per sender and conversation. */
  sequenceGapsMax: 2_000,
  /** Inputs that wait for the driver's loop, and those that may share one transaction. */
  driverQueueMax: 10_000,
  driverBatchMax: 64,
  /** Frames of one peer that may wait for their commit before its stream is paused. */
  inboundFramesPerPeerMax: 64,
  /** A handshake with a device is begun anew at most once in this time. */
  rehandshakeIntervalMs: minute,
  /** Bundles that one device may fetch in an hour, and initial messages that it may send. */
  bundleFetchesPerHourMax: 30,
  /** The page of messages that the screen may ask for. */
  messagePageMax: 200,
} as const

export const durationsMs = { second, minute, hour, day } as const
