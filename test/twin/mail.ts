/** PROTOCOL.md, "While a device is away": what lies in a mailbox. */
import { join, refuse, text } from './bytes.ts'
import { hmac } from './derive.ts'
import { pad, unpad } from './padding.ts'
import { primitives } from './primitives.ts'

export interface Mail {
  readonly tag: Uint8Array
  readonly key: Uint8Array
}

/** K, M, B, day and use, as the text names them. */
export function mailOf(k: Uint8Array, m: Uint8Array, b: Uint8Array, day: number, use: 'item' | 'record'): Mail {
  const root = primitives.hkdfSha256(k, new Uint8Array(0), text('waxwing/1/mailbox'), 32)
  const four = Uint8Array.of(day >>> 24, day >>> 16, day >>> 8, day)
  const made = (what: string) => hmac(root, join(text(`${what}/${use}`), Uint8Array.of(0), m, b, four))
  return { tag: made('tag').slice(0, 16), key: made('key') }
}

export function sealMail({ tag, key }: Mail, nonce: Uint8Array, x: Uint8Array): Uint8Array {
  return join(nonce, primitives.xchachaSeal(key, nonce, pad(x), tag))
}

export function openMail({ tag, key }: Mail, item: Uint8Array): Uint8Array {
  if (item.length <= 40) return refuse('mail')
  return unpad(primitives.xchachaOpen(key, item.slice(0, 24), item.slice(24), tag) ?? refuse('mail'))
}
