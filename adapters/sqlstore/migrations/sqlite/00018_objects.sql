-- +goose Up
-- Pieces of files that lie in a bucket. A row comes before its object and goes after
-- it, so that everything in the bucket is known here. An object is wanted while its
-- piece stands in chunks.
CREATE TABLE objects (
  name TEXT PRIMARY KEY,
  casus TEXT NOT NULL,
  file TEXT NOT NULL,
  gen TEXT NOT NULL,
  n INTEGER NOT NULL,
  at INTEGER NOT NULL
);
CREATE UNIQUE INDEX objects_piece ON objects (file, gen, n);
CREATE INDEX objects_casus ON objects (casus);

-- +goose Down
DROP TABLE objects;
