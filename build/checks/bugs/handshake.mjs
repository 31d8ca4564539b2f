/** Bugs in how a session begins: what is agreed on, by whom, and what a bundle promises. */

const schedule = 'core/session/keySchedule'
const handshake = 'core/session/handshake'
const bundle = 'core/session/bundle'
const initial = 'core/session/initialMessage'

/** @type {readonly import('../bugs.mjs').Bug[]} */
export const handshakeBugs = [
  {
    id: 'psk-dropped',
    harm: 'Who fetched the bundle without the invite begins a session: the secret of the invite protects nothing.',
    tests: [schedule],
    edits: [[schedule, '    secrets.psk,\n', '']],
  },
  {
    id: 'dh2-dropped',
    harm: 'Who stole a bundle, but not the identity key of its owner, answers in their name.',
    tests: [schedule],
    edits: [[schedule, '    secrets.ephemeralIdentity,\n', '']],
  },
  {
    id: 'dh3-dropped',
    harm: 'A session rests on the identity key alone: who steals that one later reads the first messages.',
    tests: [schedule],
    edits: [[schedule, '    secrets.ephemeralPrekey,\n', '']],
  },
  {
    id: 'dh4-dropped',
    harm: 'The one-time prekey protects nothing: first messages can be read until the signed prekey is erased.',
    tests: [schedule],
    edits: [[schedule, 'secrets.ephemeralOneTime ?? new Uint8Array(0)', 'new Uint8Array(0)']],
  },
  {
    id: 'kem-secret-dropped',
    harm: 'Who records now and breaks X25519 later reads everything.',
    tests: [schedule],
    edits: [[schedule, '    secrets.kem,\n', '']],
  },
  {
    id: 'dh1-dropped',
    harm: 'Anybody begins a session in the name of anybody.',
    tests: [schedule],
    edits: [[schedule, 'hkdfSha256(identityPrekey, stage.chainKey,', 'hkdfSha256(zeroKey, stage.chainKey,']],
  },
  {
    id: 'dh1-of-ephemeral',
    harm: 'The initiator proves the key that it has just made, not the one that it names: anybody is anybody.',
    tests: [handshake],
    edits: [
      [
        handshake,
        'crypto.x25519(local.identitySecret, bundle.signedPrekey)',
        'crypto.x25519(ephemeralSecret, bundle.signedPrekey)',
      ],
      [
        handshake,
        'crypto.x25519(secrets.signedPrekeySecret, identity.value.identityKey)',
        'crypto.x25519(secrets.signedPrekeySecret, prologue.ephemeralKey)',
      ],
    ],
  },
  {
    id: 'dh2-of-prekey',
    harm: 'The responder proves its prekey and not its identity key.',
    tests: [handshake],
    edits: [
      [
        handshake,
        'crypto.x25519(ephemeralSecret, bundle.identityKey)',
        'crypto.x25519(ephemeralSecret, bundle.signedPrekey)',
      ],
      [
        handshake,
        'crypto.x25519(local.identitySecret, ephemeralKey)',
        'crypto.x25519(secrets.signedPrekeySecret, ephemeralKey)',
      ],
    ],
  },
  {
    id: 'one-time-key-of-low-order',
    harm: 'A bundle with a one-time prekey of low order takes DH4 out of the handshake without a word.',
    tests: [handshake],
    edits: [
      [
        handshake,
        "  if (bundle.oneTimePrekey !== null && ephemeralOneTime === null) return err({ kind: 'badKey', key: 'oneTimePrekey' })\n",
        '',
      ],
    ],
  },
  {
    id: 'transcript-without-descriptor',
    harm: 'Two people can be made to talk who think that they talk to others (unknown key share).',
    tests: [schedule],
    edits: [[schedule, '      .prefixed32(opening.responderDescriptor)\n', '']],
  },
  {
    id: 'transcript-without-bundle',
    harm: 'The two sides may have used different bundles, and nothing tells them.',
    tests: [schedule],
    edits: [[schedule, '      .bytes(opening.bundleHash)\n', '']],
  },
  {
    id: 'transcript-without-ephemeral-key',
    harm: 'A key with the same secret in another encoding makes a second session out of one handshake.',
    tests: [schedule],
    edits: [[schedule, '      .bytes(encodeX25519(opening.ephemeralKey))\n', '']],
  },
  {
    id: 'transcript-without-ciphertext',
    harm: 'A ciphertext made for another KEM key is taken (re-encapsulation).',
    tests: [schedule],
    edits: [[schedule, '      .bytes(opening.cipherText)\n', '']],
  },
  {
    id: 'transcript-without-seal',
    harm: 'The sealed introduction can be replaced by another seal of the same words.',
    tests: [schedule],
    edits: [[schedule, '      .bytes(crypto.sha256(sealedIntroduction))\n', '']],
  },
  {
    id: 'transcript-without-introduction',
    harm: 'Who the initiator says it is does not reach the keys: a seal that opens to two texts makes two people one.',
    tests: [schedule],
    edits: [[schedule, '      .prefixed32(encodeIntroduction(introduction))\n', '']],
  },
  {
    id: 'transcript-without-generation',
    harm: 'The two sides may rank the session differently and talk past each other for ever.',
    tests: [schedule],
    edits: [[schedule, '.prefixed32(encodeIntroduction(introduction))', '.prefixed32(introduction.identityPayload)']],
  },
  {
    id: 'transcripts-share-a-label',
    harm: 'A hash of the first stage can be passed off as one of the second.',
    tests: [schedule],
    edits: [[schedule, "const transcriptLabel = label('transcript')", "const transcriptLabel = label('handshake')"]],
  },
  {
    id: 'stages-share-a-label',
    harm: 'Keys of two purposes come out of one derivation: a leak of one is a leak of the other.',
    tests: [schedule],
    edits: [[schedule, "const sessionLabel = label('session')", "const sessionLabel = label('identity')"]],
  },
  {
    id: 'identity-key-is-chain-key',
    harm: 'The key that seals the introduction is the one from which the session follows.',
    tests: [schedule],
    edits: [[schedule, 'identityKey: output.slice(keySizeBytes)', 'identityKey: output.slice(0, keySizeBytes)']],
  },
  {
    id: 'header-keys-equal',
    harm: 'Both directions seal headers under one key: a message can be thrown back at its sender.',
    tests: [schedule],
    edits: [[schedule, 'nextHeaderKey: part(2)', 'nextHeaderKey: part(1)']],
  },
  {
    id: 'epoch-seed-is-root-key',
    harm: 'The post-quantum ratchet begins from the very key that the other one begins from: there is only one.',
    tests: [schedule],
    edits: [[schedule, 'epochSeed: part(3)', 'epochSeed: part(0)']],
  },
  {
    id: 'introduction-unbound',
    harm: 'A sealed introduction can be carried into another handshake with the same secrets.',
    tests: [schedule],
    edits: [
      [
        schedule,
        'crypto.xchachaSeal(stage.identityKey, nonce, padded, stage.hash)',
        'crypto.xchachaSeal(stage.identityKey, nonce, padded, zeroKey)',
      ],
      [schedule, 'sealed.subarray(nonceSizeBytes), stage.hash)', 'sealed.subarray(nonceSizeBytes), zeroKey)'],
    ],
  },
  {
    id: 'introduction-unpadded',
    harm: 'The size of an initial envelope tells who writes.',
    tests: [schedule],
    edits: [
      [
        schedule,
        'const padded = pad(encodeIntroduction(introduction))',
        'const padded = encodeIntroduction(introduction)',
      ],
      [
        schedule,
        '  const plain = unpad(padded)\n  if (!plain.ok) return null\n',
        '  const plain = { value: padded }\n',
      ],
    ],
  },
  {
    id: 'introduction-too-short',
    harm: 'A stranger ends the node with one envelope whose introduction is shorter than a nonce.',
    tests: [schedule],
    edits: [[schedule, '  if (nonce.length < nonceSizeBytes) return null\n', '']],
  },
  {
    id: 'secrets-of-the-handshake-kept',
    harm: 'What made a session lies in memory after it: who reads that reads the first messages again.',
    tests: ['core/session/secrets'],
    edits: [
      [handshake, '    identityPrekey,\n    ephemeralIdentity,\n    ephemeralPrekey,\n    kem.sharedSecret,\n', ''],
    ],
  },
  {
    id: 'secrets-of-the-answer-kept',
    harm: 'As the one before, at the responder.',
    tests: ['core/session/secrets'],
    edits: [[handshake, '  crypto.wipe(ephemeralIdentity, ephemeralPrekey, kem)\n', '']],
  },
  {
    id: 'generation-not-taken-over',
    harm: 'After a renewal the two sides seal under different sessions, each sure of its own.',
    tests: ['core/session/secrets'],
    edits: [
      [
        handshake,
        'newSession({ id, transcript, generation, prologue: null,',
        'newSession({ id, transcript, generation: 1, prologue: null,',
      ],
    ],
  },
  {
    id: 'other-prekey-taken',
    harm: 'A message is tried with the secrets of a prekey that it does not name, which are then erased for nothing.',
    tests: [handshake],
    edits: [[handshake, "  if (prologue.prekeyId !== secrets.prekeyId) return err({ kind: 'wrongPrekey' })\n", '']],
  },
  {
    id: 'replay-remembered-by-half',
    harm: 'Initial messages with one ephemeral key and two ciphertexts count as one: the second is taken for a replay.',
    tests: [handshake],
    edits: [[initial, 'crypto.sha256(concat(ephemeralKey, cipherText))', 'crypto.sha256(ephemeralKey)']],
  },
  {
    id: 'replay-remembered-by-envelope',
    harm: 'A second message with the same prologue makes the session anew: a replay resets a conversation.',
    tests: [handshake],
    edits: [
      [
        initial,
        'crypto.sha256(concat(ephemeralKey, cipherText))',
        'crypto.sha256(concat(sealed, ephemeralKey, cipherText))',
      ],
    ],
  },
  {
    id: 'prologue-version-unchecked',
    harm: 'A prologue of a later version is read by the rules of this one.',
    tests: [handshake],
    edits: [[initial, 'checkSuite(rest, prologueVersion)', 'checkSuite(rest, rest[0] ?? prologueVersion)']],
  },
  {
    id: 'suite-unchecked',
    harm: 'What another suite wrote is taken for ours: the door to a downgrade.',
    tests: [bundle],
    edits: [
      [
        'core/session/suite',
        "return got === suiteId ? null : { kind: 'unknownSuite', got, known: suiteId }",
        'return null',
      ],
    ],
  },
  {
    id: 'introduction-unbounded',
    harm: 'A stranger makes us derive, hash and open 64 KiB for each envelope.',
    tests: ['core/session/secrets'],
    edits: [
      [
        initial,
        "reader.prefixed('sealedIntroduction', sealedIntroductionSizeBytesMax)",
        "reader.prefixed('sealedIntroduction', 0xffff)",
      ],
    ],
  },
  {
    id: 'envelope-kind-unchecked',
    harm: 'Envelopes of every kind to come are tried as ordinary ones.',
    tests: ['core/session/session'],
    edits: [[initial, "return sealed[0] === envelopeKinds.ordinary ? 'ordinary' : null", "return 'ordinary'"]],
  },
  {
    id: 'bundle-signature-unchecked',
    harm: 'Who hands out a bundle puts their own keys into it.',
    tests: [bundle],
    edits: [[bundle, "  if (!owner.verify(signed, signature)) return err({ kind: 'badSignature' })\n", '']],
  },
  {
    id: 'bundle-kem-key-unsigned',
    harm: 'Who hands out a bundle puts their own KEM key into it: the post-quantum half is theirs.',
    tests: [bundle],
    edits: [
      [
        bundle,
        '  writer.u8(keyTypes.mlKem768).bytes(crypto.mlKem768KeyPair(kemSeed).publicKey)\n  const signature = wanted.sign(writer.done())\n',
        '  const signature = wanted.sign(writer.done())\n  writer.u8(keyTypes.mlKem768).bytes(crypto.mlKem768KeyPair(kemSeed).publicKey)\n',
      ],
      [
        bundle,
        'bytes.subarray(0, bytes.length - signatureSizeBytes)',
        'bytes.subarray(0, bytes.length - signatureSizeBytes - 1 - kemPublicKeySizeBytes)',
      ],
    ],
  },
  {
    id: 'bundle-of-another-device',
    harm: 'A session is begun with another device of the account than the one that was meant.',
    tests: [bundle],
    edits: [[bundle, "  if (bundle.device !== owner.device) return err({ kind: 'wrongDevice' })\n", '']],
  },
  {
    id: 'bundle-of-another-identity',
    harm: 'Somebody republishes the keys of another as their own, and the two are confused.',
    tests: [bundle],
    edits: [
      [
        bundle,
        "  if (!equalBytes(bundle.identityKey, owner.identityKey)) return err({ kind: 'wrongIdentityKey' })\n",
        '',
      ],
    ],
  },
  {
    id: 'bundle-expires-late',
    harm: 'A bundle is taken at the moment when its secrets are erased: the first message opens for nobody.',
    tests: [bundle],
    edits: [[bundle, 'if (nowMs >= expiresAtMs)', 'if (nowMs > expiresAtMs)']],
  },
  {
    id: 'bundle-repeats-a-key',
    harm: 'A bundle whose ratchet key is the signed prekey is taken: the session begins in the weak state.',
    tests: [bundle],
    edits: [[bundle, "  if (repeatsKey(bundle)) return err({ kind: 'repeatedKey' })\n", '']],
  },
  {
    id: 'stash-repeats-a-bundle',
    harm: 'One bundle is in a stash twice: the second session with it is taken for a replay.',
    tests: ['core/session/stash'],
    edits: [
      [
        'core/session/stash',
        "    if (opened.some(({ prekeyId }) => prekeyId === bundle.value.prekeyId)) return err({ kind: 'repeated' })\n",
        '',
      ],
    ],
  },
  {
    id: 'ratchet-key-is-signed-prekey',
    harm: 'A session begins in the weak state of Cheval and others: one key serves the handshake and the ratchet.',
    tests: [bundle],
    edits: [[bundle, 'const ratchetSecret = entropy.take(keySizeBytes)', 'const ratchetSecret = signedPrekeySecret']],
  },
  {
    id: 'one-time-key-is-signed-prekey',
    harm: 'DH4 is DH3 again: the one-time prekey is none.',
    tests: [bundle],
    edits: [
      [bundle, 'wanted.oneTime ? entropy.take(keySizeBytes) : null', 'wanted.oneTime ? signedPrekeySecret : null'],
    ],
  },
  {
    id: 'kem-seed-fixed',
    harm: 'Everybody has the same KEM key, and its secret.',
    tests: [bundle],
    edits: [
      [bundle, 'const kemSeed = entropy.take(kemSeedSizeBytes)', 'const kemSeed = new Uint8Array(kemSeedSizeBytes)'],
    ],
  },
]
