package bot_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// Everything here was found by breaking what it guards: nothing noticed.

func TestAPlanHoldsForWhatWasDueForThreeDaysAndOnlyOfWhoStillWatches(t *testing.T) {
	t.Parallel()
	d := newDash(t)
	casus, later := d.open(newCasus()), d.open(newCasus())
	one, two := bot.DashQuery{Token: d.enter(fgSchool), Hat: asSchool}, bot.DashQuery{Token: d.enter(boss), Hat: asBoss}
	due := func(ref bot.Ref) {
		t.Helper()
		if err := d.store.Update(t.Context(), func(tx bot.Tx) error { return tx.SetDue(ref, d.clock.Now()) }); err != nil {
			t.Fatal(err)
		}
	}
	due(casus.Ref)
	if n, err := d.bot.DashProposePlan(t.Context(), one); err != nil || n != 1 {
		t.Fatalf("propose: %d, %v", n, err)
	}
	var p bot.PlanProposal
	d.view(func(tx bot.Tx) error {
		all, err := tx.Proposals("school-a", d.clock.Now())
		if err != nil || len(all) != 1 {
			return fmt.Errorf("%d proposals, %w", len(all), err)
		}
		p = all[0]
		return nil
	})
	if term := p.Expires.Sub(d.clock.Now()); term != 3*24*time.Hour {
		t.Errorf("a second person may agree for %v", term)
	}
	// Whoever proposed it is the FG no more.
	d.register(func(r *bot.Register) { r.Organisations[0].DPO = "p-officer" })
	if _, err := d.bot.DashRunPlan(t.Context(), two, p.ID); !errors.Is(err, bot.ErrForbidden) {
		t.Errorf("of who watches no more: %v", err)
	}
	d.register(func(*bot.Register) {})
	// What is due since was not agreed to.
	due(later.Ref)
	if n, err := d.bot.DashRunPlan(t.Context(), two, p.ID); err != nil || n != 1 {
		t.Errorf("run: %d, %v; want what was proposed alone", n, err)
	}
}

func TestWhatWasAskedThirtyDaysAgoIsNotAgreedToAnyMore(t *testing.T) {
	t.Parallel()
	for after, may := range map[time.Duration]bool{30*24*time.Hour - time.Second: true, 30 * 24 * time.Hour: false} {
		d := newDash(t)
		casus := d.open(newCasus())
		one := bot.DashQuery{Token: d.enter(fgSchool), Hat: asSchool}
		if err := d.bot.DashHold(t.Context(), one, casus.Ref, "Er loopt een klacht hierover."); err != nil {
			t.Fatal(err)
		}
		var hold string
		d.view(func(tx bot.Tx) error { h, err := tx.Holds(casus.Ref); hold = h[0].ID; return err })
		if err := d.bot.DashRelease(t.Context(), one, casus.Ref, hold, "De klacht is afgehandeld."); err != nil {
			t.Fatal(err)
		}
		d.clock.Advance(after)
		err := d.bot.DashAgree(t.Context(), bot.DashQuery{Token: d.enter(boss), Hat: asBoss}, casus.Ref, hold)
		if may && err != nil || !may && !errors.Is(err, bot.ErrForbidden) {
			t.Errorf("agreed to after %v: %v", after, err)
		}
	}
}

func TestAReadingItsMarkAndAReasonThatIsGoneAreInWords(t *testing.T) {
	t.Parallel()
	d := newDash(t)
	casus := d.open(newCasus())
	if err := d.store.Update(t.Context(), func(tx bot.Tx) error {
		var errs []error
		for i := range 5 {
			id := bot.DecisionID(fmt.Sprintf("v-gone-%d", i))
			_, err := tx.Record(bot.Entry{Casus: casus.Ref, At: d.clock.Now(), Act: bot.ActFileDecided, Decision: id, Outcome: "done"})
			errs = append(errs, err, tx.AddVerdict(bot.Verdict{ID: id, Casus: casus.Ref, At: d.clock.Now(), About: "share", Effect: "refuse", Codes: []string{"M99"}}))
		}
		return errors.Join(errs...)
	}); err != nil {
		t.Fatal(err)
	}
	token := d.enter(fgSchool)
	if got := table(d.mustSee(token, asSchool, "besluiten"), "besluiten"); len(got) != 1 || !strings.HasPrefix(got[0], "delen geweigerd|een reden die de regels van nu niet meer kennen M99|") {
		t.Errorf("decisions are %q", got)
	}
	seen := 0
	for _, tb := range d.mustSee(token, asSchool, "regels").Tables {
		if tb.Code != "lezingen" {
			continue
		}
		for _, r := range tb.Rows {
			rule, mark := r.Cells[0], r.Cells[2]
			if rule.Key == "" || rule.Text == rule.Key || rule.Is != bot.CellText {
				t.Errorf("a reading is %+v", rule)
			}
			if want := map[bool]string{true: "onze uitleg", false: "voor een deel onze uitleg"}[mark.Key == "I"]; mark.Text != want || !strings.Contains(mark.Key, "I") {
				t.Errorf("the mark of %s is %+v", rule.Key, mark)
			}
			seen++
		}
	}
	if seen == 0 {
		t.Error("there is no reading; the test shows nothing")
	}
}

