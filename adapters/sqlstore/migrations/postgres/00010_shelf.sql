-- +goose Up
-- The region's own documents, for every copy of the bot: what each is, and apart
-- from it its text. counters has under 'shelf' how often they changed.
CREATE TABLE shelf (
  id TEXT PRIMARY KEY,
  sealed BYTEA NOT NULL,
  words BYTEA NOT NULL
);

-- +goose Down
DROP TABLE shelf;
DELETE FROM counters WHERE name = 'shelf';
