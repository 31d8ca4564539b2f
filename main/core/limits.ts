/**
 * Every bound there is. The first group belongs to the protocol: two implementations must agree
 * on it, and PROTOCOL.md names it. The second is this implementation's own.
 */

export { mailboxLimits } from './mailboxLimits.ts'
export { nearbyLimits } from './nearbyLimits.ts'
export { networkLimits } from './networkLimits.ts'
export { quotaLimits } from './quotaLimits.ts'
export { visitLimits } from './visitLimits.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** Of the protocol. */
export const protocolLimits = {
  /** A frame on the stream between two peers, without its length prefix: the most that its two bytes can say. */
  frameSizeBytesMax: 65_535,
  /** The plaintext inside one envelope, before padding. */
  contentSizeBytesMax: 60_000,
  /** The text of one message, in UTF-8. */
  messageTextSizeBytesMax: 32_768,
  /** The name that a person gives themselves, in UTF-8. */
  nameSizeBytesMax: 128,
  /** Heads of the conversation that one event may name. */
  eventHeadsMax: 16,
  /** The latest time that is a date everywhere (ECMA-262, "Time Values"): 100 million days after 1970. */
  timeMsMax: 100_000_000 * day,
  /** Protobuf fields in one content, nested ones counted: what a decoder may be made to allocate. */
  contentFieldsMax: 512,
  /** Events that one receipt may name. */
  receiptEventsMax: 256,
  /** Envelopes that one acknowledgment may name. */
  ackEnvelopesMax: 64,
  /** What a bundle reply may carry: a prekey bundle and what proves whose it is. */
  bundleReplySizeBytesMax: 4_096,
  /** A prekey bundle with everything in it. */
  bundleSizeBytesMax: 1_441,
  /** Bundles that one content may give, to begin sessions with while their maker is away. */
  stashBundlesMax: 4,
  /** Who the initiator of a session is: signed descriptor and certificate, sealed in its initial message. */
  identityPayloadSizeBytesMax: 2_048,
  /** Addresses in an invite or an address update, and the size of each as a multiaddr's text. */
  addressesMax: 8,
  addressSizeBytesMax: 200,
  /** Mailboxes of one device, and addresses of each. */
  mailboxesMax: 2,
  /** Relays of one device that keep word of where it is. */
  recordRelaysMax: 2,
  mailboxAddressesMax: 4,
  /** How long an invite may live at most. */
  inviteLifetimeMsMax: 30 * day,
  /** A `waxwing:` link, in characters. */
  inviteLinkLengthMax: 4_096,
  /** Message keys that one receiving chain may skip forward in one step. */
  skipMax: 1_000,
  /** Messages of one turn: their numbers end one before what four bytes can say. */
  turnMessagesMax: 0xffffffff,
  /** Message keys kept for a whole session; the oldest is evicted. */
  skippedKeysMax: 2_000,
  skippedKeyLifetimeMs: 14 * day,
  /** Header keys of earlier receiving chains that are still tried. */
  oldReceiveChainsMax: 5,
  /** The generation of a session is a number of four bytes. */
  sessionGenerationMax: 0xffffffff,
  /** Earlier sessions with a device that can still open what was sent under them. */
  archivedSessionsMax: 5,
  /** A session is renewed after this long without a reply, or this many unanswered messages. */
  unansweredMessagesMax: 1_000,
  unansweredDurationMsMax: 7 * day,
  /** A session whose prologue was never answered is not sealed under after this long. */
  unacknowledgedDurationMsMax: 30 * day,
  /**
   * The next post-quantum epoch is offered after so many turns, or so long, so that one serves at most 16 turns,
   * or 7 days of a conversation in which each side says something every day.
   */
  pqOfferAfterTurns: 14,
  pqOfferAfterMs: 4 * day,
  /** An epoch's number has two bytes; a session whose numbers are used up is renewed. */
  pqEpochMax: 65_535,
  /** A post-quantum block stands in the first messages of a turn, and then in every so many-th. */
  pqBlockFirstMessages: 4,
  pqBlockEveryMessages: 16,
  /** A message between two people nearby: an invite's link and what stands before it. */
  nearbyMessageSizeBytesMax: 4_100,
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
  /** How far ahead of this clock a sender's may run before its events are placed by this one. */
  aheadMsMax: 2 * minute,
  /** `sent` is only recorded when the acknowledgment takes longer than this. */
  sentStateAfterMs: 400,
  /** Rows that one step seals at most: their nonces come out of its `stepRandomBytes`. */
  sealsPerStepMax: 32,
  /** An unanswered bundle request is repeated after this long. */
  bundleRetryMs: 5 * second,
  /** How long a bundle made for a contact's renewal may be used. */
  renewalLifetimeMs: day,
  /**
   * What a contact's device is given to begin sessions with while this one is away: one-time bundles, and one of
   * last resort. They are good for so long, and are given anew after half of it, or once one was used.
   */
  stashOneTimeMax: 3,
  stashLifetimeMs: 30 * day,
  /** How often what a device was given is looked at, at most, while it talks. */
  stashLookIntervalMs: hour,
  /** No stash is given while so many envelopes wait for the device: who takes nothing is not made another each time. */
  stashWaitingMax: 64,
  /** Prekeys kept of what one device was given, earlier stashes included; the oldest go. */
  stashPrekeysPerDeviceMax: 12,
  /** After a failed commit the work that was lost is taken up again after this long, doubling up to the maximum. */
  storageRetryMs: 1 * second,
  storageRetryMsMax: 1 * minute,
  /** Timers of the engine are given at most this often, whatever they ask for. */
  tickAfterMsMin: 10,
  /**
   * How often expired rows are forgotten, and by how much further each time at most, so that a clock that is
   * years off does not expire everything at once.
   */
  pruneIntervalMs: 10 * minute,
  pruneStepMsMax: 1 * hour,
  /** Rows of sessions, conversations, progress, events and deliveries that are kept in memory, of each. */
  hotRowsMax: 256,
  /** Settings, their keys' length and their texts'. */
  settingsMax: 64,
  settingLengthMax: 256,
  clientIdLengthMax: 64,
  /** Inputs that wait for the driver's loop, and those that may share one transaction. */
  driverQueueMax: 10_000,
  driverBatchMax: 64,
  /** Frames of strangers that wait for it; and how many of them are taken with a batch while others wait. */
  strangerFramesMax: 1_024,
  strangersPerBatchMax: 8,
  /** Frames of one peer that may wait for their commit before its stream is paused. */
  inboundFramesPerPeerMax: 64,
  /** Rows that are on their way to one mailbox for one device. */
  depositWindowItems: 16,
  /** A contact who parts may be back at once: so long nothing is left for them. */
  leaveAfterMs: second,
  /** A mailbox that refused, or did not answer, is tried again after this long, doubling up to the maximum. */
  mailRetryMs: 5 * second,
  mailRetryMsMax: 10 * minute,
  /** How long a mailbox keeps what nobody collects; after that it is left anew. */
  mailItemLifetimeMs: 30 * day,
  /** Acknowledgments and refusals that wait for a device that is away; the oldest are forgotten, and told another time. */
  mailOwedMax: 1_024,
  /** Invites whose bundles lie at our mailboxes; of more the newest. */
  mailInvitesMax: 32,
  /** Tags at one mailbox, and for how many days ahead at most: so long contacts can leave something unseen. */
  mailboxTagsMax: 20_000,
  mailboxDaysAheadMax: 31,
  /**
   * Slots that are made at once, and when so few are left that are nobody's; those that one step takes back, whose seeds
   * are expanded together; and days for which one is kept that has ended: a clock may leap and come back.
   */
  mailSlotsStep: 32,
  mailSlotsReserve: 8,
  mailSlotsFreedMax: 64,
  mailSlotDaysKept: 366,
  /** Days that are remembered on which tags were registered, a month or more apart: a clock may have been wrong. */
  mailDaysKept: 3,
  /** Word of where we are: left once our addresses have stood so long, anew after this time, and good for so long. */
  recordSettleMs: 3 * second,
  recordRenewMs: 12 * hour,
  recordLifetimeMs: 25 * hour,
  /** Records that one step seals at most: their nonces come out of its `stepRandomBytes`. */
  recordsPerStepMax: 128,
  /** Between two such steps: a mailbox answers about ten in a second. */
  recordStepMs: 15 * second,
  /** Word of a contact who is away is looked for after this long, and again later and later; so many at once, then the next. */
  seekAfterMs: 10 * second,
  seekInviteAfterMs: 3 * second,
  seekRetryMs: minute,
  seekRetryMsMax: hour,
  seeksPerTickMax: 8,
  seekRoundMs: 15 * second,
  /** Batches that are fetched from one mailbox without a pause, and the pause. */
  mailBatchesMax: 512,
  /** Of them with something that was nobody's, after which it is given the same rest. */
  mailRefusedBatchesMax: 8,
  mailPauseMs: 1 * minute,
  /** A handshake with a device is begun anew at most once in this time. */
  rehandshakeIntervalMs: minute,
  /** Bundles that one device may fetch in an hour, and initial messages that it may send. */
  bundleFetchesPerHourMax: 30,
  /**
   * By whoever has the link of one invite: answers in an hour to all of them together, and initial messages, each of which
   * costs a key exchange. And answers to all who prove no invite: it costs them nothing to be somebody else each time.
   */
  inviteFetchesPerHourMax: 600,
  inviteInitialsPerHourMax: 120,
  unprovedAnswersPerHourMax: 600,
  /** Envelopes of one device that may fail to open in an hour; then it is told `busy` for a while. */
  unopenedPerHourMax: 512,
  /** A `.pub`, signature or card file that is read, in characters. */
  sshFileSizeBytesMax: 4_096,
  /** A text in which an invite link is looked for (a pasted mail, a file), in characters. */
  inviteTextLengthMax: 16_384,
  /** A scanned or pasted verification code, in characters. */
  verificationCodeLengthMax: 256,
  /** Combining marks that may stand on one character of a name or text. */
  combiningMarksMax: 4,
  /** Marks in a row that are looked at: the time of normalisation grows with the square of their number. */
  combiningMarksReadMax: 32,
  /** The page of messages that the screen may ask for. */
  messagePageMax: 200,
} as const

