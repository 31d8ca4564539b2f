/**
 * Announcements as DNS records (RFC 6762): one TXT record of `_waxwing._tcp.local`, whose first string is
 * version (1 byte) and port (u16 big-endian) and whose others carry fifteen tokens each. Neither a name, a
 * key nor an address is in it: the address is the packet's own sender.
 */
import { networkLimits } from '../../core/limits.ts'
import { err, ok } from '../../core/result.ts'
import type { Result } from '../../core/result.ts'

export const serviceName = '_waxwing._tcp.local'

const version = 1
const headBytes = 3
const tokensPerString = 15
const tokenBytes = networkLimits.lanTokenSizeBytes
const stringBytes = tokensPerString * tokenBytes
const strings = networkLimits.lanTokensPerPacket / tokensPerString

export interface Announcement {
  readonly port: number
  readonly tokens: readonly Uint8Array[]
}

export type AnnouncementError =
  | { readonly kind: 'notOurs' }
  | { readonly kind: 'badVersion'; readonly got: number; readonly wanted: number }
  | { readonly kind: 'malformed' }

/** Of DNS (RFC 1035, section 4.1): the header, and what a question and a record need at least. */
const dnsHeaderBytes = 12
const dnsQuestionBytesMin = 5
const dnsRecordBytesMin = 11

/**
 * Whether a datagram can hold as much as its header says. The DNS library believes the header: of 53 bytes it would
 * make four times 65,535 records.
 */
export function isPlausiblePacket(datagram: Uint8Array): boolean {
  if (datagram.length < dnsHeaderBytes || datagram.length > networkLimits.lanPacketSizeBytesMax) return false
  const header = new DataView(datagram.buffer, datagram.byteOffset, dnsHeaderBytes)
  const [questions, ...records] = [4, 6, 8, 10].map((at) => header.getUint16(at)) as [number, ...number[]]
  const wanted = records.reduce((sum, count) => sum + count * dnsRecordBytesMin, questions * dnsQuestionBytesMin)
  return dnsHeaderBytes + wanted <= datagram.length
}

/** The strings of the TXT record. The caller gives exactly `lanTokensPerPacket` tokens. */
export function encodeAnnouncement(announcement: Announcement): Buffer[] {
  const { port, tokens } = announcement
  const head = Buffer.of(version, port >> 8, port & 0xff)
  const parts = Array.from({ length: strings }, (_, i) =>
    Buffer.concat(tokens.slice(i * tokensPerString, (i + 1) * tokensPerString)),
  )
  return [head, ...parts]
}

/** Reads what a stranger multicast: any value at all, as the DNS library decoded it. */
export function decodeAnnouncement(answers: unknown): Result<Announcement, AnnouncementError> {
  if (!Array.isArray(answers)) return err({ kind: 'notOurs' })
  const record: unknown = answers.find(isOurs)
  if (!isOurs(record) || !Array.isArray(record.data)) return err({ kind: 'notOurs' })
  const parts: readonly unknown[] = record.data
  const [head, ...rest] = parts
  if (!(head instanceof Uint8Array) || head.length !== headBytes) return err({ kind: 'malformed' })
  const [got = 0, high = 0, low = 0] = head
  if (got !== version) return err({ kind: 'badVersion', got, wanted: version })
  const port = high * 256 + low
  if (port === 0 || rest.length !== strings) return err({ kind: 'malformed' })
  const tokens: Uint8Array[] = []
  for (const part of rest) {
    if (!(part instanceof Uint8Array) || part.length !== stringBytes) return err({ kind: 'malformed' })
    for (let at = 0; at < stringBytes; at += tokenBytes)
      tokens.push(Uint8Array.from(part.subarray(at, at + tokenBytes)))
  }
  return ok({ port, tokens })
}

function isOurs(record: unknown): record is { readonly data: unknown } {
  if (typeof record !== 'object' || record === null) return false
  if (!('type' in record) || !('name' in record) || !('data' in record)) return false
  return record.type === 'TXT' && typeof record.name === 'string' && record.name.toLowerCase() === serviceName
}

/** Whether somebody asks who is there. */
export function isQuestion(questions: unknown): boolean {
  return (
    Array.isArray(questions) &&
    questions.some((one: unknown) => {
      if (typeof one !== 'object' || one === null || !('name' in one)) return false
      return typeof one.name === 'string' && one.name.toLowerCase() === serviceName
    })
  )
}
