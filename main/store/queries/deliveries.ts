/** Table delivery: how far each event has come with each device. */
import type { EventId } from '../../core/ids.ts'
import type { DeliveryRow, DeliveryState, MessageRecord } from '../../core/ports.ts'
import { deviceId, deviceIdOrNull, integer, key, keyOrNull, oneOfOrNull } from '../columns.ts'
import type { Connection, Row } from '../connection.ts'
import { DamagedRow, StoreBug } from '../errors.ts'

/** In the order of progress: a state is stored as its place here. */
const states: readonly DeliveryState[] = ['written', 'sent', 'held', 'delivered', 'read']
const ways = ['loopback', 'lan', 'direct', 'relay', 'webrtc', 'mailbox'] as const

function stateOf(row: Row): DeliveryState {
  const state = states[integer(row, 'state')]
  if (state === undefined) throw new DamagedRow('column state of delivery')
  return state
}

export function deliveryQueries(connection: Connection) {
  const put = connection.prepare(`
    INSERT INTO delivery (event_id, device, state, at_ms, via, mailbox)
    SELECT id, ?, ?, ?, ?, ? FROM event WHERE event = ?
    ON CONFLICT (event_id, device) DO UPDATE SET state = excluded.state, at_ms = excluded.at_ms,
      via = excluded.via, mailbox = excluded.mailbox`)
  const ofEvent = connection.prepare(`
    SELECT device, state, at_ms, via, mailbox FROM delivery WHERE event_id = (SELECT id FROM event WHERE event = ?)
    ORDER BY device`)
  const least = connection.prepare(`
    SELECT state, max(at_ms) AS at_ms FROM delivery WHERE event_id = ?
      AND state = (SELECT min(state) FROM delivery WHERE event_id = ?)
    GROUP BY state`)
  return {
    put(row: DeliveryRow): void {
      const { device, state, atMs, via, mailbox, event } = row
      const changed = put.run([key(device), states.indexOf(state), atMs, via, keyOrNull(mailbox), key(event)])
      if (changed !== 1) throw new StoreBug('a delivery of an event that does not exist')
    },
    ofEvent: (event: EventId): readonly DeliveryRow[] =>
      ofEvent.all([key(event)]).map((row) => ({
        event,
        device: deviceId(row, 'device'),
        state: stateOf(row),
        atMs: integer(row, 'at_ms'),
        via: oneOfOrNull(row, 'via', ways),
        mailbox: deviceIdOrNull(row, 'mailbox'),
      })),
    /** The least of what its devices have, and since when all of them have at least that; null without any. */
    least(id: number): MessageRecord['delivery'] {
      const row = least.get([id, id])
      return row === undefined ? null : { state: stateOf(row), atMs: integer(row, 'at_ms') }
    },
  }
}
