/** The one window: sandboxed, isolated, shown when its first frame is ready. */
import { join } from 'node:path'
import type { Session } from 'electron'
import { BrowserWindow, nativeTheme } from 'electron'
import { appPage } from './scheme.ts'
import { keepPlacement, readPlacement, windowSizeMin } from './windowState.ts'

/** The paper and night of renderer/ui/tokens.css, so that nothing flashes before the first frame. */
const background = { light: '#f7f4ee', dark: '#1b1917' } as const

const crashesMax = 3
const crashWindowMs = 60_000

/** A page that died is loaded again, unless it dies over and over. */
function reviveAfterCrash(window: BrowserWindow): void {
  let crashes: number[] = []
  window.webContents.on('render-process-gone', (_event, details) => {
    if (details.reason === 'clean-exit' || window.isDestroyed()) return
    const now = Date.now()
    crashes = [...crashes.filter((at) => now - at < crashWindowMs), now]
    if (crashes.length <= crashesMax) window.webContents.reload()
    else window.destroy()
  })
}

/** @param desktopFolder this process's own folder of the profile */
export function openWindow(session: Session, desktopFolder: string, title: string): BrowserWindow {
  const placement = readPlacement(desktopFolder)
  const window = new BrowserWindow({
    ...placement.bounds,
    minWidth: windowSizeMin.width,
    minHeight: windowSizeMin.height,
    show: false,
    title,
    autoHideMenuBar: true,
    backgroundColor: nativeTheme.shouldUseDarkColors ? background.dark : background.light,
    webPreferences: {
      session,
      preload: join(import.meta.dirname, '../preload/index.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      // A dictionary would be fetched from a stranger.
      spellcheck: false,
      navigateOnDragDrop: false,
      enableWebSQL: false,
    },
  })
  if (placement.maximized) window.maximize()
  keepPlacement(window, desktopFolder)
  reviveAfterCrash(window)
  window.once('ready-to-show', () => window.show())
  window.on('page-title-updated', (event) => event.preventDefault())
  void window.loadURL(appPage)
  return window
}
