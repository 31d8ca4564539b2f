import { describe, expect, it } from 'vitest'
import { concat } from '../bytes.ts'
import { durationsMs, protocolLimits } from '../limits.ts'
import { openHeader, sealHeader } from './header.ts'
import { encodeSession } from './session.ts'
import { countSkipped } from './skippedKeys.ts'
import { expectRefused, forged, spoken, withoutDerivation } from '../../../test/support/forged.ts'
import { crypto, End, seeded, startMs } from '../../../test/support/sessions.ts'

function shuffled<T>(list: readonly T[], seed: string): T[] {
  const entropy = seeded(seed)
  const result = [...list]
  for (let i = result.length - 1; i > 0; i--) {
    const [high, low] = entropy.take(2)
    const j = (((high as number) << 8) | (low as number)) % (i + 1)
    ;[result[i], result[j]] = [result[j] as T, result[i] as T]
  }
  return result
}

describe('the ratchet', () => {
  it('opens messages of one turn in any order', () => {
    const { anna, ben } = spoken()
    const sealed = Array.from({ length: 1_000 }, (_, i) => anna.seal(`${i}`))
    const order = shuffled([...sealed.keys()], 'order')
    for (const i of order) expect(ben.open(sealed[i] as Uint8Array)).toBe(`${i}`)
    expect(countSkipped(ben.session.ratchet.skipped)).toBe(0)
  })

  it('goes on when messages are lost for good', () => {
    const { anna, ben } = spoken()
    for (let turn = 0; turn < 20; turn++) {
      anna.seal('lost')
      expect(ben.open(anna.seal('kept'))).toBe('kept')
      ben.seal('lost')
      expect(anna.open(ben.seal('kept'))).toBe('kept')
    }
  })

  it('refuses every replay: in the chain, after the next turn, and after being stored', () => {
    const { anna, ben } = spoken()
    const early = anna.seal('early')
    const late = anna.seal('late')
    ben.open(late)
    ben.open(early)
    expectRefused(ben, early, { kind: 'noMessageKey', n: 1 })
    expectRefused(ben, late, { kind: 'noMessageKey', n: 2 })
    anna.open(ben.seal('turn'))
    ben.open(anna.seal('next'))
    expectRefused(ben, early, { kind: 'noHeaderKey' })
    expectRefused(ben, late, { kind: 'noHeaderKey' })
  })

  it('refuses a flip of any byte, and opens the genuine message after all of them', () => {
    const { anna, ben } = spoken()
    const sealed = anna.seal('genuine')
    const before = encodeSession(ben.session)
    for (let at = 0; at < sealed.length; at++) {
      const flipped = sealed.slice()
      flipped[at] = (flipped[at] as number) ^ (1 << (at % 8))
      const { kind } = ben.refuses(flipped)
      if (at > 2 && at < 84) expect(kind).toBe('noHeaderKey')
      else if (at >= 84 && at < 116) expect(kind).toBe('badCommitment')
      else if (at >= 116) expect(kind).toBe('badTag')
    }
    expect(encodeSession(ben.session)).toEqual(before)
    expect(ben.open(sealed)).toBe('genuine')
  })

  it('refuses a cut at any place, and anything put behind', () => {
    const { anna, ben } = spoken()
    const sealed = anna.seal('genuine')
    const before = encodeSession(ben.session)
    for (let length = 0; length < sealed.length; length++) ben.refuses(sealed.subarray(0, length))
    expect(ben.refuses(concat(sealed, Uint8Array.of(0)))).toEqual({
      kind: 'malformed',
      error: { kind: 'badValue', field: 'message length', got: sealed.length },
    })
    expect(ben.refuses(concat(sealed, new Uint8Array(64)))).toEqual({ kind: 'badTag' })
    // A class, but of a body larger than any that can be sealed.
    expect(ben.refuses(concat(sealed, new Uint8Array(65_568 - 160)))).toMatchObject({ kind: 'malformed' })
    expect(encodeSession(ben.session)).toEqual(before)
    expect(ben.open(sealed)).toBe('genuine')
  })

  it('leaves the state as it was when a message of the next turn is forged', () => {
    const { anna, ben } = spoken()
    anna.open(ben.seal('turn'))
    const next = anna.seal('next')
    const flipped = next.slice()
    flipped[flipped.length - 1] = (flipped[flipped.length - 1] as number) ^ 1
    expectRefused(ben, flipped, { kind: 'badTag' })
    expect(ben.open(next)).toBe('next')
  })

  it('refuses another session, with other people or between the same', () => {
    const { ben } = spoken()
    const other = spoken({ label: '2' })
    expectRefused(ben, other.anna.seal('x'), { kind: 'noHeaderKey' })
    const mirrored = spoken()
    expectRefused(mirrored.anna, mirrored.anna.seal('x'), { kind: 'noHeaderKey' })
  })

  it('refuses a gap over the limit without deriving, and takes the largest that is allowed', () => {
    const { anna, ben } = spoken()
    const sealed = Array.from({ length: 1_002 }, () => anna.seal('x'))
    const received = ben.session.ratchet.receive?.n ?? -1
    expectRefused(ben, sealed[1_001] as Uint8Array, { kind: 'gapTooLarge', got: 1_001, max: protocolLimits.skipMax })
    const headerKey = ben.session.ratchet.receive?.headerKey as Uint8Array
    const ratchetKey = ben.session.ratchet.remoteKey as Uint8Array
    const far = forged(headerKey, { ratchetKey, previousCount: 0, n: received + 25_001 })
    expect(ben.refuses(far, startMs, withoutDerivation)).toMatchObject({ kind: 'gapTooLarge', got: 25_001 })
    ben.seal('an answer, so that the peer may step')
    const next = ben.session.ratchet.nextReceiveHeaderKey
    for (const header of [
      { ratchetKey, previousCount: received, n: 25_001 },
      { ratchetKey, previousCount: received + 1_000, n: 25_001 },
      { ratchetKey, previousCount: received + 25_001, n: 0 },
    ]) {
      const error = ben.refuses(forged(next, header), startMs, withoutDerivation)
      expect(error).toEqual({ kind: 'gapTooLarge', got: 25_001, max: protocolLimits.skipMax })
    }
    expect(ben.open(sealed[1_000] as Uint8Array)).toBe('x')
    expect(countSkipped(ben.session.ratchet.skipped)).toBe(1_000)
  })

  it('tries the header keys of five earlier chains, and drops keys after 14 days', () => {
    const { anna, ben } = spoken()
    const late: Uint8Array[] = []
    for (let turn = 0; turn < 7; turn++) {
      late.push(anna.seal(`late ${turn}`))
      ben.open(anna.seal('x'))
      anna.open(ben.seal('x'))
    }
    // The last of the seven is the present chain, five more are kept, the first is gone.
    expectRefused(ben, late[0] as Uint8Array, { kind: 'noHeaderKey' })
    // A present chain in which nothing is missing takes no place from them, and gives them none.
    const withoutGaps = spoken({ label: '2' })
    const early: Uint8Array[] = []
    for (let turn = 0; turn < 6; turn++) {
      early.push(withoutGaps.anna.seal(`early ${turn}`))
      withoutGaps.ben.open(withoutGaps.anna.seal('x'))
      withoutGaps.anna.open(withoutGaps.ben.seal('x'))
    }
    withoutGaps.ben.open(withoutGaps.anna.seal('the present chain'))
    expectRefused(withoutGaps.ben, early[0] as Uint8Array, { kind: 'noHeaderKey' })
    expect(withoutGaps.ben.open(early[1] as Uint8Array)).toBe('early 1')
    expect(ben.open(late[1] as Uint8Array)).toBe('late 1')
    for (let day = 1; day < 14; day++) {
      const atMs = startMs + day * durationsMs.day
      anna.open(ben.seal('daily', atMs), atMs)
      ben.open(anna.seal('daily', atMs), atMs)
    }
    expect(ben.open(late[6] as Uint8Array, startMs + 13 * durationsMs.day)).toBe('late 6')
    // Not even the message itself opens once its key is 14 days old; and sealing alone drops it, too.
    const sealing = new End(ben.session, seeded('sealing'))
    sealing.seal('x', startMs + 14 * durationsMs.day)
    expect(countSkipped(sealing.session.ratchet.skipped)).toBe(0)
    expect(ben.refuses(late[5] as Uint8Array, startMs + 14 * durationsMs.day)).toMatchObject({ kind: 'noHeaderKey' })
    ben.open(anna.seal('x'), startMs + 14 * durationsMs.day)
    expect(countSkipped(ben.session.ratchet.skipped)).toBe(0)
  })

  it('refuses a forged copy of a message that is late without harm to the genuine one', () => {
    const { anna, ben } = spoken()
    const late = anna.seal('late')
    anna.seal('lost')
    ben.open(anna.seal('x'))
    const { skipped } = ben.session.ratchet
    for (const [at, kind] of [
      [90, 'badCommitment'],
      [late.length - 1, 'badTag'],
    ] as const) {
      const flipped = late.slice()
      flipped[at] = (flipped[at] as number) ^ 1
      expectRefused(ben, flipped, { kind })
    }
    const before = new End(ben.session, ben.entropy)
    expect(ben.open(late)).toBe('late')
    // The state before is as it was, too: whoever did not store the one behind opens the message again.
    expect(countSkipped(skipped)).toBe(2)
    expect(before.open(late)).toBe('late')
  })

  it('makes every ratchet key and nonce of fresh entropy: two copies of a state go apart', () => {
    const { anna, ben } = spoken()
    anna.open(ben.seal('turn'))
    const [one, other] = [new End(anna.session, seeded('one')), new End(anna.session, seeded('other'))]
    const sealed = [one.seal('x'), other.seal('x')]
    const ratchets = [one.session.ratchet, other.session.ratchet]
    for (const part of ['rootKey', 'nextSendHeaderKey'] as const) {
      expect(ratchets[0]?.[part]).not.toEqual(ratchets[1]?.[part])
    }
    expect(ratchets[0]?.ownKey?.publicKey).not.toEqual(ratchets[1]?.ownKey?.publicKey)
    expect(ratchets[0]?.send?.chainKey).not.toEqual(ratchets[1]?.send?.chainKey)
    for (const [at, seed] of ['one', 'other'].entries()) {
      const drawn = seeded(seed)
      drawn.take(32)
      expect(sealed[at]?.slice(1, 25)).toEqual(drawn.take(24))
      expect(sealed[at]?.slice(116, 140)).toEqual(drawn.take(24))
    }
  })

  it('binds a body to the very header before it', () => {
    const { anna, ben } = spoken()
    const headerKey = anna.session.ratchet.send?.headerKey as Uint8Array
    const sealed = anna.seal('genuine')
    const header = openHeader(crypto, headerKey, sealed.subarray(1, 84))
    if (header?.ok !== true) throw new Error('no header')
    const again = sealHeader(crypto, headerKey, new Uint8Array(24).fill(1), header.value)
    expectRefused(ben, concat(sealed.subarray(0, 1), again, sealed.subarray(84)), { kind: 'badTag' })
    expect(ben.open(sealed)).toBe('genuine')
  })

  it('does not lose its skipped keys to a clock that jumps years ahead and back', () => {
    const { anna, ben } = spoken()
    const late = anna.seal('late')
    ben.open(anna.seal('x'))
    ben.open(anna.seal('x'), startMs + 10 * 365 * durationsMs.day)
    ben.open(anna.seal('x'), startMs - 10 * 365 * durationsMs.day)
    expect(ben.session.clock.elapsedMs).toBe(durationsMs.day)
    expect(ben.open(late)).toBe('late')
  })

  it('opens 2,000 messages of one chain in any order, once those too far ahead are offered again', () => {
    const { anna, ben } = spoken()
    const sealed = Array.from({ length: 2_000 }, (_, i) => anna.seal(`${i}`))
    let waiting = shuffled([...sealed.keys()], 'far')
    const opened: string[] = []
    for (let round = 0; waiting.length > 0 && round < 10; round++) {
      const again: number[] = []
      for (const i of waiting) {
        try {
          opened.push(ben.open(sealed[i] as Uint8Array))
        } catch {
          expect(ben.refuses(sealed[i] as Uint8Array)).toMatchObject({ kind: 'gapTooLarge' })
          again.push(i)
        }
      }
      waiting = again
    }
    expect(waiting).toEqual([])
    expect(new Set(opened).size).toBe(2_000)
  })

  it('opens 2,000 messages of several turns in reverse', () => {
    const { anna, ben } = spoken()
    const sealed: Uint8Array[] = []
    for (let turn = 0; turn < 4; turn++) {
      for (let i = 0; i < 500; i++) sealed.push(anna.seal(`${turn}.${i}`))
      // Each turn's last message opens first, so that Ben's answer begins the next turn.
      expect(ben.open(sealed.at(-1) as Uint8Array)).toBe(`${turn}.499`)
      anna.open(ben.seal('next'))
    }
    const late = sealed.filter((_, i) => i % 500 !== 499).toReversed()
    for (const envelope of late) ben.open(envelope)
    expect(countSkipped(ben.session.ratchet.skipped)).toBe(0)
    for (const envelope of sealed) expect(() => ben.open(envelope)).toThrow('refused')
  })

  it('keeps at most 2,000 skipped keys and evicts the oldest, never refusing the new', () => {
    const { anna, ben } = spoken()
    const first = anna.seal('first')
    for (let i = 0; i < 999; i++) anna.seal('skipped')
    ben.open(anna.seal('x'))
    for (let i = 0; i < 1_000; i++) anna.seal('skipped')
    ben.open(anna.seal('x'))
    expect(countSkipped(ben.session.ratchet.skipped)).toBe(2_000)
    const kept = anna.seal('kept')
    ben.open(anna.seal('x'))
    expect(countSkipped(ben.session.ratchet.skipped)).toBe(2_000)
    expectRefused(ben, first, { kind: 'noMessageKey' })
    expect(ben.open(kept)).toBe('kept')
  })
})
