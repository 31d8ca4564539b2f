/** One simulated computer: its disk lasts, the process on it comes and goes. */
import type { Command, CommandKind, CommandOf, Replies, SubmitError } from '../../main/core/engine/commands.ts'
import { createIdentity, encodeIdentitySecrets } from '../../main/core/identity/account.ts'
import type { LocalIdentity } from '../../main/core/identity/account.ts'
import type { Clock, Log, Store } from '../../main/core/ports.ts'
import type { Result } from '../../main/core/result.ts'
import type { Driver } from '../../main/node/driver.ts'
import { createDriver } from '../../main/node/driver.ts'
import { Disk } from './disk.ts'
import type { CommitFate, Weather } from './memoryStore.ts'
import { MemoryStore } from './memoryStore.ts'
import type { Endpoint, Ether } from './network.ts'
import type { Schedule } from './schedule.ts'
import { Chance } from './schedule.ts'
import type { Watch } from './watch.ts'
import { canary } from './watch.ts'

/** What a world lets happen to a computer's disk. Probabilities are per commit. */
export interface DiskWeather {
  dies: number
  full: boolean
}

export interface PeerParts {
  readonly schedule: Schedule
  readonly ether: Ether
  readonly chance: Chance
  readonly watch: Watch
  readonly log: Log
  /** Plants a bug between the driver and its store; null in an honest world. */
  readonly tamper: ((store: Store, peer: Peer) => Store) | null
  readonly brokenRandom: boolean
}

const epochMs = 1_800_000_000_000

/** One text that a user wants to say: they press the button again until it is taken. */
interface Intent {
  readonly command: CommandOf<'sendText'>
  settled: boolean
}

export class Peer {
  readonly name: string
  readonly identity: LocalIdentity
  readonly disk = new Disk()
  readonly diskWeather: DiskWeather = { dies: 0, full: false }
  clockOffsetMs = 0
  readonly intents: Intent[] = []
  /** Those that were answered with ok: they must be on the disk for ever after. */
  readonly taken: string[] = []
  deaths = 0
  readonly #parts: PeerParts
  #driver: Driver | null = null
  #endpoint: Endpoint | null = null

  constructor(name: string, parts: PeerParts) {
    this.name = name
    this.#parts = parts
    const { watch, chance } = parts
    this.identity = createIdentity(watch.crypto, chance.bytes(96), epochMs)
    const secrets = encodeIdentitySecrets(this.identity)
    this.disk.write([{ kind: 'putSelf', row: { secrets, name: `${canary} ${name}`, createdAtMs: epochMs } }])
    watch.addDisk(this.identity.device, this.disk)
  }

  get running(): boolean {
    return this.#driver !== null
  }

  get driver(): Driver | null {
    return this.#driver
  }

  /** The network as this computer's process has it, for frames that no honest process would send. */
  get endpoint(): Endpoint | null {
    return this.#endpoint
  }

  get nowMs(): number {
    return epochMs + this.#parts.schedule.nowMs + this.clockOffsetMs
  }

  /** A clock and timers that end with the process. */
  #clock(alive: () => boolean): Clock {
    const { schedule } = this.#parts
    return {
      nowMs: () => this.nowMs,
      after: (delayMs, call) => schedule.after(delayMs, () => (alive() ? call() : undefined)),
    }
  }

  #weather(alive: () => boolean): Weather {
    const { schedule, chance, watch } = this.#parts
    return {
      delay: async () => {
        await schedule.sleep(chance.between(1, 5))
        if (!alive()) await new Promise(() => undefined)
      },
      fateOf: (changes): CommitFate => {
        if (this.diskWeather.full) return 'full'
        if (chance.happens(this.diskWeather.dies)) return chance.happens(0.5) ? 'dieBefore' : 'dieAfter'
        watch.noteCommit(this.identity.device, this.disk, changes)
        return 'commit'
      },
      died: () => this.crash(),
      committed: (changes) => watch.noteDurable(this.identity.device, changes),
    }
  }

  start(): void {
    if (this.running) return
    const { ether, chance, watch, log, tamper, brokenRandom } = this.#parts
    // A process that is still closing ends now: there is never more than one on a disk.
    this.#endpoint?.kill()
    const endpoint = ether.endpoint(this.identity.device)
    const alive = (): boolean => this.#endpoint === endpoint
    this.#endpoint = endpoint
    const store = new MemoryStore(this.disk, this.#weather(alive))
    const driver = createDriver({
      store: tamper?.(store, this) ?? store,
      network: endpoint,
      clock: this.#clock(alive),
      random: { bytes: (length) => (brokenRandom ? new Chance(1) : chance).bytes(length) },
      crypto: watch.crypto,
      log,
    })
    this.#driver = driver
    driver.onNotices((notices) => {
      for (const notice of notices) {
        if (notice.kind === 'arrived') watch.noteArrived(this.identity.device, notice.event)
      }
    })
    void driver.start().then((started) => {
      if (!started.ok) watch.violation(`${this.name} did not start: ${started.error.kind}`)
      if (alive()) for (const intent of this.intents) this.#press(intent)
    })
  }

  /** The process is gone from one moment to the next. */
  crash(): void {
    if (!this.running) return
    this.deaths++
    this.#endpoint?.kill()
    this.#endpoint = null
    this.#driver = null
  }

  /** The program is closed in order. */
  stop(): void {
    const driver = this.#driver
    const endpoint = this.#endpoint
    this.#driver = null
    void driver?.stop().then(() => {
      endpoint?.kill()
      if (this.#endpoint === endpoint) this.#endpoint = null
    })
  }

  submit<K extends CommandKind>(command: CommandOf<K> & Command): Promise<Result<Replies[K], SubmitError>> | null {
    return this.#driver?.submit<K>(command) ?? null
  }

  say(command: CommandOf<'sendText'>): void {
    const intent = { command, settled: false }
    this.intents.push(intent)
    this.#press(intent)
  }

  /** Presses the button for what has not been answered yet. */
  retryIntents(): void {
    for (const intent of this.intents) this.#press(intent)
  }

  #press(intent: Intent): void {
    if (intent.settled) return
    void this.submit<'sendText'>(intent.command)?.then((reply) => {
      if (reply.ok && !intent.settled) this.taken.push(intent.command.clientId)
      const lasting = !reply.ok && reply.error.kind !== 'storage' && reply.error.kind !== 'stopped'
      if (reply.ok || lasting) intent.settled = true
    })
  }
}
