-- +goose Up
-- Which copy of the bot has a duty of which one is enough. token grows each time
-- another gets it, and keeps out whoever had it before.
CREATE TABLE leases (
  name TEXT COLLATE "C" PRIMARY KEY,
  owner TEXT COLLATE "C" NOT NULL,
  token BIGINT NOT NULL,
  lease_until BIGINT NOT NULL
);

-- What is cleaned up is found by its age.
CREATE INDEX events_handled ON events (at) WHERE sealed IS NULL;
CREATE INDEX jobs_done ON jobs (run_at) WHERE state = 'done';

-- +goose Down
DROP INDEX jobs_done;
DROP INDEX events_handled;
DROP TABLE leases;
