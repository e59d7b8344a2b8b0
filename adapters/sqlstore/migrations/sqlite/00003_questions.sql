-- +goose Up
-- What a conversation with the bot was about, for a few hours, by a keyed hash.
CREATE TABLE talks (
  hash TEXT PRIMARY KEY,
  casus TEXT NOT NULL,
  expires INTEGER NOT NULL,
  sealed BLOB NOT NULL
);
CREATE INDEX talks_casus ON talks (casus);
CREATE INDEX talks_expires ON talks (expires);

-- How often a topic of the knowledge base lacked a good answer. Title is ours.
CREATE TABLE question_counts (
  topic TEXT NOT NULL,
  why TEXT NOT NULL,
  title TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (topic, why)
);

-- Questions whose asker let the FG read them.
CREATE TABLE released_questions (
  id TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  sealed BLOB NOT NULL
);
CREATE INDEX released_questions_expires ON released_questions (expires);

-- +goose Down
DROP TABLE released_questions;
DROP TABLE question_counts;
DROP TABLE talks;
