-- +goose Up
-- Pieces of files that lie in a bucket. A row comes before its object and goes after
-- it, so that everything in the bucket is known here. An object is wanted while its
-- piece stands in chunks.
CREATE TABLE objects (
  name TEXT COLLATE "C" PRIMARY KEY,
  casus TEXT COLLATE "C" NOT NULL,
  file TEXT COLLATE "C" NOT NULL,
  gen TEXT COLLATE "C" NOT NULL,
  n BIGINT NOT NULL,
  at BIGINT NOT NULL
);
CREATE UNIQUE INDEX objects_piece ON objects (file, gen, n);
CREATE INDEX objects_casus ON objects (casus);

-- +goose Down
DROP TABLE objects;
