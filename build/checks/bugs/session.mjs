/** Bugs in sessions as the engine uses them, and in how they are stored. */

const session = 'core/session/session'
const codec = 'core/session/sessionCodec'
const ratchet = 'core/session/ratchet'
const handshake = 'core/session/handshake'

/** @type {readonly import('../bugs.mjs').Bug[]} */
export const sessionBugs = [
  {
    id: 'kind-unbound',
    harm: 'A prologue can be taken off a message or put before another: a session is begun that nobody meant.',
    tests: [handshake],
    edits: [
      [
        session,
        'concat(Uint8Array.of(kind), session.transcript, associatedData)',
        'concat(session.transcript, associatedData)',
      ],
    ],
  },
  {
    id: 'transcript-unbound',
    harm: 'Messages are not tied to the handshake of their session.',
    tests: [session],
    edits: [
      [
        session,
        'concat(Uint8Array.of(kind), session.transcript, associatedData)',
        'concat(Uint8Array.of(kind), associatedData)',
      ],
    ],
  },
  {
    id: 'devices-unbound',
    harm: 'An envelope can be handed to another device than the one that it was sealed for.',
    tests: [session],
    edits: [
      [
        session,
        'concat(Uint8Array.of(kind), session.transcript, associatedData)',
        'concat(Uint8Array.of(kind), session.transcript)',
      ],
    ],
  },
  {
    id: 'prologue-compared-by-nobody',
    harm: 'An initial envelope of another handshake, or a prologue altered on its way, is opened by a session that stands.',
    tests: [handshake],
    edits: [
      [
        session,
        "  if (!equalBytes(crypto.sha256(prologueBytes), session.prologueHash)) return err({ kind: 'otherHandshake' })\n",
        '',
      ],
    ],
  },
  {
    id: 'prologue-never-dropped',
    harm: 'Every message carries the same 1.6 kilobytes, by which anybody tells that they belong together.',
    tests: [session],
    edits: [[session, '      prologue: null,\n      ratchet,\n', '      ratchet,\n']],
  },
  {
    id: 'clock-goes-back',
    harm: 'A wall clock that is set back makes keys live for years.',
    tests: [ratchet],
    edits: [
      [
        session,
        'Math.min(Math.max(0, nowMs - clock.lastNowMs), durationsMs.day)',
        'Math.min(nowMs - clock.lastNowMs, durationsMs.day)',
      ],
    ],
  },
  {
    id: 'clock-jumps',
    harm: 'A wall clock that is years off drops every key of a message that is late.',
    tests: [ratchet],
    edits: [
      [
        session,
        'Math.min(Math.max(0, nowMs - clock.lastNowMs), durationsMs.day)',
        'Math.max(0, nowMs - clock.lastNowMs)',
      ],
    ],
  },
  {
    id: 'counter-runs-over',
    harm: 'A counter at its end goes on: the node ends, or numbers come twice.',
    tests: [codec],
    edits: [
      [
        session,
        '(session.ratchet.send?.n ?? 0) >= protocolLimits.turnMessagesMax',
        '(session.ratchet.send?.n ?? 0) > protocolLimits.turnMessagesMax',
      ],
    ],
  },
  {
    id: 'stale-never',
    harm: 'A session that nobody ever answered is sealed under for ever, although its prekey is long erased.',
    tests: [session],
    edits: [
      [
        session,
        'if (prologue !== null && clock.elapsedMs >= maxMs)',
        'if (prologue !== null && clock.elapsedMs >= maxMs * 1_000)',
      ],
    ],
  },
  {
    id: 'stale-though-answered',
    harm: 'Every session ends after thirty days.',
    tests: [session],
    edits: [[session, 'if (prologue !== null && clock.elapsedMs >= maxMs)', 'if (clock.elapsedMs >= maxMs)']],
  },
  {
    id: 'content-unbounded',
    harm: 'A content is sealed that no frame can carry: it stands in the outbox for ever, and all behind it.',
    tests: [session],
    edits: [[session, 'if (plaintext.length > max) return', 'if (plaintext.length > max + 1) return']],
  },
  {
    id: 'unanswered-never-reset',
    harm: 'A session that is answered is renewed again and again.',
    tests: [session],
    edits: [
      [session, 'isAnswer ? 0 : session.sentUnanswered', 'session.sentUnanswered'],
      [session, 'isAnswer ? null : session.unansweredSinceMs', 'session.unansweredSinceMs'],
    ],
  },
  {
    id: 'what-is-late-counts-as-answer',
    harm: 'A thousand old messages, let through one by one, keep a session from ever being renewed.',
    tests: ['core/session/secrets'],
    edits: [
      [
        session,
        'const isAnswer = ratchet.remoteKey !== session.ratchet.remoteKey',
        'const isAnswer = ratchet.remoteKey !== null',
      ],
    ],
  },
  {
    id: 'unanswered-since-the-last',
    harm: 'Who writes every day without an answer never renews: one chain goes on for ever.',
    tests: [session],
    edits: [[session, 'unansweredSinceMs: session.unansweredSinceMs ?? nowMs', 'unansweredSinceMs: nowMs']],
  },
  {
    id: 'unanswered-messages-unbounded',
    harm: 'A thousand messages and more go out under keys that nobody renews.',
    tests: [session],
    edits: [
      [
        session,
        'session.sentUnanswered >= protocolLimits.unansweredMessagesMax',
        'session.sentUnanswered > protocolLimits.unansweredMessagesMax',
      ],
    ],
  },
  {
    id: 'unanswered-days-unbounded',
    harm: 'A session without an answer goes on under keys that nobody renews.',
    tests: [session],
    edits: [
      [
        session,
        'nowMs - unansweredSinceMs >= protocolLimits.unansweredDurationMsMax',
        'nowMs - unansweredSinceMs > protocolLimits.unansweredDurationMsMax',
      ],
    ],
  },
  {
    id: 'epochs-run-out',
    harm: 'When the epochs of a session are used up, nothing heals it any more.',
    tests: ['core/session/epochs'],
    edits: [[session, '  if (session.ratchet.epochs.newest.number >= protocolLimits.pqEpochMax) return true\n', '']],
  },
  {
    id: 'generation-ignored',
    harm: 'A replayed or late handshake takes the place of the session that both use.',
    tests: [session],
    edits: [
      [session, '  if (session.generation !== other.generation) return session.generation > other.generation\n', ''],
    ],
  },
  {
    id: 'outranks-inverted',
    harm: 'The oldest session wins: a renewal after a break-in changes nothing.',
    tests: [session],
    edits: [[session, 'return session.generation > other.generation', 'return session.generation < other.generation']],
  },
  {
    id: 'each-side-its-own',
    harm: 'After both began at once, each seals under its own session for ever.',
    tests: [session],
    edits: [[session, 'return begunHere === isSmallerDevice', 'return begunHere']],
  },
  {
    id: 'begun-twice-outrank-each-other',
    harm: 'Of two sessions that one side began, each takes the place of the other, and the two never agree.',
    tests: [session],
    edits: [
      [
        session,
        'if (begunHere === other.ratchet.epochs.isInitiator) return false',
        'if (begunHere === other.ratchet.epochs.isInitiator) return true',
      ],
    ],
  },
  {
    id: 'stored-version-unchecked',
    harm: 'A session of another version is read by the rules of this one: keys become other keys.',
    tests: [codec],
    edits: [[codec, "    reader.version('session', sessionVersion)\n", '    reader.u8()\n']],
  },
  {
    id: 'stored-suite-unchecked',
    harm: 'A session of another suite is used with the primitives of this one.',
    tests: [codec],
    edits: [
      [codec, "    if (suite !== suiteId) reader.refuse({ kind: 'badValue', field: 'suite', got: suite })\n", ''],
    ],
  },
  {
    id: 'stored-keys-unbounded',
    harm: 'A damaged row makes the node read until its memory is full.',
    tests: [codec],
    edits: [[codec, "    if (got > max) reader.refuse({ kind: 'tooLong', field: 'skipped keys', got, max })\n", '']],
  },
  {
    id: 'previous-epoch-not-stored',
    harm: 'After a restart the turns of the peer in the epoch before do not open.',
    tests: [codec],
    edits: [[codec, 'writeOptional(writer, epochs.previous,', 'writeOptional(writer, null as Directions | null,']],
  },
  {
    id: 'offered-key-not-stored',
    harm: 'After a restart another key is answered than the one that was offered: the exchange never ends.',
    tests: [codec],
    edits: [
      [
        codec,
        "if (exchange.kind === 'offered') writer.bytes(exchange.kemKey)",
        "if (exchange.kind === 'offered') writer.bytes(new Uint8Array(kemPublicKeySizeBytes))",
      ],
    ],
  },
  {
    id: 'turns-not-stored',
    harm: 'Who restarts often never ends an epoch.',
    tests: [codec],
    edits: [[codec, '    turns: reader.u32(),\n', '    turns: reader.u32() * 0,\n']],
  },
  {
    id: 'stored-block-of-another-kind',
    harm: 'A damaged row makes an offer out of an answer, and the node ends when it sends it.',
    tests: [codec],
    edits: [
      [
        codec,
        "return block.kind === 'offer' ? block : reader.refuse({ kind: 'badText', field: 'offer' })",
        'return block as Offer',
      ],
    ],
  },
]
