/**
 * The primitives that everything above is built from. Two implementations:
 * noble (reference and fallback, beside this file) and sodium-native (main/node/crypto),
 * kept equal by the vectors that others wrote. All are synchronous and deterministic:
 * keys, nonces and coins come in as bytes.
 */
export interface Crypto {
  readonly name: 'noble' | 'sodium'

  /** FIPS 180-4. 32 bytes. */
  sha256(data: Uint8Array): Uint8Array
  /** FIPS 180-4. 64 bytes. */
  sha512(data: Uint8Array): Uint8Array
  /** RFC 2104 over SHA-256. 32 bytes. */
  hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array
  /** RFC 5869 over SHA-256: extract then expand. `lengthBytes` at most 255 * 32. */
  hkdfSha256(keyMaterial: Uint8Array, salt: Uint8Array, info: Uint8Array, lengthBytes: number): Uint8Array

  /** RFC 7748. The public key of a 32-byte secret. */
  x25519PublicKey(secret: Uint8Array): Uint8Array
  /** RFC 7748. Null when the output is all zero (a low-order or zero public key): refuse it. */
  x25519(secret: Uint8Array, publicKey: Uint8Array): Uint8Array | null

  /** RFC 8032. The public key of a 32-byte seed. */
  ed25519PublicKey(seed: Uint8Array): Uint8Array
  /** RFC 8032 pure Ed25519. 64 bytes. */
  ed25519Sign(seed: Uint8Array, message: Uint8Array): Uint8Array
  /** Strict: cofactorless, canonical encodings only, S below L, no small-order key or R. Wrong lengths are false. */
  ed25519Verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean

  /** draft-irtf-cfrg-xchacha-03. Key 32, nonce 24; returns ciphertext with the 16-byte tag behind it. */
  xchachaSeal(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, associatedData: Uint8Array): Uint8Array
  /** Null when the tag does not fit (or the input is shorter than a tag). */
  xchachaOpen(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array, associatedData: Uint8Array): Uint8Array | null

  /** FIPS 203 ML-KEM.KeyGen_internal. Seed d||z of 64 bytes; public 1,184 bytes, secret 2,400 bytes. */
  mlKem768KeyPair(seed: Uint8Array): { readonly publicKey: Uint8Array; readonly secretKey: Uint8Array }
  /** FIPS 203 section 7.2: whether this is an encapsulation key, by length and modulus. Wrong lengths are false. */
  mlKem768CheckPublicKey(publicKey: Uint8Array): boolean
  /** FIPS 203 ML-KEM.Encaps_internal with 32 bytes of coins. Null when the key fails the modulus check (section 7.2). */
  mlKem768Encapsulate(
    publicKey: Uint8Array,
    coins: Uint8Array,
  ): { readonly cipherText: Uint8Array; readonly sharedSecret: Uint8Array } | null
  /** FIPS 203 ML-KEM.Decaps: implicit rejection, so never null for a 1,088-byte ciphertext; null for another length. */
  mlKem768Decapsulate(cipherText: Uint8Array, secretKey: Uint8Array): Uint8Array | null

  /** RFC 9106 Argon2id, version 0x13, one lane. Salt 16 bytes. Blocks for its whole duration. */
  argon2id(password: Uint8Array, salt: Uint8Array, memoryKiB: number, passes: number, lengthBytes: number): Uint8Array

  /** Overwrites with zeros, as far as the runtime allows it. */
  wipe(...secrets: readonly Uint8Array[]): void
}
