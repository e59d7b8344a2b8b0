package bot_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
	"github.com/convenantbot/convenantbot/bot/text"
)

// Those who watch: the FG and the appointee of the school, and the FG of another
// organisation, which takes part in no casus.
const (
	fgSchool = bot.UserID("fg-school")
	boss     = bot.UserID("boss")
	fgSWV    = bot.UserID("fg-swv")
)

// dashWorld is a world with an overview: the school and the swv have an FG of their
// own, and the bot's other people are as ever.
type dashWorld struct{ *world }

func newDash(t testing.TB) *dashWorld {
	t.Helper()
	w := &world{t: t, clock: bottest.NewClock(), over: "https://bot.example.org",
		chat: bottest.NewChat(ib, lpa, carer, doctor, guide, nobody, stray, officer, fgSchool, boss, fgSWV)}
	w.chat.Now = w.clock.Now
	w.store = bottest.NewMemStore(w.clock.Now)
	w.start()
	d := &dashWorld{w}
	d.register(func(*bot.Register) {})
	return d
}

func (d *dashWorld) register(change func(*bot.Register)) {
	d.t.Helper()
	r := register()
	for _, user := range []bot.UserID{fgSchool, boss, fgSWV} {
		r.People = append(r.People, bot.Person{ID: bot.PersonID("p-" + user), Accounts: []bot.Account{{Platform: bottest.ChatName, User: user}}})
	}
	for i, o := range r.Organisations {
		switch o.ID {
		case "school-a":
			r.Organisations[i].DPO, r.Organisations[i].Appointee = "p-fg-school", "p-boss"
		case "swv-a":
			r.Organisations[i].DPO = "p-fg-swv"
		}
	}
	change(&r)
	if err := d.bot.LoadRegister(d.t.Context(), r); err != nil {
		d.t.Fatal(err)
	}
}

var overviewLink = regexp.MustCompile(`https://bot\.example\.org/overzicht/in/([A-Za-z0-9]+)`)

// askLink has somebody ask for a link; blank: they get none.
func (d *dashWorld) askLink(user bot.UserID) string {
	d.t.Helper()
	before := len(d.told(user))
	d.command(user, "common", "convenant", "overzicht")
	m := overviewLink.FindStringSubmatch(strings.Join(d.told(user)[before:], "\n"))
	if m == nil {
		return ""
	}
	return m[1]
}

func (d *dashWorld) enter(user bot.UserID) (token string) {
	d.t.Helper()
	token, err := d.bot.EnterOverview(d.t.Context(), d.askLink(user), "")
	if err != nil {
		d.t.Fatalf("%s enters: %v", user, err)
	}
	return token
}

func (d *dashWorld) see(token string, hat bot.Hat, view string) (bot.Dash, error) {
	d.t.Helper()
	return d.bot.Dash(d.t.Context(), bot.DashQuery{Token: token, Hat: hat, View: view})
}

func (d *dashWorld) mustSee(token string, hat bot.Hat, view string) bot.Dash {
	d.t.Helper()
	v, err := d.see(token, hat, view)
	if err != nil {
		d.t.Fatalf("%s as %+v: %v", view, hat, err)
	}
	if said := fmt.Sprint(v); text.Unread(said) {
		d.t.Errorf("%s as %+v is in several languages at once: %q", view, hat, said)
	}
	return v
}

// table is one table of a view, a line for each row.
func table(v bot.Dash, code string) (lines []string) {
	for _, t := range v.Tables {
		if t.Code != code {
			continue
		}
		for _, r := range t.Rows {
			var cells []string
			for _, c := range r.Cells {
				switch {
				case c.Small:
					cells = append(cells, "<5")
				case c.Is == bot.CellNumber:
					cells = append(cells, fmt.Sprint(c.N))
				default:
					cells = append(cells, strings.TrimSpace(c.Text+" "+c.Key))
				}
			}
			lines = append(lines, strings.Join(cells, "|"))
		}
	}
	return lines
}

func fact(v bot.Dash, code string) int {
	for _, f := range v.Facts {
		if f.Code == code {
			return f.N
		}
	}
	return -1
}

var (
	asSchool = bot.Hat{Kind: bot.HatDPO, Organisation: "school-a"}
	asBoss   = bot.Hat{Kind: bot.HatAppointee, Organisation: "school-a"}
	asSWV    = bot.Hat{Kind: bot.HatDPO, Organisation: "swv-a"}
	asLead   = bot.Hat{Kind: bot.HatLead}
)

func isSignedOut(err error) bool {
	var out bot.SignedOutError
	return errors.As(err, &out)
}

