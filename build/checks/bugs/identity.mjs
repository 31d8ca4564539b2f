/** Bugs in who somebody is, and in the primitives that say so. */

const account = 'core/identity/account'
const certificate = 'core/identity/certificate'
const descriptor = 'core/identity/descriptor'
const sshsig = 'core/identity/sshsig'
const invite = 'core/identity/invite'
const ed25519 = 'core/crypto/ed25519'
const mlkem = 'core/crypto/mlkem768'
const entropy = 'core/entropy'

/** @type {readonly import('../bugs.mjs').Bug[]} */
export const identityBugs = [
  {
    id: 'descriptor-signature-unchecked',
    harm: 'Who stands in the middle puts their own identity key under the root of another.',
    tests: [account],
    edits: [
      [
        descriptor,
        "  if (!sshsigVerify(crypto, rootKey, sshsigNamespaces.descriptor, bytes, signature)) {\n    return err({ kind: 'badSignature' })\n  }\n",
        '',
      ],
    ],
  },
  {
    id: 'weak-identity-key-taken',
    harm: 'Somebody takes an identity key that agrees on zero with everybody: anybody can be them.',
    tests: [account],
    edits: [
      [
        descriptor,
        "  if (crypto.x25519(new Uint8Array(32), identityKey) === null) return err({ kind: 'weakKey' })\n",
        '',
      ],
    ],
  },
  {
    id: 'root-signature-unchecked',
    harm: 'A device names any account as its own.',
    tests: [account],
    edits: [
      [
        certificate,
        "  if (!sshsigVerify(crypto, rootKey, sshsigNamespaces.device, body, rootSignature)) {\n    return err({ kind: 'badRootSignature' })\n  }\n",
        '',
      ],
    ],
  },
  {
    id: 'device-signature-unchecked',
    harm: 'An account names the device of another as its own, and takes credit for what it says.',
    tests: [account],
    edits: [
      [
        certificate,
        "  if (!sshsigVerify(crypto, deviceKey, sshsigNamespaces.deviceRoot, body, deviceSignature)) {\n    return err({ kind: 'badDeviceSignature' })\n  }\n",
        '',
      ],
    ],
  },
  {
    id: 'certificate-of-another-device',
    harm: 'Who replays the certificate of another over their own connection is taken for them.',
    tests: [account],
    edits: [
      [certificate, "  if (!equalBytes(deviceKey, expected.deviceKey)) return err({ kind: 'otherDevice' })\n", ''],
    ],
  },
  {
    id: 'certificate-of-another-account',
    harm: 'Descriptor and certificate of two accounts are taken together.',
    tests: [account],
    edits: [[certificate, "  if (!equalBytes(rootKey, expected.rootKey)) return err({ kind: 'otherAccount' })\n", '']],
  },
  {
    id: 'one-key-for-root-and-device',
    harm: 'The key that every connection uses is the one that stands for the account.',
    tests: [account],
    edits: [[certificate, "  if (equalBytes(rootKey, deviceKey)) return err({ kind: 'sameKey' })\n", '']],
  },
  {
    id: 'namespace-unsigned',
    harm: 'A signature for one purpose passes for another: a card becomes a prekey bundle.',
    tests: [sshsig],
    edits: [
      [
        sshsig,
        '    .prefixed32(utf8(namespace))\n    .prefixed32(new Uint8Array(0))\n    .prefixed32(utf8(hashName))\n    .prefixed32(crypto.sha512(message))',
        '    .prefixed32(utf8(sshsigNamespaces.card))\n    .prefixed32(new Uint8Array(0))\n    .prefixed32(utf8(hashName))\n    .prefixed32(crypto.sha512(message))',
      ],
    ],
  },
  {
    id: 'namespaces-equal',
    harm: 'The two signatures of a certificate can be exchanged: who has one has both.',
    tests: [sshsig],
    edits: [[sshsig, "deviceRoot: 'device-root@waxwing'", "deviceRoot: 'device@waxwing'"]],
  },
  {
    id: 'namespace-of-file-unchecked',
    harm: 'A file that was signed for another purpose verifies as a card.',
    tests: [sshsig],
    edits: [[sshsig, "  if (sig.namespace !== namespace) return 'wrongNamespace'\n", '']],
  },
  {
    id: 'invite-checksum-unchecked',
    harm: 'A link that was cut or altered on its way is read as another.',
    tests: [invite],
    edits: [
      [
        invite,
        "  if (!equalBytes(checksumOf(crypto, body), payload.subarray(-checksumLength))) {\n    return err({ kind: 'incomplete' })\n  }\n",
        '',
      ],
    ],
  },
  {
    id: 'key-type-unchecked',
    harm: 'A key of one kind is taken for one of another: a root key becomes an identity key.',
    tests: [account],
    edits: [
      ['core/identity/keyField', "  if (got !== keyTypes[type]) reader.refuse({ kind: 'badValue', field, got })\n", ''],
    ],
  },
  {
    id: 'key-type-in-layouts-unchecked',
    harm: 'As the one before, in bundles, headers and blocks.',
    tests: ['core/session/ratchetPeer'],
    edits: [['core/session/suite', "  if (got !== type) reader.refuse({ kind: 'badValue', field, got })\n", '']],
  },
  {
    id: 'ed25519-zip215',
    harm: 'Signatures count here that OpenSSH and libsodium refuse: what one shows as verified another does not.',
    tests: [ed25519],
    edits: [
      [
        ed25519,
        '  return Point.BASE.multiplyUnsafe(S).subtract(A.multiplyUnsafe(k)).equals(R)\n',
        '  return k >= 0n && R.equals(R) && ed25519.verify(signature, message, publicKey, { zip215: true })\n',
      ],
    ],
  },
  {
    id: 'ed25519-cofactored',
    harm: 'One key has eight signatures for a text, all of them good.',
    tests: [ed25519],
    edits: [
      [
        ed25519,
        '.subtract(A.multiplyUnsafe(k)).equals(R)',
        '.subtract(A.multiplyUnsafe(k)).subtract(R).clearCofactor().equals(Point.ZERO)',
      ],
    ],
  },
  {
    id: 'ed25519-malleable',
    harm: 'Anybody makes a second signature out of a good one.',
    tests: [ed25519],
    edits: [
      [ed25519, '  if (S >= L) return false\n', ''],
      [ed25519, 'multiplyUnsafe(S)', 'multiplyUnsafe(S % L)'],
    ],
  },
  {
    id: 'ed25519-small-order',
    harm: 'A key of small order signs everything at once.',
    tests: [ed25519],
    edits: [[ed25519, 'return point.isSmallOrder() ? null : point', 'return point']],
  },
  {
    id: 'x25519-not-canonical',
    harm: 'One key has two encodings: two hashes, two transcripts, two fingerprints.',
    tests: ['core/session/suite'],
    edits: [
      [
        'core/session/suite',
        "  if (!isCanonicalX25519(key)) reader.refuse({ kind: 'badValue', field, got: key[keySizeBytes - 1] as number })\n",
        '',
      ],
    ],
  },
  {
    id: 'x25519-in-identity-not-canonical',
    harm: 'As the one before, for the key that stands for an account.',
    tests: [account],
    edits: [
      [
        'core/identity/keyField',
        "  if (type === 'x25519' && !isCanonicalX25519(key)) reader.refuse({ kind: 'badValue', field, got: key[31] as number })\n",
        '',
      ],
    ],
  },
  {
    id: 'x25519-canonical-off-by-one',
    harm: 'The number 2^255 - 19, which is zero, counts as the encoding of a key.',
    tests: ['core/crypto/keyType'],
    edits: [['core/crypto/keyType', '(publicKey[0] as number) < 0xed', '(publicKey[0] as number) <= 0xed']],
  },
  {
    id: 'x25519-zero',
    harm: 'Over the pure provider an agreement with a point of low order gives zero, and counts.',
    tests: [account],
    edits: [
      [
        'core/crypto/x25519',
        '    // With both lengths right, the library refuses nothing but the all-zero output.\n    return null\n',
        '    return new Uint8Array(32)\n',
      ],
    ],
  },
  {
    id: 'ml-kem-modulus-off-by-one',
    harm: 'A KEM key with the coefficient 3,329, which is 0, is taken: one key has two encodings.',
    tests: [mlkem],
    edits: [[mlkem, '((middle & 15) << 8)) >= modulus', '((middle & 15) << 8)) > modulus']],
  },
  {
    id: 'ml-kem-key-of-any-length',
    harm: 'The node ends at a KEM key of another length.',
    tests: [mlkem],
    edits: [[mlkem, '  if (publicKey.length !== mlKem768Sizes.publicKey) return false\n', '']],
  },
  {
    id: 'entropy-given-twice',
    harm: 'Two keys or nonces are made of the same bytes.',
    tests: [entropy],
    edits: [[entropy, '      at = end\n', '      at = Math.max(at, end - 1)\n']],
  },
]
