/** Bounds of what a device does for others: keeping what is left for its contacts, and taking visitors. See limits.ts. */
const hour = 3_600_000
const day = 24 * hour

/** Of what a device keeps that serves as a mailbox (main/store). */
export const mailboxLimits = {
  /** A nonce (24 bytes), the largest padded frame (65,568) and a tag (16). */
  itemSizeBytesMax: 65_608,
  /** The offer of an invite, padded and sealed, is the largest. */
  recordSizeBytesMax: 4_680,
  /** What may lie under one tag, which is one sender's of one day. */
  itemsPerTagMax: 2_048,
  sizePerTagBytesMax: 6 * 1024 * 1024,
  /** What may lie there for one device. */
  itemsPerOwnerMax: 20_000,
  sizePerOwnerBytesMax: 64 * 1024 * 1024,
  /** Of what is left of that, one tag may hold one part in so many: who fills the tags of many days leaves room. */
  tagPartOfRoom: 8,
  recordsPerOwnerMax: 10_240,
  /** Beyond the quota, for records alone: a mailbox that is full of items still tells where people are. */
  recordsReserveBytes: 32 * 1024 * 1024,
  tagsPerOwnerMax: 20_000,
  /** In all. Of bytes there may be as many as the user gives: `quotaLimits`. */
  tagsMax: 1_000_000,
  /** How many days ahead a tag may be registered. */
  tagDaysAheadMax: 32,
  itemLifetimeMs: 30 * day,
  recordLifetimeMsMax: 31 * day,
  pruneIntervalMs: hour,
  /** By how much items age between two prunings at most: a clock that leaps ahead does not expire what lies there. */
  pruneStepMsMax: day,
  /** Items that go in one transaction while pruning: others wait for it. */
  pruneItemsMax: 64,
  /** Requests on their way to the store's thread, which has the device's own work to do as well. */
  requestsPendingMax: 32,
} as const
