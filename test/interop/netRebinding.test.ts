/** A router between two people forgets who speaks through it, and gives them another address. */
import { connect, createServer } from 'node:net'
import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { networkLimits } from '../../main/core/limits.ts'
import { Scene } from './netNodes.ts'
import { meetOnLoopback, NetPerson } from './netPeople.ts'

/** Forwards to a port on loopback, from an address that is another one after each rebinding. */
class Router {
  readonly sources: string[] = []
  #source = 1
  #open: (readonly [Socket, Socket])[] = []
  #port = 0

  async start(scene: Scene, to: number): Promise<this> {
    const server = createServer((near) => {
      const localAddress = `127.0.2.${this.#source}`
      this.sources.push(localAddress)
      const far = connect({ host: '127.0.0.1', port: to, localAddress })
      near.pipe(far).pipe(near)
      this.#open.push([near, far])
      for (const socket of [near, far]) {
        socket.on('error', () => undefined)
        scene.atEnd(() => socket.destroy())
      }
    })
    scene.atEnd(() => server.close())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    this.#port = address !== null && typeof address === 'object' ? address.port : 0
    return this
  }

  get address(): string {
    return `/ip4/127.0.0.1/tcp/${this.#port}`
  }

  /** What is open goes nowhere from now on, without a word to either end; what is opened anew has another address. */
  rebind(): void {
    this.#source++
    for (const [near, far] of this.#open) {
      near.unpipe(far)
      far.unpipe(near)
      near.resume()
      far.resume()
    }
    this.#open = []
  }
}

describe('a router that forgets', () => {
  it('case 54: is noticed within ten seconds; all goes on by itself, with nothing lost and nothing twice', async ({
    onTestFinished,
  }) => {
    const scene = new Scene(onTestFinished)
    const [anna, ben] = [new NetPerson(1), new NetPerson(2)]
    // Before anybody knows an address.
    let way: readonly string[] = []
    anna.route = (target) => ({ ...target, addresses: way })
    // Behind the router nobody can be dialled.
    ben.route = (target) => ({ ...target, addresses: [] })
    await Promise.all([anna.start(scene, 'Anna'), ben.start(scene, 'Ben')])
    const listening = ben.events.find((event) => event.kind === 'listening')
    const router = await new Router().start(scene, listening?.kind === 'listening' ? (listening.ports[0] ?? 0) : 0)
    way = [router.address]
    await meetOnLoopback(ben, anna)

    const said: string[] = []
    const talk = async (count: number): Promise<void> => {
      for (let number = 0; number < count; number++) {
        said.push(`text ${said.length}`)
        await Promise.all([anna.say(ben, said.at(-1) ?? ''), ben.say(anna, said.at(-1) ?? '')])
      }
    }
    const everything = (): Promise<unknown> =>
      Promise.all([
        ben.until('all of Anna’s', () => ben.shown(anna).length === said.length),
        anna.until('all of Ben’s', () => anna.shown(ben).length === said.length),
      ])
    await talk(5)
    await everything()
    router.rebind()
    const before = Date.now()
    await talk(5)
    const gone = [
      anna.until('down', () => anna.of('peerDown', ben).length > 0).then(() => Date.now() - before),
      ben.until('down', () => ben.of('peerDown', anna).length > 0).then(() => Date.now() - before),
    ]
    const noticedMs = await Promise.race(gone)
    await talk(5)
    await everything()
    console.log(`a forgotten connection was noticed after ${noticedMs} ms`)
    // As many pulses as may be silent, and two more of slack.
    expect(noticedMs).toBeLessThan((networkLimits.silencePulsesMax + 2) * networkLimits.pulseMs)
    expect(ben.shown(anna)).toEqual(said)
    expect(anna.shown(ben)).toEqual(said)
    expect(new Set(router.sources)).toEqual(new Set(['127.0.2.1', '127.0.2.2']))
  }, 90_000)
})
