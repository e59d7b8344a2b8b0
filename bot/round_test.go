package bot_test

import (
	"slices"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

func TestARoomIsLookedAtEachMinuteByOneJobThatComesBack(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.round()
	looks := 0
	w.chat.Fail = func(call string) error {
		if call == "RoomMembers" {
			looks++
		}
		return nil
	}
	for range 10 {
		w.clock.Advance(time.Minute)
		w.round()
	}
	if looks != 10 {
		t.Errorf("%d looks in ten minutes, want 10", looks)
	}
	w.view(func(tx bot.Tx) error {
		jobs, err := tx.JobsOf(casus.Ref)
		n := 0
		for _, j := range jobs {
			if j.Kind == bot.JobReconcile {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d jobs look at the room, want one", n)
		}
		return err
	})
	// A platform that is away for hours does not put an end to it.
	away := true
	w.chat.Fail = func(call string) error {
		if away {
			return bot.ErrUnavailable
		}
		looks++
		return nil
	}
	for range 60 {
		w.clock.Advance(time.Minute)
		w.round()
	}
	away, looks = false, 0
	w.clock.Advance(time.Minute)
	w.round()
	if looks == 0 {
		t.Error("after an hour without the platform nobody looks any more")
	}
	w.close(casus)
	w.later(8)
	looks = 0
	w.chat.Fail = func(string) error { looks++; return nil }
	w.clock.Advance(time.Minute)
	w.round()
	if looks != 0 {
		t.Errorf("an archived room is looked at: %d calls", looks)
	}
}

// finishJob ends a job that should have come back.
func (w *world) finishJob(id string) {
	w.t.Helper()
	err := w.store.Update(w.t.Context(), func(tx bot.Tx) error { return tx.MoveJob(id, w.clock.Now().Add(-time.Hour)) })
	if err != nil {
		w.t.Fatal(err)
	}
	j, err := w.store.ClaimJob(w.t.Context(), w.clock.Now(), time.Minute)
	if err != nil || j.ID != id {
		w.t.Fatalf("ClaimJob = %s, %v, want %s", j.ID, err, id)
	}
	if err := w.store.Update(w.t.Context(), func(tx bot.Tx) error { return tx.FinishJob(j) }); err != nil {
		w.t.Fatal(err)
	}
}

func TestACasusWhoseJobWasLostIsFoundWithinADay(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.close(casus)
	w.round()
	w.finishJob("retain:" + string(casus.Ref))
	w.clock.Advance(24 * time.Hour)
	w.round()
	w.later(7)
	if got := w.casus(casus.Ref).Status; got != bot.Archived {
		t.Errorf("it is %s, want archived", got)
	}
}

func TestThePlanNamesOnlyWhatIsDueAndLooksAhead(t *testing.T) {
	w := newWorld(t)
	quiet, closing := w.open(newCasus()), w.open(newCasus())
	w.close(closing)
	refs := func(at time.Time) (refs []bot.Ref) {
		plan, err := w.bot.Plan(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range plan {
			refs = append(refs, d.Ref)
		}
		return refs
	}
	now := w.clock.Now()
	if got := refs(now); len(got) != 0 {
		t.Errorf("now: %v, want nothing", got)
	}
	if got := refs(now.AddDate(0, 0, 8)); !slices.Equal(got, []bot.Ref{closing.Ref}) {
		t.Errorf("in 8 days: %v, want the closed one", got)
	}
	if got := refs(now.AddDate(0, 0, 31)); len(got) != 2 || !slices.Contains(got, quiet.Ref) {
		t.Errorf("in 31 days: %v, want the quiet one too", got)
	}
	all, err := w.bot.PlanAll(t.Context(), now)
	if err != nil || len(all) != 2 || all[0].Action != "keep" {
		t.Errorf("PlanAll = %+v, %v; want both, waiting", all, err)
	}
}
