/** The part of @signalapp/libsignal-client 0.103 that is used here, by hand: the product's types must not need it. */

export interface PublicKey {
  equals(other: PublicKey): boolean
  serialize(): Uint8Array
}

export interface PrivateKey {
  getPublicKey(): PublicKey
  sign(message: Uint8Array): Uint8Array
}

export interface IdentityKeyPair {
  readonly publicKey: PublicKey
  readonly privateKey: PrivateKey
}

export interface KemPublicKey {
  serialize(): Uint8Array
}

export interface KemKeyPair {
  getPublicKey(): KemPublicKey
}

export interface Address {
  toString(): string
}

declare const opaque: unique symbol
interface Opaque<Name extends string> {
  readonly [opaque]: Name
}

export type SessionRecord = Opaque<'SessionRecord'>
export type PreKeyRecord = Opaque<'PreKeyRecord'>
export type SignedPreKeyRecord = Opaque<'SignedPreKeyRecord'>
export type KyberPreKeyRecord = Opaque<'KyberPreKeyRecord'>
export type PreKeyBundle = Opaque<'PreKeyBundle'>
export type SignalMessage = Opaque<'SignalMessage'>
export type PreKeySignalMessage = Opaque<'PreKeySignalMessage'>

export interface SessionStore {
  saveSession(of: Address, record: SessionRecord): Promise<void>
  getSession(of: Address): Promise<SessionRecord | null>
}

export interface IdentityStore {
  getIdentityKeyPair(): Promise<IdentityKeyPair>
  getLocalRegistrationId(): Promise<number>
  /** 0 for a new or unchanged key, 1 for one that replaced another. */
  saveIdentity(of: Address, key: PublicKey): Promise<number>
  isTrustedIdentity(of: Address, key: PublicKey): Promise<boolean>
  getIdentity(of: Address): Promise<PublicKey | null>
}

export interface PreKeyStore {
  savePreKey(id: number, record: PreKeyRecord): Promise<void>
  getPreKey(id: number): Promise<PreKeyRecord>
  removePreKey(id: number): Promise<void>
}

export interface SignedPreKeyStore {
  saveSignedPreKey(id: number, record: SignedPreKeyRecord): Promise<void>
  getSignedPreKey(id: number): Promise<SignedPreKeyRecord>
}

export interface KyberPreKeyStore {
  saveKyberPreKey(id: number, record: KyberPreKeyRecord): Promise<void>
  getKyberPreKey(id: number): Promise<KyberPreKeyRecord>
  markKyberPreKeyUsed(id: number, signedPreKeyId: number, baseKey: PublicKey): Promise<void>
}

export interface Libsignal {
  readonly PrivateKey: { generate(): PrivateKey }
  readonly KEMKeyPair: { generate(): KemKeyPair }
  readonly ProtocolAddress: { 'new'(name: string, deviceId: number): Address }
  readonly PreKeyRecord: { 'new'(id: number, publicKey: PublicKey, privateKey: PrivateKey): PreKeyRecord }
  readonly SignedPreKeyRecord: {
    'new'(
      id: number,
      timestampMs: number,
      publicKey: PublicKey,
      privateKey: PrivateKey,
      signature: Uint8Array,
    ): SignedPreKeyRecord
  }
  readonly KyberPreKeyRecord: {
    'new'(id: number, timestampMs: number, keyPair: KemKeyPair, signature: Uint8Array): KyberPreKeyRecord
  }
  readonly PreKeyBundle: {
    'new'(
      registrationId: number,
      deviceId: number,
      preKeyId: number,
      preKey: PublicKey,
      signedPreKeyId: number,
      signedPreKey: PublicKey,
      signedPreKeySignature: Uint8Array,
      identityKey: PublicKey,
      kyberPreKeyId: number,
      kyberPreKey: KemPublicKey,
      kyberPreKeySignature: Uint8Array,
    ): PreKeyBundle
  }
  readonly SignalMessage: { deserialize(bytes: Uint8Array): SignalMessage }
  readonly PreKeySignalMessage: { deserialize(bytes: Uint8Array): PreKeySignalMessage }
  processPreKeyBundle(
    bundle: PreKeyBundle,
    remote: Address,
    local: Address,
    sessions: SessionStore,
    identities: IdentityStore,
  ): Promise<void>
  signalEncrypt(
    message: Uint8Array,
    remote: Address,
    local: Address,
    sessions: SessionStore,
    identities: IdentityStore,
  ): Promise<{ serialize(): Uint8Array }>
  signalDecrypt(
    message: SignalMessage,
    remote: Address,
    local: Address,
    sessions: SessionStore,
    identities: IdentityStore,
  ): Promise<Uint8Array>
  signalDecryptPreKey(
    message: PreKeySignalMessage,
    remote: Address,
    local: Address,
    sessions: SessionStore,
    identities: IdentityStore,
    preKeys: PreKeyStore,
    signedPreKeys: SignedPreKeyStore,
    kyberPreKeys: KyberPreKeyStore,
  ): Promise<Uint8Array>
}
