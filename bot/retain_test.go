package bot_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

func (w *world) close(casus bot.Casus) {
	w.t.Helper()
	w.command(ib, casus.Room, "casus", "sluit")
	w.press(ib, "Ja, sluiten")
	if got := w.casus(casus.Ref).Status; got != bot.Closed {
		w.t.Fatalf("status after closing = %s", got)
	}
}

// handedOver has somebody of every organisation confirm that they took over what
// they must keep.
func (w *world) handedOver(ref bot.Ref) {
	w.t.Helper()
	for _, m := range w.casus(ref).Private.Members {
		w.press(m.Account, "Wij hebben overgenomen")
	}
	for _, h := range w.casus(ref).Private.Handovers {
		if h.ConfirmedAt.IsZero() {
			w.t.Fatalf("%s has not handed over", h.Organisation)
		}
	}
}

func TestNothingIsErasedUntilEveryOrganisationTookOverWhatItMustKeep(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.close(casus)
	w.later(40)
	if got := w.casus(casus.Ref).Status; got != bot.Archived {
		t.Fatalf("without any confirmation it is %s, want archived and kept", got)
	}
	for _, user := range []bot.UserID{ib, lpa, carer} {
		w.press(user, "Wij hebben overgenomen")
		w.wantTold(user, "heeft overgenomen wat zij zelf moet bewaren")
	}
	w.press(ib, "Wij hebben overgenomen")
	w.later(1)
	if got := w.casus(casus.Ref).Status; got != bot.Archived {
		t.Errorf("with one organisation missing it is %s, want archived and kept", got)
	}
	if got := w.count(casus.Ref, bot.ActHandedOver); got != 3 {
		t.Errorf("the log has %d confirmations, want each once: %v", got, w.acts(casus.Ref))
	}
	w.press(doctor, "Wij hebben overgenomen")
	w.later(1)
	if w.count(casus.Ref, bot.ActErased) != 1 {
		t.Errorf("with every confirmation it was not erased: %v", w.acts(casus.Ref))
	}
}

func TestFromClosingToErasing(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	kept := w.open(newCasus())
	_ = w.upload(ib, casus.Room, "verzuim.txt", "drie dagen afwezig")
	w.classify(ib, "ordinary")
	w.close(casus)
	w.handedOver(casus.Ref)

	if err := w.upload(ib, casus.Room, "laat.txt", "x"); err == nil {
		t.Error("a closed casus took a file")
	}
	w.later(6)
	if got := w.casus(casus.Ref).Status; got != bot.Closed {
		t.Errorf("after 6 days it is %s, want closed", got)
	}
	w.later(1)
	if got := w.casus(casus.Ref).Status; got != bot.Archived {
		t.Errorf("after 7 days it is %s, want archived", got)
	}
	w.later(8)
	if !w.casus(casus.Ref).ErasureAnnouncedAt.IsZero() {
		t.Error("announced before 16 days, the term of 30 less 14")
	}
	w.later(1)
	if w.casus(casus.Ref).ErasureAnnouncedAt.IsZero() {
		t.Error("after 16 days no announcement was made")
	}
	w.wantTold(carer, "wordt vernietigd")
	w.later(13)
	if got := w.casus(casus.Ref).Status; got == bot.Erased {
		t.Error("erased before its term")
	}
	w.later(3)
	var c bot.Casus
	err := w.store.View(t.Context(), func(tx bot.Tx) (err error) { c, err = tx.Casus(casus.Ref); return err })
	if !errors.Is(err, bot.ErrGone) && c.Status != bot.Erased {
		t.Fatalf("after the term: %s, %v; want it erased", c.Status, err)
	}
	w.view(func(tx bot.Tx) error {
		r, err := tx.Receipt(casus.Ref)
		if err == nil && (r.Files != 1 || r.Posts < 2 || r.Policy == "") {
			t.Errorf("receipt = %+v, want the file and the posts counted", r)
		}
		return err
	})
	if _, err := w.chat.RoomMembers(t.Context(), casus.Room); !errors.Is(err, bot.ErrNotFound) {
		t.Errorf("the room is still there: %v", err)
	}
	w.wantTold(carer, "is vernietigd")
	// What must survive an erasure.
	if got := w.casus(kept.Ref); got.Status != bot.Open || got.Private.Purpose == "" {
		t.Errorf("the other casus = %s %q, want it as it was", got.Status, got.Private.Purpose)
	}
	acts := w.acts(casus.Ref)
	for _, act := range []string{"casus_closed", "archived", "erasure_announced", "erased"} {
		if !slices.Contains(acts, act) {
			t.Errorf("the log has no %s: %v", act, acts)
		}
	}
}

