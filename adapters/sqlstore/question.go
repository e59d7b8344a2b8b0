package sqlstore

import (
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

func (t *tx) talkHash(ref bot.Ref, key string) (string, error) {
	return t.store.install.Lookup("talk", string(ref)+"/"+key)
}

// KeepTalk implements bot.Questions.
func (t *tx) KeepTalk(ref bot.Ref, key string, body []byte, expires time.Time) error {
	if key == "" {
		return &bot.InvalidError{Field: "talk", Reason: "no key"}
	}
	if ref != "" {
		if err := t.known(ref); err != nil {
			return wrap("keep talk", err)
		}
	}
	hash, err := t.talkHash(ref, key)
	if err != nil {
		return wrap("keep talk", err)
	}
	until := micro(expires)
	sealed, err := t.sealJSON(place("talks", scope(ref), hash, string(ref), digits(until)), body)
	if err != nil {
		return wrap("keep talk", err)
	}
	_, err = t.exec(`INSERT INTO talks (hash, casus, expires, sealed) VALUES ($1, $2, $3, $4)
		ON CONFLICT (hash) DO UPDATE SET expires = excluded.expires, sealed = excluded.sealed`, hash, string(ref), until, sealed)
	return wrap("keep talk", err)
}

// Talk implements bot.Questions.
func (t *tx) Talk(ref bot.Ref, key string, now time.Time) ([]byte, error) {
	hash, err := t.talkHash(ref, key)
	if err != nil {
		return nil, wrap("read talk", err)
	}
	var expires int64
	var sealed, body []byte
	if err := t.row(`SELECT expires, sealed FROM talks WHERE hash = $1 AND expires > $2`, hash, micro(now)).Scan(&expires, &sealed); err != nil {
		return nil, wrap("read talk", err)
	}
	err = t.openJSON(place("talks", scope(ref), hash, string(ref), digits(expires)), sealed, &body)
	return body, wrap("read talk", err)
}

// CountQuestion implements bot.Questions.
func (t *tx) CountQuestion(topic bot.Topic, why bot.Lack) error {
	if why == "" {
		return &bot.InvalidError{Field: "why", Reason: "is missing"}
	}
	_, err := t.exec(`INSERT INTO question_counts (topic, why, title, n) VALUES ($1, $2, $3, 1)
		ON CONFLICT (topic, why) DO UPDATE SET n = question_counts.n + 1, title = excluded.title`, topic.Code, string(why), topic.Title)
	return wrap("count question", err)
}

// QuestionCounts implements bot.Questions.
func (t *tx) QuestionCounts() ([]bot.QuestionCount, error) {
	var all []bot.QuestionCount
	err := t.rows(`SELECT topic, why, title, n FROM question_counts ORDER BY n DESC, topic, why`, nil, func(scan func(...any) error) error {
		var c bot.QuestionCount
		err := scan(&c.Topic.Code, &c.Why, &c.Topic.Title, &c.Count)
		all = append(all, c)
		return err
	})
	return all, wrap("read question counts", err)
}

// ReleaseQuestion implements bot.Questions.
func (t *tx) ReleaseQuestion(q bot.ReleasedQuestion) error {
	if q.ID == "" {
		return &bot.InvalidError{Field: "question", Reason: "no id"}
	}
	at, expires := micro(q.At), micro(q.Expires)
	sealed, err := t.sealJSON(place("released_questions", scope(""), q.ID, digits(at), digits(expires)), q)
	if err != nil {
		return wrap("release question", err)
	}
	_, err = t.exec(`INSERT INTO released_questions (id, at, expires, sealed) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, q.ID, at, expires, sealed)
	return wrap("release question", err)
}

// ReleasedQuestions implements bot.Questions.
func (t *tx) ReleasedQuestions(now time.Time) ([]bot.ReleasedQuestion, error) {
	var all []bot.ReleasedQuestion
	err := t.rows(`SELECT id, at, expires, sealed FROM released_questions WHERE expires > $1 ORDER BY at DESC, id`, []any{micro(now)}, func(scan func(...any) error) error {
		var id string
		var at, expires int64
		var sealed []byte
		if err := scan(&id, &at, &expires, &sealed); err != nil {
			return err
		}
		var q bot.ReleasedQuestion
		err := t.openJSON(place("released_questions", scope(""), id, digits(at), digits(expires)), sealed, &q)
		all = append(all, q)
		return err
	})
	return all, wrap("read released questions", err)
}
