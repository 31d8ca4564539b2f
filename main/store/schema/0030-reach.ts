import type { Migration } from './migration.ts'

/**
 * Triggers that keep in `mailbox_use` how many rows a table has and how large they are: in all, and of each of what a
 * quota is of, so that a deposit need not count. Rows of these tables come and go, and are never changed. Tags are
 * counted by who registers them: thousands at a time.
 */
function counted(table: string, what: string, of: readonly string[]): string {
  const keysOf = (row: 'new' | 'old'): string => ["x''", ...of.map((column) => `${row}.${column}`)].join('), (')
  return `
CREATE TRIGGER ${table}_comes AFTER INSERT ON ${table} BEGIN
  INSERT INTO mailbox_use SELECT '${what}', column1, 1, length(new.bytes) FROM (VALUES (${keysOf('new')})) WHERE true
    ON CONFLICT (what, of) DO UPDATE SET rows = rows + 1, size_bytes = size_bytes + excluded.size_bytes;
END;
CREATE TRIGGER ${table}_goes AFTER DELETE ON ${table} BEGIN
  UPDATE mailbox_use SET rows = rows - 1, size_bytes = size_bytes - length(old.bytes)
    WHERE what = '${what}' AND of IN (VALUES (${keysOf('old')}));
  DELETE FROM mailbox_use WHERE what = '${what}' AND of IN (VALUES (${keysOf('old')})) AND rows = 0;
END;`
}

/**
 * Reaching people who are away: what contacts' devices do for others and where messages for them can be left, which
 * mailbox holds which envelope, and what this device keeps for those whom it serves as a mailbox.
 *
 * A delivery has a state more than before, `held` between `sent` and `delivered`: its numbers move up.
 */
export const reach: Migration = {
  version: 30,
  sql: `
ALTER TABLE device ADD COLUMN services INTEGER NOT NULL DEFAULT 0;
ALTER TABLE device ADD COLUMN mailboxes TEXT NOT NULL DEFAULT '[]';
ALTER TABLE device ADD COLUMN service_use TEXT NOT NULL DEFAULT 'auto';

ALTER TABLE outbox ADD COLUMN held TEXT NOT NULL DEFAULT '[]';

CREATE TABLE delivery_next (
  event_id INTEGER NOT NULL REFERENCES event (id) ON DELETE CASCADE,
  device BLOB NOT NULL CHECK (length(device) = 32),
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 4),
  at_ms INTEGER NOT NULL,
  via TEXT,
  mailbox BLOB CHECK (length(mailbox) = 32),
  PRIMARY KEY (event_id, device)
) STRICT, WITHOUT ROWID;
INSERT INTO delivery_next
  SELECT event_id, device, CASE WHEN state >= 2 THEN state + 1 ELSE state END, at_ms, NULL, NULL FROM delivery;
DROP TABLE delivery;
ALTER TABLE delivery_next RENAME TO delivery;

CREATE TABLE mailbox_tag (
  tag BLOB NOT NULL PRIMARY KEY CHECK (length(tag) = 16),
  owner BLOB NOT NULL CHECK (length(owner) = 32),
  day INTEGER NOT NULL,
  kept_for TEXT NOT NULL CHECK (kept_for IN ('item', 'record'))
) STRICT, WITHOUT ROWID;
CREATE INDEX mailbox_tag_by_owner ON mailbox_tag (owner, day);
CREATE TABLE mailbox_item (
  id INTEGER PRIMARY KEY,
  owner BLOB NOT NULL CHECK (length(owner) = 32),
  item BLOB NOT NULL CHECK (length(item) = 16),
  tag BLOB NOT NULL CHECK (length(tag) = 16),
  age_ms INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  UNIQUE (owner, item)
) STRICT;
CREATE INDEX mailbox_item_by_owner ON mailbox_item (owner, id);
CREATE INDEX mailbox_item_by_age ON mailbox_item (age_ms);
CREATE TABLE mailbox_record (
  tag BLOB NOT NULL PRIMARY KEY CHECK (length(tag) = 16),
  owner BLOB NOT NULL CHECK (length(owner) = 32),
  until_ms INTEGER NOT NULL,
  bytes BLOB NOT NULL
) STRICT;
CREATE INDEX mailbox_record_by_owner ON mailbox_record (owner);
CREATE INDEX mailbox_record_by_end ON mailbox_record (until_ms);

CREATE TABLE mailbox_clock (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  age_ms INTEGER NOT NULL,
  wall_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE mailbox_use (
  what TEXT NOT NULL CHECK (what IN ('items', 'records', 'tags')),
  of BLOB NOT NULL CHECK (length(of) IN (0, 16, 32)),
  rows INTEGER NOT NULL CHECK (rows >= 0),
  size_bytes INTEGER NOT NULL CHECK (size_bytes >= 0),
  PRIMARY KEY (what, of)
) STRICT, WITHOUT ROWID;
${counted('mailbox_item', 'items', ['owner', 'tag'])}
${counted('mailbox_record', 'records', ['owner'])}
`,
}
