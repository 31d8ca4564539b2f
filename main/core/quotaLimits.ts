/** How much of a device its contacts may use. See limits.ts. */
const MiB = 1024 * 1024
const GiB = 1024 * MiB

/** What the user chooses among, by the name under which a choice is kept; and what follows from it. */
export const quotaLimits = {
  /** Disk for what a mailbox holds; records count among the bytes. */
  mailboxQuotasBytes: { '256MB': 256 * MiB, '1GB': GiB, '4GB': 4 * GiB, '16GB': 16 * GiB },
  mailboxQuotaDefault: '1GB',
  /** Of the items in it one owner's may be one part in so many: nobody fills a small one alone. */
  ownerPartOfMailbox: 8,
  /** What a relay passes on in a day, in both directions together; null: as much as there is. */
  relayQuotasBytes: { '1GB': GiB, '10GB': 10 * GiB, '100GB': 100 * GiB, unlimited: null },
  relayQuotaDefault: '10GB',
  /** Strangers' calls may use one part in so many of it: the rest of the day is left to contacts. */
  strangerPartOfRelay: 2,
  /** And the calls of and to one contact: nobody uses up the day of all others. */
  contactPartOfRelay: 2,
  /** What was passed on is written down this often, if it grew by so much: that is what a crash forgets. */
  relayUseWriteMs: 60_000,
  relayUseStepBytes: MiB,
} as const
