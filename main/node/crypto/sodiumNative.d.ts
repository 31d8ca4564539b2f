/** The part of sodium-native 5.1 that is used here; the package ships no types. */
declare module 'sodium-native' {
  interface Sodium {
    crypto_hash_sha256(digest: Uint8Array, data: Uint8Array): void
    crypto_scalarmult(q: Uint8Array, n: Uint8Array, p: Uint8Array): void
    crypto_scalarmult_base(q: Uint8Array, n: Uint8Array): void
    crypto_sign_seed_keypair(publicKey: Uint8Array, secretKey: Uint8Array, seed: Uint8Array): void
    crypto_sign_detached(signature: Uint8Array, message: Uint8Array, secretKey: Uint8Array): void
    crypto_sign_verify_detached(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean
    crypto_aead_xchacha20poly1305_ietf_encrypt(
      sealed: Uint8Array,
      plaintext: Uint8Array,
      associatedData: Uint8Array | null,
      secretNonce: null,
      nonce: Uint8Array,
      key: Uint8Array,
    ): number
    crypto_aead_xchacha20poly1305_ietf_decrypt(
      plaintext: Uint8Array,
      secretNonce: null,
      sealed: Uint8Array,
      associatedData: Uint8Array | null,
      nonce: Uint8Array,
      key: Uint8Array,
    ): number
    crypto_aead_chacha20poly1305_ietf_encrypt(
      sealed: Uint8Array,
      plaintext: Uint8Array,
      associatedData: Uint8Array | null,
      secretNonce: null,
      nonce: Uint8Array,
      key: Uint8Array,
    ): number
    crypto_aead_chacha20poly1305_ietf_decrypt(
      plaintext: Uint8Array,
      secretNonce: null,
      sealed: Uint8Array,
      associatedData: Uint8Array | null,
      nonce: Uint8Array,
      key: Uint8Array,
    ): number
    crypto_pwhash(
      output: Uint8Array,
      password: Uint8Array,
      salt: Uint8Array,
      passes: number,
      memoryBytes: number,
      algorithm: number,
    ): void
    readonly crypto_pwhash_ALG_ARGON2ID13: number
    sodium_memzero(secret: Uint8Array): void
  }
  const sodium: Sodium
  export default sodium
}
