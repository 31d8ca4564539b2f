import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { compareBytes, toHex } from '../../core/bytes.ts'
import { deviceIdOf } from '../../core/ids.ts'
import { networkLimits } from '../../core/limits.ts'
import { epochOf, KnownTokens, lanToken, OwnTokens } from './tokens.ts'
import type { LanPair } from './tokens.ts'

const epochMs = networkLimits.lanEpochMs
const nowMs = 1_800_000_000_000
const alice = deviceIdOf(new Uint8Array(32).fill(1))
const bob = deviceIdOf(new Uint8Array(32).fill(2))
const key = new Uint8Array(32).fill(7)

function pairs(count: number): LanPair[] {
  return Array.from({ length: count }, (_, i) => ({
    device: bob,
    key: new Uint8Array(32).fill(i + 1),
    side: 0 as const,
  }))
}

function hexes(packets: readonly (readonly Uint8Array[])[]): string[] {
  return packets.flat().map(toHex)
}

describe('our own tokens', () => {
  it('are announced anew only for other pairs, however often a contact makes us look', () => {
    const own = new OwnTokens((lengthBytes) => Uint8Array.from(randomBytes(lengthBytes)))
    expect(own.setPairs([])).toBe(false)
    expect(own.setPairs(pairs(3))).toBe(true)
    const before = hexes(own.packets(nowMs))
    expect(own.setPairs(pairs(3))).toBe(false)
    expect(hexes(own.packets(nowMs))).toEqual(before)
    expect(own.setPairs(pairs(2))).toBe(true)
    expect(own.setPairs(pairs(2).map((pair) => ({ ...pair, side: 1 as const })))).toBe(true)
    expect(own.setPairs(pairs(2).map((pair) => ({ ...pair, side: 1 as const, key })))).toBe(true)
  })
})

describe('lanToken', () => {
  it('is the HMAC that the protocol says', () => {
    // Computed with: printf '\x00\x00\x00\x00\x00\x00\x00\x00\x2a' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0707…07
    expect(toHex(lanToken(key, 0, 42))).toBe('1ad253faa36c3c8440025d29d2e97a7c')
  })

  it('differs by key, side and epoch', () => {
    const tokens = [
      lanToken(key, 0, 42),
      lanToken(key, 1, 42),
      lanToken(key, 0, 43),
      lanToken(new Uint8Array(32), 0, 42),
    ]
    expect(new Set(tokens.map(toHex)).size).toBe(4)
  })
})

describe('OwnTokens and KnownTokens', () => {
  it('let the two of a pair know each other, and nobody else', () => {
    const ours = new OwnTokens((length) => Uint8Array.from(randomBytes(length)))
    ours.setPairs([{ device: bob, key, side: 0 }])
    const theirs = new KnownTokens()
    theirs.setPairs([{ device: alice, key, side: 1 }])
    const stranger = new KnownTokens()
    stranger.setPairs([{ device: alice, key: new Uint8Array(32).fill(8), side: 1 }])
    const tokens = ours.packets(nowMs).flat()
    expect(tokens.map((token) => theirs.device(token, nowMs)).filter((one) => one !== null)).toEqual([alice])
    expect(tokens.map((token) => stranger.device(token, nowMs)).filter((one) => one !== null)).toEqual([])
    // Nor does one take one's own announcement for the other's.
    const self = new KnownTokens()
    self.setPairs([{ device: bob, key, side: 0 }])
    expect(tokens.map((token) => self.device(token, nowMs)).filter((one) => one !== null)).toEqual([])
  })

  it('bear with a clock that is one epoch off, not two', () => {
    const theirs = new KnownTokens()
    theirs.setPairs([{ device: alice, key, side: 1 }])
    const token = lanToken(key, 0, epochOf(nowMs))
    const at = [-2, -1, 0, 1, 2].map((epochs) => theirs.device(token, nowMs + epochs * epochMs) === alice)
    expect(at).toEqual([false, true, true, true, false])
  })

  it('say the same within an epoch and nothing of it in the next', () => {
    const ours = new OwnTokens((length) => Uint8Array.from(randomBytes(length)))
    ours.setPairs(pairs(3))
    const start = epochOf(nowMs) * epochMs
    const first = hexes(ours.packets(start))
    expect(hexes(ours.packets(start + epochMs - 1))).toEqual(first)
    const second = hexes(ours.packets(start + epochMs))
    expect(second.filter((token) => first.includes(token))).toEqual([])
  })

  it('do not tell how many contacts there are, nor which tokens are real', () => {
    const ours = new OwnTokens((length) => Uint8Array.from(randomBytes(length)))
    for (const count of [0, 1, 59, 60]) {
      ours.setPairs(pairs(count))
      const packets = ours.packets(nowMs)
      expect(packets.map((packet) => packet.length)).toEqual([60])
      expect(packets.flat()).toEqual(packets.flat().toSorted(compareBytes))
    }
    ours.setPairs(pairs(61))
    expect(ours.packets(nowMs).map((packet) => packet.length)).toEqual([60, 60])
    ours.setPairs(pairs(200))
    expect(ours.packets(nowMs).map((packet) => packet.length)).toEqual([60, 60, 60, 60])
  })

  it('are bounded for whoever has very many contacts', () => {
    const ours = new OwnTokens((length) => Uint8Array.from(randomBytes(length)))
    ours.setPairs(
      Array.from({ length: 5_000 }, () => ({ device: bob, key: Uint8Array.from(randomBytes(32)), side: 0 as const })),
    )
    expect(ours.packets(nowMs).length).toBe(networkLimits.lanPacketsPerAnnouncementMax)
  })
})
