package bot_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// decides has somebody decide on exceptions for an organisation.
func (w *world) decidesFor(org bot.OrgID, who bot.PersonID) {
	w.t.Helper()
	if err := w.store.Update(w.t.Context(), func(tx bot.Tx) error {
		o, err := tx.Organisation(org)
		if err != nil {
			return err
		}
		o.Appointee = who
		_, err = tx.Record(bot.Entry{At: w.clock.Now(), Act: bot.ActDirectory})
		return errors.Join(err, tx.SaveOrganisation(o))
	}); err != nil {
		w.t.Fatal(err)
	}
}

// consultant is a casus in which the consultant of the SWV wants to share health.
func consultant(t *testing.T) (*world, bot.Casus) {
	t.Helper()
	w := newWorld(t)
	w.pages = "https://bot.example.org"
	w.start()
	w.decidesFor("swv-a", "p-doctor")
	casus := w.open(newCasus(func(v map[string][]string) { v["members"] = []string{string(lpa), string(carer), string(guide)} }))
	w.discuss(casus)
	if err := w.upload(guide, casus.Room, "advies.txt", "een advies"); err == nil {
		t.Fatal("posted at once")
	}
	w.press(guide, "Zeg wat erin staat")
	// Health cannot be chosen for everybody here, and may be said all the same.
	w.send(guide, map[string][]string{"kinds": {"health"}, "absence": {"none"}})
	return w, casus
}

// ask has the poster ask for the exception whose label has all parts.
func (w *world) askException(user bot.UserID, parts ...string) bot.FormAnswer {
	w.t.Helper()
	w.press(user, "Vraag een uitzondering")
	f, err := w.person(user).OpenForm()
	if err != nil {
		w.t.Fatal(err)
	}
	for _, field := range f.Fields {
		if field.Name != "ground" {
			continue
		}
		for _, o := range field.Options {
			if !slices.ContainsFunc(parts, func(p string) bool { return !strings.Contains(o.Label, p) }) {
				return w.send(user, map[string][]string{"ground": {o.Value}, "reason": {"De school moet morgen weten wat kan."}, "sure": {"true"}})
			}
		}
		w.t.Fatalf("no ground with %q among %v", parts, field.Options)
	}
	w.t.Fatal("the form asks for no ground")
	return bot.FormAnswer{}
}

func (w *world) decide(user bot.UserID, verdict string) bot.FormAnswer {
	w.t.Helper()
	w.press(user, "Beslis")
	return w.send(user, map[string][]string{"verdict": {verdict}, "reason": {"Alleen de school heeft dit nodig."}})
}

func TestTheSWVSharesWithTheSchoolAloneWhenItsDeciderSaysSo(t *testing.T) {
	w, casus := consultant(t)
	if a := w.askException(guide, "SWV naar de eigen school", "alleen intern begeleider"); len(a.Errors) > 0 {
		t.Fatal(a.Errors)
	}
	if f := w.lastFile(casus); f.State != bot.Quarantined || f.Asked == nil {
		t.Fatalf("file = %+v, want it to wait for a decision", f)
	}
	w.wantTold(doctor, "een verzoek om een uitzondering")
	w.wantTold(doctor, "alleen intern begeleider, Organisatie school-a")
	if strings.Contains(w.lastTold(doctor), "advies.txt") {
		t.Error("who decides reads the name of the file")
	}
	if a := w.decide(doctor, "granted"); len(a.Errors) > 0 {
		t.Fatal(a.Errors)
	}
	f := w.lastFile(casus)
	if f.State != bot.Posted || !slices.Equal(f.For, []bot.PersonID{"p-ib"}) || f.Exception == nil || f.Exception.Code != "X-SCHOOL" || f.Exception.ApprovedBy != "p-doctor" {
		t.Fatalf("file = %+v, want it posted for the school alone", f)
	}
	w.wantTold(guide, "de uitzondering is er")
	w.wantTold(officer, "er is een uitzondering verleend")
	w.press(ib, "Open in de kluis")
	if _, _, err := w.bot.EnterVault(t.Context(), w.link(ib)); err != nil {
		t.Errorf("the school: %v", err)
	}
	for _, user := range []bot.UserID{lpa, carer} {
		if strings.Contains(strings.Join(w.told(user), "\n"), "kluis") {
			t.Errorf("%s was told of the card", user)
		}
	}
	for act, n := range map[bot.Act]int{bot.ActExceptionAsked: 1, bot.ActExceptionGranted: 1, bot.ActExceptionDenied: 0, bot.ActFilePosted: 1} {
		if got := w.count(casus.Ref, act); got != n {
			t.Errorf("%d × %s in the log, want %d", got, act, n)
		}
	}
}

func TestARefusedExceptionLeavesTheFileUnread(t *testing.T) {
	w, casus := consultant(t)
	w.askException(guide, "SWV naar de eigen school")
	if a := w.decide(doctor, "denied"); len(a.Errors) > 0 {
		t.Fatal(a.Errors)
	}
	if f := w.lastFile(casus); f.State != bot.Quarantined || f.Exception != nil || f.Asked != nil {
		t.Errorf("file = %+v, want it to wait as before", f)
	}
	w.wantTold(guide, "geen uitzondering")
	if got := w.count(casus.Ref, bot.ActFilePosted); got != 0 {
		t.Errorf("%d files posted", got)
	}
	// And it can be asked again, and lapses by itself.
	w.clock.Advance(2 * time.Hour)
	w.settle()
	w.round()
	if f := w.lastFile(casus); f.State != bot.Gone && f.State != bot.Denied {
		t.Errorf("after its time the file is %s", f.State)
	}
}