func TestAHoldWins(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.close(casus)
	w.handedOver(casus.Ref)
	w.later(20)
	w.command(officer, casus.Room, "casus", "bewaar")
	if answer := w.send(officer, map[string][]string{"reason": {"kort"}}); answer.Errors["reason"] == "" {
		t.Errorf("a hold without a real reason: %+v", answer)
	}
	w.send(officer, map[string][]string{"reason": {"Klacht van de ouders loopt nog."}})
	w.later(40)
	if got := w.casus(casus.Ref).Status; got != bot.Archived {
		t.Errorf("a held casus is %s, want archived and kept", got)
	}
	plan, err := w.bot.PlanAll(t.Context(), w.clock.Now())
	if err != nil || len(plan) != 1 || plan[0].Action != "keep" {
		t.Errorf("plan = %+v, %v; want keep", plan, err)
	}
}

func TestAHoldThatComesAfterErasingBeganIsRefusedOpenly(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.command(officer, casus.Room, "casus", "bewaar")
	if err := w.store.Update(t.Context(), func(tx bot.Tx) error {
		c, err := tx.Casus(casus.Ref)
		if err != nil {
			return err
		}
		c.ErasingSince = w.clock.Now()
		_, err = tx.SaveCasus(c)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	answer := w.send(officer, map[string][]string{"reason": {"Klacht van de ouders loopt nog."}})
	if !strings.Contains(answer.Errors["reason"], "kan niet meer worden gestopt") {
		t.Errorf("answer = %+v, want it to say that it is too late", answer)
	}
}

func TestOnlyTheProcesregisseurCloses(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.command(carer, casus.Room, "casus", "sluit")
	w.wantTold(carer, "Dit kan alleen de procesregisseur")
	if got := w.casus(casus.Ref).Status; got != bot.Open {
		t.Errorf("status = %s, want open", got)
	}
	if w.count(casus.Ref, bot.ActRefused) != 1 {
		t.Errorf("log = %v, want the refused attempt", w.acts(casus.Ref))
	}
}

func TestThePlanSaysWhatIsDueAndChangesNothing(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.close(casus)
	closed := w.casus(casus.Ref)
	plan, err := w.bot.Plan(t.Context(), closed.ClosedAt.AddDate(0, 0, 7))
	if err != nil || len(plan) != 1 || plan[0].Action != "archive" || !plan[0].DueAt.Equal(closed.ClosedAt.AddDate(0, 0, 7)) {
		t.Errorf("plan = %+v, %v; want archive after 7 days", plan, err)
	}
	if w.casus(casus.Ref).Version != closed.Version {
		t.Error("planning changed the casus")
	}
}

func TestTheBrakeStopsARunBeforeItTouchesAnything(t *testing.T) {
	w := newWorld(t)
	for range 3 {
		w.close(w.open(newCasus()))
	}
	w.clock.Advance(8 * 24 * time.Hour)
	due, err := w.bot.RunDue(t.Context(), 2)
	if !errors.Is(err, bot.ErrForbidden) || len(due) != 3 {
		t.Errorf("RunDue = %d due, %v; want 3 and ErrForbidden", len(due), err)
	}
	if due, err = w.bot.RunDue(t.Context(), 3); err != nil || len(due) != 3 {
		t.Fatalf("RunDue = %d due, %v", len(due), err)
	}
	w.settle()
	for _, ref := range w.refs() {
		if got := w.casus(ref).Status; got != bot.Archived {
			t.Errorf("%s is %s, want archived", ref, got)
		}
	}
}

// An erasure that had failed too often used to stay undone for ever.
func TestAnErasureThatWasPutBeforeAPersonIsTriedByTheNextRun(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.close(casus)
	w.handedOver(casus.Ref)
	w.chat.Fail = func(call string) error {
		if call == "EraseRoom" {
			return bot.ErrForbidden
		}
		return nil
	}
	w.later(60)
	if w.count(casus.Ref, bot.ActErased) != 0 {
		t.Fatal("erased although the platform forbids it")
	}
	w.chat.Fail = nil
	if _, err := w.bot.RunDue(t.Context(), 1); err != nil {
		t.Fatalf("RunDue: %v", err)
	}
	w.settle()
	if w.count(casus.Ref, bot.ActErased) != 1 {
		t.Errorf("after a run it is not erased: %v", w.acts(casus.Ref))
	}
}
