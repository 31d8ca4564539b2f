import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { afterEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../../test/net/fakeClock.ts'
import { answerPmp } from '../../../test/net/fakePmp.ts'
import type { PmpGateway } from '../../../test/net/fakePmp.ts'
import { networkLimits } from '../../core/limits.ts'
import { PmpRouter } from './pmpRouter.ts'

const never = new AbortController().signal
const sockets: Socket[] = []

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close()
})

function bound(): Promise<Socket> {
  const socket = createSocket('udp4')
  sockets.push(socket)
  return new Promise((resolve) => socket.bind(0, '127.0.0.1', () => resolve(socket)))
}

/** A router on loopback that answers with what `answer` makes of a question. */
async function routerOn(answer: (question: Buffer) => readonly Uint8Array[]) {
  const socket = await bound()
  const questions: string[] = []
  socket.on('message', (question, sender) => {
    questions.push(question.toString('hex'))
    for (const one of answer(question)) socket.send(one, sender.port, sender.address)
  })
  const clock = new FakeClock()
  const own = { name: 'lo', host: '127.0.0.1', prefixLength: 8 }
  const random = { bytes: (lengthBytes: number) => new Uint8Array(lengthBytes).fill(3) }
  const { port } = socket.address()
  return { router: new PmpRouter({ clock, random, own, gateway: '127.0.0.1', port }), clock, questions, port }
}

function gateway(part: Partial<PmpGateway> = {}): PmpGateway {
  return { speaks: 'pcp', externalHost: '11.22.33.44', mappings: new Map(), refuses: false, ...part }
}

describe('a router that speaks PCP or NAT-PMP', () => {
  it.each(['pcp', 'natPmp'] as const)('maps a port by %s, and takes it back', async (speaks) => {
    const far = gateway({ speaks })
    const { router } = await routerOn((question) => answerPmp(far, question, '127.0.0.1'))
    expect(await router.map(4_001, 4_002, never)).toEqual({
      ok: true,
      value: { address: { family: 'ip4', host: '11.22.33.44', port: 4_002 }, lifetimeMs: 3_600_000 },
    })
    expect([...far.mappings]).toEqual([[4_002, { host: '127.0.0.1', port: 4_001 }]])
    await router.unmap(4_001, never)
    expect(far.mappings.size).toBe(0)
  })

  it('has no use when another router stands behind it, and keeps nothing', async () => {
    for (const speaks of ['pcp', 'natPmp'] as const) {
      const far = gateway({ speaks, externalHost: '192.168.0.2' })
      const { router } = await routerOn((question) => answerPmp(far, question, '127.0.0.1'))
      expect(await router.map(4_001, 4_001, never)).toEqual({ ok: false, error: { kind: 'notPublic' } })
      expect(far.mappings.size).toBe(0)
    }
  })

  it('may refuse, and is not asked again at once', async () => {
    const far = gateway({ refuses: true })
    const { router, questions } = await routerOn((question) => answerPmp(far, question, '127.0.0.1'))
    expect(await router.map(4_001, 4_001, never)).toEqual({ ok: false, error: { kind: 'refused', code: 2 } })
    expect(questions.length).toBe(1)
  })

  it('that says nothing, or nonsense, is asked a few times and given up', async () => {
    const { mappingAsksMax, mappingAskAfterMs } = networkLimits
    for (const answer of [[], [new Uint8Array(0), new Uint8Array(3), new Uint8Array(1_400).fill(7)]]) {
      const { router, clock, questions } = await routerOn(() => answer)
      const mapping = router.map(4_001, 4_001, never)
      for (let asked = 1; asked <= mappingAsksMax; asked++) {
        await expect.poll(() => questions.length).toBe(asked)
        await clock.advance(mappingAskAfterMs * 2 ** (asked - 1))
      }
      expect(await mapping).toEqual({ ok: false, error: { kind: 'noAnswer' } })
      expect(questions.length).toBe(mappingAsksMax)
    }
  })

  it('that the system cannot reach is one that does not answer', async () => {
    const own = { name: 'lo', host: '127.0.0.1', prefixLength: 8 }
    const random = { bytes: (lengthBytes: number) => new Uint8Array(lengthBytes) }
    // From loopback there is no way to it, so that nothing is sent.
    const options = { clock: new FakeClock(), random, own, gateway: '192.0.2.1', port: 5_351 }
    expect(await new PmpRouter(options).map(4_001, 4_001, never)).toEqual({ ok: false, error: { kind: 'noAnswer' } })
  })

  it('is heard at its own address and port alone', async () => {
    const far = gateway()
    const stranger = await bound()
    const { router, clock, questions } = await routerOn((question) => {
      const [forged] = answerPmp({ ...far, externalHost: '66.66.66.66' }, question, '127.0.0.1')
      const port = asker.at(-1) ?? 0
      if (forged !== undefined) stranger.send(forged, port, '127.0.0.1')
      return []
    })
    const asker: number[] = []
    sockets[1]?.prependListener('message', (_, sender) => void asker.push(sender.port))
    const mapping = router.map(4_001, 4_001, never)
    for (let asked = 1; asked <= networkLimits.mappingAsksMax; asked++) {
      await expect.poll(() => questions.length).toBe(asked)
      await clock.advance(networkLimits.mappingAskAfterMs * 2 ** (asked - 1))
    }
    expect(asker.length).toBe(networkLimits.mappingAsksMax)
    expect(await mapping).toEqual({ ok: false, error: { kind: 'noAnswer' } })
  })
})