func TestALinkToTheOverviewWorksOnceForTenMinutesAndOnlyForWhoWatches(t *testing.T) {
	t.Parallel()
	d := newDash(t)
	for _, user := range []bot.UserID{carer, nobody, stray, guide} {
		if link := d.askLink(user); link != "" {
			t.Errorf("%s, who watches over nothing, got a link", user)
		}
	}
	link := d.askLink(fgSchool)
	for range 2 { // programs that look behind a link use nothing up
		if err := d.bot.PeekOverview(t.Context(), link); err != nil {
			t.Fatal(err)
		}
	}
	first, err := d.bot.EnterOverview(t.Context(), link, "")
	if err != nil {
		t.Fatal(err)
	}
	if token, err := d.bot.EnterOverview(t.Context(), link, ""); !errors.Is(err, bot.ErrForbidden) || token != "" {
		t.Errorf("a second time: %q, %v", token, err)
	}
	if err := d.bot.PeekOverview(t.Context(), link); !errors.Is(err, bot.ErrForbidden) {
		t.Errorf("a look at a used link: %v", err)
	}
	late, just := d.askLink(fgSchool), ""
	d.clock.Advance(bot.OverviewLinkTerm - time.Second)
	just = late
	if err := d.bot.PeekOverview(t.Context(), just); err != nil {
		t.Errorf("a second before its end: %v", err)
	}
	d.clock.Advance(time.Second)
	if _, err := d.bot.EnterOverview(t.Context(), late, ""); !errors.Is(err, bot.ErrForbidden) {
		t.Errorf("after ten minutes: %v", err)
	}
	for _, no := range []string{"", "x", first} {
		if _, err := d.bot.EnterOverview(t.Context(), no, ""); !errors.Is(err, bot.ErrForbidden) {
			t.Errorf("EnterOverview(%q) = %v", no, err)
		}
	}
}

func TestASessionEndsWhenItIsNotUsedWhenItsDayIsOverAndWhenItsPersonWatchesNoMore(t *testing.T) {
	t.Parallel()
	d := newDash(t)
	in := func(token string) error { _, err := d.see(token, asSchool, "begin"); return err }

	idle := d.enter(fgSchool)
	d.clock.Advance(bot.OverviewIdle - time.Second)
	// A page that asks by itself is no use.
	if _, err := d.bot.Dash(t.Context(), bot.DashQuery{Token: idle, Hat: asSchool, View: "begin", Poll: true}); err != nil {
		t.Fatalf("just before a quarter of an hour: %v", err)
	}
	d.clock.Advance(time.Second)
	if err := in(idle); !isSignedOut(err) {
		t.Errorf("after a quarter of an hour: %v", err)
	}

	used := d.enter(fgSchool)
	for at := time.Duration(0); at < bot.OverviewSession-10*time.Minute; at += 10 * time.Minute {
		if err := in(used); err != nil {
			t.Fatalf("in use, after %v: %v", at, err)
		}
		d.clock.Advance(10 * time.Minute)
	}
	if err := in(used); err != nil {
		t.Fatalf("ten minutes before its end: %v", err)
	}
	d.clock.Advance(10 * time.Minute)
	if err := in(used); !isSignedOut(err) {
		t.Errorf("in use, after eight hours: %v", err)
	}

	left := d.enter(fgSchool)
	if err := errors.Join(d.bot.LeaveOverview(t.Context(), left), d.bot.LeaveOverview(t.Context(), left)); err != nil {
		t.Fatal(err)
	}
	if err := in(left); !isSignedOut(err) {
		t.Errorf("after signing out: %v", err)
	}

	// Whatever a browser showed before ends with a new link: nobody puts a session of
	// theirs under somebody else.
	planted := d.enter(boss)
	own, err := d.bot.EnterOverview(t.Context(), d.askLink(fgSchool), planted)
	if err != nil || own == planted {
		t.Fatalf("enter over another session: %v", err)
	}
	if _, err := d.see(planted, asBoss, "begin"); !isSignedOut(err) {
		t.Errorf("the session that was there before: %v", err)
	}

	// Another FG is named: at once.
	link := d.askLink(fgSchool)
	d.register(func(r *bot.Register) { r.Organisations[0].DPO = "p-officer" })
	if err := in(own); !isSignedOut(err) {
		t.Errorf("who is no FG any more: %v", err)
	}
	if _, err := d.bot.EnterOverview(t.Context(), link, ""); !errors.Is(err, bot.ErrForbidden) {
		t.Errorf("a link from before: %v", err)
	}

	// An FG whose only appointment ended.
	d.register(func(*bot.Register) {})
	own = d.enter(fgSchool)
	d.register(func(r *bot.Register) {
		i := slices.IndexFunc(r.People, func(p bot.Person) bool { return p.ID == "p-fg-school" })
		r.People[i].Appointments = []bot.Appointment{{ID: "a-fg", Organisation: "school-a", Function: "FG", ConfirmedAt: d.clock.Now().Add(-time.Hour), EndedAt: d.clock.Now().Add(time.Minute)}}
	})
	if err := in(own); err != nil {
		t.Errorf("before the appointment ends: %v", err)
	}
	d.clock.Advance(time.Minute)
	if err := in(own); !isSignedOut(err) {
		t.Errorf("after the appointment ended: %v", err)
	}

	// An organisation that leaves the convenant.
	d.register(func(*bot.Register) {})
	own = d.enter(boss)
	d.register(func(r *bot.Register) { r.Organisations[0].LeftAt = "2026-01-01" })
	if _, err := d.see(own, asBoss, "begin"); !isSignedOut(err) {
		t.Errorf("of an organisation that left: %v", err)
	}
}

