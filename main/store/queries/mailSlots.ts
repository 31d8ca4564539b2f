/** Table mail_slot: small, and read whole at start. */
import type { MailSlotRow } from '../../core/ports.ts'
import { blob, deviceIdOrNull, integer, integerOrNull, keyOrNull } from '../columns.ts'
import type { Connection } from '../connection.ts'

export function mailSlotQueries(connection: Connection) {
  const put = connection.prepare(`
    INSERT INTO mail_slot (slot, seed, device, from_day, until_day) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (slot) DO UPDATE SET
      seed = excluded.seed, device = excluded.device, from_day = excluded.from_day, until_day = excluded.until_day`)
  const remove = connection.prepare('DELETE FROM mail_slot WHERE slot = ?')
  const all = connection.prepare('SELECT slot, seed, device, from_day, until_day FROM mail_slot ORDER BY slot')
  return {
    put({ slot, seed, device, fromDay, untilDay }: MailSlotRow): void {
      put.run([slot, seed, keyOrNull(device), fromDay, untilDay])
    },
    remove(slot: number): void {
      remove.run([slot])
    },
    all: (): readonly MailSlotRow[] =>
      all.all([]).map((row) => ({
        slot: integer(row, 'slot'),
        seed: blob(row, 'seed'),
        device: deviceIdOrNull(row, 'device'),
        fromDay: integer(row, 'from_day'),
        untilDay: integerOrNull(row, 'until_day'),
      })),
  }
}
