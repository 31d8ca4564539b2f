/** Every piece of the product that reads what a stranger wrote. */
import type { Target } from './target.ts'
import { identityTargets } from './targets/identity.ts'
import { mailTargets } from './targets/mail.ts'
import { mailboxTargets } from './targets/mailbox.ts'
import { nearbyTargets } from './targets/nearby.ts'
import { nodeTargets } from './targets/node.ts'
import { ratchetTargets } from './targets/ratchet.ts'
import { receiveTargets } from './targets/receive.ts'
import { routerTargets } from './targets/router.ts'
import { sessionTargets } from './targets/session.ts'
import { udpTargets } from './targets/udp.ts'
import { wireTargets } from './targets/wire.ts'

export const targets: readonly Target[] = [
  ...receiveTargets,
  ...mailTargets,
  ...ratchetTargets,
  ...wireTargets,
  ...sessionTargets,
  ...identityTargets,
  ...nearbyTargets,
  ...nodeTargets,
  ...mailboxTargets,
  ...udpTargets,
  ...routerTargets,
]
