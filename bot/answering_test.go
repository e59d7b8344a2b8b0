package bot_test

import (
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// asks has user note a request about somebody.
func (w *world) asks(user bot.UserID, room bot.ChannelID, kind, about string) {
	w.t.Helper()
	w.command(user, room, "casus", "gegevens")
	if a := w.send(user, map[string][]string{"kind": {kind}, "about": {about}, "text": {"Dit is wat er wordt gevraagd."}}); len(a.Errors) > 0 {
		w.t.Fatalf("request: %+v", a)
	}
}

func (w *world) decides(user bot.UserID, values map[string][]string) bot.FormAnswer {
	w.t.Helper()
	w.press(user, "Afhandelen")
	return w.send(user, values)
}

func TestAnObjectionStopsWhatIsSharedUntilItWasDecided(t *testing.T) {
	for outcome, after := range map[string]int{"rejected": 1, "upheld": 0} {
		t.Run(outcome, func(t *testing.T) {
			w := newWorld(t)
			casus := w.open(newCasus())
			w.asks(ib, casus.Room, "objection", "yp")
			seen, err := w.person(lpa).See(casus.Room)
			if err != nil || !strings.Contains(seen[len(seen)-1].Text, "er is bezwaar gemaakt") || strings.Contains(seen[len(seen)-1].Text, "wat er wordt gevraagd") {
				t.Errorf("the room reads %+v, %v; want that there is an objection and not why", seen[len(seen)-1], err)
			}
			err = w.upload(ib, casus.Room, "verzuim.txt", "drie dagen afwezig")
			if got := w.visible(lpa, casus.Room); len(got) != 0 || err == nil || !strings.Contains(err.Error(), "bezwaar gemaakt tegen het gebruik van gegevens over de jongere") {
				t.Fatalf("in spite of an objection: %v, %v", got, err)
			}
			if a := w.decides(officer, map[string][]string{"outcome": {outcome}, "note": {"Er geldt een wettelijke taak."}}); len(a.Errors) > 0 {
				t.Fatalf("decide: %+v", a)
			}
			w.wantTold(ib, "Er geldt een wettelijke taak.")
			w.wantTold(ib, "Geef dit antwoord door")
			if outcome == "rejected" {
				w.wantTold(ib, "klacht indienen")
				_ = w.upload(ib, casus.Room, "verzuim2.txt", "vier dagen afwezig")
				w.classify(ib, "ordinary")
			} else {
				_ = w.upload(ib, casus.Room, "verzuim2.txt", "vier dagen afwezig")
			}
			if got := w.visible(lpa, casus.Room); len(got) != after {
				t.Errorf("after %s the room shows %v, want %d files", outcome, got, after)
			}
		})
	}
}

func TestAnObjectionOfAParentStopsOnlyWhatIsAboutThem(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.asks(ib, casus.Room, "objection", "g1")
	_ = w.upload(ib, casus.Room, "verzuim.txt", "drie dagen afwezig")
	w.classify(ib, "ordinary")
	if got := w.visible(lpa, casus.Room); len(got) != 1 {
		t.Errorf("a file about the young person alone: %v, want it shared", got)
	}
}

func TestAnObjectionStopsAFileThatWasApprovedAndWaits(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.chat.Fail = func(call string) error {
		if call == "PostFile" {
			return bot.ErrUnavailable
		}
		return nil
	}
	_ = w.upload(ib, casus.Room, "verzuim.txt", "drie dagen afwezig")
	w.classify(ib, "ordinary")
	w.asks(ib, casus.Room, "objection", "yp")
	w.chat.Fail = nil
	w.clock.Advance(5 * time.Minute)
	w.settle()
	if got := w.visible(lpa, casus.Room); len(got) != 0 {
		t.Errorf("posted in spite of an objection: %v", got)
	}
}

func TestACorrectionStandsBesideTheItemAndEverybodyWhoReadsItIsTold(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	_ = w.upload(ib, casus.Room, "verzuim.txt", "drie dagen afwezig")
	w.classify(ib, "ordinary")
	item := "file-" + string(w.files(casus.Ref)[0].ID)
	w.asks(ib, casus.Room, "correction", "yp")
	values := map[string][]string{"outcome": {"corrected"}, "note": {"De school had het verkeerd genoteerd."}, "item": {"file-unknown"}, "correction": {"Het was één dag."}}
	if a := w.decides(officer, values); a.Errors["item"] == "" {
		t.Fatalf("beside something that is not there: %+v", a)
	}
	values["item"], values["correction"] = []string{item}, nil
	if a := w.send(officer, values); a.Errors["correction"] == "" {
		t.Fatalf("without a word: %+v", a)
	}
	values["correction"] = []string{"Het was één dag."}
	if a := w.send(officer, values); len(a.Errors) > 0 {
		t.Fatalf("correct: %+v", a)
	}
	seen, err := w.person(lpa).See(casus.Room)
	if err != nil || !strings.Contains(seen[len(seen)-1].Text, "correctie bij Bestand: document-C-2026-0001-2026-03-02.txt") {
		t.Errorf("the room reads %+v, %v", seen[len(seen)-1], err)
	}
	w.wantTold(ib, "Verbeterd of aangevuld")
	// It goes along with the item wherever that goes.
	w.close(casus)
	w.press(ib, "Kies wat wij overnemen")
	w.send(ib, map[string][]string{"items": {item}, "ground": {"pupil_file"}})
	if page := mustUnzip(t, w.given(ib)[0].Data)["overzicht.html"]; !strings.Contains(page, "Het was één dag.") {
		t.Errorf("what is taken over lacks the correction:\n%s", page)
	}
}

func TestARequestThatIsTooLateIsToldToTheFGEveryDay(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.asks(ib, casus.Room, "correction", "g1")
	w.later(34)
	n := 0
	for _, s := range w.told(officer) {
		if strings.Contains(s, "Te laat: Verzoek om correctie") {
			n++
		}
	}
	if n < 2 {
		t.Errorf("the FG was told %d times that it is too late, want every day", n)
	}
	late := false
	w.view(func(tx bot.Tx) error {
		entries, err := tx.Entries(casus.Ref, 0, 0)
		for _, e := range entries {
			late = late || e.Act == bot.ActReminded && strings.Contains(strings.Join(e.Reasons, " "), "overdue")
		}
		return err
	})
	if !late {
		t.Error("the log does not say that it is overdue")
	}
	if a := w.decides(officer, map[string][]string{"outcome": {"rejected"}, "note": {"De gegevens kloppen volgens de bron."}}); len(a.Errors) > 0 {
		t.Fatalf("decide: %+v", a)
	}
	told := len(w.told(officer))
	w.later(3)
	if got := len(w.told(officer)); got != told {
		t.Errorf("after it was decided the FG was told %d times more", got-told)
	}
}
