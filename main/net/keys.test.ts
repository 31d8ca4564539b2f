import { publicKeyFromRaw } from '@libp2p/crypto/keys'
import { peerIdFromPublicKey } from '@libp2p/peer-id'
import { describe, expect, it } from 'vitest'
import { fromHex } from '../core/bytes.ts'
import { deviceIdOf } from '../core/ids.ts'
import { deviceKey, deviceOf, deviceOfKey, peerOf } from './keys.ts'

function key(hex: string): Uint8Array {
  const bytes = fromHex(hex)
  if (!bytes.ok) throw new Error(hex)
  return bytes.value
}

/** As libp2p hands over a peer that has proved its key. */
function remotePeer(raw: Uint8Array) {
  return peerIdFromPublicKey(publicKeyFromRaw(raw))
}

describe('a device', () => {
  it('and its peer stand for each other', async () => {
    for (let fill = 0; fill < 20; fill++) {
      const made = await deviceKey(new Uint8Array(32).fill(fill))
      const device = deviceOfKey(made)
      expect(peerOf(device)?.publicKey?.raw).toEqual(made.publicKey.raw)
      expect(deviceOf(remotePeer(made.publicKey.raw))).toBe(device)
    }
  })

  it('has no key of small order, for which anybody can sign', () => {
    const unsafe = ['00'.repeat(32), `01${'00'.repeat(31)}`, `ec${'ff'.repeat(30)}7f`, `ec${'ff'.repeat(31)}`]
    for (const raw of unsafe.map(key)) {
      expect(peerOf(deviceIdOf(raw))).toBeNull()
      expect(deviceOf(remotePeer(raw))).toBeNull()
    }
  })

  it('has no key that could be written otherwise', () => {
    for (let first = 0xed; first <= 0xff; first++) {
      for (const last of ['7f', 'ff']) {
        const raw = key(first.toString(16) + 'ff'.repeat(30) + last)
        expect(peerOf(deviceIdOf(raw))).toBeNull()
        expect(deviceOf(remotePeer(raw))).toBeNull()
      }
    }
  })
})
