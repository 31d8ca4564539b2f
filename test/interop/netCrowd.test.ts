/** More connections and streams than anybody can want: what they take up, and who still gets in. */
import { spawn } from 'node:child_process'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Libp2p, StreamMuxer } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { networkLimits } from '../../main/core/limits.ts'
import { bundle } from '../net/bundle.ts'
import type { CrowdedCommand, CrowdedLine } from './crowdedProcess.ts'
import { attacker } from './netAttackers.ts'
import { deviceOfSeed, numbered, numberOf, Scene, seedOf } from './netNodes.ts'
import type { TestNode } from './netNodes.ts'

const [keys, dialsOfEach, streamsOfEach, contacts] = [50, 20, 32, 5]
const mebibyte = 1_048_576
/** Connections that are being made at a time. */
const atOnce = 48

let script = { path: '', remove: (): void => undefined }
beforeAll(async () => {
  script = await bundle(join(import.meta.dirname, 'crowdedProcess.ts'))
})
afterAll(() => script.remove())

/** The attacked process, as the test speaks with it. */
class Crowded {
  readonly said: CrowdedLine[] = []
  readonly #child = spawn(process.execPath, [script.path], { stdio: ['pipe', 'pipe', 'inherit'] })
  #watchers: (() => void)[] = []

  constructor(scene: Scene) {
    scene.atEnd(() => this.#child.kill())
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      this.said.push(JSON.parse(line) as CrowdedLine)
      for (const watcher of this.#watchers) watcher()
    })
  }
  tell(command: CrowdedCommand): void {
    this.#child.stdin.write(`${JSON.stringify(command)}\n`)
  }
  /** The first line of the kind from here on, or from `from`. */
  line<K extends CrowdedLine['kind']>(kind: K, from = this.said.length): Promise<Extract<CrowdedLine, { kind: K }>> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = this.said
          .slice(from)
          .find((line): line is Extract<CrowdedLine, { kind: K }> => line.kind === kind)
        if (found === undefined) return
        this.#watchers = this.#watchers.filter((one) => one !== look)
        resolve(found)
      }
      this.#watchers.push(look)
      look()
    })
  }
  async memory(): Promise<Extract<CrowdedLine, { kind: 'memory' }>> {
    const answer = this.line('memory')
    this.tell({ do: 'memory' })
    return answer
  }
}

/** A way to a port on loopback that comes from an address of its own, as if from another computer. */
async function wayFrom(scene: Scene, source: string, port: number): Promise<number> {
  const server = createServer((near) => {
    const far = connect({ host: '127.0.0.1', port, localAddress: source })
    near.pipe(far).pipe(near)
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => undefined)
      one.once('close', () => other.destroy())
    }
    scene.atEnd(() => near.destroy())
  })
  scene.atEnd(() => server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return address !== null && typeof address === 'object' ? address.port : 0
}

/** Streams past all negotiation, each filled as far as its window goes; nothing of what comes back is read. */
async function fill(muxer: StreamMuxer): Promise<void> {
  const chunk = new Uint8Array(65_536)
  for (let number = 0; number < streamsOfEach; number++) {
    try {
      const stream = await muxer.createStream()
      stream.pause()
      for (let sent = 0; sent < networkLimits.streamReadBufferBytesMax && stream.send(chunk); sent += chunk.length);
    } catch {
      return
    }
  }
}

interface Tally {
  dialled: number
  connected: number
  streams: number
}

/** All of them, one after the other as far as `atOnce` goes; those that are let in stay as long as they may. */
async function crowdIn(crowd: readonly Libp2p[], muxers: StreamMuxer[], ports: readonly number[]): Promise<Tally> {
  const tally: Tally = { dialled: 0, connected: 0, streams: 0 }
  const dials = crowd.flatMap((one) => Array.from({ length: dialsOfEach }, () => one))
  const work = async (): Promise<void> => {
    for (let one = dials.pop(); one !== undefined; one = dials.pop()) {
      const port = ports[tally.dialled++ % ports.length] ?? 0
      const connection = await one.dial(multiaddr(`/ip4/127.0.0.1/tcp/${port}`), { force: true }).catch(() => null)
      if (connection === null) continue
      tally.connected++
      for (const muxer of muxers.splice(0)) {
        await fill(muxer)
        tally.streams += muxer.streams.length
      }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return tally
}

async function echoes(contact: TestNode, target: TestNode['device'], number: number): Promise<void> {
  expect(contact.network.send(target, numbered(number))).toBe('sent')
  await contact.until('the echo', () => contact.frames.some(({ frame }) => numberOf(frame) === number))
}

describe('a crowd', () => {
  it('case 59: of 1,000 connections with 32 unread streams takes 512 MiB at most, and contacts keep their places', async ({
    onTestFinished,
  }) => {
    const scene = new Scene(onTestFinished)
    const crowded = new Crowded(scene)
    const { port } = await crowded.line('port', 0)
    const target = await deviceOfSeed(seedOf(1))
    const devices = await Promise.all(Array.from({ length: contacts }, (_, at) => deviceOfSeed(seedOf(2 + at))))
    crowded.tell({ do: 'contacts', devices })
    const before = await crowded.memory()
    const here = { device: target, addresses: [`/ip4/127.0.0.1/tcp/${port}`], lan: null, relay: false, mailbox: false }
    const early = await scene.node(2)
    early.network.setPeers([here])
    await early.untilUp(target)

    const muxers: StreamMuxer[] = []
    const crowd = await Promise.all(
      Array.from({ length: keys }, (_, at) => attacker(scene, 100 + at, { onMuxer: (muxer) => muxers.push(muxer) })),
    )
    const ports = await Promise.all(Array.from({ length: 25 }, (_, at) => wayFrom(scene, `127.0.1.${1 + at}`, port)))
    const crowding = crowdIn(crowd, muxers, ports)
    // While it lasts a contact is served, and others come in and are served.
    await echoes(early, target, 1)
    for (let at = 1; at < contacts; at++) {
      const late = await scene.node(2 + at)
      late.network.setPeers([here])
      await late.untilUp(target)
      await echoes(late, target, 1)
    }
    const tally = await crowding
    await echoes(early, target, 2)
    expect(early.count('peerDown')).toBe(0)

    const after = await crowded.memory()
    const figures = `${tally.connected} of ${tally.dialled} got as far as a key, with ${tally.streams} streams`
    const inMiB = (bytes: number): number => Math.round(bytes / mebibyte)
    console.log(`${figures}: ${inMiB(before.bytes)} MiB before, ${inMiB(after.mostBytes)} MiB at most`)
    expect(tally.dialled).toBe(keys * dialsOfEach)
    expect(tally.streams).toBeGreaterThan(networkLimits.strangerConnectionsMax)
    expect(after.mostBytes).toBeLessThan(512 * mebibyte)
  }, 180_000)
})
