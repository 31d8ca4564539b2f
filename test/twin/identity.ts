/** PROTOCOL.md, "Identity" and "Prekey bundles". */
import { Layout, hex, join, key, refuse, same, str32, text, u16, u64, u8 } from './bytes.ts'
import { primitives } from './primitives.ts'

type Namespace =
  | 'identity-descriptor@waxwing'
  | 'device@waxwing'
  | 'device-root@waxwing'
  | 'prekey@waxwing'
  | 'whereabouts@waxwing'

// "Signatures"

function signedBytes(namespace: Namespace, message: Uint8Array): Uint8Array {
  const [name, reserved, hash] = [namespace, '', 'sha512'].map((x) => str32(text(x))) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ]
  return join(text('SSHSIG'), name, reserved, hash, str32(primitives.sha512(message)))
}

export function sign(seed: Uint8Array, namespace: Namespace, message: Uint8Array): Uint8Array {
  return primitives.ed25519Sign(seed, signedBytes(namespace, message))
}

export function verify(publicKey: Uint8Array, namespace: Namespace, message: Uint8Array, signature: Uint8Array): void {
  if (!primitives.ed25519Verify(signature, signedBytes(namespace, message), publicKey)) refuse(`signature ${namespace}`)
}

// "Descriptor", "Device certificate", "Identity payload"

export interface Identity {
  root: Uint8Array
  device: Uint8Array
  identityKey: Uint8Array
  /** With the root's signature: 131 bytes. */
  descriptor: Uint8Array
}

export interface Secrets {
  root: Uint8Array
  device: Uint8Array
  identity: Uint8Array
}

export interface Person extends Identity {
  secrets: Secrets
  payload: Uint8Array
}

export function makePerson(secrets: Secrets, createdAtMs: number): Person {
  const root = primitives.ed25519PublicKey(secrets.root)
  const device = primitives.ed25519PublicKey(secrets.device)
  const identityKey = primitives.x25519PublicKey(secrets.identity)
  const canonical = join(u8(1), key('ed25519', root), key('x25519', identityKey))
  const descriptor = join(canonical, sign(secrets.root, 'identity-descriptor@waxwing', canonical))
  const body = join(u8(1), key('ed25519', root), key('ed25519', device), u64(createdAtMs))
  const byRoot = sign(secrets.root, 'device@waxwing', body)
  const byDevice = sign(secrets.device, 'device-root@waxwing', body)
  const payload = join(u8(1), descriptor, body, byRoot, byDevice)
  return { root, device, identityKey, descriptor, secrets, payload }
}

/** Reads an identity payload and checks all that it claims; `device` is the one that the connection proved. */
export function readPayload(payload: Uint8Array, device: Uint8Array): Identity {
  const layout = new Layout(payload, 'payload')
  if (layout.int(1) !== 1) refuse('payload version')
  const descriptor = layout.take(131)
  const certificate = layout.take(203)
  layout.end()

  const { root, identityKey } = readDescriptor(descriptor)
  readCertificate(certificate, root, device)
  return { root, device, identityKey, descriptor }
}

function readDescriptor(descriptor: Uint8Array): { root: Uint8Array; identityKey: Uint8Array } {
  const layout = new Layout(descriptor, 'descriptor')
  if (layout.int(1) !== 1) refuse('descriptor version')
  const root = layout.key('ed25519')
  const identityKey = layout.key('x25519')
  const signature = layout.take(64)
  layout.end()
  verify(root, 'identity-descriptor@waxwing', descriptor.slice(0, 67), signature)
  if (primitives.x25519(new Uint8Array(32), identityKey) === null) refuse('low order: identity key')
  return { root, identityKey }
}

function readCertificate(certificate: Uint8Array, root: Uint8Array, device: Uint8Array): void {
  const layout = new Layout(certificate, 'certificate')
  if (layout.int(1) !== 1) refuse('certificate version')
  const namedRoot = layout.key('ed25519')
  const namedDevice = layout.key('ed25519')
  layout.int(8)
  const byRoot = layout.take(64)
  const byDevice = layout.take(64)
  layout.end()
  if (!same(namedRoot, root)) refuse('certificate of another root')
  if (!same(namedDevice, device)) refuse('certificate of another device')
  if (same(namedRoot, namedDevice)) refuse('root is device')
  const body = certificate.slice(0, 75)
  verify(root, 'device@waxwing', body, byRoot)
  verify(device, 'device-root@waxwing', body, byDevice)
}

// "Prekey bundles"

export interface Bundle {
  prekeyId: Uint8Array
  signedPrekey: Uint8Array
  ratchetKey: Uint8Array
  oneTimePrekey: Uint8Array | null
  kemKey: Uint8Array
}

/** The responder's half: what it keeps for as long as the bundle may be used. */
export interface Prekey {
  bundle: Uint8Array
  prekeyId: Uint8Array
  signedPrekey: Uint8Array
  ratchetKey: Uint8Array
  oneTimePrekey: Uint8Array | null
  kemSeed: Uint8Array
}

export function makeBundle(owner: Person, prekey: Omit<Prekey, 'bundle'>, expiresAtMs: number): Prekey {
  const publicKey = (secret: Uint8Array) => key('x25519', primitives.x25519PublicKey(secret))
  const body = join(
    join(u8(1), u16(1), prekey.prekeyId, owner.device, u64(expiresAtMs)),
    key('x25519', owner.identityKey),
    publicKey(prekey.signedPrekey),
    publicKey(prekey.ratchetKey),
    prekey.oneTimePrekey ? join(u8(1), publicKey(prekey.oneTimePrekey)) : u8(0),
    key('kem', primitives.mlKem768KeyPair(prekey.kemSeed).publicKey),
  )
  return { ...prekey, bundle: join(body, sign(owner.secrets.root, 'prekey@waxwing', body)) }
}

export function readBundle(bundle: Uint8Array, owner: Identity, nowMs: number): Bundle {
  const layout = new Layout(bundle, 'bundle')
  if (layout.int(1) !== 1) refuse('bundle version')
  if (layout.int(2) !== 1) refuse('bundle suite')
  const prekeyId = layout.take(16)
  const device = layout.take(32)
  const expiresAtMs = layout.int(8)
  const identityKey = layout.key('x25519')
  const signedPrekey = layout.key('x25519')
  const ratchetKey = layout.key('x25519')
  const flag = layout.int(1)
  if (flag > 1) refuse('bundle')
  const oneTimePrekey = flag === 1 ? layout.key('x25519') : null
  const kemKey = layout.key('kem')
  const signature = layout.take(64)
  layout.end()
  verify(owner.root, 'prekey@waxwing', bundle.slice(0, -64), signature)
  if (!same(device, owner.device)) refuse('bundle of another device')
  if (!same(identityKey, owner.identityKey)) refuse('bundle of another identity key')
  const keys = [identityKey, signedPrekey, ratchetKey, ...(oneTimePrekey ? [oneTimePrekey] : [])].map(hex)
  if (new Set(keys).size < keys.length) refuse('bundle: a key twice')
  if (nowMs >= expiresAtMs) refuse('bundle expired')
  return { prekeyId, signedPrekey, ratchetKey, oneTimePrekey, kemKey }
}
