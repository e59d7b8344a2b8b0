package bot_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// says lets somebody write in a room and does what follows. It reports whether
// the message stands there.
func (w *world) says(user bot.UserID, room bot.ChannelID, text string) (posted bool, refusal string) {
	w.t.Helper()
	err := w.person(user).Say(room, text)
	w.settle()
	if err != nil {
		return false, err.Error()
	}
	return true, ""
}

// stands reports whether user sees text in a room, and whose it is.
func (w *world) stands(user bot.UserID, room bot.ChannelID, text string) (author bot.UserID, there bool) {
	w.t.Helper()
	seen, err := w.person(user).See(room)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, s := range seen {
		if s.Text == text {
			return s.Author, true
		}
	}
	return "", false
}

// known fills in what is known of a casus.
func (w *world) known(user bot.UserID, casus bot.Casus, values map[string][]string) bot.FormAnswer {
	w.t.Helper()
	w.command(user, casus.Room, "casus", "bekend")
	return w.send(user, values)
}

const (
	codeButton     = "Plaats met code"
	initialsButton = "Plaats met initialen"
	asIsButton     = "Plaats zo: het gaat over iemand anders"
	processButton  = "Toch plaatsen: dit gaat over proces of afspraken"
)

func TestTheFirstMessageOfWhoMayNotShareYetIsHeld(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.discuss(casus)

	// Youth care and youth health; not the school, nor leerplicht.
	for _, user := range []bot.UserID{ib, lpa} {
		if ok, why := w.says(user, casus.Room, "Ik was er gisteren bij."); !ok {
			t.Errorf("%s was stopped: %s", user, why)
		}
	}
	for _, user := range []bot.UserID{carer, doctor} {
		ok, why := w.says(user, casus.Room, "Hij is bij ons bekend.")
		if ok || !strings.Contains(why, "nog niet geplaatst") {
			t.Errorf("%s was not stopped: %q", user, why)
		}
		w.wantTold(user, "proces en de afspraken")
		w.wantTold(user, "de jongere")
		if _, there := w.stands(ib, casus.Room, "Hij is bij ons bekend."); there {
			t.Errorf("the message of %s stands in the room", user)
		}
	}
	// Who is missing was told to who must act, and nobody else heard of it.
	for _, user := range []bot.UserID{ib, lpa} {
		if all := strings.Join(w.told(user), "\n"); strings.Contains(all, "moeder") || strings.Contains(all, "bij ons bekend") {
			t.Errorf("%s was told:\n%s", user, all)
		}
	}
	if n := w.count(casus.Ref, bot.ActMessageHeld); n != 2 {
		t.Errorf("%d messages held in the log, want 2", n)
	}

	// Their own word lets it and what follows pass, once, under their name.
	w.press(carer, processButton)
	if who, there := w.stands(ib, casus.Room, "Hij is bij ons bekend."); !there || who != carer {
		t.Errorf("it stands there: %v, by %q", there, who)
	}
	if ok, why := w.says(carer, casus.Room, "Zullen we woensdag bellen?"); !ok {
		t.Errorf("the second message was stopped: %s", why)
	}
	if w.count(casus.Ref, bot.ActMessageJudged) != 1 {
		t.Errorf("log = %v", w.acts(casus.Ref))
	}
	// It was the word of one person.
	if ok, _ := w.says(doctor, casus.Room, "Ook goed."); ok {
		t.Error("the word of one lets another pass")
	}
}

func TestTheWordAboutProcessEndsWhenSomethingChanges(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus(func(v map[string][]string) { v["members"] = []string{string(lpa), string(carer)} }))
	w.discuss(casus)
	w.says(carer, casus.Room, "Wanneer overleggen we?")
	w.press(carer, processButton)
	if ok, why := w.says(carer, casus.Room, "Prima."); !ok {
		t.Fatalf("stopped: %s", why)
	}
	// Somebody else reads along from now on.
	w.relative(casus.Ref)
	if ok, _ := w.says(carer, casus.Room, "Nog iets."); ok {
		t.Error("the word counts though somebody else reads along")
	}
}

func TestWithEveryYesNothingIsHeldAndWithoutItAgain(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.discuss(casus)
	ordinary := func(v map[string][]string) map[string][]string { v["kinds"] = []string{"ordinary"}; return v }
	for _, giver := range [][2]string{{"yp", "young_person"}, {"g1", "authority"}} {
		if a := w.consent(casus, ordinary(aConsent(giver[0], giver[1]))); len(a.Errors) > 0 {
			t.Fatal(a.Errors)
		}
	}
	w.clock.Advance(time.Minute)
	if ok, why := w.says(carer, casus.Room, "Wij zijn drie keer geweest."); !ok {
		t.Fatalf("stopped with every yes: %s", why)
	}
	w.command(carer, casus.Room, "casus", "intrekken")
	form, err := w.person(carer).OpenForm()
	if err != nil {
		t.Fatal(err)
	}
	w.send(carer, map[string][]string{"consent": {form.Fields[0].Options[0].Value}})
	w.clock.Advance(time.Minute)
	if ok, _ := w.says(carer, casus.Room, "Nog een keer."); ok {
		t.Error("a consent was withdrawn and the message passes")
	}
}

