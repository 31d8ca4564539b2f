import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../test/net/fakeClock.ts'
import { deviceIdOf } from '../core/ids.ts'
import { networkLimits } from '../core/limits.ts'
import type { PathKind, SendOutcome } from '../core/ports.ts'
import { Peers, preferred } from './peers.ts'
import type { Link, LinkStream } from './peers.ts'

const small = deviceIdOf(new Uint8Array(32).fill(1))
const great = deviceIdOf(new Uint8Array(32).fill(2))
const crossedMs = networkLimits.crossedDialsMs

class FakeStream implements LinkStream {
  readonly framelessPulses = 0
  readonly sent: number[] = []
  full = false
  endedAs: string | null = null
  delayMs: number | null = null
  onEnd: () => void = () => undefined
  send(frame: Uint8Array): SendOutcome {
    if (this.full) return 'full'
    this.sent.push(frame[0] ?? 0)
    return 'sent'
  }
  end(end: string): void {
    if (this.endedAs !== null) return
    this.endedAs = end
    this.onEnd()
  }
  pulse(): void {
    this.sent.push(-1)
  }
  wake(): void {
    this.sent.push(-2)
  }
  roundTripMs(): number | null {
    return this.delayMs
  }
}

function link(
  dialledBy: 'us' | 'them',
  openedAtMs: number,
  path: PathKind = 'lan',
  address = '/ip4/10.0.0.1/tcp/1',
): Link & { readonly stream: FakeStream } {
  return { stream: new FakeStream(), dialledBy, openedAtMs, path, address }
}

class Scene {
  readonly clock = new FakeClock(1_000)
  readonly events: string[] = []
  readonly peers: Peers

  constructor(own = small) {
    this.peers = new Peers(own, this.clock, {
      up: (_device, up) => this.events.push(`up ${up.path}`),
      down: (_device, durationMs, last) => this.events.push(`down ${durationMs} ${last.path}`),
      moved: (_device, link) => this.events.push(`moved ${link.path}`),
      writable: () => this.events.push('writable'),
    })
  }

  add(dialledBy: 'us' | 'them', path?: PathKind, address?: string): FakeStream {
    const made = link(dialledBy, this.clock.nowMs(), path, address)
    made.stream.onEnd = () => this.peers.remove(great, made.stream)
    this.peers.add(great, made)
    return made.stream
  }

  send(number: number): SendOutcome {
    return this.peers.send(great, Uint8Array.of(number))
  }
}

describe('preferred', () => {
  it('chooses, of two dials that crossed, the same connection on both sides in whatever order they came', () => {
    for (const [bySmallAt, byGreatAt] of [
      [0, crossedMs - 1],
      [crossedMs - 1, 0],
      [0, 0],
    ] as const) {
      const onSmall = { bySmall: link('us', bySmallAt), byGreat: link('them', byGreatAt) }
      const onGreat = { bySmall: link('them', bySmallAt), byGreat: link('us', byGreatAt) }
      expect(preferred(small, great, onSmall.bySmall, onSmall.byGreat)).toBe(onSmall.bySmall)
      expect(preferred(small, great, onSmall.byGreat, onSmall.bySmall)).toBe(onSmall.bySmall)
      expect(preferred(great, small, onGreat.bySmall, onGreat.byGreat)).toBe(onGreat.bySmall)
      expect(preferred(great, small, onGreat.byGreat, onGreat.bySmall)).toBe(onGreat.bySmall)
    }
  })

  it('chooses the newer when one side dialled anew, for it has lost the older', () => {
    const older = link('us', 0)
    const newer = link('them', crossedMs)
    expect(preferred(small, great, older, newer)).toBe(newer)
    const again = link('us', 1)
    expect(preferred(small, great, older, again)).toBe(again)
  })
})

describe('a link of a worse sort', () => {
  it.each<[PathKind, readonly PathKind[]]>([
    ['relay', ['loopback', 'lan', 'direct', 'webrtc']],
    ['webrtc', ['loopback', 'lan', 'direct']],
  ])('(%s) gives way to any better, older or newer, crossed or not', (worsePath, betterPaths) => {
    for (const openedAtMs of [0, crossedMs]) {
      for (const path of betterPaths) {
        const worse = link('us', 0, worsePath)
        const better = link('them', openedAtMs, path)
        for (const own of [small, great]) {
          const remote = own === small ? great : small
          expect(preferred(own, remote, worse, better)).toBe(better)
          expect(preferred(own, remote, better, worse)).toBe(better)
        }
      }
    }
  })

  it('arranged through a relay, is kept until the better one has proved that it lives', async () => {
    const scene = new Scene()
    const direct = scene.add('them', 'direct')
    const arranged = scene.add('us', 'webrtc')
    expect([direct.sent, arranged.sent]).toEqual([[-2], []])
    await scene.clock.advance(networkLimits.relayedLingerMs - 1)
    expect(arranged.endedAs).toBeNull()
    direct.end('silent')
    expect([scene.peers.pathOf(great), scene.events.at(-1)]).toEqual(['webrtc', 'moved webrtc'])
  })
})

