/**
 * Every file of the folder of vectors: the test beside test/conformance/vectors that runs it through all providers,
 * or why none does. folder.test.ts keeps this table and the folder equal, so that no file lies there unread.
 */

interface RunBy {
  readonly runBy: 'curves' | 'mlkem' | 'noise' | 'symmetric'
}

interface NotRun {
  readonly notRun: string
}

const document = { notRun: 'a document, not vectors' } as const

export const inventory = {
  'README.md': document,
  'acvp/LICENSE': document,
  'acvp/ML-KEM-encapDecap-FIPS203-expectedResults.json.gz': { runBy: 'mlkem' },
  'acvp/ML-KEM-encapDecap-FIPS203-prompt.json.gz': { runBy: 'mlkem' },
  'acvp/ML-KEM-keyGen-FIPS203-expectedResults.json.gz': { runBy: 'mlkem' },
  'acvp/ML-KEM-keyGen-FIPS203-prompt.json.gz': { runBy: 'mlkem' },
  'cctv/LICENSE-ed25519': document,
  'cctv/ML-KEM-768-intermediate.txt.gz': { runBy: 'mlkem' },
  'cctv/ML-KEM-768-modulus.txt.gz': { runBy: 'mlkem' },
  'cctv/ML-KEM-768-strcmp.txt.gz': { runBy: 'mlkem' },
  'cctv/ML-KEM-768-unluckysample.txt.gz': { runBy: 'mlkem' },
  'cctv/ML-KEM-README.md': document,
  'cctv/ed25519vectors.json.gz': { runBy: 'curves' },
  'rfc/8032-ed25519.json.gz': { runBy: 'curves' },
  'wycheproof/LICENSE': document,
  'wycheproof/aes_gcm_test.json.gz': { notRun: 'AES-GCM is in no suite: envelopes are sealed with XChaCha20-Poly1305' },
  'wycheproof/chacha20_poly1305_test.json.gz': { runBy: 'noise' },
  'wycheproof/ed25519_test.json.gz': { runBy: 'curves' },
  'wycheproof/hkdf_sha256_test.json.gz': { runBy: 'symmetric' },
  'wycheproof/hkdf_sha512_test.json.gz': { notRun: 'HKDF is over SHA-256 here; SHA-512 serves signatures and safety numbers' },
  'wycheproof/hmac_sha256_test.json.gz': { runBy: 'symmetric' },
  'wycheproof/mlkem_768_encaps_test.json.gz': { runBy: 'mlkem' },
  'wycheproof/mlkem_768_keygen_seed_test.json.gz': { runBy: 'mlkem' },
  'wycheproof/mlkem_768_semi_expanded_decaps_test.json.gz': { runBy: 'mlkem' },
  'wycheproof/mlkem_768_test.json.gz': { runBy: 'mlkem' },
  'wycheproof/x25519_test.json.gz': { runBy: 'curves' },
  'wycheproof/xchacha20_poly1305_test.json.gz': { runBy: 'symmetric' },
} as const satisfies Readonly<Record<string, RunBy | NotRun>>

type Inventory = typeof inventory

/** A file that tests may read: none that the table calls not run. */
export type VectorFile = { [File in keyof Inventory]: Inventory[File] extends RunBy ? File : never }[keyof Inventory]