// mayView is which hats see which view. What is not in it is seen by nobody.
var mayView = map[string]string{
	"begin": "fg beslisser regie", "casussen": "fg beslisser regie", "toestemming": "fg regie", "verjaardagen": "fg regie",
	"bewaren": "fg beslisser regie", "blokkades": "fg beslisser regie", "incidenten": "fg beslisser regie", "overname": "fg beslisser regie",
	"uitzonderingen": "fg beslisser", "besluiten": "fg", "steekproef": "fg", "vragen": "fg", "regels": "fg", "bot": "fg", "logboek": "fg",
}

// Every role, with every hat that there is, at every view.
func TestWhoMaySeeWhichViewOfWhichOrganisation(t *testing.T) {
	t.Parallel()
	d := newDash(t)
	d.open(newCasus())
	tokens := map[bot.UserID]string{}
	for _, user := range []bot.UserID{fgSchool, boss, fgSWV, ib, officer} {
		tokens[user] = d.enter(user)
	}
	owns := func(user bot.UserID, h bot.Hat) bool {
		switch user {
		case fgSchool:
			return h == asSchool
		case boss:
			return h == asBoss
		case fgSWV:
			return h == asSWV
		case ib:
			return h == asLead
		}
		return h.Kind != bot.HatLead && h.Organisation != "outside" && h.Organisation != "nowhere" && h != asSchool && h != asBoss && h != asSWV
	}
	views := append(bot.DashViews(), "niets", "")
	var hats []bot.Hat
	for _, org := range []bot.OrgID{"school-a", "gemeente", "aanbieder", "ggd", "swv-a", "outside", "nowhere"} {
		hats = append(hats, bot.Hat{Kind: bot.HatDPO, Organisation: org}, bot.Hat{Kind: bot.HatAppointee, Organisation: org})
	}
	hats = append(hats, asLead, bot.Hat{Kind: "beheerder", Organisation: "school-a"}, bot.Hat{Kind: bot.HatLead, Organisation: "school-a"})
	refusals := func() int { return d.count("", bot.ActRefused) }
	for user, token := range tokens {
		for _, h := range hats {
			for _, view := range views {
				want := owns(user, h) && slices.Contains(strings.Fields(mayView[view]), string(h.Kind))
				before := refusals()
				v, err := d.see(token, h, view)
				switch {
				case want && err != nil:
					t.Errorf("%s as %s of %q: %s: %v", user, h.Kind, h.Organisation, view, err)
				case !want && (!errors.Is(err, bot.ErrForbidden) || isSignedOut(err)):
					t.Errorf("%s as %s of %q: %s: %v, want a no", user, h.Kind, h.Organisation, view, err)
				case !want && refusals() != before+1:
					t.Errorf("%s as %s of %q: %s: the attempt was not recorded", user, h.Kind, h.Organisation, view)
				case want && !slices.Contains(v.Views, view):
					t.Errorf("%s as %s: %s is not in the menu %v", user, h.Kind, view, v.Views)
				}
				if _, err := d.bot.Dash(t.Context(), bot.DashQuery{Token: token, Hat: h, View: view, Poll: true}); want != (err == nil) {
					t.Errorf("%s as %s of %q: %s asked by itself: %v, want %v", user, h.Kind, h.Organisation, view, err, want)
				}
			}
		}
	}
	for _, view := range views {
		if _, err := d.see("", asSchool, view); !isSignedOut(err) {
			t.Errorf("nobody: %s: %v", view, err)
		}
	}
}

