/** Tables mailbox_*: what is kept for those whom this device serves as a mailbox. */
import type { DeviceId } from '../../core/ids.ts'
import type { MailboxItem, MailboxTag } from '../../core/ports.ts'
import { limitedTo } from '../connection.ts'
import type { Connection } from '../connection.ts'
import { blob, deviceId, integer, key, oneOf } from '../columns.ts'

export interface Use {
  readonly rows: number
  readonly sizeBytes: number
}

const counted = ['items', 'records', 'tags'] as const
type Counted = (typeof counted)[number]

const uses = ['item', 'record'] as const

/** The key under which all rows are counted. */
export const inAll = new Uint8Array(0)

function tagQueries(connection: Connection) {
  const put = connection.prepare(`
    INSERT INTO mailbox_tag (tag, owner, day, kept_for) VALUES (?, ?, ?, ?) ON CONFLICT (tag) DO NOTHING`)
  const get = connection.prepare('SELECT owner, kept_for FROM mailbox_tag WHERE tag = ?')
  const ofOwner = connection.prepare('SELECT tag, day, kept_for FROM mailbox_tag WHERE owner = ?')
  const remove = connection.prepare('DELETE FROM mailbox_tag WHERE tag = ?')
  const removeOwner = connection.prepare('DELETE FROM mailbox_tag WHERE owner = ?')
  const removeBefore = connection.prepare('DELETE FROM mailbox_tag WHERE owner = ? AND day < ?')
  return {
    put(owner: DeviceId, { tag, day, use }: MailboxTag): void {
      put.run([tag, key(owner), day, use])
    },
    get(tag: Uint8Array): { readonly owner: DeviceId; readonly use: MailboxTag['use'] } | null {
      const row = get.get([tag])
      return row === undefined ? null : { owner: deviceId(row, 'owner'), use: oneOf(row, 'kept_for', uses) }
    },
    ofOwner: (owner: DeviceId): readonly MailboxTag[] =>
      ofOwner.all([key(owner)]).map((row) => ({
        tag: blob(row, 'tag'),
        day: integer(row, 'day'),
        use: oneOf(row, 'kept_for', uses),
      })),
    remove(tag: Uint8Array): void {
      remove.run([tag])
    },
    removeOwner(owner: DeviceId): void {
      removeOwner.run([key(owner)])
    },
    /** Returns how many went. */
    removeBefore: (owner: DeviceId, day: number): number => removeBefore.run([key(owner), day]),
  }
}

function itemQueries(connection: Connection) {
  const put = connection.prepare('INSERT INTO mailbox_item (owner, item, tag, age_ms, bytes) VALUES (?, ?, ?, ?, ?)')
  const has = connection.prepare('SELECT 1 FROM mailbox_item WHERE owner = ? AND item = ?')
  // `length` of a blob is told by its row's head: the bytes are not read.
  const sizes = connection.prepare(`
    SELECT length(bytes) AS size_bytes FROM mailbox_item WHERE owner = ? ORDER BY id ${limitedTo}`)
  const oldest = connection.prepare(`
    SELECT item, tag, bytes FROM mailbox_item WHERE owner = ? ORDER BY id ${limitedTo}`)
  const remove = connection.prepare('DELETE FROM mailbox_item WHERE owner = ? AND item = ?')
  const removeOldest = connection.prepare(`
    DELETE FROM mailbox_item WHERE id IN (SELECT id FROM mailbox_item WHERE owner = ? ORDER BY id ${limitedTo})`)
  const removeUpTo = connection.prepare(`
    DELETE FROM mailbox_item WHERE id IN
      (SELECT id FROM mailbox_item WHERE age_ms <= ? ORDER BY age_ms ${limitedTo})`)
  return {
    put(owner: DeviceId, item: MailboxItem, ageMs: number): void {
      put.run([key(owner), item.id, item.tag, ageMs, item.bytes])
    },
    has: (owner: DeviceId, id: Uint8Array): boolean => has.get([key(owner), id]) !== undefined,
    sizes: (owner: DeviceId, limit: number): readonly number[] =>
      sizes.all([key(owner), limit]).map((row) => integer(row, 'size_bytes')),
    oldest: (owner: DeviceId, limit: number): readonly MailboxItem[] =>
      oldest.all([key(owner), limit]).map((row) => ({
        id: blob(row, 'item'),
        tag: blob(row, 'tag'),
        bytes: blob(row, 'bytes'),
      })),
    remove(owner: DeviceId, id: Uint8Array): void {
      remove.run([key(owner), id])
    },
    /** Both return how many went. */
    removeOldest: (owner: DeviceId, limit: number): number => removeOldest.run([key(owner), limit]),
    removeUpTo: (ageMs: number, limit: number): number => removeUpTo.run([ageMs, limit]),
  }
}