func TestNobodyDecidesOnTheirOwnException(t *testing.T) {
	for name, decider := range map[string]bot.PersonID{"the discloser": "p-guide", "the FG": "p-officer", "nobody": ""} {
		t.Run(name, func(t *testing.T) {
			w, casus := consultant(t)
			w.decidesFor("swv-a", decider)
			w.press(guide, "Vraag een uitzondering")
			w.wantTold(guide, "niemand anders dan jij aangewezen")
			if f := w.lastFile(casus); f.Asked != nil {
				t.Error("it was asked all the same")
			}
		})
	}
}

func TestWhoIsNoLongerAppointedDecidesNothing(t *testing.T) {
	w, casus := consultant(t)
	w.askException(guide, "SWV naar de eigen school")
	w.decidesFor("swv-a", "p-lpa")
	w.press(doctor, "Beslis")
	if _, err := w.person(doctor).OpenForm(); err == nil {
		t.Error("the form opens")
	}
	if f := w.lastFile(casus); f.Exception != nil {
		t.Error("it was granted")
	}
}

// What changed between asking and deciding counts: nothing is opened that the rules
// would not open now.
func TestAnExceptionIsJudgedByWhatIsSoNow(t *testing.T) {
	w, casus := consultant(t)
	w.askException(guide, "SWV naar de eigen school")
	w.takeOut(casus.Ref, ib)
	if a := w.decide(doctor, "granted"); a.Errors["verdict"] == "" {
		t.Errorf("granted for somebody who left: %+v", a)
	}
	if f := w.lastFile(casus); f.State != bot.Quarantined || f.Exception != nil {
		t.Errorf("file = %+v", f)
	}
}

func TestTheTreatmentTeamMayHaveItAndTheSchoolMayNot(t *testing.T) {
	w := newWorld(t)
	w.pages = "https://bot.example.org"
	w.start()
	w.decidesFor("aanbieder", "p-guide")
	casus := w.open(newCasus())
	w.discuss(casus)
	w.inVault(casus)
	w.press(carer, "Vraag een uitzondering")
	f, err := w.person(carer).OpenForm()
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range f.Fields {
		for _, o := range field.Options {
			if strings.Contains(o.Label, "Dezelfde behandeling") && (!strings.Contains(o.Label, "jeugdarts") || strings.Contains(o.Label, "intern begeleider") || strings.Contains(o.Label, "iedereen")) {
				t.Errorf("offered: %s", o.Label)
			}
			if strings.Contains(o.Label, "Dezelfde behandeling") {
				w.send(carer, map[string][]string{"ground": {o.Value}, "reason": {"Wij behandelen haar samen."}, "sure": {"true"}})
				w.decide(guide, "granted")
				if f := w.lastFile(casus); f.State != bot.Posted || !slices.Equal(f.For, []bot.PersonID{"p-doctor"}) {
					t.Fatalf("file = %+v, want it for the doctor", f)
				}
				return
			}
		}
	}
	t.Fatal("the ground is not offered")
}

// The institution that carries out a supervision order may have it alone.
func TestTheInstitutionOfASupervisionOrderMayHaveItAlone(t *testing.T) {
	w := newWorld(t)
	w.pages = "https://bot.example.org"
	w.start()
	w.decidesFor("ggd", "p-guide")
	casus := w.open(newCasus())
	w.discuss(casus)
	_ = w.upload(doctor, casus.Room, "bevindingen.txt", "bevindingen")
	w.press(doctor, "Zeg wat erin staat")
	w.send(doctor, map[string][]string{"kinds": {"health"}})
	if a := w.askException(doctor, "Ondertoezichtstelling", "alleen jeugdhulpverlener"); len(a.Errors) > 0 {
		t.Fatal(a.Errors)
	}
	w.decide(guide, "granted")
	if f := w.lastFile(casus); f.State != bot.Posted || !slices.Equal(f.For, []bot.PersonID{"p-carer"}) {
		t.Errorf("file = %+v, want it for the institution", f)
	}
}

// Where nobody but the discloser could decide, a refused file is not kept.
func TestAFileIsNotKeptForADecisionThatNobodyCanTake(t *testing.T) {
	w := newWorld(t)
	w.pages = "https://bot.example.org"
	w.start()
	w.decidesFor("swv-a", "")
	casus := w.open(newCasus(func(v map[string][]string) { v["members"] = []string{string(lpa), string(guide)} }))
	w.discuss(casus)
	_ = w.upload(guide, casus.Room, "advies.txt", "een advies")
	w.press(guide, "Zeg wat erin staat")
	w.send(guide, map[string][]string{"kinds": {"health"}, "absence": {"none"}})
	if f := w.lastFile(casus); f.State != bot.Denied || slices.Contains(w.labels(guide), "Vraag een uitzondering") {
		t.Errorf("file = %+v, labels %v", f, w.labels(guide))
	}
}

func TestABSNHasNoException(t *testing.T) {
	w := newWorld(t)
	w.pages = "https://bot.example.org"
	w.start()
	w.decidesFor("swv-a", "p-doctor")
	casus := w.open(newCasus(func(v map[string][]string) { v["members"] = []string{string(lpa), string(guide)} }))
	w.discuss(casus)
	for _, kind := range []string{"bsn", "criminal"} {
		_ = w.upload(guide, casus.Room, "advies.txt", "een advies")
		w.press(guide, "Zeg wat erin staat")
		w.send(guide, map[string][]string{"kinds": {kind}, "absence": {"none"}})
		if slices.Contains(w.labels(guide), "Vraag een uitzondering") {
			t.Errorf("%s: an exception is offered", kind)
		}
		w.clock.Advance(time.Minute)
	}
}
