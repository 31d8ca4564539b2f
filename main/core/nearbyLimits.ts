/** Bounds of people nearby: of a sitting, of a meeting with one person, and of what is heard and dialled. */

const second = 1_000
const minute = 60 * second

export const nearbyLimits = {
  /** How long a sitting lasts: as a rule, at least and at most. */
  sittingMs: 5 * minute,
  sittingMsMin: minute,
  sittingMsMax: 15 * minute,
  peopleMax: 32,
  /** Comparisons that may fail before the sitting ends: the guesses that whoever sits in the middle gets. */
  attemptsMax: 3,
  /** How often one person may ask; then they are told no without the user being asked. */
  asksPerPersonMax: 3,
  /** A whole meeting takes some ten messages; who says more is cut off. */
  messagesMax: 64,
  /** The times for a hello, an answer to an ask, the exchange of nonces, the people's comparison, the invite. */
  helloMs: 10 * second,
  askMs: minute,
  proofMs: 10 * second,
  compareMs: 2 * minute,
  addMs: 30 * second,
  inviteLifetimeMs: 10 * minute,

  // Of the adapter that finds them (main/net/nearby).
  /** Connections of a sitting, and of one address: so many people, or somebody who pretends to be. */
  linksMax: 40,
  linksPerAddressMax: 3,
  announceIntervalMs: 5 * second,
  packetsPerSenderMax: 10,
  sightingsMax: 64,
  sightingLifetimeMs: 20 * second,
  /** The side with the larger key leaves the dialling to the other for so long. */
  dialAfterMs: 3 * second,
  dialGapMs: 5 * second,
  dialsMax: 4,
} as const
