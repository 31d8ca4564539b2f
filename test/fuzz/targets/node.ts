/** What comes over lines, bridges, files and arguments, and off the local network. */
import { createRequire } from 'node:module'
import { concat, fromUtf8, utf8 } from '../../../main/core/bytes.ts'
import { eventSchema } from '../../../preload/contract/events.ts'
import { methods } from '../../../preload/contract/methods.ts'
import type { Schema } from '../../../preload/contract/schema.ts'
import { shellMethods } from '../../../preload/contract/shell.ts'
import { describeProblem, parseArguments } from '../../../main/app/arguments.ts'
import { formatAddress, parseAddress, pathOf, scopeOf, sourceOf } from '../../../main/net/addresses.ts'
import {
  decodeAnnouncement,
  encodeAnnouncement,
  isPlausiblePacket,
  isQuestion,
  serviceName,
} from '../../../main/net/lan/packet.ts'
import { FrameReader, heartbeat, withLength } from '../../../main/net/stream/frames.ts'
import type { FrameRead } from '../../../main/net/stream/frames.ts'
import { parseCommandLine } from '../../../main/node/headlessOptions.ts'
import { badRequest } from '../../../main/node/errors.ts'
import { answerLine } from '../../../main/node/rpc/jsonRpc.ts'
import type { RpcTarget } from '../../../main/node/rpc/jsonRpc.ts'
import { LineSplitter } from '../../../main/node/rpc/lines.ts'
import type { Line } from '../../../main/node/rpc/lines.ts'
import { storeLimits } from '../../../main/core/limits.ts'
import { decodeVault, encodeVault } from '../../../main/store/profile/vaultFormat.ts'
import { Chance } from '../../sim/schedule.ts'
import { Tape } from '../tape.ts'
import type { FrameClock, Target } from '../target.ts'
import { Fault, must, mustBeSameBytes, mustEqual } from '../target.ts'
import { words } from '../tokens.ts'
import { exampleOf, valueOf } from '../values.ts'

// ── Streams of bytes ─────────────────────────────────────────────────────────────────────────

/** The bytes in pieces whose sizes the first byte decides. */
function chunks(bytes: Uint8Array, sizes: number): readonly Uint8Array[] {
  const chance = new Chance(sizes)
  const parts: Uint8Array[] = []
  for (let at = 0; at < bytes.length;) {
    const size = chance.happens(0.5) ? 1 + chance.below(4) : 1 + chance.below(2_000)
    parts.push(bytes.subarray(at, at + size))
    at += size
  }
  return parts
}

function readAll(parts: readonly Uint8Array[], clock: FrameClock): readonly FrameRead[] {
  const reader = new FrameReader()
  const read: FrameRead[] = []
  for (const part of parts) {
    clock.time(() => reader.push(part))
    for (;;) {
      const next = clock.time(() => reader.next())
      if (next.kind === 'more') break
      read.push(next)
    }
  }
  return [...read, reader.next()]
}

const streamFrames: Target = {
  name: 'streamFrames',
  what: 'FrameReader; canonical: what was read, written again, is what came, however it was cut into pieces',
  inputSizeBytesMax: 70_000,
  weight: 1,
  tokens: [heartbeat, withLength(Uint8Array.of(1, 2, 3))],
  seeds: () => [
    concat(Uint8Array.of(1), withLength(new Chance(1).bytes(40)), heartbeat, withLength(new Chance(2).bytes(300))),
    concat(Uint8Array.of(2), heartbeat, heartbeat, Uint8Array.of(1)),
  ],
  run(input, clock) {
    const stream = input.subarray(1)
    const read = readAll(chunks(stream, input[0] ?? 0), clock)
    mustEqual(readAll([stream], clock), read, 'a stream reads otherwise when it is cut otherwise')
    const again = concat(
      ...read.map((one) =>
        one.kind === 'frame' ? withLength(one.frame) : one.kind === 'heartbeat' ? heartbeat : concat(),
      ),
    )
    mustBeSameBytes(stream.subarray(0, again.length), again, 'a frame is not what came')
    const last = read.at(-1)
    must(last?.kind === 'more' && last.begun === stream.length > again.length, 'the end of a stream is misjudged')
    return [`${Math.min(read.length, 6)} ${last.begun}`]
  },
}

