/** PROTOCOL.md, "People nearby": what is announced, what is said, and the digits that are compared. */
import { Layout, join, refuse, same, str16, text, u16, u8 } from './bytes.ts'
import { primitives } from './primitives.ts'

export interface Announced {
  port: number
  key: Uint8Array
}

const service = '_waxwing-nearby._tcp.local'

/** A TXT record of this name. Its data are strings, each with its length in a byte before it: here there is one. */
export function readAnnounced(name: string, data: Uint8Array): Announced {
  if (name.toLowerCase() !== service) return refuse('nearby service')
  if (data.length === 0 || data[0] !== data.length - 1) return refuse('nearby')
  const layout = begun(data.slice(1))
  const announced = { port: layout.int(2), key: layout.take(32) }
  layout.end()
  return announced.port === 0 ? refuse('nearby') : announced
}

export function writeAnnounced({ port, key }: Announced): { name: string; data: Uint8Array } {
  const string = join(u8(1), u16(port), key)
  return { name: service, data: join(u8(string.length), string) }
}

export type Message =
  | { kind: 'hello'; name: string }
  | { kind: 'ask' }
  | { kind: 'answer'; accept: boolean }
  | { kind: 'cancel' }
  | { kind: 'commit'; commitment: Uint8Array }
  | { kind: 'nonce'; nonce: Uint8Array }
  | { kind: 'reveal'; nonce: Uint8Array }
  | { kind: 'verdict'; same: boolean }
  | { kind: 'account'; root: Uint8Array; descriptorHash: Uint8Array }
  | { kind: 'invite'; link: string }
  | { kind: 'done'; outcome: Outcome }

const outcomes = ['added', 'known', 'refused'] as const
type Outcome = (typeof outcomes)[number]

const types = [
  'hello',
  'ask',
  'answer',
  'cancel',
  'commit',
  'nonce',
  'reveal',
  'verdict',
  'account',
  'invite',
  'done',
] as const satisfies readonly Message['kind'][]

function begun(bytes: Uint8Array): Layout {
  const layout = new Layout(bytes, 'nearby')
  return layout.int(1) === 1 ? layout : refuse('nearby version')
}

function yesOrNo(layout: Layout): boolean {
  const value = layout.int(1)
  return value > 1 ? refuse('nearby') : value === 1
}

function words(layout: Layout, max: number): string {
  const length = layout.int(2)
  if (length > max) return refuse('nearby')
  const bytes = layout.take(length)
  const read = Buffer.from(bytes).toString('utf8')
  // What is no UTF-8 comes out as another text.
  return same(text(read), bytes) ? read : refuse('nearby')
}

function messageOf(kind: Message['kind'], layout: Layout): Message {
  switch (kind) {
    case 'hello':
      return { kind, name: words(layout, 128) }
    case 'answer':
      return { kind, accept: yesOrNo(layout) }
    case 'commit':
      return { kind, commitment: layout.take(32) }
    case 'nonce':
    case 'reveal':
      return { kind, nonce: layout.take(32) }
    case 'verdict':
      return { kind, same: yesOrNo(layout) }
    case 'account':
      return { kind, root: layout.take(32), descriptorHash: layout.take(32) }
    case 'invite':
      return { kind, link: words(layout, 4096) }
    case 'done':
      return { kind, outcome: outcomes[layout.int(1)] ?? refuse('nearby') }
    case 'ask':
    case 'cancel':
      return { kind }
  }
}

export function readMessage(bytes: Uint8Array): Message {
  if (bytes.length > 4100) return refuse('nearby')
  const layout = begun(bytes)
  const message = messageOf(types[layout.int(1) - 1] ?? refuse('nearby type'), layout)
  layout.end()
  return message
}

function fieldsOf(message: Message): Uint8Array {
  switch (message.kind) {
    case 'hello':
      return str16(text(message.name))
    case 'answer':
      return u8(message.accept ? 1 : 0)
    case 'commit':
      return message.commitment
    case 'nonce':
    case 'reveal':
      return message.nonce
    case 'verdict':
      return u8(message.same ? 1 : 0)
    case 'account':
      return join(message.root, message.descriptorHash)
    case 'invite':
      return str16(text(message.link))
    case 'done':
      return u8(outcomes.indexOf(message.outcome))
    case 'ask':
    case 'cancel':
      return new Uint8Array(0)
  }
}

export function writeMessage(message: Message): Uint8Array {
  return join(u8(1), u8(types.indexOf(message.kind) + 1), fieldsOf(message))
}

export interface Side {
  key: Uint8Array
  name: string
  nonce: Uint8Array
}

/** The side of the smaller key, and the other. */
function ordered(a: Side, b: Side): [Side, Side] {
  return Buffer.compare(a.key, b.key) < 0 ? [a, b] : [b, a]
}

/** What the side of k1 commits to. */
export function commitmentOf(a: Side, b: Side): Uint8Array {
  const [one, two] = ordered(a, b)
  return primitives.sha256(join(text('waxwing/1/nearby-commitment'), one.key, two.key, one.nonce))
}

/** d, as it is shown but for the gap between its groups; refused if the nonce of k1 is not what was committed to. */
export function digitsOf(a: Side, b: Side, commitment: Uint8Array): string {
  if (!same(commitmentOf(a, b), commitment)) return refuse('nearby commitment')
  const [one, two] = ordered(a, b)
  const names = join(str16(text(one.name)), str16(text(two.name)))
  const info = join(text('waxwing/1/nearby-digits'), one.key, two.key, names)
  const six = primitives.hkdfSha256(join(one.nonce, two.nonce), new Uint8Array(0), info, 6)
  const d = six.reduce((sum, byte) => sum * 256 + byte, 0) % 100_000_000
  return String(d).padStart(8, '0')
}
