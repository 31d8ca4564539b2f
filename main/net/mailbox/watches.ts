/** Streams that owners keep open at their mailbox, on which they are told that something lies there. */
import type { Stream } from '@libp2p/interface'
import type { DeviceId } from '../../core/ids.ts'
import { encodeStatus, withLength32 } from './messages.ts'

interface Watch {
  readonly stream: Stream
  /** It was told since its owner last looked. */
  told: boolean
}

export class Watches {
  readonly #watches = new Map<DeviceId, Watch>()

  /** Takes up a watch, in place of the device's one before. */
  open(device: DeviceId, stream: Stream): void {
    this.#watches.get(device)?.stream.abort(new Error('Replaced'))
    const watch = { stream, told: false }
    this.#watches.set(device, watch)
    stream.addEventListener('close', () => {
      if (this.#watches.get(device) === watch) this.#watches.delete(device)
    })
    this.#say(watch, 'done')
  }

  /** Tells the owner once, until they have looked. */
  tell(device: DeviceId): void {
    const watch = this.#watches.get(device)
    if (watch === undefined || watch.told) return
    watch.told = true
    this.#say(watch, 'waiting')
  }

  looked(device: DeviceId): void {
    const watch = this.#watches.get(device)
    if (watch !== undefined) watch.told = false
  }

  keep(isContact: (device: DeviceId) => boolean): void {
    for (const [device, { stream }] of this.#watches) if (!isContact(device)) stream.abort(new Error('Not a contact'))
  }

  end(): void {
    for (const { stream } of this.#watches.values()) stream.abort(new Error('Served no more'))
  }

  #say({ stream }: Watch, status: 'done' | 'waiting'): void {
    try {
      stream.send(withLength32(encodeStatus(status)))
    } catch {
      // The stream closed between its event and this call.
      stream.abort(new Error('Closed'))
    }
  }
}
