package bot_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
	"github.com/convenantbot/convenantbot/bot/text"
)

const ghost = bot.UserID("ghost") // has an account, stands in no directory, is in no room

// A stage is a busy world: a casus in the middle of everything, a second one that
// was closed, and people of every standing.
type stage struct {
	*world
	store  *bottest.MemStore
	said   map[string]bool // complaints that were made
	casus  bot.Casus
	closed bot.Casus
}

// everybody is one of each standing, the parent of the casus included.
var everybody = []bot.UserID{ib, lpa, carer, nobody, guide, stray, officer, ghost}

// front, when given, stands between the bot and the chat.
func newStage(t testing.TB, front ...func(*bottest.Chat) bot.Platform) *stage {
	t.Helper()
	w := &world{t: t, clock: bottest.NewClock(), chat: bottest.NewChat(ib, lpa, carer, doctor, guide, nobody, stray, officer, ghost)}
	w.chat.Now = w.clock.Now
	s := &stage{world: w, store: bottest.NewMemStore(w.clock.Now), said: map[string]bool{}}
	w.store = s.store
	for _, f := range front {
		w.front = f(w.chat)
	}
	w.start()
	if err := w.bot.LoadRegister(t.Context(), register()); err != nil {
		t.Fatal(err)
	}
	s.closed = w.open(newCasus())
	w.close(s.closed)
	s.casus = w.open(newCasus())
	w.discuss(s.casus)
	w.parent(s.casus.Ref)
	w.known(ib, s.casus, map[string][]string{"young": {"Sam de Vries"}})
	// A file in the room, one that waits for a yes, one that waits for its poster.
	_ = w.upload(ib, s.casus.Room, "verzuim.txt", "drie dagen")
	w.classify(ib, "ordinary")
	_ = w.upload(carer, s.casus.Room, "verslag.txt", "een verslag")
	w.classify(carer, "health")
	_ = w.upload(lpa, s.casus.Room, "brief.txt", "een brief")
	w.consent(s.casus, aConsent("g2", "authority"))
	// Messages that are held, and one that stands there.
	w.says(carer, s.casus.Room, "Wij kennen hem.")
	w.says(ib, s.casus.Room, "Sam was er niet.")
	w.says(lpa, s.casus.Room, "Tot woensdag.")
	// What waits for a person.
	w.hold(s.casus.Ref)
	w.askAccess(s.casus, "g1", "")
	w.clock.Advance(time.Minute)
	return s
}

// wayOut is a word that says what one can do now.
var wayOut = regexp.MustCompile("(?i)`/|\\b(kies|vul|typ|vraag|schrijf|gebruik|probeer|geef|stuur|zet|doe|maak|kijk|neem|voeg|vink|laat|leg|noem|ga|open|bel|haal|meld|druk|lees|wacht|controleer|wijs|pas|spreek|beschrijf|houd|deel|kort|bewaar|stel|bespreek|overleg|wil je)\\b")

// insides are words that only a program says.
var insides = regexp.MustCompile(`(?i)%!|<nil>|\bnil\b|\berror\b|\bpanic|sql|not found|forbidden|conflict|runtime|invalid`)

// complain reports what is wrong, once for each key: the same sentence comes back
// with every bad value.
func (s *stage) complain(key, format string, args ...any) {
	s.t.Helper()
	if !s.said[key] {
		s.said[key] = true
		s.t.Errorf(format, args...)
	}
}

// wantClear checks that an answer is one that a person can do something with.
func (s *stage) wantClear(what, answer string) {
	s.t.Helper()
	switch {
	case strings.TrimSpace(answer) == "":
		s.t.Errorf("%s: no answer", what)
	case !utf8.ValidString(answer) || strings.ContainsAny(answer, "\x00\x1b\u202e"):
		s.complain(answer, "%s: the answer repeats what cannot be shown: %q", what, answer)
	case insides.MatchString(answer):
		s.complain(answer, "%s: the answer shows the inside of the program: %q", what, answer)
	case len(strings.Fields(answer)) < 4:
		s.complain(answer, "%s: the answer is too short to help: %q", what, answer)
	}
}

// wantWayOut is wantClear for a no: it also says what one can do.
func (s *stage) wantWayOut(what, answer string) {
	s.t.Helper()
	s.wantClear(what, answer)
	if !wayOut.MatchString(answer) {
		s.complain(answer, "%s: the no has no way out: %q", what, answer)
	}
}

// picture is what must not change, with how much the log holds.
type picture struct {
	records string
	done    int // entries of acts that were done, reading left out
	refused int
}

