/** The whole receive path: the engine's step over a state with contacts, sessions, prekeys, invites. */
import type { Room } from '../receive/room.ts'
import { makeRoom } from '../receive/room.ts'
import { Siege } from '../receive/siege.ts'
import { Tape } from '../tape.ts'
import type { Target } from '../target.ts'
import { pairsOf } from '../target.ts'

let rooms: readonly Room[] | null = null

const opsMax = 20

/** A tape that makes one act, with this many zeros behind. */
function tape(...acts: readonly number[]): Uint8Array {
  return Uint8Array.of(...acts)
}

const honest = Array.from({ length: 12 }, () => 0)

function seeds(): readonly Uint8Array[] {
  const acts = Array.from({ length: 16 }, (_, act) => tape(0, act, ...honest))
  const deviations = Array.from({ length: 12 }, (_, bit) =>
    // An honest content, then the mask of what is sealed otherwise.
    tape(1, 13, 0, 1, 65, 0, 0, 0, 0, 0, 0, (1 << bit) >> 8, (1 << bit) & 0xff, 1, 1, 1, 0, ...honest),
  )
  const contents = Array.from({ length: 8 }, (_, bit) =>
    tape(2, 0, 1 << bit, 1, 2, 3, 4, 5, 6, ...honest, 0, ...honest),
  )
  const payloads = Array.from({ length: 6 }, (_, kind) => tape(0, 1, 0, 0, 0, kind, 1, 1, ...honest))
  const renewals = Array.from({ length: 6 }, (_, kind) => tape(0, 1, 1, 0, 0, kind, 1, 1, ...honest))
  const keyChange = tape(0, 1, 1, 0, 1, 0, ...honest, 3, 0, 3, ...honest)
  const bundles = Array.from({ length: 5 }, (_, bit) => tape(0, 2, 1 << bit, 1, 1, 1, 0, 0, 0, ...honest))
  // A stash of one to five bundles, well made and otherwise.
  const stashes = Array.from({ length: 5 }, (_, count) => tape(1, 0, 0, 4, count, 0, 0, 0, count, 1, 1, ...honest))
  const fromStash = Array.from({ length: 5 }, (_, which) => tape(1, 1, 1, 0, which, 0, 0, ...honest))
  return [
    ...stashes,
    ...fromStash,
    ...acts,
    ...deviations,
    ...contents,
    ...payloads,
    ...renewals,
    keyChange,
    ...bundles,
  ]
}

const receive: Target = {
  name: 'receive',
  what: 'engine step: a refusal stores nothing but what `storedAtRefusal` names, memory is as the disk, friends are heard',
  inputSizeBytesMax: 2_048,
  weight: 10,
  tokens: [],
  seeds,
  run(input, clock) {
    rooms ??= [makeRoom(1), makeRoom(4), makeRoom(37)]
    const decisions = new Tape(input)
    const siege = new Siege(decisions.pick(rooms), clock)
    for (let op = 0; op < opsMax && !decisions.isAtEnd; op++) siege.act(decisions)
    siege.end()
    return pairsOf(siege.happened)
  },
}

export const receiveTargets: readonly Target[] = [receive]
