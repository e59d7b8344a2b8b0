package bot_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
	"github.com/convenantbot/convenantbot/rules/region"
)

// The whole table of rights, as it was decided on. Whoever changes the table
// changes this too.
func TestTheRightsAreWhatWasDecided(t *testing.T) {
	want := map[bot.Right][]bot.Standing{
		bot.MayStaff:          {bot.AppointeeOfIt},
		bot.MayLeaveConvenant: {bot.AppointeeOfIt, bot.DPOOfParty},
		bot.MayAccede:         {bot.AppointeeOfIt, bot.DPOOfParty},
		bot.MayAskLead:        {bot.ProInRoom},
		bot.MayClaimLead:      {bot.IsDeputy},
		bot.MayNameLead:       {bot.DPOOfParty, bot.AppointeeOfIt},
		bot.MayReopen:         {bot.Leads},
		bot.MayStandIn:        {bot.ProInRoom},
		bot.MayNoteHearing:    {bot.ProInRoom},
		bot.MayKeepList:       {bot.ProInRoom},
		bot.MayLead:           {bot.Leads},
		bot.MayOpen:           {bot.PartyMember},
		bot.MayRead:           {bot.InRoom, bot.DPOOfParty},
		bot.MayShare:          {bot.InRoom},
		bot.MayHold:           {bot.DPOOfParty, bot.AppointeeOfIt},
	}
	for right, who := range want {
		if !slices.Equal(bot.Rights[right], who) {
			t.Errorf("%s belongs to %v, want %v", right, bot.Rights[right], who)
		}
	}
	if (bot.Standings{}).May("") || (bot.Standings{bot.InRoom: true}).May("unknown") {
		t.Error("a right that is in no table was granted")
	}
}

// The family of the stories: they have an account and no appointment.
const (
	mother  = bot.UserID("nobody")
	support = bot.UserID("helper")
	child   = bot.UserID("child")
)

// familyWorld is a casus in which somebody of every role takes part.
func familyWorld(t testing.TB) (*world, bot.Casus) {
	t.Helper()
	w := &world{t: t, clock: bottest.NewClock(), chat: bottest.NewChat(ib, lpa, carer, doctor, guide, nobody, stray, officer, support, child)}
	w.store = bottest.NewMemStore(w.clock.Now)
	w.start()
	if err := w.bot.LoadRegister(t.Context(), register()); err != nil {
		t.Fatalf("LoadRegister: %v", err)
	}
	casus := w.open(newCasus())
	for who, user := range map[string]bot.UserID{"g1": mother, "yp": child, "s": support} {
		v := map[string][]string{"who": {who}, "through": {"guest"}, "user": {string(user)}}
		if who == "s" {
			v["label"], v["agreed"], v["agreed_on"], v["agreed_how"] = []string{"cliëntondersteuner"}, []string{"g1", "g2", "yp"}, []string{"2026-03-01"}, []string{"phone"}
		}
		if a := w.family(casus, v); len(a.Errors) > 0 || !strings.Contains(a.Text, "doet mee") {
			t.Fatalf("invite %s: %+v", who, a)
		}
	}
	return w, w.casus(casus.Ref)
}

func (w *world) family(casus bot.Casus, values map[string][]string) bot.FormAnswer {
	w.t.Helper()
	w.command(ib, w.casus(casus.Ref).Room, "casus", "uitnodigen")
	return w.send(ib, values)
}

// What somebody of each role gets for each command: a form, an answer, or "not
// for you". The FG is not in the room and names the casus by its code.
func TestEachCommandAnswersEachRoleByTheTable(t *testing.T) {
	who := []struct {
		name string
		user bot.UserID
	}{{"coordinator", ib}, {"professional", lpa}, {"parent", mother}, {"young person", child}, {"supporter", support}, {"FG", officer}, {"stranger", stray}}
	table := []struct {
		command string
		may     string // a letter for each: y may, n may not
	}{
		{"status", "yyyyyyn"},
		{"deelnemer", "ynnnnnn"},
		{"uitnodigen", "ynnnnnn"},
		{"hoorrecht", "yynnnnn"},
		{"regie", "yynnnnn"},
		{"vervanger", "yynnnnn"},
		{"heropen", "ynnnnnn"},
		{"fase F3", "ynnnnnn"},
		{"sluit", "ynnnnnn"},
		{"toestemming", "yynnnnn"},
		{"gegevens", "yyyyyyn"},
		{"verkeerd", "yyyyyyn"},
		{"bewaar", "nnnnnyn"},
		{"vrijgeven", "nnnnnyn"},
		{"lijst", "yynnnnn"},
	}
	for _, row := range table {
		w, casus := familyWorld(t)
		for i, p := range who {
			channel, text := casus.Room, row.command
			if p.user == officer || p.user == stray {
				channel = "common"
				if !strings.Contains(row.command, " ") {
					text += " " + string(casus.Ref)
				}
			}
			before := len(w.told(p.user))
			w.command(p.user, channel, "casus", text)
			said := strings.Join(w.told(p.user)[before:], "\n")
			refused := isNo(said)
			if may := row.may[i] == 'y'; may == refused {
				t.Errorf("/casus %s by the %s: told %q; want may %v", row.command, p.name, said, may)
			}
		}
	}
}