func TestEverybodySeesTheirOwnPartWithoutContentAndNames(t *testing.T) {
	t.Parallel()
	d := newDash(t)
	mine := d.open(newCasus())
	other := d.open(newCasus(func(v map[string][]string) { v["members"] = []string{string(guide)} }))
	d.command(ib, mine.Room, "casus", "fase F3")
	d.known(ib, mine, map[string][]string{"young": {"Sam de Vries"}})
	if _, err := d.person(boss).SeeDirect(); err != nil {
		t.Fatal(err)
	}
	school, swv, lead := d.enter(fgSchool), d.enter(fgSWV), d.enter(ib)
	if err := d.bot.DashHold(t.Context(), bot.DashQuery{Token: school, Hat: asSchool}, mine.Ref, "Er loopt een klacht van moeder."); err != nil {
		t.Fatal(err)
	}
	d.settle()
	for _, c := range []struct {
		token string
		hat   bot.Hat
		want  []bot.Ref
	}{{school, asSchool, []bot.Ref{mine.Ref, other.Ref}}, {swv, asSWV, []bot.Ref{other.Ref}}, {lead, asLead, []bot.Ref{mine.Ref, other.Ref}}} {
		v := d.mustSee(c.token, c.hat, "casussen")
		var got []bot.Ref
		for _, line := range table(v, "casussen") {
			got = append(got, bot.Ref(line[:strings.Index(line, "|")]))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%+v sees %v, want %v", c.hat, got, c.want)
		}
		if got := fact(d.mustSee(c.token, c.hat, "begin"), "open"); got != len(c.want) {
			t.Errorf("%+v: %d open casussen, want %d", c.hat, got, len(c.want))
		}
		for _, view := range v.Views {
			data, err := json.Marshal(d.mustSee(c.token, c.hat, view))
			if err != nil {
				t.Fatal(err)
			}
			for _, never := range []string{"Sam", "Vries", "moeder", "vader", "klacht", "Samen een plan", "2013", "p-ib", "p-carer", "g1", "yp"} {
				if strings.Contains(string(data), never) {
					t.Errorf("%+v: %s tells %q: %s", c.hat, view, never, data)
				}
			}
			if c.hat == asSWV && strings.Contains(string(data), string(mine.Ref)) {
				t.Errorf("%+v: %s tells of a casus of others", c.hat, view)
			}
		}
	}
}

func TestABirthdayIsAWeekToTheFGAndADayToWhoLeads(t *testing.T) {
	t.Parallel()
	d := newDash(t)
	turns := d.clock.Now().AddDate(0, 0, 20)
	born := turns.AddDate(-16, 0, 0).Format(time.DateOnly)
	casus := d.open(newCasus(func(v map[string][]string) { v["born"] = []string{born} }))
	week := turns.AddDate(0, 0, -(int(turns.Weekday())+6)%7)
	want := string(casus.Ref) + "|Multidisciplinair overleg (MDO)|F1 informeren en toestemming vragen|%s|16|de jongere alleen"
	for _, c := range []struct {
		user bot.UserID
		hat  bot.Hat
		day  time.Time
	}{{fgSchool, asSchool, week}, {ib, asLead, turns}} {
		got := table(d.mustSee(d.enter(c.user), c.hat, "verjaardagen"), "verjaardagen")
		if line := fmt.Sprintf(want, c.day.Format(time.DateOnly)); !slices.Equal(got, []string{line}) {
			t.Errorf("%s sees %q, want %q", c.user, got, line)
		}
	}
}

