/** Puts the desktop program together once Electron is ready: session, node, window, and how they end. */
import { join } from 'node:path'
import type { BrowserWindow } from 'electron'
import { app, ipcMain, powerMonitor, session as sessions } from 'electron'
import { channels } from '../../preload/contract/channels.ts'
import type { ShellEvent } from '../../preload/contract/shell.ts'
import type { LaunchArguments } from './arguments.ts'
import { linkIn } from './arguments.ts'
import { restrictSession } from './hardening.ts'
import { keyringAvailable, keyringKey } from './keyring.ts'
import { LaunchLink } from './launchLink.ts'
import { setMenu } from './menu.ts'
import { NodeProcess } from './nodeProcess.ts'
import { Notifier } from './notifications.ts'
import type { Places } from './places.ts'
import { serveScreen } from './scheme.ts'
import { shellHandlers } from './shell/handlers.ts'
import { isOurPage, serveShell } from './shell/shell.ts'
import { openWindow } from './window.ts'

export class Application {
  readonly #launch: LaunchArguments
  readonly #places: Places
  readonly #launchLink: LaunchLink
  readonly #notifier: Notifier
  #window: BrowserWindow | null = null
  #node: NodeProcess | null = null
  #ended = false

  constructor(launch: LaunchArguments, places: Places) {
    this.#launch = launch
    this.#places = places
    this.#launchLink = new LaunchLink(launch.link, () => this.#tell({ kind: 'launchLink' }))
    this.#notifier = new Notifier(
      () => this.#window,
      (conversation) => this.#tell({ kind: 'openConversation', conversation }),
    )
  }

  /** After the app is ready. The window loads while the node starts. */
  start(): void {
    // In memory only: Chromium keeps nothing of what the page shows on the disk.
    const session = sessions.fromPartition('waxwing', { cache: false })
    restrictSession(session)
    serveScreen(session, join(import.meta.dirname, '../renderer'))
    serveShell(shellHandlers(this.#launch.profile, this.#launchLink), () => this.#window)
    this.#window = openWindow(session, this.#places.desktop, 'Waxwing')
    this.#watchWindow(this.#window)
    this.#startNode()
    setMenu()
    powerMonitor.on('resume', () => this.#node?.wake())
    app.on('before-quit', (event) => this.#quit(event))
  }

  /** Another start of the same profile: it hands over its link and leaves; the window comes to the front. */
  secondInstance(argv: readonly string[]): void {
    const link = linkIn(argv)
    if (link !== null) this.#launchLink.offer(link)
    this.#toFront()
  }

  /** A link that macOS hands over as an event. */
  openUrl(url: string): void {
    const link = linkIn([url])
    if (link !== null) this.#launchLink.offer(link)
    this.#toFront()
  }

  #startNode(): void {
    const node = new NodeProcess(
      {
        profileDirectory: this.#places.profile,
        profileName: this.#launch.profile,
        confine: this.#launch.confine,
        port: this.#launch.port,
        keyringAvailable: keyringAvailable(),
      },
      {
        keyring: (create) => keyringKey(this.#places.desktop, create),
        arrived: (message) => this.#notifier.arrived(message),
        restarted: () => this.#tell({ kind: 'nodeRestarted' }),
      },
    )
    this.#node = node
    node.start()
    ipcMain.on(channels.connect, (event) => {
      if (isOurPage(this.#window, event)) node.connect(event.sender)
    })
  }

  #watchWindow(window: BrowserWindow): void {
    window.on('focus', () => {
      this.#notifier.clear()
      window.flashFrame(false)
      this.#tell({ kind: 'focused', focused: true })
    })
    window.on('blur', () => this.#tell({ kind: 'focused', focused: false }))
    window.on('closed', () => {
      this.#window = null
      app.quit()
    })
  }

  #toFront(): void {
    if (this.#window?.isMinimized() === true) this.#window.restore()
    this.#window?.show()
    this.#window?.focus()
  }

  #tell(event: ShellEvent): void {
    if (this.#window && !this.#window.isDestroyed()) this.#window.webContents.send(channels.shellEvent, event)
  }

  /** The app leaves once the node has committed and closed everything. */
  #quit(event: Electron.Event): void {
    if (this.#ended) return
    event.preventDefault()
    this.#ended = true
    this.#notifier.clear()
    void this.#node?.stop().finally(() => app.exit(0))
  }
}