func TestParentYoungPersonAndSupporterAreInTheRoomAndNobodyWhoMayNot(t *testing.T) {
	w, casus := familyWorld(t)
	w.wantInside(casus.Room, ib, lpa, carer, doctor, mother, child, support)
	if got := []bot.UserID{casus.Private.Authority[0].Account, casus.Private.YoungPerson.Account, casus.Private.Supporters[0].Account}; !slices.Equal(got, []bot.UserID{mother, child, support}) {
		t.Errorf("their accounts are %v", got)
	}
	// They read along, so what is shared needs their names in a consent too.
	w.wantTold(mother, "Je doet mee in een overleg")
}

func TestWhoOfTheFamilyCannotJoin(t *testing.T) {
	for _, c := range []struct {
		name, field string
		set         map[string][]string
	}{
		{"an account of work", "user", map[string][]string{"who": {"g1"}, "through": {"guest"}, "user": {string(guide)}}},
		{"no account and not on paper", "user", map[string][]string{"who": {"g1"}, "through": {"guest"}}},
		{"an account and on paper", "user", map[string][]string{"who": {"g1"}, "through": {"paper"}, "user": {string(nobody)}}},
		{"an account that does not exist", "user", map[string][]string{"who": {"g1"}, "through": {"team"}, "user": {"ghost"}}},
		{"by carrier pigeon", "through", map[string][]string{"who": {"g1"}, "through": {"pigeon"}, "user": {string(nobody)}}},
		{"somebody who is nobody here", "who", map[string][]string{"who": {"g9"}, "through": {"paper"}}},
		{"a supporter by name", "label", map[string][]string{"who": {"s"}, "through": {"paper"}, "label": {"Jan de Vries"}}},
		{"a supporter without a word", "label", map[string][]string{"who": {"s"}, "through": {"paper"}}},
	} {
		w := newWorld(t)
		casus := w.open(newCasus())
		if a := w.family(casus, c.set); a.Errors[c.field] == "" {
			t.Errorf("%s: %+v, want an error at %s", c.name, a, c.field)
		}
	}
	w := newWorld(t)
	casus := w.open(newCasus())
	// A supporter needs agreement.
	if a := w.family(casus, map[string][]string{"who": {"s"}, "through": {"guest"}, "user": {string(nobody)}, "label": {"buurvrouw"}}); a.Text == "" || strings.Contains(a.Text, "doet mee in casus") {
		t.Errorf("a supporter without agreement: %+v, want the reason", a)
	}
	if c := w.casus(casus.Ref); len(c.Private.Supporters) != 0 {
		t.Error("a supporter without agreement is noted")
	}
	// A child of eleven does not join by themselves.
	young := w.open(newCasus(func(v map[string][]string) { v["born"] = []string{"2014-06-01"} }))
	if a := w.family(young, map[string][]string{"who": {"yp"}, "through": {"guest"}, "user": {string(nobody)}}); strings.Contains(a.Text, "doet mee in casus") {
		t.Errorf("a child of eleven: %+v", a)
	}
}

func TestAParentTakesPartOnPaper(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	if a := w.family(casus, map[string][]string{"who": {"g1"}, "through": {"paper"}}); !strings.Contains(a.Text, "zonder account") {
		t.Fatalf("on paper: %+v", a)
	}
	w.wantInside(casus.Room, ib, lpa, carer, doctor)
	w.command(ib, casus.Room, "casus", "status")
	w.wantTold(ib, "moeder (doet mee op papier)")
}

