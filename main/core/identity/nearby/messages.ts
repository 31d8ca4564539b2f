/** What two people who found each other nearby say on their channel: fixed layouts. PROTOCOL.md, "People nearby". */
import type { ByteReader, DecodeError } from '../../bytes.ts'
import { ByteWriter, decode } from '../../bytes.ts'
import { protocolLimits } from '../../limits.ts'
import type { Result } from '../../result.ts'

/** What one side tells of itself once both people found the strings the same. */
export interface NearbyAccount {
  /** 32 bytes each. */
  readonly rootKey: Uint8Array
  readonly descriptorHash: Uint8Array
}

/** added: a contact now. known: they were one already. refused: their node did not take the invite. */
export type NearbyOutcome = 'added' | 'known' | 'refused'

export type NearbyMessage =
  /** The name that they give themselves, as they sent it. */
  | { readonly kind: 'hello'; readonly name: string }
  | { readonly kind: 'ask' }
  | { readonly kind: 'answer'; readonly accept: boolean }
  | { readonly kind: 'cancel' }
  /** 32 bytes each. */
  | { readonly kind: 'commit'; readonly commitment: Uint8Array }
  | { readonly kind: 'nonce'; readonly nonce: Uint8Array }
  | { readonly kind: 'reveal'; readonly nonce: Uint8Array }
  | { readonly kind: 'verdict'; readonly same: boolean }
  | { readonly kind: 'account'; readonly account: NearbyAccount }
  | { readonly kind: 'invite'; readonly link: string }
  | { readonly kind: 'done'; readonly outcome: NearbyOutcome }

const version = 1
const fieldBytes = 32

const types = {
  hello: 1,
  ask: 2,
  answer: 3,
  cancel: 4,
  commit: 5,
  nonce: 6,
  reveal: 7,
  verdict: 8,
  account: 9,
  invite: 10,
  done: 11,
} as const satisfies Record<NearbyMessage['kind'], number>

const outcomes: readonly NearbyOutcome[] = ['added', 'known', 'refused']

/** One message's bytes. The caller keeps its texts within their limits. */
export function encodeNearby(message: NearbyMessage): Uint8Array {
  const writer = new ByteWriter().u8(version).u8(types[message.kind])
  switch (message.kind) {
    case 'hello':
      return writer.text(message.name).done()
    case 'ask':
    case 'cancel':
      return writer.done()
    case 'answer':
      return writer.u8(message.accept ? 1 : 0).done()
    case 'commit':
      return writer.bytes(message.commitment).done()
    case 'nonce':
    case 'reveal':
      return writer.bytes(message.nonce).done()
    case 'verdict':
      return writer.u8(message.same ? 1 : 0).done()
    case 'account':
      return writer.bytes(message.account.rootKey).bytes(message.account.descriptorHash).done()
    case 'invite':
      return writer.text(message.link).done()
    case 'done':
      return writer.u8(outcomes.indexOf(message.outcome)).done()
  }
}

function yesOrNo(reader: ByteReader, field: string): boolean {
  const got = reader.u8()
  return got > 1 ? reader.refuse({ kind: 'badValue', field, got }) : got === 1
}

function outcomeOf(reader: ByteReader): NearbyOutcome {
  const got = reader.u8()
  return outcomes[got] ?? reader.refuse({ kind: 'badValue', field: 'outcome', got })
}

function bodyOf(reader: ByteReader): NearbyMessage {
  const type = reader.u8()
  switch (type) {
    case types.hello:
      return { kind: 'hello', name: reader.text('name', protocolLimits.nameSizeBytesMax) }
    case types.ask:
      return { kind: 'ask' }
    case types.answer:
      return { kind: 'answer', accept: yesOrNo(reader, 'accept') }
    case types.cancel:
      return { kind: 'cancel' }
    case types.commit:
      return { kind: 'commit', commitment: reader.bytes(fieldBytes) }
    case types.nonce:
      return { kind: 'nonce', nonce: reader.bytes(fieldBytes) }
    case types.reveal:
      return { kind: 'reveal', nonce: reader.bytes(fieldBytes) }
    case types.verdict:
      return { kind: 'verdict', same: yesOrNo(reader, 'same') }
    case types.account:
      return {
        kind: 'account',
        account: { rootKey: reader.bytes(fieldBytes), descriptorHash: reader.bytes(fieldBytes) },
      }
    case types.invite:
      return { kind: 'invite', link: reader.text('link', protocolLimits.inviteLinkLengthMax) }
    case types.done:
      return { kind: 'done', outcome: outcomeOf(reader) }
    default:
      return reader.refuse({ kind: 'badValue', field: 'type', got: type })
  }
}

/** Reads what a stranger sent: whole, or not at all. */
export function decodeNearby(bytes: Uint8Array): Result<NearbyMessage, DecodeError> {
  return decode(bytes, (reader) => {
    reader.version('nearby message', version)
    return bodyOf(reader)
  })
}
