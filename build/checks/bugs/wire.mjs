/** Bugs in frames, contents and padding, and in the readers below them. */

const frame = 'core/wire/frame'
const fields = 'core/wire/fields'
const contents = 'core/wire/contents'
const reach = 'core/wire/reach'
const values = 'core/wire/values'
const padding = 'core/wire/padding'
const bytes = 'core/bytes'

/** @type {readonly import('../bugs.mjs').Bug[]} */
export const wireBugs = [
  {
    id: 'frame-version-unchecked',
    harm: 'A frame of a later version is read by the rules of this one.',
    tests: [frame],
    edits: [
      [
        frame,
        "  if (version !== frameVersion) return err({ kind: 'unknownVersion', got: version, known: frameVersion })\n",
        '',
      ],
    ],
  },
  {
    id: 'frame-unbounded',
    harm: 'A frame larger than any stream may carry is read.',
    tests: [frame],
    edits: [[frame, 'if (bytes.length > max) return err', 'if (bytes.length > max + 1) return err']],
  },
  {
    id: 'empty-envelope-taken',
    harm: 'A frame without an envelope is handed on as one.',
    tests: [frame],
    edits: [[frame, 'if (body.length > 0) return ok', 'if (body.length >= 0) return ok']],
  },
  {
    id: 'ack-unbounded',
    harm: 'One acknowledgment names more envelopes than the protocol allows: two implementations disagree.',
    tests: [frame],
    edits: [[frame, "  if (count > max) reader.refuse({ kind: 'tooLong', field: 'ack', got: count, max })\n", '']],
  },
  {
    id: 'empty-ack-taken',
    harm: 'An acknowledgment of nothing is one: it can be sent without end, at no cost.',
    tests: [frame],
    edits: [[frame, "  if (count === 0) reader.refuse({ kind: 'badValue', field: 'ack count', got: count })\n", '']],
  },
  {
    id: 'unknown-code-taken',
    harm: 'A reason or status that is not known counts as a known one.',
    tests: [frame],
    edits: [
      [
        frame,
        "  return reader.refuse({ kind: 'badValue', field, got })\n}\n\nfunction readAck",
        '  return Object.keys(codes)[0] as Name\n}\n\nfunction readAck',
      ],
    ],
  },
  {
    id: 'bundle-reply-unbounded',
    harm: 'A stranger has us parse and verify 64 KiB.',
    tests: [frame],
    edits: [
      [frame, "reader.prefixed('bundle', protocolLimits.bundleReplySizeBytesMax)", "reader.prefixed('bundle', 0xffff)"],
    ],
  },
  {
    id: 'frame-padding-unchecked',
    harm: 'The filling of frames carries a hidden channel, and a frame has many encodings.',
    tests: [frame],
    edits: [
      [
        frame,
        "    if (byte !== 0) reader.refuse({ kind: 'badValue', field: 'padding', got: byte })\n",
        '    if (byte > 255) reader.refuse({ kind: "badValue", field: "padding", got: byte })\n',
      ],
    ],
  },
  {
    id: 'frame-trailing-bytes',
    harm: 'A frame is taken with anything behind it: a frame has many encodings, and sizes tell frames apart.',
    tests: [frame],
    edits: [[frame, "  if (frameBytes > wanted) reader.refuse({ kind: 'trailing', left: frameBytes - wanted })\n", '']],
  },
  {
    id: 'frame-too-short',
    harm: 'A frame is taken whose size gives its kind away.',
    tests: [frame],
    edits: [[frame, "  if (frameBytes < wanted) reader.refuse({ kind: 'truncated', wanted, left: frameBytes })\n", '']],
  },
  {
    id: 'control-frames-unpadded',
    harm: 'Who watches the line sees what is an acknowledgment, and so when something was read.',
    tests: [padding],
    edits: [
      [
        padding,
        'return paddedLength(Math.max(0, frameBytes - envelopeOverheadBytes - 1)) + envelopeOverheadBytes',
        'return Math.max(frameBytes, 160 + envelopeOverheadBytes)',
      ],
    ],
  },
  {
    id: 'padding-of-any-size',
    harm: 'A plaintext has many encodings: a peer marks messages by their size.',
    tests: [padding],
    edits: [[padding, 'padded[end] !== 0x80 || paddedLength(end) !== padded.length', 'padded[end] !== 0x80']],
  },
  {
    id: 'padding-without-marker',
    harm: 'The last byte of a text that was not padded is cut off.',
    tests: [padding],
    edits: [[padding, 'padded[end] !== 0x80 || paddedLength(end)', 'paddedLength(end)']],
  },
  {
    id: 'padding-of-anything',
    harm: 'Anything may stand in the padding: a hidden channel.',
    tests: [padding],
    edits: [[padding, 'while (end > 0 && padded[end] === 0) end--', 'while (end > 0 && padded[end] !== 0x80) end--']],
  },
  {
    id: 'padding-without-room',
    harm: 'A text that fills its class exactly leaves no room for the marker, and does not open.',
    tests: [padding],
    edits: [[padding, 'const needed = contentBytes + 1', 'const needed = contentBytes']],
  },
  {
    id: 'padding-too-fine',
    harm: 'Sizes on the line tell the length of a text to within 16 bytes.',
    tests: [padding],
    edits: [[padding, 'const stepBytesMin = 64', 'const stepBytesMin = 16']],
  },
  {
    id: 'padding-too-fine-above',
    harm: 'Long texts fall into four times as many classes.',
    tests: [padding],
    edits: [[padding, '1 << (exponent - 3)', '1 << (exponent - 5)']],
  },
  {
    id: 'padding-of-small-texts',
    harm: 'A receipt is told from a short text by its size.',
    tests: [padding],
    edits: [[padding, 'const smallestClassBytes = 160', 'const smallestClassBytes = 96']],
  },
  {
    id: 'varint-not-minimal',
    harm: 'One content has many encodings: what is compared by its bytes can be told apart.',
    tests: [contents],
    edits: [
      [
        fields,
        "return minimal ? ok(value) : err({ kind: 'badVarint', at: cursor.at })",
        'return minimal || value >= 0 ? ok(value) : err({ kind: "badVarint", at: cursor.at })',
      ],
    ],
  },
  {
    id: 'nested-message-runs-over',
    harm: 'A nested message reads the bytes behind its parent: two readers see two texts.',
    tests: [contents],
    edits: [
      [
        fields,
        "if (got > end - cursor.at) return err({ kind: 'truncated', wanted: got,",
        "if (got > cursor.bytes.length - cursor.at) return err({ kind: 'truncated', wanted: got,",
      ],
    ],
  },
  {
    id: 'field-repeated',
    harm: 'A field that may stand once stands twice: two readers take different ones.',
    tests: [contents],
    edits: [[fields, "    if (count > max) return err({ kind: 'tooMany', field: shape.name, max })\n", '']],
  },
  {
    id: 'field-repeated-once-more',
    harm: 'One more head, event or address than the protocol allows is taken.',
    tests: [contents],
    edits: [[fields, 'if (count > max) return err', 'if (count > max + (max > 1 ? 1 : 0)) return err']],
  },
  {
    id: 'fields-unbounded',
    harm: 'A contact makes the decoder allocate sixty thousand objects with one message.',
    tests: [contents],
    edits: [[fields, 'if (cursor.fieldsLeft-- === 0) {', 'if (cursor.fieldsLeft-- === -100_000) {']],
  },
  {
    id: 'number-unbounded',
    harm: 'A time that is no date, or a counter that does not fit, gets into the store and ends whoever shows it.',
    tests: [contents],
    edits: [
      [
        fields,
        "return got > shape.max ? err({ kind: 'badValue', field: shape.name, got }) : ok(null)",
        'return ok(null)',
      ],
    ],
  },
  {
    id: 'length-unbounded',
    harm: 'A name, text or id of any length is taken.',
    tests: [contents],
    edits: [
      [fields, "  if (got > shape.max) return err({ kind: 'tooLong', field: shape.name, got, max: shape.max })\n", ''],
    ],
  },
  {
    id: 'groups-taken',
    harm: 'The generated code recurses through groups until the stack is full.',
    tests: [contents],
    edits: [[fields, "  else return { kind: 'badWireType', field: `#${number}`, got: wireType }\n", '']],
  },
  {
    id: 'wire-type-unchecked',
    harm: 'The generated code reads a number where a text stands.',
    tests: [contents],
    edits: [
      [
        fields,
        "  if (wireType !== wanted) return err({ kind: 'badWireType', field: shape.name, got: wireType })\n",
        '',
      ],
    ],
  },
  {
    id: 'field-zero-taken',
    harm: 'A tag that protobuf forbids is taken: other readers refuse what this one shows.',
    tests: [contents],
    edits: [[fields, 'if (number === 0 || number > fieldNumberMax)', 'if (number > fieldNumberMax)']],
  },
  {
    id: 'two-kinds-at-once',
    harm: 'A content is two things: one version shows a text, another a receipt.',
    tests: [contents],
    edits: [[contents, 'if (only === undefined || found.length > 1)', 'if (only === undefined)']],
  },
  {
    id: 'text-without-number',
    harm: 'A text outside the numbering: its loss leaves no gap, its repetition is shown again.',
    tests: [contents],
    edits: [
      [
        contents,
        "event.sequence === 0 ? kind === 'text' : kind === 'prekeys'",
        "event.sequence !== 0 && kind === 'prekeys'",
      ],
    ],
  },
  {
    id: 'prekeys-with-number',
    harm: 'What is no message takes a place in the numbering: a gap is shown where nothing is missing.',
    tests: [contents],
    edits: [
      [
        contents,
        "event.sequence === 0 ? kind === 'text' : kind === 'prekeys'",
        "event.sequence === 0 && kind === 'text'",
      ],
    ],
  },
  {
    id: 'short-signer-taken',
    harm: 'The key that is to sign a contact’s records is none: word of them is never believed again.',
    tests: [contents],
    edits: [[reach, " ?? exactly('signer', grant.signer, keyBytes)", '']],
  },
  {
    id: 'relays-without-end',
    harm: 'A contact names relays without end, and each is visited to look for word of them.',
    tests: [contents],
    edits: [[reach, 'repeatedMax: limits.recordRelaysMax', 'repeatedMax: 1_000']],
  },
  {
    id: 'short-id-taken',
    harm: 'Ids of other lengths: two events look the same, or one looks like two.',
    tests: [contents],
    edits: [
      [values, 'return bytes.length === length ? null', 'return bytes.length <= length ? null'],
      ['core/ids', 'if (bytes.length !== bytesOf[name]) {', 'if (bytes.length > bytesOf[name]) {'],
    ],
  },
  {
    id: 'unknown-receipt-counts-as-read',
    harm: 'A receipt of a kind to come is shown as "read".',
    tests: [contents],
    edits: [
      [contents, "    if (event.receipt.state !== receiptStateRead) return ok({ kind: 'unknown', field })\n", ''],
    ],
  },
  {
    id: 'content-unbounded-on-arrival',
    harm: 'A content larger than any may be is decoded.',
    tests: [contents],
    edits: [[contents, 'if (bytes.length > max) return err', 'if (bytes.length > max + 1) return err']],
  },
  {
    id: 'trailing-bytes',
    harm: 'Every fixed layout is taken with anything behind it: what is signed or hashed has many encodings.',
    tests: [bytes],
    edits: [
      [
        bytes,
        "return reader.left === 0 ? ok(value) : err({ kind: 'trailing', left: reader.left })",
        'return ok(value)',
      ],
    ],
  },
  {
    id: 'length-read-before-checked',
    harm: 'A length over its limit is believed.',
    tests: [bytes],
    edits: [
      [
        bytes,
        "    const got = this.u32()\n    if (got > max) this.refuse({ kind: 'tooLong', field, got, max })\n",
        '    const got = this.u32()\n',
      ],
    ],
  },
  {
    id: 'compared-by-last-byte',
    harm: 'Hashes, authenticators and commitments are equal when their last byte is.',
    tests: [bytes],
    edits: [
      [bytes, 'difference |= (a[i] as number) ^ (b[i] as number)', 'difference = (a[i] as number) ^ (b[i] as number)'],
    ],
  },
  {
    id: 'compared-by-shorter',
    harm: 'Something cut short is equal to the whole.',
    tests: [bytes],
    edits: [[bytes, '  if (a.length !== b.length) return false\n', '  if (a.length > b.length) return false\n']],
  },
  {
    id: 'overlong-utf8-taken',
    harm: 'One text has many encodings, and filters are got around.',
    tests: [bytes],
    edits: [[bytes, ' || code < (smallestCode[length] as number)', '']],
  },
]
