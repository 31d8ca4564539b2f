/** Bugs in the turns: what of a message is believed, and what follows from it. */

const ratchet = 'core/session/ratchet'
const peer = 'core/session/ratchetPeer'

/** @type {readonly import('../bugs.mjs').Bug[]} */
export const ratchetBugs = [
  {
    id: 'gap-unchecked',
    harm: 'A contact makes us derive four billion keys with one message.',
    tests: [ratchet],
    edits: [
      [
        ratchet,
        "  if (got > protocolLimits.skipMax) return err({ kind: 'gapTooLarge', got, max: protocolLimits.skipMax })\n",
        '  if (got > 30_000) return err({ kind: "gapTooLarge", got, max: 30_000 })\n',
      ],
    ],
  },
  {
    id: 'gap-off-by-one',
    harm: 'The largest gap that the protocol allows is refused: two implementations disagree, and messages are lost.',
    tests: [ratchet],
    edits: [[ratchet, 'if (got > protocolLimits.skipMax)', 'if (got >= protocolLimits.skipMax)']],
  },
  {
    id: 'gap-checked-late',
    harm: 'The gap is refused, but only after every key in it was derived.',
    tests: [ratchet],
    edits: [
      [
        ratchet,
        "  if (got > protocolLimits.skipMax) return err({ kind: 'gapTooLarge', got, max: protocolLimits.skipMax })\n",
        '',
      ],
      [
        ratchet,
        '  return ok({ chain, keys })\n',
        "  if (got > protocolLimits.skipMax) return err({ kind: 'gapTooLarge', got, max: protocolLimits.skipMax })\n  return ok({ chain, keys })\n",
      ],
    ],
  },
  {
    id: 'gap-of-new-turn-checked-late',
    harm: 'A contact has us skip to the end of one chain and agree on a key before the gap in the next is refused.',
    tests: [ratchet],
    edits: [[ratchet, 'if (header.n > protocolLimits.skipMax) {', 'if (header.n > 0xffffffff) {']],
  },
  {
    id: 'shorter-chain-taken',
    harm: 'A new turn may deny messages that were received before it.',
    tests: [peer],
    edits: [[ratchet, 'if (gap < 0 || (receive === null && gap > 0))', 'if (receive === null && gap > 0)']],
  },
  {
    id: 'none-ck',
    harm: 'A new turn may claim a chain before it that never was: the gap in the proofs that rev 4 closes.',
    tests: [peer],
    edits: [[ratchet, 'if (gap < 0 || (receive === null && gap > 0))', 'if (gap < 0)']],
  },
  {
    id: 'ratchet-key-of-low-order',
    harm: 'A contact makes the root key follow from nothing secret.',
    tests: [peer],
    edits: [
      [
        ratchet,
        'const shared = crypto.x25519(ownKey.secret, header.ratchetKey)',
        'const shared = crypto.x25519(ownKey.secret, header.ratchetKey) ?? new Uint8Array(keySizeBytes)',
      ],
    ],
  },
  {
    id: 'zero-output-taken',
    harm: 'Every agreement on a key with a point of low order gives zero, and counts.',
    tests: ['core/session/handshake'],
    edits: [
      [
        'node/crypto/sodium',
        '    // With all lengths right, libsodium refuses nothing but the all-zero output.\n    return null\n',
        '    return shared\n',
      ],
    ],
  },
  {
    id: 'ratchet-key-in-turn-unchecked',
    harm: 'One turn has two ratchet keys: the two sides go on from different ones.',
    tests: [peer],
    edits: [
      [
        ratchet,
        "      if (remoteKey === null || !equalBytes(header.ratchetKey, remoteKey)) return err({ kind: 'badHeader' })\n",
        '',
      ],
    ],
  },
  {
    id: 'epoch-in-turn-unchecked',
    harm: 'The epoch in a header means nothing: a peer that has fallen behind is not noticed.',
    tests: [peer],
    edits: [[ratchet, "      if (header.epoch !== receive.epoch) return err({ kind: 'badHeader' })\n", '']],
  },
  {
    id: 'skipped-key-used-twice',
    harm: 'A message that came late can be replayed as long as its chain is remembered.',
    tests: [ratchet],
    edits: [
      [
        ratchet,
        '{ ...ratchet, skipped: removeSkipped(ratchet.skipped, headerKey, n) }',
        '{ ...ratchet, skipped: ratchet.skipped }',
      ],
    ],
  },
  {
    id: 'old-ratchet-secret-kept',
    harm: 'The secret of a turn stays in the store after it was used: who steals the state reads that turn.',
    tests: [peer],
    edits: [[ratchet, '    ownKey: null,\n    remoteKey: header.ratchetKey,\n', '    remoteKey: header.ratchetKey,\n']],
  },
  {
    id: 'no-new-turn',
    harm: 'No new ratchet key is ever made: who steals the state once reads everything after it.',
    tests: [ratchet],
    edits: [
      [
        ratchet,
        '    ownKey: null,\n    remoteKey: header.ratchetKey,\n    send: null,\n',
        '    remoteKey: header.ratchetKey,\n',
      ],
    ],
  },
  {
    id: 'unknown-epoch-derived',
    harm: 'A contact ends the node with a turn in an epoch that is not held.',
    tests: [peer],
    edits: [
      [
        ratchet,
        "  if (!holdsEpoch(ratchet.epochs, header.epoch)) {\n    return err({ kind: 'unknownEpoch', got: header.epoch, newest: ratchet.epochs.newest.number })\n  }\n",
        '',
      ],
    ],
  },
  {
    id: 'last-number-taken',
    harm: 'A contact makes a chain run over: the counter no longer fits where it is stored, and the node ends.',
    tests: ['core/session/secrets'],
    edits: [
      [
        ratchet,
        'opened.value.n < protocolLimits.turnMessagesMax ?',
        'opened.value.n <= protocolLimits.turnMessagesMax ?',
      ],
    ],
  },
  {
    id: 'size-of-no-class-taken',
    harm: 'A message of any size is opened: the size of one marks it for who watches the line.',
    tests: [ratchet],
    edits: [
      [
        ratchet,
        'if (!isPaddedLength(paddedBytes) || paddedBytes > paddedSizeBytesMax)',
        'if (paddedBytes > paddedSizeBytesMax)',
      ],
    ],
  },
  {
    id: 'size-over-the-largest-taken',
    harm: 'Keys are derived for a message that is larger than any may be.',
    tests: [ratchet],
    edits: [
      [
        ratchet,
        'if (!isPaddedLength(paddedBytes) || paddedBytes > paddedSizeBytesMax)',
        'if (!isPaddedLength(paddedBytes))',
      ],
    ],
  },
  {
    id: 'content-over-the-limit-taken',
    harm: 'A contact sends more than one content may hold, because it fits into the class.',
    tests: ['core/session/epochs'],
    edits: [
      [
        ratchet,
        "  if (content.length > max) return err({ kind: 'tooLong', field: 'content', got: content.length, max })\n",
        '',
      ],
    ],
  },
  {
    id: 'ratchet-key-from-state',
    harm: 'The new ratchet key follows from the old state: the session never heals.',
    tests: [ratchet],
    edits: [
      [
        ratchet,
        '  const secret = entropy.take(keySizeBytes)\n  const shared = crypto.x25519(secret, remoteKey)\n  assert(',
        '  const secret = crypto.hmacSha256(ratchet.rootKey, entropy.take(keySizeBytes).fill(0))\n  const shared = crypto.x25519(secret, remoteKey)\n  assert(',
      ],
    ],
  },
  {
    id: 'previous-count-forgotten',
    harm: 'What was on its way when a turn ended can never be opened.',
    tests: [ratchet],
    edits: [[ratchet, 'previousCount: send?.n ?? 0', 'previousCount: 0']],
  },
  {
    id: 'chain-stands-still',
    harm: 'Two messages are sealed under one key.',
    tests: ['core/session/conversation'],
    edits: [[ratchet, 'send: chain, epochs, skipped }', 'send: { ...send, n: chain.n }, epochs, skipped }']],
  },
  {
    id: 'header-nonce-fixed',
    harm: 'All headers of a turn are sealed under one key and one nonce: their difference, and the key of Poly1305, lie open.',
    tests: ['core/session/conversation'],
    edits: [
      [
        ratchet,
        'const headerNonce = entropy.take(nonceSizeBytes)',
        'const headerNonce = entropy.take(nonceSizeBytes).fill(0)',
      ],
    ],
  },
  {
    id: 'body-nonce-fixed',
    harm: 'A state that was restored from a copy seals two texts under one key and one nonce.',
    tests: [ratchet],
    edits: [
      [
        ratchet,
        '  const nonce = entropy.take(nonceSizeBytes)\n',
        '  const nonce = entropy.take(nonceSizeBytes).fill(0)\n',
      ],
    ],
  },
  {
    id: 'header-unbound',
    harm: 'Who learns a header key puts another header before a body.',
    tests: [ratchet],
    edits: [
      [
        ratchet,
        'sealBody(crypto, messageKey, nonce, plaintext, concat(associatedData, header))',
        'sealBody(crypto, messageKey, nonce, plaintext, associatedData)',
      ],
      [
        ratchet,
        'openBody(crypto, candidate.value.messageKey, sealedBody, concat(associatedData, header))',
        'openBody(crypto, candidate.value.messageKey, sealedBody, associatedData)',
      ],
    ],
  },
  {
    id: 'message-key-kept',
    harm: 'The keys of sent messages lie in memory until it is collected.',
    tests: ['core/session/secrets'],
    edits: [[ratchet, '  crypto.wipe(messageKey)\n', '']],
  },
  {
    id: 'exchange-ignored',
    harm: 'No half of an exchange is ever taken: the post-quantum ratchet stands still.',
    tests: ['core/session/epochs'],
    edits: [[ratchet, 'ratchet: { ...after, skipped, epochs: epochs.value }', 'ratchet: { ...after, skipped }']],
  },
  {
    id: 'skipped-keys-unbounded',
    harm: 'A contact fills the disk with keys of messages that never come.',
    tests: [ratchet],
    edits: [[ratchet, 'trimSkipped(after.skipped, receive.headerKey)', 'after.skipped']],
  },
  {
    id: 'skipped-keys-expire-late',
    harm: 'A message whose key should be gone is opened once more.',
    tests: [ratchet],
    edits: [[ratchet, '{ ...before, skipped: expireSkipped(before.skipped, clockMs) }', 'before']],
  },
  {
    id: 'skipped-keys-kept-while-sealing',
    harm: 'Who only writes keeps the keys of lost messages for ever.',
    tests: [ratchet],
    edits: [[ratchet, 'const skipped = expireSkipped(ratchet.skipped, clockMs)', 'const { skipped } = ratchet']],
  },
  {
    id: 'own-key-wiped-early',
    harm: 'One forged message destroys the secret that the next genuine one needs: the session is dead.',
    tests: [ratchet],
    edits: [
      [
        ratchet,
        '  crypto.wipe(shared)\n  const stepped: Ratchet = {',
        '  crypto.wipe(shared, ownKey.secret)\n  const stepped: Ratchet = {',
      ],
    ],
  },
  {
    id: 'skipped-key-wiped-early',
    harm: 'One forged copy of a message that is late destroys its key: the genuine one never opens.',
    tests: [ratchet],
    edits: [
      [
        ratchet,
        '  if (!body.ok) return body\n',
        '  crypto.wipe(candidate.value.messageKey)\n  if (!body.ok) return body\n',
      ],
    ],
  },
]
