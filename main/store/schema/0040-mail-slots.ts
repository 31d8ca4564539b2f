import type { Migration } from './migration.ts'

/**
 * Slots at our mailboxes, one for each contact's device and others for nobody; and what contacts' devices told us of
 * theirs, and of relays where word of them lies. Until a contact has said it once more, nothing is left at their mailboxes; and what lies there already is under
 * tags that its owner does not know any more.
 */
export const mailSlots: Migration = {
  version: 40,
  sql: `
ALTER TABLE device ADD COLUMN told_at_ms INTEGER NOT NULL DEFAULT 0;
UPDATE device SET told_at_ms = addresses_at_ms;
ALTER TABLE device ADD COLUMN mail_key BLOB CHECK (length(mail_key) = 32);
ALTER TABLE device ADD COLUMN mail_signer BLOB CHECK (length(mail_signer) = 32);
ALTER TABLE device ADD COLUMN mail_since_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE device ADD COLUMN relays TEXT NOT NULL DEFAULT '[]';

UPDATE outbox SET held = '[]';

CREATE TABLE mail_slot (
  slot INTEGER PRIMARY KEY,
  seed BLOB NOT NULL CHECK (length(seed) = 32),
  device BLOB UNIQUE CHECK (length(device) = 32),
  from_day INTEGER NOT NULL,
  until_day INTEGER
) STRICT;
`,
}
