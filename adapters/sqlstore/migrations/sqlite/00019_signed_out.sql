-- +goose Up
-- What was proved elsewhere and counts no longer, by a keyed hash of the name that it
-- has there: up to the moment at. A session that rests on it is over.
CREATE TABLE signed_out (
  hash TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  expires INTEGER NOT NULL
);
CREATE INDEX signed_out_expires ON signed_out (expires);

-- +goose Down
DROP TABLE signed_out;
