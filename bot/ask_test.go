package bot_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/suppose"
)

// answerCase plays the knowledge base for questions about sharing: "delen" makes
// one, "diagnose" and "verzuim" say what, and the first age counts.
func answerCase(q bot.Question) (bot.Reply, bool) {
	if q.Topic != "" {
		return bot.Reply{Text: "Over " + q.Topic + ".", Topic: bot.Topic{Code: q.Topic, Title: "Over iets"}}, true
	}
	all := q.Text
	if strings.HasPrefix(q.Text, "en ") && len(q.Before) > 0 {
		all = q.Text + " " + q.Before[0]
	}
	if !strings.Contains(all, "delen") {
		return bot.Reply{}, false
	}
	k := q.Known
	k.Shares = true
	if strings.Contains(all, "diagnose") {
		k.Kind = "health"
	} else if strings.Contains(all, "verzuim") {
		k.Kind = "ordinary"
	}
	if strings.Contains(all, "zomaar") {
		return bot.Reply{Text: "Dat hangt ervan af.", Case: k}, true
	}
	if strings.Contains(all, "politie") {
		k.Reach = suppose.Outside
	}
	if age := regexp.MustCompile(`\b\d+\b`).FindString(all); age != "" {
		n := 0
		fmt.Sscan(age, &n)
		k.Age = suppose.BandOf(n)
	}
	r := bot.Reply{Text: "In het algemeen: " + k.Age + " " + k.Kind + ".", Case: k, Topic: bot.Topic{Code: "MAT-M12", Title: "Gezondheid"}}
	switch {
	case k.Kind == "":
		r.Need = suppose.NeedKind
	case k.Age == "":
		r.Need = suppose.NeedAge
	}
	return r, true
}

func (w *world) wantButtons(user bot.UserID, labels ...string) {
	w.t.Helper()
	seen, err := w.person(user).SeeDirect()
	if err != nil || len(seen) == 0 {
		w.t.Fatalf("%s was told nothing, %v", user, err)
	}
	for _, label := range labels {
		if last := seen[len(seen)-1]; !slices.Contains(last.Labels, label) {
			w.t.Errorf("%s sees buttons %v, want %q", user, last.Labels, label)
		}
	}
}

// ask asks in a channel, and returns what stands there afterwards by the bot.
func (w *world) ask(user bot.UserID, channel bot.ChannelID, question string) (said []string) {
	w.t.Helper()
	if err := w.person(user).Say(channel, "@convenantbot "+question); err != nil {
		w.t.Fatal(err)
	}
	w.settle()
	return w.saidIn(user, channel)
}

func (w *world) saidIn(user bot.UserID, channel bot.ChannelID) (said []string) {
	w.t.Helper()
	seen, err := w.person(user).See(channel)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, s := range seen {
		if s.Author == "" && !s.Pinned {
			said = append(said, s.Text)
		}
	}
	return said
}

func (w *world) lastTold(user bot.UserID) string {
	w.t.Helper()
	all := w.told(user)
	if len(all) == 0 {
		w.t.Fatalf("%s was told nothing", user)
	}
	return all[len(all)-1]
}

func TestWhatIsMissingIsAskedWithButtons(t *testing.T) {
	w := newWorld(t)
	w.command(ib, "common", "convenant", "vraag mag ik een diagnose delen?")
	w.wantTold(ib, "hoe oud is de jongere?")
	w.wantButtons(ib, "Onder 12 jaar", "12 tot en met 15 jaar", "16 of 17 jaar", "18 jaar of ouder")
	w.press(ib, "16 of 17 jaar")
	if got := w.lastTold(ib); !strings.Contains(got, "In het algemeen: from_16 health.") || strings.Contains(got, "hoe oud") {
		t.Errorf("after the press: %q", got)
	}
	w.press(ib, "16 of 17 jaar")
	w.wantTold(ib, "Deze knop is al gebruikt")
}

func TestSomebodyElseCannotAnswerForTheAsker(t *testing.T) {
	w := newWorld(t)
	w.ask(ib, "common", "mag ik een diagnose delen?")
	seen, _ := w.person(lpa).See("common")
	if err := w.person(lpa).Press(seen[len(seen)-1].ID, "Onder 12 jaar"); err != nil {
		t.Fatal(err)
	}
	w.settle()
	if said := w.saidIn(lpa, "common"); len(said) != 1 {
		t.Errorf("somebody else's press was answered: %q", said)
	}
}

func TestAPressInAThreadIsAnsweredInThatThread(t *testing.T) {
	w := newWorld(t)
	w.ask(ib, "common", "mag ik een diagnose delen?")
	seen, _ := w.person(ib).See("common")
	if err := w.person(ib).Press(seen[1].ID, "Onder 12 jaar"); err != nil {
		t.Fatal(err)
	}
	w.settle()
	seen, _ = w.person(lpa).See("common")
	if len(seen) != 3 || seen[2].Thread != seen[0].ID || !strings.Contains(seen[2].Text, "under_12") {
		t.Errorf("the channel shows %+v", seen)
	}
}

