/**
 * What crosses between Electron's main process (the host) and the node in its utility process, over
 * the process's own channel. Requests of the screen do not pass here: they go over the MessagePort
 * that comes with `client`. Keys cross as messages only, never as arguments or environment.
 */
import type { Infer } from './schema.ts'
import { boolean, integer, nullable, object, oneOf, string, union } from './schema.ts'
import { conversationId, eventId } from './dto.ts'

export const nodeOptionsSchema = object({
  /** The folder of the profile; it may not exist yet. */
  profileDirectory: string({ min: 1, max: 4_096 }),
  profileName: string({ min: 1, max: 64, pattern: /^[A-Za-z0-9_][A-Za-z0-9._-]*$/ }),
  /** loopback: listens on, dials and announces to this machine alone. For tests, demos and benchmarks. */
  confine: oneOf('none', 'loopback'),
  /** The TCP port to listen on; 0 takes the one remembered in the profile, or a free one. */
  port: integer({ min: 0, max: 65_535 }),
  /** Whether the host has a keyring that may be trusted. */
  keyringAvailable: boolean,
})
export type NodeOptions = Infer<typeof nodeOptionsSchema>

/** From the host to the node. `client` carries one MessagePort; `keyring` answers `keyringWanted`. */
export type HostMessage =
  | { readonly kind: 'start'; readonly options: NodeOptions }
  | { readonly kind: 'client' }
  /** The 32 bytes that wrap the store's key, or null when the keyring refused. */
  | { readonly kind: 'keyring'; readonly id: number; readonly key: Uint8Array | null }
  | { readonly kind: 'wake' }
  | { readonly kind: 'stop' }

export const nodeMessageSchema = union({
  /** The node listens for clients. */
  ready: {},
  /** The key under the keyring: `create` makes one where there is none and keeps it. */
  keyringWanted: { id: integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), create: boolean },
  /** A message to notify of, worded by the user's settings; null body: nothing of it may be shown. */
  arrived: {
    conversation: conversationId,
    event: eventId,
    title: string({ max: 64 }),
    body: nullable(string({ max: 200 })),
  },
  /** Everything is committed and closed; the process ends now. */
  stopped: {},
})
export type NodeMessage = Infer<typeof nodeMessageSchema>