func (s *stage) picture() picture {
	s.t.Helper()
	p := picture{records: s.store.Records()}
	s.view(func(tx bot.Tx) error {
		all, err := tx.Entries("", 0, 0)
		for _, e := range all {
			switch {
			case e.Act == bot.ActRead:
			case e.Outcome == "done":
				p.done++
			default:
				p.refused++
			}
		}
		return err
	})
	return p
}

// wantWhole checks that what was done was recorded and what was not done left
// nothing: no record changes without an entry.
func (s *stage) wantWhole(what string, before picture, mayChange bool) {
	s.t.Helper()
	after := s.picture()
	switch {
	case after.records != before.records && !mayChange:
		s.t.Errorf("%s: it was refused, and records changed", what)
	case after.records != before.records && after.done == before.done && after.refused == before.refused:
		s.t.Errorf("%s: records changed and the log has nothing of it", what)
	case !mayChange && after.done != before.done:
		s.t.Errorf("%s: it was refused, and the log says that it was done", what)
	}
	if n := s.store.Buried(); n > 0 {
		s.t.Errorf("%s: %d jobs were given up", what, n)
	}
}

// try runs a command and returns what its sender was told, or the form that
// opened.
func (s *stage) try(user bot.UserID, channel bot.ChannelID, name, line string) (answer string, form *bot.Form) {
	s.t.Helper()
	return s.during(user, func() error { return s.person(user).Command(channel, name, line) })
}

func (s *stage) during(user bot.UserID, act func() error) (answer string, form *bot.Form) {
	s.t.Helper()
	before, room := len(s.told(user)), len(s.inRoom())
	was, _ := s.person(user).OpenForm()
	if err := act(); err != nil {
		s.t.Fatal(err)
	}
	s.settle()
	answer = strings.Join(append(s.told(user)[before:], s.inRoom()[room:]...), "\n")
	if now, err := s.person(user).OpenForm(); err == nil && now.Ticket != was.Ticket {
		form = &now
	}
	return answer, form
}

// inRoom lists what the bot said to everybody in the room.
func (s *stage) inRoom() (all []string) {
	s.t.Helper()
	seen, err := s.person(ib).See(s.casus.Room)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, m := range seen {
		if m.Author == "" {
			all = append(all, m.Text)
		}
	}
	return all
}

// no are the answers that say that somebody may not do this, or not here.
var no = func() []string {
	all := []string{text.Forbidden.NL(text.None{}), text.NotInCasus.NL(text.None{}), "Jij kunt hier geen casus openen.", "Dit is geen kanaal van een casus.", "waarvoor jij dit kunt doen."}
	for right := range bot.Rights {
		all = append(all, text.For(text.NL, text.LacksRight(string(right))))
	}
	return all
}()

func isNo(answer string) bool {
	return slices.ContainsFunc(no, func(n string) bool { return strings.Contains(answer, n) })
}

// elsewhere are the answers outside a room, to who is in a casus and to who is
// not.
func TestOutsideARoomAndInOneThatIsOverEveryCommandAnswersClearly(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	back := s.store.Picture()
	for _, c := range bot.Suggestions() {
		for _, user := range everybody {
			for _, at := range []struct {
				channel bot.ChannelID
				line    string
			}{
				{"common", c.Word}, {s.closed.Room, c.Word}, {"common", c.Word + " " + string(s.casus.Ref)}, {"common", c.Word + " " + string(s.closed.Ref)},
				{"common", c.Word + " C-1999-9999"}, {s.casus.Room, strings.ToUpper(c.Word)},
				{s.casus.Room, c.Word + " " + strings.Repeat("x", 5000)}, {s.casus.Room, c.Word + " \x00\x1b[31m\u202e'; DROP TABLE casussen;--"},
				{s.casus.Room, c.Word + " " + string(s.closed.Ref)}, {s.casus.Room, c.Word + " **[klik](http://x)**"},
			} {
				what := fmt.Sprintf("%s in %s: /%s %.60q", user, at.channel, c.Command, at.line)
				before := s.picture()
				answer, form := s.try(user, at.channel, c.Command, at.line)
				if form == nil {
					s.wantClear(what, answer)
				}
				s.wantWhole(what, before, !isNo(answer))
				back()
			}
		}
	}
}

