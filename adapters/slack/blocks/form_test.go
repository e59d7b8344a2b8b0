package blocks

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/text"
)

var seal = Seal{Keys: func() [][]byte { return [][]byte{[]byte("a key of the tests")} }}

// words are what people write: letters, signs that mean something to Slack or in
// Markdown, and signs of several bytes.
var words = rapid.StringOf(rapid.RuneFrom([]rune("abcXYZ 019é€😀<>&*_~`!@#|[]()\\\n:;\"'.,-/–")))

func short(most int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		s := words.Draw(t, "words") + "x"
		for length(s) > most {
			_, rest, _ := strings.Cut(s, string([]rune(s)[0]))
			s = rest
		}
		return s
	})
}

// aForm draws a form within the neutral limits.
func aForm(t *rapid.T) bot.Form {
	f := bot.Form{Ticket: rapid.StringMatching(`[a-z0-9]{8,40}`).Draw(t, "ticket"), Title: short(24).Draw(t, "title"), Send: short(24).Draw(t, "send"),
		Intro: strings.Join(rapid.SliceOfN(words, 0, 40).Draw(t, "intro"), "")}
	kinds := []bot.FieldKind{bot.ShortText, bot.LongText, bot.Date, bot.Choice, bot.Choices, bot.Users, bot.Tick, bot.FilesIn}
	for i := range rapid.IntRange(0, 20).Draw(t, "fields") {
		field := bot.Field{Name: fmt.Sprintf("f_%d", i), Label: short(24).Draw(t, "label"), Kind: rapid.SampledFrom(kinds).Draw(t, "kind"),
			Optional: rapid.Bool().Draw(t, "optional"), Many: rapid.Bool().Draw(t, "many")}
		if rapid.Bool().Draw(t, "helped") {
			field.Help = short(150).Draw(t, "help")
		}
		switch field.Kind {
		case bot.ShortText, bot.LongText:
			field.Max = rapid.IntRange(0, 4000).Draw(t, "max")
			if rapid.Bool().Draw(t, "filled") {
				most := 150
				if field.Max > 0 {
					most = min(most, field.Max)
				}
				field.Default = []string{short(most).Draw(t, "default")}
			}
		case bot.Choice, bot.Choices:
			n := rapid.SampledFrom([]int{1, 2, 5, 99, 100, 101, 250}).Draw(t, "options")
			long := rapid.SampledFrom([]int{20, 75, 76, 148, 149, 400}).Draw(t, "long")
			for j := range n {
				field.Options = append(field.Options, bot.Option{Value: fmt.Sprint(j), Label: strings.Repeat("w ", long/2)[:long-1] + "x"})
			}
			if rapid.Bool().Draw(t, "chosen") {
				field.Default = []string{fmt.Sprint(rapid.IntRange(0, n-1).Draw(t, "which"))}
			}
		case bot.Users:
			field.Default = rapid.SliceOfN(rapid.StringMatching(`U[A-Z0-9]{8}`), 0, 3).Draw(t, "users")
		}
		f.Fields = append(f.Fields, field)
	}
	return f
}

// Every form within the neutral limits becomes a view that Slack takes, with
// every field in it, every option and every word of the introduction.
func TestEveryFormWithinTheNeutralLimitsIsAViewThatSlackTakes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := aForm(t)
		view, err := seal.Modal(f, "C1")
		if err != nil {
			var invalid *bot.InvalidError
			if errors.As(err, &invalid) && invalid.Field == "form.fields" {
				return // many long lists of long options: refused, and said so
			}
			t.Fatalf("Modal: %v", err)
		}
		if wrong := complaints(view); len(wrong) > 0 {
			t.Fatalf("Slack would refuse it: %v", wrong)
		}
		raw, _ := json.Marshal(view.Blocks)
		var list []json.RawMessage
		if err := json.Unmarshal(raw, &list); err != nil {
			t.Fatal(err)
		}
		names, _ := Fields(list)
		var want []string
		for _, field := range f.Fields {
			want = append(want, field.Name)
			if field.Label != "" && !strings.Contains(string(raw), marshal(field.Label)) {
				t.Fatalf("the label %q is lost", field.Label)
			}
		}
		if !slices.Equal(names, want) {
			t.Fatalf("the view has the fields %v, want %v", names, want)
		}
		ticket, channel, ok := seal.Form(view.PrivateMetadata)
		if !ok || ticket != f.Ticket || channel != "C1" {
			t.Fatalf("the form comes back as %q in %q, %v", ticket, channel, ok)
		}
	})
}

func marshal(s string) string {
	raw, _ := json.Marshal(s)
	return string(raw[1 : len(raw)-1])
}

