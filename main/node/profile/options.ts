/** What a profile is opened or made with. */
import type { NodeLog } from '../log.ts'
import type { NetworkChoice, NodeTools } from '../node.ts'
import type { EventStream } from '../service/eventStream.ts'
import type { Keyring } from './keyring.ts'

export interface ProfileOptions extends NodeTools {
  readonly directory: string
  readonly profileName: string
  readonly keyring: Keyring
  readonly network: NetworkChoice
  /** The built thread of the store. */
  readonly storeWorkerUrl: URL
  readonly log: NodeLog
  readonly stream: EventStream
}
