package bot_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
	"github.com/convenantbot/convenantbot/bot/text"
)

// pressesWhy has somebody press a button for this explanation, whoever it was made
// for, and returns what they read.
func (w *world) pressesWhy(user bot.UserID, ref bot.Ref, action, object string) string {
	w.t.Helper()
	w.clock.Advance(time.Second)
	token := action + "-" + object + "-" + string(user) + "-" + w.clock.Now().Format("0102150405")
	if err := w.store.Update(w.t.Context(), func(tx bot.Tx) error {
		_, err := tx.Record(bot.Entry{At: w.clock.Now(), Act: bot.ActDirectory})
		return errors.Join(err, tx.AddTicket(bot.Ticket{Token: token, Action: action, Casus: ref, Object: object, Expires: w.clock.Now().Add(time.Hour)}))
	}); err != nil {
		w.t.Fatal(err)
	}
	if err := w.bot.Receive(w.t.Context(), bot.Event{ID: token, Kind: bot.Pressed, Platform: bottest.ChatName, Ticket: token, User: user, Channel: w.casus(ref).Room, At: w.clock.Now()}); err != nil {
		w.t.Fatal(err)
	}
	w.settle()
	return w.lastTold(user)
}

// decisionOf is the newest decision behind an act.
func (w *world) decisionOf(ref bot.Ref, act bot.Act) string {
	w.t.Helper()
	all := w.of(ref, act)
	if len(all) == 0 || all[len(all)-1].Decision == "" {
		w.t.Fatalf("no decision behind %s: %+v", act, all)
	}
	return string(all[len(all)-1].Decision)
}

func wantNot(t testing.TB, got string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if strings.Contains(got, p) {
			t.Errorf("%q has %q in it", got, p)
		}
	}
}

// The whole room could open why a closed casus was kept, and read that somebody had
// asked to erase their data.
func TestWhoMustNotActOnARequestToEraseDoesNotReadThatThereIsOne(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.command(ib, casus.Room, "casus", "gegevens")
	w.send(ib, map[string][]string{"kind": {"erasure"}, "about": {"yp"}, "text": {"De jongere wil dat alles weg gaat."}})
	w.close(casus)
	decision := w.decisionOf(casus.Ref, bot.ActCasusClosed)
	for _, user := range []bot.UserID{ib, officer} {
		got := w.pressesWhy(user, casus.Ref, "why", decision)
		for _, part := range []string{"**een mens laten beslissen** (bewaarregel R-REQUEST)", "Iemand vroeg om gegevens te wissen", "Er is een verzoek om gegevens te wissen"} {
			wantIn(t, got, part)
		}
	}
	got := w.pressesWhy(lpa, casus.Ref, "why", decision)
	wantIn(t, got, "was het besluit: **bewaren** (bewaarregel R-WAIT)")
	wantIn(t, got, "Deze regels gelden nog")
	wantNot(t, got, "verzoek", "wissen", "R-REQUEST", "een mens")
}

// olderDecision puts a decision on somebody who was not let in into the log, as if it
// was taken with other rules.
func (w *world) olderDecision(ref bot.Ref, change func(*bot.Verdict)) string {
	w.t.Helper()
	refused := w.of(ref, bot.ActMemberRefused)[0]
	id := bot.DecisionID("id-older-" + w.clock.Now().Format("150405"))
	w.clock.Advance(time.Second)
	if err := w.store.Update(w.t.Context(), func(tx bot.Tx) error {
		v, err := tx.Verdict(refused.Decision)
		if err != nil {
			return err
		}
		v.ID, v.Policy = id, "sha256:0123456789abcdef"
		change(&v)
		e := refused
		e.Decision, e.Policy, e.At = id, v.Policy, w.clock.Now()
		_, err = tx.Record(e)
		return errors.Join(err, tx.AddVerdict(v))
	}); err != nil {
		w.t.Fatal(err)
	}
	return string(id)
}

