/** A router that maps a port, however it is spoken with. */
import type { Result } from '../../core/result.ts'
import type { SocketAddress } from '../addresses.ts'

export type MappingError =
  | { readonly kind: 'noAnswer' }
  /** It answered something that cannot be used. */
  | { readonly kind: 'malformed' }
  | { readonly kind: 'refused'; readonly code: number }
  /** Its own address is none that is reached from outside: another router stands behind it. */
  | { readonly kind: 'notPublic' }

export interface Mapping {
  /** As others dial it. */
  readonly address: SocketAddress
  readonly lifetimeMs: number
}

export interface Router {
  /** Asks for `port`, or for the same again; outside it should be `wantedPort`. */
  map(port: number, wantedPort: number, signal: AbortSignal): Promise<Result<Mapping, MappingError>>
  /** Gives it back. Never rejects. */
  unmap(port: number, signal: AbortSignal): Promise<void>
}

/** Where we stand on the router's network. */
export interface Standpoint {
  readonly name: string
  readonly host: string
  readonly prefixLength: number
}