// hostile are values that nobody should send, by what is wrong with them.
var hostile = map[string][]string{
	"nothing":           nil,
	"a blank":           {""},
	"spaces":            {"   \t\n "},
	"what is no choice": {"iets-wat-er-niet-bij-staat"},
	"too much":          {strings.Repeat("Lang verhaal. ", 2000)},
	"control signs":     {"plan\x00\x1b[31mrood"},
	"turned around":     {"plan\u202etxt.exe"},
	"broken letters":    {"plan\xff\xfe"},
	"SQL":               {"'; DROP TABLE casussen;--"},
	"markup":            {"<script>alert(1)</script> **[klik](http://x)** @all"},
	"a template":        {"{{.Ref}} {{printf \"%s\" 1}} %s%d"},
	"a day that is not": {"2026-02-30"},
	"a day long ago":    {"0001-01-01"},
	"a day far ahead":   {"9999-12-31"},
	"a number":          {"-1"},
	"twice the same":    {"ib", "ib"},
	"very many":         strings.Fields(strings.Repeat("x ", 300)),
	"the mother":        {string(nobody)},
	"a stranger":        {string(stray)},
	"nobody we know":    {string(ghost)},
	"no account":        {"bestaat-niet"},
	"another's id":      {"g1"},
	"a BSN":             {"111222333 is het nummer van hem"},
}

// good are values with which each form can be sent, so that one bad value among
// them is what is refused.
func good(f bot.Field) []string {
	switch {
	case f.Name == "capacity":
		return []string{"young_person"} // the first giver in every list
	case f.Name == "kinds":
		return []string{"ordinary"}
	case f.Name == "link" && len(f.Default) == 0, f.Name == "key":
		return nil
	case f.Name == "born":
		return []string{"2013-05-01"}
	case len(f.Default) > 0:
		return f.Default
	case f.Optional:
		return nil
	case len(f.Options) > 0:
		return []string{f.Options[0].Value}
	case f.Kind == bot.Users:
		return []string{string(doctor)}
	case f.Kind == bot.Date:
		return []string{"2026-03-01"}
	case f.Kind == bot.Tick:
		return []string{"true"}
	}
	return []string{"Dit is een reden die iets zegt."}
}

// abuse sends a form with one bad value in each field in turn, as it should and
// as others should not, and expects a clear answer and nothing half done.
// It returns the form that follows, with everything as it is when that opens.
func (s *stage) abuse(what string, user bot.UserID, form bot.Form) (next *bot.Form) {
	s.t.Helper()
	back := s.store.Picture()
	names := map[string]bool{"": true}
	for _, f := range form.Fields {
		names[f.Name] = true
	}
	fill := func() map[string][]string { return s.fill(form) }
	defer func() {
		back()
		if a, err := s.bot.Submit(s.t.Context(), bot.Submission{Platform: bottest.ChatName, Ticket: form.Ticket, User: user, Channel: s.casus.Room, Values: fill()}); err == nil && a.Next != nil {
			next = a.Next
			return
		}
		back()
	}()
	send := func(how string, by bot.UserID, values map[string][]string) (refused bool) {
		before := s.picture()
		what := what + ", " + how
		a, err := s.bot.Submit(s.t.Context(), bot.Submission{Platform: bottest.ChatName, Ticket: form.Ticket, User: by, Channel: s.casus.Room, Values: values})
		if err != nil {
			s.t.Errorf("%s: the program failed: %v", what, err)
			return true
		}
		s.settle()
		for field, why := range a.Errors {
			if !names[field] {
				s.t.Errorf("%s: the mistake is at %q, which is no field", what, field)
			}
			s.wantWayOut(what+" at "+field, why)
		}
		if len(a.Errors) == 0 && a.Next == nil {
			s.wantClear(what, a.Text)
		}
		s.wantWhole(what, before, len(a.Errors) == 0)
		return len(a.Errors) > 0
	}
	for _, f := range form.Fields {
		for how, bad := range hostile {
			values := fill()
			if bad == nil {
				delete(values, f.Name)
			} else {
				values[f.Name] = bad
			}
			refused := send(fmt.Sprintf("%s in %s", how, f.Name), user, values)
			if f.Kind == bot.Users && (how == "the mother" || how == "nobody we know" || how == "no account") && !refused && f.Name != "agreed_except" && !guests.MatchString(what) {
				s.t.Errorf("%s: %s was taken where a professional is meant (%s)", what, how, f.Name)
			}
			if (how == "control signs" || how == "turned around" || how == "broken letters") && f.Kind == bot.ShortText && !refused {
				s.t.Errorf("%s: %s was taken in %s", what, how, f.Name)
			}
			back()
		}
	}
	// Everything wrong at once, fields that are not in it, and no fields at all.
	values := fill()
	for name := range values {
		values[name] = []string{"\x00", "x"}
	}
	send("everything wrong", user, values)
	back()
	send("fields that it does not have", user, map[string][]string{"ref": {"C-2026-0001"}, "__proto__": {"x"}, "": {"x"}})
	back()
	// By somebody else, twice, and when its time is over.
	if a, err := s.bot.Submit(s.t.Context(), bot.Submission{Platform: bottest.ChatName, Ticket: form.Ticket, User: ghost, Values: fill()}); err != nil || a.Errors[""] == "" {
		s.t.Errorf("%s: somebody else sent it: %+v, %v", what, a, err)
	}
	back()
	send("as it should", user, fill())
	after := s.picture()
	if a, err := s.bot.Submit(s.t.Context(), bot.Submission{Platform: bottest.ChatName, Ticket: form.Ticket, User: user, Values: fill()}); err != nil {
		s.t.Errorf("%s: sent twice: %v", what, err)
	} else if now := s.picture(); now.records != after.records && len(a.Errors) == 0 && strings.Contains(a.Text, "al verstuurd") {
		s.t.Errorf("%s: sent twice, it counted twice", what)
	}
	back()
	// The casus was closed meanwhile, or its sender is out of it.
	for how, happens := range map[string]func(){
		"after the casus was closed":   func() { s.shut(s.casus.Ref) },
		"after its sender was put out": func() { s.takeOut(s.casus.Ref, user) },
	} {
		happens()
		send(how, user, fill())
		back()
	}
	before := s.picture()
	s.clock.Advance(400 * 24 * time.Hour)
	a, err := s.bot.Submit(s.t.Context(), bot.Submission{Platform: bottest.ChatName, Ticket: form.Ticket, User: user, Values: fill()})
	s.clock.Advance(-400 * 24 * time.Hour)
	if err != nil || len(a.Errors) > 0 || !strings.Contains(a.Text, "verlopen") {
		s.t.Errorf("%s: after its time the answer is %+v, %v", what, a, err)
	}
	s.wantWhole(what+", after its time", before, false)
	return nil
}

