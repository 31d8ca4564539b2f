/** Where the key under the operating system's keyring comes from: the host, asked each time and never kept. */
export interface Keyring {
  readonly available: boolean
  /** 32 bytes, which the caller wipes, or null. `create` makes one where there is none. */
  key(create: boolean): Promise<Uint8Array | null>
}

/** Of a node without a desktop. */
export const noKeyring: Keyring = { available: false, key: async () => null }
