/**
 * Frames on the long stream between two devices: fixed layouts, PROTOCOL.md "Frames". The length
 * prefix is the network adapter's; the stream itself is inside Noise.
 */
import { assert, unreachable } from '../assert.ts'
import type { ByteReader, DecodeError } from '../bytes.ts'
import { ByteWriter, concat, decode } from '../bytes.ts'
import type { EnvelopeId, InviteId } from '../ids.ts'
import { envelopeIdOf, idBytes, inviteIdOf } from '../ids.ts'
import { protocolLimits } from '../limits.ts'
import type { Result } from '../result.ts'
import { err, ok } from '../result.ts'
import { paddedFrameLength } from './padding.ts'

export const frameVersion = 1

const frameTypes = {
  envelope: 1,
  ack: 2,
  reject: 3,
  bundleRequest: 4,
  bundleReply: 5,
  goodbye: 6,
} as const

const rejectReasons = { noSession: 1, undecryptable: 2, notAContact: 3, malformed: 4, busy: 5 } as const
const goodbyeReasons = { closing: 1, notAContact: 2, protocol: 3, busy: 4 } as const
const bundleProblems = { unknown: 1, used: 2, expired: 3, withdrawn: 4, busy: 5 } as const
const purposes = { invite: 1, renew: 2 } as const

export type RejectReason = keyof typeof rejectReasons
export type GoodbyeReason = keyof typeof goodbyeReasons
export type BundleProblem = keyof typeof bundleProblems

/** For whom a bundle is asked: for an invite (`proof`, 32 bytes, shows knowledge of its secret), or by a known contact. */
export type BundlePurpose =
  | { readonly kind: 'invite'; readonly inviteId: InviteId; readonly proof: Uint8Array }
  | { readonly kind: 'renew' }

export type BundleStatus = { readonly kind: 'ok'; readonly bundle: Uint8Array } | { readonly kind: BundleProblem }

/** Everything that two devices say to each other outside a seal. `requestId` is 16 bytes. */
export type Frame =
  | { readonly kind: 'envelope'; readonly sealed: Uint8Array }
  /** The receiver has stored these: 1 to `ackEnvelopesMax`. */
  | { readonly kind: 'ack'; readonly envelopeIds: readonly EnvelopeId[] }
  | { readonly kind: 'reject'; readonly envelopeId: EnvelopeId; readonly reason: RejectReason }
  | { readonly kind: 'bundleRequest'; readonly requestId: Uint8Array; readonly purpose: BundlePurpose }
  | { readonly kind: 'bundleReply'; readonly requestId: Uint8Array; readonly status: BundleStatus }
  | { readonly kind: 'goodbye'; readonly reason: GoodbyeReason }

export type FrameError =
  | { readonly kind: 'frameTooLarge'; readonly got: number; readonly max: number }
  | { readonly kind: 'unknownVersion'; readonly got: number; readonly known: number }
  | { readonly kind: 'unknownType'; readonly got: number }
  | { readonly kind: 'malformed'; readonly error: DecodeError }

const headBytes = 2
const idSizeBytes = 16
const proofSizeBytes = 32

/** The most that an envelope may carry so that its frame keeps to `frameSizeBytesMax`. */
export const sealedSizeBytesMax = protocolLimits.frameSizeBytesMax - headBytes

function padded(type: number, fields: Uint8Array): Uint8Array {
  const frame = new Uint8Array(paddedFrameLength(headBytes + fields.length))
  frame[0] = frameVersion
  frame[1] = type
  frame.set(fields, headBytes)
  return frame
}

function statusFields(status: BundleStatus): Uint8Array {
  if (status.kind !== 'ok') return Uint8Array.of(bundleProblems[status.kind])
  assert(status.bundle.length <= protocolLimits.bundleReplySizeBytesMax, 'bundle too large for a frame')
  return new ByteWriter().u8(0).prefixed(status.bundle).done()
}

function purposeFields(purpose: BundlePurpose): Uint8Array {
  if (purpose.kind === 'renew') return Uint8Array.of(purposes.renew)
  assert(purpose.proof.length === proofSizeBytes, 'proof of another length')
  return concat(Uint8Array.of(purposes.invite), idBytes(purpose.inviteId), purpose.proof)
}

/** The frame's bytes, control frames padded to a size class. Values out of bounds are broken invariants. */
export function encodeFrame(frame: Frame): Uint8Array {
  switch (frame.kind) {
    case 'envelope': {
      assert(frame.sealed.length > 0 && frame.sealed.length <= sealedSizeBytesMax, 'envelope out of bounds')
      const bytes = new Uint8Array(headBytes + frame.sealed.length)
      bytes[0] = frameVersion
      bytes[1] = frameTypes.envelope
      bytes.set(frame.sealed, headBytes)
      return bytes
    }
    case 'ack': {
      const count = frame.envelopeIds.length
      assert(count >= 1 && count <= protocolLimits.ackEnvelopesMax, 'ack out of bounds')
      return padded(frameTypes.ack, concat(Uint8Array.of(count), ...frame.envelopeIds.map(idBytes)))
    }
    case 'reject':
      return padded(frameTypes.reject, concat(idBytes(frame.envelopeId), Uint8Array.of(rejectReasons[frame.reason])))
    case 'bundleRequest':
      assert(frame.requestId.length === idSizeBytes, 'request id of another length')
      return padded(frameTypes.bundleRequest, concat(frame.requestId, purposeFields(frame.purpose)))
    case 'bundleReply':
      assert(frame.requestId.length === idSizeBytes, 'request id of another length')
      return padded(frameTypes.bundleReply, concat(frame.requestId, statusFields(frame.status)))
    case 'goodbye':
      return padded(frameTypes.goodbye, Uint8Array.of(goodbyeReasons[frame.reason]))
    default:
      return unreachable(frame)
  }
}

