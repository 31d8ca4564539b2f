/** PROTOCOL.md, "Handshake". */
import { Layout, hex, join, key, refuse, same, str16, str32, u16, u32, u8 } from './bytes.ts'
import { dh, hkdf, label } from './derive.ts'
import { Epochs, type Side } from './epochs.ts'
import { readBundle, readPayload, type Identity, type Person, type Prekey } from './identity.ts'
import { pad, unpad } from './padding.ts'
import { primitives, type Take } from './primitives.ts'
import { Ratchet } from './ratchet.ts'

const sha256 = (x: Uint8Array) => primitives.sha256(x)
const suite = u16(1)
const noPsk = new Uint8Array(32)

/** What the X25519 and ML-KEM exchange give before anyone is named, which both sides compute alike. */
function firstStage(
  descriptorB: Uint8Array,
  bundle: Uint8Array,
  ek: Uint8Array,
  ct: Uint8Array,
  secrets: { psk: Uint8Array | null; dh2: Uint8Array; dh3: Uint8Array; dh4: Uint8Array | null; ss: Uint8Array },
) {
  const h0 = sha256(
    join(
      str16(label('handshake')),
      suite,
      str32(descriptorB),
      sha256(bundle),
      key('x25519', ek),
      key('kemCipherText', ct),
    ),
  )
  const { psk, dh2, dh3, dh4, ss } = secrets
  const ikm = join(psk ?? noPsk, dh2, dh3, dh4 ?? new Uint8Array(0), ss)
  const [chain, identityKey] = hkdf(ikm, new Uint8Array(32), join(label('identity'), h0), 2)
  return { h0, chain, identityKey }
}

/** From DH1 on: who holds the identity key that was named. */
function secondStage(
  me: Side,
  first: { h0: Uint8Array; chain: Uint8Array },
  dh1: Uint8Array,
  introduction: Uint8Array,
  sealedIntroduction: Uint8Array,
  nowMs: number,
) {
  const transcript = join(str16(label('transcript')), first.h0, sha256(sealedIntroduction), str32(introduction))
  const h1 = sha256(transcript)
  const [root, headerA, headerB, epochSeed] = hkdf(dh1, first.chain, join(label('session'), h1), 4)
  return { h1, ratchet: new Ratchet(me, { root, headerA, headerB }, new Epochs(me, epochSeed, h1, 0), nowMs) }
}

export interface Begun {
  h1: Uint8Array
  ratchet: Ratchet
  prologue: Uint8Array
}

/** A's side, with B's bundle. */
export function initiate(
  me: Person,
  peer: Identity,
  bundle: Uint8Array,
  how: { psk: Uint8Array | null; generation: number; nowMs: number; take: Take },
): Begun {
  const keys = readBundle(bundle, peer, how.nowMs)
  const ekSecret = how.take(32)
  const ek = primitives.x25519PublicKey(ekSecret)
  const kem = primitives.mlKem768Encapsulate(keys.kemKey, how.take(32)) ?? refuse('bundle: KEM key')
  const dh1 = dh(me.secrets.identity, keys.signedPrekey, 'signed prekey')
  const dh2 = dh(ekSecret, peer.identityKey, 'identity key')
  const dh3 = dh(ekSecret, keys.signedPrekey, 'signed prekey')
  const dh4 = keys.oneTimePrekey && dh(ekSecret, keys.oneTimePrekey, 'one-time prekey')
  const secrets = { psk: how.psk, dh2, dh3, dh4, ss: kem.sharedSecret }
  const first = firstStage(peer.descriptor, bundle, ek, kem.cipherText, secrets)

  const introduction = join(u32(how.generation), me.payload)
  const nonce = how.take(24)
  const sealed = join(nonce, primitives.xchachaSeal(first.identityKey, nonce, pad(introduction), first.h0))
  const { h1, ratchet } = secondStage('A', first, dh1, introduction, sealed, how.nowMs)
  ratchet.peerRatchetKey = keys.ratchetKey
  ratchet.beginSending(how.take(32))

  const prologue = join(
    join(u8(2), suite, keys.prekeyId),
    key('x25519', ek),
    key('kemCipherText', kem.cipherText),
    str16(sealed),
  )
  return { h1, ratchet, prologue }
}

interface Prologue {
  bytes: Uint8Array
  prekeyId: Uint8Array
  ek: Uint8Array
  ct: Uint8Array
  sealedIntroduction: Uint8Array
}

/** Reads the prologue in front of a message, and leaves `layout` at the message. */
export function readPrologue(layout: Layout): Prologue {
  const version = layout.int(1)
  if (version !== 2) refuse('prologue version')
  const named = layout.int(2)
  if (named !== 1) refuse('prologue suite')
  const prekeyId = layout.take(16)
  const ek = layout.key('x25519')
  const ct = layout.key('kemCipherText')
  const sealedIntroduction = layout.take(layout.int(2))
  const start = join(u8(version), u16(named), prekeyId, key('x25519', ek), key('kemCipherText', ct))
  return { bytes: join(start, str16(sealedIntroduction)), prekeyId, ek, ct, sealedIntroduction }
}

export interface Accepted {
  h1: Uint8Array
  ratchet: Ratchet
  peer: Identity
  generation: number
  /** SHA-256(EK || ct): the same is accepted once. */
  once: string
}

/** B's side, with the bundle's secrets; `device` is the one that the connection proved. The message is yet to be opened. */
export function accept(
  me: Person,
  prekey: Prekey,
  prologue: Prologue,
  how: { psk: Uint8Array | null; device: Uint8Array; nowMs: number; accepted: ReadonlySet<string> },
): Accepted {
  const { ek, ct, sealedIntroduction } = prologue
  if (!same(prologue.prekeyId, prekey.prekeyId)) refuse('prekey')
  const once = hex(sha256(join(ek, ct)))
  if (how.accepted.has(once)) refuse('accepted before')

  const dh2 = dh(me.secrets.identity, ek, 'ephemeral key')
  const dh3 = dh(prekey.signedPrekey, ek, 'ephemeral key')
  const dh4 = prekey.oneTimePrekey && dh(prekey.oneTimePrekey, ek, 'ephemeral key')
  const ss = primitives.mlKem768Decapsulate(ct, primitives.mlKem768KeyPair(prekey.kemSeed).secretKey)
  if (ss === null) return refuse('prologue')
  const first = firstStage(me.descriptor, prekey.bundle, ek, ct, { psk: how.psk, dh2, dh3, dh4, ss })

  const nonce = sealedIntroduction.slice(0, 24)
  if (sealedIntroduction.length < 24 + 16) refuse('introduction')
  const padded = primitives.xchachaOpen(first.identityKey, nonce, sealedIntroduction.slice(24), first.h0)
  const introduction = unpad(padded ?? refuse('introduction'))
  const layout = new Layout(introduction, 'introduction')
  const generation = layout.int(4)
  const peer = readPayload(layout.take(layout.left()), how.device)

  const dh1 = dh(prekey.signedPrekey, peer.identityKey, 'identity key')
  const { h1, ratchet } = secondStage('B', first, dh1, introduction, sealedIntroduction, how.nowMs)
  ratchet.ratchetSecret = prekey.ratchetKey
  return { h1, ratchet, peer, generation, once }
}
