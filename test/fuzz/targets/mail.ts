/** What a mailbox that has turned hands the engine, and the records that lie in one. */
import { decodeWhereabouts, encodeWhereabouts } from '../../../main/core/engine/mail/whereabouts.ts'
import { concat } from '../../../main/core/bytes.ts'
import { sshsigNamespaces, sshsigSign } from '../../../main/core/identity/sshsig.ts'
import { deviceIdOf, idBytes } from '../../../main/core/ids.ts'
import { protocolLimits } from '../../../main/core/limits.ts'
import { crypto } from '../../support/sessions.ts'
import type { MailRoom } from '../receive/mailRoom.ts'
import { makeMailRoom } from '../receive/mailRoom.ts'
import { MailSiege } from '../receive/mailSiege.ts'
import { Tape } from '../tape.ts'
import type { FrameClock, Target } from '../target.ts'
import { must, mustBeSameBytes, pairsOf } from '../target.ts'

let room: MailRoom | null = null

const opsMax = 20
const honest = Array.from({ length: 12 }, () => 0)
const bytesOf = (...parts: readonly (number | readonly number[])[]): Uint8Array => Uint8Array.from(parts.flat())

function seeds(): readonly Uint8Array[] {
  const acts = Array.from({ length: 12 }, (_, act) => bytesOf(act, honest))
  // One item: of the friend's with each kind of frame, under each tag, and each kind of crooked one.
  const frames = Array.from({ length: 6 }, (_, frame) => bytesOf(0, 1, 0, 0, 0, frame, honest))
  const places = Array.from({ length: 7 }, (_, place) => bytesOf(0, 1, 0, 0, place, honest))
  const crooked = Array.from({ length: 6 }, (_, kind) => bytesOf(0, 1, 0, kind, 0, 0, 40, honest))
  const twice = bytesOf(0, 1, honest, 0, 2, 0, 1, 0, 1, honest)
  const more = bytesOf(0, 3, 0, 0, 0, 1, 2, 0, 0, 0, 2, 1, 0, 0, 0, 0, 1, honest)
  const records = Array.from({ length: 4 }, (_, kind) =>
    bytesOf(4, 0, 0, 0, 2, 3, 47, 97, 98, 2, 47, 99, 1, 1, kind, honest),
  )
  const answers = Array.from({ length: 6 }, (_, outcome) => bytesOf(9, 5, 0, 0, 0, 0, outcome, 10, 1, honest))
  return [...acts, ...frames, ...places, ...crooked, twice, more, ...records, ...answers]
}

const mailbox: Target = {
  name: 'mailbox',
  what: 'engine step on batches, records and answers of mailboxes: nothing stored that no contact sealed, nothing removed that was not offered, friends are heard',
  inputSizeBytesMax: 2_048,
  weight: 8,
  tokens: [],
  seeds,
  run(input, clock) {
    room ??= makeMailRoom()
    const siege = new MailSiege(room, clock)
    const decisions = new Tape(input)
    for (let op = 0; op < opsMax && !decisions.isAtEnd; op++) siege.act(decisions)
    siege.end()
    return pairsOf(siege.happened)
  },
}

const signerSeed = new Uint8Array(32).fill(7)
const signer = crypto.ed25519PublicKey(signerSeed)
const parties = {
  author: deviceIdOf(new Uint8Array(32).fill(1)),
  reader: deviceIdOf(new Uint8Array(32).fill(2)),
}
const word = (timeMs: number, addresses: readonly string[]): Uint8Array =>
  encodeWhereabouts(crypto, { timeMs, addresses }, parties, signerSeed)

function resign(said: Uint8Array): Uint8Array {
  const message = concat(idBytes(parties.author), idBytes(parties.reader), said)
  return sshsigSign(crypto, signerSeed, sshsigNamespaces.whereabouts, message)
}

function checkWord(input: Uint8Array, clock: FrameClock): void {
  const decoded = clock.time(() => decodeWhereabouts(crypto, input, parties, signer))
  if (!decoded.ok) return
  const { addresses, timeMs } = decoded.value
  must(addresses.length <= protocolLimits.addressesMax, 'more addresses than there may be')
  must(timeMs <= protocolLimits.timeMsMax, 'beyond the end of time')
  mustBeSameBytes(word(timeMs, addresses), input, 'a record with two encodings')
}

const whereabouts: Target = {
  name: 'whereabouts',
  what: 'decodeWhereabouts: bounded, and what it takes is encoded as it was',
  inputSizeBytesMax: 2_048,
  weight: 2,
  tokens: [],
  seeds: () => [
    word(1_800_000_000_000, []),
    word(0, ['/ip4/192.0.2.7/tcp/4001', '/ip6/2001:db8::1/tcp/4001']),
    word(
      protocolLimits.timeMsMax,
      Array.from({ length: protocolLimits.addressesMax }, () => `/${'a'.repeat(199)}`),
    ),
    // One more than there may be.
    word(
      1,
      Array.from({ length: protocolLimits.addressesMax + 1 }, () => '/a'),
    ),
  ],
  run(input, clock) {
    // Whatever the input says is signed as well: a mutation would hardly ever be.
    const said = input.subarray(0, Math.max(0, input.length - 64))
    const signed = concat(said, resign(said))
    for (const bytes of [input, signed]) checkWord(bytes, clock)
    const decoded = decodeWhereabouts(crypto, signed, parties, signer)
    return [decoded.ok ? `taken with ${decoded.value.addresses.length}` : decoded.error.kind]
  },
}

export const mailTargets: readonly Target[] = [mailbox, whereabouts]
