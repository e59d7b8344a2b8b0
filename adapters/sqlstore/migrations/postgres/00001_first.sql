-- +goose Up
-- Moments are microseconds since 1970 in UTC; 0 is "not".

CREATE TABLE keys (
  scope TEXT COLLATE "C" PRIMARY KEY,
  id TEXT COLLATE "C" NOT NULL,
  epoch TEXT COLLATE "C" NOT NULL,
  box BYTEA NOT NULL
);
CREATE TABLE destroyed (
  scope TEXT COLLATE "C" PRIMARY KEY,
  id TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL
);
CREATE TABLE epochs (
  name TEXT COLLATE "C" PRIMARY KEY,
  box BYTEA NOT NULL
);
CREATE TABLE secrets (
  name TEXT COLLATE "C" PRIMARY KEY,
  sealed BYTEA NOT NULL
);
CREATE TABLE counters (
  name TEXT COLLATE "C" PRIMARY KEY,
  value BIGINT NOT NULL
);

CREATE TABLE persons (
  id TEXT COLLATE "C" PRIMARY KEY,
  appointed BIGINT NOT NULL,
  version BIGINT NOT NULL,
  sealed BYTEA NOT NULL
);
CREATE INDEX persons_appointed ON persons (id) WHERE appointed = 1;
CREATE TABLE accounts (
  hash TEXT COLLATE "C" PRIMARY KEY,
  person TEXT COLLATE "C" NOT NULL REFERENCES persons (id)
);
CREATE INDEX accounts_person ON accounts (person);
CREATE TABLE organisations (
  id TEXT COLLATE "C" PRIMARY KEY,
  clear TEXT COLLATE "C" NOT NULL
);

CREATE TABLE casussen (
  ref TEXT COLLATE "C" PRIMARY KEY,
  status TEXT COLLATE "C" NOT NULL,
  platform TEXT COLLATE "C" NOT NULL,
  room TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  clear TEXT COLLATE "C" NOT NULL,
  sealed BYTEA NOT NULL
);
CREATE INDEX casussen_status ON casussen (status, ref);
CREATE UNIQUE INDEX casussen_room ON casussen (platform, room) WHERE room <> '';
CREATE TABLE receipts (
  casus TEXT COLLATE "C" PRIMARY KEY REFERENCES casussen (ref),
  version BIGINT NOT NULL,
  clear TEXT COLLATE "C" NOT NULL,
  sealed BYTEA NOT NULL
);

CREATE TABLE agreements (
  casus TEXT COLLATE "C" NOT NULL REFERENCES casussen (ref),
  id TEXT COLLATE "C" NOT NULL,
  pos BIGINT NOT NULL,
  version BIGINT NOT NULL,
  sealed BYTEA NOT NULL,
  PRIMARY KEY (casus, id)
);
CREATE TABLE consents (
  casus TEXT COLLATE "C" NOT NULL REFERENCES casussen (ref),
  id TEXT COLLATE "C" NOT NULL,
  pos BIGINT NOT NULL,
  version BIGINT NOT NULL,
  sealed BYTEA NOT NULL,
  PRIMARY KEY (casus, id)
);
CREATE TABLE holds (
  casus TEXT COLLATE "C" NOT NULL REFERENCES casussen (ref),
  id TEXT COLLATE "C" NOT NULL,
  pos BIGINT NOT NULL,
  live BIGINT NOT NULL,
  version BIGINT NOT NULL,
  clear TEXT COLLATE "C" NOT NULL,
  sealed BYTEA NOT NULL,
  PRIMARY KEY (casus, id)
);
CREATE TABLE files (
  id TEXT COLLATE "C" PRIMARY KEY,
  casus TEXT COLLATE "C" NOT NULL REFERENCES casussen (ref),
  pos BIGINT NOT NULL,
  at BIGINT NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  expires_at BIGINT NOT NULL,
  version BIGINT NOT NULL,
  clear TEXT COLLATE "C" NOT NULL,
  sealed BYTEA NOT NULL
);
CREATE INDEX files_casus ON files (casus, at, pos);
CREATE INDEX files_waiting ON files (state, expires_at, id);
CREATE TABLE verdicts (
  id TEXT COLLATE "C" PRIMARY KEY,
  casus TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  clear TEXT COLLATE "C" NOT NULL,
  sealed BYTEA NOT NULL
);
CREATE INDEX verdicts_casus ON verdicts (casus);

CREATE TABLE blobs (
  file TEXT COLLATE "C" PRIMARY KEY,
  casus TEXT COLLATE "C" NOT NULL REFERENCES casussen (ref),
  gen TEXT COLLATE "C" NOT NULL,
  sealed BYTEA NOT NULL
);
CREATE INDEX blobs_casus ON blobs (casus);
CREATE TABLE chunks (
  file TEXT COLLATE "C" NOT NULL,
  gen TEXT COLLATE "C" NOT NULL,
  n BIGINT NOT NULL,
  casus TEXT COLLATE "C" NOT NULL REFERENCES casussen (ref),
  at BIGINT NOT NULL,
  sealed BYTEA NOT NULL,
  PRIMARY KEY (file, gen, n)
);
CREATE INDEX chunks_casus ON chunks (casus);

