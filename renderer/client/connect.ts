/** Fetches the node's port from the preload. */
import type { WaxwingBridge } from '../../preload/contract/port.ts'
import type { Client } from './client.ts'

declare global {
  interface Window {
    readonly waxwing?: WaxwingBridge
  }
}

/** What the preload says beside the port that it hands over. */
const portMessage = 'waxwing:port'

/** Attaches each port that the preload hands to this very window, and asks for the first one. */
export function connect(bridge: WaxwingBridge, client: Client): () => void {
  const listen = (event: MessageEvent): void => {
    // The preload posts from this window itself; a frame or an opener would be another source.
    if (event.source !== window || event.data !== portMessage) return
    const port = event.ports[0]
    if (port) client.attach(port)
  }
  window.addEventListener('message', listen)
  bridge.connect()
  return () => window.removeEventListener('message', listen)
}
