-- +goose Up
-- The bundles of rules that were proposed, whole, so that any decision can be
-- replayed; active_at is 0 for one that was never active.
CREATE TABLE policies (
  hash TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  active_at INTEGER NOT NULL,
  active_seq INTEGER NOT NULL,
  approved_by TEXT NOT NULL,
  sealed BLOB NOT NULL
);
CREATE INDEX policies_active ON policies (active_seq) WHERE active_seq > 0;

-- When a verdict was taken, to find those of the last days.
ALTER TABLE verdicts ADD COLUMN taken_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX verdicts_taken ON verdicts (taken_at, id);

-- +goose Down
DROP INDEX verdicts_taken;
ALTER TABLE verdicts DROP COLUMN taken_at;
DROP TABLE policies;
