/** What is derived while a message is sealed, by the names of PROTOCOL.md: for whoever looks for the first difference. */
import { equalBytes } from '../../../main/core/bytes.ts'
import type { Recorder } from './recorder.ts'

interface ChainKeys {
  readonly chainKey: Uint8Array
  readonly pqChainKey: Uint8Array
}

/** What begins a turn: undefined where a message goes on with one. */
export function traceTurn(recorder: Recorder) {
  const step = recorder.derived('root key')
  if (step === null) return undefined
  const [rootKey, chainKey, nextHeaderKey] = step.parts as [Uint8Array, Uint8Array, Uint8Array]
  const { key: directionKey, output: pqChainKey } = recorder.macOf(3)
  const directionKeyAfter = recorder.macOf(4).output
  return { agreement: step.material, rootKey, chainKey, nextHeaderKey, directionKey, pqChainKey, directionKeyAfter }
}

/** The keys of one message, from those of its chain before it. */
export function traceMessage(recorder: Recorder, { chainKey, pqChainKey }: ChainKeys) {
  const one = Uint8Array.of(1)
  const ecKey = recorder.mac(chainKey, one)
  const pqKey = recorder.mac(pqChainKey, one)
  const messageKey = recorder.mac(pqKey, ecKey)
  const bodyKey = recorder.macOfLabel(messageKey, 'body key')
  const header = recorder.sealed(0)
  const body = recorder.sealed(1)
  if (!equalBytes(body.key, bodyKey)) throw new Error('a body was sealed under another key than its own')
  return {
    chainKey,
    pqChainKey,
    ecKey,
    pqKey,
    messageKey,
    headerKey: header.key,
    header: header.plaintext,
    bodyKey,
    commitment: recorder.macOfLabel(messageKey, 'commitment'),
    paddedBytes: body.plaintext.length,
  }
}

function epochOf(parts: readonly Uint8Array[]) {
  const [rootKey, authenticatorKey, directionA, directionB] = parts
  return { rootKey, authenticatorKey, directionA, directionB }
}

/** Epoch 0, out of a handshake. */
export function traceFirstEpoch(recorder: Recorder) {
  return epochOf(recorder.derived('pq epoch')?.parts ?? [])
}

/** The half of an exchange that a message makes: undefined for one that makes none. */
export function traceExchange(recorder: Recorder) {
  const seed = recorder.kemSeed()
  const offered = recorder.macLabelled('pq key')
  if (seed !== null && offered !== null) return { offer: { kemSeed: seed, authenticator: offered } }
  const kem = recorder.encapsulated()
  const epoch = recorder.derived('pq epoch')
  const authenticator = recorder.macLabelled('pq ciphertext')
  if (kem === null || epoch === null || authenticator === null) return undefined
  const exchange = epoch.info.slice(-32)
  return { answer: { coins: kem.coins, secret: kem.secret, exchange, epoch: epochOf(epoch.parts), authenticator } }
}
