-- +goose Up
-- The bundles of rules that were proposed, whole, so that any decision can be
-- replayed; active_at is 0 for one that was never active.
CREATE TABLE policies (
  hash TEXT COLLATE "C" PRIMARY KEY,
  version BIGINT NOT NULL,
  active_at BIGINT NOT NULL,
  active_seq BIGINT NOT NULL,
  approved_by TEXT NOT NULL,
  sealed BYTEA NOT NULL
);
CREATE INDEX policies_active ON policies (active_seq) WHERE active_seq > 0;

-- When a verdict was taken, to find those of the last days.
ALTER TABLE verdicts ADD COLUMN taken_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX verdicts_taken ON verdicts (taken_at, id);

-- +goose Down
DROP INDEX verdicts_taken;
ALTER TABLE verdicts DROP COLUMN taken_at;
DROP TABLE policies;
