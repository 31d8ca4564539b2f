/** A notification of the desktop for a message that arrived while the window was not in front. Text only. */
import type { BrowserWindow } from 'electron'
import { Notification } from 'electron'
import type { NodeMessage } from '../../preload/contract/host.ts'

type Arrived = Extract<NodeMessage, { kind: 'arrived' }>

export class Notifier {
  readonly #window: () => BrowserWindow | null
  readonly #open: (conversation: string) => void
  /** One a conversation: a newer one takes the older one's place. */
  readonly #shown = new Map<string, Notification>()

  constructor(window: () => BrowserWindow | null, open: (conversation: string) => void) {
    this.#window = window
    this.#open = open
  }

  arrived(message: Arrived): void {
    const window = this.#window()
    if (window?.isFocused() === true || !Notification.isSupported()) return
    this.#shown.get(message.conversation)?.close()
    const notification = new Notification({ title: message.title, body: message.body ?? '' })
    notification.on('click', () => {
      window?.show()
      window?.focus()
      this.#open(message.conversation)
    })
    notification.on('close', () => this.#shown.delete(message.conversation))
    this.#shown.set(message.conversation, notification)
    notification.show()
    window?.flashFrame(true)
  }

  clear(): void {
    for (const notification of this.#shown.values()) notification.close()
    this.#shown.clear()
  }
}
