/** What the peer itself may try: it holds every key of the session and breaks the rules. */
import { describe, expect, it } from 'vitest'
import { ByteWriter, concat } from '../bytes.ts'
import { countSkipped } from './skippedKeys.ts'
import { expectRefused, forged, spoken, withoutDerivation } from '../../../test/support/forged.ts'
import { End, crypto, ends, joined, seeded, startMs, untilOffer } from '../../../test/support/sessions.ts'

describe('the ratchet against its own peer', () => {
  const ratchetKey = crypto.x25519PublicKey(new Uint8Array(32).fill(8))

  it('never derives from a receiving chain that is not set (none-ck)', () => {
    const { session, made, bundle } = joined()
    const fresh = new End(joined().b, seeded('x'))
    expect(made.secrets.ratchetSecret).not.toEqual(made.secrets.signedPrekeySecret)
    expect(bundle.ratchetKey).not.toEqual(bundle.signedPrekey)
    // Anna has opened nothing yet: no receiving chain, and only the responder's first header key.
    const anna = new End(session, seeded('y'))
    const first = anna.session.ratchet.nextReceiveHeaderKey
    expectRefused(anna, forged(first, { ratchetKey, previousCount: 1, n: 0 }), { kind: 'badHeader' })
    expectRefused(anna, forged(first, { ratchetKey, previousCount: 0, n: 0 }), { kind: 'badCommitment' })
    expectRefused(anna, forged(first, new Uint8Array(43)), { kind: 'malformed' })
    // Ben has stepped and not answered: the peer has seen no key of his to step on.
    const next = fresh.session.ratchet.nextReceiveHeaderKey
    expectRefused(fresh, forged(next, { ratchetKey, previousCount: 1, n: 0 }), { kind: 'badHeader' })
  })

  it('refuses headers without a ratchet key, with one of another kind, or of another length', () => {
    const { ben } = spoken()
    const headerKey = ben.session.ratchet.receive?.headerKey as Uint8Array
    const plain = (type: number) => new ByteWriter().u8(type).bytes(ratchetKey).u32(0).u32(0).u16(0).done()
    for (const type of [0, 1, 3]) {
      expectRefused(ben, forged(headerKey, plain(type)), {
        kind: 'malformed',
        error: { kind: 'badValue', field: 'ratchetKey', got: type },
      })
    }
    // A header has one length: what is longer or shorter does not open.
    const longer = forged(headerKey, concat(plain(2), Uint8Array.of(0)))
    expectRefused(ben, longer, { kind: 'malformed' })
    expectRefused(ben, longer.subarray(0, -1), { kind: 'noHeaderKey' })
    expectRefused(ben, concat(forged(headerKey, plain(2).subarray(0, 33)), new Uint8Array(10)), { kind: 'noHeaderKey' })
  })

  it('refuses ratchet keys of low order', () => {
    const { anna, ben } = spoken()
    ben.seal('an answer, so that the peer may step')
    const next = ben.session.ratchet.nextReceiveHeaderKey
    const received = ben.session.ratchet.receive?.n ?? 0
    const one = new Uint8Array(32)
    one[0] = 1
    for (const low of [new Uint8Array(32), one]) {
      const header = { ratchetKey: low, previousCount: received, n: 0 }
      expectRefused(ben, forged(next, header), { kind: 'badRatchetKey' })
    }
    expect(ben.open(anna.seal('still'))).toBe('still')
  })

  it('refuses headers that contradict what was received', () => {
    const { ben } = spoken()
    const headerKey = ben.session.ratchet.receive?.headerKey as Uint8Array
    expectRefused(ben, forged(headerKey, { ratchetKey, previousCount: 0, n: 5 }), { kind: 'badHeader' })
    ben.seal('an answer')
    const next = ben.session.ratchet.nextReceiveHeaderKey
    const received = ben.session.ratchet.receive?.n ?? 0
    expectRefused(ben, forged(next, { ratchetKey, previousCount: received - 1, n: 0 }), { kind: 'badHeader' })
    expectRefused(ben, forged(next, { ratchetKey, previousCount: received + 1_001, n: 0 }), {
      kind: 'gapTooLarge',
      got: 1_001,
    })
    expectRefused(ben, forged(next, { ratchetKey, previousCount: received, n: 1_001 }), {
      kind: 'gapTooLarge',
      got: 1_001,
    })
    expectRefused(ben, forged(next, { ratchetKey, previousCount: received + 3, n: 7 }), { kind: 'badCommitment' })
  })

  it('refuses a header of the present chain that names another epoch, whichever are held', () => {
    const both = ends()
    const offer = untilOffer(both)
    const { anna, ben } = both
    // Her offer comes late, another message of the same turn not at all. Once answered, Ben holds two epochs.
    anna.seal('missing')
    ben.open(anna.seal('x'))
    ben.open(offer)
    anna.seal('missing')
    const answer = ben.seal('x')
    const { receive, remoteKey, epochs } = ben.session.ratchet
    if (receive === null || remoteKey === null) throw new Error('nothing was received')
    expect([receive.epoch, epochs.previous?.number, epochs.newest.number]).toEqual([0, 0, 1])
    const header = (n: number, epoch: number) =>
      forged(receive.headerKey, { ratchetKey: remoteKey, previousCount: 1, n, epoch })
    for (const epoch of [1, 2, 65_535]) {
      // A number whose key was skipped, one that was used, the next one, and one behind a gap.
      for (const n of [receive.n - 2, receive.n - 1, receive.n, receive.n + 7]) {
        expectRefused(ben, header(n, epoch), { kind: 'badHeader' })
        expect(ben.refuses(header(n, epoch), startMs, withoutDerivation)).toEqual({ kind: 'badHeader' })
      }
    }
    // The same header with the epoch of its turn gets as far as the body.
    expectRefused(ben, header(receive.n, 0), { kind: 'badCommitment' })
    expect(ben.open(anna.seal('still'))).toBe('still')
    expect(anna.open(answer)).toBe('x')
  })

  it('refuses a turn in an epoch that is not held any more, or not yet', () => {
    const both = ends()
    const offer = untilOffer(both)
    const { anna, ben } = both
    const unknown = (end: End, held: readonly number[], newest: number) => {
      const { receive, nextReceiveHeaderKey, epochs } = end.session.ratchet
      expect(epochs.newest.number).toBe(newest)
      for (const epoch of [0, 1, 2, 65_535]) {
        const header = { ratchetKey, previousCount: receive?.n ?? 0, n: 0, epoch }
        const error = held.includes(epoch) ? { kind: 'badCommitment' } : { kind: 'unknownEpoch', got: epoch, newest }
        expectRefused(end, forged(nextReceiveHeaderKey, header), error)
      }
    }
    unknown(anna, [0], 0)
    ben.open(offer)
    const answer = ben.seal('x')
    unknown(ben, [0, 1], 1)
    anna.open(answer)
    const first = anna.seal('the first turn in epoch 1')
    unknown(anna, [0, 1], 1)
    ben.open(first)
    const second = ben.seal('x')
    unknown(ben, [1], 1)
    anna.open(second)
    anna.seal('x')
    unknown(anna, [1], 1)
  })

  it('refuses a header of an old chain whose message is not missing', () => {
    const { anna, ben } = spoken()
    anna.seal('missing')
    ben.open(anna.seal('x'))
    const oldKey = ben.session.ratchet.receive?.headerKey as Uint8Array
    anna.open(ben.seal('turn'))
    ben.open(anna.seal('next'))
    expectRefused(ben, forged(oldKey, { ratchetKey, previousCount: 0, n: 40 }), { kind: 'noMessageKey', n: 40 })
    expectRefused(ben, forged(oldKey, new Uint8Array(43)), { kind: 'malformed' })
  })

  it('keeps 2,000 keys at most even when a step skips in two chains at once', () => {
    const { anna, ben } = spoken()
    for (let turn = 0; turn < 3; turn++) {
      for (let i = 0; i < 900; i++) anna.seal('skipped')
      ben.open(anna.seal('x'))
      anna.open(ben.seal('x'))
    }
    expect(countSkipped(ben.session.ratchet.skipped)).toBe(2_000)
  })
})