const lineSizeBytesMax = 600

function splitAll(parts: readonly Uint8Array[]): readonly Line[] {
  const splitter = new LineSplitter(lineSizeBytesMax)
  return parts.flatMap((part) => splitter.push(part))
}

const echo: RpcTarget = {
  call: async (method, params) =>
    method === 'fails' ? { ok: false, error: badRequest('No.') } : { ok: true, value: { method, params } },
}

const jsonRpc: Target = {
  name: 'jsonRpc',
  what: 'LineSplitter and answerLine; any cutting gives the same lines, an answer is one line of JSON',
  inputSizeBytesMax: 8_192,
  weight: 1,
  tokens: words(
    '{"jsonrpc":"2.0","id":1,"method":"m"}',
    '"jsonrpc":"2.0"',
    '"id":null',
    '"params":{}',
    '"method":"fails"',
    '[',
    ']',
    '\n',
    '\r',
    '"__proto__":',
    '1e999',
    '\\ud800',
    ',',
    ':',
    'true',
    '-0',
  ),
  seeds: () =>
    words(
      '\0{"jsonrpc":"2.0","id":1,"method":"m","params":{"x":[1,2.5,null]}}\n',
      '\u0001[{"jsonrpc":"2.0","id":"a","method":"fails"},{"jsonrpc":"2.0","method":"n"}]\n[]\n1\n',
      `\u0002{"jsonrpc":"2.0","id":"${'x'.repeat(700)}","method":"m"}\n{`,
    ),
  async run(input, clock) {
    const stream = input.subarray(1)
    const lines = clock.time(() => splitAll(chunks(stream, input[0] ?? 0)))
    // What is over-long is told as soon as it is known, so its length then depends on the pieces.
    const known = (all: readonly Line[]) => all.map((line) => (line.kind === 'line' ? line.bytes : line.kind))
    mustEqual(known(splitAll([stream])), known(lines), 'lines depend on how the stream is cut')
    const happened: string[] = []
    for (const line of lines) {
      if (line.kind === 'tooLong') {
        happened.push('too long')
        continue
      }
      must(line.bytes.length <= lineSizeBytesMax && !line.bytes.includes(0x0a), 'a line that is none')
      const reply = await clock.time(() => answerLine(line.bytes, echo, 4))
      if (reply !== null) happened.push(answerKind(reply))
      else happened.push('silence')
    }
    return [...new Set(happened)]
  },
}

function answerKind(reply: string): string {
  must(!reply.includes('\n'), 'an answer has two lines')
  const parsed = JSON.parse(reply) as { readonly error?: { readonly code: number } } | readonly unknown[]
  if (Array.isArray(parsed)) return 'batch'
  return 'error' in parsed && parsed.error !== undefined ? `error ${parsed.error.code}` : 'result'
}

// ── The contract ─────────────────────────────────────────────────────────────────────────────

const schemas: readonly (readonly [string, Schema<unknown>])[] = [
  ...Object.entries(methods).map(([name, { params }]) => [name, params] as const),
  ...Object.entries(methods).map(([name, { result }]) => [`${name} result`, result] as const),
  ...Object.entries(shellMethods).map(([name, { params }]) => [`shell ${name}`, params] as const),
  ['event', eventSchema],
]

function jsonOf(bytes: Uint8Array): unknown {
  const text = fromUtf8(bytes, 'json')
  try {
    return text.ok ? (JSON.parse(text.value) as unknown) : undefined
  } catch {
    return undefined
  }
}