func TestFewDecisionsAreNotShownAndNeitherIsAnySum(t *testing.T) {
	t.Parallel()
	d := newDash(t)
	casus := d.open(newCasus())
	decide := func(n int, effect, reason string, at time.Time) {
		t.Helper()
		if err := d.store.Update(t.Context(), func(tx bot.Tx) error {
			var errs []error
			for range n {
				d.ids++
				id := bot.DecisionID(fmt.Sprintf("v%06d", d.ids))
				_, err := tx.Record(bot.Entry{Casus: casus.Ref, At: at, Act: bot.ActFileDecided, Decision: id, Outcome: "done"})
				errs = append(errs, err, tx.AddVerdict(bot.Verdict{ID: id, Casus: casus.Ref, At: at, About: "share", Effect: effect, Codes: []string{reason}}))
			}
			return errors.Join(errs...)
		}); err != nil {
			t.Fatal(err)
		}
	}
	now := d.clock.Now()
	decide(5, "refuse", "M40", now)
	decide(4, "refuse", "M40", now.AddDate(0, -1, 0))
	decide(4, "refuse", "M41", now)
	decide(6, "allow", "M01", now)
	v := d.mustSee(d.enter(fgSchool), asSchool, "besluiten")
	want := []string{"delen mag|Er staat een burgerservicenummer (BSN) of onderwijsnummer in M01|<5|<5|<5|<5|<5|6", "delen geweigerd|Jeugdhulp heeft een geheimhoudingsplicht en deelt pas met toestemming, ook gewone gegevens M40|<5|<5|<5|<5|<5|5"}
	if got := table(v, "besluiten"); !slices.Equal(got, want) {
		t.Errorf("decisions are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if len(v.Facts) > 0 || len(v.Tables) != 1 {
		t.Errorf("a number of everything stands beside it: %+v", v.Facts)
	}
	data, err := json.Marshal(v)
	if err != nil || strings.Contains(string(data), `"N":4`) || strings.Contains(string(data), "M41") {
		t.Errorf("a number that is not shown is in there: %s, %v", data, err)
	}
}

// Beside the rows stands their sum. With one row left out the sum told how many there
// were of it, however few.
func TestWhatWaitingRulesWouldDoIsCountedWithoutTellingOfAFew(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		counts []int // of each difference
		sum    string
		rows   []string
	}{
		"nothing":               {nil, "<5", nil},
		"four":                  {[]int{4}, "<5", nil},
		"five":                  {[]int{5}, "5", []string{"5"}},
		"all are enough":        {[]int{6, 5}, "11", []string{"6", "5"}},
		"one would be told":     {[]int{9, 6, 3}, "18", []string{"9"}}, // 3 were left, and so 6 is left out too
		"those left are enough": {[]int{7, 3, 2}, "12", []string{"7"}},
		"few of each":           {[]int{4, 4}, "8", nil},
		"two, one few":          {[]int{8, 1}, "9", nil},
	} {
		d := newDash(t)
		d.startPolicy()
		casus := d.open(newCasus())
		p, err := d.bot.ProposePolicy(t.Context(), changedBundle(t, looser...), "beheer")
		if err != nil {
			t.Fatal(err)
		}
		if err := d.store.Update(t.Context(), func(tx bot.Tx) error {
			note := func(bundle, from, to string) error {
				_, err := tx.Record(bot.Entry{Casus: casus.Ref, At: d.clock.Now(), Act: bot.ActRulesCompared, Object: bundle, Reasons: []string{"from:" + from, "to:" + to}, Outcome: "done"})
				return err
			}
			errs := []error{note("sha256:another", "refuse/M40", "allow/M10")}
			for i, n := range c.counts {
				for range n {
					errs = append(errs, note(p.Hash, fmt.Sprintf("refuse/R%d", i), "allow"))
				}
			}
			return errors.Join(errs...)
		}); err != nil {
			t.Fatal(err)
		}
		v := d.mustSee(d.enter(fgSchool), asSchool, "regels")
		var want []string
		for i, n := range c.rows {
			want = append(want, fmt.Sprintf("geweigerd refuse/R%d|mag allow|%s", i, n))
		}
		if got := table(v, "schaduw"); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
		if got := table(v, "wachtend"); len(got) != 1 || !strings.HasSuffix(got[0], "|"+c.sum) {
			t.Errorf("%s: the sum is in %q, want %s", name, got, c.sum)
		}
	}
}