/** Of the encrypted store and the profile's files (main/store). */
export const storeLimits = {
  /** How long a statement waits for another process that holds the file. */
  busyTimeoutMs: 100,
  /** Pages that the database keeps decrypted in memory. */
  cacheKiB: 8_192,
  /** What is left of the write-ahead log after it was copied into the database. */
  journalSizeBytesMax: 8 * 1024 * 1024,
  /** After this long without a commit the log is copied into the database. */
  checkpointIdleMs: 500,
  /** Pages that the log may hold before a commit has to copy them itself: seldom, the idle copy comes first. */
  journalPagesMax: 8_000,
  /** Requests on their way to the store's thread. */
  requestsPendingMax: 1_024,
  /** Buffers of at least this size change hands instead of being copied. */
  transferSizeBytesMin: 4_096,
  /** Pages beside the first that are looked at to tell a wrong key from a damaged first page. */
  authenticPagesTriedMax: 8,
  /** `vault.json`, and the costs that it may ask of Argon2id. */
  vaultSizeBytesMax: 4_096,
  vaultMemoryKiBMin: 8_192,
  vaultMemoryKiBMax: 1_048_576,
  vaultPassesMax: 16,
  vaultMemoryKiBDefault: 65_536,
  vaultPassesDefault: 3,
  profileNameLengthMax: 64,
} as const

export const durationsMs = { second, minute, hour, day } as const