// fill is a form with good values.
func (s *stage) fill(form bot.Form) map[string][]string {
	v := map[string][]string{}
	for _, f := range form.Fields {
		if g := good(f); g != nil {
			v[f.Name] = g
		}
	}
	return v
}

// guests are the commands whose people are not professionals.
var guests = regexp.MustCompile(`uitnodigen`)

// actionOf says what a ticket does.
func (s *stage) actionOf(token string) (action string) {
	s.t.Helper()
	s.view(func(tx bot.Tx) error { action = bot.ActionOf(tx, token, s.bot); return nil })
	return action
}

// shut closes a casus by hand.
func (s *stage) shut(ref bot.Ref) {
	s.t.Helper()
	if err := s.store.Update(s.t.Context(), func(tx bot.Tx) error {
		c, err := tx.Casus(ref)
		if err != nil {
			return err
		}
		c.Status, c.Phase, c.ClosedAt = bot.Closed, "F7", s.clock.Now()
		_, err = tx.SaveCasus(c)
		return err
	}); err != nil {
		s.t.Fatal(err)
	}
}

// exceptions has one exception that can be asked for by carer and one that guide
// decides on, and returns how each presses the button that opens the form.
func (s *stage) exceptions() (asks, decides func() error) {
	s.t.Helper()
	s.decidesFor("aanbieder", "p-guide")
	for range 2 {
		s.clock.Advance(time.Minute)
		if err := s.upload(carer, s.casus.Room, "advies.txt", "een advies"); err == nil {
			s.t.Fatal("posted at once")
		}
		s.press(carer, "Zeg wat erin staat")
		if a := s.send(carer, map[string][]string{"kinds": {"health"}}); len(a.Errors) > 0 {
			s.t.Fatal(a.Errors)
		}
		if decides == nil {
			s.askException(carer, "Dezelfde behandeling")
			s.settle()
			decides = s.lastWith(guide, "Beslis")
		}
	}
	return s.lastWith(carer, "Vraag een uitzondering"), decides
}

// lastWith returns how user presses the last button with this label.
func (s *stage) lastWith(user bot.UserID, label string) func() error {
	s.t.Helper()
	seen, err := s.person(user).SeeDirect()
	if err != nil {
		s.t.Fatal(err)
	}
	for _, m := range slices.Backward(seen) {
		if slices.Contains(m.Labels, label) {
			return func() error { return s.person(user).Press(m.ID, label) }
		}
	}
	s.t.Fatalf("%s has no button %q", user, label)
	return nil
}

// byButton are the forms that need more than this stage has: they are tried where
// their buttons are (TestEveryButton…), or by the tests of their own use case.
var byButton = []string{"hand_in", "classify", "finish_matter", "handover_wait", "take_over", "name_lead", "list", "open_shape"}

