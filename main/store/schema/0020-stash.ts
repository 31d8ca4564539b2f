import type { Migration } from './migration.ts'

/**
 * Bundles that are kept to begin sessions with while their maker is away, and prekeys that say what they are for.
 *
 * Sessions of the first format had no post-quantum ratchet: they are forgotten, and either side begins a new one
 * at the next contact. What waited sealed under them is sealed anew: its contents may come twice. A contact whose
 * invite was not confirmed yet asks for it again, as its maker may never have heard of the session.
 */
export const stash: Migration = {
  version: 20,
  sql: `
CREATE TABLE stash (
  device BLOB NOT NULL CHECK (length(device) = 32),
  prekey BLOB NOT NULL CHECK (length(prekey) = 16),
  bundle BLOB NOT NULL,
  last_resort INTEGER NOT NULL CHECK (last_resort IN (0, 1)),
  expires_at_ms INTEGER NOT NULL,
  PRIMARY KEY (device, prekey)
) STRICT;
CREATE INDEX stash_by_expiry ON stash (expires_at_ms);

ALTER TABLE prekey ADD COLUMN purpose TEXT NOT NULL DEFAULT 'renewal';
UPDATE prekey SET purpose = 'invite' WHERE invite IS NOT NULL;
CREATE INDEX prekey_by_device ON prekey (device, prekey) WHERE device IS NOT NULL;

DELETE FROM session;
UPDATE outbox SET envelope = NULL, session = NULL, sealed = NULL;
UPDATE contact SET state = 'pending' WHERE state = 'active' AND accepted_invite IS NOT NULL;
`,
}
