-- +goose Up
-- Which of our readings the region made its own.
CREATE TABLE adoptions (
  rule TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  sealed BLOB NOT NULL
);

-- What one person proposed and another has to agree to.
CREATE TABLE proposals (
  id TEXT PRIMARY KEY,
  organisation TEXT NOT NULL,
  expires INTEGER NOT NULL,
  sealed BLOB NOT NULL
);
CREATE INDEX proposals_organisation ON proposals (organisation, id);
CREATE INDEX proposals_expires ON proposals (expires);

-- +goose Down
DROP TABLE proposals;
DROP TABLE adoptions;
