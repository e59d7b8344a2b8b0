package bot_test

import (
	"io/fs"
	"slices"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// compared lists what the log keeps of decisions that another bundle would have
// taken otherwise.
func (w *world) compared(ref bot.Ref) (all []bot.Entry) {
	w.t.Helper()
	w.view(func(tx bot.Tx) error {
		entries, err := tx.Entries(ref, 0, 0)
		for _, e := range entries {
			if e.Act == bot.ActRulesCompared {
				all = append(all, e)
			}
		}
		return err
	})
	return all
}

// relative adds somebody who reads along and represents nobody: the one whom the
// looser bundle lets bring in more.
func (w *world) relative(ref bot.Ref) {
	w.t.Helper()
	if err := w.store.Update(w.t.Context(), func(tx bot.Tx) error {
		c, err := tx.Casus(ref)
		if err != nil {
			return err
		}
		c.Private.Members = append(c.Private.Members, bot.Member{ID: "px", Account: nobody, Role: bot.Parent, Involved: true, Since: w.clock.Now()})
		if _, err := tx.SaveCasus(c); err != nil {
			return err
		}
		_, err = tx.Record(bot.Entry{Casus: ref, At: w.clock.Now(), Act: bot.ActMemberAdded, Outcome: "done"})
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
	if err := w.chat.AddToRoom(w.t.Context(), w.casus(ref).Room, nobody); err != nil {
		w.t.Fatal(err)
	}
	w.settle()
}

func (w *world) proposeRules(files fs.FS, want string) bot.Proposal {
	w.t.Helper()
	p, err := w.bot.ProposePolicy(w.t.Context(), files, "beheer")
	if err != nil || p.State != want {
		w.t.Fatalf("ProposePolicy = %s, %v; want %s", p.State, err, want)
	}
	w.settle()
	return p
}

// bring has the relative bring in something about health, which is refused.
func (w *world) bring(casus bot.Casus, name string) {
	w.t.Helper()
	_ = w.upload(nobody, casus.Room, name, "over gezondheid")
	w.classify(nobody, "health")
	if files := w.visible(ib, casus.Room); slices.Contains(files, name) {
		w.t.Fatalf("the room shows %v", files)
	}
}

func TestAWaitingBundleIsTriedOnRealDecisionsAndChangesNone(t *testing.T) {
	w := newWorld(t)
	w.startPolicy()
	casus := w.open(newCasus())
	w.discuss(casus)
	w.relative(casus.Ref)
	w.bring(casus, "voor.txt")
	if got := w.compared(casus.Ref); len(got) != 0 {
		t.Fatalf("compared without a waiting bundle: %+v", got)
	}

	p := w.proposeRules(changedBundle(t, looser...), bot.PolicyWaiting)
	w.bring(casus, "tijdens.txt") // would be let through
	_ = w.upload(carer, casus.Room, "verslag.txt", "een verslag")
	w.classify(carer, "health") // the same with both
	got := w.compared(casus.Ref)
	if len(got) != 1 {
		t.Fatalf("%d differences in the log, want one: %+v", len(got), got)
	}
	e := got[0]
	if e.Object != p.Hash || e.Policy != w.bot.Judge.Bundle().Identity() || e.Decision == "" || !slices.Equal(e.Reasons, []string{"from:refuse", "to:allow"}) {
		t.Errorf("the entry is %+v", e)
	}
	if n, err := w.bot.Compared(t.Context(), p.Hash); err != nil || n != 1 {
		t.Errorf("Compared = %d, %v; want 1", n, err)
	}

	// Another replica, or a bot after a crash, goes on comparing after its round.
	w.start()
	if err := w.bot.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.bring(casus, "replica.txt")
	if got := w.compared(casus.Ref); len(got) != 2 {
		t.Errorf("%d differences, want the one of another replica too", len(got))
	}

	// Who proposes it again on another day, and the FG, see the count.
	w.clock.Advance(24 * time.Hour)
	if again := w.proposeRules(changedBundle(t, looser...), bot.PolicyWaiting); again.Differed != 2 {
		t.Errorf("Differed = %d, want 2", again.Differed)
	}
	w.wantTold(officer, "2 echte beslissingen een andere uitkomst")
	w.press(officer, "Akkoord met deze regels")
	w.later(1)
	before := len(w.compared(casus.Ref))
	shown := len(w.visible(ib, casus.Room))
	_ = w.upload(nobody, casus.Room, "na.txt", "over gezondheid")
	w.classify(nobody, "health")
	if after := len(w.compared(casus.Ref)); after != before {
		t.Error("the bundle is compared with itself")
	}
	if len(w.visible(ib, casus.Room)) != shown+1 {
		t.Error("the approved bundle does not decide")
	}
}

func TestABundleWaitsAMonthAndNoLonger(t *testing.T) {
	w := newWorld(t)
	w.startPolicy()
	w.proposeRules(changedBundle(t, looser...), bot.PolicyWaiting)
	w.clock.Advance(32 * 24 * time.Hour)
	if err := w.bot.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	casus := w.open(newCasus())
	w.relative(casus.Ref)
	w.bring(casus, "laat.txt")
	if got := w.compared(casus.Ref); len(got) != 0 {
		t.Errorf("compared with a bundle that nobody can approve any more: %+v", got)
	}
}

func TestRetentionIsComparedOnceForAChange(t *testing.T) {
	w := newWorld(t)
	w.startPolicy()
	casus := w.open(newCasus())
	renamed := []change{{"retain.yaml", "R-OPEN", "R-STILL"}, {"tests/retain.yaml", "R-OPEN", "R-STILL"}}
	w.proposeRules(changedBundle(t, append(renamed, looser...)...), bot.PolicyWaiting)
	for range 5 {
		w.later(1)
		if err := w.bot.Round(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.settle()
	}
	got := w.compared(casus.Ref)
	if len(got) != 1 || !slices.Equal(got[0].Reasons, []string{"from:keep/R-OPEN", "to:keep/R-STILL"}) {
		t.Errorf("differences in five days: %+v, want the one", got)
	}
}
