/** A device that speaks the protocol and keeps to nothing: it sends what it likes, over the simulated network. */
import { assert } from '../../main/core/assert.ts'
import type { Crypto } from '../../main/core/crypto/provider.ts'
import { sealContext } from '../../main/core/engine/keys.ts'
import type { LocalIdentity } from '../../main/core/identity/account.ts'
import { createIdentity } from '../../main/core/identity/account.ts'
import { entropyOf } from '../../main/core/entropy.ts'
import type { DeviceId } from '../../main/core/ids.ts'
import type { Session } from '../../main/core/session/session.ts'
import { decodeSession, seal } from '../../main/core/session/session.ts'
import type { Frame } from '../../main/core/wire/frame.ts'
import { decodeFrame, encodeFrame } from '../../main/core/wire/frame.ts'
import type { Endpoint } from './network.ts'
import type { Peer } from './peer.ts'
import type { Scene } from './scene.ts'

export class Hostile {
  readonly identity: LocalIdentity
  readonly heard: Frame[] = []
  readonly #scene: Scene
  readonly #endpoint: Endpoint
  readonly #victim: DeviceId
  #session: Session | null
  /** Called with each frame that the victim sends. */
  onFrame: (frame: Frame) => void = () => undefined

  constructor(scene: Scene, victim: Peer, identity: LocalIdentity, session: Session | null) {
    this.#scene = scene
    this.identity = identity
    this.#victim = victim.identity.device
    this.#session = session
    scene.world.watch.hostile.add(identity.device)
    this.#endpoint = scene.world.ether.endpoint(identity.device)
  }

  /** Nobody that the victim knows. */
  static stranger(scene: Scene, victim: Peer, fill = 9): Hostile {
    const identity = createIdentity(
      scene.world.watch.crypto,
      Uint8Array.from({ length: 96 }, (_, at) => fill + at),
      1_800_000_000_000,
    )
    return new Hostile(scene, victim, identity, null)
  }

  /** A contact of the victim's whose owner turns: its program is stopped, its keys and session are used. */
  static contact(scene: Scene, victim: Peer, turned: Peer): Hostile {
    const rows = [...turned.disk.sessions.values()]
    const row = rows.find(({ device, active }) => active && device === victim.identity.device)
    const session = row === undefined ? null : decodeSession(row.state)
    turned.crash()
    return new Hostile(scene, victim, turned.identity, session?.ok === true ? session.value : null)
  }

  get #crypto(): Crypto {
    return this.#scene.world.watch.crypto
  }

  get isUp(): boolean {
    return this.#endpoint.isUp(this.#victim)
  }

  /** Dials the victim until it is let in, or for a while. */
  async connect(): Promise<boolean> {
    await this.#endpoint.start({
      event: () => undefined,
      frame: async (_, bytes) => {
        const frame = decodeFrame(bytes)
        if (!frame.ok) return
        this.heard.push(frame.value)
        this.onFrame(frame.value)
      },
      admits: () => true,
    })
    this.#endpoint.setPeers([{ device: this.#victim, addresses: [], lan: null, relay: false, mailbox: false }])
    await this.#scene.run(20_000)
    return this.isUp
  }

  /** Sends bytes as they are and gives the victim time to answer. */
  async raw(bytes: Uint8Array): Promise<void> {
    this.#endpoint.send(this.#victim, bytes)
    await this.#scene.run(500)
  }

  /** Sends a frame from within a reaction, without waiting. */
  post(frame: Frame): void {
    this.#endpoint.send(this.#victim, encodeFrame(frame))
  }

  async frame(frame: Frame): Promise<void> {
    await this.raw(encodeFrame(frame))
  }

  /** Seals a content as the honest session would; the bytes of the envelope. */
  seal(content: Uint8Array): Uint8Array {
    assert(this.#session !== null, 'no session to seal under')
    const context = sealContext(this.identity.device, this.#victim)
    const entropy = entropyOf(this.#scene.world.chance.bytes(256))
    const sealed = seal(this.#crypto, this.#session, content, context, entropy, this.#scene.peer(0).nowMs)
    assert(sealed.ok, 'cannot seal')
    this.#session = sealed.value.session
    return sealed.value.sealed
  }

  async say(content: Uint8Array): Promise<void> {
    await this.frame({ kind: 'envelope', sealed: this.seal(content) })
  }

  /** The frames of one kind that were heard so far. */
  heardOf<K extends Frame['kind']>(kind: K): readonly Extract<Frame, { kind: K }>[] {
    return this.heard.filter((frame): frame is Extract<Frame, { kind: K }> => frame.kind === kind)
  }
}