const contract: Target = {
  name: 'contract',
  what: 'every schema of the contract over JSON and other values; what is taken is a fresh value that is taken again',
  inputSizeBytesMax: 4_096,
  weight: 1,
  tokens: words('{', '}', '"kind":', '"__proto__":{}', 'null', '"":', '[', '1e308', '0'.repeat(64), 'SHA256:'),
  seeds: () =>
    schemas
      .map(([, { json }], at) => concat(Uint8Array.of(at, 0), utf8(JSON.stringify(exampleOf(json)))))
      .concat(Uint8Array.of(3, 1, 8, 2, 0, 4, 1, 65, 0, 6, 2, 1, 1, 11, 8)),
  run(input, clock) {
    const [name, schema] = schemas[(input[0] ?? 0) % schemas.length] ?? ['', eventSchema]
    const value = (input[1] ?? 0) % 2 === 0 ? jsonOf(input.subarray(2)) : valueOf(new Tape(input.subarray(2)))
    const parsed = clock.time(() => schema.parse(value, 'value'))
    if (!parsed.ok) {
      must(parsed.problem.reason.length < 300, 'a reason quotes what was sent')
      return [`${name} refused`, parsed.problem.reason.split(' ', 3).join(' ')]
    }
    must(
      parsed.value === null || typeof parsed.value !== 'object' || parsed.value !== value,
      'a value is passed on, not copied',
    )
    mustEqual(schema.parse(parsed.value, 'value'), parsed, 'what was taken is not taken again')
    return [`${name} taken`]
  },
}

// ── Files and arguments ──────────────────────────────────────────────────────────────────────

const vault: Target = {
  name: 'vault',
  what: 'decodeVault; not canonical (JSON): what is read, written again, is read as the same',
  inputSizeBytesMax: storeLimits.vaultSizeBytesMax,
  weight: 1,
  tokens: words(
    '"version": 1',
    '"version": 2',
    '"kind"',
    '"keyring"',
    '"passphrase"',
    '"argon2id"',
    '1e9',
    '65536',
    '==',
  ),
  seeds: () => {
    const parts = { version: 1, nonce: new Chance(1).bytes(24), wrappedKey: new Chance(2).bytes(48) }
    const argon2id = { memoryKiB: 65_536, passes: 3, salt: new Chance(3).bytes(16) }
    return words(
      encodeVault({ ...parts, protection: { kind: 'keyring' } }),
      encodeVault({ ...parts, protection: { kind: 'passphrase', argon2id } }),
    )
  },
  run(input, clock) {
    const decoded = clock.time(() => decodeVault(input))
    if (!decoded.ok) return [`${decoded.error.kind} ${decoded.error.kind === 'damaged' ? decoded.error.detail : ''}`]
    mustEqual(decodeVault(utf8(encodeVault(decoded.value))), decoded, 'a vault is written otherwise than it was read')
    return [decoded.value.protection.kind]
  },
}

const launch: Target = {
  name: 'arguments',
  what: 'parseArguments of the app and parseCommandLine of the node, over words cut at zeros',
  inputSizeBytesMax: 8_192,
  weight: 1,
  tokens: words(
    '--profile=',
    '--confine=loopback',
    '--port=',
    '65535',
    '65536',
    '--user-data-root=',
    'waxwing:',
    '\0',
    '--',
  ),
  seeds: () => [
    utf8('--profile=ada\0--port=4001\0--confine=loopback\0waxwing:invite/AAAA'),
    utf8('--user-data-root=/tmp/x\0--profile=../x\0--enable-features=Y'),
    utf8('--help'),
  ],
  run(input, clock) {
    const text = fromUtf8(input, 'arguments')
    if (!text.ok) return ['no text']
    const argv = text.value.split('\0')
    const parsed = clock.time(() => parseArguments(argv))
    const headless = clock.time(() => parseCommandLine(argv, '/'))
    const ours = 'kind' in parsed ? parsed.kind : `app ${parsed.link === null ? 'without' : 'with'} link`
    if ('kind' in parsed) must(describeProblem(parsed).length < 400, 'a problem is told at any length')
    else must(parsed.port >= 0 && parsed.port <= 65_535 && !parsed.profile.includes('/'), 'an argument out of bounds')
    return [ours, headless.ok ? `headless ${headless.value.kind}` : 'headless refused']
  },
}

