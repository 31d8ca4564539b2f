/** A profile's manager and service with this process's own clock, randomness and primitives: what every host wires. */
import { createSodiumCrypto } from './crypto/sodium.ts'
import { systemClock } from './clock.ts'
import type { NodeLog } from './log.ts'
import type { NetworkChoice } from './node.ts'
import { ProfileManager } from './profile/manager.ts'
import type { Keyring } from './profile/keyring.ts'
import { createRandom } from './random.ts'
import { EventStream } from './service/eventStream.ts'
import type { Service } from './service/service.ts'
import { createService } from './service/service.ts'

export interface AssemblyOptions {
  readonly directory: string
  readonly profileName: string
  readonly keyring: Keyring
  readonly network: NetworkChoice
  /** The built thread of the store. */
  readonly storeWorkerUrl: URL
  readonly log: NodeLog
}

export interface Assembly {
  readonly manager: ProfileManager
  readonly service: Service
}

/** Nothing is opened before `manager.start()`. */
export function assemble(options: AssemblyOptions): Assembly {
  const stream = new EventStream(options.log)
  const tools = { clock: systemClock, random: createRandom(), crypto: createSodiumCrypto() }
  const manager = new ProfileManager({ ...options, ...tools, stream })
  return { manager, service: createService(manager, stream, options.log) }
}
