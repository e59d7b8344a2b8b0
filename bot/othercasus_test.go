package bot_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

// idsOf is every word in what is kept of a casus that could be an id of something.
func (p *troupe) idsOf(ref bot.Ref) []string {
	p.t.Helper()
	found := map[string]bool{}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			if idWord.MatchString(v) {
				found[v] = true
			}
		case []any:
			for _, one := range v {
				walk(one)
			}
		case map[string]any:
			for _, one := range v {
				walk(one)
			}
		}
	}
	p.view(func(tx bot.Tx) error {
		casus, err := tx.Casus(ref)
		if err != nil {
			return err
		}
		files, _ := tx.FilesOf(ref)
		consents, _ := tx.Consents(ref)
		agreements, _ := tx.Agreements(ref)
		holds, _ := tx.Holds(ref)
		matters, _ := tx.Matters(ref)
		data, err := json.Marshal([]any{casus, files, consents, agreements, holds, matters})
		if err != nil {
			return err
		}
		var all any
		err = json.Unmarshal(data, &all)
		walk(all)
		return err
	})
	var ids []string
	for id := range found {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// idWord is what an id of ours looks like here: those that are drawn, messages, and
// the people of a family.
var idWord = regexp.MustCompile(`^(id\d{6}|m\d+|g\d|yp)$`)

// kept is everything that is kept of one casus, as text, for a test that nothing of it
// changed.
func (p *troupe) kept(ref bot.Ref) string {
	p.t.Helper()
	var out string
	p.view(func(tx bot.Tx) error {
		casus, err := tx.Casus(ref)
		files, _ := tx.FilesOf(ref)
		consents, _ := tx.Consents(ref)
		agreements, _ := tx.Agreements(ref)
		holds, _ := tx.Holds(ref)
		matters, _ := tx.Matters(ref)
		data, _ := json.Marshal([]any{casus, files, consents, agreements, holds, matters})
		out = string(data)
		return err
	})
	return out
}

// heard is all that a person was told or shown, of everything they can see.
func (p *troupe) heard(user bot.UserID, rooms ...bot.ChannelID) string {
	all := strings.Join(p.told(user), "\n")
	for _, room := range rooms {
		if seen, err := p.person(user).See(room); err == nil {
			for _, m := range seen {
				all += "\n" + m.Text
			}
		}
	}
	return all
}

// Every form of every command in one casus, with each id of another casus in each
// field: whoever fills it in does nothing to the other casus and reads nothing of it.
func TestTheIdsOfOneCasusDoNothingInTheFormsOfAnother(t *testing.T) {
	t.Parallel()
	p := newTroupe(t)
	p.bot.Pages = "https://bot.example.org" // there are cards
	mine := p.idsOf(p.casus.Ref)
	theirs := slices.DeleteFunc(p.idsOf(p.other.Ref), func(id string) bool { return slices.Contains(mine, id) })
	accounts := []string{string(leadB), string(parentB)} // what a field for people takes
	theirs = append(slices.DeleteFunc(theirs, func(id string) bool { return slices.Contains(accounts, id) }), accounts...)
	theirs = append(theirs, string(p.other.Ref))
	if len(theirs) < 8 {
		t.Fatalf("the other casus has the ids %q only", theirs)
	}
	back := p.store.Picture()
	was := p.kept(p.other.Ref)
	done := map[string]bool{}
	tries := 0
	try := func(what string, user bot.UserID, form bot.Form, values map[string][]string) {
		tries++
		a, err := p.bot.Submit(t.Context(), bot.Submission{Platform: bottest.ChatName, Ticket: form.Ticket, User: user, Channel: p.casus.Room, Values: values})
		if err != nil {
			t.Errorf("%s: the program failed: %v", what, err)
		}
		p.settle()
		if now := p.kept(p.other.Ref); now != was {
			t.Errorf("%s: the other casus changed:\n%s\n%s", what, was, now)
		}
		if answer := fmt.Sprint(a, said(a.Next)); strings.Contains(answer, canaryB) {
			t.Errorf("%s: %s reads of the other casus: %s", what, user, answer)
		}
	}
	for _, c := range bot.Suggestions() {
		for _, user := range []bot.UserID{ib, carer, nobody, officer} {
			if user == officer && c.Command == "casus" && c.Word == "gegevens" {
				continue // its form is the same as the others'
			}
			_, form := p.try(user, p.casus.Room, c.Command, c.Word)
			if form == nil {
				back()
				continue
			}
			if action := p.actionOf(form.Ticket); done[action] {
				back()
				continue
			} else {
				done[action] = true
			}
			asked := p.store.Picture()
			for _, f := range form.Fields {
				if f.Kind == bot.LongText || f.Kind == bot.ShortText && f.Name != "code" || f.Kind == bot.Date || f.Kind == bot.Tick {
					continue
				}
				for _, id := range theirs {
					if (f.Kind == bot.Users) != slices.Contains(accounts, id) {
						continue
					}
					values := p.stage.fill(*form)
					values[f.Name] = []string{id}
					try(fmt.Sprintf("%s: /%s %s, %s = %s", user, c.Command, c.Word, f.Name, id), user, *form, values)
					asked()
				}
			}
			back()
		}
	}
	for _, user := range []bot.UserID{ib, carer, nobody} {
		if strings.Contains(p.heard(user, p.casus.Room), canaryB) {
			t.Errorf("%s was told something of the other casus", user)
		}
	}

	if len(done) < 20 || tries < 200 {
		t.Errorf("%d forms and %d tries", len(done), tries)
	}
}

// anybodys are the actions that somebody who has nothing to do with a casus may do,
// each with why. Everything else is a no to them, whatever button or form of it comes
// into their hands.
var anybodys = map[string]string{
	"open":         "begins a casus of one's own: the right to is asked, and tested above",
	"open_shape":   "likewise",
	"agenda":       "one's own meetings",
	"topic":        "a question about the rules in general",
	"rate":         "says whether an answer helped",
	"release_ask":  "offers one's own question to the region",
	"release":      "likewise",
	"help":         "the help",
	"may_share":    "a case that is made up",
	"mayshare":     "likewise",
	"may_share_to": "likewise",
}

// Every action of every button and form, in the hands of everybody who has nothing to
// do with the casus, about everything that is in it: nothing changes, and nothing of it
// is read. A new action that lets somebody through fails until it is in the table.
func TestNoActionOfACasusIsForWhoHasNothingToDoWithIt(t *testing.T) {
	t.Parallel()
	p := newTroupe(t)
	p.bot.Pages = "https://bot.example.org"
	objects := append(p.idsOf(p.casus.Ref), "", string(p.casus.Ref), "school-a", "niets")
	was := p.kept(p.casus.Ref)
	pressed, sent := bot.Actions()
	n, let := 0, map[string][]string{}
	forge := func(action string, user bot.UserID, object string) string {
		n++
		token := fmt.Sprintf("forged%d", n)
		body, _ := json.Marshal(map[string]string{"Platform": bottest.ChatName, "Name": "iemand"})
		if err := p.store.Update(t.Context(), func(tx bot.Tx) error {
			if _, err := tx.Record(bot.Entry{At: p.clock.Now(), Act: bot.ActRead, Outcome: "done"}); err != nil {
				return err
			}
			return tx.AddTicket(bot.Ticket{Token: token, Action: action, Casus: p.casus.Ref, Object: object, Body: body, Expires: p.clock.Now().Add(time.Hour)})
		}); err != nil {
			t.Fatal(err)
		}
		return token
	}
	back := p.store.Picture()
	records := p.store.Records()
	check := func(what, action string, user bot.UserID, answer string, further bool) {
		now := p.store.Records()
		if now != records && p.kept(p.casus.Ref) != was {
			t.Errorf("%s: the casus changed", what)
		}
		if strings.Contains(answer, canaryA) {
			t.Errorf("%s: they read what is in it: %q", what, answer)
		}
		if further || now != records {
			let[action] = append(let[action], string(user))
		}
		back()
	}
	for _, user := range []bot.UserID{former, memberB, otherFG, otherApp, guide, admin} {
		about := objects
		if user != former { // who is not in the casus is not, whatever it is about
			about = objects[:1]
		}
		heard := len(p.heard(user))
		for _, object := range about {
			for _, action := range pressed {
				what := fmt.Sprintf("%s presses %s about %q", user, action, object)
				token := forge(action, user, object)
				was, _ := p.person(user).OpenForm()
				if err := p.bot.Receive(t.Context(), bot.Event{ID: token, Kind: bot.Pressed, Platform: bottest.ChatName, Ticket: token, User: user, Channel: p.casus.Room, At: p.clock.Now()}); err != nil {
					t.Fatal(err)
				}
				p.settle()
				now, err := p.person(user).OpenForm()
				opened := err == nil && now.Ticket != was.Ticket
				answer := ""
				if opened {
					answer = fmt.Sprint(now)
				}
				check(what, action, user, answer, opened)
			}
		}
		for _, action := range sent {
			for _, object := range about {
				what := fmt.Sprintf("%s sends %s about %q", user, action, object)
				token := forge(action, user, object)
				a, err := p.bot.Submit(t.Context(), bot.Submission{Platform: bottest.ChatName, Ticket: token, User: user, Channel: p.casus.Room, Values: map[string][]string{
					"reason": {"Een reden die lang genoeg is."}, "what": {"end"}, "hold": {object}, "yes": {object}, "who": {object}, "file": {object}, "text": {"Iets dat lang genoeg is."}, "kind": {"access"}, "about": {"g1"}}})
				if err != nil {
					t.Errorf("%s: the program failed: %v", what, err)
				}
				p.settle()
				check(what, action, user, fmt.Sprint(a, said(a.Next)), a.Next != nil)
			}
		}
		if all := p.heard(user); strings.Contains(all[min(heard, len(all)):], canaryA) {
			t.Errorf("%s was told something of the casus", user)
		}
	}

	for action, users := range let {
		if anybodys[action] == "" {
			t.Errorf("%s lets %q further", action, slices.Compact(users))
		}
	}
}