CREATE TABLE jobs (
  id TEXT COLLATE "C" PRIMARY KEY,
  kind TEXT COLLATE "C" NOT NULL,
  casus TEXT COLLATE "C" NOT NULL,
  object TEXT COLLATE "C" NOT NULL,
  body BYTEA,
  run_at BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  token BIGINT NOT NULL,
  state TEXT COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'leased', 'done', 'buried')),
  lease_until BIGINT NOT NULL,
  cause TEXT COLLATE "C" NOT NULL
);
CREATE INDEX jobs_claim ON jobs (run_at, id) WHERE state IN ('waiting', 'leased');
CREATE INDEX jobs_buried ON jobs (id) WHERE state = 'buried';
CREATE INDEX jobs_casus ON jobs (casus, run_at, id);
CREATE UNIQUE INDEX jobs_turn ON jobs (casus) WHERE state = 'leased' AND casus <> '';

CREATE TABLE events (
  id TEXT COLLATE "C" PRIMARY KEY,
  at BIGINT NOT NULL,
  sealed BYTEA
);
CREATE TABLE tickets (
  hash TEXT COLLATE "C" PRIMARY KEY,
  casus TEXT COLLATE "C" NOT NULL,
  expires BIGINT NOT NULL,
  used BIGINT NOT NULL,
  sealed BYTEA NOT NULL
);
CREATE INDEX tickets_casus ON tickets (casus);
CREATE INDEX tickets_expires ON tickets (expires);
CREATE TABLE nonces (
  hash TEXT COLLATE "C" PRIMARY KEY,
  expires BIGINT NOT NULL
);
CREATE INDEX nonces_expires ON nonces (expires);

CREATE SEQUENCE audit_ids;
CREATE TABLE audit_entries (
  id BIGINT PRIMARY KEY,
  chain TEXT COLLATE "C" NOT NULL,
  seq BIGINT NOT NULL,
  prev BYTEA NOT NULL,
  hash BYTEA NOT NULL,
  casus TEXT COLLATE "C" NOT NULL,
  UNIQUE (chain, seq)
);
CREATE INDEX audit_entries_casus ON audit_entries (casus, id);
CREATE TABLE audit_bodies (
  id BIGINT PRIMARY KEY REFERENCES audit_entries (id),
  body BYTEA NOT NULL
);
CREATE TABLE audit_removed (
  id BIGINT PRIMARY KEY REFERENCES audit_entries (id),
  at BIGINT NOT NULL
);
CREATE TABLE audit_heads (
  chain TEXT COLLATE "C" PRIMARY KEY,
  seq BIGINT NOT NULL,
  hash BYTEA NOT NULL
);
CREATE TABLE audit_pending (
  id BIGINT PRIMARY KEY
);
CREATE TABLE audit_leaves (
  n BIGINT PRIMARY KEY,
  entry BIGINT NOT NULL UNIQUE,
  chain TEXT COLLATE "C" NOT NULL,
  seq BIGINT NOT NULL,
  hash BYTEA NOT NULL
);
CREATE TABLE audit_hashes (
  i BIGINT PRIMARY KEY,
  hash BYTEA NOT NULL
);
CREATE TABLE audit_tree (
  one BIGINT PRIMARY KEY CHECK (one = 1),
  size BIGINT NOT NULL
);
INSERT INTO audit_tree (one, size) VALUES (1, 0);
CREATE TABLE audit_checkpoints (
  n BIGINT PRIMARY KEY,
  size BIGINT NOT NULL,
  at BIGINT NOT NULL,
  note TEXT COLLATE "C" NOT NULL
);

-- The log is only ever added to.
-- +goose StatementBegin
CREATE FUNCTION audit_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'audit_bodies' THEN
    -- What an entry said may go after its term, once that has been noted.
    IF EXISTS (SELECT 1 FROM audit_removed r WHERE r.id = OLD.id) THEN RETURN OLD; END IF;
  END IF;
  RAISE EXCEPTION '%: rows are never changed or removed', TG_TABLE_NAME;
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_entries_kept BEFORE UPDATE OR DELETE ON audit_entries FOR EACH ROW EXECUTE FUNCTION audit_kept();
CREATE TRIGGER audit_entries_whole BEFORE TRUNCATE ON audit_entries FOR EACH STATEMENT EXECUTE FUNCTION audit_kept();
CREATE TRIGGER audit_removed_kept BEFORE UPDATE OR DELETE ON audit_removed FOR EACH ROW EXECUTE FUNCTION audit_kept();
CREATE TRIGGER audit_removed_whole BEFORE TRUNCATE ON audit_removed FOR EACH STATEMENT EXECUTE FUNCTION audit_kept();
CREATE TRIGGER audit_leaves_kept BEFORE UPDATE OR DELETE ON audit_leaves FOR EACH ROW EXECUTE FUNCTION audit_kept();
CREATE TRIGGER audit_leaves_whole BEFORE TRUNCATE ON audit_leaves FOR EACH STATEMENT EXECUTE FUNCTION audit_kept();
CREATE TRIGGER audit_hashes_kept BEFORE UPDATE OR DELETE ON audit_hashes FOR EACH ROW EXECUTE FUNCTION audit_kept();
CREATE TRIGGER audit_hashes_whole BEFORE TRUNCATE ON audit_hashes FOR EACH STATEMENT EXECUTE FUNCTION audit_kept();
CREATE TRIGGER audit_checkpoints_kept BEFORE UPDATE OR DELETE ON audit_checkpoints FOR EACH ROW EXECUTE FUNCTION audit_kept();
CREATE TRIGGER audit_checkpoints_whole BEFORE TRUNCATE ON audit_checkpoints FOR EACH STATEMENT EXECUTE FUNCTION audit_kept();
CREATE TRIGGER audit_bodies_kept BEFORE UPDATE OR DELETE ON audit_bodies FOR EACH ROW EXECUTE FUNCTION audit_kept();
CREATE TRIGGER audit_bodies_whole BEFORE TRUNCATE ON audit_bodies FOR EACH STATEMENT EXECUTE FUNCTION audit_kept();
