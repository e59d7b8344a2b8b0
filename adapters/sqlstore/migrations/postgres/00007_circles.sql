-- +goose Up
-- Who is in which casus, to find the casussen of one person. The person is a
-- keyed hash; the list of members itself is sealed with the casus.
CREATE TABLE memberships (
  member TEXT COLLATE "C" NOT NULL,
  casus TEXT COLLATE "C" NOT NULL REFERENCES casussen (ref),
  PRIMARY KEY (member, casus)
);
CREATE INDEX memberships_casus ON memberships (casus);
-- Casussen from before this version are listed when the store is opened.
ALTER TABLE casussen ADD COLUMN listed INTEGER NOT NULL DEFAULT 0;
CREATE INDEX casussen_unlisted ON casussen (ref) WHERE listed = 0;
UPDATE casussen SET listed = 1 WHERE status = 'erased';

-- The circles of an organisation: who usually sits together. They are of no casus.
CREATE TABLE circles (
  id TEXT COLLATE "C" PRIMARY KEY,
  organisation TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  sealed BYTEA NOT NULL
);
CREATE INDEX circles_organisation ON circles (organisation, id);

-- +goose Down
DROP TABLE circles;
DROP INDEX casussen_unlisted;
ALTER TABLE casussen DROP COLUMN listed;
DROP TABLE memberships;
