package bottest

import (
	"cmp"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

type memTalk struct {
	Casus   bot.Ref
	Body    []byte
	Expires time.Time
}

// KeepTalk implements bot.Tx.
func (tx *memTx) KeepTalk(ref bot.Ref, key string, body []byte, expires time.Time) error {
	if !tx.write {
		return errView
	}
	if key == "" {
		return &bot.InvalidError{Field: "talk", Reason: "no key"}
	}
	if ref != "" {
		if err := tx.there(ref); err != nil {
			return err
		}
	}
	put(tx.state.Talks, string(ref)+"/"+key, memTalk{ref, body, expires})
	return nil
}

// Talk implements bot.Tx.
func (tx *memTx) Talk(ref bot.Ref, key string, now time.Time) ([]byte, error) {
	k, err := get[memTalk](tx.state.Talks, string(ref)+"/"+key)
	if err == nil && !k.Expires.After(now) {
		err = bot.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return k.Body, nil
}

// dropTalks forgets the conversations of an erased casus and counts them.
func (tx *memTx) dropTalks(ref bot.Ref) (n int) {
	maps.DeleteFunc(tx.state.Talks, func(_ string, data []byte) bool {
		var k memTalk
		if json.Unmarshal(data, &k) != nil || k.Casus != ref {
			return false
		}
		n++
		return true
	})
	return n
}

// CountQuestion implements bot.Tx.
func (tx *memTx) CountQuestion(topic bot.Topic, why bot.Lack) error {
	if !tx.write {
		return errView
	}
	if why == "" {
		return &bot.InvalidError{Field: "why", Reason: "is missing"}
	}
	key := topic.Code + "/" + string(why)
	c, err := get[bot.QuestionCount](tx.state.Counts, key)
	if err != nil && !errors.Is(err, bot.ErrNotFound) {
		return err
	}
	put(tx.state.Counts, key, bot.QuestionCount{Topic: topic, Why: why, Count: c.Count + 1})
	return nil
}

// QuestionCounts implements bot.Tx.
func (tx *memTx) QuestionCounts() ([]bot.QuestionCount, error) {
	list, err := all(tx.state.Counts, func(bot.QuestionCount) bool { return true })
	slices.SortFunc(list, func(a, b bot.QuestionCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Topic.Code, b.Topic.Code), cmp.Compare(a.Why, b.Why))
	})
	return list, err
}

// ReleaseQuestion implements bot.Tx.
func (tx *memTx) ReleaseQuestion(q bot.ReleasedQuestion) error {
	if !tx.write {
		return errView
	}
	if q.ID == "" {
		return &bot.InvalidError{Field: "question", Reason: "no id"}
	}
	if _, ok := tx.state.Released[q.ID]; !ok {
		put(tx.state.Released, q.ID, q)
	}
	return nil
}

// ReleasedQuestions implements bot.Tx.
func (tx *memTx) ReleasedQuestions(now time.Time) ([]bot.ReleasedQuestion, error) {
	list, err := all(tx.state.Released, func(q bot.ReleasedQuestion) bool { return q.Expires.After(now) })
	slices.SortFunc(list, func(a, b bot.ReleasedQuestion) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.ID, b.ID))
	})
	return list, err
}
