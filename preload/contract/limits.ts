const MiB = 1_048_576
const GiB = 1_024 * MiB

/** Bounds of the bridge. Those of the protocol stand in main/core/limits.ts; a test keeps the shared ones equal. */
export const contractLimits = {
  nameLengthMax: 64,
  passphraseLengthMin: 8,
  passphraseLengthMax: 1_024,
  messageTextLengthMax: 32_768,
  /** The same, in bytes of UTF-8: what the protocol allows. */
  messageTextSizeBytesMax: 32_768,
  inviteLinkLengthMax: 4_096,
  /** A card, a .pub file or a QR code's text that is to be checked. */
  cardLengthMax: 16_384,
  clientIdLengthMax: 64,
  messagePageMax: 200,
  contactsMax: 5_000,
  conversationsMax: 5_000,
  invitesMax: 1_000,
  addressesMax: 32,
  addressLengthMax: 200,
  proxyHostLengthMax: 253,
  /** By the names under which they are chosen; null: as much as there is. */
  mailboxQuotasBytes: { '256MB': 256 * MiB, '1GB': GiB, '4GB': 4 * GiB, '16GB': 16 * GiB },
  relayQuotasBytes: { '1GB': GiB, '10GB': 10 * GiB, '100GB': 100 * GiB, unlimited: null },
  /** The largest thing that is held for somebody: with less room than this, there is none. */
  heldItemSizeBytesMax: 65_608,
  nearbyPeopleMax: 32,
  nearbySittingMsMin: 60_000,
  nearbySittingMsMax: 900_000,
  /** Events that the client may miss before it asks for a new snapshot. */
  eventBacklogMax: 10_000,
  /** One JSON-RPC line, or one message on the port. */
  messageSizeBytesMax: 1_048_576,
  requestsInFlightMax: 256,
} as const
