/** Owns the node: forks it as a utility process, brings windows and node together, and starts it again when it dies. */
import { join } from 'node:path'
import type { UtilityProcess, WebContents } from 'electron'
import { MessageChannelMain, utilityProcess } from 'electron'
import { channels } from '../../preload/contract/channels.ts'
import type { HostMessage, NodeMessage, NodeOptions } from '../../preload/contract/host.ts'
import { nodeMessageSchema } from '../../preload/contract/host.ts'

const restartDelayMsMin = 500
const restartDelayMsMax = 30_000
/** A node that lived this long has earned a fast restart. */
const steadyAfterMs = 60_000
const stopTimeoutMs = 10_000

/** What a child needs of our environment, and no more: no secrets, no debug switches of libraries. */
const environmentNames = [
  'PATH',
  'HOME',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'TEMP',
  'TMP',
  'SystemRoot',
  'XDG_RUNTIME_DIR',
]

export interface NodeEvents {
  keyring(create: boolean): Uint8Array | null
  arrived(message: Extract<NodeMessage, { kind: 'arrived' }>): void
  restarted(): void
}

function childEnvironment(): Record<string, string> {
  const kept = environmentNames.map((name) => [name, process.env[name]] as const)
  return Object.fromEntries(kept.filter((pair): pair is readonly [string, string] => pair[1] !== undefined))
}

export class NodeProcess {
  readonly #options: NodeOptions
  readonly #events: NodeEvents
  #child: UtilityProcess | null = null
  #ready = false
  #waiting = new Set<WebContents>()
  #stopping: { readonly done: () => void } | null = null
  #startedAtMs = 0
  #restartDelayMs = restartDelayMsMin

  constructor(options: NodeOptions, events: NodeEvents) {
    this.#options = options
    this.#events = events
  }

  /** Forks the node. After the app is ready. */
  start(): void {
    this.#startedAtMs = Date.now()
    const child = utilityProcess.fork(join(import.meta.dirname, 'utility.js'), [], {
      serviceName: 'Waxwing node',
      env: childEnvironment(),
      stdio: 'inherit',
    })
    this.#child = child
    child.on('message', (message: unknown) => this.#heard(child, message))
    child.once('exit', () => this.#exited(child))
    child.once('spawn', () => this.#say({ kind: 'start', options: this.#options }))
  }

  /** Gives the page a port to the node, as soon as the node takes one. */
  connect(page: WebContents): void {
    if (!this.#ready || !this.#child) {
      this.#waiting.add(page)
      return
    }
    if (page.isDestroyed()) return
    const { port1, port2 } = new MessageChannelMain()
    this.#child.postMessage({ kind: 'client' } satisfies HostMessage, [port1])
    page.postMessage(channels.port, null, [port2])
  }

  wake(): void {
    if (this.#ready) this.#say({ kind: 'wake' })
  }

  /** Settles when the node has committed and closed everything, or was ended after `stopTimeoutMs`. */
  async stop(): Promise<void> {
    const child = this.#child
    if (!child || this.#stopping) return
    await new Promise<void>((done) => {
      this.#stopping = { done }
      this.#say({ kind: 'stop' })
      setTimeout(() => child.kill(), stopTimeoutMs).unref()
    })
  }

  #say(message: HostMessage): void {
    this.#child?.postMessage(message)
  }

  #heard(child: UtilityProcess, raw: unknown): void {
    const parsed = nodeMessageSchema.parse(raw, 'message')
    if (!parsed.ok || child !== this.#child) return
    const message = parsed.value
    switch (message.kind) {
      case 'ready': {
        this.#ready = true
        const waiting = [...this.#waiting]
        this.#waiting.clear()
        for (const page of waiting) this.connect(page)
        return
      }
      case 'keyringWanted':
        this.#say({ kind: 'keyring', id: message.id, key: this.#events.keyring(message.create) })
        return
      case 'arrived':
        this.#events.arrived(message)
        return
      case 'stopped':
        return
    }
  }

  #exited(child: UtilityProcess): void {
    if (child !== this.#child) return
    this.#child = null
    this.#ready = false
    if (this.#stopping) {
      this.#stopping.done()
      return
    }
    const steady = Date.now() - this.#startedAtMs > steadyAfterMs
    this.#restartDelayMs = steady ? restartDelayMsMin : Math.min(this.#restartDelayMs * 2, restartDelayMsMax)
    setTimeout(() => {
      if (this.#stopping) return
      this.start()
      this.#events.restarted()
    }, this.#restartDelayMs)
  }
}
