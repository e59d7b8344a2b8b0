package bot_test

import (
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/suppose"
)

// mayShare walks through both forms and returns the answer.
func (w *world) mayShare(user bot.UserID, channel bot.ChannelID, first, second map[string][]string) string {
	w.t.Helper()
	w.command(user, channel, "convenant", "mag-ik-delen")
	if a := w.send(user, first); a.Next == nil {
		w.t.Fatalf("the first form led to %+v", a)
	}
	a := w.send(user, second)
	if len(a.Errors) > 0 || a.Text == "" {
		w.t.Fatalf("the second form led to %+v", a)
	}
	return a.Text
}

func firstForm(sector, about string) map[string][]string {
	return map[string][]string{"sector": {sector}, "about": {about}}
}

func secondForm(kind, with, why string) map[string][]string {
	return map[string][]string{"kinds": {kind}, "with": {with}, "why": {why}}
}

func TestTheGuidedFlowKnowsWhoAsks(t *testing.T) {
	for user, want := range map[bot.UserID]string{ib: "education", lpa: "attendance", doctor: "youth_health", nobody: "", officer: ""} {
		w := newWorld(t)
		w.command(user, "common", "convenant", "mag-ik-delen")
		f, err := w.person(user).OpenForm()
		if err != nil || len(f.Fields) != 2 {
			t.Fatalf("%s: the form is %+v, %v", user, f, err)
		}
		if got := strings.Join(f.Fields[0].Default, ""); got != want {
			t.Errorf("%s: the sector is %q, want %q", user, got, want)
		}
		if f.Fields[1].Options[0].Value != suppose.Under12 {
			t.Errorf("%s: outside a room a casus is offered: %+v", user, f.Fields[1].Options)
		}
	}
}

func TestTheGuidedFlowEndsInAVerdictTheConsentsAndTheWayToRecordThem(t *testing.T) {
	for _, c := range []struct {
		name          string
		first, second map[string][]string
		want          []string
		not           string
	}{
		{"a school, health, 13", firstForm("education", suppose.From12), secondForm("health", "inside", "overleg"),
			[]string{"Delen mag alleen met toestemming", "iedereen met gezag", "`/casus toestemming`", "interpretatie"}, "Delen mag niet"},
		{"a school, ordinary, 8", firstForm("education", suppose.Under12), secondForm("ordinary", "inside", "overleg"),
			[]string{"instemt met het overleg", "`/casus nieuw`"}, "`/casus toestemming`"},
		{"a BSN", firstForm("education", suppose.From16), secondForm("bsn", "inside", "overleg"), []string{"Delen mag niet", "burgerservicenummer"}, "Zo leg je"},
		{"attendance, ordinary, inside", firstForm("attendance", suppose.From12), secondForm("ordinary", "inside", "overleg"), []string{"Delen mag."}, "Zo leg je"},
		{"attendance, ordinary, outside", firstForm("attendance", suppose.From12), secondForm("ordinary", "outside", "overleg"), []string{"Delen mag niet"}, "Delen mag."},
		{"a duty of the law", firstForm("attendance", suppose.From12), secondForm("ordinary", "outside", "law"), []string{"wettelijke plicht"}, "Delen mag"},
		{"safety", firstForm("education", suppose.Under12), secondForm("health", "outside", "safety"), []string{"0800-2000"}, "Delen mag"},
		{"something else", firstForm("education", suppose.Under12), secondForm("ordinary", "inside", "other"), []string{"Deel ze niet"}, "Delen mag"},
	} {
		w := newWorld(t)
		got := w.mayShare(ib, "common", c.first, c.second)
		for _, part := range c.want {
			if !strings.Contains(got, part) {
				t.Errorf("%s: the answer does not say %q:\n%s", c.name, part, got)
			}
		}
		if strings.Contains(got, c.not) {
			t.Errorf("%s: the answer says %q:\n%s", c.name, c.not, got)
		}
	}
}

func TestInARoomTheGuidedFlowIsAboutItsCasusAndLeadsToTheForm(t *testing.T) {
	w := newWorld(t)
	c := w.open(newCasus())
	w.command(ib, c.Room, "casus", "fase F3")
	got := w.mayShare(ib, c.Room, firstForm("education", "casus"), secondForm("health", "inside", "overleg"))
	for _, part := range []string{"In casus " + string(c.Ref), "Dit mag je nog niet delen", "moeder en vader"} {
		if !strings.Contains(got, part) {
			t.Errorf("the answer does not say %q:\n%s", part, got)
		}
	}
	w.press(ib, "Toestemming vastleggen")
	f, err := w.person(ib).OpenForm()
	if err != nil || f.Fields[0].Name != "giver" {
		t.Errorf("the button opened %+v, %v; want the form for a consent", f, err)
	}
	// With somebody else's sector or with others reading along it is not about what
	// is recorded here.
	got = w.mayShare(ib, c.Room, firstForm("education", "casus"), secondForm("health", "outside", "overleg"))
	if strings.Contains(got, string(c.Ref)) || !strings.Contains(got, "12 tot en met 15 jaar") {
		t.Errorf("outside: %s", got)
	}
}

func TestWhoIsNoMemberCannotAskAboutACasus(t *testing.T) {
	w := newWorld(t)
	c := w.open(newCasus())
	w.command(ib, c.Room, "convenant", "mag-ik-delen")
	if a := w.send(ib, firstForm("education", "casus")); a.Next == nil {
		t.Fatalf("the first form led to %+v", a)
	}
	must(t, w.store.Update(t.Context(), func(tx bot.Tx) error {
		casus, err := tx.Casus(c.Ref)
		if err != nil {
			return err
		}
		casus.Private.Members = casus.Private.Members[1:]
		_, err = tx.SaveCasus(casus)
		return err
	}))
	if a := w.send(ib, secondForm("health", "inside", "overleg")); a.Errors[""] == "" || strings.Contains(a.Text, "moeder") {
		t.Errorf("somebody who left reads %+v", a)
	}
	w.command(guide, "common", "convenant", "mag-ik-delen")
	if a := w.send(guide, firstForm("swv", "casus")); a.Errors["about"] == "" {
		t.Errorf("a casus was chosen outside its room: %+v", a)
	}
}

func TestAStepLeftEmptyIsAskedAgain(t *testing.T) {
	w := newWorld(t)
	w.command(ib, "common", "convenant", "mag-ik-delen")
	if a := w.send(ib, firstForm("", suppose.Under12)); a.Errors["sector"] == "" {
		t.Errorf("without a sector: %+v", a)
	}
	if a := w.send(ib, firstForm("education", suppose.Under12)); a.Next == nil {
		t.Fatalf("the first form led to %+v", a)
	}
	for field, values := range map[string]map[string][]string{"kinds": secondForm("", "inside", "overleg"), "with": secondForm("health", "", "overleg"), "why": secondForm("health", "inside", "")} {
		if a := w.send(ib, values); a.Errors[field] == "" {
			t.Errorf("without %s: %+v", field, a)
		}
	}
}
