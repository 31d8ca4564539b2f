/** The sessions with a device: one to seal under, a few earlier ones that can still open. */
import { protocolLimits } from '../limits.ts'
import type { DeviceId } from '../ids.ts'
import type { Session } from '../session/session.ts'
import { encodeSession } from '../session/session.ts'
import type { Turn } from './turn.ts'

/** A new session becomes the active one; the others are archived, the longest unused beyond the limit removed. */
export function activate(turn: Turn, device: DeviceId, session: Session): void {
  const earlier = [...turn.state.sessionsOf(device)].sort((a, b) => b.usedAtMs - a.usedAtMs)
  for (const [place, row] of earlier.entries()) {
    if (place >= protocolLimits.archivedSessionsMax) {
      turn.put({ kind: 'removeSession', device, session: row.session })
    } else if (row.active) turn.put({ kind: 'putSession', row: { ...row, active: false } })
  }
  turn.put({
    kind: 'putSession',
    row: {
      device,
      session: session.id,
      state: encodeSession(session),
      active: true,
      createdAtMs: turn.nowMs,
      usedAtMs: turn.nowMs,
    },
  })
}
