package bot_test

import (
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

// lead fills in the form about the procesregie.
func (w *world) lead(by bot.UserID, casus bot.Casus, what, to string) bot.FormAnswer {
	w.t.Helper()
	w.command(by, casus.Room, "casus", "regie")
	v := map[string][]string{"what": {what}}
	if to != "" {
		v["to"] = []string{to}
	}
	return w.send(by, v)
}

func TestTheProcesregieChangesHandsOnlyWithAYes(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	if a := w.lead(ib, casus, "give", "p-lpa"); len(a.Errors) > 0 {
		t.Fatalf("give: %v", a.Errors)
	}
	if c := w.casus(casus.Ref); c.Coordinator != "p-ib" {
		t.Fatalf("the coordinator is %s before anybody said yes", c.Coordinator)
	}
	w.press(lpa, "Ja, ik neem het over")
	if c := w.casus(casus.Ref); c.Coordinator != "p-lpa" {
		t.Errorf("the coordinator is %s, want p-lpa", c.Coordinator)
	}
	w.command(ib, casus.Room, "casus", "fase F3")
	w.wantTold(ib, "Dit kan alleen de procesregisseur")
	if w.count(casus.Ref, bot.ActLeadChanged) != 1 {
		t.Errorf("log = %v, want one change", w.acts(casus.Ref))
	}
}

func TestANoLeavesTheProcesregieAndIsTold(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.lead(ib, casus, "give", "p-lpa")
	w.press(lpa, "Nee")
	if c := w.casus(casus.Ref); c.Coordinator != "p-ib" {
		t.Errorf("the coordinator is %s after a no", c.Coordinator)
	}
	w.wantTold(ib, "neemt de procesregie niet over")
}

func TestOfTwoWhoWereAskedTheFirstYesCounts(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.lead(ib, casus, "give", "p-lpa")
	w.lead(ib, casus, "give", "p-doctor")
	w.press(doctor, "Ja, ik neem het over")
	w.press(lpa, "Ja, ik neem het over")
	if c := w.casus(casus.Ref); c.Coordinator != "p-doctor" {
		t.Errorf("the coordinator is %s, want p-doctor", c.Coordinator)
	}
	w.wantTold(lpa, "intussen al bij iemand anders")
}

func TestADeputyTakesOverAtOnceAndEverybodyHears(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	if a := w.lead(ib, casus, "deputy", "p-doctor"); len(a.Errors) > 0 {
		t.Fatalf("deputy: %v", a.Errors)
	}
	// The procesregisseur is ill; somebody says so.
	w.lead(lpa, casus, "away", "")
	w.wantTold(doctor, "Jij bent plaatsvervanger")
	w.press(doctor, "Ik neem nu over")
	c := w.casus(casus.Ref)
	if c.Coordinator != "p-doctor" || c.Deputy != "" {
		t.Errorf("coordinator %s and deputy %q, want p-doctor and none", c.Coordinator, c.Deputy)
	}
	seen, err := w.person(carer).See(casus.Room)
	if err != nil || seen[len(seen)-1].Text == "" || seen[len(seen)-1].Author != "" {
		t.Errorf("the room was told nothing: %+v, %v", seen, err)
	}
}

func TestSomebodyWhoIsNoDeputyCannotTakeOver(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	for _, what := range []string{"claim", "give", "deputy", "no_deputy", "dansen", ""} {
		if a := w.lead(carer, casus, what, "p-carer"); a.Errors["what"] == "" {
			t.Errorf("%q by a member: %+v, want an error", what, a)
		}
	}
	if a := w.lead(ib, casus, "give", "p-guide"); a.Errors["to"] == "" {
		t.Errorf("to somebody who is not in the casus: %+v, want an error", a)
	}
	if a := w.lead(ib, casus, "give", "p-ib"); a.Errors["to"] == "" {
		t.Errorf("to oneself: %+v, want an error", a)
	}
	w.command(officer, casus.Room, "casus", "regie")
	w.wantTold(officer, "De procesregie regelt een professional")
}

func TestWithNobodyLeftTheFGFindsSomebody(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	if a := w.staff(officer, "school-a", map[string][]string{"what": {"end"}, "who": {"a-ib"}}); len(a.Errors) > 0 {
		t.Fatalf("end: %v", a.Errors)
	}
	w.wantTold(officer, "heeft nu geen procesregisseur")
	w.press(officer, "Vraag iemand")
	if a := w.send(officer, map[string][]string{"to": {"p-lpa"}}); len(a.Errors) > 0 {
		t.Fatalf("name somebody: %v", a.Errors)
	}
	w.press(lpa, "Ja, ik neem het over")
	if c := w.casus(casus.Ref); c.Coordinator != "p-lpa" {
		t.Errorf("the coordinator is %s, want p-lpa", c.Coordinator)
	}
	w.command(lpa, casus.Room, "casus", "fase F3")
	if c := w.casus(casus.Ref); c.Phase != "F3" {
		t.Errorf("the new coordinator could not lead: phase %s", c.Phase)
	}
}

// closed closes a casus and reads it again.
func (w *world) closed(casus bot.Casus) bot.Casus {
	w.t.Helper()
	w.close(casus)
	return w.casus(casus.Ref)
}

func (w *world) reopen(by bot.UserID, channel bot.ChannelID, rest string, values map[string][]string) bot.FormAnswer {
	w.t.Helper()
	w.command(by, channel, "casus", "heropen "+rest)
	return w.send(by, values)
}

var again = map[string][]string{"reason": {"De leerling is weer thuis komen zitten."}, "phase": {"F2"}}

func TestAClosedCasusIsOpenedAgainWithAGroundAndItsTermsBeginAnew(t *testing.T) {
	w := newWorld(t)
	casus := w.closed(w.open(newCasus()))
	if casus.Status != bot.Closed {
		t.Fatalf("status = %s", casus.Status)
	}
	w.later(3)
	if a := w.reopen(ib, casus.Room, "", map[string][]string{"reason": {"kort"}, "phase": {"F2"}}); a.Errors["reason"] == "" {
		t.Errorf("without a ground: %+v, want an error", a)
	}
	if a := w.send(ib, again); len(a.Errors) > 0 {
		t.Fatalf("reopen: %v", a.Errors)
	}
	c := w.casus(casus.Ref)
	if c.Status != bot.Open || c.Phase != "F2" || !c.ClosedAt.IsZero() || !c.ErasureAnnouncedAt.IsZero() || c.Room != casus.Room {
		t.Errorf("casus = %s, %s, closed %v, announced %v", c.Status, c.Phase, c.ClosedAt, c.ErasureAnnouncedAt)
	}
	w.later(40) // past the old term
	if c = w.casus(casus.Ref); c.Status != bot.Open {
		t.Errorf("after the old term it is %s, want open", c.Status)
	}
	w.close(c)
	told := 0
	for _, s := range w.told(lpa) {
		if strings.Contains(s, "Organisatie gemeente") {
			told++
		}
	}
	if told < 2 {
		t.Errorf("the organisations were asked %d times to take over, want again after the second closing", told)
	}
}

func TestAnArchivedCasusGoesOnInAFreshRoom(t *testing.T) {
	w := newWorld(t)
	casus := w.closed(w.open(newCasus()))
	w.later(8)
	if c := w.casus(casus.Ref); c.Status != bot.Archived {
		t.Fatalf("status = %s, want archived", c.Status)
	}
	if a := w.reopen(ib, "common", string(casus.Ref), again); len(a.Errors) > 0 {
		t.Fatalf("reopen: %v", a.Errors)
	}
	c := w.casus(casus.Ref)
	if c.Status != bot.Open || c.Room == casus.Room || c.Room == "" {
		t.Fatalf("casus = %s in %q, want open in a fresh room", c.Status, c.Room)
	}
	w.wantInside(c.Room, ib, lpa, carer, doctor)
	if err := w.person(ib).Say(casus.Room, "nog iets"); err == nil {
		t.Error("something could be said in the archived room")
	}
}

func TestWhoDoesNotLeadCannotOpenACasusAgainAndAnOpenOneIsNot(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.command(ib, casus.Room, "casus", "heropen")
	w.wantTold(ib, "kan niet worden heropend")
	casus = w.closed(casus)
	for _, user := range []bot.UserID{lpa, carer, officer, nobody} {
		w.command(user, casus.Room, "casus", "heropen")
		w.wantTold(user, "Heropenen kan alleen de procesregisseur")
	}
}

func TestAStandInKeepsTheRoomAndIsGoneAfterTheDay(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.staff(officer, "gemeente", map[string][]string{"what": {"add"}, "user": {string(nobody)}, "sector": {"attendance"}, "function": {"leerplichtambtenaar"}, "task": {"leerplicht"}})
	if err := w.person(ib).Say(casus.Room, "dit staat er al"); err != nil {
		t.Fatal(err)
	}
	w.command(lpa, casus.Room, "casus", "vervanger")
	v := map[string][]string{"who": {"p-lpa"}, "user": {string(nobody)}, "until": {w.clock.Now().Format(time.DateOnly)}}
	if a := w.send(lpa, v); len(a.Errors) > 0 {
		t.Fatalf("stand in: %v", a.Errors)
	}
	if c := w.casus(casus.Ref); c.Room != casus.Room {
		t.Errorf("the casus moved to %q for a stand-in", c.Room)
	}
	w.wantInside(casus.Room, ib, lpa, carer, doctor, nobody)
	w.clock.Advance(10 * time.Hour)
	w.round()
	w.wantInside(casus.Room, ib, lpa, carer, doctor, nobody)
	w.clock.Advance(14 * time.Hour)
	w.settle()
	w.wantInside(casus.Room, ib, lpa, carer, doctor)
	w.wantTold(nobody, "afgesproken tijd is voorbij")
}

func TestAStandInIsOfTheSameOrganisationAndSectorAndForAWhile(t *testing.T) {
	today, past, far := "2026-03-02", "2026-03-01", "2026-05-01"
	for name, c := range map[string]struct {
		by    bot.UserID
		v     map[string][]string
		field string
	}{
		"another party":                  {lpa, map[string][]string{"who": {"p-lpa"}, "user": {string(guide)}, "until": {today}}, "user"},
		"somebody without appointment":   {lpa, map[string][]string{"who": {"p-lpa"}, "user": {string(nobody)}, "until": {today}}, "user"},
		"a place of somebody else":       {lpa, map[string][]string{"who": {"p-ib"}, "user": {string(nobody)}, "until": {today}}, "who"},
		"yesterday":                      {lpa, map[string][]string{"who": {"p-lpa"}, "user": {string(nobody)}, "until": {past}}, "until"},
		"longer than a month":            {lpa, map[string][]string{"who": {"p-lpa"}, "user": {string(nobody)}, "until": {far}}, "until"},
		"an account that does not exist": {lpa, map[string][]string{"who": {"p-lpa"}, "user": {"ghost"}, "until": {today}}, "user"},
	} {
		w := newWorld(t)
		casus := w.open(newCasus())
		w.command(c.by, casus.Room, "casus", "vervanger")
		if a := w.send(c.by, c.v); a.Errors[c.field] == "" {
			t.Errorf("%s: %+v, want an error at %s", name, a, c.field)
		}
		w.wantInside(casus.Room, ib, lpa, carer, doctor)
	}
}

// invite adds somebody with the agreement of everybody.
func (w *world) invite(casus bot.Casus, user bot.UserID, change ...func(map[string][]string)) bot.FormAnswer {
	w.t.Helper()
	w.command(ib, w.casus(casus.Ref).Room, "casus", "deelnemer")
	v := map[string][]string{"members": {string(user)}, "agreed": {"g1", "g2", "yp"}, "agreed_on": {"2026-03-01"}, "agreed_how": {"conversation"}}
	for _, f := range change {
		f(v)
	}
	return w.send(ib, v)
}

func TestANewPartyGetsAFreshRoomWhereSomethingWasSaid(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	if err := w.person(ib).Say(casus.Room, "dit is van vóór de nieuwe partij"); err != nil {
		t.Fatal(err)
	}
	if a := w.invite(casus, guide); len(a.Errors) > 0 {
		t.Fatalf("invite: %v", a.Errors)
	}
	c := w.casus(casus.Ref)
	if c.Room == casus.Room || c.Room == "" || len(c.Private.Former) != 1 {
		t.Fatalf("the casus is in %q with %d former rooms, want a fresh room", c.Room, len(c.Private.Former))
	}
	w.wantInside(c.Room, ib, lpa, carer, doctor, guide)
	w.wantInside(casus.Room, ib, lpa, carer, doctor)
	if err := w.person(ib).Say(casus.Room, "nog iets"); err == nil {
		t.Error("something could be said in the old room")
	}
	if err := w.upload(ib, casus.Room, "a.txt", "x"); err == nil {
		t.Error("something could be shared in the old room")
	}
	if _, err := w.person(guide).See(casus.Room); err == nil {
		t.Error("the new party sees the old room")
	}
	// Put into the old room by hand, they are out at the next look.
	if err := w.person(ib).Add(casus.Room, guide); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(2 * time.Minute)
	w.round()
	w.wantInside(casus.Room, ib, lpa, carer, doctor)
	// Who takes no part any more loses the old room too.
	w.staff(officer, "ggd", map[string][]string{"what": {"end"}, "who": {"a-doctor"}})
	w.wantInside(casus.Room, ib, lpa, carer)
	w.wantInside(c.Room, ib, lpa, carer, guide)
}

func TestANewPartyKeepsTheRoomWhereNothingWasSaid(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	if a := w.invite(casus, guide); len(a.Errors) > 0 {
		t.Fatalf("invite: %v", a.Errors)
	}
	if c := w.casus(casus.Ref); c.Room != casus.Room {
		t.Errorf("an untouched room was left for %q", c.Room)
	}
	w.wantInside(casus.Room, ib, lpa, carer, doctor, guide)
}

func TestANewPartyWithoutAgreementChangesNothing(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	if err := w.person(ib).Say(casus.Room, "iets"); err != nil {
		t.Fatal(err)
	}
	if a := w.invite(casus, guide, func(v map[string][]string) { v["agreed"] = []string{"g1"} }); a.Text == "" || len(a.Errors) > 0 {
		t.Errorf("invite = %+v, want the reason", a)
	}
	if c := w.casus(casus.Ref); c.Room != casus.Room || len(c.Private.Former) != 0 {
		t.Errorf("the casus left its room for somebody who may not join")
	}
	w.wantInside(casus.Room, ib, lpa, carer, doctor)
}

func TestWhatWasApprovedBeforeANewPartyIsNotApprovedForThem(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	_ = w.upload(ib, casus.Room, "verzuim.txt", "drie dagen afwezig")
	w.classify(ib, "ordinary")
	if len(w.visible(lpa, casus.Room)) != 1 {
		t.Fatal("the file was not posted")
	}
	if a := w.invite(casus, guide); len(a.Errors) > 0 {
		t.Fatalf("invite: %v", a.Errors)
	}
	room := w.casus(casus.Ref).Room
	answer, err := w.bot.Posting(t.Context(), bot.Posting{Platform: w.chat.Name(), Channel: room, User: ib, Protected: true,
		Files: []bot.PlatformFile{{Name: "verzuim.txt", Hash: bottest.Hash([]byte("drie dagen afwezig"))}}})
	if err != nil || answer.Allow {
		t.Errorf("Posting of the old bytes = %+v, %v; want a no", answer, err)
	}
}

func TestAnErasedCasusLeavesNoFormerRoom(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	if err := w.person(ib).Say(casus.Room, "dit moet ook weg"); err != nil {
		t.Fatal(err)
	}
	if a := w.invite(casus, guide); len(a.Errors) > 0 {
		t.Fatalf("invite: %v", a.Errors)
	}
	c := w.closed(w.casus(casus.Ref))
	w.handedOver(c.Ref)
	w.later(45)
	if c = w.casus(casus.Ref); c.Status != bot.Erased {
		t.Fatalf("status = %s, want erased", c.Status)
	}
	if _, err := w.chat.RoomMembers(t.Context(), casus.Room); err == nil {
		t.Error("the room that was left behind is still there")
	}
}
