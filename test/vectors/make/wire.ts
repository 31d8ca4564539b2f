/** Vectors of frames and padding. */
import { concat } from '../../../main/core/bytes.ts'
import { envelopeIdOf, inviteIdOf } from '../../../main/core/ids.ts'
import type { Frame } from '../../../main/core/wire/frame.ts'
import { encodeFrame } from '../../../main/core/wire/frame.ts'
import { pad } from '../../../main/core/wire/padding.ts'
import type { Author, Draft } from './author.ts'
import { bytesFor, flipped, replaced } from './people.ts'

const envelopeId = envelopeIdOf(bytesFor('envelope id', 16))
const requestId = bytesFor('request id', 16)
const inviteId = inviteIdOf(bytesFor('invite id', 16))
const proof = bytesFor('proof', 32)

const reasons = ['noSession', 'undecryptable', 'notAContact', 'malformed', 'busy'] as const
const problems = ['unknown', 'used', 'expired', 'withdrawn', 'busy'] as const
const partings = ['closing', 'notAContact', 'protocol', 'busy'] as const

function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)
}

function frames(): Draft[] {
  const ids = (count: number) => Array.from({ length: count }, (_, at) => envelopeIdOf(bytesFor(`envelope ${at}`, 16)))
  const list: readonly (readonly [string, string, Frame])[] = [
    ['envelope', 'An envelope: all behind the first two bytes.', { kind: 'envelope', sealed: bytesFor('sealed', 315) }],
    [
      'ack-of-1',
      'An acknowledgment of one envelope, filled up to the size of a short message.',
      { kind: 'ack', envelopeIds: [envelopeId] },
    ],
    ['ack-of-19', 'The most acknowledgments in the smallest frame.', { kind: 'ack', envelopeIds: ids(19) }],
    ['ack-of-64', 'The most acknowledgments in any frame.', { kind: 'ack', envelopeIds: ids(64) }],
    ...reasons.map(
      (reason) =>
        [
          `reject-${dashed(reason)}`,
          `A rejected envelope, for the reason ${reason}.`,
          { kind: 'reject', envelopeId, reason },
        ] as const,
    ),
    [
      'bundle-request-of-an-invite',
      'A bundle is asked for with the proof of an invite.',
      { kind: 'bundleRequest', requestId, purpose: { kind: 'invite', inviteId, proof } },
    ],
    [
      'bundle-request-of-a-contact',
      'A contact asks for a bundle to renew a session.',
      { kind: 'bundleRequest', requestId, purpose: { kind: 'renew' } },
    ],
    [
      'bundle-reply-ok',
      'A bundle, and who made it.',
      { kind: 'bundleReply', requestId, status: { kind: 'ok', bundle: bytesFor('reply', 300) } },
    ],
    ...problems.map(
      (kind) =>
        [
          `bundle-reply-${kind}`,
          `No bundle, for the reason ${kind}.`,
          { kind: 'bundleReply', requestId, status: { kind } },
        ] as const,
    ),
    ...partings.map(
      (reason) =>
        [
          `goodbye-${dashed(reason)}`,
          `The stream ends, for the reason ${reason}.`,
          { kind: 'goodbye', reason },
        ] as const,
    ),
  ]
  return list.map(([name, describes, frame]) => ({
    name: `wire/frame-${name}`,
    describes,
    scenario: 'frame',
    input: { frame: encodeFrame(frame) },
  }))
}

