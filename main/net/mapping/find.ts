/** The routers of a network that may map a port, each in the words that it understands. */
import type { Clock, Random } from '../../core/ports.ts'
import { openIgd } from './igd.ts'
import { pmpPort } from './pmp.ts'
import { PmpRouter } from './pmpRouter.ts'
import type { Router, Standpoint } from './router.ts'
import { gatewayOf } from './routes.ts'
import { findRouters } from './ssdp.ts'

/** One after the other: the gateway by PCP or NAT-PMP, which takes two packets; then whoever answers to UPnP. */
export async function* routersNear(
  clock: Clock,
  random: Random,
  own: Standpoint,
  signal: AbortSignal,
): AsyncGenerator<Router> {
  const gateway = gatewayOf(own.name, { family: 'ip4', ...own })
  if (gateway !== null) yield new PmpRouter({ clock, random, own, gateway, port: pmpPort })
  for (const location of await findRouters(clock, own, signal)) {
    const opened = await openIgd({ clock, own, gateway: location.hostname }, location, random, signal)
    if (opened.ok) yield opened.value
  }
}
