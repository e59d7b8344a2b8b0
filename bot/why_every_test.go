package bot_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
	"github.com/convenantbot/convenantbot/bot/text"
)

// whyBelow finds the button that opens why below a message with this part, which
// somebody was told alone.
func (w *world) whyBelow(user bot.UserID, part string) (bottest.Seen, string) {
	w.t.Helper()
	seen, err := w.person(user).SeeDirect()
	if err != nil {
		w.t.Fatal(err)
	}
	for _, s := range slices.Backward(seen) {
		if i := slices.IndexFunc(s.Labels, func(l string) bool { return strings.HasPrefix(l, "Waarom?") }); i >= 0 && strings.Contains(s.Text, part) {
			return s, s.Labels[i]
		}
	}
	w.t.Fatalf("%s cannot open why below %q; they were told:\n%s", user, part, strings.Join(w.told(user), "\n---\n"))
	return bottest.Seen{}, ""
}

// opens presses why below the message with this part, twice, and wants every part of
// the explanation, its number, and each reading in the log.
func (w *world) opens(ref bot.Ref, user bot.UserID, below string, parts ...string) string {
	w.t.Helper()
	s, label := w.whyBelow(user, below)
	return w.opensBy(ref, user, func() error { return w.person(user).Press(s.ID, label) }, parts...)
}

func (w *world) opensBy(ref bot.Ref, user bot.UserID, press func() error, parts ...string) string {
	w.t.Helper()
	var first string
	for n := range 2 {
		read := len(w.of(ref, bot.ActRead))
		w.clock.Advance(time.Minute)
		if err := press(); err != nil {
			w.t.Fatal(err)
		}
		w.settle()
		got := w.lastTold(user)
		for _, part := range append(parts, "**Waarom? Casus "+string(ref), "**Waar ik naar keek**", "**Wat daaruit volgt**", "**En nu?**", "Leg het voor aan de FG", "Noem het nummer `id") {
			if !strings.Contains(got, part) {
				w.t.Errorf("%s opens why and reads %q, want %q in it", user, got, part)
			}
		}
		if strings.Contains(got, "sha256") || strings.Contains(got, "<no value>") {
			w.t.Errorf("%s reads %q", user, got)
		}
		all := w.of(ref, bot.ActRead)
		if len(all) != read+1 || all[read].Decision == "" || !strings.Contains(got, string(all[read].Decision)) {
			w.t.Errorf("%d readings, want one more than %d, of the decision that was read", len(all), read)
		}
		if n == 1 && got != first {
			w.t.Errorf("a second time %s reads %q, first it was %q", user, got, first)
		}
		first = got
	}
	return first
}

func TestWhoWasNotAddedIsExplainedToWhoAskedForThem(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus(func(v map[string][]string) { v["members"] = []string{string(lpa), string(stray)} }))
	got := w.opens(casus.Ref, ib, "nog niet iedereen is toegevoegd", "therapeut", "**niet toelaten tot het overleg**", "is nog geen partij van het convenant", "Deze regels gelden nog")
	if strings.Contains(got, "p-stray") {
		t.Errorf("an id is read: %q", got)
	}

	// And so is who was refused later, and who was let in reads why.
	w.command(ib, casus.Room, "casus", "deelnemer")
	if a := w.send(ib, map[string][]string{"members": {string(stray)}}); !strings.Contains(a.Text, "toe") {
		t.Fatalf("invite: %+v", a)
	}
	w.opens(casus.Ref, ib, "nog niet iedereen is toegevoegd", "**niet toelaten tot het overleg**")
	w.command(lpa, casus.Room, "casus", "waarom")
	wantIn(t, w.lastTold(lpa), "was het besluit: **meedoen mag**")
	w.toldWithout(lpa, "therapeut")
}

func TestAStrangerPutOutIsExplainedToWhoLeadsAndWhoLetThemIn(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	if err := w.person(lpa).Add(casus.Room, stray); err != nil {
		t.Fatal(err)
	}
	w.settle()
	for user, below := range map[bot.UserID]string{ib: "iemand die niet in dit overleg hoort", lpa: "dat teruggedraaid", officer: "C-2026-0001"} {
		got := w.opens(casus.Ref, user, below, "**uit het kanaal halen**", "iemand die geen deelnemer is", "Zo werk ik altijd", "`/casus deelnemer`")
		if strings.Contains(got, "stray") || strings.Contains(got, "therapeut") {
			t.Errorf("%s reads who it was: %q", user, got)
		}
	}
	w.command(carer, casus.Room, "casus", "waarom")
	w.toldWithout(carer, "uit het kanaal halen")
}

