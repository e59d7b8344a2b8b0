package bot

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/rules"
)

// dashWeeks is how far the calendar goes, in weeks.
const dashWeeks = 18

// viewRetention is what comes: a calendar of all, and what is next for the casussen
// of this page.
func (b *Bot) viewRetention(ctx context.Context, tx Tx, s seat, q DashQuery, d *Dash) error {
	now := b.Now()
	local := now.In(amsterdam)
	monday := time.Date(local.Year(), local.Month(), local.Day()-(int(local.Weekday())+6)%7, 0, 0, 0, 0, amsterdam)
	due, held, err := tx.WatchedDue(s.hat.watch(s.who.ID), monday.AddDate(0, 0, 7*dashWeeks))
	if err != nil {
		return err
	}
	overdue, soon := 0, 0
	days := map[string]int{}
	for _, one := range due {
		switch {
		case !one.At.After(now):
			overdue++
		default:
			days[one.At.In(amsterdam).Format(time.DateOnly)]++
		}
		if !one.At.After(now.AddDate(0, 0, announceDays)) {
			soon++
		}
	}
	d.Facts = []DashFact{{Code: "overdue", N: overdue}, {Code: "due", N: soon}, {Code: "held", N: held, View: "blokkades"}}
	calendar := DashTable{Code: "kalender", Chart: ChartCalendar, Columns: []string{"day", "casussen"}}
	for at := monday; at.Before(monday.AddDate(0, 0, 7*dashWeeks)); at = at.AddDate(0, 0, 1) {
		if n := days[at.Format(time.DateOnly)]; n > 0 || at.Equal(monday) {
			calendar.Rows = append(calendar.Rows, DashRow{Cells: []DashCell{onDay(at), number(n)}})
		}
	}
	all, err := b.lookInto(tx, s, q, d)
	if err != nil {
		return err
	}
	perAction := map[string]int{}
	plan := DashTable{Code: "plan", Columns: []string{"casus", "kind", "status", "step", "when", "rule"}}
	type line struct {
		at  time.Time
		row DashRow
	}
	var lines []line
	for _, w := range all {
		r, err := b.judgeKept(ctx, b.keptInput(w.Kept))
		if err != nil {
			return err
		}
		action := r.Action.String()
		if action != rules.Keep.String() || !r.Due.IsZero() {
			perAction[action]++
		}
		sort := r.Due
		if sort.IsZero() {
			sort = now.AddDate(1000, 0, 0)
		}
		row := DashRow{Cells: []DashCell{codeCell(string(w.Casus.Ref)), words(text.KindName(string(w.Casus.Kind))), words(text.StatusName(string(w.Casus.Status))),
			words(text.PlanActionName(action)), onDay(r.Due), ruleCell(r)}}
		if s.hat.standings().May(MayHoldAnywhere) {
			row.Acts = []DashAct{{Code: DoHold, Casus: w.Casus.Ref}}
		}
		lines = append(lines, line{sort, row})
	}
	slices.SortStableFunc(lines, func(x, y line) int { return x.at.Compare(y.at) })
	for _, l := range lines {
		plan.Rows = append(plan.Rows, l.row)
	}
	steps := DashTable{Code: "stappen", Chart: ChartBars, Columns: []string{"step", "casussen"}}
	for _, a := range []rules.Action{rules.Keep, rules.Remind, rules.Archive, rules.AnnounceErasure, rules.Erase, rules.Human} {
		if n := perAction[a.String()]; n > 0 {
			steps.Rows = append(steps.Rows, DashRow{Cells: []DashCell{words(text.PlanActionName(a.String())), number(n)}})
		}
	}
	d.Tables = []DashTable{calendar, steps, plan}
	d.Notes = append(d.Notes, "calendar")
	if !s.hat.standings().May(MayRunPlan) {
		return nil
	}
	waiting, err := tx.Proposals(s.hat.Organisation, now)
	if err != nil {
		return err
	}
	if len(waiting) > 0 {
		t := DashTable{Code: "voorstellen", Columns: []string{"moment", "casussen", "by"}}
		for _, p := range waiting {
			by, row := text.Dash("by_other"), DashRow{}
			if p.By == s.who.ID {
				by = text.Dash("by_you")
			} else {
				row.Acts = []DashAct{{Code: DoRunPlan, Object: p.ID}}
			}
			row.Cells = []DashCell{atMoment(p.At), number(len(p.Refs)), words(by)}
			t.Rows = append(t.Rows, row)
		}
		d.Tables = slices.Insert(d.Tables, 0, t)
	}
	if overdue > 0 && len(waiting) == 0 {
		d.Acts = []DashAct{{Code: DoProposePlan}}
	}
	return nil
}