function recordQueries(connection: Connection) {
  const put = connection.prepare('INSERT INTO mailbox_record (tag, owner, until_ms, bytes) VALUES (?, ?, ?, ?)')
  const get = connection.prepare('SELECT bytes FROM mailbox_record WHERE tag = ? AND until_ms > ?')
  const about = connection.prepare('SELECT owner, length(bytes) AS size_bytes FROM mailbox_record WHERE tag = ?')
  const remove = connection.prepare('DELETE FROM mailbox_record WHERE tag = ?')
  const removeOwner = connection.prepare('DELETE FROM mailbox_record WHERE owner = ?')
  const removeEnded = connection.prepare('DELETE FROM mailbox_record WHERE until_ms <= ?')
  return {
    put(owner: DeviceId, tag: Uint8Array, bytes: Uint8Array, untilMs: number): void {
      put.run([tag, key(owner), untilMs, bytes])
    },
    about(tag: Uint8Array): { readonly owner: DeviceId; readonly sizeBytes: number } | null {
      const row = about.get([tag])
      return row === undefined ? null : { owner: deviceId(row, 'owner'), sizeBytes: integer(row, 'size_bytes') }
    },
    get(tag: Uint8Array, nowMs: number): Uint8Array | null {
      const row = get.get([tag, nowMs])
      return row === undefined ? null : blob(row, 'bytes')
    },
    remove(tag: Uint8Array): void {
      remove.run([tag])
    },
    removeOwner(owner: DeviceId): void {
      removeOwner.run([key(owner)])
    },
    removeEnded(nowMs: number): void {
      removeEnded.run([nowMs])
    },
  }
}

/** What is counted, most of it by triggers, and how long items have been kept here, which is what they age by. */
export function mailboxQueries(connection: Connection) {
  const use = connection.prepare('SELECT rows, size_bytes FROM mailbox_use WHERE what = ? AND of = ?')
  const putUse = connection.prepare(`
    INSERT INTO mailbox_use (what, of, rows, size_bytes) VALUES (?, ?, ?, ?)
    ON CONFLICT (what, of) DO UPDATE SET rows = excluded.rows, size_bytes = excluded.size_bytes`)
  const removeUse = connection.prepare('DELETE FROM mailbox_use WHERE what = ? AND of = ?')
  const countTags = connection.prepare('SELECT count(*) AS rows FROM mailbox_tag WHERE owner = ?')
  const owners = connection.prepare('SELECT what, of AS owner FROM mailbox_use WHERE length(of) = 32')
  const clock = connection.prepare('SELECT age_ms, wall_ms FROM mailbox_clock WHERE id = 1')
  const putClock = connection.prepare('INSERT OR REPLACE INTO mailbox_clock (id, age_ms, wall_ms) VALUES (1, ?, ?)')
  function useOf(what: Counted, of: Uint8Array): Use {
    const row = use.get([what, of])
    return row === undefined
      ? { rows: 0, sizeBytes: 0 }
      : { rows: integer(row, 'rows'), sizeBytes: integer(row, 'size_bytes') }
  }
  function putTags(of: Uint8Array, rows: number): void {
    if (rows === 0) removeUse.run(['tags', of])
    else putUse.run(['tags', of, rows, 0])
  }
  return {
    tags: tagQueries(connection),
    items: itemQueries(connection),
    records: recordQueries(connection),
    use: useOf,
    /** To be called after the owner's tags changed. */
    recountTags(owner: DeviceId): void {
      const rows = integer(countTags.get([key(owner)]) ?? {}, 'rows')
      const others = useOf('tags', inAll).rows - useOf('tags', key(owner)).rows
      putTags(key(owner), rows)
      putTags(inAll, others + rows)
    },
    /** Everybody for whom something is kept, once for each kind of thing. */
    owners: (): readonly { readonly owner: DeviceId; readonly what: Counted }[] =>
      owners.all([]).map((row) => ({ owner: deviceId(row, 'owner'), what: oneOf(row, 'what', counted) })),
    /** Null before the first pruning. */
    clock(): { readonly ageMs: number; readonly wallMs: number } | null {
      const row = clock.get([])
      return row === undefined ? null : { ageMs: integer(row, 'age_ms'), wallMs: integer(row, 'wall_ms') }
    },
    putClock(ageMs: number, wallMs: number): void {
      putClock.run([ageMs, wallMs])
    },
  }
}
