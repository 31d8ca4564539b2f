/** Bounds of the composition root alone. Those of the protocol and the engine stand in main/core/limits.ts. */
export const nodeLimits = {
  logSizeBytesMax: 1_048_576,
  logHeldLengthMax: 65_536,
  logHoldMs: 250,
  logValueLengthMax: 200,
  /** Lines of one level in a minute; the others are only counted, so that nobody from outside can fill the log. */
  logLinesPerMinuteMax: 600,
  /** Lines that say the same in a minute, and for how many of them this is watched; the others are one figure. */
  logSameLinesPerMinuteMax: 8,
  logKindsMax: 256,
  /** Ids of JSON-RPC requests that are strings. */
  rpcIdLengthMax: 256,
  /** What may wait in stdout before stdin is no longer read. */
  stdoutWaitingBytesMax: 8 * 1_048_576,
  /** Four bytes for each of a passphrase's characters, and the end of the line. */
  passphraseFileSizeBytesMax: 4_098,
  /** Addresses that the command line may add to those that the interfaces show. */
  announceMax: 4,
  /** How long an invite waits for an address that it can name. */
  inviteAddressWaitMs: 15_000,
  /** Windows of one node. */
  portsMax: 8,
} as const