func TestWhosePartEndedReadsWhyAlsoFromOutside(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.left("aanbieder")
	w.later(1)
	got := w.opens(casus.Ref, carer, "geen partij meer", "**de deelname stopt**", "`/convenant partijen`")
	w.opens(casus.Ref, ib, "geen partij meer", "**de deelname stopt**", "jeugdhulpverlener")
	if strings.Contains(got, "plan maken") {
		t.Errorf("who is out reads of the casus: %q", got)
	}
}

func TestNobodyIsToldThatTheirPartEndedForSafety(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.left("aanbieder")
	w.later(1)
	s, label := w.whyBelow(carer, "geen partij meer")
	if err := w.store.Update(t.Context(), func(tx bot.Tx) error {
		c, err := tx.Casus(casus.Ref)
		if err != nil {
			return err
		}
		c.Private.Unsafe = append(c.Private.Unsafe, "p-carer")
		_, err = tx.SaveCasus(c)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := w.person(carer).Press(s.ID, label); err != nil {
		t.Fatal(err)
	}
	w.settle()
	wantIn(t, w.lastTold(carer), text.Forbidden.NL(text.None{}))
}

func TestAMessageThatWasHeldIsExplained(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.discuss(casus)
	w.known(ib, casus, map[string][]string{"young": {"Fatima Yilmaz"}})
	if ok, _ := w.says(lpa, casus.Room, "Fatima was er weer niet."); ok {
		t.Fatal("the name was posted")
	}
	got := w.opens(casus.Ref, lpa, "nog niet geplaatst", "**niet plaatsen**", "een naam", "code van de casus of initialen", "Zo werk ik altijd")
	if strings.Contains(got, "Fatima") || strings.Contains(got, "er weer niet") {
		t.Errorf("the explanation repeats the message: %q", got)
	}
	w.says(carer, casus.Room, "Hij is bij ons bekend.")
	w.opens(casus.Ref, carer, "nog niet geplaatst", "je bericht", "**nog niet delen, er ontbreekt een ja**", "**Wat er nog ontbrak:** een ja van de jongere, moeder en vader")
	if ok, _ := w.says(lpa, casus.Room, "Het nummer is 111222333"); ok {
		t.Fatal("the number was posted")
	}
	w.opensBy(casus.Ref, lpa, func() error { return w.person(lpa).Command(casus.Room, "casus", "waarom") }, "burgerservicenummer", "**niet plaatsen**")
	for _, e := range w.of(casus.Ref, bot.ActMessageHeld) {
		if strings.Contains(strings.Join(e.Reasons, " "), "Fatima") {
			t.Errorf("the log has the name: %v", e.Reasons)
		}
	}
}

func TestWhatAWithdrawnYesHidIsExplainedToWhoLeadsAndWhoShared(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.discuss(casus)
	_ = w.upload(carer, casus.Room, "verslag.txt", "een behandelverslag")
	w.classify(carer, "health")
	for _, g := range [][2]string{{"g1", "authority"}, {"g2", "authority"}, {"yp", "young_person"}} {
		w.consent(casus, aConsent(g[0], g[1]))
	}
	if len(w.visible(ib, casus.Room)) != 1 {
		t.Fatal("the file is not there")
	}
	w.command(carer, casus.Room, "casus", "intrekken")
	f, err := w.person(carer).OpenForm()
	if err != nil {
		t.Fatal(err)
	}
	w.send(carer, map[string][]string{"consent": {f.Fields[0].Options[0].Value}})
	w.opens(casus.Ref, ib, "uit het zicht gehaald", "**uit het zicht halen**", "nu uit het zicht zijn: 1", "AVG art. 7 lid 3")
	w.command(carer, casus.Room, "casus", "waarom")
	wantIn(t, w.lastTold(carer), "**uit het zicht halen**")
	// Whose file it is not, hears nothing of it.
	w.command(lpa, casus.Room, "casus", "waarom")
	w.toldWithout(lpa, "uit het zicht")
}

func TestWhatHappensToACasusIsExplained(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.close(casus)
	w.opensBy(casus.Ref, lpa, func() error { return w.person(lpa).Command(casus.Room, "casus", "waarom") },
		"**bewaren**", "(bewaarregel R-WAIT)", "Archiveren kan vanaf", "Overgenomen door elke organisatie: nog niet", "Bewaarblokkade: nee")
	w.handedOver(casus.Ref)
	w.later(20)
	for _, user := range []bot.UserID{ib, doctor} {
		w.opens(casus.Ref, user, "wordt vernietigd", "**aankondigen dat de casus wordt vernietigd**", "Aankondigen dat alles weggaat kan vanaf", "Ik kijk vanzelf opnieuw", "Overgenomen door elke organisatie: ja")
	}
	w.appoint()
	w.hold(casus.Ref)
	w.opens(casus.Ref, officer, "blok", "**bewaren**", "(bewaarregel R-HOLD)", "Bewaarblokkade: ja, er wordt niets vernietigd")
}

func TestAReminderIsExplainedToWhoLeads(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	before := len(w.kept())
	for range 200 {
		if w.count(casus.Ref, bot.ActReminded) > 2 {
			break
		}
		w.later(1)
	}
	if n := w.count(casus.Ref, bot.ActReminded); n < 3 {
		t.Fatalf("%d reminders in the log", n)
	}
	if n := len(w.kept()) - before; n != 1 {
		t.Errorf("%d decisions were kept of one that was told once", n)
	}
	w.opens(casus.Ref, ib, "vraagt je aandacht", "**de procesregisseur herinneren**", "Als er niets meer gebeurt")
	w.command(lpa, casus.Room, "casus", "waarom")
	w.toldWithout(lpa, "herinneren**")
}

func TestAnExceptionIsExplainedToWhoAskedItAndToTheFG(t *testing.T) {
	for verdict, want := range map[string]string{"granted": "**delen mag, met een uitzondering**", "denied": "**geen uitzondering**"} {
		t.Run(verdict, func(t *testing.T) {
			w, casus := consultant(t)
			if a := w.askException(guide, "SWV naar de eigen school", "alleen intern begeleider"); len(a.Errors) > 0 {
				t.Fatal(a.Errors)
			}
			if a := w.decide(doctor, verdict); len(a.Errors) > 0 {
				t.Fatal(a.Errors)
			}
			below := "geen uitzondering**"
			if verdict == "granted" {
				below = "de uitzondering is er"
				got := w.opens(casus.Ref, officer, "er is een uitzondering verleend", want)
				if strings.Contains(got, "advies.txt") {
					t.Errorf("the FG reads the name of the file: %q", got)
				}
			}
			got := w.opens(casus.Ref, guide, below, want, "SWV naar de eigen school", "de ontvanger is de eigen school", "toestemmingsmatrix, hoofdstuk 5")
			if strings.Contains(got, "Alleen de school heeft dit nodig") {
				t.Errorf("the decider's own words stand in it: %q", got)
			}
		})
	}
}

func TestWhatStoodInARoomUnaskedIsExplained(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	id, err := w.chat.Post(t.Context(), casus.Room, bot.Message{Text: "Jan was weer ziek"}, "slipped")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.bot.Receive(t.Context(), bot.Event{ID: "s1", Platform: bottest.ChatName, Kind: bot.Slipped, User: lpa, Channel: casus.Room, Message: id, At: w.clock.Now()}); err != nil {
		t.Fatal(err)
	}
	w.settle()
	got := w.opens(casus.Ref, ib, string(casus.Ref), "**uit het zicht halen**", "een bericht in het kanaal dat ik niet had bekeken")
	if strings.Contains(got, "Jan") {
		t.Errorf("the message is repeated: %q", got)
	}
	w.opensBy(casus.Ref, lpa, func() error { return w.person(lpa).Command(casus.Room, "casus", "waarom") }, "**uit het zicht halen**")
}

// The button of one is nobody else's, wherever they come from, and whoever left
// reads nothing more of what is told in the room.
func TestNobodyElseOpensADecision(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus(func(v map[string][]string) { v["members"] = []string{string(lpa), string(carer), string(stray)} }))
	decision := ""
	for _, e := range w.of(casus.Ref, bot.ActMemberRefused) {
		decision = string(e.Decision)
	}
	press := func(user bot.UserID) string {
		t.Helper()
		token := "forged-" + string(user) + "-" + w.clock.Now().Format("150405.000")
		if err := w.store.Update(t.Context(), func(tx bot.Tx) error {
			_, err := tx.Record(bot.Entry{At: w.clock.Now(), Act: bot.ActDirectory})
			if err != nil {
				return err
			}
			return tx.AddTicket(bot.Ticket{Token: token, Action: "why", Casus: casus.Ref, Object: decision, Expires: w.clock.Now().Add(time.Hour)})
		}); err != nil {
			t.Fatal(err)
		}
		if err := w.bot.Receive(t.Context(), bot.Event{ID: token, Kind: bot.Pressed, Platform: bottest.ChatName, Ticket: token, User: user, Channel: casus.Room, At: w.clock.Now()}); err != nil {
			t.Fatal(err)
		}
		w.settle()
		return w.lastTold(user)
	}
	// Another member, somebody of no organisation here, whom it is about, and a stranger.
	for _, user := range []bot.UserID{carer, guide, stray, nobody} {
		wantIn(t, press(user), text.Forbidden.NL(text.None{}))
		w.clock.Advance(time.Second)
	}
	if n := w.count(casus.Ref, bot.ActRefused); n != 4 {
		t.Errorf("%d attempts in the log, want 4", n)
	}
	wantIn(t, press(ib), "**niet toelaten tot het overleg**")
	// Who led it once and left, does not any more.
	w.clock.Advance(time.Minute)
	w.takeOut(casus.Ref, ib)
	wantIn(t, press(ib), text.Forbidden.NL(text.None{}))
}

func TestWhyNamesTheRulesByTheirDayAndSaysWhatThoseOfTodayDo(t *testing.T) {
	w := newWorld(t)
	w.startPolicy()
	casus := w.open(newCasus(func(v map[string][]string) { v["members"] = []string{string(lpa), string(stray)} }))
	w.opens(casus.Ref, ib, "nog niet iedereen is toegevoegd", "_Ik gebruikte de regels van 2 maart 2026, kenmerk ", "Deze regels gelden nog")
	// Other rules that say the same, and rules that do not ask for a party any more.
	w.clock.Advance(48 * time.Hour)
	if _, err := w.bot.ProposePolicy(t.Context(), changedBundle(t, remark), "de FG"); err != nil {
		t.Fatal(err)
	}
	w.opens(casus.Ref, ib, "nog niet iedereen is toegevoegd", "van 2 maart 2026", "zou ik nu hetzelfde besluiten")
}

func TestTheAnswerToMayIShareOpensWhyAndIsNotKept(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.discuss(casus)
	w.mayShare(carer, casus.Room, firstForm("youth_care", "casus"), secondForm("health", "inside", "overleg"))
	s, label := w.whyBelow(carer, "C-2026-0001")
	kept := len(w.kept())
	for range 2 {
		w.clock.Advance(time.Minute)
		if err := w.person(carer).Press(s.ID, label); err != nil {
			t.Fatal(err)
		}
		w.settle()
		for _, part := range []string{"je vraag", "**nog niet delen, er ontbreekt een ja**", "een ja van de jongere, moeder en vader", "Ik bewaar het niet"} {
			wantIn(t, w.lastTold(carer), part)
		}
		w.toldWithout(carer, "Noem het nummer")
	}
	if n := len(w.kept()); n != kept {
		t.Errorf("%d verdicts are kept, want %d as before", n, kept)
	}
	// Whose part is over asks nothing more.
	w.takeOut(casus.Ref, carer)
	w.clock.Advance(time.Minute)
	if err := w.person(carer).Press(s.ID, label); err != nil {
		t.Fatal(err)
	}
	w.settle()
	wantIn(t, w.lastTold(carer), text.Forbidden.NL(text.None{}))
}

// kept are the verdicts in the store.
func (w *world) kept() (all []bot.Verdict) {
	w.t.Helper()
	w.view(func(tx bot.Tx) (err error) {
		all, err = tx.VerdictsSince(time.Time{}, 0)
		return err
	})
	return all
}
