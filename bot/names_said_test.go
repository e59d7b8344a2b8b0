package bot_test

import (
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

// An organisation writes the functions, tasks and names of its own people. Whatever
// stands there addresses nobody and links to nothing, in any message.
func TestWhatAnOrganisationCallsItsPeopleAddressesNobody(t *testing.T) {
	const trick = " @all [hier](https://kwaad.example)"
	w := newWorld(t)
	r := register()
	for i := range r.Organisations {
		r.Organisations[i].Name += trick
	}
	for i := range r.People {
		for j := range r.People[i].Appointments {
			a := &r.People[i].Appointments[j]
			a.Function, a.Task = a.Function+trick, a.Task+trick
		}
	}
	if err := w.bot.LoadRegister(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	values := newCasus()
	values["agreed_except"] = []string{string(doctor)}
	c := w.open(values)
	w.settle()
	for _, text := range []string{"status", "mijn", "regie", "afspraken", "leden", "kluis", "agenda", "waarom"} {
		for _, user := range []bot.UserID{ib, lpa, carer} {
			w.command(user, c.Room, "casus", text)
		}
	}
	w.command(officer, "common", "convenant", "partijen")
	w.command(ib, "common", "convenant", "medewerkers")
	left := bot.Event{ID: "left-1", Platform: bottest.ChatName, Channel: c.Room, Kind: bot.Left, User: lpa, By: lpa, At: w.clock.Now()}
	if err := w.bot.Receive(t.Context(), left); err != nil {
		t.Fatal(err)
	}
	w.settle()
	said := 0
	for _, user := range []bot.UserID{ib, lpa, carer, doctor, guide, officer} {
		texts := w.told(user)
		if seen, err := w.person(user).See(c.Room); err == nil {
			for _, s := range seen {
				texts = append(texts, s.Text)
			}
		}
		for _, text := range texts {
			said += strings.Count(text, "kwaad.example")
			if strings.Contains(text, "@all") || strings.Contains(text, "[hier](") {
				t.Errorf("%s reads %q", user, text)
			}
		}
	}
	if said < 10 {
		t.Errorf("the names were said %d times: too few to say anything", said)
	}
}
