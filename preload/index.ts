/**
 * The only thing that the page and Electron share: an allow-list of three functions, and the hand-over of the port to
 * the node. The main process checks every call again.
 */
import { contextBridge, ipcRenderer } from 'electron'
import type { WaxwingBridge } from './contract/port.ts'
import { shellMethods } from './contract/shell.ts'

const bridge: WaxwingBridge = {
  async shell(method, params) {
    if (typeof method !== 'string' || !Object.hasOwn(shellMethods, method)) {
      throw new Error('There is no shell method of this name.')
    }
    // Electron turns what a handler throws into a text; so outcomes travel as values.
    const outcome = (await ipcRenderer.invoke('waxwing:shell', method, params)) as
      | { readonly ok: true; readonly value: unknown }
      | { readonly ok: false; readonly error: unknown }
    if (!outcome.ok) throw outcome.error
    return outcome.value
  },
  onShellEvent(listener) {
    const forward = (_event: unknown, shellEvent: unknown) => listener(shellEvent)
    ipcRenderer.on('waxwing:event', forward)
    return () => void ipcRenderer.removeListener('waxwing:event', forward)
  },
  connect() {
    ipcRenderer.send('waxwing:connect')
  },
}

ipcRenderer.on('waxwing:port', (event) => {
  window.postMessage('waxwing:port', window.location.origin, [...event.ports])
})

contextBridge.exposeInMainWorld('waxwing', bridge)
