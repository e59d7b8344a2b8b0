-- +goose Up
-- What waits for a person: requests of a data subject, and incidents.
CREATE TABLE matters (
  casus TEXT COLLATE "C" NOT NULL REFERENCES casussen (ref),
  id TEXT COLLATE "C" NOT NULL,
  pos BIGINT NOT NULL,
  version BIGINT NOT NULL,
  sealed BYTEA NOT NULL,
  PRIMARY KEY (casus, id)
);

-- When something is next due for a casus: 0 never, 1 not worked out yet. It is
-- only a hint by which casussen are found; what happens is decided again.
ALTER TABLE casussen ADD COLUMN due_at BIGINT NOT NULL DEFAULT 1;
CREATE INDEX casussen_due ON casussen (due_at, ref) WHERE due_at > 0;
UPDATE casussen SET due_at = 0 WHERE status = 'erased';

-- +goose Down
DROP INDEX casussen_due;
ALTER TABLE casussen DROP COLUMN due_at;
DROP TABLE matters;
