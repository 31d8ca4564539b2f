/** Tables session, prekey, initial and invite: what handshakes and ratchets need. */
import type { DeviceId, PrekeyId, SessionId } from '../../core/ids.ts'
import type { InviteRow, PrekeyRow, SessionRow } from '../../core/ports.ts'
import type { Connection, Row } from '../connection.ts'
import { accountIdOrNull, blob, deviceId, deviceIdOrNull, flag, integer, inviteId, inviteIdOrNull } from '../columns.ts'
import { key, keyOrNull, oneOf, prekeyId, sessionId } from '../columns.ts'

function sessionOf(row: Row): SessionRow {
  return {
    device: deviceId(row, 'device'),
    session: sessionId(row, 'session'),
    state: blob(row, 'state'),
    active: flag(row, 'active'),
    createdAtMs: integer(row, 'created_at_ms'),
    usedAtMs: integer(row, 'used_at_ms'),
  }
}

export function sessionQueries(connection: Connection) {
  const put = connection.prepare(`
    INSERT INTO session (device, session, state, active, created_at_ms, used_at_ms) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (device, session) DO UPDATE SET
      state = excluded.state, active = excluded.active,
      created_at_ms = excluded.created_at_ms, used_at_ms = excluded.used_at_ms`)
  const remove = connection.prepare('DELETE FROM session WHERE device = ? AND session = ?')
  const ofDevice = connection.prepare('SELECT * FROM session WHERE device = ? ORDER BY session')
  return {
    put(row: SessionRow): void {
      const active = row.active ? 1 : 0
      put.run([key(row.device), key(row.session), row.state, active, row.createdAtMs, row.usedAtMs])
    },
    remove(device: DeviceId, session: SessionId): void {
      remove.run([key(device), key(session)])
    },
    ofDevice: (device: DeviceId): readonly SessionRow[] => ofDevice.all([key(device)]).map(sessionOf),
  }
}

const prekeyPurposes = ['invite', 'renewal', 'stash', 'replaced'] as const

function prekeyOf(row: Row): PrekeyRow {
  return {
    prekey: prekeyId(row, 'prekey'),
    purpose: oneOf(row, 'purpose', prekeyPurposes),
    bundle: blob(row, 'bundle'),
    secrets: blob(row, 'secrets'),
    invite: inviteIdOrNull(row, 'invite'),
    device: deviceIdOrNull(row, 'device'),
    createdAtMs: integer(row, 'created_at_ms'),
    expiresAtMs: integer(row, 'expires_at_ms'),
  }
}

export function prekeyQueries(connection: Connection) {
  const put = connection.prepare(`
    INSERT INTO prekey (prekey, purpose, bundle, secrets, invite, device, created_at_ms, expires_at_ms)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (prekey) DO UPDATE SET
      purpose = excluded.purpose, bundle = excluded.bundle, secrets = excluded.secrets, invite = excluded.invite,
      device = excluded.device, created_at_ms = excluded.created_at_ms, expires_at_ms = excluded.expires_at_ms`)
  const remove = connection.prepare('DELETE FROM prekey WHERE prekey = ?')
  const get = connection.prepare('SELECT * FROM prekey WHERE prekey = ?')
  const ofDevice = connection.prepare('SELECT * FROM prekey WHERE device = ? ORDER BY prekey')
  const prune = connection.prepare('DELETE FROM prekey WHERE expires_at_ms <= ?')
  return {
    put(row: PrekeyRow): void {
      put.run([
        key(row.prekey),
        row.purpose,
        row.bundle,
        row.secrets,
        keyOrNull(row.invite),
        keyOrNull(row.device),
        row.createdAtMs,
        row.expiresAtMs,
      ])
    },
    remove(prekey: PrekeyId): void {
      remove.run([key(prekey)])
    },
    get(prekey: PrekeyId): PrekeyRow | null {
      const row = get.get([key(prekey)])
      return row === undefined ? null : prekeyOf(row)
    },
    ofDevice: (device: DeviceId): readonly PrekeyRow[] => ofDevice.all([key(device)]).map(prekeyOf),
    prune(nowMs: number): void {
      prune.run([nowMs])
    },
  }
}

/** Accepted initial messages, by hash, so that one can never begin a second session. */
export function initialQueries(connection: Connection) {
  const put = connection.prepare(`
    INSERT INTO initial (hash, device, until_ms) VALUES (?, ?, ?)
    ON CONFLICT (hash) DO UPDATE SET device = excluded.device, until_ms = excluded.until_ms`)
  const has = connection.prepare('SELECT 1 FROM initial WHERE hash = ?')
  const prune = connection.prepare('DELETE FROM initial WHERE until_ms <= ?')
  return {
    put(hash: string, device: DeviceId, untilMs: number): void {
      put.run([hash, key(device), untilMs])
    },
    has: (hash: string): boolean => has.get([hash]) !== undefined,
    prune(nowMs: number): void {
      prune.run([nowMs])
    },
  }
}

const inviteStates = ['open', 'used', 'withdrawn'] as const

export function inviteQueries(connection: Connection) {
  const put = connection.prepare(`
    INSERT INTO invite (invite, payload, prekey, state, used_by, created_at_ms, expires_at_ms)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (invite) DO UPDATE SET
      payload = excluded.payload, prekey = excluded.prekey, state = excluded.state, used_by = excluded.used_by,
      created_at_ms = excluded.created_at_ms, expires_at_ms = excluded.expires_at_ms`)
  const all = connection.prepare('SELECT * FROM invite ORDER BY invite')
  return {
    put(row: InviteRow): void {
      put.run([
        key(row.invite),
        row.payload,
        key(row.prekey),
        row.state,
        keyOrNull(row.usedBy),
        row.createdAtMs,
        row.expiresAtMs,
      ])
    },
    all(): readonly InviteRow[] {
      return all.all([]).map((row) => ({
        invite: inviteId(row, 'invite'),
        payload: blob(row, 'payload'),
        prekey: prekeyId(row, 'prekey'),
        state: oneOf(row, 'state', inviteStates),
        usedBy: accountIdOrNull(row, 'used_by'),
        createdAtMs: integer(row, 'created_at_ms'),
        expiresAtMs: integer(row, 'expires_at_ms'),
      }))
    },
  }
}
