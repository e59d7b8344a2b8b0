package bot_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

// excepted is a world with an overview, in which the consultant of the SWV asked for
// an exception that boss decides on and fgSWV watches.
func excepted(t *testing.T) (*dashWorld, bot.Casus, string) {
	t.Helper()
	d := newDash(t)
	d.bot.Pages = "https://bot.example.org"
	d.register(func(r *bot.Register) {
		i := slices.IndexFunc(r.Organisations, func(o bot.Organisation) bool { return o.ID == "swv-a" })
		r.Organisations[i].Appointee = "p-boss"
		i = slices.IndexFunc(r.Organisations, func(o bot.Organisation) bool { return o.ID == "aanbieder" })
		r.Organisations[i].Appointee = "p-doctor"
	})
	casus := d.open(newCasus(func(v map[string][]string) { v["members"] = []string{string(lpa), string(carer), string(guide)} }))
	d.discuss(casus)
	return d, casus, d.asksFor(casus, guide, "SWV naar de eigen school")
}

// asksFor has somebody bring in health and ask for an exception, and returns the file.
func (d *dashWorld) asksFor(casus bot.Casus, user bot.UserID, ground string) string {
	d.t.Helper()
	if err := d.upload(user, casus.Room, "canarie-stuk.txt", "een advies"); err == nil {
		d.t.Fatal("posted at once")
	}
	d.press(user, "Zeg wat erin staat")
	d.send(user, map[string][]string{"kinds": {"health"}})
	if a := d.askException(user, ground); len(a.Errors) > 0 {
		d.t.Fatal(a.Errors)
	}
	return string(d.lastFile(casus).ID)
}

var (
	asSWVBoss = bot.Hat{Kind: bot.HatAppointee, Organisation: "swv-a"}
	asCare    = bot.Hat{Kind: bot.HatDPO, Organisation: "aanbieder"}
)

// Each sees what their own organisation asked for, and nothing of what was shared or
// why; who leads sees none of it.
func TestExceptionsAreSeenByTheFGAndTheAppointeeOfWhoAskedAndByNobodyElse(t *testing.T) {
	d, casus, _ := excepted(t)
	tokens := map[bot.UserID]string{}
	for _, user := range []bot.UserID{fgSWV, boss, fgSchool, officer, ib} {
		tokens[user] = d.enter(user)
	}
	for _, c := range []struct {
		who  bot.UserID
		hat  bot.Hat
		rows int
		acts bool
	}{
		{fgSWV, asSWV, 1, true}, {boss, asSWVBoss, 1, false},
		{boss, asBoss, 0, false}, {fgSchool, asSchool, 0, false}, {officer, asCare, 0, false}, // they take part in the same casus
	} {
		v := d.mustSee(tokens[c.who], c.hat, "uitzonderingen")
		rows := table(v, "wachtende")
		if len(rows) != c.rows || fact(v, "exceptions_waiting") != c.rows {
			t.Errorf("%s as %+v sees %q", c.who, c.hat, rows)
		}
		for _, r := range rows {
			if !strings.Contains(r, string(casus.Ref)+"|SWV naar de eigen school|") {
				t.Errorf("%s sees %q", c.who, r)
			}
		}
		for _, table := range v.Tables {
			for _, r := range table.Rows {
				if got := len(r.Acts) > 0; got != c.acts || got && r.Acts[0].Code != bot.DoAdvise {
					t.Errorf("%s as %+v may do %+v", c.who, c.hat, r.Acts)
				}
				for _, cell := range r.Cells {
					if strings.Contains(cell.Text, "canarie") || strings.Contains(cell.Text, "morgen") {
						t.Errorf("%s reads content: %q", c.who, cell.Text)
					}
				}
			}
		}
	}
	if _, err := d.see(tokens[ib], asLead, "uitzonderingen"); !errors.Is(err, bot.ErrForbidden) {
		t.Errorf("who leads sees it: %v", err)
	}
	if v := d.mustSee(tokens[ib], asLead, "begin"); slices.Contains(v.Views, "uitzonderingen") {
		t.Error("who leads has it in the menu")
	}
}

