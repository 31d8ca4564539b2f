/**
 * What a device says on the LAN: for each contact a token that only that contact can read, different every
 * fifteen minutes, among random ones. Token = the first 16 bytes of HMAC-SHA-256(key of the pair, side (1
 * byte) | epoch (u64 big-endian)); the side keeps the two directions apart.
 */
import { createHmac } from 'node:crypto'
import { compareBytes, equalBytes, toHex } from '../../core/bytes.ts'
import type { DeviceId } from '../../core/ids.ts'
import { networkLimits } from '../../core/limits.ts'

export type Side = 0 | 1

export interface LanPair {
  readonly device: DeviceId
  /** 32 bytes, known to the two devices alone. */
  readonly key: Uint8Array
  /** Which of the two sides is ours. */
  readonly side: Side
}

const perPacket = networkLimits.lanTokensPerPacket
const sizeBytes = networkLimits.lanTokenSizeBytes

function samePair(one: LanPair, other: LanPair | undefined): boolean {
  if (other === undefined || one.device !== other.device || one.side !== other.side) return false
  return equalBytes(one.key, other.key)
}

export function epochOf(nowMs: number): number {
  return Math.max(0, Math.floor(nowMs / networkLimits.lanEpochMs))
}

export function lanToken(key: Uint8Array, side: Side, epoch: number): Uint8Array {
  const input = new Uint8Array(9)
  const view = new DataView(input.buffer)
  view.setUint8(0, side)
  view.setBigUint64(1, BigInt(epoch))
  return Uint8Array.from(createHmac('sha256', key).update(input).digest().subarray(0, sizeBytes))
}

/**
 * Our own tokens of an epoch, in packets of exactly `lanTokensPerPacket`, sorted, so that neither their
 * number nor their order tells anything. The random ones stay the same within an epoch: if they changed,
 * two announcements would tell them from the others.
 */
export class OwnTokens {
  readonly #random: (lengthBytes: number) => Uint8Array
  #pairs: readonly LanPair[] = []
  #epoch = -1
  #packets: readonly (readonly Uint8Array[])[] = []
  #padding: readonly Uint8Array[] = []

  constructor(random: (lengthBytes: number) => Uint8Array) {
    this.#random = random
  }

  /** False when nothing is to be announced anew: these are the pairs already. */
  setPairs(pairs: readonly LanPair[]): boolean {
    const wanted = pairs.slice(0, perPacket * networkLimits.lanPacketsPerAnnouncementMax)
    const isSame = wanted.length === this.#pairs.length && wanted.every((pair, i) => samePair(pair, this.#pairs[i]))
    if (isSame) return false
    this.#pairs = wanted
    this.#packets = []
    return true
  }

  packets(nowMs: number): readonly (readonly Uint8Array[])[] {
    const epoch = epochOf(nowMs)
    if (epoch !== this.#epoch) {
      this.#epoch = epoch
      this.#packets = []
      this.#padding = Array.from({ length: perPacket }, () => this.#random(sizeBytes))
    }
    if (this.#packets.length === 0) this.#packets = this.#build(epoch)
    return this.#packets
  }

  #build(epoch: number): readonly (readonly Uint8Array[])[] {
    const tokens = this.#pairs.map((pair) => lanToken(pair.key, pair.side, epoch))
    const count = Math.max(1, Math.ceil(tokens.length / perPacket))
    const all = [...tokens, ...this.#padding.slice(0, count * perPacket - tokens.length)].toSorted(compareBytes)
    return Array.from({ length: count }, (_, i) => all.slice(i * perPacket, (i + 1) * perPacket))
  }
}

/** Recognises the tokens of our contacts, of this epoch and its neighbours (clocks differ). */
export class KnownTokens {
  #pairs: readonly LanPair[] = []
  #epoch = -1
  #devices = new Map<string, DeviceId>()

  setPairs(pairs: readonly LanPair[]): void {
    this.#pairs = pairs
    this.#epoch = -1
  }

  device(token: Uint8Array, nowMs: number): DeviceId | null {
    this.#refresh(epochOf(nowMs))
    return this.#devices.get(toHex(token)) ?? null
  }

  #refresh(epoch: number): void {
    if (epoch === this.#epoch) return
    this.#epoch = epoch
    this.#devices = new Map()
    for (const pair of this.#pairs) {
      const theirs: Side = pair.side === 0 ? 1 : 0
      for (const near of [epoch - 1, epoch, epoch + 1]) {
        if (near >= 0) this.#devices.set(toHex(lanToken(pair.key, theirs, near)), pair.device)
      }
    }
  }
}
