-- +goose Up
-- Which of our readings the region made its own.
CREATE TABLE adoptions (
  rule TEXT COLLATE "C" PRIMARY KEY,
  version BIGINT NOT NULL,
  sealed BYTEA NOT NULL
);

-- What one person proposed and another has to agree to.
CREATE TABLE proposals (
  id TEXT COLLATE "C" PRIMARY KEY,
  organisation TEXT COLLATE "C" NOT NULL,
  expires BIGINT NOT NULL,
  sealed BYTEA NOT NULL
);
CREATE INDEX proposals_organisation ON proposals (organisation, id);
CREATE INDEX proposals_expires ON proposals (expires);

-- +goose Down
DROP TABLE proposals;
DROP TABLE adoptions;
