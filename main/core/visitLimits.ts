/** Bounds of visits: connections under a key of their own, of strangers to a node that serves, and of ours to others. */
const second = 1_000
const minute = 60 * second

/** Of visits, and of what is asked of mailboxes and relays (main/net). */
export const visitLimits = {
  // Calls through a relay.
  /**
   * Calls of devices that are no contacts, in a second: in all, from one address, to one device; and from one address to
   * one device, so that nobody takes all of those from their one.
   */
  relayStrangerCallsPerSecondMax: 32,
  relayStrangerCallsPerAddressPerSecondMax: 8,
  relayStrangerCallsPerDevicePerSecondMax: 8,
  relayStrangerCallsPerPairPerSecondMax: 2,
  /** Calls that one connection of a stranger may have, under way or passed on. */
  relayStrangerCallsOpenMax: 2,
  /** Of the calls that are passed on, those of strangers. */
  relayStrangerCallsMax: 128,

  // Strangers who visit a node that serves.
  /** Their connections, in all and from one address. */
  visitorsMax: 128,
  visitorsPerAddressMax: 16,
  /** A visitor that asks nothing for this long is closed; and whose calls have ended, after so long in all. */
  visitorIdleMs: 45 * second,
  visitorDurationMsMax: 150 * second,
  /** A visitor who was told to go is cut after this long. */
  visitorEndMs: 2 * second,
  /** A visit of ours must stand after this long. */
  visitDialTimeoutMs: 8 * second,

  // Asking mailboxes, and answering as one. What may lie there is in `mailboxLimits`.
  /** What one answer to `collect` may hold, and items that one `remove` may name. */
  mailboxCollectBytesMax: 262_144,
  mailboxCollectItemsMax: 256,
  /** A request, and an answer, must be whole after this long. */
  mailboxRequestTimeoutMs: 8 * second,
  /** Streams of this protocol that one connection may have open. */
  mailboxStreamsMax: 4,
  /** Requests in a second: on one connection, and of all strangers. */
  mailboxRequestsPerSecondMax: 16,
  mailboxStrangerRequestsPerSecondMax: 64,
  /** Requests of strangers that are being answered at once: beyond it they are told `busy`. */
  mailboxStrangerRequestsMax: 32,
  /** Lookups of a stranger that may find nothing on one connection. */
  mailboxMissesMax: 4,
  /** Requests of ours on one connection in a second: as many streams, of which there is a bound too. */
  mailboxAsksPerSecondMax: 12,
  mailboxPaceMs: 100,
  /** Requests that may wait for their turn at a mailbox of ours. */
  mailboxAsksWaitingMax: 512,
  /** Connections to mailboxes under names of their own: how many, how long without a request, how long in all. */
  sittingsMax: 32,
  /** Requests that may wait for their turn in one sitting. */
  sittingRequestsMax: 64,
  sittingIdleMs: 30 * second,
  sittingDurationMsMax: 2 * minute,
  /** A watch that ended while the mailbox is connected is opened again after this long, doubling up to the maximum. */
  mailboxWatchRetryMs: 5 * second,
  mailboxWatchRetryMsMax: 5 * minute,
  /** Notices of a mailbox in a second; beyond it the watch ends. */
  mailboxNoticesPerSecondMax: 4,
} as const
