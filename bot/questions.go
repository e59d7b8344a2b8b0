package bot

import "time"

// Questions keeps, for a short while, what a conversation was about, and counts
// by topic where no good answer was. It knows no asker.
type Questions interface {
	// KeepTalk remembers body for the conversation key until expires, in the place
	// of what was there. It is sealed, with the key of the casus when ref names one.
	KeepTalk(ref Ref, key string, body []byte, expires time.Time) error
	// Talk returns what KeepTalk keeps. What has expired at now is ErrNotFound, of
	// an erased casus it is ErrGone or ErrNotFound.
	Talk(ref Ref, key string, now time.Time) ([]byte, error)

	// CountQuestion adds one to what was counted of topic for this reason. The
	// title of the last time is the one that stays.
	CountQuestion(topic Topic, why Lack) error
	// QuestionCounts lists the counts, most first and then by topic and reason.
	QuestionCounts() ([]QuestionCount, error)

	// ReleaseQuestion keeps the text of a question that its asker let the FG read,
	// sealed, until Expires. A known ID changes nothing.
	ReleaseQuestion(q ReleasedQuestion) error
	// ReleasedQuestions lists those that have not expired at now, newest first.
	ReleasedQuestions(now time.Time) ([]ReleasedQuestion, error)
}

// Lack is why a question is counted.
type Lack string

// The reasons.
const (
	Unanswered Lack = "unanswered" // the bot did not know
	Unhelpful  Lack = "unhelpful"  // the asker said that the answer is wrong
)

// QuestionCount is how often a topic lacked a good answer.
type QuestionCount struct {
	Topic Topic // blank: no topic came near
	Why   Lack
	Count int
}

// ReleasedQuestion is a question as its asker wrote it. It names no asker.
type ReleasedQuestion struct {
	ID      string
	Topic   Topic
	Text    string // sealed
	At      time.Time
	Expires time.Time
}
