/** Seals what waits, under the active session of a device. */
import type { DeviceId } from '../ids.ts'
import type { OutboxRow, SessionRow } from '../ports.ts'
import type { Session } from '../session/session.ts'
import { encodeSession, needsRenewal, seal } from '../session/session.ts'
import { envelopeIdFor, sealContext } from './keys.ts'
import { sessionIn } from './sessions.ts'
import type { Turn } from './turn.ts'

/**
 * Seals the rows that are not sealed yet, in their order, and stores them and the session. Rows that
 * cannot be sealed (the session is at its end) are left out.
 */
export function sealRows(
  turn: Turn,
  device: DeviceId,
  active: SessionRow,
  rows: readonly OutboxRow[],
): readonly OutboxRow[] {
  const context = sealContext(turn.state.identity.device, device)
  let session: Session | null = null
  const ready: OutboxRow[] = []
  for (const row of rows) {
    if (row.sealed !== null) {
      ready.push(row)
      continue
    }
    const sealed = seal(turn.crypto, session ?? sessionIn(active), row.content, context, turn.entropy, turn.nowMs)
    if (!sealed.ok) break
    session = sealed.value.session
    const bytes = sealed.value.sealed
    const sealedRow = {
      ...row,
      sealed: { envelope: envelopeIdFor(turn.crypto, bytes), session: active.session, bytes },
    }
    turn.put({ kind: 'putOutbox', row: sealedRow })
    ready.push(sealedRow)
  }
  if (session !== null) {
    turn.put({ kind: 'putSession', row: { ...active, state: encodeSession(session), usedAtMs: turn.nowMs } })
    // Whoever has said so much without an answer asks for a new session, even when nothing waits.
    if (needsRenewal(session, turn.nowMs)) turn.follow({ kind: 'flush', device })
  }
  return ready
}
