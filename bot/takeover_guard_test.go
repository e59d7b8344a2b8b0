package bot_test

import (
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
)

// Everything here was found by breaking what it guards: nothing noticed.

// alter changes a casus behind the back of whoever has a form open.
func (w *world) alter(ref bot.Ref, f func(*bot.Casus)) {
	w.t.Helper()
	must(w.t, w.store.Update(w.t.Context(), func(tx bot.Tx) error {
		c, err := tx.Casus(ref)
		if err != nil {
			return err
		}
		f(&c)
		_, err = tx.SaveCasus(c)
		return err
	}))
}

// chooses sends the choice of lpa, and leaves the handing over for later.
func (w *world) chooses(items ...string) {
	w.t.Helper()
	w.press(lpa, "Kies wat wij overnemen")
	a, err := w.person(lpa).Send(map[string][]string{"items": items, "ground": {"absence"}})
	if err != nil || len(a.Errors) != 0 {
		w.t.Fatalf("choose: %+v, %v", a, err)
	}
}

func TestWhoLeftBetweenChoosingAndHandingOverGetsNothing(t *testing.T) {
	t.Parallel()
	for _, leaves := range []bool{false, true} {
		w := newWorld(t)
		casus := w.shared()
		w.chooses("agreements")
		if leaves {
			w.alter(casus.Ref, func(c *bot.Casus) {
				kept := c.Private.Members[:0:0]
				for _, m := range c.Private.Members {
					if m.Account != lpa {
						kept = append(kept, m)
					}
				}
				c.Private.Members = kept
			})
		}
		w.settle()
		if got := len(w.given(lpa)); (got == 0) != leaves {
			t.Errorf("left: %v; %d files were given", leaves, got)
		}
	}
}

func TestAFileWithdrawnBetweenChoosingAndHandingOverStaysBehind(t *testing.T) {
	t.Parallel()
	for _, withdrawn := range []bool{false, true} {
		w := newWorld(t)
		casus := w.shared()
		file := w.files(casus.Ref)[0].ID
		w.chooses("agreements", "file-"+string(file))
		if withdrawn {
			w.changeFile(file, func(f *bot.File) { f.State = bot.Withdrawn })
		}
		w.settle()
		got := w.given(lpa)
		if len(got) != 1 {
			t.Fatalf("withdrawn: %v; %d archives were given, want one", withdrawn, len(got))
		}
		along := false
		for _, content := range mustUnzip(t, got[0].Data) {
			along = along || strings.Contains(content, "drie dagen afwezig")
		}
		if along == withdrawn {
			t.Errorf("withdrawn: %v; the file went along: %v", withdrawn, along)
		}
	}
}

func TestWhatOneOrganisationTakesOverIsNotWrittenDownForAnother(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	casus := w.shared()
	w.press(lpa, "Kies wat wij overnemen")
	for field, form := range map[string]map[string][]string{
		"items": {"items": {}, "ground": {"absence"}},
		"why":   {"items": {"talk"}, "ground": {"other"}, "why": {"ja"}},
		"key":   {"items": {"talk"}, "ground": {"absence"}, "key": {"no key at all"}},
	} {
		if a := w.send(lpa, form); a.Errors[field] == "" {
			t.Errorf("%s: %+v", field, a)
		}
	}
	w.send(lpa, map[string][]string{"items": {"talk", "talk"}, "ground": {"absence"}})
	w.press(ib, "Kies wat wij overnemen")
	w.send(ib, map[string][]string{"items": {"agreements"}, "ground": {"pupil_file"}})
	taken := map[bot.OrgID]string{}
	for _, h := range w.casus(casus.Ref).Private.Handovers {
		for _, one := range h.Taken {
			taken[h.Organisation] += one.Item + " on " + one.Ground + ";"
		}
	}
	mine := func(user bot.UserID) bot.OrgID {
		for _, m := range casus.Private.Members {
			if m.Account == user {
				return m.Organisation
			}
		}
		return ""
	}
	if len(taken) != 2 || taken[mine(lpa)] != "talk on absence;" || taken[mine(ib)] != "agreements on pupil_file;" {
		t.Errorf("taken over: %v", taken)
	}
}

func TestOneOrganisationsWaitIsNotAnothersAndComesTooLateOnceErasingBegan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	casus := w.shared()
	w.handedOver(casus.Ref)
	w.later(25)
	w.press(doctor, "Wacht met vernietigen")
	if a := w.send(doctor, map[string][]string{"days": {"7"}, "reason": {"ja"}}); a.Errors["reason"] == "" {
		t.Errorf("without a reason: %+v", a)
	}
	if a := w.send(doctor, map[string][]string{"days": {"0"}, "reason": {"Het dossier is nog niet klaar."}}); a.Errors["days"] == "" {
		t.Errorf("for no days: %+v", a)
	}
	w.send(doctor, map[string][]string{"days": {"14"}, "reason": {"Het dossier is nog niet klaar."}})
	waits := func() (n int) {
		for _, h := range w.casus(casus.Ref).Private.Handovers {
			if !h.Wait.Until.IsZero() {
				n++
			}
		}
		return n
	}
	if n := waits(); n != 1 {
		t.Fatalf("%d organisations wait, want the one that asked", n)
	}
	w.press(lpa, "Wacht met vernietigen")
	w.send(lpa, map[string][]string{"days": {"7"}, "reason": {"Wij zoeken het nog uit."}})
	if n := waits(); n != 2 {
		t.Errorf("%d organisations wait, want two: each has its own", n)
	}
	w.press(ib, "Wacht met vernietigen")
	w.alter(casus.Ref, func(c *bot.Casus) { c.ErasingSince = w.clock.Now() })
	a, err := w.person(ib).Send(map[string][]string{"days": {"7"}, "reason": {"Wij zoeken het nog uit."}})
	if err != nil || len(a.Errors) == 0 && a.Text == "" || waits() != 2 {
		t.Errorf("once erasing began: %+v, %v; %d wait", a, err, waits())
	}
}