func TestWhyTellsWhatTheRulesOfTodayWouldDecide(t *testing.T) {
	w := newWorld(t)
	w.startPolicy()
	if err := w.store.Update(t.Context(), func(tx bot.Tx) error {
		_, err := tx.Record(bot.Entry{At: w.clock.Now(), Act: bot.ActDirectory})
		older := bot.Policy{Hash: "sha256:0123456789abcdef", Files: map[string][]byte{"bundle.yaml": []byte("x")}, ProposedAt: time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)}
		return errors.Join(err, tx.AddPolicy(older), tx.ActivatePolicy(older.Hash, "", time.Date(2026, 2, 7, 9, 0, 0, 0, time.UTC)))
	}); err != nil {
		t.Fatal(err)
	}
	casus := w.open(newCasus(func(v map[string][]string) { v["members"] = []string{string(lpa), string(stray)} }))
	same, reason, otherwise := "zou ik nu hetzelfde besluiten.", "zou ik nu hetzelfde besluiten, om een andere reden. Is er iets veranderd", "zou ik nu iets anders besluiten: niet toelaten tot het overleg. Is er iets veranderd"
	for name, tt := range map[string]struct {
		change func(*bot.Verdict)
		want   string
	}{
		"the same":                        {func(*bot.Verdict) {}, same},
		"the same, on another ground":     {func(v *bot.Verdict) { v.Codes = []string{"was_there_once"} }, reason},
		"otherwise":                       {func(v *bot.Verdict) { v.Effect = "need_consent" }, otherwise},
		"otherwise, and on other grounds": {func(v *bot.Verdict) { v.Effect, v.Codes = "allow", nil }, otherwise},
	} {
		t.Run(name, func(t *testing.T) {
			got := w.pressesWhy(ib, casus.Ref, "why", w.olderDecision(casus.Ref, tt.change))
			wantIn(t, got, "De regels zijn sindsdien veranderd. Met wat ik toen wist, "+tt.want)
			wantIn(t, got, "_Ik gebruikte de regels van 7 februari 2026, kenmerk 01234567._")
			wantNot(t, got, "Deze regels gelden nog")
			for _, other := range []string{same, reason, otherwise} {
				if other != tt.want {
					wantNot(t, got, other)
				}
			}
		})
	}
}

// A no because the rules could not be applied had no reason in its explanation, or no
// answer at all where there were no facts either.
func TestThatTheRulesCouldNotBeAppliedIsExplained(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus(func(v map[string][]string) { v["members"] = []string{string(lpa), string(stray)} }))
	got := w.pressesWhy(ib, casus.Ref, "why", w.olderDecision(casus.Ref, func(v *bot.Verdict) { v.Codes, v.Facts = []string{"policy_error"}, nil }))
	for _, part := range []string{"was het besluit: **niet toelaten tot het overleg**", "De regels konden niet worden toegepast", "Daarom is het antwoord nee", "Probeer het later opnieuw"} {
		wantIn(t, got, part)
	}

	_ = w.upload(ib, casus.Room, "verslag.txt", "een verslag")
	f := w.files(casus.Ref)[0]
	if err := w.store.Update(t.Context(), func(tx bot.Tx) error {
		_, err := tx.Record(bot.Entry{Casus: casus.Ref, At: w.clock.Now(), Actor: "p-ib", Act: bot.ActFileDecided, Object: string(f.ID), Decision: "id-failed", Outcome: "refused"})
		return errors.Join(err, tx.AddVerdict(bot.Verdict{ID: "id-failed", Casus: casus.Ref, At: w.clock.Now(), About: "share", Effect: "refuse", Codes: []string{"policy_error"}}))
	}); err != nil {
		t.Fatal(err)
	}
	got = w.pressesWhy(ib, casus.Ref, "why", "id-failed")
	for _, part := range []string{`, "verslag.txt"**`, "was het besluit: **niet delen**", "Daarom is het antwoord nee"} {
		wantIn(t, got, part)
	}
}

