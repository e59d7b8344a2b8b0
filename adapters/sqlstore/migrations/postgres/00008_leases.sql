-- +goose Up
-- Which copy of the bot has a duty of which one is enough. token grows each time
-- another gets it, and keeps out whoever had it before.
CREATE TABLE leases (
  name TEXT COLLATE "C" PRIMARY KEY,
  owner TEXT COLLATE "C" NOT NULL,
  token BIGINT NOT NULL,
  lease_until BIGINT NOT NULL
);

-- +goose Down
DROP TABLE leases;