func TestANameIsHeldAndPostedAsItsWriterChooses(t *testing.T) {
	for _, test := range []struct{ button, said, want string }{
		{codeButton, "Sam de Vries was er niet, zijn moeder Roos Bakker wel.", "C-2026-0001 was er niet, zijn moeder R.B. wel."},
		{initialsButton, "Sam de Vries was er niet, zijn moeder Roos Bakker wel.", "S.d.V. was er niet, zijn moeder R.B. wel."},
		{asIsButton, "Sam van de gemeente belde.", "Sam van de gemeente belde."},
		{codeButton, "geb. 01-05-2013, Dorpsstraat 12", "geb. [geboortedatum], [adres]"},
		{codeButton, "bel 06 12345678", "bel [telefoonnummer]"},
	} {
		w := newWorld(t)
		casus := w.open(newCasus())
		if a := w.known(lpa, casus, map[string][]string{"young": {"Sam de Vries"}, "others": {"Roos Bakker"}, "addresses": {"Dorpsstraat 12, 3811 AB"}, "phones": {"06-12345678"}}); len(a.Errors) > 0 {
			t.Fatal(a.Errors)
		}
		if ok, _ := w.says(ib, casus.Room, test.said); ok {
			t.Errorf("%q was not held", test.said)
		}
		w.press(ib, test.button)
		if who, there := w.stands(lpa, casus.Room, test.want); !there || who != ib {
			t.Errorf("%q after %q: there %v by %q", test.said, test.button, there, who)
		}
		// The other buttons below the same message do nothing more.
		before := len(w.mustSee(lpa, casus.Room))
		for _, other := range []string{codeButton, initialsButton, asIsButton} {
			w.press(ib, other)
		}
		if after := len(w.mustSee(lpa, casus.Room)); after != before {
			t.Errorf("%d messages after pressing every button, want %d", after, before)
		}
		w.wantTold(ib, "wacht niet meer")
	}
}

func (w *world) mustSee(user bot.UserID, room bot.ChannelID) (all []string) {
	w.t.Helper()
	seen, err := w.person(user).See(room)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, s := range seen {
		all = append(all, s.Text)
	}
	return all
}

func TestAfterTheNameComesTheSecrecy(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.known(ib, casus, map[string][]string{"young": {"Sam de Vries"}})
	w.says(carer, casus.Room, "Sam komt woensdag.")
	w.press(carer, codeButton)
	if _, there := w.stands(ib, casus.Room, "C-2026-0001 komt woensdag."); there {
		t.Error("it was posted though its writer may not share")
	}
	w.press(carer, processButton)
	if who, there := w.stands(ib, casus.Room, "C-2026-0001 komt woensdag."); !there || who != carer {
		t.Errorf("there %v by %q", there, who)
	}
}

func TestAHeldMessageIsNotPostedWhenItsTimeOrItsPlaceIsOver(t *testing.T) {
	for name, happens := range map[string]func(w *world, casus bot.Casus){
		"its hour is over":      func(w *world, _ bot.Casus) { w.clock.Advance(time.Hour) },
		"the casus was closed":  func(w *world, casus bot.Casus) { w.close(casus) },
		"its writer is out":     func(w *world, casus bot.Casus) { w.takeOut(casus.Ref, lpa) },
		"somebody else presses": nil,
	} {
		w := newWorld(t)
		casus := w.open(newCasus())
		w.known(ib, casus, map[string][]string{"young": {"Sam de Vries"}})
		w.says(lpa, casus.Room, "Sam is er weer.")
		if happens != nil {
			happens(w, casus)
			w.press(lpa, codeButton)
		} else {
			seen, err := w.person(lpa).SeeDirect()
			if err != nil {
				t.Fatal(err)
			}
			if err := w.person(ib).Press(seen[len(seen)-1].ID, codeButton); err != nil {
				t.Fatal(err)
			}
			w.settle()
		}
		if _, there := w.stands(ib, casus.Room, "C-2026-0001 is er weer."); there {
			t.Errorf("%s: it was posted", name)
		}
	}
}

