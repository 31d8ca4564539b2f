import { describe, expect, it } from 'vitest'
import { accountIdOf, deviceIdOf } from '../ids.ts'
import { directConversationId, eventIdFor, selfConversationId } from './ids.ts'

/** Stands in for SHA-256: this layer only needs that other inputs give other outputs. */
function sha256(bytes: Uint8Array): Uint8Array {
  const state = new Uint32Array(8).fill(0x811c9dc5)
  for (const byte of bytes) {
    for (let i = 0; i < 8; i++) state[i] = Math.imul((state[i] as number) ^ (byte + i * 257), 0x01000193)
  }
  return new Uint8Array(state.buffer)
}

const account = (fill: number) => accountIdOf(new Uint8Array(32).fill(fill))
const device = (fill: number) => deviceIdOf(new Uint8Array(32).fill(fill))

describe('conversation ids', () => {
  it('are the same from both sides, and nobody else’s', () => {
    const direct = directConversationId(sha256, account(1), account(2))
    expect(directConversationId(sha256, account(2), account(1))).toBe(direct)
    expect(directConversationId(sha256, account(1), account(3))).not.toBe(direct)
    expect(selfConversationId(sha256, account(1))).not.toBe(directConversationId(sha256, account(1), account(1)))
  })
})

describe('event ids', () => {
  it('differ by sender, conversation, place and nonce', () => {
    const nonce = new Uint8Array(16).fill(7)
    const here = directConversationId(sha256, account(1), account(2))
    const elsewhere = selfConversationId(sha256, account(1))
    const ids = [
      eventIdFor(sha256, device(1), here, 1, nonce),
      eventIdFor(sha256, device(2), here, 1, nonce),
      eventIdFor(sha256, device(1), elsewhere, 1, nonce),
      eventIdFor(sha256, device(1), here, 2, nonce),
      eventIdFor(sha256, device(1), here, 1, new Uint8Array(16).fill(8)),
    ]
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids[0]).toMatch(/^[0-9a-f]{32}$/)
  })
})
