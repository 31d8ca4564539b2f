/** Bugs in how two people nearby prove to each other that nobody sits between them. */

const digits = 'core/identity/nearby/digits'
const meeting = 'core/identity/nearby/meeting'

/** @type {readonly import('../bugs.mjs').Bug[]} */
export const nearbyBugs = [
  {
    id: 'nearby-commitment-unchecked',
    harm: 'Who sits in the middle reveals whatever makes the digits come out right.',
    tests: [meeting],
    edits: [[meeting, "    if (!equalBytes(promised, phase.commitment)) return end(meeting, 'protocol')\n", '']],
  },
  {
    id: 'nearby-commitment-for-anybody',
    harm: 'A commitment that somebody else made can be passed on as one’s own.',
    tests: [digits, meeting],
    edits: [[digits, 'concat(commitmentLabel, committer, other, nonce)', 'concat(commitmentLabel, nonce)']],
  },
  {
    id: 'nearby-digits-without-keys',
    harm: 'Whoever passes all nonces on unchanged has both people see the same digits.',
    tests: [digits],
    edits: [[digits, '    .bytes(first.key)\n    .bytes(second.key)\n', '']],
  },
  {
    id: 'nearby-digits-without-names',
    harm: 'Somebody in the middle shows each of them any name.',
    tests: [digits],
    edits: [[digits, '    .text(first.name)\n    .text(second.name)\n', '']],
  },
  {
    id: 'nearby-digits-of-one-nonce',
    harm: 'Who answers chooses the digits, having seen nothing of the other side.',
    tests: [digits],
    edits: [[digits, 'concat(first.nonce, second.nonce)', 'second.nonce']],
  },
  {
    id: 'nearby-six-digits',
    harm: 'A hundred times fewer digits to guess.',
    tests: [digits, meeting],
    edits: [[digits, 'const digits = 8\n', 'const digits = 6\n']],
  },
  {
    id: 'nearby-one-word-suffices',
    harm: 'A stranger who says “same” is told the account before the user has compared anything.',
    tests: [meeting],
    edits: [
      [
        meeting,
        '    return phase.ours ? agree(meeting) : to(meeting, { ...phase, theirs: true })',
        '    return agree(meeting)',
      ],
    ],
  },
  {
    id: 'nearby-different-forgiven',
    harm: 'The other person sees other digits, and they become contacts all the same.',
    tests: [meeting],
    edits: [[meeting, "    if (!message.same) return end(meeting, 'different')\n", '']],
  },
  {
    id: 'nearby-guess-uncounted',
    harm: 'Who breaks off as soon as the digits come out wrong may try as often as they like.',
    tests: [meeting],
    edits: [[meeting, "phase.kind === 'answered' || phase.kind === 'comparing'", "phase.kind === 'comparing'"]],
  },
  {
    id: 'nearby-asks-uncounted',
    harm: 'A stranger asks until the user says yes.',
    tests: [meeting],
    edits: [[meeting, '  const asks = meeting.asks + 1\n', '  const asks = 1\n']],
  },
  {
    id: 'nearby-invite-before-account',
    harm: 'An invite is accepted that nobody said whose it is.',
    tests: [meeting],
    edits: [
      [
        meeting,
        "  if (account === null) return end(meeting, 'protocol')\n",
        '  if (account === null) return stay(meeting)\n',
      ],
    ],
  },
]
