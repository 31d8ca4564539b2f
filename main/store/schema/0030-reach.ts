import type { Migration } from './migration.ts'

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
CREATE INDEX mailbox_tag_by_owner ON mailbox_tag (owner);
CREATE TABLE mailbox_item (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  owner BLOB NOT NULL CHECK (length(owner) = 32),
  item BLOB NOT NULL CHECK (length(item) = 16),
  tag BLOB NOT NULL CHECK (length(tag) = 16),
  bytes BLOB NOT NULL,
  at_ms INTEGER NOT NULL,
  UNIQUE (owner, item)
) STRICT;
CREATE INDEX mailbox_item_by_owner ON mailbox_item (owner, id);
CREATE INDEX mailbox_item_by_tag ON mailbox_item (tag);
CREATE INDEX mailbox_item_by_age ON mailbox_item (at_ms);
CREATE TABLE mailbox_record (
  tag BLOB NOT NULL PRIMARY KEY CHECK (length(tag) = 16),
  owner BLOB NOT NULL CHECK (length(owner) = 32),
  bytes BLOB NOT NULL,
  until_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX mailbox_record_by_owner ON mailbox_record (owner);
`,
}
