package bot_test

import (
	"slices"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
)

// Who has two functions could begin a series and never finish its form: it did not
// ask in which of them they come.
func TestASeriesAsksWhoHasTwoFunctionsInWhichOneTheyCome(t *testing.T) {
	w := newWorld(t)
	c := w.open(newCasus())
	w.command(ib, c.Room, "casus", "kring")
	if a := w.send(ib, map[string][]string{"name": {"ZAT onderbouw"}}); len(a.Errors) > 0 {
		t.Fatal(a.Errors)
	}
	w.alsoAppoint(ib, "gemeente", bot.NeighbourhoodTeam, "gezinsspecialist")
	w.command(ib, "common", "casus", "reeks")
	form, err := w.person(ib).OpenForm()
	if err != nil {
		t.Fatalf("%v: %v", err, w.told(ib))
	}
	w.send(ib, map[string][]string{"circle": form.Fields[0].Default})
	if form, err = w.person(ib).OpenForm(); err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(form.Fields, func(f bot.Field) bool { return f.Name == "acts_as" }) {
		t.Fatal("the form of a series does not ask in which function its sender comes")
	}
	if a := w.send(ib, newCasus()); a.Errors["acts_as"] == "" {
		t.Errorf("sent without: %+v, want a sentence there", a)
	}
	if a := w.send(ib, newCasus(func(v map[string][]string) { v["acts_as"] = []string{"a-ib"} })); len(a.Errors) > 0 {
		t.Errorf("sent with: %v", a.Errors)
	}
	if n := len(w.refs()); n != 2 {
		t.Errorf("%d casussen, want 2", n)
	}
}
