/** People nearby, by our own vectors, through the twin. */
import { expect, it } from 'vitest'
import type { ErrorLike } from '../support/refusals.ts'
import { bytes, named, vector } from '../support/vectorFiles.ts'
import type { Bytes } from '../support/vectorFiles.ts'
import { hex, Refusal } from './bytes.ts'
import { commitmentOf, digitsOf, readAnnounced, readMessage, writeAnnounced, writeMessage } from './nearby.ts'
import type { Message, Side } from './nearby.ts'

/** The twin's word for what the product says. */
function wordFor({ kind, cause }: ErrorLike): string {
  if (kind === 'notOurs') return 'nearby service'
  const { kind: why, field } = (cause ?? { kind }) as ErrorLike & { field?: string }
  if (why === 'badVersion') return 'nearby version'
  return field === 'type' ? 'nearby type' : 'nearby'
}

it.each(named('nearbyAnnouncement'))('%s', (name) => {
  const { input, expect: wanted } = vector<{ name: string; data: Bytes; canonical?: false }>(name)
  const read = () => readAnnounced(input.name, bytes(input.data))
  if (wanted.error !== undefined) {
    expect(read).toThrow(new Refusal(wordFor(wanted.error)))
    return
  }
  const { port, key } = read()
  expect({ port, peer: hex(key) }).toEqual(wanted)
  const written = writeAnnounced({ port, key })
  expect(hex(written.data)).toBe(hex(bytes(input.data)))
  expect(written.name === input.name).toBe(input.canonical !== false)
})

/** A message as vectors say it. */
function said(message: Message): object {
  if (message.kind === 'account') {
    const { root, descriptorHash } = message
    return { kind: 'account', account: { rootKey: hex(root), descriptorHash: hex(descriptorHash) } }
  }
  const fields = Object.entries(message).map(([name, value]: [string, unknown]) => [
    name,
    value instanceof Uint8Array ? hex(value) : value,
  ])
  return Object.fromEntries(fields) as object
}

it.each(named('nearbyMessage'))('%s', (name) => {
  const { input, expect: wanted } = vector<{ message: Bytes }>(name)
  const message = bytes(input.message)
  if (wanted.error !== undefined) {
    expect(() => readMessage(message)).toThrow(new Refusal(wordFor(wanted.error)))
    return
  }
  const read = readMessage(message)
  expect(said(read)).toEqual(wanted)
  expect(hex(writeMessage(read))).toBe(hex(message))
})

interface SideInput {
  key: Bytes
  name: string
  nonce: Bytes
}

function sideOf({ key, name, nonce }: SideInput): Side {
  return { key: bytes(key), name, nonce: bytes(nonce) }
}

it.each(named('nearbyDigits'))('%s', (name) => {
  const { input, expect: wanted } = vector<{ a: SideInput; b: SideInput; commitment: Bytes }>(name)
  const [a, b, commitment] = [sideOf(input.a), sideOf(input.b), bytes(input.commitment)]
  if (wanted.error !== undefined) {
    for (const both of [[a, b] as const, [b, a] as const]) {
      expect(() => digitsOf(...both, commitment)).toThrow(new Refusal('nearby commitment'))
    }
    return
  }
  const isFirst = Buffer.compare(a.key, b.key) < 0
  expect({ commits: isFirst ? 'a' : 'b', digits: digitsOf(a, b, commitment) }).toEqual(wanted)
  expect(digitsOf(b, a, commitment)).toBe(wanted['digits'])
  expect(hex(commitmentOf(a, b))).toBe(hex(commitment))
})
