/** What crosses the MessagePort between the window and the node. The JSON-RPC of the headless node maps onto it one to one. */
import type { ContractError } from './errors.ts'
import type { NumberedEvent } from './events.ts'
import type { MethodName } from './methods.ts'

export type PortRequest = {
  readonly kind: 'request'
  readonly id: number
  readonly method: MethodName
  readonly params: unknown
}

export type PortReply =
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: ContractError }
  | { readonly kind: 'event'; readonly event: NumberedEvent }

/** The global that the preload exposes, with exactly these keys. */
export interface WaxwingBridge {
  /** Calls a shell method; rejects with a ContractError. */
  shell(method: string, params: unknown): Promise<unknown>
  onShellEvent(listener: (event: unknown) => void): () => void
  /** Asks for the port to the node; it arrives as a `message` event on window with data 'waxwing:port'. */
  connect(): void
}
