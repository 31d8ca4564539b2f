/** What a watcher of a wire has: frames, the packets in them, the streams that packets make, and what can be read there. */
import { field } from '../peer.ts'
import type { NamespaceProcess } from '../namespaces.ts'

export interface Packet {
  readonly kind: 'tcp' | 'udp'
  /** `ADDRESS:PORT`. */
  readonly from: string
  readonly to: string
  /** Of TCP: where its bytes stand in their stream. */
  readonly sequence: number
  readonly payload: Buffer
}

const ethernetBytes = 14
const ip4 = 0x0800
const ip6 = 0x86dd
const protocols = new Map([
  [6, 'tcp'],
  [17, 'udp'],
] as const)

/** The packets that were captured since the line `from`, those of other kinds left out. */
export function packetsOf(capture: NamespaceProcess, from = 0): readonly Packet[] {
  return capture.said.slice(from).flatMap((line) => {
    const frame = field(line, 'frame')
    const packet = typeof frame === 'string' ? packetIn(Buffer.from(frame, 'hex')) : null
    return packet === null ? [] : [packet]
  })
}

function packetIn(frame: Buffer): Packet | null {
  if (frame.length < ethernetBytes + 20) return null
  const type = frame.readUInt16BE(12)
  const rest = frame.subarray(ethernetBytes)
  if (type === ip4) {
    const inner = rest.subarray((rest.readUInt8(0) & 0xf) * 4, rest.readUInt16BE(2))
    return transported(rest.readUInt8(9), rest.subarray(12, 16).join('.'), rest.subarray(16, 20).join('.'), inner)
  }
  if (type !== ip6 || rest.length < 40) return null
  const inner = rest.subarray(40, 40 + rest.readUInt16BE(4))
  return transported(rest.readUInt8(6), rest.toString('hex', 8, 24), rest.toString('hex', 24, 40), inner)
}

function transported(protocol: number, from: string, to: string, inner: Buffer): Packet | null {
  const kind = protocols.get(protocol as 6 | 17)
  if (kind === undefined || inner.length < (kind === 'tcp' ? 20 : 8)) return null
  const headBytes = kind === 'tcp' ? (inner.readUInt8(12) >> 4) * 4 : 8
  return {
    kind,
    from: `${from}:${inner.readUInt16BE(0)}`,
    to: `${to}:${inner.readUInt16BE(2)}`,
    sequence: kind === 'tcp' ? inner.readUInt32BE(4) : 0,
    payload: inner.subarray(headBytes),
  }
}

/** The bytes of each TCP stream, one direction each, as far as they were captured without a gap. */
export function streamsOf(packets: readonly Packet[]): readonly Buffer[] {
  const streams = new Map<string, Packet[]>()
  for (const packet of packets) {
    if (packet.kind !== 'tcp' || packet.payload.length === 0) continue
    const key = `${packet.from} ${packet.to}`
    streams.set(key, [...(streams.get(key) ?? []), packet])
  }
  return [...streams.values()].map((parts) => {
    const base = parts[0]?.sequence ?? 0
    // Numbers wrap; nothing here is long enough for that to matter twice.
    const offset = (packet: Packet): number => (packet.sequence - base) | 0
    const whole: Buffer[] = []
    let end = 0
    for (const part of parts.toSorted((a, b) => offset(a) - offset(b))) {
      const known = end - offset(part)
      if (known < 0) break
      if (known >= part.payload.length) continue
      whole.push(part.payload.subarray(known))
      end += part.payload.length - known
    }
    return Buffer.concat(whole)
  })
}

/** The sizes of the sealed records of a libp2p connection, behind its negotiation and its handshake, in order. */
export function recordSizes(stream: Buffer): readonly number[] {
  const negotiated = stream.indexOf('/noise\n')
  if (negotiated < 0) return []
  const sizes: number[] = []
  for (let at = negotiated + '/noise\n'.length; at + 2 <= stream.length; at += 2 + (sizes.at(-1) ?? 0)) {
    sizes.push(stream.readUInt16BE(at))
  }
  return sizes
}
