/**
 * What a sitting of people nearby multicasts: one TXT record of `_waxwing-nearby._tcp.local` with one string of version
 * (1 byte), port (u16 big-endian) and the sitting's fresh key (32 bytes). PROTOCOL.md, "People nearby".
 */
import type { DeviceId } from '../../core/ids.ts'
import { deviceIdOf, idBytes } from '../../core/ids.ts'
import { err, ok } from '../../core/result.ts'
import type { Result } from '../../core/result.ts'

export const nearbyService = '_waxwing-nearby._tcp.local'

const version = 1
const headBytes = 3
const keyBytes = 32

export interface NearbyAnnouncement {
  readonly port: number
  /** The key of the sitting, which is no device's for longer than that. */
  readonly peer: DeviceId
}

export type NearbyAnnouncementError =
  | { readonly kind: 'notOurs' }
  | { readonly kind: 'badVersion'; readonly got: number; readonly wanted: number }
  | { readonly kind: 'malformed' }

/** The strings of the TXT record. */
export function encodeNearbyAnnouncement({ port, peer }: NearbyAnnouncement): Buffer[] {
  return [Buffer.from([version, port >> 8, port & 0xff, ...idBytes(peer)])]
}

function isOurs(record: unknown): record is { readonly data: unknown } {
  if (typeof record !== 'object' || record === null) return false
  const { name, type } = record as { readonly name?: unknown; readonly type?: unknown }
  return type === 'TXT' && typeof name === 'string' && name.toLowerCase() === nearbyService && 'data' in record
}

/** Reads what a stranger multicast: any value at all, as the DNS library decoded it. */
export function decodeNearbyAnnouncement(answers: unknown): Result<NearbyAnnouncement, NearbyAnnouncementError> {
  if (!Array.isArray(answers)) return err({ kind: 'notOurs' })
  const record: unknown = answers.find(isOurs)
  if (!isOurs(record) || !Array.isArray(record.data)) return err({ kind: 'notOurs' })
  const parts: readonly unknown[] = record.data
  const [part] = parts
  if (!(part instanceof Uint8Array) || parts.length !== 1) return err({ kind: 'malformed' })
  const [got = 0, high = 0, low = 0] = part
  if (part.length > 0 && got !== version) return err({ kind: 'badVersion', got, wanted: version })
  const port = high * 256 + low
  if (part.length !== headBytes + keyBytes || port === 0) return err({ kind: 'malformed' })
  return ok({ port, peer: deviceIdOf(Uint8Array.from(part.subarray(headBytes))) })
}