func TestADecisionWhoseVerdictIsLostIsNotExplainedAsAnother(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	if err := w.store.Update(t.Context(), func(tx bot.Tx) error {
		_, err := tx.Record(bot.Entry{Casus: casus.Ref, At: w.clock.Now(), Actor: "p-ib", Act: bot.ActMemberRefused, Object: "p-stray", Decision: "id-lost", Outcome: "refused"})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	nothing := text.WhyNothing.NL(text.CasusArgs{Ref: string(casus.Ref)})
	wantIn(t, w.pressesWhy(ib, casus.Ref, "why", "id-lost"), nothing)
	// It does not stand before what can be explained.
	w.clock.Advance(time.Minute)
	w.command(ib, casus.Room, "casus", "waarom")
	wantIn(t, w.lastTold(ib), "was het besluit: **meedoen mag**")
}

// Of an answer that is not kept the button is nobody else's either.
func TestOnlyWhoTakesPartOpensWhyBelowMayIShare(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.discuss(casus)
	parent := w.parent(casus.Ref)
	wantIn(t, w.pressesWhy(parent, casus.Ref, "why_answer", "health"), "je vraag")
	if err := w.store.Update(t.Context(), func(tx bot.Tx) error {
		c, err := tx.Casus(casus.Ref)
		if err != nil {
			return err
		}
		c.Private.Unsafe = append(c.Private.Unsafe, "g1")
		_, err = tx.SaveCasus(c)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	read := len(w.of(casus.Ref, bot.ActRead))
	for _, user := range []bot.UserID{parent, officer, stray} {
		wantIn(t, w.pressesWhy(user, casus.Ref, "why_answer", "health"), text.Forbidden.NL(text.None{}))
	}
	if n := len(w.of(casus.Ref, bot.ActRead)); n != read {
		t.Errorf("%d readings in the log, want %d as before", n, read)
	}
}

func TestWhoWasLetInReadsWhyAsLongAsTheyTakePart(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	decision := ""
	for _, e := range w.of(casus.Ref, bot.ActMemberAdded) {
		if e.Object == "p-lpa" {
			decision = string(e.Decision)
		}
	}
	wantIn(t, w.pressesWhy(lpa, casus.Ref, "why", decision), "**meedoen mag**")
	wantIn(t, w.pressesWhy(carer, casus.Ref, "why", decision), text.Forbidden.NL(text.None{}))
	w.takeOut(casus.Ref, lpa)
	wantIn(t, w.pressesWhy(lpa, casus.Ref, "why", decision), text.Forbidden.NL(text.None{}))
}

// Whoever decided or looked on for one organisation, and now does so only for another
// in the same casus, has nothing to do with it any more.
func TestAnExceptionIsExplainedOnlyToWhoActsForTheOrganisationThatShared(t *testing.T) {
	w, casus := consultant(t)
	if a := w.askException(guide, "SWV naar de eigen school", "alleen intern begeleider"); len(a.Errors) > 0 {
		t.Fatal(a.Errors)
	}
	if a := w.decide(doctor, "granted"); len(a.Errors) > 0 {
		t.Fatal(a.Errors)
	}
	decision := w.decisionOf(casus.Ref, bot.ActExceptionGranted)
	for _, user := range []bot.UserID{doctor, officer, guide} {
		wantIn(t, w.pressesWhy(user, casus.Ref, "why", decision), "**delen mag, met een uitzondering**")
	}
	for _, user := range []bot.UserID{ib, lpa, carer, stray} {
		wantIn(t, w.pressesWhy(user, casus.Ref, "why", decision), text.Forbidden.NL(text.None{}))
	}
	w.decidesFor("swv-a", "")
	w.decidesFor("gemeente", "p-doctor")
	wantIn(t, w.pressesWhy(doctor, casus.Ref, "why", decision), text.Forbidden.NL(text.None{}))
	if err := w.store.Update(t.Context(), func(tx bot.Tx) error {
		org, err := tx.Organisation("swv-a")
		if err != nil {
			return err
		}
		org.DPO = "p-ib"
		_, err = tx.Record(bot.Entry{At: w.clock.Now(), Act: bot.ActDirectory})
		return errors.Join(err, tx.SaveOrganisation(org))
	}); err != nil {
		t.Fatal(err)
	}
	wantIn(t, w.pressesWhy(officer, casus.Ref, "why", decision), text.Forbidden.NL(text.None{}))
}

// hiddenByTheMother has what the carer shared go out of sight because the mother took
// her yes back.
func hiddenByTheMother(t *testing.T, before func(w *world, casus bot.Casus)) (*world, bot.Casus, bot.UserID) {
	t.Helper()
	w := newWorld(t)
	casus := w.open(newCasus())
	w.discuss(casus)
	mother := w.parent(casus.Ref)
	_ = w.upload(carer, casus.Room, "verslag.txt", "een behandelverslag")
	w.classify(carer, "health")
	for _, g := range [][2]string{{"g1", "authority"}, {"g2", "authority"}, {"yp", "young_person"}} {
		yes := aConsent(g[0], g[1])
		yes["recipients"] = append(yes["recipients"], "g1")
		w.consent(casus, yes)
	}
	if len(w.visible(ib, casus.Room)) != 1 {
		t.Fatal("the file is not there")
	}
	if before != nil {
		before(w, casus)
	}
	w.clock.Advance(time.Minute)
	w.command(mother, casus.Room, "casus", "intrekken")
	for value, label := range w.options(mother) {
		if strings.Contains(label, "gedeeld door") {
			w.send(mother, map[string][]string{"consent": {value}})
		}
	}
	if f := w.lastFile(casus); f.State != bot.Withdrawn {
		t.Fatalf("the file is %s", f.State)
	}
	return w, casus, mother
}

// Who shared a file that went out of sight heard nothing of it.
func TestWhoSharedIsToldThatTheirFileIsOutOfSightAndNotWhoseYesEnded(t *testing.T) {
	w, casus, mother := hiddenByTheMother(t, nil)
	got := w.opens(casus.Ref, carer, "1 bestand dat jij deelde, is uit het zicht gehaald", "**uit het zicht halen**", "een ja is ingetrokken", "nu uit het zicht zijn: 1")
	wantNot(t, strings.ToLower(strings.Join(w.told(carer)[len(w.told(carer))-3:], "\n")), "moeder", "vader", "verslag.txt")
	wantNot(t, got, string(mother))
	for _, user := range []bot.UserID{ib, lpa, mother} {
		if n := w.heardOf(user, "dat jij deelde"); n != 0 {
			t.Errorf("%s hears %d times of a file that they did not share", user, n)
		}
	}
	if n := w.heardOf(ib, "uit het zicht gehaald"); n != 1 {
		t.Errorf("who leads hears of it %d times", n)
	}
}

func TestWhoTakesNoPartAnyMoreHearsNothingOfWhatTheyShared(t *testing.T) {
	w, _, _ := hiddenByTheMother(t, func(w *world, casus bot.Casus) { w.takeOut(casus.Ref, carer) })
	if n := w.heardOf(carer, "uit het zicht gehaald"); n != 0 {
		t.Errorf("they hear of it %d times", n)
	}
}

// A no to something else of the same giver explained what an earlier withdrawal hid.
func TestANoIsNotTheReasonOfWhatAnEarlierWithdrawalHid(t *testing.T) {
	w, casus, _ := hiddenByTheMother(t, nil)
	for kind, want := range map[bot.DataKind]string{"ordinary": text.Forbidden.NL(text.None{}), "health": "er is nu nee gezegd"} {
		if err := w.store.Update(t.Context(), func(tx bot.Tx) error {
			all, err := tx.Consents(casus.Ref)
			if err != nil {
				return err
			}
			var no bot.Consent
			for _, c := range all {
				if c.Giver == "g1" {
					no = c
				}
			}
			no.ID, no.Decision, no.Kinds, no.GivenAt, no.WithdrawnAt = "no-"+string(kind), bot.Refused, []bot.DataKind{kind}, w.clock.Now(), time.Time{}
			_, err = tx.Record(bot.Entry{Casus: casus.Ref, At: w.clock.Now(), Actor: "p-carer", Act: bot.ActConsentRefused, Object: no.ID, Decision: bot.DecisionID("id-" + no.ID), Outcome: "done"})
			return errors.Join(err, tx.AddConsent(no))
		}); err != nil {
			t.Fatal(err)
		}
		for _, user := range []bot.UserID{ib, carer} {
			wantIn(t, w.pressesWhy(user, casus.Ref, "why", "id-no-"+string(kind)), want)
		}
		wantIn(t, w.pressesWhy(lpa, casus.Ref, "why", "id-no-"+string(kind)), text.Forbidden.NL(text.None{}))
	}
}

// One decision of each kind, taken by the leerplichtambtenaar or the one who decides
// for the gemeente, about the carer or what the carer shared: who opens it.
func TestWhoMayOpenEachKindOfDecision(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus(func(v map[string][]string) { v["members"] = []string{string(lpa), string(carer)} }))
	parent := w.parent(casus.Ref)
	w.decidesFor("gemeente", "p-doctor")
	_ = w.upload(carer, casus.Room, "verslag.txt", "een verslag")
	f := w.files(casus.Ref)[0]
	w.changeFile(f.ID, func(f *bot.File) { f.State, f.RestsOn = bot.Withdrawn, []string{"c-1"} })
	everybody := []bot.UserID{ib, lpa, carer, parent, doctor, officer, stray}
	opens := func(decision string, want ...bot.UserID) {
		t.Helper()
		for _, user := range everybody {
			got := !strings.Contains(w.pressesWhy(user, casus.Ref, "why", decision), text.Forbidden.NL(text.None{}))
			if want := slices.Contains(want, user); got != want {
				t.Errorf("%s opens %s: %v, want %v", user, decision, got, want)
			}
		}
	}
	file, inRoom := string(f.ID), []bot.UserID{ib, lpa, carer, parent, officer}
	for _, tt := range []struct {
		act    bot.Act
		actor  bot.PersonID
		object string
		want   []bot.UserID
	}{
		{bot.ActMemberAdded, "p-lpa", "p-carer", []bot.UserID{carer}},
		{bot.ActFamilyInvited, "p-lpa", "p-carer", []bot.UserID{carer}},
		{bot.ActMemberRefused, "p-lpa", "p-carer", []bot.UserID{ib, lpa}},
		{bot.ActMemberEnded, "", "p-carer", []bot.UserID{ib, carer, doctor, officer}},
		{bot.ActMemberBack, "", "p-carer", []bot.UserID{ib, carer, doctor, officer}},
		{bot.ActStrangerRemoved, "p-lpa", "p-carer", []bot.UserID{ib, lpa, doctor, officer}},
		{bot.ActLetIn, "p-lpa", "p-carer", []bot.UserID{lpa}},
		{bot.ActMessageHeld, "p-lpa", "", []bot.UserID{lpa}},
		{bot.ActRefused, "p-lpa", "", []bot.UserID{lpa}},
		{bot.ActMessageSlipped, "p-lpa", "", []bot.UserID{ib, lpa, doctor, officer}},
		{bot.ActFileSlipped, "p-lpa", "", []bot.UserID{ib, lpa, doctor, officer}},
		{bot.ActFileDecided, "p-lpa", file, []bot.UserID{carer}},
		{bot.ActExceptionGranted, "p-doctor", file, []bot.UserID{carer, doctor, officer}},
		{bot.ActExceptionDenied, "p-doctor", file, []bot.UserID{carer, doctor}},
		{bot.ActExceptionDenied, "p-before", file, []bot.UserID{carer}},
		{bot.ActConsentEnded, "p-lpa", "c-1", []bot.UserID{ib, lpa, carer}},
		{bot.ActConsentEnded, "p-lpa", "c-2", nil},
		{bot.ActCasusClosed, "p-lpa", "", inRoom},
		{bot.ActHoldPlaced, "p-doctor", "", append([]bot.UserID{doctor}, inRoom...)},
		{bot.ActAnnounced, "", "", append([]bot.UserID{doctor}, inRoom...)},
		{bot.ActArchived, "", "", append([]bot.UserID{doctor}, inRoom...)},
		{bot.ActReminded, "", "", []bot.UserID{ib, doctor, officer}},
		{bot.ActExported, "p-lpa", "p-carer", nil},
	} {
		w.clock.Advance(time.Second)
		id := "id-" + string(tt.act) + "-" + string(tt.actor) + "-" + tt.object
		if err := w.store.Update(t.Context(), func(tx bot.Tx) error {
			_, err := tx.Record(bot.Entry{Casus: casus.Ref, At: w.clock.Now(), Actor: tt.actor, OnBehalf: "gemeente", Act: tt.act, Object: tt.object, Decision: bot.DecisionID(id), Outcome: "done"})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if tt.act == bot.ActExported {
			// Nothing that explains itself: everybody reads that there is nothing.
			wantIn(t, w.pressesWhy(lpa, casus.Ref, "why", id), text.WhyNothing.NL(text.CasusArgs{Ref: string(casus.Ref)}))
			continue
		}
		opens(id, tt.want...)
	}
	ended := "id-consent_withdrawn-p-lpa-c-1"
	w.changeFile(f.ID, func(f *bot.File) { f.State = bot.Posted })
	opens(ended)
	w.changeFile(f.ID, func(f *bot.File) { f.State = bot.Withdrawn })
	w.takeOut(casus.Ref, carer)
	opens(ended, ib, lpa)
	// Who decided or looks on for an organisation that left, does not any more.
	w.decidesFor("school-a", "p-doctor")
	w.left("gemeente")
	opens("id-" + string(bot.ActExceptionGranted) + "-p-doctor-" + file)
}

// Who took their own yes back read it in the answer, and who leads hears of all files.
func TestNobodyIsToldTwiceThatTheirFileIsOutOfSight(t *testing.T) {
	for _, poster := range []bot.UserID{carer, ib} {
		w := newWorld(t)
		casus := w.open(newCasus())
		w.discuss(casus)
		_ = w.upload(carer, casus.Room, "verslag.txt", "een behandelverslag")
		w.classify(carer, "health")
		for _, g := range [][2]string{{"g1", "authority"}, {"g2", "authority"}, {"yp", "young_person"}} {
			w.consent(casus, aConsent(g[0], g[1]))
		}
		f := w.lastFile(casus)
		w.changeFile(f.ID, func(f *bot.File) { f.Account = poster })
		w.command(carer, casus.Room, "casus", "intrekken")
		for value, label := range w.options(carer) {
			if strings.Contains(label, "gedeeld door") {
				w.send(carer, map[string][]string{"consent": {value}})
				break
			}
		}
		if got := w.lastFile(casus).State; got != bot.Withdrawn {
			t.Fatalf("the file is %s", got)
		}
		w.settle()
		for _, user := range []bot.UserID{carer, ib} {
			if n := w.heardOf(user, "dat jij deelde"); n != 0 {
				t.Errorf("the file of %s: %s hears %d times more of it", poster, user, n)
			}
		}
	}
}