// lines are the commands as they are tried, each in the room where it does most.
func (s *stage) lines() (all [][3]string) {
	for _, c := range bot.Suggestions() {
		all = append(all, [3]string{string(s.casus.Room), c.Command, c.Word})
	}
	return append(all, [3]string{string(s.closed.Room), "casus", "heropen"}, [3]string{"common", "convenant", "partijen uittreden"}, [3]string{"common", "convenant", "partijen toetreden"})
}

func TestEveryFormOfEveryCommandTakesBadInputWell(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.bot.Pages = "https://bot.example.org" // there are cards
	if _, form := s.try(ib, s.casus.Room, "casus", "kring"); form != nil {
		s.send(ib, s.fill(*form)) // a circle, for the forms that need one
	}
	back := s.store.Picture()
	done := map[string]bool{}
	abuse := func(what string, user bot.UserID, form *bot.Form) {
		for form != nil {
			action := s.actionOf(form.Ticket)
			if done[action] {
				return
			}
			done[action] = true
			form = s.abuse(what, user, *form)
			what += ", its next form"
		}
	}
	for _, line := range s.lines() {
		for _, user := range everybody {
			what := fmt.Sprintf("%s: /%s %s", user, line[1], line[2])
			seen, _ := s.person(user).SeeDirect()
			_, form := s.try(user, bot.ChannelID(line[0]), line[1], line[2])
			abuse(what, user, form)
			// The buttons of the answer, and their forms.
			now, _ := s.person(user).SeeDirect()
			asked := s.store.Picture()
			for _, m := range now[len(seen):] {
				for _, label := range m.Labels {
					_, form := s.during(user, func() error { return s.person(user).Press(m.ID, label) })
					abuse(what+", "+label, user, form)
					asked()
				}
			}
			back()
		}
	}
	asks, decides := s.exceptions()
	for user, press := range map[bot.UserID]func() error{carer: asks, guide: decides} {
		asked := s.store.Picture()
		_, form := s.during(user, press)
		if form == nil {
			t.Fatalf("%s gets no form about an exception", user)
		}
		abuse(string(user)+" on an exception", user, form)
		asked()
	}
	_, sent := bot.Actions()
	for _, action := range sent {
		if !done[action] && !slices.Contains(byButton, action) {
			t.Errorf("the form of %q was not tried; no command opens it", action)
		}
	}
}

func TestEveryButtonIsForOneTimeOnePersonAndOneCasus(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.command(ib, s.casus.Room, "casus", "sluit")
	s.command(ib, s.casus.Room, "casus", "neem-terug")
	back := s.store.Picture()
	buttons, forms := 0, 0
	for _, user := range everybody {
		seen, err := s.person(user).SeeDirect()
		if err != nil {
			continue
		}
		for _, m := range seen {
			for _, label := range m.Labels {
				buttons++
				what := fmt.Sprintf("%s presses %q", user, label)
				press := func(by bot.UserID) (string, *bot.Form) {
					return s.during(by, func() error { return s.person(by).Press(m.ID, label) })
				}
				// Somebody else first.
				before := s.picture()
				answer, form := press(ghost)
				if form != nil {
					t.Errorf("%s: somebody else gets further: %q, %v", what, answer, form)
				}
				s.wantWhole(what+" by somebody else", before, false)
				back()

				for how, happens := range map[string]func(){
					"as it should":               func() {},
					"after the casus was closed": func() { s.shut(s.casus.Ref) },
					"after they were put out":    func() { s.takeOut(s.casus.Ref, user) },
				} {
					happens()
					before = s.picture()
					answer, form = press(user)
					if form == nil {
						s.wantClear(what+", "+how, answer)
						s.wantWhole(what+", "+how, before, !isNo(answer))
					} else if how == "as it should" {
						forms++
						s.abuse(what, user, *form)
					}
					if how == "as it should" && form == nil {
						between := s.picture()
						answer, _ = press(user)
						s.wantClear(what+", again", answer)
						if again := s.picture(); again.records != between.records {
							t.Errorf("%s: pressed twice, it counted twice", what)
						}
					}
					back()
				}
				s.clock.Advance(6 * 366 * 24 * time.Hour)
				answer, form = press(user)
				if form != nil || !strings.Contains(answer, "verlopen") && !strings.Contains(answer, "wacht niet meer") {
					t.Errorf("%s: after its time: %q", what, answer)
				}
				s.clock.Advance(-6 * 366 * 24 * time.Hour)
				back()
			}
		}
	}
	if buttons < 12 || forms < 2 {
		t.Errorf("%d buttons and %d forms were tried", buttons, forms)
	}
}