// ruleCell is the rule that said what happens next, by the reason that it gave.
func ruleCell(r rules.Retention) DashCell {
	if len(r.Reasons) == 0 {
		return codeCell(r.Rule)
	}
	return named(cmp.Or(r.Rule, r.Reasons[0].Code), text.Gist(r.Reasons[0].Text))
}

// viewHolds lists what stops erasing. Why it was placed is content, and stays where
// it was written.
func (b *Bot) viewHolds(_ context.Context, tx Tx, s seat, q DashQuery, d *Dash) error {
	all, err := b.lookInto(tx, s, q, d)
	if err != nil {
		return err
	}
	may := s.hat.standings().May(MayHoldAnywhere)
	proposed := map[string]Entry{}
	if may {
		entries, err := tx.WatchedEntries(s.hat.watch(s.who.ID), b.Now().AddDate(0, 0, -releaseTerm), dashEntries)
		if err != nil {
			return err
		}
		for _, e := range slices.Backward(entries) { // the newest counts
			if e.Act == ActReleaseProposed {
				proposed[e.Object] = e
			}
		}
	}
	live := DashTable{Code: "blokkades", Columns: []string{"casus", "kind", "status", "placed", "release"}}
	past := DashTable{Code: "vrijgegeven", Columns: []string{"casus", "kind", "placed", "released", "grace"}}
	for _, w := range all {
		for _, h := range w.Holds {
			if !h.ReleasedAt.IsZero() {
				past.Rows = append(past.Rows, DashRow{Cells: []DashCell{codeCell(string(w.Casus.Ref)), words(text.KindName(string(w.Casus.Kind))), onDay(h.PlacedAt), onDay(h.ReleasedAt), onDay(graceOf(h.ReleasedAt))}})
				continue
			}
			state, row := "", DashRow{}
			if e, ok := proposed[h.ID]; ok && e.Actor == s.who.ID {
				state = text.Dash("release_by_you")
			} else if ok {
				state = text.Dash("release_by_other")
				row.Acts = []DashAct{{Code: DoAgree, Casus: w.Casus.Ref, Object: h.ID}}
			} else if may {
				row.Acts = []DashAct{{Code: DoRelease, Casus: w.Casus.Ref, Object: h.ID}}
			}
			row.Cells = []DashCell{codeCell(string(w.Casus.Ref)), words(text.KindName(string(w.Casus.Kind))), words(text.StatusName(string(w.Casus.Status))), onDay(h.PlacedAt), words(state)}
			live.Rows = append(live.Rows, row)
		}
	}
	d.Tables = []DashTable{live, past}
	d.Notes = append(d.Notes, "no_reasons")
	return nil
}

// openHandovers lists the organisations that have not said that they took over
// what they must keep, as far as the seat sees them.
func (b *Bot) openHandovers(s seat, c Casus) []OrgID {
	if c.Status == Open || c.Status == Erased {
		return nil
	}
	var all []OrgID
	for _, h := range c.Private.Handovers {
		if h.confirmed(b.Now()).IsZero() && (s.hat.Kind == HatLead || h.Organisation == s.hat.Organisation) {
			all = append(all, h.Organisation)
		}
	}
	return all
}

// viewHandovers lists the hand-overs that are outstanding.
func (b *Bot) viewHandovers(_ context.Context, tx Tx, s seat, q DashQuery, d *Dash) error {
	all, err := b.lookInto(tx, s, q, d, Closed, Archived)
	if err != nil {
		return err
	}
	t := DashTable{Code: "overname", Columns: []string{"casus", "kind", "organisation", "closed", "waiting"}}
	for _, w := range all {
		for _, org := range b.openHandovers(s, w.Casus) {
			waiting := int(b.Now().Sub(w.Casus.ClosedAt) / (24 * time.Hour))
			t.Rows = append(t.Rows, DashRow{Cells: []DashCell{codeCell(string(w.Casus.Ref)), words(text.KindName(string(w.Casus.Kind))), words(orgPlain(tx, org)), onDay(w.Casus.ClosedAt), number(waiting)}})
		}
	}
	d.Tables = []DashTable{t}
	d.Notes = append(d.Notes, "handover")
	return nil
}