func TestWhetherTheYoungPersonWasHeardIsAskedBeforeTheDiscussionAndShown(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.command(ib, casus.Room, "casus", "fase F2")
	w.wantTold(ib, "is de jongere gehoord?")
	w.press(ib, "Leg vast")
	for _, c := range []struct {
		field string
		v     map[string][]string
	}{
		{"reason", map[string][]string{"who": {"yp"}, "what": {"not_heard"}, "on": {"2026-03-02"}}},
		{"how", map[string][]string{"who": {"yp"}, "what": {"heard"}, "on": {"2026-03-02"}}},
		{"on", map[string][]string{"who": {"yp"}, "what": {"heard"}, "on": {"2026-03-03"}, "how": {"conversation"}}},
		{"who", map[string][]string{"who": {"g7"}, "what": {"heard"}, "on": {"2026-03-02"}, "how": {"conversation"}}},
		{"what", map[string][]string{"who": {"yp"}, "what": {"gezien"}, "on": {"2026-03-02"}, "how": {"conversation"}}},
	} {
		if a := w.send(ib, c.v); a.Errors[c.field] == "" {
			t.Errorf("%v: %+v, want an error at %s", c.v, a, c.field)
		}
	}
	if a := w.send(ib, map[string][]string{"who": {"yp"}, "what": {"not_heard"}, "on": {"2026-03-02"}, "reason": {"Zit nu in een opname"}}); len(a.Errors) > 0 {
		t.Fatalf("not heard: %v", a.Errors)
	}
	w.command(ib, casus.Room, "casus", "status")
	w.wantTold(ib, "niet gehoord op 2 maart 2026 (Zit nu in een opname)")
	w.command(lpa, casus.Room, "casus", "status")
	w.wantTold(lpa, "is vastgelegd")
	if strings.Contains(strings.Join(w.told(lpa), ""), "opname") {
		t.Error("why the young person was not heard stands in the status of a member who does not lead")
	}
	before := len(w.told(ib))
	w.command(ib, casus.Room, "casus", "fase F3")
	if said := strings.Join(w.told(ib)[before:], ""); strings.Contains(said, "gehoord?") {
		t.Errorf("it was asked again: %s", said)
	}
	if w.count(casus.Ref, bot.ActHearing) != 1 {
		t.Errorf("log = %v, want one note", w.acts(casus.Ref))
	}
}

func TestWhoHasTwoFunctionsSaysInWhichOneTheyCome(t *testing.T) {
	w := newWorld(t)
	w.alsoAppoint(guide, "aanbieder", bot.YouthCare, "behandelaar")
	casus := w.open(newCasus(func(v map[string][]string) { v["members"] = []string{string(lpa), string(carer)} }))
	if a := w.invite(casus, guide); len(a.Errors) > 0 || !strings.Contains(a.Text, "meer dan één functie") {
		t.Fatalf("invite = %+v", a)
	}
	w.wantInside(casus.Room, ib, lpa, carer)
	w.wantTold(guide, "in welke functie doe je mee?")
	w.press(guide, "behandelaar")
	c := w.casus(casus.Ref)
	m, ok := c.Member(guide)
	if !ok || m.Organisation != "aanbieder" || m.Sector != bot.YouthCare {
		t.Fatalf("the member is %+v, want the behandelaar of aanbieder", m)
	}
	w.wantInside(c.Room, ib, lpa, carer, guide)
	// The other button does not make them two people.
	w.press(guide, "consulent")
	if n := len(w.casus(casus.Ref).Private.Members); n != 4 {
		t.Errorf("the casus has %d members, want 4", n)
	}
	// In their casus they act for that organisation alone.
	w.staff(officer, "aanbieder", map[string][]string{"what": {"end"}, "who": {"more-guide-youth_care"}})
	w.wantInside(c.Room, ib, lpa, carer)
}

func TestWhoInvitesMayNameTheOrganisation(t *testing.T) {
	w := newWorld(t)
	w.alsoAppoint(guide, "aanbieder", bot.YouthCare, "behandelaar")
	casus := w.open(newCasus(func(v map[string][]string) { v["members"] = []string{string(lpa)} }))
	if a := w.invite(casus, guide, func(v map[string][]string) { v["for"] = []string{"gemeente"} }); a.Errors["for"] == "" {
		t.Errorf("for an organisation where they do not work: %+v", a)
	}
	if a := w.invite(casus, guide, func(v map[string][]string) { v["for"] = []string{"swv-a"} }); len(a.Errors) > 0 {
		t.Fatalf("invite: %v", a.Errors)
	}
	if m, _ := w.casus(casus.Ref).Member(guide); m.Organisation != "swv-a" {
		t.Errorf("they came for %q, want swv-a", m.Organisation)
	}
}

