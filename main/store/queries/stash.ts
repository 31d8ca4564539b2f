/** Table stash: bundles of contacts' devices, kept for when those are away. */
import type { DeviceId, PrekeyId } from '../../core/ids.ts'
import type { StashRow } from '../../core/ports.ts'
import type { Connection, Row } from '../connection.ts'
import { blob, deviceId, flag, integer, key, prekeyId } from '../columns.ts'

function stashOf(row: Row): StashRow {
  return {
    device: deviceId(row, 'device'),
    prekey: prekeyId(row, 'prekey'),
    bundle: blob(row, 'bundle'),
    lastResort: flag(row, 'last_resort'),
    expiresAtMs: integer(row, 'expires_at_ms'),
  }
}

export function stashQueries(connection: Connection) {
  const put = connection.prepare(`
    INSERT INTO stash (device, prekey, bundle, last_resort, expires_at_ms) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (device, prekey) DO UPDATE SET
      bundle = excluded.bundle, last_resort = excluded.last_resort, expires_at_ms = excluded.expires_at_ms`)
  const remove = connection.prepare('DELETE FROM stash WHERE device = ? AND prekey = ?')
  const ofDevice = connection.prepare('SELECT * FROM stash WHERE device = ? ORDER BY prekey')
  const prune = connection.prepare('DELETE FROM stash WHERE expires_at_ms <= ?')
  return {
    put(row: StashRow): void {
      put.run([key(row.device), key(row.prekey), row.bundle, row.lastResort ? 1 : 0, row.expiresAtMs])
    },
    remove(device: DeviceId, prekey: PrekeyId): void {
      remove.run([key(device), key(prekey)])
    },
    ofDevice: (device: DeviceId): readonly StashRow[] => ofDevice.all([key(device)]).map(stashOf),
    prune(nowMs: number): void {
      prune.run([nowMs])
    },
  }
}
