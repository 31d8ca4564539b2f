/** What comes over UDP to a relay, and what two devices tell each other to meet over UDP. */
import { concat } from '../../../main/core/bytes.ts'
import { socketAddress } from '../../../main/net/addresses.ts'
import { withLength } from '../../../main/net/stream/frames.ts'
import { bindingAnswer, readBindingRequest } from '../../../main/net/stun/message.ts'
import {
  candidateTexts,
  decodeDescription,
  encodeDescription,
  readSession,
  sessionText,
} from '../../../main/net/webrtc/description.ts'
import type { Candidate } from '../../../main/net/webrtc/description.ts'
import { readMessage } from '../../../main/net/webrtc/signalling.ts'
import { Chance } from '../../sim/schedule.ts'
import type { Target } from '../target.ts'
import { must, mustBeSameBytes, mustEqual } from '../target.ts'

// ── STUN ─────────────────────────────────────────────────────────────────────────────────────

/** A Binding request with these attributes. */
function request(...attributes: readonly (readonly [type: number, value: Uint8Array])[]): Uint8Array {
  const body = concat(
    ...attributes.map(([type, value]) => {
      const padding = new Uint8Array((4 - (value.length % 4)) % 4)
      return concat(Uint8Array.of(type >> 8, type & 255, 0, value.length), value, padding)
    }),
  )
  const head = Uint8Array.of(0, 1, body.length >> 8, body.length & 255, 0x21, 0x12, 0xa4, 0x42)
  return concat(head, new Chance(1).bytes(12), body)
}

const stun: Target = {
  name: 'stun',
  what: 'readBindingRequest, bindingAnswer; the answer is of a known size and names the transaction',
  inputSizeBytesMax: 600,
  weight: 1,
  tokens: [Uint8Array.of(0x21, 0x12, 0xa4, 0x42), Uint8Array.of(0x80, 0x22), Uint8Array.of(0x80, 0x28, 0, 4)],
  seeds: () => [
    request(),
    request([0x8022, new Chance(2).bytes(8)], [0x8028, new Chance(3).bytes(4)]),
    request([0x8022, new Chance(4).bytes(5)]),
    request([0x0006, new Chance(5).bytes(9)], [0x0008, new Chance(6).bytes(20)]),
  ],
  run(input, clock) {
    const read = clock.time(() => readBindingRequest(input))
    if (!read.ok) return [read.error.kind]
    for (const [host, size] of [
      ['192.0.2.1', 32],
      ['2001:db8::1', 44],
    ] as const) {
      const answer = bindingAnswer(read.value, host, 5_000)
      must(answer?.length === size, 'an answer of another size')
      mustBeSameBytes(answer.subarray(8, 20), input.subarray(8, 20), 'another transaction')
    }
    return ['request']
  },
}

// ── WebRTC ───────────────────────────────────────────────────────────────────────────────────

function candidate(kind: Candidate['kind'], host: string): Candidate {
  const address = socketAddress(host, 5_000)
  must(address !== null, 'no address')
  return { kind, address }
}

function descriptions(): readonly Uint8Array[] {
  const lists = [
    [],
    [candidate('host', '192.168.1.2'), candidate('reflexive', '11.22.33.4')],
    [candidate('host', '2001:db8::1')],
  ]
  return lists.map((candidates, at) => {
    const chance = new Chance(at)
    const [name, password] = ['aB3+', '0123456789abcdefghij+/']
    return encodeDescription({ name, password, fingerprint: chance.bytes(32), candidates })
  })
}

const webrtc: Target = {
  name: 'webrtc',
  what: 'readMessage, decodeDescription; what is made of it for the library is lines of its own alone',
  inputSizeBytesMax: 600,
  weight: 1,
  tokens: [Uint8Array.of(1), Uint8Array.of(0, 4), Uint8Array.of(1, 6), Uint8Array.of(8)],
  seeds: () => [
    ...descriptions().map((bytes) => withLength(bytes)),
    concat(...descriptions().map((bytes) => withLength(bytes)), Uint8Array.of(0, 0)),
  ],
  run(input, clock) {
    const read = clock.time(() => readMessage(input))
    if (read.kind !== 'message') return [read.kind]
    must(read.message.length + read.rest.length + 2 === input.length, 'bytes were lost')
    const { message } = read
    const description = clock.time(() => decodeDescription(message))
    if (!description.ok) return [description.error.kind]
    const again = decodeDescription(encodeDescription(description.value))
    mustEqual(again, description, 'a description is written otherwise than it was read')
    const text = sessionText(description.value, 'offer')
    must(text.split('\r\n').length === 16 && /^[\r\n -~]*$/.test(text), 'a text of other lines')
    const { candidates, ...session } = description.value
    mustEqual(readSession(text), session, 'another session')
    for (const line of candidateTexts(candidates)) must(/^candidate:[\da-f.: a-zA-Z]+$/.test(line), 'an odd candidate')
    return [`description ${candidates.length}`]
  },
}

export const udpTargets: readonly Target[] = [stun, webrtc]