describe('a link through a relay', () => {
  it('is replaced without a break, which is told', async () => {
    const scene = new Scene()
    const relayed = scene.add('us', 'relay')
    expect([scene.peers.pathOf(great), scene.peers.streamOf(great)]).toEqual(['relay', relayed])
    const direct = scene.add('them')
    expect(scene.send(1)).toBe('sent')
    expect(direct.sent).toEqual([1])
    await scene.clock.advance(networkLimits.replacedStreamLingerMs)
    expect(relayed.endedAs).toBe('replaced')
    expect(scene.events).toEqual(['up relay', 'moved lan'])
  })

  it('has a better one prove that it lives, and stands by until it has', async () => {
    const scene = new Scene()
    const direct = scene.add('us')
    const relayed = scene.add('them', 'relay')
    expect(direct.sent).toEqual([-2])
    expect(scene.send(1)).toBe('sent')
    expect(relayed.sent).toEqual([])
    await scene.clock.advance(networkLimits.silencePulsesMax * networkLimits.pulseMs)
    expect(relayed.endedAs).toBeNull()
    direct.end('silent')
    expect(scene.send(2)).toBe('sent')
    expect(relayed.sent).toEqual([2])
    expect(scene.events).toEqual(['up lan', 'moved relay'])
  })

  it('ends when the better one lives on', async () => {
    const scene = new Scene()
    const direct = scene.add('us')
    const relayed = scene.add('us', 'relay')
    await scene.clock.advance(networkLimits.relayedLingerMs)
    expect([direct.endedAs, relayed.endedAs]).toEqual([null, 'replaced'])
    expect(scene.events).toEqual(['up lan'])
  })

  it('through another relay is told as a move; a newer one of the same kind is not', async () => {
    const scene = new Scene()
    scene.add('us', 'relay', 'one')
    await scene.clock.advance(crossedMs)
    scene.add('them', 'relay', 'two')
    await scene.clock.advance(crossedMs)
    scene.add('us', 'direct', 'three')
    await scene.clock.advance(crossedMs)
    scene.add('us', 'direct', 'four')
    expect(scene.events).toEqual(['up relay', 'moved relay', 'moved direct'])
  })
})

describe('Peers', () => {
  it('says once that a device is up and once that it is down, over however many streams', async () => {
    const scene = new Scene()
    const streams = [scene.add('us'), scene.add('them'), scene.add('us')]
    await scene.clock.advance(500)
    for (const stream of streams) stream.end('remoteClosed')
    expect(scene.events).toEqual(['up lan', 'down 500 lan'])
    expect(scene.send(1)).toBe('notConnected')
  })

  it('sends on one stream and lets the other linger before it closes it', async () => {
    const scene = new Scene()
    const ours = scene.add('us')
    const theirs = scene.add('them')
    expect(scene.send(1)).toBe('sent')
    expect([ours.sent, theirs.sent]).toEqual([[1], []])
    await scene.clock.advance(networkLimits.replacedStreamLingerMs * 3 - 1)
    expect(theirs.endedAs).toBeNull()
    await scene.clock.advance(1)
    expect([ours.endedAs, theirs.endedAs]).toEqual([null, 'replaced'])
    expect(scene.events).toEqual(['up lan'])
  })

  it('closes its own replaced stream first', async () => {
    const scene = new Scene(deviceIdOf(new Uint8Array(32).fill(3)))
    const ours = scene.add('us')
    const theirs = scene.add('them')
    await scene.clock.advance(networkLimits.replacedStreamLingerMs)
    expect([ours.endedAs, theirs.endedAs]).toEqual(['replaced', null])
  })

  it('goes over to the other stream when the used one ends, and does not close it later', async () => {
    const scene = new Scene()
    const ours = scene.add('us')
    const theirs = scene.add('them')
    ours.end('silent')
    expect(scene.send(2)).toBe('sent')
    expect(theirs.sent).toEqual([2])
    await scene.clock.advance(60_000)
    expect(theirs.endedAs).toBeNull()
  })

  it('says writable once after full, also when the room comes with another stream', async () => {
    const scene = new Scene()
    const first = scene.add('us')
    first.full = true
    expect(scene.send(1)).toBe('full')
    expect(scene.send(1)).toBe('full')
    scene.peers.writable(great, first)
    scene.peers.writable(great, first)
    expect(scene.events).toEqual(['up lan', 'writable'])
    expect(scene.send(1)).toBe('full')
    await scene.clock.advance(crossedMs)
    scene.add('them')
    expect(scene.events).toEqual(['up lan', 'writable', 'writable'])
    expect(scene.send(1)).toBe('sent')
  })

  it('tells the round trip of the stream that is used', () => {
    const scene = new Scene()
    const [ours, theirs] = [scene.add('us'), scene.add('them')]
    theirs.delayMs = 80
    expect(scene.peers.roundTripMs(great)).toBeNull()
    ours.delayMs = 12
    expect(scene.peers.roundTripMs(great)).toBe(12)
    expect(scene.peers.roundTripMs(small)).toBeNull()
  })

  it('bounds the streams of one device', () => {
    const scene = new Scene()
    const streams = Array.from({ length: 20 }, () => scene.add('them'))
    expect(streams.filter((stream) => stream.endedAs === null).length).toBe(networkLimits.connectionsPerDeviceMax)
    expect(streams.at(-1)?.endedAs).toBeNull()
  })

  it('reaches every stream with the pulse, and ends all of a device', () => {
    const scene = new Scene()
    const streams = [scene.add('us'), scene.add('them')]
    scene.peers.each((_device, stream) => stream.pulse())
    expect(streams.map((stream) => stream.sent)).toEqual([[-1], [-1]])
    scene.peers.disconnect(great)
    expect(streams.map((stream) => stream.endedAs)).toEqual(['closedHere', 'closedHere'])
    expect(scene.peers.has(great)).toBe(false)
  })
})
