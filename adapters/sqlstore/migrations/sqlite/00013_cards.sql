-- +goose Up
-- Cards of parents and young people: a page without an account. A card is found
-- by its id, or by the keyed hash of the code on paper.
CREATE TABLE cards (
  casus TEXT NOT NULL REFERENCES casussen (ref),
  id TEXT NOT NULL,
  code TEXT NOT NULL,
  pos INTEGER NOT NULL,
  version INTEGER NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (casus, id)
);
CREATE UNIQUE INDEX cards_by_id ON cards (id);
CREATE UNIQUE INDEX cards_by_code ON cards (code);

-- +goose Down
DROP TABLE cards;
