/** A session of the last generation, which none that is begun later can outrank. */
import { afterEach, describe, expect, it } from 'vitest'
import { protocolLimits } from '../../main/core/limits.ts'
import { decodeSession, encodeSession } from '../../main/core/session/session.ts'
import type { Peer } from './peer.ts'
import { Scene } from './scene.ts'

const { sessionGenerationMax } = protocolLimits

let scene: Scene

afterEach(() => scene.assertSound())

/** Puts a session of this generation in the place of each of a peer's, of which none is sealed under. */
function outranked(peer: Peer, generation: number): void {
  for (const [key, row] of peer.disk.sessions) {
    const session = decodeSession(row.state)
    if (!session.ok) throw new Error('not a session')
    peer.disk.sessions.set(key, { ...row, active: false, state: encodeSession({ ...session.value, generation }) })
  }
}

/** The generation of the session that this peer seals under. */
function activeGeneration(peer: Peer): number | undefined {
  const row = [...peer.disk.sessions.values()].find(({ active }) => active)
  const session = row === undefined ? null : decodeSession(row.state)
  return session?.ok === true ? session.value.generation : undefined
}

describe('a session of the last generation', () => {
  it.each(['smaller', 'greater'])(
    'that the %s device has lost, or never had, does not cut the two off',
    async (which) => {
      scene = await new Scene(2).begin()
      const bySize = [scene.peer(0), scene.peer(1)].sort((p, q) => (p.identity.device < q.identity.device ? -1 : 1))
      const [x, y] = (which === 'smaller' ? bySize : bySize.reverse()) as [Peer, Peer]
      await scene.meet(x, y)
      await scene.restart(x, () => outranked(x, sessionGenerationMax - 1))
      await scene.text(x, y, 'in the last')
      await scene.run(120_000)
      expect([x, y].map(activeGeneration)).toEqual([sessionGenerationMax, sessionGenerationMax])
      await scene.restart(x, () => x.disk.sessions.clear())
      const said = ['in the last']
      for (let i = 0; i < 3; i++) {
        for (const [from, to] of [
          [y, x],
          [x, y],
        ] as const) {
          said.push(`${from.name} ${i}`)
          await scene.text(from, to, `${from.name} ${i}`)
          await scene.run(180_000)
        }
      }
      expect(scene.shown(x, y)).toEqual(said)
      expect(scene.shown(y, x)).toEqual(said)
      expect(x.disk.outbox.size + y.disk.outbox.size).toBe(0)
    },
  )
})
