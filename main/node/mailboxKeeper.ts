/** Sees to it that the mailbox keeps nothing for longer than it should, nor for those who are contacts no more. */
import type { DeviceId } from '../core/ids.ts'
import { mailboxLimits } from '../core/limits.ts'
import type { Clock, MailboxStore } from '../core/ports.ts'
import type { ResidentView } from './service/context.ts'

type Contacts = Pick<ResidentView, 'contacts' | 'deviceOf'>

/** Whose things are kept. A contact with a changed key may turn out to be who they were. */
function servedDevices(view: Contacts): readonly DeviceId[] {
  const devices: DeviceId[] = []
  for (const { account, state } of view.contacts()) {
    const device = state === 'active' || state === 'keyChanged' ? view.deviceOf(account) : null
    if (device !== null) devices.push(device)
  }
  return devices
}

export class MailboxKeeper {
  readonly #clock: Clock
  readonly #mailbox: MailboxStore
  readonly #view: () => Contacts
  #served: readonly DeviceId[] = []
  #cancel: (() => void) | null = null
  #working = false
  /** Something happened while a pruning was under way. */
  #again = false

  constructor(clock: Clock, mailbox: MailboxStore, view: () => Contacts) {
    this.#clock = clock
    this.#mailbox = mailbox
    this.#view = view
  }

  /** Prunes now and then every hour. */
  start(): void {
    this.#cancel = this.#clock.after(mailboxLimits.pruneIntervalMs, () => this.start())
    void this.#prune()
  }

  /** Prunes at once when somebody who was served is a contact no more. */
  contactsChanged(): void {
    if (this.#cancel === null) return
    const now = new Set(servedDevices(this.#view()))
    if (this.#served.some((device) => !now.has(device))) void this.#prune()
    else this.#served = [...now]
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = null
  }

  async #prune(): Promise<void> {
    this.#again = true
    if (this.#working) return
    this.#working = true
    while (this.#again && this.#cancel !== null) {
      this.#again = false
      this.#served = servedDevices(this.#view())
      await this.#mailbox.prune(this.#served, this.#clock.nowMs())
    }
    this.#working = false
  }
}