function frameRefusals(): Draft[] {
  const ack = encodeFrame({ kind: 'ack', envelopeIds: [envelopeId] })
  const reject = encodeFrame({ kind: 'reject', envelopeId, reason: 'busy' })
  const request = encodeFrame({ kind: 'bundleRequest', requestId, purpose: { kind: 'renew' } })
  const reply = encodeFrame({ kind: 'bundleReply', requestId, status: { kind: 'busy' } })
  const goodbye = encodeFrame({ kind: 'goodbye', reason: 'busy' })
  const malformed = (error: object) => ({ kind: 'malformed', error })
  const badValue = (field: string, got: number) => malformed({ kind: 'badValue', field, got })
  const byte = (bytes: Uint8Array, at: number, value: number) => replaced(bytes, at, Uint8Array.of(value))
  const list: readonly (readonly [string, string, Uint8Array | object, object])[] = [
    [
      'over-its-limit',
      'The frame has 65,536 bytes.',
      { repeat: '01', count: 65_536 },
      { kind: 'frameTooLarge', got: 65_536, max: 65_535 },
    ],
    [
      'of-version-2',
      'The version is one that is not known.',
      byte(ack, 0, 2),
      { kind: 'unknownVersion', got: 2, known: 1 },
    ],
    ['of-type-7', 'The type is one that is not known.', byte(ack, 1, 7), { kind: 'unknownType', got: 7 }],
    ['of-one-byte', 'There is no type.', Uint8Array.of(1), malformed({ kind: 'truncated', wanted: 2, left: 1 })],
    [
      'envelope-of-nothing',
      'Nothing stands behind the first two bytes.',
      Uint8Array.of(1, 1),
      malformed({ kind: 'truncated', wanted: 1, left: 0 }),
    ],
    ['ack-of-none', 'The count is zero.', byte(ack, 2, 0), badValue('ack count', 0)],
    [
      'ack-of-65',
      'The count is over its limit.',
      byte(ack, 2, 65),
      malformed({ kind: 'tooLong', field: 'ack', got: 65, max: 64 }),
    ],
    [
      'ack-without-its-ids',
      'The count says more ids than there are.',
      byte(ack, 2, 20),
      malformed({ kind: 'truncated', wanted: 16, left: 11 }),
    ],
    ['reject-for-reason-6', 'The reason is one that is not known.', byte(reject, 18, 6), badValue('reason', 6)],
    [
      'bundle-request-for-purpose-3',
      'The purpose is one that is not known.',
      byte(request, 18, 3),
      badValue('purpose', 3),
    ],
    ['bundle-reply-of-status-6', 'The status is one that is not known.', byte(reply, 18, 6), badValue('status', 6)],
    [
      'bundle-reply-over-its-limit',
      'The bundle says that it has 4,097 bytes.',
      replaced(reply, 18, Uint8Array.of(0, 0x10, 0x01)),
      malformed({ kind: 'tooLong', field: 'bundle', got: 4_097, max: 4_096 }),
    ],
    ['goodbye-for-reason-0', 'The reason is one that is not known.', byte(goodbye, 2, 0), badValue('reason', 0)],
    [
      'with-a-mark-in-its-filling',
      'The last byte of the filling is not zero.',
      flipped(goodbye, -1),
      badValue('padding', 1),
    ],
    [
      'with-too-little-filling',
      'The filling is a byte short.',
      goodbye.slice(0, -1),
      malformed({ kind: 'truncated', wanted: 318, left: 317 }),
    ],
    [
      'with-too-much-filling',
      'The filling is a byte too long.',
      concat(goodbye, Uint8Array.of(0)),
      malformed({ kind: 'trailing', left: 1 }),
    ],
  ]
  return list.map(([name, describes, frame, error]) => ({
    name: `wire/refuses-frame-${name}`,
    describes,
    scenario: 'frame',
    input: { frame },
    error,
  }))
}

function paddings(): Draft[] {
  const content = (bytes: number) => bytesFor('padded', bytes)
  const good = pad(content(100))
  const error = { kind: 'badPadding' }
  const of = (name: string, describes: string, padded: Uint8Array | object, refused = false): Draft => ({
    name: `wire/${refused ? 'refuses-' : ''}padding-${name}`,
    describes,
    scenario: 'padding',
    input: { padded },
    ...(refused && { error }),
  })
  return [
    of('of-nothing', 'Nothing is padded to the smallest class.', pad(content(0))),
    of('of-159', 'The longest plaintext of the smallest class.', pad(content(159))),
    of('of-160', 'One byte more goes into the next class.', pad(content(160))),
    of(
      'behind-a-marker',
      'A plaintext may end with what looks like padding.',
      pad(concat(content(5), Uint8Array.of(0x80, 0, 0))),
    ),
    of('of-zeros', 'There is no marker.', { repeat: '00', count: 160 }, true),
    of('without-a-marker', 'The marker is 0x81.', replaced(good, 100, Uint8Array.of(0x81)), true),
    of('with-a-mark-behind', 'A byte behind the marker is not zero.', flipped(good, -1), true),
    of(
      'of-a-larger-class',
      'The plaintext would have fitted into a smaller class.',
      concat(good, new Uint8Array(64)),
      true,
    ),
    of('of-no-class', 'The size is one that no class has.', good.slice(0, -1), true),
    of('of-no-bytes', 'There is nothing at all.', new Uint8Array(0), true),
    {
      name: 'wire/padding-classes',
      describes: 'The sizes of all padded plaintexts, from nothing to the largest content with an offer.',
      scenario: 'paddingClasses',
      input: { plaintextBytesMax: 61_220 },
    },
    {
      name: 'wire/padding-of-frames',
      describes: 'What control frames of these sizes are filled up to.',
      scenario: 'frameClasses',
      input: { frameBytes: [3, 19, 307, 318, 319, 382, 383, 1_027, 1_441, 4_117] },
    },
  ]
}

export function makeWire(author: Author): void {
  author.add('Frames', [...frames(), ...frameRefusals()])
  author.add('Padding', paddings())
}
