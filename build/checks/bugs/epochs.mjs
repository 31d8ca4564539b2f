/** Bugs in the post-quantum ratchet. */

const epochs = 'core/session/epochs'
const epoch = 'core/session/epoch'
const block = 'core/session/block'

/** @type {readonly import('../bugs.mjs').Bug[]} */
export const epochBugs = [
  {
    id: 'anybody-offers',
    harm: 'Both sides offer at once: two exchanges cross, and the two hold different epochs.',
    tests: [epochs],
    edits: [[epochs, 'return (number % 2 === 1) === epochs.isInitiator', 'return number >= 0']],
  },
  {
    id: 'offer-of-wrong-side',
    harm: 'A peer offers every epoch: only its own fresh keys ever come in.',
    tests: [epochs],
    edits: [[epochs, ' || epochs.previous !== null || offers(epochs, epoch)) {', ' || epochs.previous !== null) {']],
  },
  {
    id: 'offer-before-the-last-is-over',
    harm: 'Three epochs are held at once, and the oldest is lost while turns in it are on their way.',
    tests: [epochs],
    edits: [
      [epochs, "exchange.kind !== 'idle' || epochs.previous !== null || offers", "exchange.kind !== 'idle' || offers"],
    ],
  },
  {
    id: 'offer-without-authenticator',
    harm: 'Who holds one message key puts their own KEM key into the session: the next epoch is theirs.',
    tests: [epochs],
    edits: [
      [
        epochs,
        "  if (!equalBytes(offerAuthenticator(crypto, newest, kemKey), block.authenticator)) {\n    return err({ kind: 'badAuthenticator', epoch })\n  }\n",
        '',
      ],
    ],
  },
  {
    id: 'answer-without-authenticator',
    harm: 'An altered ciphertext is taken: the two sides hold different epochs, and the session is dead.',
    tests: [epochs],
    edits: [
      [
        epochs,
        "  if (!equalBytes(answerAuthenticator(crypto, next, hash), block.authenticator)) {\n    return err({ kind: 'badAuthenticator', epoch })\n  }\n",
        '',
      ],
    ],
  },
  {
    id: 'kem-key-unchecked',
    harm: 'A KEM key that is none gets into the state, and the node ends whenever it answers.',
    tests: [epochs],
    edits: [[epochs, "  if (!crypto.mlKem768CheckPublicKey(kemKey)) return err({ kind: 'badKemKey', epoch })\n", '']],
  },
  {
    id: 'kem-key-checked-by-half',
    harm: 'As the one before, for every second coefficient.',
    tests: ['core/crypto/mlkem768'],
    edits: [['core/crypto/mlkem768', ' || ((middle >> 4) | (high << 4)) >= modulus', '']],
  },
  {
    id: 'new-epoch-spoken-early',
    harm: 'The answerer speaks in an epoch that its peer cannot know: until the answer comes nothing opens.',
    tests: [epochs],
    edits: [
      [
        epochs,
        "previous !== null && exchange.kind === 'answering' ? previous : newest",
        "previous !== null && exchange.kind === 'offered' ? previous : newest",
      ],
    ],
  },
  {
    id: 'previous-epoch-kept',
    harm: 'The keys of an epoch outlive it: a state that is stolen gives turns that were over.',
    tests: [epochs],
    edits: [
      [
        epochs,
        'newest: { ...newest, receiveKey }, previous: null, exchange }',
        'newest: { ...newest, receiveKey }, exchange }',
      ],
    ],
  },
  {
    id: 'previous-epoch-kept-whole',
    harm: 'Root and authenticator key of an epoch outlive the exchange that they were for.',
    tests: ['core/session/secrets'],
    edits: [
      [epochs, '  const { number, sendKey, receiveKey } = epochs.newest\n', ''],
      [epochs, 'previous: { number, sendKey, receiveKey }', 'previous: epochs.newest'],
    ],
  },
  {
    id: 'erased-epoch-counts-as-held',
    harm: 'A contact ends the node with a turn in an epoch that was erased.',
    tests: [epochs],
    edits: [
      [
        epochs,
        'return epoch === newest.number || epoch === previous?.number',
        'return epoch === newest.number || (epoch < newest.number && previous === null) || epoch === previous?.number',
      ],
    ],
  },
  {
    id: 'own-turns-not-counted',
    harm: 'An epoch lasts twice as many turns as it may.',
    tests: [epochs],
    edits: [
      [
        epochs,
        'before: Epochs): Turn {\n  const epochs = { ...before, turns: before.turns + 1 }',
        'before: Epochs): Turn {\n  const epochs = { ...before }',
      ],
    ],
  },
  {
    id: 'turns-not-counted',
    harm: 'No epoch ends by its turns: who broke X25519 follows a busy conversation for days.',
    tests: [epochs],
    edits: [[epochs, 'turns >= protocolLimits.pqOfferAfterTurns || clockMs - sinceMs', 'clockMs - sinceMs']],
  },
  {
    id: 'days-not-counted',
    harm: 'No epoch ends by its time: in a slow conversation it lasts for weeks.',
    tests: [epochs],
    edits: [[epochs, ' || clockMs - sinceMs >= protocolLimits.pqOfferAfterMs', '']],
  },
  {
    id: 'turns-counted-on',
    harm: 'After the first epoch every turn carries an exchange, and its size tells so.',
    tests: [epochs],
    edits: [[epochs, 'exchange, turns: 0, sinceMs: clockMs }', 'exchange, sinceMs: clockMs }']],
  },
  {
    id: 'days-counted-on',
    harm: 'After four days every turn carries an exchange, and its size tells so.',
    tests: ['core/session/secrets'],
    edits: [[epochs, 'exchange, turns: 0, sinceMs: clockMs }', 'exchange, turns: 0 }']],
  },
  {
    id: 'offer-made-anew',
    harm: 'Every message offers another key: the answer to the one before fits none.',
    tests: [epochs],
    edits: [
      [
        epochs,
        "if (exchange.kind !== 'idle' || previous !== null || newest.number",
        'if (exchange.kind === "offered" || previous !== null || newest.number',
      ],
    ],
  },
  {
    id: 'offer-while-one-is-left',
    harm: 'An exchange begins while the peer may still speak in the epoch before: its turns are lost.',
    tests: [epochs],
    edits: [
      [
        epochs,
        "if (exchange.kind !== 'idle' || previous !== null || newest.number",
        "if (exchange.kind !== 'idle' || newest.number",
      ],
    ],
  },
  {
    id: 'last-epoch-unchecked',
    harm: 'The node ends when the epochs of a session are used up, each time that it seals.',
    tests: [epochs],
    edits: [[epochs, ' || newest.number >= protocolLimits.pqEpochMax) return false', ') return false']],
  },
  {
    id: 'answer-repeated-for-ever',
    harm: 'A kilobyte goes with every message, and tells that an exchange is under way.',
    tests: [epochs],
    edits: [[epochs, "epochs.exchange.kind === 'answering' ? idle : epochs.exchange", 'epochs.exchange']],
  },
  {
    id: 'block-never-repeated',
    harm: 'One lost message ends the post-quantum ratchet for good.',
    tests: [epochs],
    edits: [
      [
        epochs,
        'return n < protocolLimits.pqBlockFirstMessages || n % protocolLimits.pqBlockEveryMessages === 0',
        'return n === 0',
      ],
    ],
  },
  {
    id: 'block-not-repeated-in-long-turn',
    harm: 'Who says much and hears little never gets an exchange through once four messages are lost.',
    tests: [epochs],
    edits: [[epochs, ' || n % protocolLimits.pqBlockEveryMessages === 0', '']],
  },
  {
    id: 'block-in-every-message',
    harm: 'A kilobyte goes with every message of a turn.',
    tests: [epochs],
    edits: [
      [
        epochs,
        'return isUnderWay && carriesBlock(n) ? exchange.block : noBlock',
        'return isUnderWay ? exchange.block : noBlock',
      ],
    ],
  },
  {
    id: 'epoch-far-ahead-taken',
    harm: 'A peer has its key taken for an epoch that it did not authenticate.',
    tests: [epochs],
    edits: [
      [
        epochs,
        "  if (block.epoch !== epochs.newest.number + 1) {\n    return err({ kind: 'unexpectedBlock', got: block.epoch, newest: epochs.newest.number })\n  }\n",
        '',
      ],
    ],
  },
  {
    id: 'repetition-refused',
    harm: 'A repetition, which every honest peer sends, ends the session.',
    tests: [epochs],
    edits: [
      [epochs, 'block.epoch <= epochs.newest.number) return ok', 'block.epoch < epochs.newest.number) return ok'],
    ],
  },
  {
    id: 'later-offer-replaces',
    harm: 'A second offer takes the place of the first: two messages, one opened late, decide which key is answered.',
    tests: [epochs],
    edits: [
      [epochs, "  if (exchange.kind === 'offered') return ok(epochs)\n", ''],
      [
        epochs,
        "if (exchange.kind !== 'idle' || epochs.previous !== null || offers",
        "if ((exchange.kind !== 'idle' && exchange.kind !== 'offered') || epochs.previous !== null || offers",
      ],
    ],
  },
  {
    id: 'seed-from-state',
    harm: 'The KEM key follows from the state: who stole that holds every epoch to come.',
    tests: ['core/session/secrets'],
    edits: [
      [epochs, 'const seed = entropy.take(kemSeedSizeBytes)', 'const seed = entropy.take(kemSeedSizeBytes).fill(1)'],
    ],
  },
  {
    id: 'coins-fixed',
    harm: 'The secret of an exchange follows from the public key alone.',
    tests: ['core/session/secrets'],
    edits: [[epochs, 'const coins = entropy.take(keySizeBytes)', 'const coins = entropy.take(keySizeBytes).fill(1)']],
  },
  {
    id: 'seed-wiped-early',
    harm: 'One forged answer destroys the seed of the offer: the genuine answer never fits.',
    tests: ['core/session/secrets'],
    edits: [[epochs, 'crypto.wipe(secretKey, secret)', 'crypto.wipe(secretKey, secret, exchange.seed)']],
  },
  {
    id: 'seed-kept',
    harm: 'The seed of an exchange outlives it: who steals the state repeats the exchange.',
    tests: [epochs],
    edits: [
      [
        epochs,
        'return ok(advanced(epochs, next, idle, clockMs))',
        'return ok(advanced(epochs, next, exchange, clockMs))',
      ],
    ],
  },
  {
    id: 'kem-secrets-kept',
    harm: 'The secret of an exchange lies in memory until it is collected.',
    tests: ['core/session/secrets'],
    edits: [[epochs, '  crypto.wipe(secretKey, secret)\n', '']],
  },
  {
    id: 'epoch-without-exchange',
    harm: 'The keys of an epoch are not bound to the key and ciphertext that made it: two exchanges give one epoch.',
    tests: [epoch],
    edits: [[epoch, '.u16(number).bytes(transcript).done()', '.u16(number).done()']],
  },
  {
    id: 'epoch-without-number',
    harm: 'The keys of two epochs are told apart by their secrets only.',
    tests: [epoch],
    edits: [[epoch, '.bytes(epochLabel).u16(number).bytes(transcript)', '.bytes(epochLabel).bytes(transcript)']],
  },
  {
    id: 'epoch-without-secret',
    harm: 'An epoch follows from the one before: who stole that follows for ever.',
    tests: [epoch],
    edits: [[epoch, 'crypto.hkdfSha256(secret, rootKey, info,', 'crypto.hkdfSha256(rootKey, rootKey, info,']],
  },
  {
    id: 'epoch-without-root',
    harm: 'An epoch follows from its own exchange alone: who breaks one ML-KEM ciphertext needs nothing else.',
    tests: [epoch],
    edits: [
      [epoch, 'before.number + 1, secret, before.rootKey, exchange)', 'before.number + 1, secret, zeroKey, exchange)'],
    ],
  },
  {
    id: 'directions-equal',
    harm: 'Both sides speak under one chain: keys are used twice, and messages can be thrown back.',
    tests: [epochs],
    edits: [[epoch, '[part(2), part(3)]', '[part(2), part(2)]']],
  },
  {
    id: 'authenticator-key-is-root',
    harm: 'The root of the next epoch is used as a key for something else.',
    tests: [epoch],
    edits: [[epoch, 'authenticatorKey: part(1)', 'authenticatorKey: part(0)']],
  },
  {
    id: 'exchange-without-key',
    harm: 'The exchange is known by its ciphertext alone: it may have been made for another key (re-encapsulation).',
    tests: [epoch],
    edits: [[epoch, 'crypto.sha256(concat(kemKey, cipherText))', 'crypto.sha256(concat(cipherText))']],
  },
  {
    id: 'authenticators-share-a-label',
    harm: 'What was said of an answer can be passed off as said of an offer.',
    tests: [epoch],
    edits: [[epoch, "const answerLabel = label('pq ciphertext')", "const answerLabel = label('pq key')"]],
  },
  {
    id: 'authenticator-without-number',
    harm: 'The authenticator of one epoch fits another with the same key.',
    tests: [epoch],
    edits: [[epoch, '.bytes(purpose).u16(number).bytes(data)', '.bytes(purpose).bytes(data)']],
  },
  {
    id: 'direction-stands-still',
    harm: 'Two turns of an epoch share their post-quantum chain.',
    tests: [epochs],
    edits: [[epoch, '    directionKey: crypto.hmacSha256(directionKey, directionConstant),\n', '    directionKey,\n']],
  },
  {
    id: 'direction-is-chain',
    harm: 'The chain of one turn, once leaked, gives the chains of all turns after it.',
    tests: [epoch],
    edits: [[epoch, 'const directionConstant = Uint8Array.of(4)', 'const directionConstant = Uint8Array.of(3)']],
  },
  {
    id: 'block-kind-unchecked',
    harm: 'A block of any kind is read as an answer: one exchange has many encodings.',
    tests: [epochs],
    edits: [[block, 'if (kind !== blockKinds.offer && kind !== blockKinds.answer) {', 'if (kind < 0) {']],
  },
]