// takeOut ends somebody's part in a casus as the product does: they stay known as
// somebody who took part.
func (w *world) takeOut(ref bot.Ref, user bot.UserID) {
	w.t.Helper()
	if err := w.store.Update(w.t.Context(), func(tx bot.Tx) error {
		c, err := tx.Casus(ref)
		if err != nil {
			return err
		}
		for i := range c.Private.Members {
			if m := &c.Private.Members[i]; m.Account == user {
				m.Until, m.Ended = w.clock.Now(), "over"
			}
		}
		_, err = tx.SaveCasus(c)
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
}

func TestALongTextIsADocument(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.discuss(casus)
	long := strings.Repeat("Wij spraken over het plan. ", 60)
	if ok, why := w.says(ib, casus.Room, long); ok || !strings.Contains(why, "als een document") {
		t.Fatalf("posted %v: %s", ok, why)
	}
	w.classify(ib, "ordinary")
	if got := w.visible(lpa, casus.Room); !slices.Equal(got, []string{"document-C-2026-0001-2026-03-02.txt"}) {
		t.Errorf("the room shows %v, want the document", got)
	}
	// At the edge it is talk.
	if ok, why := w.says(ib, casus.Room, strings.Repeat("é", 1500)); !ok {
		t.Errorf("1500 characters were stopped: %s", why)
	}
	if ok, _ := w.says(ib, casus.Room, strings.Repeat("é", 1501)); ok {
		t.Error("1501 characters passed")
	}
	// A BSN in it is refused whatever its length.
	if ok, why := w.says(ib, casus.Room, long+" 111222333 "+long); ok || !strings.Contains(why, "burgerservicenummer") && !strings.Contains(why, "BSN") {
		t.Errorf("posted %v: %s", ok, why)
	}
}

func TestAChangeThatWouldBeHeldIsRefusedAndLeavesTheMessage(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.known(ib, casus, map[string][]string{"young": {"Sam de Vries"}})
	p := bot.Posting{Platform: "testchat", Channel: casus.Room, User: lpa, Text: "Sam was er niet", Changes: "m1", Protected: true}
	a, err := w.bot.Posting(t.Context(), p)
	if err != nil || a.Allow || !strings.Contains(a.Text, "niet opgeslagen") {
		t.Errorf("answer %+v, %v", a, err)
	}
	w.settle()
	for _, s := range w.told(lpa) {
		if strings.Contains(s, "wacht tot") {
			t.Error("a change was held as if it were a message")
		}
	}
	p.Text = "De jongere was er niet"
	if a, err := w.bot.Posting(t.Context(), p); err != nil || !a.Allow {
		t.Errorf("a harmless change: %+v, %v", a, err)
	}
}

func TestWhatIsKnownIsReadCarefullyAndShownToNobody(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	for field, value := range map[string]string{"young": "de", "others": "x", "birthdays": "gisteren", "addresses": "ergens", "phones": "112"} {
		a := w.known(ib, casus, map[string][]string{field: {value}})
		if a.Errors[field] == "" {
			t.Errorf("%s %q was taken: %+v", field, value, a)
		}
	}
	if a := w.known(ib, casus, nil); a.Errors["young"] == "" {
		t.Errorf("nothing at all was taken: %+v", a)
	}
	a := w.known(ib, casus, map[string][]string{"young": {"Sam de Vries\nSammie"}, "birthdays": {"3-4-1985"}})
	if len(a.Errors) > 0 || strings.Contains(a.Text, "Sam") {
		t.Errorf("answer %+v", a)
	}
	w.command(lpa, casus.Room, "casus", "bekend")
	form, err := w.person(lpa).OpenForm()
	if err != nil || !strings.Contains(form.Intro, "2 van de jongere") || strings.Contains(form.Intro, "Sam") {
		t.Errorf("the form says %q, %v", form.Intro, err)
	}
	for _, f := range form.Fields {
		if len(f.Default) > 0 {
			t.Errorf("field %s shows %v", f.Name, f.Default)
		}
	}
	// Begin anew.
	if a := w.send(lpa, map[string][]string{"forget": {"true"}}); len(a.Errors) > 0 {
		t.Fatal(a.Errors)
	}
	if ok, why := w.says(ib, casus.Room, "Sam kwam."); !ok {
		t.Errorf("what was forgotten is still looked for: %s", why)
	}
	if hits := bot.FindKnown(w.casus(casus.Ref), "geboren op 1 mei 2013"); len(hits) != 1 {
		t.Error("the birthday of the casus itself is not looked for any more")
	}
}

func TestAFileIsPostedUnderANameThatSaysNothing(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.discuss(casus)
	for _, name := range []string{"Sam de Vries.txt", "verslag.TXT", "foto.jpeg", "raar.samdevries", "zonder"} {
		_ = w.upload(ib, casus.Room, name, "over "+name)
		w.classify(ib, "ordinary")
	}
	day := "-C-2026-0001-2026-03-02"
	want := []string{"document" + day + ".txt", "document" + day + "-2.txt", "beeld" + day + ".jpeg", "bestand" + day, "bestand" + day + "-2"}
	if got := w.visible(lpa, casus.Room); !slices.Equal(got, want) {
		t.Errorf("the room shows %v, want %v", got, want)
	}
	w.command(lpa, casus.Room, "casus", "verkeerd")
	form, err := w.person(lpa).OpenForm()
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range form.Fields[0].Options {
		if strings.Contains(o.Label, "Sam") || strings.Contains(o.Label, "verslag") {
			t.Errorf("somebody else reads the file's own name: %q", o.Label)
		}
	}
}

func TestTheTextWithAFileNamesNobody(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.discuss(casus)
	w.known(ib, casus, map[string][]string{"young": {"Sam de Vries"}})
	_ = w.upload(ib, casus.Room, "verslag.txt", "drie dagen")
	w.press(ib, "Zeg wat erin staat")
	a := w.send(ib, map[string][]string{"kinds": {"ordinary"}, "absence": {"none"}, "text": {"over sam"}})
	if a.Errors["text"] == "" {
		t.Errorf("answer %+v", a)
	}
}