func TestAFormThatSlackWouldRefuseIsAnError(t *testing.T) {
	good := func() bot.Form {
		return bot.Form{Ticket: "t", Title: "Titel", Send: "Ja", Fields: []bot.Field{
			{Name: "a", Label: "Naam", Kind: bot.ShortText},
			{Name: "b", Label: "Keuze", Kind: bot.Choice, Options: []bot.Option{{Value: "x", Label: "X"}, {Value: "", Label: "Geen"}}},
			{Name: "c", Label: "Keuzes", Kind: bot.Choices, Options: []bot.Option{{Value: "x", Label: "X"}}},
			{Name: "d", Label: "Dag", Kind: bot.Date},
		}}
	}
	x := strings.Repeat
	for name, change := range map[string]func(f *bot.Form){
		"a title of 25":                   func(f *bot.Form) { f.Title = x("x", 25) },
		"a title of 24 that counts as 25": func(f *bot.Form) { f.Title = x("x", 23) + "😀" },
		"no title":                        func(f *bot.Form) { f.Title = "" },
		"a button of 25":                  func(f *bot.Form) { f.Send = x("x", 25) },
		"no button":                       func(f *bot.Form) { f.Send = "" },
		"a field twice":                   func(f *bot.Form) { f.Fields[1].Name = "a" },
		"a field without a label":         func(f *bot.Form) { f.Fields[0].Label = "" },
		"a default that is no option":     func(f *bot.Form) { f.Fields[1].Default = []string{"z"} },
		"two defaults of one choice":      func(f *bot.Form) { f.Fields[1].Default = []string{"x", ""} },
		"nothing to choose from":          func(f *bot.Form) { f.Fields[1].Options = nil },
		"an answer twice":                 func(f *bot.Form) { f.Fields[1].Options[1].Value = "x" },
		"a value of 150":                  func(f *bot.Form) { f.Fields[1].Options[1].Value = x("v", 150) },
		"a day that is none":              func(f *bot.Form) { f.Fields[3].Default = []string{"morgen"} },
		"an unknown kind":                 func(f *bot.Form) { f.Fields[0].Kind = "knob" },
		"no ticket":                       func(f *bot.Form) { f.Ticket = "" },
		"a ticket that cannot be told":    func(f *bot.Form) { f.Ticket = "a|b" },
		"a default longer than its field": func(f *bot.Form) { f.Fields[0].Default = []string{x("x", 151)} },
		"a hundred and one fields": func(f *bot.Form) {
			for i := range 98 {
				f.Fields = append(f.Fields, bot.Field{Name: fmt.Sprint(i), Label: "L", Kind: bot.Tick})
			}
		},
	} {
		f := good()
		change(&f)
		if _, err := seal.Modal(f, "C1"); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for name, change := range map[string]func(f *bot.Form){
		"nothing changed": func(*bot.Form) {},
		"a title of 24":   func(f *bot.Form) { f.Title = x("é", 24) },
		"a value of 149":  func(f *bot.Form) { f.Fields[1].Options[1].Value = x("v", 149) },
		"no fields":       func(f *bot.Form) { f.Fields = nil },
		"a hundred fields": func(f *bot.Form) {
			for i := range 96 {
				f.Fields = append(f.Fields, bot.Field{Name: fmt.Sprint(i), Label: "L", Kind: bot.Tick})
			}
		},
	} {
		f := good()
		change(&f)
		view, err := seal.Modal(f, "C1")
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if wrong := complaints(view); len(wrong) > 0 {
			t.Errorf("%s: Slack would refuse it: %v", name, wrong)
		}
	}
}

// What people fill in comes back under the names of the fields, and a blank field
// has no value.
func TestWhatIsFilledInComesBackByField(t *testing.T) {
	id := func(name string) string { return blockOf(name, "t") }
	var state State
	raw := fmt.Sprintf(`{
		%q: {"text": {"type": "plain_text_input", "value": "Noor"}},
		%q: {"text": {"type": "plain_text_input", "value": null}},
		%q: {"date": {"type": "datepicker", "selected_date": "2026-03-02"}},
		%q: {"choice": {"type": "static_select", "selected_option": {"value": "=health"}}},
		%q: {"choice": {"type": "static_select", "selected_option": {"value": "health"}}},
		%q: {"choices": {"type": "multi_static_select", "selected_options": [{"value": "=a"}, {"value": "=b"}]}},
		%q: {"users": {"type": "multi_users_select", "selected_users": ["U1", "U2"]}},
		%q: {"users": {"type": "users_select", "selected_user": "U3"}},
		%q: {"tick": {"type": "checkboxes", "selected_options": [{"value": "true"}]}},
		%q: {"tick": {"type": "checkboxes", "selected_options": []}},
		%q: {"files": {"type": "file_input", "files": [{"id": "F1"}, {"id": "F2"}]}},
		%q: {"knob": {"type": "knob", "value": "5"}},
		"whole": {"text": {"value": "x"}}
	}`, id("name"), id("blank"), id("day"), id("kind"), id("forged"), id("kinds"), id("people"), id("lead"), id("sure"), id("not"), id("files"), id("knob"))
	if err := json.Unmarshal([]byte(raw), &state); err != nil {
		t.Fatal(err)
	}
	got := Values(state)
	want := map[string][]string{"name": {"Noor"}, "day": {"2026-03-02"}, "kind": {"health"}, "kinds": {"a", "b"}, "people": {"U1", "U2"},
		"lead": {"U3"}, "sure": {"true"}, "not": {"false"}, "files": {"F1", "F2"}}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("Values = %v\nwant     %v", got, want)
	}
}

