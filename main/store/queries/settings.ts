/** Table setting. Values are JSON, so that a text and a number stay apart. */
import type { SettingValue } from '../../core/ports.ts'
import { text } from '../columns.ts'
import type { Connection, Row } from '../connection.ts'
import { DamagedRow, StoreBug } from '../errors.ts'

function valueOf(row: Row): SettingValue {
  let value: unknown
  try {
    value = JSON.parse(text(row, 'value'))
  } catch {
    throw new DamagedRow('column value of setting')
  }
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  throw new DamagedRow('column value of setting')
}

export function settingQueries(connection: Connection) {
  const put = connection.prepare(
    'INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  )
  const all = connection.prepare('SELECT key, value FROM setting ORDER BY key')
  return {
    put(key: string, value: SettingValue): void {
      if (typeof value === 'number' && !Number.isFinite(value)) throw new StoreBug(`setting ${key} is not finite`)
      put.run([key, JSON.stringify(value)])
    },
    all: (): ReadonlyMap<string, SettingValue> => new Map(all.all([]).map((row) => [text(row, 'key'), valueOf(row)])),
  }
}
