-- +goose Up
-- Moments are microseconds since 1970 in UTC; 0 is "not".

CREATE TABLE keys (
  scope TEXT PRIMARY KEY,
  id TEXT NOT NULL,
  epoch TEXT NOT NULL,
  box BLOB NOT NULL
);
CREATE TABLE destroyed (
  scope TEXT PRIMARY KEY,
  id TEXT NOT NULL,
  at INTEGER NOT NULL
);
CREATE TABLE epochs (
  name TEXT PRIMARY KEY,
  box BLOB NOT NULL
);
CREATE TABLE secrets (
  name TEXT PRIMARY KEY,
  sealed BLOB NOT NULL
);
CREATE TABLE counters (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
);

CREATE TABLE persons (
  id TEXT PRIMARY KEY,
  appointed INTEGER NOT NULL,
  version INTEGER NOT NULL,
  sealed BLOB NOT NULL
);
CREATE INDEX persons_appointed ON persons (id) WHERE appointed = 1;
CREATE TABLE accounts (
  hash TEXT PRIMARY KEY,
  person TEXT NOT NULL REFERENCES persons (id)
);
CREATE INDEX accounts_person ON accounts (person);
CREATE TABLE organisations (
  id TEXT PRIMARY KEY,
  clear TEXT NOT NULL
);

CREATE TABLE casussen (
  ref TEXT PRIMARY KEY,
  status TEXT NOT NULL,
  platform TEXT NOT NULL,
  room TEXT NOT NULL,
  version INTEGER NOT NULL,
  clear TEXT NOT NULL,
  sealed BLOB NOT NULL
);
CREATE INDEX casussen_status ON casussen (status, ref);
CREATE UNIQUE INDEX casussen_room ON casussen (platform, room) WHERE room <> '';
CREATE TABLE receipts (
  casus TEXT PRIMARY KEY REFERENCES casussen (ref),
  version INTEGER NOT NULL,
  clear TEXT NOT NULL,
  sealed BLOB NOT NULL
);

CREATE TABLE agreements (
  casus TEXT NOT NULL REFERENCES casussen (ref),
  id TEXT NOT NULL,
  pos INTEGER NOT NULL,
  version INTEGER NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (casus, id)
);
CREATE TABLE consents (
  casus TEXT NOT NULL REFERENCES casussen (ref),
  id TEXT NOT NULL,
  pos INTEGER NOT NULL,
  version INTEGER NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (casus, id)
);
CREATE TABLE holds (
  casus TEXT NOT NULL REFERENCES casussen (ref),
  id TEXT NOT NULL,
  pos INTEGER NOT NULL,
  live INTEGER NOT NULL,
  version INTEGER NOT NULL,
  clear TEXT NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (casus, id)
);
CREATE TABLE files (
  id TEXT PRIMARY KEY,
  casus TEXT NOT NULL REFERENCES casussen (ref),
  pos INTEGER NOT NULL,
  at INTEGER NOT NULL,
  state TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  version INTEGER NOT NULL,
  clear TEXT NOT NULL,
  sealed BLOB NOT NULL
);
CREATE INDEX files_casus ON files (casus, at, pos);
CREATE INDEX files_waiting ON files (state, expires_at, id);
CREATE TABLE verdicts (
  id TEXT PRIMARY KEY,
  casus TEXT NOT NULL,
  version INTEGER NOT NULL,
  clear TEXT NOT NULL,
  sealed BLOB NOT NULL
);
CREATE INDEX verdicts_casus ON verdicts (casus);

CREATE TABLE blobs (
  file TEXT PRIMARY KEY,
  casus TEXT NOT NULL REFERENCES casussen (ref),
  gen TEXT NOT NULL,
  sealed BLOB NOT NULL
);
CREATE INDEX blobs_casus ON blobs (casus);
CREATE TABLE chunks (
  file TEXT NOT NULL,
  gen TEXT NOT NULL,
  n INTEGER NOT NULL,
  casus TEXT NOT NULL REFERENCES casussen (ref),
  at INTEGER NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (file, gen, n)
);
CREATE INDEX chunks_casus ON chunks (casus);

CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  casus TEXT NOT NULL,
  object TEXT NOT NULL,
  body BLOB,
  run_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  token INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'leased', 'done', 'buried')),
  lease_until INTEGER NOT NULL,
  cause TEXT NOT NULL
);
CREATE INDEX jobs_claim ON jobs (run_at, id) WHERE state IN ('waiting', 'leased');
CREATE INDEX jobs_buried ON jobs (id) WHERE state = 'buried';
CREATE INDEX jobs_casus ON jobs (casus, run_at, id);
CREATE UNIQUE INDEX jobs_turn ON jobs (casus) WHERE state = 'leased' AND casus <> '';