func TestAYesShortlyBeforeAPostingIsInTheSample(t *testing.T) {
	t.Parallel()
	d := newDash(t)
	casus := d.open(newCasus())
	note := func(act bot.Act, at time.Time) {
		t.Helper()
		if err := d.store.Update(t.Context(), func(tx bot.Tx) error {
			_, err := tx.Record(bot.Entry{Casus: casus.Ref, At: at, Act: act, Outcome: "done"})
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	now := d.clock.Now()
	note(bot.ActFilePosted, now)                                 // no yes before it
	note(bot.ActConsentRecorded, now.Add(time.Minute))           //
	note(bot.ActFilePosted, now.Add(11*time.Minute))             // exactly ten minutes
	note(bot.ActConsentRecorded, now.Add(20*time.Minute))        //
	note(bot.ActFilePosted, now.Add(30*time.Minute-time.Second)) // a second less
	note(bot.ActConsentRecorded, now.Add(30*time.Minute))        // after it
	d.clock.Advance(time.Hour)
	v := d.mustSee(d.enter(fgSchool), asSchool, "steekproef")
	if got := table(v, "steekproef"); len(got) != 1 || !strings.Contains(got[0], "|9|") || fact(v, "posted") != 3 {
		t.Errorf("the sample is %q of %d", got, fact(v, "posted"))
	}
}

// act is one act at the dashboard, on a casus or something else.
type dashAct struct {
	name string
	do   func(q bot.DashQuery) error
}

func (d *dashWorld) dashActs(casus bot.Casus, hold string) []dashAct {
	ctx := d.t.Context()
	return []dashAct{
		{"hold", func(q bot.DashQuery) error { return d.bot.DashHold(ctx, q, casus.Ref, "Er loopt een klacht hierover.") }},
		{"release", func(q bot.DashQuery) error {
			return d.bot.DashRelease(ctx, q, casus.Ref, hold, "De klacht is afgehandeld.")
		}},
		{"agree", func(q bot.DashQuery) error { return d.bot.DashAgree(ctx, q, casus.Ref, hold) }},
		{"advise", func(q bot.DashQuery) error {
			return d.bot.DashAdvise(ctx, q, casus.Ref, "none", "De kring mag kleiner.")
		}},
		{"approve", func(q bot.DashQuery) error { return d.bot.DashApprove(ctx, q, "sha256:none") }},
		{"adopt", func(q bot.DashQuery) error { return d.bot.DashAdopt(ctx, q, "M40", "stuurgroep", "2026-01-01") }},
		{"plan", func(q bot.DashQuery) error { _, err := d.bot.DashProposePlan(ctx, q); return err }},
		{"run", func(q bot.DashQuery) error { _, err := d.bot.DashRunPlan(ctx, q, "none"); return err }},
		{"verify", func(q bot.DashQuery) error { return d.bot.DashVerify(ctx, q) }},
		{"proof", func(q bot.DashQuery) error { return d.bot.DashProof(ctx, q, 3) }},
	}
}

// Nobody does with one hat what another has the right to, and nobody reaches a casus
// in which their organisation takes no part, however well they know its code.
func TestNobodyActsOnWhatIsNotTheirs(t *testing.T) {
	t.Parallel()
	d := newDash(t)
	casus := d.open(newCasus())
	school := d.enter(fgSchool)
	if err := d.bot.DashHold(t.Context(), bot.DashQuery{Token: school, Hat: asSchool}, casus.Ref, "Er loopt een klacht hierover."); err != nil {
		t.Fatal(err)
	}
	d.settle()
	var hold string
	d.view(func(tx bot.Tx) error { h, err := tx.Holds(casus.Ref); hold = h[0].ID; return err })
	may := map[bot.UserID]string{fgSWV: "adopt verify", ib: "", boss: "hold release"}
	store := d.store.(*bottest.MemStore)
	for user, hat := range map[bot.UserID]bot.Hat{fgSWV: asSWV, ib: asLead, boss: asBoss} {
		token := d.enter(user)
		for _, a := range d.dashActs(casus, hold) {
			for _, q := range []bot.DashQuery{{Token: token, Hat: hat}, {Token: token, Hat: asSchool}, {Token: token, Hat: bot.Hat{Kind: bot.HatDPO, Organisation: "gemeente"}}} {
				back, before := store.Picture(), store.Records()
				refused := d.count("", bot.ActRefused)
				err := a.do(q)
				var invalid *bot.InvalidError
				if q.Hat == hat && slices.Contains(strings.Fields(may[user]), a.name) {
					if err != nil {
						t.Errorf("%s as %+v: %s: %v", user, q.Hat, a.name, err)
					}
				} else if q.Hat == hat && a.name == "plan" && errors.As(err, &invalid) {
					// Nothing of theirs is due: that is said, and nothing is done.
				} else {
					if !errors.Is(err, bot.ErrForbidden) {
						t.Errorf("%s as %+v: %s: %v, want a no", user, q.Hat, a.name, err)
					}
					if store.Records() != before {
						t.Errorf("%s as %+v: %s was refused, and records changed", user, q.Hat, a.name)
					}
					if d.count("", bot.ActRefused) != refused+1 {
						t.Errorf("%s as %+v: %s: the attempt was not recorded", user, q.Hat, a.name)
					}
				}
				back()
			}
		}
	}
	for _, a := range d.dashActs(casus, hold) {
		if err := a.do(bot.DashQuery{Token: "none", Hat: asSchool}); !isSignedOut(err) {
			t.Errorf("nobody: %s: %v", a.name, err)
		}
	}
}

func TestAHoldIsPlacedByOneAndReleasedByTwoAtTheOverview(t *testing.T) {
	t.Parallel()
	d := newDash(t)
	casus := d.open(newCasus())
	one, two := bot.DashQuery{Token: d.enter(fgSchool), Hat: asSchool}, bot.DashQuery{Token: d.enter(boss), Hat: asBoss}
	ctx := t.Context()
	var invalid *bot.InvalidError
	if err := d.bot.DashHold(ctx, one, casus.Ref, "kort"); !errors.As(err, &invalid) || invalid.Field != "reason" {
		t.Errorf("a reason that says nothing: %v", err)
	}
	if err := d.bot.DashHold(ctx, one, casus.Ref, "Er loopt een klacht hierover."); err != nil {
		t.Fatal(err)
	}
	var hold string
	d.view(func(tx bot.Tx) error { h, err := tx.Holds(casus.Ref); hold = h[0].ID; return err })
	if err := d.bot.DashAgree(ctx, two, casus.Ref, hold); !errors.Is(err, bot.ErrForbidden) {
		t.Errorf("agreeing to what nobody asked: %v", err)
	}
	if err := d.bot.DashRelease(ctx, one, casus.Ref, "h-none", "De klacht is afgehandeld."); !errors.Is(err, bot.ErrForbidden) {
		t.Errorf("a hold that is not there: %v", err)
	}
	if err := d.bot.DashRelease(ctx, one, casus.Ref, hold, "De klacht is afgehandeld."); err != nil {
		t.Fatal(err)
	}
	if err := d.bot.DashAgree(ctx, one, casus.Ref, hold); !errors.As(err, &invalid) {
		t.Errorf("agreeing with oneself: %v", err)
	}
	if err := d.bot.DashAgree(ctx, two, casus.Ref, hold); err != nil {
		t.Fatal(err)
	}
	if err := d.bot.DashAgree(ctx, two, casus.Ref, hold); !errors.Is(err, bot.ErrForbidden) {
		t.Errorf("a second time: %v", err)
	}
	d.settle()
	for act, n := range map[bot.Act]int{bot.ActHoldPlaced: 1, bot.ActReleaseProposed: 1, bot.ActHoldReleased: 1} {
		if got := d.count(casus.Ref, act); got != n {
			t.Errorf("%s stands in the log %d times, want %d", act, got, n)
		}
	}
	// Who asked long ago, or watches no more, is no first person.
	if got := table(d.mustSee(one.Token, asSchool, "blokkades"), "vrijgegeven"); len(got) != 1 {
		t.Errorf("released holds: %q", got)
	}
}

func TestAPlanIsRunByTwoOfTheOrganisation(t *testing.T) {
	t.Parallel()
	d := newDash(t)
	casus := d.open(newCasus())
	ctx := t.Context()
	var invalid *bot.InvalidError
	if _, err := d.bot.DashProposePlan(ctx, bot.DashQuery{Token: d.enter(fgSchool), Hat: asSchool}); !errors.As(err, &invalid) {
		t.Errorf("nothing is due: %v", err)
	}
	d.close(casus)
	d.clock.Advance(8 * 24 * time.Hour)
	one, two, far := bot.DashQuery{Token: d.enter(fgSchool), Hat: asSchool}, bot.DashQuery{Token: d.enter(boss), Hat: asBoss}, bot.DashQuery{Token: d.enter(fgSWV), Hat: asSWV}
	// The bot is kept from its own work meanwhile: what is due stays due.
	if v := d.mustSee(one.Token, asSchool, "bewaren"); fact(v, "overdue") == -1 {
		t.Fatalf("no number of what is due: %+v", v.Facts)
	}
	if err := d.store.Update(ctx, func(tx bot.Tx) error { return tx.SetDue(casus.Ref, d.clock.Now()) }); err != nil {
		t.Fatal(err)
	}
	n, err := d.bot.DashProposePlan(ctx, one)
	if err != nil || n != 1 {
		t.Fatalf("propose: %d, %v", n, err)
	}
	var id string
	d.view(func(tx bot.Tx) error { all, err := tx.Proposals("school-a", d.clock.Now()); id = all[0].ID; return err })
	if _, err := d.bot.DashRunPlan(ctx, one, id); !errors.As(err, &invalid) {
		t.Errorf("by the same person: %v", err)
	}
	if _, err := d.bot.DashRunPlan(ctx, far, id); !errors.Is(err, bot.ErrForbidden) {
		t.Errorf("by another organisation: %v", err)
	}
	if n, err := d.bot.DashRunPlan(ctx, two, id); err != nil || n != 1 {
		t.Fatalf("run: %d, %v", n, err)
	}
	if _, err := d.bot.DashRunPlan(ctx, two, id); !errors.Is(err, bot.ErrForbidden) {
		t.Errorf("a second time: %v", err)
	}
	d.settle()
	if got := d.casus(casus.Ref).Status; got != bot.Archived {
		t.Errorf("after the plan the casus is %s", got)
	}
	if d.count("", bot.ActPlanProposed) != 1 || d.count("", bot.ActPlanRun) != 1 {
		t.Errorf("the log has %v", d.acts(""))
	}
}

func TestWhatTheRegionAdoptsIsSaidWithTheRule(t *testing.T) {
	t.Parallel()
	d := newDash(t)
	q := bot.DashQuery{Token: d.enter(fgSchool), Hat: asSchool}
	v := d.mustSee(q.Token, asSchool, "regels")
	var rule string
	for _, tb := range v.Tables {
		for _, r := range tb.Rows {
			if len(r.Acts) == 1 && r.Acts[0].Code == bot.DoAdopt && rule == "" {
				rule = r.Acts[0].Object
			}
		}
	}
	if rule == "" {
		t.Fatal("there is no reading to adopt")
	}
	var invalid *bot.InvalidError
	for _, c := range [][3]string{{rule, "", "2026-01-01"}, {rule, "st\nuur", "2026-01-01"}, {rule, strings.Repeat("x", 81), "2026-01-01"}, {rule, "stuurgroep", "2999-01-01"}, {rule, "stuurgroep", "1 mei"}, {rule, "stuurgroep", ""}} {
		if err := d.bot.DashAdopt(t.Context(), q, c[0], c[1], c[2]); !errors.As(err, &invalid) {
			t.Errorf("adopt %q: %v", c, err)
		}
	}
	if err := d.bot.DashAdopt(t.Context(), q, "geen-regel", "stuurgroep", "2026-01-01"); !errors.Is(err, bot.ErrForbidden) {
		t.Errorf("a rule that is not there: %v", err)
	}
	if err := d.bot.DashAdopt(t.Context(), q, rule, "stuurgroep", "2026-01-02"); err != nil {
		t.Fatal(err)
	}
	has := func() bool {
		a, ok := d.bot.Region.AdoptedRule(rule)
		return ok && a.By == "stuurgroep" && a.On == "2026-01-02"
	}
	if !has() || d.count("", bot.ActRuleAdopted) != 1 {
		t.Error("the adoption is not in use, or not in the log")
	}
	// Another copy of the bot, or the same one after a restart.
	d.start()
	if has() {
		t.Fatal("a new start knows it by itself; the test shows nothing")
	}
	if err := d.bot.FollowPolicy(t.Context()); err != nil || !has() {
		t.Errorf("after a restart it is not in use: %v", err)
	}
}

func TestRulesThatLoosenAreApprovedAtTheOverviewByAnFGAlone(t *testing.T) {
	t.Parallel()
	d := newDash(t)
	d.startPolicy()
	before := d.bot.Judge.Bundle().Identity()
	p, err := d.bot.ProposePolicy(t.Context(), changedBundle(t, looser...), "beheer")
	if err != nil || p.State != bot.PolicyWaiting {
		t.Fatalf("ProposePolicy = %s, %v", p.State, err)
	}
	appointee, fg := bot.DashQuery{Token: d.enter(boss), Hat: asBoss}, bot.DashQuery{Token: d.enter(fgSchool), Hat: asSchool}
	if got := table(d.mustSee(fg.Token, asSchool, "regels"), "wachtend"); len(got) != 1 || !strings.HasPrefix(got[0], p.Hash+"|") {
		t.Errorf("waiting rules: %q", got)
	}
	if err := d.bot.DashApprove(t.Context(), appointee, p.Hash); !errors.Is(err, bot.ErrForbidden) {
		t.Errorf("by an appointee: %v", err)
	}
	if err := d.bot.DashApprove(t.Context(), fg, before); !errors.Is(err, bot.ErrForbidden) {
		t.Errorf("of rules that wait for nobody: %v", err)
	}
	if d.bot.Judge.Bundle().Identity() != before {
		t.Fatal("they are in use before an FG agreed")
	}
	if err := d.bot.DashApprove(t.Context(), fg, p.Hash); err != nil || d.bot.Judge.Bundle().Identity() != p.Hash {
		t.Fatalf("by an FG: %v", err)
	}
	if err := d.bot.DashApprove(t.Context(), fg, p.Hash); !errors.Is(err, bot.ErrForbidden) {
		t.Errorf("a second time: %v", err)
	}
}
