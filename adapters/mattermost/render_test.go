package mattermost

import (
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
)

// A dialog that breaks a limit is taken by the server and shown by no client,
// so each limit is an error before it is sent.
func TestAFormThatNoClientWouldShowIsAnError(t *testing.T) {
	good := func() bot.Form {
		return bot.Form{Ticket: "t", Title: "Titel", Send: "Ja", Fields: []bot.Field{
			{Name: "a", Label: "Naam", Kind: bot.ShortText},
			{Name: "b", Label: "Keuze", Kind: bot.Choice, Options: []bot.Option{{Value: "x", Label: "X"}, {Value: "y", Label: "Y"}}},
			{Name: "c", Label: "Keuzes", Kind: bot.Choices, Options: []bot.Option{{Value: "x", Label: "X"}, {Value: "y", Label: "Y"}}, Default: []string{"x", "y"}},
			{Name: "d", Label: "Wie", Kind: bot.Users, Many: true},
			{Name: "e", Label: "Dag", Kind: bot.Date, Default: []string{"2026-03-02"}},
			{Name: "f", Label: "Zeker", Kind: bot.Tick},
			{Name: "g", Label: "Uitleg", Kind: bot.LongText, Max: 500},
		}}
	}
	d, err := renderForm(good())
	if err != nil {
		t.Fatalf("renderForm: %v", err)
	}
	if d.Dialog.State != "t|c,d" {
		t.Errorf("state %q, want the ticket and the fields of which several can be chosen", d.Dialog.State)
	}
	x := strings.Repeat
	for name, change := range map[string]func(f *bot.Form){
		"a title of 25":                   func(f *bot.Form) { f.Title = x("x", 25) },
		"a title of 24 with an accent":    func(f *bot.Form) { f.Title = x("x", 23) + "é" },
		"no title":                        func(f *bot.Form) { f.Title = "" },
		"a label of 25":                   func(f *bot.Form) { f.Fields[0].Label = x("x", 25) },
		"help of 151":                     func(f *bot.Form) { f.Fields[0].Help = x("x", 151) },
		"a button of 25":                  func(f *bot.Form) { f.Send = x("x", 25) },
		"no button":                       func(f *bot.Form) { f.Send = "" },
		"a field twice":                   func(f *bot.Form) { f.Fields[1].Name = "a" },
		"a default that is no option":     func(f *bot.Form) { f.Fields[1].Default = []string{"z"} },
		"defaults that are no options":    func(f *bot.Form) { f.Fields[2].Default = []string{"x", "z"} },
		"nothing to choose from":          func(f *bot.Form) { f.Fields[1].Options = nil },
		"a day that is none":              func(f *bot.Form) { f.Fields[4].Default = []string{"morgen"} },
		"an unknown kind":                 func(f *bot.Form) { f.Fields[0].Kind = "" },
		"no ticket":                       func(f *bot.Form) { f.Ticket = "" },
		"a ticket that cannot be told":    func(f *bot.Form) { f.Ticket = "a|b" },
		"a default longer than its field": func(f *bot.Form) { f.Fields[0].Default = []string{x("x", 151)} },
	} {
		f := good()
		change(&f)
		if _, err := renderForm(f); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for name, change := range map[string]func(f *bot.Form){
		"a title of 24": func(f *bot.Form) { f.Title = x("x", 24) },
		"a label of 24": func(f *bot.Form) { f.Fields[0].Label = x("x", 24) },
		"help of 150":   func(f *bot.Form) { f.Fields[0].Help = x("x", 150) },
		"no fields":     func(f *bot.Form) { f.Fields = nil },
	} {
		f := good()
		change(&f)
		if _, err := renderForm(f); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEveryButtonCanBePressed(t *testing.T) {
	p := renderMessage(bot.Message{Text: "Zeker?", Thread: "root", Buttons: []bot.Button{{Label: "Ja", Ticket: "t1"}, {Label: "Nee", Ticket: "t2", Danger: true}}})
	a := p.Attachments()
	if p.RootId != "root" || len(a) != 1 || len(a[0].Actions) != 2 {
		t.Fatalf("the message = %+v", p)
	}
	for i, action := range a[0].Actions {
		if err := action.IsValid(); err != nil {
			t.Errorf("button %d: %v", i, err)
		}
		for _, r := range action.Id {
			if (r < 'a' || r > 'z') && (r < '0' || r > '9') {
				t.Errorf("button %d has the id %q: the server answers 404 to a click on it", i, action.Id)
			}
		}
		if action.Integration.Context["ticket"] == "" || action.Integration.URL != urlButton {
			t.Errorf("button %d leads to %+v", i, action.Integration)
		}
	}
	if got := renderMessage(bot.Message{Text: "hallo"}).Attachments(); len(got) != 0 {
		t.Errorf("a message without buttons has %d attachments", len(got))
	}
}