func TestAnOpenerWithTwoFunctionsChoosesOneInTheForm(t *testing.T) {
	w := newWorld(t)
	w.alsoAppoint(ib, "gemeente", bot.NeighbourhoodTeam, "gezinsspecialist")
	w.command(ib, "common", "casus", "nieuw")
	if a := w.send(ib, newCasus()); a.Errors["acts_as"] == "" {
		t.Fatalf("without a choice: %+v, want an error", a)
	}
	v := newCasus(func(v map[string][]string) { v["acts_as"] = []string{"more-ib-neighbourhood_team"} })
	if a := w.send(ib, v); len(a.Errors) > 0 {
		t.Fatalf("open: %v", a.Errors)
	}
	refs := w.refs()
	if m, _ := w.casus(refs[len(refs)-1]).Member(ib); m.Organisation != "gemeente" || m.Sector != bot.NeighbourhoodTeam {
		t.Errorf("the opener is %+v, want the gezinsspecialist", m)
	}
}

func TestAMemberWithTwoFunctionsWhenOpeningIsAskedToo(t *testing.T) {
	w := newWorld(t)
	w.alsoAppoint(doctor, "school-a", bot.Education, "schoolarts")
	casus := w.open(newCasus())
	w.wantInside(casus.Room, ib, lpa, carer)
	w.press(doctor, "schoolarts")
	w.wantInside(casus.Room, ib, lpa, carer, doctor) // a colleague of the school: no new party
}

// shape opens a list or a policy room.
func (w *world) shape(what string, values map[string][]string) (bot.Casus, bot.FormAnswer) {
	w.t.Helper()
	w.command(lpa, "common", "casus", "nieuw "+what)
	a := w.send(lpa, values)
	if refs := w.refs(); len(refs) > 0 && len(a.Errors) == 0 {
		return w.casus(refs[len(refs)-1]), a
	}
	return bot.Casus{}, a
}

func TestAListRoomHoldsCodesAndWhoActs(t *testing.T) {
	w := newWorld(t)
	casus, a := w.shape("lijst", map[string][]string{"kind": {"alle_kinderen_in_beeld"}, "purpose": {"Alle thuisblijvers in beeld"}, "members": {string(guide), string(doctor), string(carer)}})
	if casus.Ref == "" {
		t.Fatalf("open: %+v", a)
	}
	w.wantInside(casus.Room, lpa, guide, doctor) // youth care takes no part in a list
	w.wantTold(lpa, "jeugdhulpverlener")
	list := func(code string) bot.FormAnswer {
		w.command(guide, casus.Room, "casus", "lijst")
		return w.send(guide, map[string][]string{"code": {code}, "org": {"gemeente"}, "what": {"visit"}, "on": {"2026-03-09"}})
	}
	for _, bad := range []string{"", "Jan Jansen", "123456782", "AKB-123456", "C-2026-0001", "A B"} {
		if a := list(bad); a.Errors["code"] == "" {
			t.Errorf("code %q: %+v, want an error", bad, a)
		}
	}
	if a := list("akb-014"); len(a.Errors) > 0 {
		t.Fatalf("list: %v", a.Errors)
	}
	if a := list("AKB-014"); len(a.Errors) > 0 || len(w.casus(casus.Ref).Private.List) != 1 {
		t.Errorf("the same code again: %+v, %d lines", a, len(w.casus(casus.Ref).Private.List))
	}
	w.command(doctor, casus.Room, "casus", "status")
	w.wantTold(doctor, "AKB-014: Organisatie gemeente – gaat langs, uiterlijk 9 maart 2026")
	for text, may := range map[string]bool{"AKB-014 is bezocht": true, "AKB-014 heet Jan Jansen": false, "geboren op 01-02-2012": false} {
		if err := w.person(doctor).Say(casus.Room, text); (err == nil) != may {
			t.Errorf("saying %q: %v, want may %v", text, err, may)
		}
	}
	if err := w.upload(doctor, casus.Room, "lijst.txt", "AKB-014"); err == nil {
		t.Error("a list room took a file")
	}
	if n := len(w.visible(lpa, casus.Room)); n != 0 {
		t.Errorf("%d files are visible", n)
	}
}

