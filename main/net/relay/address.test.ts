import { publicKeyFromRaw } from '@libp2p/crypto/keys'
import { peerIdFromPublicKey } from '@libp2p/peer-id'
import { describe, expect, it } from 'vitest'
import { deviceKey, deviceOfKey, peerOf } from '../keys.ts'
import { formatRelayed, parseRelayed } from './address.ts'

const relay = deviceOfKey(await deviceKey(new Uint8Array(32).fill(7)))
const name = String(peerOf(relay))
const anybodys = peerIdFromPublicKey(publicKeyFromRaw(Uint8Array.of(1, ...Array<number>(31).fill(0)))).toString()

describe('parseRelayed', () => {
  it.each([
    [`/ip4/9.9.9.9/tcp/4001/p2p/${name}/p2p-circuit`, `/ip4/9.9.9.9/tcp/4001/p2p/${name}/p2p-circuit`],
    [`/onion3/${'a'.repeat(56)}:1/p2p/${name}/p2p-circuit`, `/onion3/${'a'.repeat(56)}:1/p2p/${name}/p2p-circuit`],
    [`/ip6/2001:DB8::0:1/tcp/1/p2p/${name}/p2p-circuit`, `/ip6/2001:db8::1/tcp/1/p2p/${name}/p2p-circuit`],
  ])('reads %s', (text, canonical) => {
    const address = parseRelayed(text)
    expect(address?.relay).toBe(relay)
    expect(address === null ? null : formatRelayed(address)).toBe(canonical)
  })

  it.each([
    '',
    '/p2p-circuit',
    `/p2p/${name}/p2p-circuit`,
    '/ip4/9.9.9.9/tcp/4001/p2p-circuit',
    `/ip4/9.9.9.9/tcp/4001/p2p/${name}`,
    `/ip4/9.9.9.9/tcp/4001/p2p/${name}/p2p-circuit/p2p/${name}`,
    `/ip4/9.9.9.9/tcp/4001/p2p/${name}/p2p-circuit/p2p/${name}/p2p-circuit`,
    `/ip4/9.9.9.9/udp/4001/p2p/${name}/p2p-circuit`,
    `/dns4/example.org/tcp/4001/p2p/${name}/p2p-circuit`,
    `/ip4/9.9.9.9/tcp/0/p2p/${name}/p2p-circuit`,
    `/ip4/9.9.9.9/tcp/4001/p2p/${name.slice(0, -1)}/p2p-circuit`,
    `/ip4/9.9.9.9/tcp/4001/p2p/${name.replace('1', '0')}/p2p-circuit`,
    // An RSA key, whose owner no device of ours can be.
    '/ip4/9.9.9.9/tcp/4001/p2p/QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N/p2p-circuit',
    // A key of small order, which anybody can prove.
    `/ip4/9.9.9.9/tcp/4001/p2p/${anybodys}/p2p-circuit`,
    `/ip4/9.9.9.9/tcp/4001/p2p/${'1'.repeat(200)}/p2p-circuit`,
  ])('refuses %j', (text) => {
    expect(parseRelayed(text)).toBeNull()
  })
})
