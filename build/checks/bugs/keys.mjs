/** Bugs in the chains, in the keys of messages, and in those that are kept for messages that are late. */

const ratchet = 'core/session/ratchet'
const skipped = 'core/session/skippedKeys'
const chain = 'core/session/chain'
const message = 'core/session/messageKey'
const root = 'core/session/rootKey'

/** @type {readonly import('../bugs.mjs').Bug[]} */
export const keyBugs = [
  {
    id: 'skipped-keys-old-off-by-one',
    harm: 'A key is kept at the moment when it should be gone.',
    tests: [skipped],
    edits: [[skipped, 'key.addedAtMs > bornAfterMs', 'key.addedAtMs >= bornAfterMs']],
  },
  {
    id: 'old-chains-unbounded',
    harm: 'A contact makes every envelope cost as many trials as there were turns.',
    tests: [skipped],
    edits: [[skipped, 'const chains = skipped.slice(-chainsMax)', 'const chains = skipped']],
  },
  {
    id: 'pq-chain-not-mixed',
    harm: 'Messages do not need the post-quantum chain: it protects nothing.',
    tests: [chain],
    edits: [[chain, 'crypto.hmacSha256(pqKey, ecKey)', 'crypto.hmacSha256(ecKey, ecKey)']],
  },
  {
    id: 'ec-chain-not-mixed',
    harm: 'Messages do not need the chain of the elliptic curve: a session heals with its epochs only.',
    tests: [chain],
    edits: [[chain, 'crypto.hmacSha256(pqKey, ecKey)', 'crypto.hmacSha256(pqKey, pqKey)']],
  },
  {
    id: 'chain-key-not-moved',
    harm: 'Who steals a state reads all that was said in its turn before.',
    tests: [chain],
    edits: [[chain, '      chainKey: crypto.hmacSha256(chainKey, chainKeyConstant),\n', '      chainKey,\n']],
  },
  {
    id: 'pq-chain-key-not-moved',
    harm: 'As the one before, for who has broken X25519.',
    tests: [chain],
    edits: [[chain, 'pqChainKey: crypto.hmacSha256(pqChainKey, chainKeyConstant)', 'pqChainKey']],
  },
  {
    id: 'message-key-is-chain-key',
    harm: 'The key of one message, once leaked, gives all messages after it.',
    tests: [chain],
    edits: [[chain, 'const chainKeyConstant = Uint8Array.of(2)', 'const chainKeyConstant = Uint8Array.of(1)']],
  },
  {
    id: 'root-key-not-moved',
    harm: 'The root stays what it was at the beginning: turns do not build on each other.',
    tests: [chain],
    edits: [[root, 'rootKey: part(0)', 'rootKey']],
  },
  {
    id: 'chain-key-is-root-key',
    harm: 'Who learns the chain of one turn follows all turns to come.',
    tests: [chain],
    edits: [[root, 'chainKey: part(1)', 'chainKey: part(0)']],
  },
  {
    id: 'body-key-is-message-key',
    harm: 'The key that seals the body also makes the commitment: one key has two purposes.',
    tests: [message],
    edits: [[message, 'key: crypto.hmacSha256(messageKey, bodyLabel)', 'key: messageKey.slice()']],
  },
  {
    id: 'body-key-kept',
    harm: 'The keys of opened bodies lie in memory until it is collected.',
    tests: [message],
    edits: [[message, '  crypto.wipe(key)\n  if (!committed)', '  if (!committed)']],
  },
  {
    id: 'skipped-key-removed-in-place',
    harm: 'As the one before: the state that was given is changed although the message is refused.',
    tests: [ratchet],
    edits: [
      [
        skipped,
        'const keys = chain.keys.filter((key) => key.n !== n)',
        'const keys = chain.keys as SkippedKey[]\n    keys.splice(keys.findIndex((key) => key.n === n), 1)',
      ],
    ],
  },
  {
    id: 'newest-keys-evicted',
    harm: 'Old gaps keep the place of new ones: after 2,000 lost messages nothing late ever opens again.',
    tests: [skipped],
    edits: [
      [
        skipped,
        'const keys = chain.keys.slice(dropped)',
        'const keys = chain.keys.slice(0, chain.keys.length - dropped)',
      ],
    ],
  },
  {
    id: 'skipped-keys-never-old',
    harm: 'The keys of lost messages stay for ever: who kept the ciphertexts and steals the state reads them.',
    tests: [skipped],
    edits: [
      [
        skipped,
        'key.addedAtMs > bornAfterMs',
        'key.addedAtMs > bornAfterMs - 1_000 * protocolLimits.skippedKeyLifetimeMs',
      ],
    ],
  },
  {
    id: 'header-key-outlives-its-keys',
    harm: 'Header keys of finished turns stay in the store: who steals it recognises old envelopes.',
    tests: [skipped],
    edits: [
      [
        skipped,
        '    const keys = chain.keys.filter((key) => key.n !== n)\n    return keys.length === 0 ? [] : [{',
        '    const keys = chain.keys.filter((key) => key.n !== n)\n    return [{',
      ],
    ],
  },
  {
    id: 'commitment-unchecked',
    harm: 'One ciphertext opens under two keys, to two texts: what was reported is not what was said.',
    tests: [ratchet],
    edits: [
      [
        message,
        'const committed = equalBytes(commitment, body.subarray(0, commitmentSizeBytes))',
        'const committed = commitment.length === commitmentSizeBytes',
      ],
    ],
  },
  {
    id: 'commitment-compared-in-part',
    harm: 'A commitment of four bytes is found by trying: as if there were none.',
    tests: [ratchet],
    edits: [
      [
        message,
        'equalBytes(commitment, body.subarray(0, commitmentSizeBytes))',
        'equalBytes(commitment.subarray(0, 4), body.subarray(0, 4))',
      ],
    ],
  },
  {
    id: 'commitment-is-body-key',
    harm: 'Every envelope carries the key that opens it.',
    tests: [message],
    edits: [
      [
        message,
        'commitment: crypto.hmacSha256(messageKey, commitmentLabel)',
        'commitment: crypto.hmacSha256(messageKey, bodyLabel)',
      ],
    ],
  },
  {
    id: 'commitment-not-bound',
    harm: 'The tag does not cover the commitment: the two can be taken from different messages.',
    tests: [message],
    edits: [
      [
        message,
        'crypto.xchachaSeal(key, nonce, plaintext, concat(associatedData, commitment))',
        'crypto.xchachaSeal(key, nonce, plaintext, associatedData)',
      ],
      [message, '        concat(associatedData, commitment),\n', '        associatedData,\n'],
    ],
  },
]