func TestAPolicyRoomHoldsNothingAboutAnybody(t *testing.T) {
	w := newWorld(t)
	casus, a := w.shape("beleid", map[string][]string{"kind": {"tom_beleidstafel"}, "purpose": {"Leren van het afgelopen jaar"}, "members": {string(guide), string(carer), string(stray)}})
	if casus.Ref == "" {
		t.Fatalf("open: %+v", a)
	}
	w.wantInside(casus.Room, lpa, guide, carer) // stray's organisation is no party
	for text, may := range map[string]bool{
		"Dit jaar 14 vrijstellingen, vorig jaar 12": true, "Het convenant werkt": true,
		"Denk aan C-2026-0001": false, "Zijn moeder heet Anna Bakker": false, "mail naar a.bakker@example.nl": false,
	} {
		if err := w.person(carer).Say(casus.Room, text); (err == nil) != may {
			t.Errorf("saying %q: %v, want may %v", text, err, may)
		}
	}
	if err := w.upload(carer, casus.Room, "cijfers.txt", "14"); err == nil {
		t.Error("a policy room took a file")
	}
	for _, word := range []string{"nodig", "toestemming", "intrekken", "uitnodigen", "hoorrecht", "gegevens", "formulier", "fase F3"} {
		before := len(w.told(lpa))
		w.command(lpa, casus.Room, "casus", word)
		if said := strings.Join(w.told(lpa)[before:], ""); !strings.Contains(said, "Dit kan hier niet") {
			t.Errorf("/casus %s in a policy room: %q", word, said)
		}
	}
	// Somebody new comes in without agreement of anybody, and without a fresh room.
	w.command(lpa, casus.Room, "casus", "deelnemer")
	if a := w.send(lpa, map[string][]string{"members": {string(doctor)}}); len(a.Errors) > 0 {
		t.Fatalf("invite: %v", a.Errors)
	}
	w.wantInside(casus.Room, lpa, guide, carer, doctor)
	w.command(lpa, casus.Room, "casus", "deelnemer")
	if a := w.send(lpa, map[string][]string{"members": {string(stray)}}); a.Text == "" {
		t.Errorf("a stranger: %+v, want the reason", a)
	}
	w.later(400)
	if c := w.casus(casus.Ref); c.Status == bot.Erased {
		t.Error("a policy room was erased")
	}
}

func TestAShapedRoomIsOpenedWithASentenceAboutNobody(t *testing.T) {
	for field, set := range map[string]map[string][]string{
		"purpose": {"kind": {"alle_kinderen_in_beeld"}, "purpose": {"Over Jan Jansen"}, "members": {string(guide)}},
		"kind":    {"kind": {"mdo"}, "purpose": {"Overzicht"}, "members": {string(guide)}},
		"members": {"kind": {"alle_kinderen_in_beeld"}, "purpose": {"Overzicht"}, "members": {string(nobody)}},
	} {
		w := newWorld(t)
		if _, a := w.shape("lijst", set); a.Errors[field] == "" {
			t.Errorf("%s: %+v, want an error", field, a)
		}
	}
	w := newWorld(t)
	w.command(ib, "common", "casus", "nieuw lijst")
	if a := w.send(ib, map[string][]string{"kind": {"alle_kinderen_in_beeld"}, "purpose": {"Overzicht"}, "members": {string(lpa)}}); a.Errors["kind"] == "" {
		t.Errorf("a school opens a list in which schools take no part: %+v", a)
	}
}

func TestAReadingSaysByWhomItWasAdoptedOrThatItWasNot(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	if a := w.invite(casus, stray); !strings.Contains(a.Text, "nog niet vastgesteld") {
		t.Errorf("a reading that was not adopted: %q", a.Text)
	}
	w.load(bot.Register{Adopted: []region.Adoption{{Rule: "not_acceded", By: "de stuurgroep", On: "2026-01-15"}}})
	if a := w.invite(casus, stray); !strings.Contains(a.Text, "vastgesteld voor deze regio door de stuurgroep op 15 januari 2026") {
		t.Errorf("a reading that was adopted: %q", a.Text)
	}
}
