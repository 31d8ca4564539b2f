/**
 * What two devices tell each other to find a direct way: credentials for ICE, the fingerprint of a DTLS certificate
 * and addresses, in a fixed layout. The text that the library wants (SDP, RFC 8866) is written here from checked
 * values; none ever comes from a peer.
 */
import { ByteWriter, decode, toHex, utf8 } from '../../core/bytes.ts'
import type { ByteReader, DecodeError } from '../../core/bytes.ts'
import { networkLimits } from '../../core/limits.ts'
import type { Result } from '../../core/result.ts'
import { ipBytes, socketAddress } from '../addresses.ts'
import type { SocketAddress } from '../addresses.ts'

/** host: of an interface. reflexive: under which a relay sees the device. */
export interface Candidate {
  readonly kind: 'host' | 'reflexive'
  /** Of a UDP socket. */
  readonly address: SocketAddress
}

export interface Description {
  /** ICE's credentials: what the library made at random for this attempt, in the alphabet of base64. */
  readonly name: string
  readonly password: string
  /** SHA-256 of the certificate. */
  readonly fingerprint: Uint8Array
  /** Best first. */
  readonly candidates: readonly Candidate[]
}

/** Who offers waits for who answers to begin with DTLS. */
export type Role = 'offer' | 'answer'

/** The library's name for the one thing that is negotiated. */
export const mediaName = '0'

const version = 1
const fingerprintSizeBytes = 32
/** RFC 8839 section 5.4, with upper bounds of our own. */
const nameLength = { min: 4, max: 32 }
const passwordLength = { min: 22, max: 64 }

/** A description as bytes; of too many candidates the first. */
export function encodeDescription(description: Description): Uint8Array {
  const candidates = description.candidates.slice(0, networkLimits.webrtcCandidatesMax)
  const writer = new ByteWriter().u8(version)
  for (const text of [description.name, description.password]) writer.u8(text.length).bytes(utf8(text))
  writer.bytes(description.fingerprint).u8(candidates.length)
  for (const { kind, address } of candidates) {
    writer.u8(kind === 'host' ? 0 : 1).u8(address.family === 'ip4' ? 4 : 6)
    writer.bytes(ipBytes(address.host) ?? new Uint8Array(4)).u16(address.port)
  }
  return writer.done()
}

/** A text in the alphabet that ICE has for credentials, and in no other. */
function iceText(reader: ByteReader, field: string, length: typeof nameLength): string {
  const got = reader.u8()
  if (got < length.min) reader.refuse({ kind: 'tooShort', field, got, min: length.min })
  if (got > length.max) reader.refuse({ kind: 'tooLong', field, got, max: length.max })
  const text = String.fromCharCode(...reader.bytes(got))
  return /^[A-Za-z0-9+/]+$/.test(text) ? text : reader.refuse({ kind: 'badText', field })
}

/** A description, read whole. */
export function decodeDescription(bytes: Uint8Array): Result<Description, DecodeError> {
  return decode(bytes, (reader) => {
    reader.version('description', version)
    const name = iceText(reader, 'name', nameLength)
    const password = iceText(reader, 'password', passwordLength)
    const fingerprint = reader.bytes(fingerprintSizeBytes)
    const [got, max] = [reader.u8(), networkLimits.webrtcCandidatesMax]
    if (got > max) reader.refuse({ kind: 'tooLong', field: 'candidates', got, max })
    const candidates: Candidate[] = []
    for (let i = 0; i < got; i++) {
      const kind = reader.u8()
      if (kind > 1) reader.refuse({ kind: 'badValue', field: 'kind', got: kind })
      const family = reader.u8()
      if (family !== 4 && family !== 6) reader.refuse({ kind: 'badValue', field: 'family', got: family })
      const host = hostOf(reader.bytes(family === 4 ? 4 : 16))
      const port = reader.u16()
      const address = socketAddress(host, port)
      if (address === null) return reader.refuse({ kind: 'badValue', field: 'port', got: port })
      candidates.push({ kind: kind === 0 ? 'host' : 'reflexive', address })
    }
    return { name, password, fingerprint, candidates }
  })
}

function hostOf(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.')
  return toHex(bytes)
    .replaceAll(/(....)/g, '$1:')
    .slice(0, -1)
}

/** As RFC 8445 section 5.1.2.1 has it: what kind, which place in the list, the one component. */
function priorityOf(kind: Candidate['kind'], index: number): number {
  return (kind === 'host' ? 126 : 100) * 2 ** 24 + (65_535 - index) * 2 ** 8 + 255
}

/** The other device's candidates as the library reads them. */
export function candidateTexts(candidates: readonly Candidate[]): readonly string[] {
  return candidates.map(({ kind, address: { host, port } }, index) => {
    const type = kind === 'host' ? 'typ host' : 'typ srflx raddr 0.0.0.0 rport 0'
    return `candidate:${index + 1} 1 UDP ${priorityOf(kind, index)} ${host} ${port} ${type}`
  })
}

/** The other device's description as the library reads it, without the candidates. */
export function sessionText(description: Description, role: Role): string {
  const fingerprint = toHex(description.fingerprint)
    .toUpperCase()
    .replaceAll(/(..)(?=.)/g, '$1:')
  return [
    'v=0',
    'o=- 1 1 IN IP4 0.0.0.0',
    's=-',
    't=0 0',
    `a=group:BUNDLE ${mediaName}`,
    `a=fingerprint:sha-256 ${fingerprint}`,
    'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    'c=IN IP4 0.0.0.0',
    `a=mid:${mediaName}`,
    'a=sendrecv',
    'a=sctp-port:5000',
    `a=max-message-size:${networkLimits.webrtcMessageSizeBytesMax}`,
    `a=setup:${role === 'offer' ? 'actpass' : 'active'}`,
    `a=ice-ufrag:${description.name}`,
    `a=ice-pwd:${description.password}`,
    '',
  ].join('\r\n')
}

/** What stands in the library's own description; null when it is not as we know it. */
export function readSession(text: string): Omit<Description, 'candidates'> | null {
  const fingerprint = fingerprintOf(text)
  const [, name] = /^a=ice-ufrag:([A-Za-z0-9+/]{4,32})\r?$/m.exec(text) ?? []
  const [, password] = /^a=ice-pwd:([A-Za-z0-9+/]{22,64})\r?$/m.exec(text) ?? []
  const known = fingerprint !== null && name !== undefined && password !== undefined
  return known ? { name, password, fingerprint } : null
}

function fingerprintOf(text: string): Uint8Array | null {
  const match = /^a=fingerprint:sha-256 ((?:[0-9A-F]{2}:){31}[0-9A-F]{2})\r?$/im.exec(text)
  const [, digits = ''] = match ?? []
  return match === null ? null : Uint8Array.from(digits.split(':'), (byte) => Number.parseInt(byte, 16))
}

/** The candidates that stand in the library's own description, without those of TCP, of TURN, or under a name. */
export function candidatesIn(text: string): readonly Candidate[] {
  return text.split(/\r?\n/).flatMap((line) => candidateOf(line) ?? [])
}

function candidateOf(line: string): Candidate | null {
  const match = /^a=candidate:\S+ 1 UDP \d+ (\S+) (\d+) typ (host|srflx)\b/i.exec(line)
  if (match === null) return null
  const [, host = '', port = '', kind = ''] = match
  const address = socketAddress(host, Number(port))
  return address === null ? null : { kind: kind.toLowerCase() === 'host' ? 'host' : 'reflexive', address }
}
