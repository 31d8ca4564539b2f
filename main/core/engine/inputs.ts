/** Everything that can happen to the engine. Beside these there is only the passing of commits. */
import type { DeviceId } from '../ids.ts'
import type { DepositOutcome, MailboxItem, NetworkEvent } from '../ports.ts'
import type { Command } from './commands.ts'
import type { FollowInput } from './effects.ts'
import type { Deposited } from './mail/leave.ts'
import type { LookedUp } from './mail/rendezvous.ts'

type EngineNetworkEvent = Extract<
  NetworkEvent,
  { kind: 'peerUp' | 'peerDown' | 'pathChanged' | 'writable' | 'addresses' | 'mailWaiting' }
>

export type Happening =
  /** Once, before everything else of a run. */
  | { readonly kind: 'start' }
  | { readonly kind: 'command'; readonly command: Command }
  | EngineNetworkEvent
  /** One frame of a peer that proved to be `device`. */
  | { readonly kind: 'frame'; readonly device: DeviceId; readonly bytes: Uint8Array }
  /** The network did not take these frames of the outbox. */
  | {
      readonly kind: 'notTaken'
      readonly device: DeviceId
      readonly outcome: 'full' | 'notConnected'
      readonly orders: readonly number[]
    }
  /** What mailboxes answered. */
  | ({ readonly kind: 'deposited' } & Deposited)
  | { readonly kind: 'published'; readonly outcome: DepositOutcome }
  | ({ readonly kind: 'lookedUp' } & LookedUp)
  | {
      readonly kind: 'registered'
      readonly mailbox: DeviceId
      readonly outcome: 'done' | 'refused' | 'notConnected'
    }
  | {
      readonly kind: 'collected'
      readonly mailbox: DeviceId
      readonly batch: { readonly items: readonly MailboxItem[]; readonly more: boolean } | null
    }
  /** The time that `nextWakeMs` named has come. */
  | { readonly kind: 'tick' }
  | FollowInput

/** A happening with the time and the fresh random bytes of its step (`stepRandomBytes`). */
export interface Input {
  readonly happening: Happening
  readonly nowMs: number
  readonly random: Uint8Array
}
