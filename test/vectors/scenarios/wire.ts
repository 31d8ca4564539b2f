/** What stands on the stream and inside the seal: frames, contents, padding. */
import { equalBytes, toHex } from '../../../main/core/bytes.ts'
import { ok } from '../../../main/core/result.ts'
import type { Content, ContentError, KnownBody } from '../../../main/core/wire/contents.ts'
import { decodeContent, encodeContent } from '../../../main/core/wire/contents.ts'
import type { Frame, FrameError } from '../../../main/core/wire/frame.ts'
import { decodeFrame, encodeFrame } from '../../../main/core/wire/frame.ts'
import type { PaddingError } from '../../../main/core/wire/padding.ts'
import { pad, paddedFrameLength, paddedLength, unpad } from '../../../main/core/wire/padding.ts'
import type { Parts } from './format.ts'
import { bytesOf } from './format.ts'
import { runnable } from './scenario.ts'

const frame = runnable<{ readonly frame: Parts }, Frame, FrameError>({
  read: (_, input) => decodeFrame(bytesOf(input.frame)),
  write: (_, __, value) => ({ frame: toHex(encodeFrame(value)) }),
})

type ReadContent = { readonly event: Extract<Content, { kind: 'event' }>['event'] } | { readonly unknownField: number }

interface ContentInput {
  readonly content: Parts
  /** With additions of a later version, which are kept as they came and never written. */
  readonly canonical?: false
}

const content = runnable<ContentInput, ReadContent, ContentError>({
  read(_, input) {
    const bytes = bytesOf(input.content)
    const read = decodeContent(bytes)
    if (!read.ok) return read
    if (!equalBytes(read.value.raw, bytes)) throw new Error('a content was not kept as it came')
    return ok(read.value.kind === 'event' ? { event: read.value.event } : { unknownField: read.value.field })
  },
  write(_, { canonical }, value) {
    if (canonical === false || !('event' in value)) return null
    const body = known(value.event.body)
    return body === null ? null : { content: toHex(encodeContent({ kind: 'event', event: { ...value.event, body } })) }
  },
})

function known(body: KnownBody | { readonly kind: 'unknown' }): KnownBody | null {
  return body.kind === 'unknown' ? null : body
}

const padding = runnable<{ readonly padded: Parts }, { readonly plaintext: Uint8Array }, PaddingError>({
  read(_, { padded }) {
    const read = unpad(bytesOf(padded))
    return read.ok ? ok({ plaintext: read.value }) : read
  },
  write: (_, __, { plaintext }) => ({ padded: toHex(pad(plaintext)) }),
})

/** The sizes that plaintexts from nothing to the largest take. */
const paddingClasses = runnable<{ readonly plaintextBytesMax: number }, { readonly classes: readonly number[] }, never>(
  {
    read(_, { plaintextBytesMax }) {
      const classes = new Set(Array.from({ length: plaintextBytesMax + 1 }, (__, bytes) => paddedLength(bytes)))
      return ok({ classes: [...classes] })
    },
  },
)

/** Pairs: a control frame of so many bytes, and what it is filled up to. */
const frameClasses = runnable<
  { readonly frameBytes: readonly number[] },
  { readonly filled: readonly number[] },
  never
>({
  read: (_, { frameBytes }) => ok({ filled: frameBytes.map(paddedFrameLength) }),
})

export const wireScenarios = { frame, content, padding, paddingClasses, frameClasses } as const
