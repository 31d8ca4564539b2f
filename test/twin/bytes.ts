/** PROTOCOL.md, "Conventions". */

/** Why something is refused, in a reader's word. */
export class Refusal extends Error {
  readonly kind: string
  constructor(kind: string) {
    super(kind)
    this.kind = kind
  }
}

export function refuse(kind: string): never {
  throw new Refusal(kind)
}

export function join(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

export function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}

export function hex(x: Uint8Array): string {
  return Buffer.from(x).toString('hex')
}

export function text(x: string): Uint8Array {
  return new TextEncoder().encode(x)
}

/** An unsigned big-endian integer. */
export function int(value: number, bytes: 1 | 2 | 4 | 8): Uint8Array {
  const out = new Uint8Array(bytes)
  for (let i = bytes - 1, rest = value; i >= 0; i--, rest = Math.floor(rest / 256)) out[i] = rest % 256
  return out
}

export const u8 = (value: number) => int(value, 1)
export const u16 = (value: number) => int(value, 2)
export const u32 = (value: number) => int(value, 4)
export const u64 = (value: number) => int(value, 8)

export const str16 = (x: Uint8Array) => join(u16(x.length), x)
export const str32 = (x: Uint8Array) => join(u32(x.length), x)

/** The types of `key(T)`, and the bytes of such a key. */
export const keyTypes = { ed25519: [1, 32], x25519: [2, 32], kem: [3, 1184], kemCipherText: [3, 1088] } as const
export type KeyType = keyof typeof keyTypes

export const key = (type: KeyType, x: Uint8Array) => join(u8(keyTypes[type][0]), x)

/** "An X25519 key is written as a number below 2^255 - 19; any other encoding is refused". */
const prime = 2n ** 255n - 19n

/** Reads a layout; whatever does not fit is `kind`. */
export class Layout {
  private at = 0
  private readonly bytes: Uint8Array
  private readonly kind: string

  constructor(bytes: Uint8Array, kind: string) {
    this.bytes = bytes
    this.kind = kind
  }

  left(): number {
    return this.bytes.length - this.at
  }

  take(length: number): Uint8Array {
    if (this.left() < length) refuse(this.kind)
    this.at += length
    return this.bytes.slice(this.at - length, this.at)
  }

  int(bytes: 1 | 2 | 4 | 8): number {
    const value = this.take(bytes).reduce((sum, byte) => sum * 256 + byte, 0)
    return value <= Number.MAX_SAFE_INTEGER ? value : refuse(this.kind)
  }

  key(type: KeyType): Uint8Array {
    if (this.int(1) !== keyTypes[type][0]) refuse(this.kind)
    const bytes = this.take(keyTypes[type][1])
    if (type === 'x25519' && bytes.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n) >= prime) refuse(this.kind)
    return bytes
  }

  end(): void {
    if (this.left() > 0) refuse(this.kind)
  }
}