CREATE TABLE events (
  id TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  sealed BLOB
);
CREATE TABLE tickets (
  hash TEXT PRIMARY KEY,
  casus TEXT NOT NULL,
  expires INTEGER NOT NULL,
  used INTEGER NOT NULL,
  sealed BLOB NOT NULL
);
CREATE INDEX tickets_casus ON tickets (casus);
CREATE INDEX tickets_expires ON tickets (expires);
CREATE TABLE nonces (
  hash TEXT PRIMARY KEY,
  expires INTEGER NOT NULL
);
CREATE INDEX nonces_expires ON nonces (expires);

CREATE TABLE audit_entries (
  id INTEGER PRIMARY KEY,
  chain TEXT NOT NULL,
  seq INTEGER NOT NULL,
  prev BLOB NOT NULL,
  hash BLOB NOT NULL,
  casus TEXT NOT NULL,
  UNIQUE (chain, seq)
);
CREATE INDEX audit_entries_casus ON audit_entries (casus, id);
CREATE TABLE audit_bodies (
  id INTEGER PRIMARY KEY REFERENCES audit_entries (id),
  body BLOB NOT NULL
);
CREATE TABLE audit_removed (
  id INTEGER PRIMARY KEY REFERENCES audit_entries (id),
  at INTEGER NOT NULL
);
CREATE TABLE audit_heads (
  chain TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  hash BLOB NOT NULL
);
CREATE TABLE audit_pending (
  id INTEGER PRIMARY KEY
);
CREATE TABLE audit_leaves (
  n INTEGER PRIMARY KEY,
  entry INTEGER NOT NULL UNIQUE,
  chain TEXT NOT NULL,
  seq INTEGER NOT NULL,
  hash BLOB NOT NULL
);
CREATE TABLE audit_hashes (
  i INTEGER PRIMARY KEY,
  hash BLOB NOT NULL
);
CREATE TABLE audit_tree (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  size INTEGER NOT NULL
);
INSERT INTO audit_tree (one, size) VALUES (1, 0);
CREATE TABLE audit_checkpoints (
  n INTEGER PRIMARY KEY,
  size INTEGER NOT NULL,
  at INTEGER NOT NULL,
  note TEXT NOT NULL
);

-- The log is only ever added to.
-- +goose StatementBegin
CREATE TRIGGER audit_entries_kept BEFORE UPDATE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'audit_entries: rows are never changed'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_removed_kept BEFORE UPDATE ON audit_removed
BEGIN SELECT RAISE(ABORT, 'audit_removed: rows are never changed'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_leaves_kept BEFORE UPDATE ON audit_leaves
BEGIN SELECT RAISE(ABORT, 'audit_leaves: rows are never changed'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_hashes_kept BEFORE UPDATE ON audit_hashes
BEGIN SELECT RAISE(ABORT, 'audit_hashes: rows are never changed'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_checkpoints_kept BEFORE UPDATE ON audit_checkpoints
BEGIN SELECT RAISE(ABORT, 'audit_checkpoints: rows are never changed'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_bodies_kept BEFORE UPDATE ON audit_bodies
BEGIN SELECT RAISE(ABORT, 'audit_bodies: rows are never changed'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_entries_stays BEFORE DELETE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'audit_entries: rows are never removed'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_removed_stays BEFORE DELETE ON audit_removed
BEGIN SELECT RAISE(ABORT, 'audit_removed: rows are never removed'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_leaves_stays BEFORE DELETE ON audit_leaves
BEGIN SELECT RAISE(ABORT, 'audit_leaves: rows are never removed'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_hashes_stays BEFORE DELETE ON audit_hashes
BEGIN SELECT RAISE(ABORT, 'audit_hashes: rows are never removed'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_checkpoints_stays BEFORE DELETE ON audit_checkpoints
BEGIN SELECT RAISE(ABORT, 'audit_checkpoints: rows are never removed'); END;
-- +goose StatementEnd
-- What an entry said may go after its term, once that has been noted.
-- +goose StatementBegin
CREATE TRIGGER audit_bodies_stays BEFORE DELETE ON audit_bodies
WHEN NOT EXISTS (SELECT 1 FROM audit_removed r WHERE r.id = OLD.id)
BEGIN SELECT RAISE(ABORT, 'audit_bodies: rows are never removed before their term'); END;
-- +goose StatementEnd
