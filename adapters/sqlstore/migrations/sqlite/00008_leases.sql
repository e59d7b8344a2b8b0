-- +goose Up
-- Which copy of the bot has a duty of which one is enough. token grows each time
-- another gets it, and keeps out whoever had it before.
CREATE TABLE leases (
  name TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  token INTEGER NOT NULL,
  lease_until INTEGER NOT NULL
);

-- +goose Down
DROP TABLE leases;
