-- +goose Up
-- Who watches over which casus: a keyed hash of an organisation that takes part, or
-- of who leads it. Kind, phase and status stand here too, to count by.
CREATE TABLE watched (
  who TEXT NOT NULL,
  casus TEXT NOT NULL REFERENCES casussen (ref),
  status TEXT NOT NULL,
  kind TEXT NOT NULL,
  phase TEXT NOT NULL,
  PRIMARY KEY (who, casus)
);
CREATE INDEX watched_casus ON watched (casus);
CREATE INDEX watched_counts ON watched (who, status, kind, phase);
-- Casussen from before this version are listed when the store is opened.
ALTER TABLE casussen ADD COLUMN watched INTEGER NOT NULL DEFAULT 0;
CREATE INDEX casussen_unwatched ON casussen (ref) WHERE watched = 0;
UPDATE casussen SET watched = 1 WHERE status = 'erased';

-- Browsers in which somebody signed in, by a keyed hash of what they show.
CREATE TABLE sessions (
  hash TEXT PRIMARY KEY,
  seen INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  sealed BLOB NOT NULL
);
CREATE INDEX sessions_expires ON sessions (expires);

-- +goose Down
DROP TABLE sessions;
DROP INDEX casussen_unwatched;
ALTER TABLE casussen DROP COLUMN watched;
DROP TABLE watched;
