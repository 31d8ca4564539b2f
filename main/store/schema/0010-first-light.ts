import type { Migration } from './migration.ts'

/** Everything that the first version keeps. Ids are blobs, times are milliseconds since 1970. */
export const firstLight: Migration = {
  version: 10,
  sql: `
CREATE TABLE self (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  secrets BLOB NOT NULL,
  name TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE contact (
  account BLOB PRIMARY KEY CHECK (length(account) = 32),
  state TEXT NOT NULL,
  pending_problem TEXT,
  claimed_name TEXT NOT NULL,
  pet_name TEXT,
  descriptor BLOB NOT NULL,
  offered_descriptor BLOB,
  verified_at_ms INTEGER,
  created_at_ms INTEGER NOT NULL,
  last_seen_at_ms INTEGER,
  accepted_invite BLOB,
  lan_key BLOB CHECK (length(lan_key) = 32)
) STRICT;

CREATE TABLE device (
  device BLOB PRIMARY KEY CHECK (length(device) = 32),
  account BLOB NOT NULL CHECK (length(account) = 32),
  certificate BLOB NOT NULL,
  addresses TEXT NOT NULL,
  addresses_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE session (
  device BLOB NOT NULL CHECK (length(device) = 32),
  session BLOB NOT NULL CHECK (length(session) = 16),
  state BLOB NOT NULL,
  active INTEGER NOT NULL CHECK (active IN (0, 1)),
  created_at_ms INTEGER NOT NULL,
  used_at_ms INTEGER NOT NULL,
  PRIMARY KEY (device, session)
) STRICT;

CREATE TABLE prekey (
  prekey BLOB PRIMARY KEY CHECK (length(prekey) = 16),
  bundle BLOB NOT NULL,
  secrets BLOB NOT NULL,
  invite BLOB CHECK (length(invite) = 16),
  device BLOB CHECK (length(device) = 32),
  created_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX prekey_by_expiry ON prekey (expires_at_ms);

CREATE TABLE invite (
  invite BLOB PRIMARY KEY CHECK (length(invite) = 16),
  payload BLOB NOT NULL,
  prekey BLOB NOT NULL CHECK (length(prekey) = 16),
  state TEXT NOT NULL,
  used_by BLOB CHECK (length(used_by) = 32),
  created_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE initial (
  hash TEXT PRIMARY KEY,
  device BLOB NOT NULL CHECK (length(device) = 32),
  until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX initial_by_expiry ON initial (until_ms);

CREATE TABLE conversation (
  id INTEGER PRIMARY KEY,
  conversation BLOB NOT NULL UNIQUE CHECK (length(conversation) = 32),
  kind TEXT NOT NULL,
  next_sequence INTEGER NOT NULL,
  heads TEXT NOT NULL,
  clock_ms INTEGER NOT NULL,
  clock_counter INTEGER NOT NULL,
  unread INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE member (
  conversation_id INTEGER NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  account BLOB NOT NULL CHECK (length(account) = 32),
  PRIMARY KEY (conversation_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE event (
  id INTEGER PRIMARY KEY,
  event BLOB NOT NULL UNIQUE CHECK (length(event) = 16),
  conversation_id INTEGER NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
  account BLOB NOT NULL CHECK (length(account) = 32),
  device BLOB NOT NULL CHECK (length(device) = 32),
  sequence INTEGER NOT NULL,
  time_ms INTEGER NOT NULL,
  order_ms INTEGER NOT NULL,
  counter INTEGER NOT NULL,
  kind TEXT NOT NULL,
  text TEXT,
  content BLOB NOT NULL,
  client_id TEXT,
  stored_at_ms INTEGER NOT NULL,
  unread INTEGER NOT NULL CHECK (unread IN (0, 1))
) STRICT;
CREATE INDEX event_by_order ON event (conversation_id, order_ms, counter, device, sequence, event);
CREATE INDEX event_by_sequence ON event (conversation_id, device, sequence);
CREATE INDEX event_by_client_id ON event (conversation_id, client_id) WHERE client_id IS NOT NULL;
CREATE INDEX event_unread ON event (conversation_id, order_ms, counter, device, sequence, event) WHERE unread = 1;

CREATE TABLE delivery (
  event_id INTEGER NOT NULL REFERENCES event (id) ON DELETE CASCADE,
  device BLOB NOT NULL CHECK (length(device) = 32),
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (event_id, device)
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
  device BLOB NOT NULL CHECK (length(device) = 32),
  position INTEGER NOT NULL,
  event BLOB CHECK (length(event) = 16),
  content BLOB NOT NULL,
  envelope BLOB CHECK (length(envelope) = 16),
  session BLOB CHECK (length(session) = 16),
  sealed BLOB,
  created_at_ms INTEGER NOT NULL,
  PRIMARY KEY (device, position),
  CHECK ((envelope IS NULL) = (sealed IS NULL) AND (session IS NULL) = (sealed IS NULL))
) STRICT;
CREATE INDEX outbox_by_envelope ON outbox (device, envelope) WHERE envelope IS NOT NULL;

CREATE TABLE progress (
  conversation_id INTEGER NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
  device BLOB NOT NULL CHECK (length(device) = 32),
  contiguous INTEGER NOT NULL,
  contiguous_order_ms INTEGER NOT NULL,
  contiguous_counter INTEGER NOT NULL,
  above TEXT NOT NULL,
  PRIMARY KEY (conversation_id, device)
) STRICT, WITHOUT ROWID;

CREATE TABLE seen (
  device BLOB NOT NULL CHECK (length(device) = 32),
  envelope BLOB NOT NULL CHECK (length(envelope) = 16),
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (device, envelope)
) STRICT, WITHOUT ROWID;
CREATE INDEX seen_by_age ON seen (device, at_ms);

CREATE TABLE setting (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`,
}