func TestAHandoverIsSeenByTheOrganisationItWaitsForAndByWhoLeads(t *testing.T) {
	t.Parallel()
	d := newDash(t)
	casus := d.open(newCasus())
	d.close(casus)
	school := table(d.mustSee(d.enter(fgSchool), asSchool, "overname"), "overname")
	if len(school) != 1 || !strings.Contains(school[0], "|Organisatie school-a|") {
		t.Errorf("the school sees %q, want its own alone", school)
	}
	lead := d.enter(ib)
	if all := table(d.mustSee(lead, asLead, "overname"), "overname"); len(all) != 4 {
		t.Errorf("who leads sees %q, want each of the four", all)
	}
	if n := fact(d.mustSee(lead, asLead, "begin"), "handovers"); n != 4 {
		t.Errorf("who leads reads of %d, want 4", n)
	}
}

func TestWhoLeadsSeesNothingOfACasusInWhichTheyTakeNoPartAnyMore(t *testing.T) {
	t.Parallel()
	d := newDash(t)
	stays, over := d.open(newCasus()), d.open(newCasus())
	if err := d.store.Update(t.Context(), func(tx bot.Tx) error {
		for _, ref := range []bot.Ref{stays.Ref, over.Ref} {
			if _, err := tx.Record(bot.Entry{Casus: ref, At: d.clock.Now(), Act: bot.ActStrangerRemoved, Outcome: "done"}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	token, fg := d.enter(ib), d.enter(fgSchool)
	gaps := func(token string, hat bot.Hat) (refs []string) {
		for _, line := range table(d.mustSee(token, hat, "incidenten"), "lekken") {
			refs = append(refs, strings.Split(line, "|")[1])
		}
		slices.Sort(refs)
		return refs
	}
	both := []string{string(stays.Ref), string(over.Ref)}
	slices.Sort(both)
	if got := gaps(token, asLead); !slices.Equal(got, both) {
		t.Fatalf("who leads both sees %v", got)
	}
	if err := d.store.Update(t.Context(), func(tx bot.Tx) error {
		c, err := tx.Casus(over.Ref)
		if err != nil {
			return err
		}
		for i, m := range c.Private.Members {
			if m.ID == "p-ib" {
				c.Private.Members[i].Until = d.clock.Now().Add(-time.Minute)
			}
		}
		_, err = tx.SaveCasus(c)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if got := gaps(token, asLead); !slices.Equal(got, []string{string(stays.Ref)}) {
		t.Errorf("who leads one of them sees %v", got)
	}
	if got := gaps(fg, asSchool); !slices.Equal(got, both) {
		t.Errorf("the FG sees %v, want both", got)
	}
}

func TestWhoAskedForAReleaseReadsSoAndCannotAgreeToIt(t *testing.T) {
	t.Parallel()
	d := newDash(t)
	casus := d.open(newCasus())
	one := bot.DashQuery{Token: d.enter(fgSchool), Hat: asSchool}
	if err := d.bot.DashHold(t.Context(), one, casus.Ref, "Er loopt een klacht hierover."); err != nil {
		t.Fatal(err)
	}
	var hold string
	d.view(func(tx bot.Tx) error { h, err := tx.Holds(casus.Ref); hold = h[0].ID; return err })
	seen := func(token string, hat bot.Hat) (state string, acts []string) {
		for _, tb := range d.mustSee(token, hat, "blokkades").Tables {
			if tb.Code == "blokkades" && len(tb.Rows) == 1 {
				cells := tb.Rows[0].Cells
				state = cells[len(cells)-1].Text
				for _, a := range tb.Rows[0].Acts {
					acts = append(acts, a.Code)
				}
			}
		}
		return state, acts
	}
	if state, acts := seen(one.Token, asSchool); state != "" || !slices.Equal(acts, []string{bot.DoRelease}) {
		t.Errorf("before anybody asks: %q %v", state, acts)
	}
	if err := d.bot.DashRelease(t.Context(), one, casus.Ref, hold, "De klacht is afgehandeld."); err != nil {
		t.Fatal(err)
	}
	if state, acts := seen(one.Token, asSchool); state != "door jou gevraagd, wacht op een ander" || len(acts) != 0 {
		t.Errorf("who asked: %q %v", state, acts)
	}
	if state, acts := seen(d.enter(boss), asBoss); state != "door een ander gevraagd" || !slices.Equal(acts, []string{bot.DoAgree}) {
		t.Errorf("somebody else: %q %v", state, acts)
	}
}

func TestWhatIsOverItsTermIsToldFirstAndAsTooLate(t *testing.T) {
	t.Parallel()
	d := newDash(t)
	casus := d.open(newCasus())
	now := d.clock.Now()
	if err := d.store.Update(t.Context(), func(tx bot.Tx) error {
		var errs []error
		for id, m := range map[string]bot.Matter{"late": {DueAt: now}, "open": {DueAt: now.Add(time.Second)}, "done": {DueAt: now.Add(-time.Hour), Outcome: "done", DoneAt: now}} {
			m.ID, m.Casus, m.Kind, m.At = id, casus.Ref, bot.Incident, now.Add(-time.Hour)
			errs = append(errs, tx.AddMatter(m))
		}
		return errors.Join(errs...)
	}); err != nil {
		t.Fatal(err)
	}
	v := d.mustSee(d.enter(fgSchool), asSchool, "incidenten")
	var states []string
	for _, line := range table(v, "incidenten") {
		states = append(states, line[strings.LastIndex(line, "|")+1:])
	}
	if want := []string{"te laat", "open", "afgehandeld"}; !slices.Equal(states, want) {
		t.Errorf("they stand as %q, want %q", states, want)
	}
	if n := fact(v, "matter_late"); n != 1 {
		t.Errorf("%d are over their term, want 1", n)
	}
}
