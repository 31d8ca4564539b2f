import type { Connection, Stream } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { beforeAll, describe, expect, it } from 'vitest'
import { FakeClock } from '../../../test/net/fakeClock.ts'
import type { DeviceId } from '../../core/ids.ts'
import { networkLimits } from '../../core/limits.ts'
import type { PathKind } from '../../core/ports.ts'
import { deviceKey, deviceOfKey, peerOf } from '../keys.ts'
import { silentLogger } from '../silentLogger.ts'
import { Webrtc } from './webrtc.ts'

let small: DeviceId
let great: DeviceId
let relay: DeviceId
beforeAll(async () => {
  const keys = await Promise.all([1, 2, 3].map((byte) => deviceKey(new Uint8Array(32).fill(byte))))
  const [first, second, third] = keys.map((key) => deviceOfKey(key)).toSorted()
  if (first === undefined || second === undefined || third === undefined) throw new Error('No keys')
  small = first
  great = second
  relay = third
})

function connectionWith(device: DeviceId, relayed: boolean): Connection {
  const [peer, relayPeer] = [String(peerOf(device)), String(peerOf(relay))]
  const circuit = relayed ? `/p2p/${relayPeer}/p2p-circuit` : ''
  const remoteAddr = multiaddr(`/ip4/11.22.33.10/tcp/4001${circuit}/p2p/${peer}`)
  return { remotePeer: peerOf(device), remoteAddr } as unknown as Connection
}

/** WebRTC without a library: an attempt is a look for it. */
class Scene {
  readonly clock = new FakeClock()
  readonly paths = new Map<DeviceId, PathKind>()
  readonly logged: unknown[] = []
  readonly webrtc: Webrtc
  attempts = 0
  aborted = 0

  constructor(own: DeviceId, on = true) {
    this.webrtc = new Webrtc({
      clock: this.clock,
      random: { bytes: (length) => new Uint8Array(length).fill(0x80) },
      log: { debug: (event, figures) => this.logged.push([event, figures?.['why']]), info() {}, warn() {} },
      on,
      load: () => {
        this.attempts++
        return Promise.resolve(null)
      },
      isTarget: (device) => device !== relay,
      pathOf: (device) => this.paths.get(device) ?? null,
      connectionOf: (device) => connectionWith(device, this.paths.get(device) === 'relay'),
      stunFor: () => null,
      bindHost: () => '127.0.0.1',
      mayTell: () => true,
      mayReach: () => true,
      reached: () => undefined,
    })
    const upgrader = {} as unknown as Parameters<Webrtc['start']>[0]['upgrader']
    this.webrtc.setTargets([small, great])
    this.webrtc.start({ own, upgrader, logger: silentLogger.forComponent('') })
  }

  path(device: DeviceId, path: PathKind): void {
    this.paths.set(device, path)
    this.webrtc.onPath(device, path)
  }

  /** Why a proposal is refused; null when it is taken up. */
  propose(device: DeviceId, relayed = true): unknown {
    const stream = { abort: () => this.aborted++ } as unknown as Stream
    this.logged.length = 0
    this.webrtc.onStream(stream, connectionWith(device, relayed))
    const [line] = this.logged
    return Array.isArray(line) ? line[1] : null
  }
}

describe('a relayed peer', () => {
  it('is tried soon by the device with the smaller id, and then slower and slower', async () => {
    const scene = new Scene(small)
    scene.path(great, 'relay')
    expect(scene.attempts).toBe(0)
    await scene.clock.advance(networkLimits.webrtcJitterMs)
    expect(scene.attempts).toBe(1)
    await scene.clock.advance(networkLimits.webrtcRetryMs / 2 - 1)
    expect(scene.attempts).toBe(1)
    await scene.clock.advance(networkLimits.webrtcRetryMs / 2)
    expect(scene.attempts).toBe(2)
    await scene.clock.advance(20 * networkLimits.webrtcRetryMsMax)
    expect(scene.attempts).toBeGreaterThan(20)
    expect(scene.attempts).toBeLessThan(36)
  })

  it('is left to propose when its id is the smaller one', async () => {
    const scene = new Scene(great)
    scene.path(small, 'relay')
    scene.webrtc.wake()
    await scene.clock.advance(networkLimits.webrtcRetryMsMax)
    expect(scene.attempts).toBe(0)
  })

  it('is tried at once after a wake, and no more once there is a better way', async () => {
    const scene = new Scene(small)
    scene.path(great, 'relay')
    await scene.clock.advance(networkLimits.webrtcJitterMs)
    scene.webrtc.wake()
    await scene.clock.advance(0)
    expect(scene.attempts).toBe(2)
    scene.path(great, 'lan')
    scene.webrtc.wake()
    await scene.clock.advance(10 * networkLimits.webrtcRetryMsMax)
    expect(scene.attempts).toBe(2)
    expect(scene.clock.timerCount).toBe(0)
  })

  it('is left alone while WebRTC is off, and after a stop', async () => {
    const scene = new Scene(small, false)
    scene.path(great, 'relay')
    await scene.clock.advance(networkLimits.webrtcRetryMsMax)
    expect(scene.attempts).toBe(0)
    scene.webrtc.setOn(true)
    await scene.clock.advance(0)
    expect(scene.attempts).toBe(1)
    scene.webrtc.stop()
    await scene.clock.advance(networkLimits.webrtcRetryMsMax)
    expect([scene.attempts, scene.clock.timerCount]).toEqual([1, 0])
  })
})

describe('a proposal', () => {
  it('is taken up from a contact with a smaller id, over a relayed connection', async () => {
    const scene = new Scene(great)
    expect(scene.propose(small)).toBeNull()
    await scene.clock.advance(0)
    expect([scene.attempts, scene.aborted]).toEqual([1, 1])
  })

  it('is refused to others', () => {
    const scene = new Scene(great)
    expect(scene.propose(small, false)).toBe('notRelayed')
    expect(scene.propose(relay)).toBe('unwanted')
    expect(new Scene(small).propose(great)).toBe('unwanted')
    scene.webrtc.setOn(false)
    expect(scene.propose(small)).toBe('off')
    scene.webrtc.setOn(true)
    scene.webrtc.stop()
    expect(scene.propose(small)).toBe('off')
    expect([scene.attempts, scene.aborted]).toEqual([0, 4])
  })

  it('is refused when it comes too soon after another', async () => {
    const scene = new Scene(great)
    scene.propose(small)
    expect(scene.propose(small)).toBe('tooSoon')
    await scene.clock.advance(networkLimits.webrtcProposalGapMs - 1)
    expect(scene.propose(small)).toBe('tooSoon')
    await scene.clock.advance(1)
    expect(scene.propose(small)).toBeNull()
  })
})
