/** One attempt to reach one device by whatever way there is: directly, and a little later through relays. */
import type { PeerId } from '@libp2p/interface'
import { networkLimits } from '../core/limits.ts'
import type { Log } from '../core/ports.ts'
import { deadline } from './deadline.ts'
import { dialDevice, openStream } from './dial.ts'
import type { Dialled, DialOptions } from './dial.ts'
import type { DialAddress } from './names.ts'
import type { RelayedAddress } from './relay/address.ts'
import type { RelayClient } from './relay/client.ts'

export interface ReachOptions extends DialOptions {
  readonly log: Log
  readonly relays: Pick<RelayClient, 'dial'>
  /** Takes up what was reached; both ways may succeed. */
  readonly reached: (dialled: Dialled) => void
  /** Whether the device is connected meanwhile, so that no relay is needed. */
  readonly isConnected: () => boolean
}

/** True when the device was reached directly. */
export async function reachDirectly(
  options: ReachOptions,
  peer: PeerId,
  direct: readonly DialAddress[],
  outer: AbortSignal,
): Promise<boolean> {
  if (direct.length === 0) return false
  const dialled = await dialDevice(options, peer, direct, outer)
  if (dialled.ok) options.reached(dialled.value)
  else options.log.debug('net.dialFailed', { why: dialled.error.kind })
  return dialled.ok
}

async function reachThrough(
  options: ReachOptions,
  peer: PeerId,
  relayed: readonly RelayedAddress[],
  signal: AbortSignal,
): Promise<void> {
  for (const address of relayed) {
    if (signal.aborted || options.isConnected()) return
    const connection = await options.relays.dial(peer, address, signal)
    const dialled = connection.ok ? await openStream(connection.value, signal) : connection
    if (dialled.ok) return options.reached(dialled.value)
    options.log.debug('net.relayDialFailed', { why: dialled.error.kind })
  }
}

/** Settles when all ways were tried that had to be; never rejects. */
export async function reach(
  options: ReachOptions,
  peer: PeerId,
  direct: readonly DialAddress[],
  relayed: readonly RelayedAddress[],
  outer: AbortSignal,
): Promise<void> {
  const through = deadline(options.clock, options.dialTimeoutMs + networkLimits.relayAfterMs, outer)
  const directly = reachDirectly(options, peer, direct, outer).then((reached) => {
    if (reached) through.abort()
    return reached
  })
  const relayTurn = new Promise<void>((resolve) => {
    const cancel = options.clock.after(networkLimits.relayAfterMs, resolve)
    void directly.then(() => {
      cancel()
      resolve()
    })
  })
  await relayTurn
  await Promise.all([directly, reachThrough(options, peer, relayed, through.signal)])
  through.clear()
}
