/** The bridge: one global with exactly these keys, and the hand-over of the node's port. */
import { contextBridge, ipcRenderer } from 'electron'
import { channels } from './contract/channels.ts'
import type { WaxwingBridge } from './contract/port.ts'
import type { ShellOutcome } from './contract/shell.ts'

const bridge: WaxwingBridge = {
  async shell(method, params) {
    const outcome = (await ipcRenderer.invoke(channels.shell, method, params)) as ShellOutcome
    // A plain object: an Error would lose its fields on the way through the bridge.
    return outcome.ok ? outcome.result : Promise.reject(outcome.error)
  },
  onShellEvent(listener) {
    const heard = (_event: unknown, value: unknown): void => listener(value)
    ipcRenderer.on(channels.shellEvent, heard)
    return () => {
      ipcRenderer.removeListener(channels.shellEvent, heard)
    }
  },
  connect() {
    ipcRenderer.send(channels.connect)
  },
}

contextBridge.exposeInMainWorld('waxwing', bridge)

ipcRenderer.on(channels.port, (event) => {
  window.postMessage(channels.port, window.location.origin, event.ports)
})
