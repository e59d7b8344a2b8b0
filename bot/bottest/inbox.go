package bottest

import (
	"errors"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
)

var inboxTests = []storeTest{
	{"an event is kept until it was handled, and known for ever", func(t *testing.T, b *bench) {
		e := bot.Event{ID: "e1", Platform: "mattermost", Kind: bot.Said, At: b.now(), User: "u1", Channel: "ch", Text: "vraag over Noor", Files: []bot.PlatformFile{{ID: "pf", Name: "x.pdf", Size: 3}}}
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.PutEvent(e) })
		b.mustView(t, func(tx bot.Tx) error {
			got, err := tx.Event("mattermost:e1")
			same(t, "Event", got, e)
			return err
		})
		b.refused(t, "PutEvent again", bot.ErrConflict, func(tx bot.Tx) error { return tx.PutEvent(e) })
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.DropEvent("mattermost:e1") })
		b.refused(t, "Event after DropEvent", bot.ErrNotFound, func(tx bot.Tx) error { _, err := tx.Event("mattermost:e1"); return err })
		b.refused(t, "PutEvent after DropEvent", bot.ErrConflict, func(tx bot.Tx) error { return tx.PutEvent(e) })
		e.Platform = "slack"
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.PutEvent(e) })
	}},
	{"a repeat leaves the transaction usable", func(t *testing.T, b *bench) {
		e := bot.Event{ID: "e1", Platform: "mattermost"}
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.PutEvent(e) })
		b.mustUpdate(t, func(tx bot.Tx) error {
			if err := tx.PutEvent(e); !errors.Is(err, bot.ErrConflict) {
				t.Errorf("PutEvent = %v, want ErrConflict", err)
			}
			return tx.AddJob(bot.Job{ID: "j1", Kind: bot.JobTell, RunAt: b.now()})
		})
		b.mustClaim(t)
	}},
}
