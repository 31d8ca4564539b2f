/**
 * Asking a router for a port: PCP (RFC 6887) and its elder NAT-PMP (RFC 6886), which share a port. Fixed layouts; what
 * a router answers is read whole or not at all.
 */
import { equalBytes } from '../../core/bytes.ts'
import { err, ok } from '../../core/result.ts'
import type { Result } from '../../core/result.ts'
import { ipBytes } from '../addresses.ts'

export const pmpPort = 5_351
export const pcpNonceBytes = 12

/** A port of the router that leads to us. */
export interface Mapped {
  /** Null when the router did not say its address along with it. */
  readonly host: string | null
  readonly port: number
  readonly lifetimeMs: number
}

export type PmpError =
  | { readonly kind: 'malformed' }
  /** An answer to another question, or of another version's. */
  | { readonly kind: 'notOurs' }
  | { readonly kind: 'refused'; readonly code: number }

const tcp = 6
const mapOpcode = 1
const answerBit = 0x80
const pcpBytes = 60
const pmpMapBytes = 16
const pmpAddressBytes = 12
const pmpMapTcp = 2

/** An IPv4 address as the 16 bytes that PCP has for any address. */
function mappedBytes(host: string): Uint8Array {
  const bytes = new Uint8Array(16)
  bytes.fill(0xff, 10, 12)
  bytes.set(ipBytes(host)?.subarray(0, 4) ?? [], 12)
  return bytes
}

export interface MapRequest {
  /** Our own IPv4 address, as the router sees it. */
  readonly host: string
  readonly port: number
  /** Which one we would like; 0 leaves it to the router. */
  readonly wantedPort: number
  /** 0 gives the port back. */
  readonly lifetimeMs: number
}

/** Asks by PCP for a mapping. */
export function encodePcpMap(request: MapRequest, nonce: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(pcpBytes)
  const view = new DataView(bytes.buffer)
  bytes[0] = 2
  bytes[1] = mapOpcode
  view.setUint32(4, request.lifetimeMs / 1_000)
  bytes.set(mappedBytes(request.host), 8)
  bytes.set(nonce, 24)
  bytes[36] = tcp
  view.setUint16(40, request.port)
  view.setUint16(42, request.wantedPort)
  bytes.set(mappedBytes('0.0.0.0'), 44)
  return bytes
}

/** What a router answered to it. */
export function decodePcpMap(answer: Uint8Array, port: number, nonce: Uint8Array): Result<Mapped, PmpError> {
  const view = new DataView(answer.buffer, answer.byteOffset, answer.length)
  if (answer.length < 4 || answer[0] !== 2 || answer[1] !== (answerBit | mapOpcode)) return err({ kind: 'notOurs' })
  const code = view.getUint8(3)
  if (answer.length !== pcpBytes) return code === 0 ? err({ kind: 'malformed' }) : err({ kind: 'refused', code })
  if (!equalBytes(answer.subarray(24, 36), nonce) || answer[36] !== tcp) return err({ kind: 'notOurs' })
  if (code !== 0) return err({ kind: 'refused', code })
  const host = answer.subarray(44)
  const isIp4 = equalBytes(host.subarray(0, 12), mappedBytes('0.0.0.0').subarray(0, 12))
  if (view.getUint16(40) !== port || !isIp4) return err({ kind: 'malformed' })
  const mapped = view.getUint16(42)
  if (mapped === 0) return err({ kind: 'malformed' })
  return ok({ host: host.subarray(12).join('.'), port: mapped, lifetimeMs: view.getUint32(4) * 1_000 })
}

/** Whether a router answers in the elder version that it does not know the newer one. */
export function knowsPmpAlone(answer: Uint8Array): boolean {
  const [version, operation = 0, high, low] = answer
  return version === 0 && operation >= answerBit && high === 0 && low === 1
}

/** Asks by NAT-PMP for a mapping. */
export function encodePmpMap(request: MapRequest): Uint8Array {
  const bytes = new Uint8Array(12)
  const view = new DataView(bytes.buffer)
  bytes[1] = pmpMapTcp
  view.setUint16(4, request.port)
  view.setUint16(6, request.wantedPort)
  view.setUint32(8, request.lifetimeMs / 1_000)
  return bytes
}

function pmpAnswer(answer: Uint8Array, operation: number, lengthBytes: number): Result<DataView, PmpError> {
  const view = new DataView(answer.buffer, answer.byteOffset, answer.length)
  if (answer.length < 4 || answer[0] !== 0 || answer[1] !== (answerBit | operation)) return err({ kind: 'notOurs' })
  const code = view.getUint16(2)
  if (code !== 0) return err({ kind: 'refused', code })
  return answer.length === lengthBytes ? ok(view) : err({ kind: 'malformed' })
}

/** What a router answered to it. */
export function decodePmpMap(answer: Uint8Array, port: number): Result<Mapped, PmpError> {
  const read = pmpAnswer(answer, pmpMapTcp, pmpMapBytes)
  if (!read.ok) return read
  if (read.value.getUint16(8) !== port) return err({ kind: 'notOurs' })
  const mapped = read.value.getUint16(10)
  if (mapped === 0) return err({ kind: 'malformed' })
  return ok({ host: null, port: mapped, lifetimeMs: read.value.getUint32(12) * 1_000 })
}

/** Asks by NAT-PMP for the public address. */
export function encodePmpAddress(): Uint8Array {
  return new Uint8Array(2)
}

/** What a router answered to it. */
export function decodePmpAddress(answer: Uint8Array): Result<string, PmpError> {
  const read = pmpAnswer(answer, 0, pmpAddressBytes)
  return read.ok ? ok(answer.subarray(8, 12).join('.')) : read
}