func TestInACasusTheAnswerIsAboutThatCasusAndOnlyForTheAsker(t *testing.T) {
	w := newWorld(t)
	c := w.open(newCasus())
	w.command(ib, c.Room, "casus", "fase F3")
	said := w.saidIn(ib, c.Room)
	if now := w.ask(ib, c.Room, "mag ik een diagnose delen?"); len(now) != len(said) {
		t.Errorf("the room shows %q", now[len(said):])
	}
	got := w.lastTold(ib)
	for _, part := range []string{"In casus " + string(c.Ref), "Dit mag je nog niet delen", "moeder", "vader", "/casus toestemming", "alleen jij"} {
		if !strings.Contains(got, part) {
			t.Errorf("the answer does not say %q:\n%s", part, got)
		}
	}
	// What agreement everybody gave at the start covers plain facts.
	w.ask(ib, c.Room, "mag ik verzuim delen?")
	if got := w.lastTold(ib); !strings.Contains(got, "Dit mag je nu delen.") {
		t.Errorf("ordinary data: %s", got)
	}
	// Leerplicht reads along, so not every absence is.
	if got := w.lastTold(ib); !strings.Contains(got, "Behalve geoorloofd verzuim") {
		t.Errorf("nothing is said of authorised absence: %s", got)
	}
	if w.count(c.Ref, bot.ActRead) != 2 {
		t.Errorf("%d entries of reading, want 2", w.count(c.Ref, bot.ActRead))
	}
}

func TestWhatIsNotAboutTheCasusIsAnsweredInGeneral(t *testing.T) {
	w := newWorld(t)
	c := w.open(newCasus()) // about somebody of twelve
	for _, question := range []string{"mag ik een diagnose delen van een kind van 8?", "mag ik een diagnose delen met de politie?"} {
		said := w.ask(ib, c.Room, question)
		if last := said[len(said)-1]; !strings.Contains(last, "In het algemeen") || strings.Contains(last, string(c.Ref)) {
			t.Errorf("%s: %s", question, last)
		}
	}
	said := w.ask(ib, "common", "mag ik een diagnose delen?")
	if strings.Contains(strings.Join(said, ""), string(c.Ref)) {
		t.Errorf("the common channel shows the casus: %q", said)
	}
	if n := w.count(c.Ref, bot.ActRead); n != 0 {
		t.Errorf("%d entries of reading, want none", n)
	}
}

func TestInACasusOnlyTheKindIsAskedFor(t *testing.T) {
	w := newWorld(t)
	c := w.open(newCasus())
	w.ask(lpa, c.Room, "mag ik dit delen?")
	seen, _ := w.person(lpa).See(c.Room)
	last := seen[len(seen)-1]
	if !slices.Contains(last.Labels, "Gezondheid") || !strings.Contains(last.Text, "wat voor gegevens") {
		t.Fatalf("the room shows %+v", last)
	}
	if err := w.person(lpa).Press(last.ID, "Gezondheid"); err != nil {
		t.Fatal(err)
	}
	w.settle()
	if got := w.lastTold(lpa); !strings.Contains(got, "In casus "+string(c.Ref)) || !strings.Contains(got, "Dit mag je hier niet delen") {
		t.Errorf("after the press: %s", got)
	}
}

func TestAFollowUpInAThreadUsesTheQuestionBeforeIt(t *testing.T) {
	w := newWorld(t)
	in := bot.Event{ID: "a1", Platform: "testchat", Kind: bot.Said, User: ib, Channel: "common", Message: "root", Text: "mag ik een diagnose delen bij 8?"}
	w.receive(in)
	next := in
	next.ID, next.Message, next.Thread, next.Text = "a2", "m2", "root", "en bij 16?"
	w.receive(next)
	elsewhere := next
	elsewhere.ID, elsewhere.Message, elsewhere.Thread = "a3", "m3", "other"
	w.receive(elsewhere)
	said := w.saidIn(ib, "common")
	if len(said) != 3 || !strings.Contains(said[0], "under_12 health") || !strings.Contains(said[1], "from_16 health") || strings.Contains(said[2], "health") {
		t.Errorf("the bot said %q", said)
	}
	w.clock.Advance(8 * time.Hour)
	next.ID = "a4"
	w.receive(next)
	if said := w.saidIn(ib, "common"); strings.Contains(said[len(said)-1], "health") {
		t.Errorf("after a working day the thread was still remembered: %q", said[len(said)-1])
	}
}

func (w *world) receive(e bot.Event) {
	w.t.Helper()
	if err := w.bot.Receive(w.t.Context(), e); err != nil {
		w.t.Fatal(err)
	}
	w.settle()
}