// ── The network's edges ──────────────────────────────────────────────────────────────────────

interface DnsPacket {
  readonly questions: unknown
  readonly answers: unknown
}

/** The parser that stands before ours on the socket: multicast-dns catches what it throws. */
const dns = createRequire(createRequire(import.meta.url).resolve('multicast-dns'))('dns-packet') as {
  decode(bytes: Buffer): DnsPacket
  encode(packet: object): Buffer
}

function lanPackets(): readonly Uint8Array[] {
  const tokens = Array.from({ length: 60 }, (_, at) => new Chance(at).bytes(16))
  const data = encodeAnnouncement({ port: 4_001, tokens })
  const answers = [{ name: serviceName, type: 'TXT', ttl: 120, data }]
  return [
    dns.encode({ type: 'response', answers }),
    dns.encode({ type: 'query', questions: [{ name: serviceName, type: 'TXT' }], answers: [] }),
    dns.encode({ type: 'response', answers: [{ name: 'x.local', type: 'A', data: '10.0.0.1' }] }),
  ].map((packet) => new Uint8Array(packet))
}

function decodedPacket(input: Uint8Array, clock: FrameClock): DnsPacket | null {
  try {
    return clock.time(() => (isPlausiblePacket(input) ? dns.decode(Buffer.from(input)) : null))
  } catch {
    return null
  }
}

const lanPacket: Target = {
  name: 'lanPacket',
  what: 'isPlausiblePacket, dns-packet, decodeAnnouncement, isQuestion; canonical in its strings',
  inputSizeBytesMax: 2_000,
  weight: 1,
  tokens: [
    ...words(serviceName, '\x08_waxwing\x04_tcp\x05local\0'),
    Uint8Array.of(0xc0, 0x0c),
    Uint8Array.of(0, 16, 0, 1),
  ],
  seeds: lanPackets,
  run(input, clock) {
    const packet = decodedPacket(input, clock)
    if (packet === null) return ['no packet']
    const asks = clock.time(() => isQuestion(packet.questions))
    const decoded = clock.time(() => decodeAnnouncement(packet.answers))
    if (!decoded.ok) return [decoded.error.kind, `asks ${asks}`]
    const answers = [{ type: 'TXT', name: serviceName, data: encodeAnnouncement(decoded.value) }]
    mustEqual(decodeAnnouncement(answers), decoded, 'an announcement is written otherwise than it was read')
    return ['announcement', `asks ${asks}`]
  },
}

const address: Target = {
  name: 'address',
  what: 'parseAddress, scopeOf, pathOf, sourceOf; the canonical form is read as the same address',
  inputSizeBytesMax: 300,
  weight: 1,
  tokens: words(
    '/ip4/',
    '/ip6/',
    '/tcp/',
    '::',
    '::ffff:',
    '127.0.0.1',
    '65535',
    '0',
    '.',
    ':',
    '%eth0',
    'fe80::',
    '1.2.3.4',
  ),
  seeds: () =>
    words('/ip4/192.168.0.7/tcp/4001', '/ip6/2001:db8::1/tcp/9', '/ip6/::ffff:10.0.0.1/tcp/80', '/dns4/x/tcp/1'),
  run(input, clock) {
    const text = fromUtf8(input, 'address')
    if (!text.ok) return ['no text']
    const parsed = clock.time(() => parseAddress(text.value))
    if (!parsed.ok) return [parsed.error.kind]
    const { host } = parsed.value
    mustEqual(parseAddress(formatAddress(parsed.value)), parsed, 'an address is written otherwise than it was read')
    if (sourceOf(host) === '') throw new Fault('an address without a source')
    return [clock.time(() => scopeOf(host)), pathOf(host)]
  },
}

export const nodeTargets: readonly Target[] = [streamFrames, jsonRpc, contract, vault, launch, lanPacket, address]
