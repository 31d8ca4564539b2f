/** How a session is stored: a fixed layout with a version of its own, only ever inside the encrypted database. */
import type { ByteReader, DecodeError } from '../bytes.ts'
import { ByteWriter, decode } from '../bytes.ts'
import { sessionIdOf } from '../ids.ts'
import { protocolLimits } from '../limits.ts'
import type { Result } from '../result.ts'
import { blockSizeBytesMax, encodeBlock, splitBlock } from './block.ts'
import type { Answer, Block, Offer } from './block.ts'
import type { Chain } from './chain.ts'
import type { Directions, Epoch } from './epoch.ts'
import type { Epochs, Exchange } from './epochs.ts'
import { kemSeedSizeBytes } from './bundleSecrets.ts'
import { prologueSizeBytesMax } from './initialMessage.ts'
import type { Ratchet } from './ratchet.ts'
import type { Session } from './sessionState.ts'
import type { SkippedChain, SkippedKey, SkippedKeys } from './skippedKeys.ts'
import { countSkipped } from './skippedKeys.ts'
import type { KeyPair } from './suite.ts'
import { hashSizeBytes, kemPublicKeySizeBytes, keySizeBytes, suiteId } from './suite.ts'

/** 1 had no post-quantum ratchet; the store's migration 20 removes what is left of it. */
const sessionVersion = 2
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
  writer.bytes(chain.chainKey).bytes(chain.pqChainKey).bytes(chain.headerKey).u16(chain.epoch).u32(chain.n)
}

function readChain(reader: ByteReader): Chain {
  return {
    chainKey: reader.bytes(keySizeBytes),
    pqChainKey: reader.bytes(keySizeBytes),
    headerKey: reader.bytes(keySizeBytes),
    epoch: reader.u16(),
    n: reader.u32(),
  }
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

function writeDirections(writer: ByteWriter, epoch: Directions): void {
  writer.u16(epoch.number).bytes(epoch.sendKey).bytes(epoch.receiveKey)
}

function readDirections(reader: ByteReader): Directions {
  return { number: reader.u16(), sendKey: reader.bytes(keySizeBytes), receiveKey: reader.bytes(keySizeBytes) }
}

function writeEpoch(writer: ByteWriter, epoch: Epoch): void {
  writeDirections(writer, epoch)
  writer.bytes(epoch.rootKey).bytes(epoch.authenticatorKey)
}

function readEpoch(reader: ByteReader): Epoch {
  return {
    ...readDirections(reader),
    rootKey: reader.bytes(keySizeBytes),
    authenticatorKey: reader.bytes(keySizeBytes),
  }
}

const exchangeKinds = { idle: 0, offering: 1, offered: 2, answering: 3 } as const

function writeExchange(writer: ByteWriter, exchange: Exchange): void {
  writer.u8(exchangeKinds[exchange.kind])
  if (exchange.kind === 'offering') writer.bytes(exchange.seed)
  if (exchange.kind === 'offered') writer.bytes(exchange.kemKey)
  if (exchange.kind === 'offering' || exchange.kind === 'answering') writer.prefixed(encodeBlock(exchange.block))
}

/** Half an exchange as it goes out again: a block of this kind and nothing else. */
function readOwnBlock(reader: ByteReader): Block {
  const split = splitBlock(reader.prefixed('block', blockSizeBytesMax))
  if (!split.ok) return reader.refuse(split.error)
  const { block, content } = split.value
  if (content.length > 0) return reader.refuse({ kind: 'trailing', left: content.length })
  return block
}

function readOffer(reader: ByteReader): Offer {
  const block = readOwnBlock(reader)
  return block.kind === 'offer' ? block : reader.refuse({ kind: 'badText', field: 'offer' })
}

function readAnswer(reader: ByteReader): Answer {
  const block = readOwnBlock(reader)
  return block.kind === 'answer' ? block : reader.refuse({ kind: 'badText', field: 'answer' })
}

function readExchange(reader: ByteReader): Exchange {
  const kind = reader.u8()
  switch (kind) {
    case exchangeKinds.idle:
      return { kind: 'idle' }
    case exchangeKinds.offering:
      return { kind: 'offering', seed: reader.bytes(kemSeedSizeBytes), block: readOffer(reader) }
    case exchangeKinds.offered:
      return { kind: 'offered', kemKey: reader.bytes(kemPublicKeySizeBytes) }
    case exchangeKinds.answering:
      return { kind: 'answering', block: readAnswer(reader) }
    default:
      return reader.refuse({ kind: 'badValue', field: 'exchange', got: kind })
  }
}

function writeEpochs(writer: ByteWriter, epochs: Epochs): void {
  writer.u8(epochs.isInitiator ? 1 : 0)
  writeEpoch(writer, epochs.newest)
  writeOptional(writer, epochs.previous, (previous) => writeDirections(writer, previous))
  writeExchange(writer, epochs.exchange)
  writer.u32(epochs.turns).u64(epochs.sinceMs)
}

function readEpochs(reader: ByteReader): Epochs {
  const initiator = reader.u8()
  if (initiator > 1) reader.refuse({ kind: 'badValue', field: 'initiator', got: initiator })
  return {
    isInitiator: initiator === 1,
    newest: readEpoch(reader),
    previous: readOptional(reader, 'previous', () => readDirections(reader)),
    exchange: readExchange(reader),
    turns: reader.u32(),
    sinceMs: reader.u64('sinceMs'),
  }
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
  writeEpochs(writer, ratchet.epochs)
}

function readRatchet(reader: ByteReader): Ratchet {
  const key = (): Uint8Array => reader.bytes(keySizeBytes)
  const pair = (): KeyPair => ({ secret: key(), publicKey: key() })
  return {
    rootKey: key(),
    ownKey: readOptional(reader, 'ownKey', pair),
    remoteKey: readOptional(reader, 'remoteKey', key),
    send: readOptional(reader, 'send', () => readChain(reader)),
    previousCount: reader.u32(),
    nextSendHeaderKey: key(),
    receive: readOptional(reader, 'receive', () => readChain(reader)),
    nextReceiveHeaderKey: key(),
    skipped: readSkipped(reader),
    epochs: readEpochs(reader),
  }
}

export function encodeSession(session: Session): Uint8Array {
  const writer = new ByteWriter().u8(sessionVersion).u16(session.suite).bytes(session.transcript)
  writer.u32(session.generation)
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
    const generation = reader.u32()
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
      generation,
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
