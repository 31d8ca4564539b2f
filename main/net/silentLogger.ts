/**
 * libp2p's log names peers, addresses and protocols, and obeys the DEBUG variable of whoever starts the
 * program. It gets this one instead, which says nothing.
 */
import type { ComponentLogger, Logger } from '@libp2p/interface'

function silence(): void {
  // Nothing is said.
}

const logger: Logger = Object.assign(silence, {
  error: silence,
  trace: silence,
  enabled: false,
  newScope: (): Logger => logger,
})

export const silentLogger: ComponentLogger = { forComponent: () => logger }
