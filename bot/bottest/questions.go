package bottest

import (
	"errors"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

var questionTests = []storeTest{
	{"a conversation is kept until its end, the last word of it only", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		end := b.now().Add(time.Hour)
		b.mustUpdate(t, func(tx bot.Tx) error {
			return errors.Join(tx.KeepTalk("", "k", []byte("first"), end), tx.KeepTalk(c.Ref, "k", []byte("of a casus"), end))
		})
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.KeepTalk("", "k", []byte("second"), end.Add(time.Hour)) })
		b.mustView(t, func(tx bot.Tx) error {
			body, err1 := tx.Talk("", "k", end)
			of, err2 := tx.Talk(c.Ref, "k", end.Add(-time.Microsecond))
			same(t, "Talk", string(body), "second")
			same(t, "Talk of a casus", string(of), "of a casus")
			return errors.Join(err1, err2)
		})
		b.refused(t, "Talk at its end", bot.ErrNotFound, func(tx bot.Tx) error { _, err := tx.Talk("", "k", end.Add(time.Hour)); return err })
		b.refused(t, "Talk of none", bot.ErrNotFound, func(tx bot.Tx) error { _, err := tx.Talk("", "other", b.now()); return err })
		b.refused(t, "KeepTalk of no casus", bot.ErrNotFound, func(tx bot.Tx) error { return tx.KeepTalk("C-2026-0999", "k", nil, end) })
	}},
	{"a conversation goes with its casus", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.KeepTalk(c.Ref, "k", []byte("x"), b.now().Add(time.Hour)) })
		b.mustUpdate(t, func(tx bot.Tx) error {
			_, err := tx.EraseCasus(c.Ref, bot.Receipt{Casus: c.Ref, At: b.now()})
			return err
		})
		err := b.Store.View(b.ctx, func(tx bot.Tx) error { _, err := tx.Talk(c.Ref, "k", b.now()); return err })
		if !errors.Is(err, bot.ErrNotFound) && !errors.Is(err, bot.ErrGone) {
			t.Errorf("Talk after erasing = %v, want ErrNotFound or ErrGone", err)
		}
		b.refused(t, "KeepTalk after erasing", bot.ErrGone, func(tx bot.Tx) error { return tx.KeepTalk(c.Ref, "k", nil, b.now().Add(time.Hour)) })
	}},
	{"questions are counted by topic and reason", func(t *testing.T, b *bench) {
		old, topic := bot.Topic{Code: "BEW-04", Title: "Oud"}, bot.Topic{Code: "BEW-04", Title: "Bewaren"}
		for _, c := range []struct {
			topic bot.Topic
			why   bot.Lack
		}{{old, bot.Unanswered}, {topic, bot.Unanswered}, {topic, bot.Unhelpful}, {bot.Topic{}, bot.Unanswered}} {
			b.mustUpdate(t, func(tx bot.Tx) error { return tx.CountQuestion(c.topic, c.why) })
		}
		b.mustView(t, func(tx bot.Tx) error {
			got, err := tx.QuestionCounts()
			same(t, "QuestionCounts", got, []bot.QuestionCount{
				{Topic: topic, Why: bot.Unanswered, Count: 2}, {Why: bot.Unanswered, Count: 1}, {Topic: topic, Why: bot.Unhelpful, Count: 1}})
			return err
		})
	}},
	{"a released question is kept until its end, newest first", func(t *testing.T, b *bench) {
		one := bot.ReleasedQuestion{ID: "q1", Topic: bot.Topic{Code: "A", Title: "a"}, Text: "Mag dit?", At: b.now(), Expires: b.now().Add(time.Hour)}
		two := bot.ReleasedQuestion{ID: "q2", Text: "En dit?", At: b.now().Add(time.Minute), Expires: b.now().Add(2 * time.Hour)}
		again := one
		again.Text = "iets anders"
		b.mustUpdate(t, func(tx bot.Tx) error {
			return errors.Join(tx.ReleaseQuestion(one), tx.ReleaseQuestion(two), tx.ReleaseQuestion(again))
		})
		b.mustView(t, func(tx bot.Tx) error {
			all, err1 := tx.ReleasedQuestions(b.now())
			later, err2 := tx.ReleasedQuestions(one.Expires)
			same(t, "ReleasedQuestions", all, []bot.ReleasedQuestion{two, one})
			same(t, "ReleasedQuestions later", later, []bot.ReleasedQuestion{two})
			return errors.Join(err1, err2)
		})
	}},
}
