/**
 * libsignal through its public interface. Its stores keep the records as they are, without encoding them: the
 * kindest a store can be to it.
 */
import type { Library, Offer, Pair } from './ends.ts'
import type {
  Address,
  IdentityStore,
  KyberPreKeyRecord,
  KyberPreKeyStore,
  Libsignal,
  PreKeyRecord,
  PreKeyStore,
  PublicKey,
  SessionRecord,
  SessionStore,
  SignedPreKeyRecord,
  SignedPreKeyStore,
} from './libsignalTypes.ts'

const preKeyId = 1
const deviceId = 1

class Sessions implements SessionStore {
  readonly #records = new Map<string, SessionRecord>()
  async saveSession(of: Address, record: SessionRecord): Promise<void> {
    this.#records.set(of.toString(), record)
  }
  async getSession(of: Address): Promise<SessionRecord | null> {
    return this.#records.get(of.toString()) ?? null
  }
}

class Identities implements IdentityStore {
  readonly keys: { readonly publicKey: PublicKey; readonly privateKey: ReturnType<Libsignal['PrivateKey']['generate']> }
  readonly registrationId: number
  readonly #known = new Map<string, PublicKey>()
  constructor(lib: Libsignal, registrationId: number) {
    const privateKey = lib.PrivateKey.generate()
    this.keys = { privateKey, publicKey: privateKey.getPublicKey() }
    this.registrationId = registrationId
  }
  async getIdentityKeyPair(): Promise<Identities['keys']> {
    return this.keys
  }
  async getLocalRegistrationId(): Promise<number> {
    return this.registrationId
  }
  async saveIdentity(of: Address, key: PublicKey): Promise<number> {
    const before = this.#known.get(of.toString())
    this.#known.set(of.toString(), key)
    return before === undefined || before.equals(key) ? 0 : 1
  }
  async isTrustedIdentity(of: Address, key: PublicKey): Promise<boolean> {
    return this.#known.get(of.toString())?.equals(key) ?? true
  }
  async getIdentity(of: Address): Promise<PublicKey | null> {
    return this.#known.get(of.toString()) ?? null
  }
}

/** The prekeys of all kinds; one of each is enough for one session. */
class PreKeys implements PreKeyStore, SignedPreKeyStore, KyberPreKeyStore {
  readonly #oneTime = new Map<number, PreKeyRecord>()
  readonly #signed = new Map<number, SignedPreKeyRecord>()
  readonly #kyber = new Map<number, KyberPreKeyRecord>()
  async savePreKey(id: number, record: PreKeyRecord): Promise<void> {
    this.#oneTime.set(id, record)
  }
  async getPreKey(id: number): Promise<PreKeyRecord> {
    return found(this.#oneTime.get(id))
  }
  async removePreKey(id: number): Promise<void> {
    this.#oneTime.delete(id)
  }
  async saveSignedPreKey(id: number, record: SignedPreKeyRecord): Promise<void> {
    this.#signed.set(id, record)
  }
  async getSignedPreKey(id: number): Promise<SignedPreKeyRecord> {
    return found(this.#signed.get(id))
  }
  async saveKyberPreKey(id: number, record: KyberPreKeyRecord): Promise<void> {
    this.#kyber.set(id, record)
  }
  async getKyberPreKey(id: number): Promise<KyberPreKeyRecord> {
    return found(this.#kyber.get(id))
  }
  async markKyberPreKeyUsed(id: number): Promise<void> {
    this.#kyber.delete(id)
  }
}

function found<T>(record: T | undefined): T {
  if (record === undefined) throw new Error('no such prekey')
  return record
}

interface Party {
  readonly address: Address
  readonly identities: Identities
  readonly sessions: Sessions
}

function party(lib: Libsignal, name: string, registrationId: number): Party {
  return {
    address: lib.ProtocolAddress.new(name, deviceId),
    identities: new Identities(lib, registrationId),
    sessions: new Sessions(),
  }
}

/** Makes one prekey of each kind, stores them, and gives the bundle that names them. */
async function publish(lib: Libsignal, of: Party, preKeys: PreKeys) {
  const { privateKey: identityKey, publicKey } = of.identities.keys
  const nowMs = Date.now()
  const [oneTime, signed, kyber] = [lib.PrivateKey.generate(), lib.PrivateKey.generate(), lib.KEMKeyPair.generate()]
  const [oneTimePublic, signedPublic, kyberPublic] = [
    oneTime.getPublicKey(),
    signed.getPublicKey(),
    kyber.getPublicKey(),
  ]
  const signedSignature = identityKey.sign(signedPublic.serialize())
  const kyberSignature = identityKey.sign(kyberPublic.serialize())
  await preKeys.savePreKey(preKeyId, lib.PreKeyRecord.new(preKeyId, oneTimePublic, oneTime))
  await preKeys.saveSignedPreKey(
    preKeyId,
    lib.SignedPreKeyRecord.new(preKeyId, nowMs, signedPublic, signed, signedSignature),
  )
  await preKeys.saveKyberPreKey(preKeyId, lib.KyberPreKeyRecord.new(preKeyId, nowMs, kyber, kyberSignature))
  return lib.PreKeyBundle.new(
    of.identities.registrationId,
    deviceId,
    preKeyId,
    oneTimePublic,
    preKeyId,
    signedPublic,
    signedSignature,
    publicKey,
    preKeyId,
    kyberPublic,
    kyberSignature,
  )
}

function pairOf(lib: Libsignal, parties: readonly [Party, Party]): Pair {
  return {
    async seal(from, plaintext) {
      const [own, other] = [parties[from], parties[from === 0 ? 1 : 0]]
      const sealed = await lib.signalEncrypt(plaintext, other.address, own.address, own.sessions, own.identities)
      return sealed.serialize()
    },
    open(at, sealed) {
      const [own, other] = [parties[at], parties[at === 0 ? 1 : 0]]
      const message = lib.SignalMessage.deserialize(sealed)
      return lib.signalDecrypt(message, other.address, own.address, own.sessions, own.identities)
    },
  }
}

async function offerOf(lib: Libsignal, number: number): Promise<Offer> {
  const [anna, ben] = [party(lib, `anna-${number}`, 1), party(lib, `ben-${number}`, 2)]
  const preKeys = new PreKeys()
  const bundle = await publish(lib, ben, preKeys)
  return {
    async begin(plaintext) {
      await lib.processPreKeyBundle(bundle, ben.address, anna.address, anna.sessions, anna.identities)
      const sealed = await lib.signalEncrypt(plaintext, ben.address, anna.address, anna.sessions, anna.identities)
      const message = lib.PreKeySignalMessage.deserialize(sealed.serialize())
      const { address, sessions, identities } = ben
      const opened = await lib.signalDecryptPreKey(
        message,
        anna.address,
        address,
        sessions,
        identities,
        preKeys,
        preKeys,
        preKeys,
      )
      return { pair: pairOf(lib, [anna, ben]), opened }
    },
  }
}

/** @param url of the package's main module: it is installed beside this folder's package.json, and nowhere else */
export async function libsignal(url: string): Promise<Library> {
  const lib = (await import(url)) as Libsignal
  let offers = 0
  return { offer: () => offerOf(lib, offers++) }
}
