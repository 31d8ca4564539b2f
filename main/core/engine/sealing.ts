/** Seals what waits, under the active session of a device. */
import type { DeviceId } from '../ids.ts'
import type { OutboxRow, SessionRow } from '../ports.ts'
import type { Session } from '../session/session.ts'
import { decodeSession, encodeSession, seal } from '../session/session.ts'
import { assert } from '../assert.ts'
import { envelopeIdFor, sealContext } from './keys.ts'
import type { Turn } from './turn.ts'

/** The session under which is sealed; null when there is none yet. */
export function activeSession(turn: Turn, device: DeviceId): SessionRow | null {
  return turn.state.sessionsOf(device).find((row) => row.active) ?? null
}

/** Our own encoding, out of our own authenticated database: if it does not decode, that is a bug. */
export function sessionIn(row: SessionRow): Session {
  const session = decodeSession(row.state)
  assert(session.ok, 'a stored session does not decode')
  return session.value
}

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
    session ??= sessionIn(active)
    const sealed = seal(turn.crypto, session, row.content, context, turn.entropy, turn.nowMs)
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
  }
  return ready
}