// The FG advises and never decides; nobody else advises.
func TestOnlyTheFGOfWhoAskedAdvisesAndThatDecidesNothing(t *testing.T) {
	d, casus, file := excepted(t)
	const advice = "De kring kan kleiner, en het kan korter."
	advise := func(user bot.UserID, hat bot.Hat, ref bot.Ref, file, advice string) error {
		t.Helper()
		err := d.bot.DashAdvise(t.Context(), bot.DashQuery{Token: d.enter(user), Hat: hat}, ref, file, advice)
		d.settle()
		return err
	}
	store := d.store.(*bottest.MemStore)
	for _, c := range []struct {
		why  string
		user bot.UserID
		hat  bot.Hat
		ref  bot.Ref
		file string
	}{
		{"who decides", boss, asSWVBoss, casus.Ref, file},
		{"the FG of the school", fgSchool, asSchool, casus.Ref, file},
		{"the FG of the provider", officer, asCare, casus.Ref, file},
		{"who leads", ib, asLead, casus.Ref, file},
		{"with a hat of another", fgSchool, asSWV, casus.Ref, file},
		{"on another casus", fgSWV, asSWV, "C-2026-0099", file},
		{"on a file that is not there", fgSWV, asSWV, casus.Ref, "none"},
		{"on nothing", fgSWV, asSWV, "", ""},
	} {
		before, refused := store.Records(), d.count("", bot.ActRefused)
		if err := advise(c.user, c.hat, c.ref, c.file, advice); !errors.Is(err, bot.ErrForbidden) {
			t.Errorf("%s: %v, want a no", c.why, err)
		}
		if f := d.lastFile(casus); f.Asked.Advice != "" || d.count("", bot.ActRefused) != refused+1 {
			t.Errorf("%s: advice %q, %d refusals more; records changed: %v", c.why, f.Asked.Advice, d.count("", bot.ActRefused)-refused, store.Records() != before)
		}
	}
	var invalid *bot.InvalidError
	if err := advise(fgSWV, asSWV, casus.Ref, file, "kort"); !errors.As(err, &invalid) || invalid.Field != "advice" {
		t.Errorf("advice that says nothing: %v", err)
	}
	if err := advise(fgSWV, asSWV, casus.Ref, file, advice); err != nil {
		t.Fatal(err)
	}
	d.wantTold(boss, "De FG adviseert**: "+advice)
	if f := d.lastFile(casus); f.State != bot.Quarantined || f.Exception != nil || f.Asked == nil {
		t.Errorf("after advice alone the file is %+v", f)
	}
	if got := d.count(casus.Ref, bot.ActExceptionAdvised); got != 1 {
		t.Errorf("%d × advised in the log", got)
	}
	// Who decides reads it, may do otherwise, and then it is over.
	if got := table(d.mustSee(d.enter(fgSWV), asSWV, "uitzonderingen"), "wachtende"); len(got) != 1 || !strings.HasSuffix(got[0], "|ja") {
		t.Errorf("waiting: %q", got)
	}
	d.clock.Advance(25 * time.Minute)
	d.press(boss, "Beslis")
	form, err := d.person(boss).OpenForm()
	if err != nil || !strings.Contains(form.Intro, advice) {
		t.Fatalf("the form: %+v, %v", form, err)
	}
	if a := d.send(boss, map[string][]string{"verdict": {"granted"}, "reason": {"De school heeft dit nodig."}}); len(a.Errors) > 0 {
		t.Fatal(a.Errors)
	}
	v := d.mustSee(d.enter(fgSWV), asSWV, "uitzonderingen")
	if got := table(v, "uitzonderingen"); len(got) != 1 || !strings.Contains(got[0], "|ja|verleend|") || !strings.HasSuffix(got[0], "|25") || len(table(v, "wachtende")) != 0 {
		t.Errorf("afterwards: %q", got)
	}
	if err := advise(fgSWV, asSWV, casus.Ref, file, advice); !errors.Is(err, bot.ErrForbidden) {
		t.Errorf("advice on what was decided: %v", err)
	}
}

// What nobody decided on is over after its time, to the second, and nobody advises
// on it any more.
func TestAnExceptionThatNobodyDecidedOnIsOverAfterItsTime(t *testing.T) {
	d, casus, file := excepted(t)
	rows := func() (waiting, past []string) {
		v := d.mustSee(d.enter(fgSWV), asSWV, "uitzonderingen")
		return table(v, "wachtende"), table(v, "uitzonderingen")
	}
	d.clock.Advance(72*time.Hour - time.Second)
	if waiting, past := rows(); len(waiting) != 1 || len(past) != 0 {
		t.Errorf("a second before: %q, %q", waiting, past)
	}
	d.clock.Advance(time.Second)
	if waiting, past := rows(); len(waiting) != 0 || len(past) != 1 || !strings.Contains(past[0], "vervallen") {
		t.Errorf("at its time: %q, %q", waiting, past)
	}
	if err := d.bot.DashAdvise(t.Context(), bot.DashQuery{Token: d.enter(fgSWV), Hat: asSWV}, casus.Ref, file, "De kring kan kleiner."); !errors.Is(err, bot.ErrForbidden) {
		t.Errorf("advice too late: %v", err)
	}
}

// A yes that was noted just before a posting is counted for the FG alone.
func TestOnlyTheFGSeesHowManyYesesWereNotedJustBeforeAPosting(t *testing.T) {
	d, _, _ := excepted(t)
	if n := fact(d.mustSee(d.enter(fgSWV), asSWV, "uitzonderingen"), "sampled"); n != 0 {
		t.Errorf("the FG reads %d", n)
	}
	if n := fact(d.mustSee(d.enter(boss), asSWVBoss, "uitzonderingen"), "sampled"); n != -1 {
		t.Errorf("who decides reads %d", n)
	}
	if _, err := d.see(d.enter(boss), asSWVBoss, "steekproef"); !errors.Is(err, bot.ErrForbidden) {
		t.Errorf("who decides sees the sample: %v", err)
	}
}