// An answer that Slack would not take leaves a person before a form that does
// nothing, so an error without a place stands above the fields.
func TestErrorsStandAtTheirFieldsOrAboveThemAll(t *testing.T) {
	form := bot.Form{Ticket: "t", Title: "Titel", Send: "Ja", Intro: "Vul in.", Fields: []bot.Field{{Name: "a", Label: "Naam", Kind: bot.ShortText}, {Name: "b", Label: "Dag", Kind: bot.Date}}}
	view, err := seal.Modal(form, "C1")
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := json.Marshal(view)
	var asked Asked
	if err := json.Unmarshal(raw, &asked); err != nil {
		t.Fatal(err)
	}
	answer := func(errs map[string]string) Answer {
		a, err := seal.Answer(asked, "C1", bot.FormAnswer{Errors: errs})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	if a := answer(map[string]string{"a": "Vul een naam in."}); a.Action != "errors" || a.Errors[blockOf("a", "t")] != "Vul een naam in." {
		t.Errorf("one field: %+v", a)
	}
	for name, errs := range map[string]map[string]string{
		"the whole form":         {"": "Dat mag je niet."},
		"a field that is hidden": {"elders": "Kies iets <!channel>."},
		"both":                   {"": "Dat mag je niet.", "a": "Vul een naam in."},
	} {
		a := answer(errs)
		if a.Action != "update" {
			t.Errorf("%s: %+v, want the form again", name, a)
			continue
		}
		if wrong := complaints(a.View); len(wrong) > 0 {
			t.Errorf("%s: %v", name, wrong)
		}
		again, _ := json.Marshal(a.View)
		for _, said := range errs {
			if said = Markdown(said); !strings.Contains(string(again), marshal(said)) {
				t.Errorf("%s: %q is not said in %s", name, said, again)
			}
		}
		for _, field := range form.Fields {
			if !strings.Contains(string(again), blockOf(field.Name, "t")) {
				t.Errorf("%s: the field %s is lost", name, field.Name)
			}
		}
		// A second mistake takes the place of the first.
		var second Asked
		if err := json.Unmarshal(again, &second); err != nil {
			t.Fatal(err)
		}
		twice, err := seal.Answer(second, "C1", bot.FormAnswer{Errors: map[string]string{"": "Nog een keer."}})
		if raw, _ := json.Marshal(twice.View); err != nil || strings.Contains(string(raw), "mag je niet") || strings.Count(string(raw), wholeBlock) != 1 {
			t.Errorf("%s: after a second mistake: %s, %v", name, raw, err)
		}
	}
}

func TestAnAnswerIsTheNextFormOrATextOrNothing(t *testing.T) {
	next := bot.Form{Ticket: "u", Title: "Twee", Send: "Ja", Fields: []bot.Field{{Name: "a", Label: "Naam", Kind: bot.ShortText}}}
	a, err := seal.Answer(Asked{}, "C1", bot.FormAnswer{Next: &next})
	if err != nil || a.Action != "update" || len(complaints(a.View)) > 0 {
		t.Errorf("the next form: %+v, %v", a, err)
	}
	a, err = seal.Answer(Asked{}, "C1", bot.FormAnswer{Next: &next, Text: "De eerste is **bewaard**."})
	if raw, _ := json.Marshal(a.View); err != nil || len(complaints(a.View)) > 0 || !strings.Contains(string(raw), "De eerste is *bewaard*.") || !strings.Contains(string(raw), "Naam") {
		t.Errorf("the next form with what became of the first: %s, %v", raw, err)
	}
	if _, err := seal.Answer(Asked{}, "C1", bot.FormAnswer{Next: &bot.Form{}}); err == nil {
		t.Error("a next form that cannot be shown: no error")
	}
	if a, err = seal.Answer(Asked{}, "C1", bot.FormAnswer{Text: "Gelukt, <@U1>."}); err != nil || a.Action != "update" || len(complaints(a.View)) > 0 {
		t.Errorf("a text: %+v, %v", a, err)
	}
	if a, err = seal.Answer(Asked{}, "C1", bot.FormAnswer{}); err != nil || a.Action != "clear" {
		t.Errorf("nothing: %+v, %v", a, err)
	}
}

// The same name in a next form is another field: Slack would fill in what stood
// in the first.
// What Slack asks for around a form, a button and an answer was Dutch for everybody.
func TestWhatStandsAroundAFormIsInTheLanguageOfItsReader(t *testing.T) {
	form := bot.Form{Ticket: "ticket", Title: "A form", Send: "Send", Fields: []bot.Field{
		{Name: "kind", Label: "Kind", Kind: bot.Choice, Options: []bot.Option{{Value: "a", Label: "A"}}}, {Name: "sure", Label: "Sure", Kind: bot.Tick}}}
	danger := bot.Message{Text: "x", Buttons: []bot.Button{{Label: "Erase", Ticket: "ticket", Danger: true}}}
	shown := func(l text.Lang) string {
		f, m := form, danger
		f.Lang, m.Lang = l, l
		view, err := seal.Modal(f, "C1")
		card, merr := seal.Message(m)
		answer, aerr := seal.Answer(Asked{}, "C1", bot.FormAnswer{Text: "x", Lang: l})
		raw, jerr := json.Marshal([]any{view, card.Blocks, answer, answer.Closed})
		if err := errors.Join(err, merr, aerr, jerr); err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	nl, en := shown(""), shown(text.EN)
	for _, m := range []text.Message[text.None]{text.ViewCancel, text.ViewClose, text.ViewPlaceholder, text.ViewTicked, text.ViewSure, text.ViewSureText, text.ViewSureYes, text.ViewSureNo} {
		dutch, english := m.NL(text.None{}), m.In(text.EN, text.None{})
		if !strings.Contains(nl, dutch) || !strings.Contains(en, english) || dutch != english && strings.Contains(en, `"`+dutch+`"`) {
			t.Errorf("%q and %q are not each in their own language:\n%s\n%s", dutch, english, nl, en)
		}
	}
	if !strings.Contains(en, text.ViewDone.In(text.EN, text.ViewArgs{Title: true})) {
		t.Errorf("an answer is not in English: %s", en)
	}
}

func TestTheNextFormDoesNotTakeOverWhatWasFilledIn(t *testing.T) {
	if blockOf("kind", "t1") == blockOf("kind", "t2") {
		t.Error("two forms have the same block")
	}
}

func TestOwnViewsAreTakenBySlack(t *testing.T) {
	for name, v := range map[string]any{"loading": Loading(), "pick": Pick("C1"), "pick at home": Pick(""), "home": Home("**Mijn** casussen"),
		"home of many": Home(strings.Repeat("- regel over <iets>\n", 20_000)), "home that could not be read": Home(""), "a text": Show("Klaar", "")} {
		if wrong := complaints(v); len(wrong) > 0 {
			t.Errorf("%s: %v", name, wrong)
		}
	}
}

func TestCommandsAreSuggestedByWhatIsTyped(t *testing.T) {
	if n := len(Suggest("")); n != len(bot.Suggestions()) {
		t.Errorf("nothing typed: %d suggestions, want all %d", n, len(bot.Suggestions()))
	}
	got := Suggest("CASUS nieuw")
	if len(got) == 0 || got[0].Value != "=casus nieuw" {
		t.Errorf("Suggest = %v", got)
	}
	if n := len(Suggest("xyzzy")); n != 0 {
		t.Errorf("%d suggestions for what is no command", n)
	}
	var state State
	if err := json.Unmarshal([]byte(`{"command":{"command":{"selected_option":{"value":"=casus fase"}}},"words":{"words":{"value":" F3 "}},"room":{"room":{"selected_conversation":"C1"}}}`), &state); err != nil {
		t.Fatal(err)
	}
	if name, words, room := Picked(state); name != "casus" || words != "fase F3" || room != "C1" {
		t.Errorf("Picked = %q, %q, %q", name, words, room)
	}
	if name, words, room := Picked(nil); name+words+room != "" {
		t.Errorf("Picked of nothing = %q, %q, %q", name, words, room)
	}
}
