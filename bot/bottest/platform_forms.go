package bottest

import (
	"slices"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
)

// formTests are about forms and buttons.
var formTests = []platformTest{
	{"a form is shown, its errors too, and it is sent once", func(t testing.TB, b *scene) {
		form := bot.Form{Ticket: "form-1", Title: "Nieuw overleg", Send: "Openen", Fields: []bot.Field{
			{Name: "purpose", Label: "Doel", Kind: bot.ShortText},
			{Name: "born", Label: "Geboortedatum", Kind: bot.Date},
			{Name: "kind", Label: "Soort overleg", Kind: bot.Choice, Options: []bot.Option{{Value: "mdo", Label: "MDO"}, {Value: "zat", Label: "ZAT"}}},
			{Name: "who", Label: "Wie", Kind: bot.Users, Many: true},
			{Name: "kinds", Label: "Soorten", Kind: bot.Choices, Optional: true, Options: []bot.Option{{Value: "health", Label: "Gezondheid"}, {Value: "ordinary", Label: "Gewoon"}}},
			{Name: "sure", Label: "Zeker", Kind: bot.Tick, Optional: true},
		}}
		got := make(chan bot.Submission, 2)
		b.Incoming.Answer(nil, nil, func(s bot.Submission) (bot.FormAnswer, error) {
			got <- s
			if s.Value("purpose") == "x" {
				return bot.FormAnswer{Errors: map[string]string{"purpose": "Schrijf een hele zin."}}, nil
			}
			return bot.FormAnswer{Text: "Het overleg is gemaakt."}, nil
		})
		if err := b.People[0].Command(b.Common, "casus", "nieuw"); err != nil {
			t.Fatalf("Command: %v", err)
		}
		e, err := b.Incoming.Await(b.ctx(t), func(e bot.Event) bool { return e.Kind == bot.Command && e.Text == "nieuw" })
		if err != nil {
			t.Fatalf("no command: %v", err)
		}
		if err := b.Platform.OpenForm(b.ctx(t), e.Trigger, form); err != nil {
			t.Fatalf("OpenForm: %v", err)
		}
		shown, err := b.People[0].OpenForm()
		if err != nil {
			t.Fatalf("the person sees no form: %v", err)
		}
		if shown.Title != form.Title || len(shown.Fields) != len(form.Fields) {
			t.Fatalf("the person sees %+v, want %+v", shown, form)
		}
		values := map[string][]string{
			"purpose": {"x"}, "born": {"2013-05-01"}, "kind": {"zat"},
			"who": {string(b.People[1].ID()), string(b.People[2].ID())}, "kinds": {"health"}, "sure": {"true"},
		}
		answer, err := b.People[0].Send(values)
		if err != nil || answer.Errors["purpose"] != "Schrijf een hele zin." {
			t.Fatalf("Send with a mistake = %+v, %v; want the error at its field", answer, err)
		}
		values["purpose"] = []string{"Samen een plan maken"}
		if answer, err = b.People[0].Send(values); err != nil || len(answer.Errors) != 0 {
			t.Fatalf("Send = %+v, %v", answer, err)
		}
		<-got
		s := <-got
		if s.User != b.People[0].ID() || s.Ticket != "form-1" {
			t.Errorf("submission by %q with ticket %q, want %q and form-1", s.User, s.Ticket, b.People[0].ID())
		}
		for field, want := range values {
			if !slices.Equal(s.Values[field], want) {
				t.Errorf("%s = %v, want %v", field, s.Values[field], want)
			}
		}
	}},
	{"a form that a platform cannot show is an error", func(t testing.TB, b *scene) {
		if err := b.Platform.OpenForm(b.ctx(t), "no-such-trigger", bot.Form{Ticket: "f", Title: "Titel", Send: "Ja",
			Fields: []bot.Field{{Name: "a", Label: "A", Kind: bot.ShortText}}}); err == nil {
			t.Error("OpenForm with an unknown trigger: no error")
		}
		long := strings.Repeat("x", 25)
		if err := b.Platform.OpenForm(b.ctx(t), "no-such-trigger", bot.Form{Ticket: "f", Title: long, Send: "Ja",
			Fields: []bot.Field{{Name: "a", Label: "A", Kind: bot.ShortText}}}); err == nil {
			t.Error("OpenForm with a title that is too long: no error")
		}
	}},
	{"a pressed button reaches the bot with its ticket", func(t testing.TB, b *scene) {
		id := b.room(t, b.People[0])
		m, err := b.Platform.Post(b.ctx(t), id, bot.Message{Text: "Weet je het zeker?", Buttons: []bot.Button{{Label: "Ja, zeker", Ticket: "ticket-7"}}}, "ask")
		if err != nil {
			t.Fatalf("Post: %v", err)
		}
		if err := b.People[0].Press(m, "Ja, zeker"); err != nil {
			t.Fatalf("Press: %v", err)
		}
		if _, err := b.Incoming.Await(b.ctx(t), func(e bot.Event) bool {
			return e.Kind == bot.Pressed && e.Ticket == "ticket-7" && e.User == b.People[0].ID() && e.Channel == id
		}); err != nil {
			t.Errorf("the press did not arrive: %v", err)
		}
	}},
}
