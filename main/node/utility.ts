/** The node in Electron's utility process: forked, owned and supervised by the main process; serves its windows' ports. */
import '../net/withResolvers.ts'
import type { HostMessage, NodeMessage, NodeOptions } from '../../preload/contract/host.ts'
import { nodeOptionsSchema } from '../../preload/contract/host.ts'
import type { NumberedEvent } from '../../preload/contract/events.ts'
import { assemble } from './assemble.ts'
import type { Assembly } from './assemble.ts'
import { systemClock } from './clock.ts'
import { endOnMistakes } from './crash.ts'
import type { NodeLog } from './log.ts'
import { createLog } from './log.ts'
import { nodeLimits } from './limits.ts'
import { servePort } from './portServer.ts'
import type { Keyring } from './profile/keyring.ts'
import { arrivalOf } from './service/arrival.ts'

const host = process.parentPort

function say(message: NodeMessage): void {
  host.postMessage(message)
}

/** Asks the host for the key; each answer settles its own question. */
class HostKeyring implements Keyring {
  readonly available: boolean
  readonly #asked = new Map<number, (key: Uint8Array | null) => void>()
  #nextId = 1
  constructor(available: boolean) {
    this.available = available
  }
  key(create: boolean): Promise<Uint8Array | null> {
    return new Promise((resolve) => {
      const id = this.#nextId++
      this.#asked.set(id, resolve)
      say({ kind: 'keyringWanted', id, create })
    })
  }
  answer(id: number, key: Uint8Array | null): void {
    this.#asked.get(id)?.(key?.length === 32 ? new Uint8Array(key) : null)
    this.#asked.delete(id)
  }
}

class Utility {
  readonly #assembly: Assembly
  readonly #keyring: HostKeyring
  readonly #log: NodeLog
  /** What closes each window's port, oldest first. */
  readonly #leaves = new Set<() => void>()

  constructor(options: NodeOptions) {
    const { profileDirectory: directory, profileName, confine, port, keyringAvailable } = options
    this.#keyring = new HostKeyring(keyringAvailable)
    this.#log = createLog({ directory, nowMs: () => systemClock.nowMs() })
    endOnMistakes(this.#log)
    this.#log.info('node.started', { confine })
    this.#assembly = assemble({
      directory,
      profileName,
      keyring: this.#keyring,
      network: { port, confine, lanAllowed: true },
      storeWorkerUrl: new URL('./store-worker.js', import.meta.url),
      log: this.#log,
    })
    const { service, manager } = this.#assembly
    service.subscribe((event) => this.#arrived(event))
    manager.start()
  }

  client(port: Electron.MessagePortMain | undefined): void {
    if (port === undefined) return
    const connection = servePort(port, this.#assembly.service, this.#log)
    const leave = (): void => {
      this.#leaves.delete(leave)
      connection.closed()
      port.close()
    }
    this.#leaves.add(leave)
    port.on('message', (event) => connection.receive(event.data))
    port.once('close', leave)
    port.start()
    // A window that was loaded anew asks again; its old port must not keep the new one out.
    if (this.#leaves.size > nodeLimits.portsMax) this.#leaves.values().next().value?.()
  }

  keyring(id: number, key: Uint8Array | null): void {
    this.#keyring.answer(id, key)
  }

  wake(): void {
    this.#assembly.manager.wake()
  }

  async stop(): Promise<void> {
    await this.#assembly.manager.close()
    say({ kind: 'stopped' })
  }

  #arrived({ event }: NumberedEvent): void {
    if (event.kind !== 'messageArrived') return
    const context = this.#assembly.manager.open()
    const arrival = context.ok ? arrivalOf(context.value, event.message, event.senderName) : null
    if (arrival !== null) say(arrival)
  }
}

let utility: Utility | null = null

function heard(message: HostMessage, ports: readonly Electron.MessagePortMain[]): void {
  switch (message.kind) {
    case 'start': {
      const options = nodeOptionsSchema.parse(message.options, 'options')
      if (!options.ok || utility !== null) return
      utility = new Utility(options.value)
      say({ kind: 'ready' })
      return
    }
    case 'client':
      return utility?.client(ports[0])
    case 'keyring':
      return utility?.keyring(message.id, message.key)
    case 'wake':
      return utility?.wake()
    case 'stop':
      void (utility?.stop() ?? Promise.resolve()).finally(() => process.exit(0))
  }
}

// The main process is trusted: it forked this one and nobody else holds the other end.
host.on('message', (event: Electron.MessageEvent) => heard(event.data as HostMessage, event.ports))
