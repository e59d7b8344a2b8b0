-- +goose Up
-- What a conversation with the bot was about, for a few hours, by a keyed hash.
CREATE TABLE talks (
  hash TEXT COLLATE "C" PRIMARY KEY,
  casus TEXT COLLATE "C" NOT NULL,
  expires BIGINT NOT NULL,
  sealed BYTEA NOT NULL
);
CREATE INDEX talks_casus ON talks (casus);
CREATE INDEX talks_expires ON talks (expires);

-- How often a topic of the knowledge base lacked a good answer. Title is ours.
CREATE TABLE question_counts (
  topic TEXT COLLATE "C" NOT NULL,
  why TEXT COLLATE "C" NOT NULL,
  title TEXT COLLATE "C" NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (topic, why)
);

-- Questions whose asker let the FG read them.
CREATE TABLE released_questions (
  id TEXT COLLATE "C" PRIMARY KEY,
  at BIGINT NOT NULL,
  expires BIGINT NOT NULL,
  sealed BYTEA NOT NULL
);
CREATE INDEX released_questions_expires ON released_questions (expires);

-- +goose Down
DROP TABLE released_questions;
DROP TABLE question_counts;
DROP TABLE talks;