/** A code of one byte as its name; any other code is `badValue`. */
function named<Name extends string>(reader: ByteReader, field: string, codes: Readonly<Record<Name, number>>): Name {
  const got = reader.u8()
  for (const name of Object.keys(codes) as Name[]) if (codes[name] === got) return name
  return reader.refuse({ kind: 'badValue', field, got })
}

function readAck(reader: ByteReader): Frame {
  const count = reader.u8()
  const max = protocolLimits.ackEnvelopesMax
  if (count === 0) reader.refuse({ kind: 'badValue', field: 'ack count', got: count })
  if (count > max) reader.refuse({ kind: 'tooLong', field: 'ack', got: count, max })
  const envelopeIds: EnvelopeId[] = []
  for (let i = 0; i < count; i++) envelopeIds.push(envelopeIdOf(reader.bytes(idSizeBytes)))
  return { kind: 'ack', envelopeIds }
}

function readPurpose(reader: ByteReader): BundlePurpose {
  if (named(reader, 'purpose', purposes) === 'renew') return { kind: 'renew' }
  const inviteId = inviteIdOf(reader.bytes(idSizeBytes))
  return { kind: 'invite', inviteId, proof: reader.bytes(proofSizeBytes) }
}

function readStatus(reader: ByteReader): BundleStatus {
  const status = named(reader, 'status', { ok: 0, ...bundleProblems })
  if (status !== 'ok') return { kind: status }
  return { kind: 'ok', bundle: reader.prefixed('bundle', protocolLimits.bundleReplySizeBytesMax) }
}

const controlLayouts: Readonly<Record<number, (reader: ByteReader) => Frame>> = {
  [frameTypes.ack]: readAck,
  [frameTypes.reject]: (reader) => ({
    kind: 'reject',
    envelopeId: envelopeIdOf(reader.bytes(idSizeBytes)),
    reason: named(reader, 'reason', rejectReasons),
  }),
  [frameTypes.bundleRequest]: (reader) => ({
    kind: 'bundleRequest',
    requestId: reader.bytes(idSizeBytes),
    purpose: readPurpose(reader),
  }),
  [frameTypes.bundleReply]: (reader) => ({
    kind: 'bundleReply',
    requestId: reader.bytes(idSizeBytes),
    status: readStatus(reader),
  }),
  [frameTypes.goodbye]: (reader) => ({
    kind: 'goodbye',
    reason: named(reader, 'reason', goodbyeReasons),
  }),
}

/** The rest must be zeros, and exactly as many as the size class asks for: one frame has one encoding. */
function readPadding(reader: ByteReader, frameBytes: number): void {
  const wanted = paddedFrameLength(frameBytes - reader.left)
  if (frameBytes < wanted) reader.refuse({ kind: 'truncated', wanted, left: frameBytes })
  if (frameBytes > wanted) reader.refuse({ kind: 'trailing', left: frameBytes - wanted })
  for (const byte of reader.bytes(reader.left)) {
    if (byte !== 0) reader.refuse({ kind: 'badValue', field: 'padding', got: byte })
  }
}

/** Decodes one frame: total, and bounded by `frameSizeBytesMax`. An envelope's bytes are a view of the input. */
export function decodeFrame(bytes: Uint8Array): Result<Frame, FrameError> {
  const max = protocolLimits.frameSizeBytesMax
  if (bytes.length > max) return err({ kind: 'frameTooLarge', got: bytes.length, max })
  const [version, type] = bytes
  if (version === undefined || type === undefined) {
    return err({ kind: 'malformed', error: { kind: 'truncated', wanted: headBytes, left: bytes.length } })
  }
  if (version !== frameVersion) return err({ kind: 'unknownVersion', got: version, known: frameVersion })
  const body = bytes.subarray(headBytes)
  if (type === frameTypes.envelope) {
    if (body.length > 0) return ok({ kind: 'envelope', sealed: body })
    return err({ kind: 'malformed', error: { kind: 'truncated', wanted: 1, left: 0 } })
  }
  const layout = controlLayouts[type]
  if (layout === undefined) return err({ kind: 'unknownType', got: type })
  const decoded = decode(body, (reader) => {
    const frame = layout(reader)
    readPadding(reader, bytes.length)
    return frame
  })
  return decoded.ok ? decoded : err({ kind: 'malformed', error: decoded.error })
}