func TestDirectlyAFollowUpIsOneForAQuarterOfAnHour(t *testing.T) {
	w := newWorld(t)
	must(t, w.person(ib).SayTo("mag ik een diagnose delen bij 8?"))
	w.settle()
	must(t, w.person(ib).SayTo("en bij 16?"))
	w.settle()
	if got := w.lastTold(ib); !strings.Contains(got, "from_16 health") {
		t.Errorf("the follow-up was answered with %q", got)
	}
	w.clock.Advance(15 * time.Minute)
	must(t, w.person(ib).SayTo("en bij 13?"))
	w.settle()
	if got := w.lastTold(ib); strings.Contains(got, "health") {
		t.Errorf("after a quarter of an hour: %q", got)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAQuestionWithPersonalDetailsIsAnsweredInPrivate(t *testing.T) {
	for _, question := range []string{
		"mag ik de diagnose van Kevin Jansen delen? hij is 16",
		"mag ik voor leerling Sanne iets delen bij 16",
		"geboren 3 mei 2012, mag ik een diagnose delen",
		"kind met BSN 111222333, mag ik verzuim delen bij 16",
		"jongen van 16, geb. 03-05-2010, mag ik delen",
		"bel 06-12345678 over de diagnose; mag ik delen bij 16",
		"Mag Fatima el Amrani van 16 zelf beslissen?",
	} {
		w := newWorld(t)
		if said := w.ask(ib, "common", question); len(said) != 0 {
			t.Errorf("%s: the channel shows %q", question, said)
		}
		if got := w.lastTold(ib); !strings.Contains(got, "Haal je bericht in het kanaal weg") {
			t.Errorf("%s: %s", question, got)
		}
		w.settle()
		// The text goes nowhere else: it is not remembered and cannot be released.
		seen, _ := w.person(ib).SeeDirect()
		if slices.Contains(seen[len(seen)-1].Labels, "Leg voor aan de FG") {
			t.Errorf("%s: the text may be released", question)
		}
	}
}

func TestAQuestionWithoutPersonalDetailsStaysWhereItWasAsked(t *testing.T) {
	for _, question := range []string{
		"mag ik een diagnose delen bij 16?", "Mag Veilig Thuis meelezen bij 16?", "Is de Raad voor de Kinderbescherming partij bij 16?",
		"Hoe zit het met artikel 9 lid 2 van het Privacy Convenant bij 16?", "Mogen Amersfoort en Soest dit samen doen bij 16?",
		"Een kind van 16 met een diagnose, mag ik delen?", "Wie beslist bij een meisje van 16 in Passend Onderwijs?",
		"Sinds 1 januari 2015 geldt de Jeugdwet, ook bij 16?",
	} {
		w := newWorld(t)
		if said := w.ask(ib, "common", question); len(said) != 1 {
			t.Errorf("%s: the channel shows %q; told in private: %q", question, said, w.told(ib))
		}
	}
}

func TestSafetyComesFirstAndNotWhereParentsRead(t *testing.T) {
	w := newWorld(t)
	c := w.open(newCasus())
	must(t, w.store.Update(t.Context(), func(tx bot.Tx) error {
		casus, err := tx.Casus(c.Ref)
		if err != nil {
			return err
		}
		casus.Private.Members = append(casus.Private.Members, bot.Member{ID: "g1", Role: bot.Parent, Since: w.clock.Now()})
		_, err = tx.SaveCasus(casus)
		return err
	}))
	before := w.saidIn(ib, c.Room)
	if now := w.ask(ib, c.Room, "Kevin Jansen wordt thuis geslagen"); len(now) != len(before) {
		t.Errorf("the room shows %q", now[len(before):])
	}
	got := w.lastTold(ib)
	if !strings.HasPrefix(got, "**Let op: in dit kanaal lezen ouders") || !strings.Contains(got, "0800-2000") {
		t.Errorf("the answer is %q", got)
	}
	if i, j := strings.Index(got, "0800-2000"), strings.Index(got, "gegevens van een persoon"); j < i {
		t.Errorf("the advice about names comes before safety:\n%s", got)
	}
	seen, _ := w.person(ib).SeeDirect()
	if n := len(seen[len(seen)-1].Labels); n != 0 {
		t.Errorf("%d buttons below the safety reply", n)
	}
}

func TestWhatSaysWhoSomebodyIsIsNeitherKeptNorReleased(t *testing.T) {
	w := newWorld(t)
	in := bot.Event{ID: "a1", Platform: "testchat", Kind: bot.Said, User: ib, Channel: "common", Message: "root", Text: "mag ik de diagnose van Kevin Jansen delen bij 8?"}
	w.receive(in)
	w.press(ib, "Dit klopt niet")
	if got := w.lastTold(ib); strings.Contains(got, "Kevin") || !strings.Contains(got, "maar niet wat je vroeg") {
		t.Errorf("after the rating: %q", got)
	}
	in.ID, in.Message, in.Thread, in.Text = "a2", "m2", "root", "en bij 16?"
	w.receive(in)
	if said := w.saidIn(ib, "common"); len(said) != 1 || strings.Contains(said[0], "health") {
		t.Errorf("the follow-up was answered with %q", said)
	}
}

func TestAVagueQuestionAboutSharingLeadsToTheGuidedFlow(t *testing.T) {
	w := newWorld(t)
	w.command(ib, "common", "convenant", "vraag mag ik zomaar iets delen?")
	w.wantTold(ib, "/convenant mag-ik-delen")
	w.command(lpa, "common", "convenant", "vraag beslist een jongere van 16 zelf?")
	if got := w.lastTold(lpa); strings.Contains(got, "mag-ik-delen") {
		t.Errorf("a question about no case: %s", got)
	}
}
