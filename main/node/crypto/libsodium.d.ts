/** The part of libsodium 0.8 (the WebAssembly build, without wrappers) that is used here; the package ships no types. */
declare module 'libsodium' {
  /** Numbers are addresses in `HEAPU8`; functions return 0, or -1 for an input that they refuse. */
  interface Libsodium {
    /** The module's memory: another array after every growth, so never kept. */
    readonly HEAPU8: Uint8Array
    _malloc(sizeBytes: number): number
    _sodium_init(): number
    _crypto_hash_sha3256(digest: number, data: number, lengthLow: number, lengthHigh: number): number
    _crypto_kem_mlkem768_seed_keypair(publicKey: number, secretKey: number, seed: number): number
    _crypto_kem_mlkem768_enc_deterministic(
      cipherText: number,
      sharedSecret: number,
      publicKey: number,
      coins: number,
    ): number
    _crypto_kem_mlkem768_dec(sharedSecret: number, cipherText: number, secretKey: number): number
  }
  /** Compiles the module, which is inlined in the package's script. `getRandomValue` gives 32 random bits. */
  export default function libsodium(options: { readonly getRandomValue: () => number }): Promise<Libsodium>
}
