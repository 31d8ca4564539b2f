/**
 * The part of STUN (RFC 8489) with which a device learns under which address a relay sees it: a Binding request
 * and the success response. Nobody is authenticated, and nothing else is understood.
 */
import { concat, decode } from '../../core/bytes.ts'
import type { DecodeError } from '../../core/bytes.ts'
import { networkLimits } from '../../core/limits.ts'
import { err } from '../../core/result.ts'
import type { Result } from '../../core/result.ts'
import { ipBytes } from '../addresses.ts'

export type StunError =
  | DecodeError
  /** An attribute that must be understood, and is not: of ICE, TURN, or of authentication. */
  | { readonly kind: 'unknownAttribute'; readonly got: number }

export interface BindingRequest {
  readonly transaction: Uint8Array
}

const bindingRequest = 0x0001
const bindingResponse = 0x0101
const cookie = 0x2112a442
const xorMappedAddress = 0x0020
/** Attributes from here on may be passed over by who does not know them. */
const optionalFrom = 0x8000
const transactionSizeBytes = 12

/** Reads one datagram. */
export function readBindingRequest(datagram: Uint8Array): Result<BindingRequest, StunError> {
  const max = networkLimits.stunRequestSizeBytesMax
  if (datagram.length > max) return err({ kind: 'tooLong', field: 'request', got: datagram.length, max })
  let unknown: number | null = null
  const read = decode(datagram, (reader) => {
    const type = reader.u16()
    if (type !== bindingRequest) return reader.refuse({ kind: 'badValue', field: 'type', got: type })
    const length = reader.u16()
    const magic = reader.u32()
    if (magic !== cookie) return reader.refuse({ kind: 'badValue', field: 'cookie', got: magic })
    const transaction = reader.bytes(transactionSizeBytes)
    if (length !== reader.left) return reader.refuse({ kind: 'badValue', field: 'length', got: length })
    while (reader.left > 0) {
      const attribute = reader.u16()
      const value = reader.prefixed('attribute', max)
      // Each attribute is padded to four bytes; what the padding says is ignored.
      reader.bytes((4 - (value.length % 4)) % 4)
      if (attribute < optionalFrom) unknown ??= attribute
    }
    return { transaction }
  })
  return read.ok && unknown !== null ? err({ kind: 'unknownAttribute', got: unknown }) : read
}

/** The answer that says from where the request came; null when `host` is no IP address. */
export function bindingAnswer(request: BindingRequest, host: string, port: number): Uint8Array | null {
  const address = ipBytes(host)
  if (address === null) return null
  const message = new Uint8Array(28 + address.length)
  const view = new DataView(message.buffer)
  view.setUint16(0, bindingResponse)
  view.setUint16(2, 8 + address.length)
  view.setUint32(4, cookie)
  message.set(request.transaction, 8)
  view.setUint16(20, xorMappedAddress)
  view.setUint16(22, 4 + address.length)
  view.setUint16(24, address.length === 4 ? 1 : 2)
  view.setUint16(26, port ^ (cookie >>> 16))
  const mask = concat(message.subarray(4, 8), request.transaction)
  message.set(
    address.map((byte, i) => byte ^ (mask[i] ?? 0)),
    28,
  )
  return message
}
