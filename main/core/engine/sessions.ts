/** The sessions with a device: one to seal under, a few earlier ones that can still open. */
import { protocolLimits } from '../limits.ts'
import type { DeviceId } from '../ids.ts'
import type { SessionRow } from '../ports.ts'
import type { Session } from '../session/session.ts'
import { decodeSession, encodeSession, outranks } from '../session/session.ts'
import { assert } from '../assert.ts'
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

/** The highest generation of the sessions that are known with this device; 0 when there are none. */
function highestGeneration(turn: Turn, device: DeviceId): number {
  return Math.max(0, ...turn.state.sessionsOf(device).map((row) => sessionIn(row).generation))
}

/** The generation of a session that is begun from here: above all that are known with this device. */
export function nextGeneration(turn: Turn, device: DeviceId): number {
  return Math.min(highestGeneration(turn, device) + 1, protocolLimits.sessionGenerationMax)
}

/**
 * Keeps a session that is begun from here. Above the last generation there is none: what is there is forgotten
 * then, or a session that nobody else has could be sealed under for ever, as whoever copied a key may begin one.
 */
export function keepBegun(turn: Turn, device: DeviceId, session: Session): void {
  if (highestGeneration(turn, device) >= session.generation) {
    for (const { session: id } of turn.state.sessionsOf(device))
      turn.put({ kind: 'removeSession', device, session: id })
  }
  keepSession(turn, device, session)
}

/**
 * A new session is kept, and sealed under unless the one that is outranks it: of two that were begun at once both
 * sides keep the same. The others only open; the longest unused beyond the limit are removed.
 */
export function keepSession(turn: Turn, device: DeviceId, session: Session): void {
  const active = activeSession(turn, device)
  const isSmallerDevice = turn.state.identity.device < device
  const isActive = active === null || !outranks(sessionIn(active), session, isSmallerDevice)
  const archived = turn.state.sessionsOf(device).filter((row) => isActive || row !== active)
  archived.sort((a, b) => b.usedAtMs - a.usedAtMs)
  // The new one is the active one, or one of the archived ones itself.
  const keptMax = protocolLimits.archivedSessionsMax - (isActive ? 0 : 1)
  for (const [place, row] of archived.entries()) {
    if (place >= keptMax) turn.put({ kind: 'removeSession', device, session: row.session })
    else if (row.active) turn.put({ kind: 'putSession', row: { ...row, active: false } })
  }
  turn.put({
    kind: 'putSession',
    row: {
      device,
      session: session.id,
      state: encodeSession(session),
      active: isActive,
      createdAtMs: turn.nowMs,
      usedAtMs: turn.nowMs,
    },
  })
}
