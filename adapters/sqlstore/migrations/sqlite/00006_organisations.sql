-- +goose Up
-- Who decides for an organisation stands there: it is sealed as a check, so that
-- a row that was changed outside the program is seen. 0: saved before that.
ALTER TABLE organisations ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE organisations ADD COLUMN sealed BLOB;

-- +goose Down
ALTER TABLE organisations DROP COLUMN sealed;
ALTER TABLE organisations DROP COLUMN version;
