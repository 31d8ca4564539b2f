/** PROTOCOL.md, "While a device is away" and "Rendezvous": what lies in a mailbox. */
import { Layout, join, refuse, str16, text, u64, u8 } from './bytes.ts'
import { hmac } from './derive.ts'
import { sign, verify } from './identity.ts'
import { pad, unpad } from './padding.ts'
import { primitives } from './primitives.ts'

export interface Mail {
  readonly tag: Uint8Array
  readonly key: Uint8Array
}

/** K, M, O, day and use, as the text names them. */
export function mailOf(k: Uint8Array, m: Uint8Array, o: Uint8Array, day: number, use: 'item' | 'record'): Mail {
  const root = primitives.hkdfSha256(k, new Uint8Array(0), text('waxwing/1/mailbox'), 32)
  const four = Uint8Array.of(day >>> 24, day >>> 16, day >>> 8, day)
  const made = (what: string) => hmac(root, join(text(`${what}/${use}`), Uint8Array.of(0), m, o, four))
  return { tag: made('tag').slice(0, 16), key: made('key') }
}

export function sealMail({ tag, key }: Mail, nonce: Uint8Array, x: Uint8Array): Uint8Array {
  return join(nonce, primitives.xchachaSeal(key, nonce, pad(x), tag))
}

export function openMail({ tag, key }: Mail, item: Uint8Array): Uint8Array {
  if (item.length <= 40) return refuse('mail')
  return unpad(primitives.xchachaOpen(key, item.slice(0, 24), item.slice(24), tag) ?? refuse('mail'))
}

const namespace = 'whereabouts@waxwing'

/** What a record of O for B says. */
export interface Word {
  timeMs: number
  addresses: string[]
}

export function writeWord({ timeMs, addresses }: Word, o: Uint8Array, b: Uint8Array, seed: Uint8Array): Uint8Array {
  const said = join(u8(2), u64(timeMs), u8(addresses.length), ...addresses.map((address) => str16(text(address))))
  return join(said, sign(seed, namespace, join(o, b, said)))
}

export function readWord(record: Uint8Array, o: Uint8Array, b: Uint8Array, signer: Uint8Array): Word {
  const layout = new Layout(record, 'record')
  if (layout.int(1) !== 2) return refuse('version')
  const timeMs = layout.int(8)
  if (timeMs > 8_640_000_000_000_000) return refuse('record')
  const count = layout.int(1)
  if (count > 8) return refuse('record')
  const addresses = Array.from({ length: count }, () => {
    const length = layout.int(2)
    if (length > 200) return refuse('record')
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(layout.take(length))
  })
  const signature = layout.take(64)
  layout.end()
  verify(signer, namespace, join(o, b, record.slice(0, -64)), signature)
  return { timeMs, addresses }
}

/** What whoever has a slot is told: K, and the public key of S. */
export function grantOf(seed: Uint8Array): { key: Uint8Array; signer: Uint8Array } {
  const derived = (label: string) => primitives.hkdfSha256(seed, new Uint8Array(0), text(label), 32)
  return {
    key: derived('waxwing/1/mail-slot'),
    signer: primitives.ed25519PublicKey(derived('waxwing/1/mail-signer')),
  }
}
