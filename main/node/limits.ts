/** Bounds of the composition root alone. Those of the protocol and the engine stand in main/core/limits.ts. */
export const nodeLimits = {
  logSizeBytesMax: 1_048_576,
  logHeldLengthMax: 65_536,
  logHoldMs: 250,
  logValueLengthMax: 200,
  /** Ids of JSON-RPC requests that are strings. */
  rpcIdLengthMax: 256,
  /** What may wait in stdout before stdin is no longer read. */
  stdoutWaitingBytesMax: 8 * 1_048_576,
  /** Windows of one node. */
  portsMax: 8,
} as const
