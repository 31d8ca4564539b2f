/** How a session is stored: a fixed layout with a version of its own, only ever inside the encrypted database. */
import type { ByteReader, DecodeError } from '../bytes.ts'
import { ByteWriter, decode } from '../bytes.ts'
import { sessionIdOf } from '../ids.ts'
import { protocolLimits } from '../limits.ts'
import type { Result } from '../result.ts'
import type { Chain } from './chain.ts'
import { prologueSizeBytesMax } from './initialMessage.ts'
import type { Ratchet } from './ratchet.ts'
import type { Session } from './sessionState.ts'
import type { SkippedChain, SkippedKey, SkippedKeys } from './skippedKeys.ts'
import { countSkipped } from './skippedKeys.ts'
import type { KeyPair } from './suite.ts'
import { hashSizeBytes, keySizeBytes, suiteId } from './suite.ts'

const sessionVersion = 1
const sessionIdSizeBytes = 16

function writeOptional<T>(writer: ByteWriter, value: T | null, write: (value: T) => void): void {
  writer.u8(value === null ? 0 : 1)
  if (value !== null) write(value)
}

function readOptional<T>(reader: ByteReader, field: string, read: () => T): T | null {
  const present = reader.u8()
  if (present > 1) reader.refuse({ kind: 'badValue', field, got: present })
  return present === 1 ? read() : null
}

function writeChain(writer: ByteWriter, chain: Chain): void {
  writer.bytes(chain.chainKey).bytes(chain.headerKey).u32(chain.n)
}

function readChain(reader: ByteReader): Chain {
  return { chainKey: reader.bytes(keySizeBytes), headerKey: reader.bytes(keySizeBytes), n: reader.u32() }
}

function writeSkipped(writer: ByteWriter, skipped: SkippedKeys): void {
  writer.u8(skipped.length)
  for (const chain of skipped) {
    writer.bytes(chain.headerKey).u16(chain.keys.length)
    for (const key of chain.keys) writer.u32(key.n).bytes(key.messageKey).u64(key.addedAtMs)
  }
}

function readSkipped(reader: ByteReader): SkippedKeys {
  const chainsMax = protocolLimits.oldReceiveChainsMax + 1
  const chainCount = reader.u8()
  if (chainCount > chainsMax) reader.refuse({ kind: 'tooLong', field: 'chains', got: chainCount, max: chainsMax })
  const skipped: SkippedChain[] = []
  for (let chain = 0; chain < chainCount; chain++) {
    const headerKey = reader.bytes(keySizeBytes)
    const keyCount = reader.u16()
    const got = countSkipped(skipped) + keyCount
    const max = protocolLimits.skippedKeysMax
    if (got > max) reader.refuse({ kind: 'tooLong', field: 'skipped keys', got, max })
    const keys: SkippedKey[] = []
    for (let key = 0; key < keyCount; key++) {
      const n = reader.u32()
      const messageKey = reader.bytes(keySizeBytes)
      keys.push({ n, messageKey, addedAtMs: reader.u64('addedAtMs') })
    }
    skipped.push({ headerKey, keys })
  }
  return skipped
}

function writeRatchet(writer: ByteWriter, ratchet: Ratchet): void {
  writer.bytes(ratchet.rootKey)
  writeOptional(writer, ratchet.ownKey, (pair) => writer.bytes(pair.secret).bytes(pair.publicKey))
  writeOptional(writer, ratchet.remoteKey, (key) => writer.bytes(key))
  writeOptional(writer, ratchet.send, (chain) => writeChain(writer, chain))
  writer.u32(ratchet.previousCount).bytes(ratchet.nextSendHeaderKey)
  writeOptional(writer, ratchet.receive, (chain) => writeChain(writer, chain))
  writer.bytes(ratchet.nextReceiveHeaderKey)
  writeSkipped(writer, ratchet.skipped)
}

function readRatchet(reader: ByteReader): Ratchet {
  const key = () => reader.bytes(keySizeBytes)
  const pair = (): KeyPair => ({ secret: key(), publicKey: key() })
  const rootKey = key()
  const ownKey = readOptional(reader, 'ownKey', pair)
  const remoteKey = readOptional(reader, 'remoteKey', key)
  const send = readOptional(reader, 'send', () => readChain(reader))
  const previousCount = reader.u32()
  const nextSendHeaderKey = key()
  const receive = readOptional(reader, 'receive', () => readChain(reader))
  const nextReceiveHeaderKey = key()
  const skipped = readSkipped(reader)
  return {
    rootKey,
    ownKey,
    remoteKey,
    send,
    previousCount,
    nextSendHeaderKey,
    receive,
    nextReceiveHeaderKey,
    skipped,
  }
}

export function encodeSession(session: Session): Uint8Array {
  const writer = new ByteWriter().u8(sessionVersion).u16(session.suite).bytes(session.transcript)
  writeOptional(writer, session.prologue, (prologue) => writer.prefixed(prologue))
  writeOptional(writer, session.prologueHash, (hash) => writer.bytes(hash))
  writer.u64(session.clock.lastNowMs).u64(session.clock.elapsedMs)
  writer.u64(session.createdAtMs).u32(session.sentUnanswered)
  writeOptional(writer, session.unansweredSinceMs, (atMs) => writer.u64(atMs))
  writeOptional(writer, session.lastReceivedAtMs, (atMs) => writer.u64(atMs))
  writeRatchet(writer, session.ratchet)
  return writer.done()
}

/** Refuses unknown versions and suites and whatever goes beyond the limits. */
export function decodeSession(bytes: Uint8Array): Result<Session, DecodeError> {
  return decode(bytes, (reader) => {
    reader.version('session', sessionVersion)
    const suite = reader.u16()
    if (suite !== suiteId) reader.refuse({ kind: 'badValue', field: 'suite', got: suite })
    const transcript = reader.bytes(hashSizeBytes)
    const prologue = readOptional(reader, 'prologue', () => reader.prefixed('prologue', prologueSizeBytesMax))
    const prologueHash = readOptional(reader, 'prologueHash', () => reader.bytes(hashSizeBytes))
    const clock = { lastNowMs: reader.u64('lastNowMs'), elapsedMs: reader.u64('elapsedMs') }
    const createdAtMs = reader.u64('createdAtMs')
    const sentUnanswered = reader.u32()
    const unansweredSinceMs = readOptional(reader, 'unansweredSinceMs', () => reader.u64('unansweredSinceMs'))
    const lastReceivedAtMs = readOptional(reader, 'lastReceivedAtMs', () => reader.u64('lastReceivedAtMs'))
    const ratchet = readRatchet(reader)
    return {
      suite,
      id: sessionIdOf(transcript.subarray(0, sessionIdSizeBytes)),
      transcript,
      prologue,
      prologueHash,
      ratchet,
      clock,
      createdAtMs,
      sentUnanswered,
      unansweredSinceMs,
      lastReceivedAtMs,
    }
  })
}
