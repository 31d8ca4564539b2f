/**
 * What the window asks of the Electron main process and not of the node: dialogs, links, files.
 * None takes a path or opens a URL without the user's word. Files chosen stay in the main process.
 */
import type { ContractError } from './errors.ts'
import type { Infer, Schema } from './schema.ts'
import { boolean, integer, list, nullable, object, oneOf, string, union } from './schema.ts'
import { contractLimits as limits } from './limits.ts'
import { conversationId, exportFileSchema } from './dto.ts'

interface ShellMethod<P, R> {
  readonly params: Schema<P>
  readonly result: Schema<R>
}

function method<P, R>(params: Schema<P>, result: Schema<R>): ShellMethod<P, R> {
  return { params, result }
}

const nothing = object({})

export const shellMethods = {
  /** Asks for a folder and writes the files there; the folder's name, or null when the user gave up. */
  exportFiles: method(
    object({ files: list(exportFileSchema, 16) }),
    object({ folder: nullable(string({ max: 4_096 })) }),
  ),
  /** Asks for a card or .pub file and returns its text, with the .sig beside it if there is one. */
  openCard: method(
    nothing,
    nullable(
      object({
        card: string({ max: limits.cardLengthMax }),
        signature: nullable(string({ max: limits.cardLengthMax })),
      }),
    ),
  ),
  /** Asks for an invite file and returns its text. */
  openInvite: method(nothing, nullable(object({ text: string({ max: limits.cardLengthMax }) }))),
  /** Asks where, and writes the invite's file. */
  saveInvite: method(
    object({ link: string({ max: limits.inviteLinkLengthMax, pattern: /^waxwing:invite\/[A-Za-z0-9_-]+$/ }) }),
    object({ saved: boolean }),
  ),
  /** Puts text on the clipboard. */
  copyText: method(object({ text: string({ max: limits.cardLengthMax }) }), nothing),
  /** Opens an https link in the browser after a question that shows it whole. */
  openLink: method(object({ url: string({ max: 2_048, pattern: /^https:\/\// }) }), object({ opened: boolean })),
  setTheme: method(object({ theme: oneOf('system', 'light', 'dark', 'contrast') }), nothing),
  setBadge: method(object({ unread: integer({ min: 0, max: 1_000_000 }) }), nothing),
  /** A `waxwing:` link that the operating system handed over and nobody has taken yet. */
  takeLaunchLink: method(nothing, object({ link: nullable(string({ max: limits.inviteLinkLengthMax })) })),
  /** Facts of this build and window. */
  about: method(
    nothing,
    object({
      version: string({ max: 64 }),
      profile: string({ max: 64 }),
      platform: string({ max: 32 }),
      sandboxed: boolean,
    }),
  ),
} as const

export type ShellMethods = typeof shellMethods
export type ShellMethodName = keyof ShellMethods
export type ShellParams<M extends ShellMethodName> = Infer<ShellMethods[M]['params']>
export type ShellResult<M extends ShellMethodName> = Infer<ShellMethods[M]['result']>

/** What comes back over IPC: errors as values, since exceptions lose their fields on the way. */
export type ShellOutcome =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly error: ContractError }

/** Sent by the main process. */
export const shellEventSchema = union({
  /** A `waxwing:` link waits to be taken. */
  launchLink: {},
  /** The node was started anew: ask for a port and a snapshot again. */
  nodeRestarted: {},
  focused: { focused: boolean },
  /** A notification was clicked. */
  openConversation: { conversation: conversationId },
})
export type ShellEvent = Infer<typeof shellEventSchema>
