package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/rules"
)

// dashEntries is how many entries of the log one page reads, and dashDays how far
// back they go.
const (
	dashEntries = 20_000
	dashDays    = 90
)

// leaks are the acts that tell that something stood, or somebody was, where it
// should not.
var leaks = []Act{ActStrangerRemoved, ActLetIn, ActFileSlipped, ActMessageSlipped, ActIncident}

// viewIncidents is what stood where it should not, how long, and how much time is
// left to report it. What it was stays where it is.
func (b *Bot) viewIncidents(_ context.Context, tx Tx, s seat, q DashQuery, d *Dash) error {
	all, err := b.lookInto(tx, s, q, d)
	if err != nil {
		return err
	}
	open := DashTable{Code: "incidenten", Columns: []string{"casus", "about", "since", "until", "state"}}
	var matters []Matter
	for _, w := range all {
		for _, m := range w.Matters {
			if m.Open() || m.At.After(b.Now().AddDate(0, 0, -dashDays)) {
				matters = append(matters, m)
			}
		}
	}
	slices.SortStableFunc(matters, func(x, y Matter) int {
		if x.Open() != y.Open() {
			return map[bool]int{true: -1, false: 1}[x.Open()]
		}
		return x.DueAt.Compare(y.DueAt)
	})
	late := 0
	for _, m := range matters {
		state := text.Dash("matter_open")
		switch {
		case !m.Open():
			state = text.Dash("matter_done")
		case !b.Now().Before(m.DueAt):
			state = text.Dash("matter_late")
			late++
		}
		open.Rows = append(open.Rows, DashRow{Cells: []DashCell{codeCell(string(m.Casus)), words(text.MatterKindName(string(m.Kind))), atMoment(m.At), atMoment(m.DueAt), words(state)}})
	}
	entries, err := tx.WatchedEntries(s.hat.watch(s.who.ID), b.Now().AddDate(0, 0, -dashDays), dashEntries)
	if err != nil {
		return err
	}
	gaps := DashTable{Code: "lekken", Columns: []string{"moment", "casus", "what", "exposed", "people", "messages", "files"}}
	// Who leads sees it of the casussen of this page in which they still take part; of one
	// that is erased nothing says so any more.
	led := map[Ref]bool{}
	for _, w := range all {
		led[w.Casus.Ref] = true
	}
	for _, e := range entries {
		if !slices.Contains(leaks, e.Act) || e.Act == ActIncident {
			continue
		}
		if s.hat.Kind == HatLead && !led[e.Casus] {
			continue
		}
		x := exposureOf(e.Reasons)
		row := DashRow{Cells: []DashCell{atMoment(e.At), codeCell(string(e.Casus)), named(string(e.Act), text.ActName(string(e.Act)))}}
		if x.Known {
			row.Cells = append(row.Cells, number(int(x.For.Round(time.Second)/time.Second)), number(x.People), number(x.Messages), number(x.Files))
		} else {
			row.Cells = append(row.Cells, words(text.Dash("unknown")), DashCell{}, DashCell{}, DashCell{})
		}
		gaps.Rows = append(gaps.Rows, row)
	}
	d.Facts = []DashFact{{Code: "matter_late", N: late}, {Code: "windows", N: len(gaps.Rows)}}
	d.Tables = []DashTable{open, gaps}
	d.Notes = append(d.Notes, "ninety_days")
	return nil
}

// exposureOf reads back what Exposure.codes wrote.
func exposureOf(reasons []string) Exposure {
	var x Exposure
	for _, r := range reasons {
		var n int
		switch name, value, _ := strings.Cut(r, ":"); {
		case name == "exposed_ms":
			var ms int64
			if _, err := fmt.Sscan(value, &ms); err == nil {
				x.Known, x.For = true, time.Duration(ms)*time.Millisecond
			}
		case strings.HasPrefix(name, "exposed_"):
			if _, err := fmt.Sscan(value, &n); err != nil {
				continue
			}
			switch name {
			case "exposed_messages":
				x.Messages = n
			case "exposed_files":
				x.Files = n
			case "exposed_people":
				x.People = n
			}
		}
	}
	return x
}

// dashMonths is over how many months decisions are counted, this one included.
const dashMonths = 6

// viewDecisions counts decisions by their first reason and month. A number below
// five is not shown, and neither is any sum: with a sum one could work out what is
// missing from it. Months are whole, so that no two views differ by a day.
func (b *Bot) viewDecisions(_ context.Context, tx Tx, s seat, _ DashQuery, d *Dash) error {
	local := b.Now().In(amsterdam)
	t := DashTable{Code: "besluiten", Chart: ChartMatrix, Columns: []string{"decision", "reason"}}
	type key struct{ about, effect, reason string }
	counts := map[key][]int{}
	for i := range dashMonths {
		from := time.Date(local.Year(), local.Month()-time.Month(dashMonths-1-i), 1, 0, 0, 0, 0, amsterdam)
		t.Columns = append(t.Columns, "month_"+from.Format("2006-01"))
		found, err := tx.WatchedReasons(s.hat.watch(s.who.ID), from, from.AddDate(0, 1, 0))
		if err != nil {
			return err
		}
		for _, c := range found {
			k := key{c.About, c.Effect, c.Reason}
			if counts[k] == nil {
				counts[k] = make([]int, dashMonths)
			}
			counts[k][i] = c.Count
		}
	}
	var keys []key
	for k, n := range counts {
		// A row in which nothing may be shown would tell that there was something.
		if slices.Max(n) >= least {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(x, y key) int {
		return cmp.Or(cmp.Compare(x.about, y.about), cmp.Compare(x.effect, y.effect), cmp.Compare(x.reason, y.reason))
	})
	for _, k := range keys {
		row := DashRow{Cells: []DashCell{words(text.DashDecision(k.about, k.effect)), b.reasonCell(k.reason, k.effect == rules.Allow.String())}}
		for _, n := range counts[k] {
			row.Cells = append(row.Cells, enough(n))
		}
		t.Rows = append(t.Rows, row)
	}
	d.Tables = []DashTable{t}
	d.Notes = append(d.Notes, "least")
	return nil
}

// quick is how shortly before a posting a yes is worth a look.
const quick = 10 * time.Minute

// sampleDays is how far back the sample goes.
const sampleDays = 30

// viewSample lists where a yes was noted less than ten minutes before a file was
// posted in the same casus. Nothing is wrong with that by itself: it is where to
// look.
func (b *Bot) viewSample(_ context.Context, tx Tx, s seat, _ DashQuery, d *Dash) error {
	entries, err := tx.WatchedEntries(s.hat.watch(s.who.ID), b.Now().AddDate(0, 0, -sampleDays), dashEntries)
	if err != nil {
		return err
	}
	posts, sampled := 0, DashTable{Code: "steekproef", Columns: []string{"casus", "noted", "posted", "minutes", "decision_id"}}
	last := map[Ref]Entry{} // the newest yes of each casus so far
	for _, e := range slices.Backward(entries) {
		switch e.Act {
		case ActConsentRecorded:
			last[e.Casus] = e
		case ActFilePosted:
			posts++
			yes, ok := last[e.Casus]
			if between := e.At.Sub(yes.At); ok && between < quick {
				sampled.Rows = append(sampled.Rows, DashRow{Cells: []DashCell{codeCell(string(e.Casus)), atMoment(yes.At), atMoment(e.At), number(int(between / time.Minute)), codeCell(string(e.Decision))}})
			}
		}
	}
	slices.Reverse(sampled.Rows)
	d.Facts = []DashFact{{Code: "sampled", N: len(sampled.Rows)}, {Code: "posted", N: posts}}
	d.Tables = []DashTable{sampled}
	d.Notes = append(d.Notes, "sample")
	return nil
}

// viewQuestions is where a good answer was missing, as "/convenant vragen" has it.
func (b *Bot) viewQuestions(_ context.Context, tx Tx, _ seat, _ DashQuery, d *Dash) error {
	counts, err := tx.QuestionCounts()
	if err != nil {
		return err
	}
	released, err := tx.ReleasedQuestions(b.Now())
	if err != nil {
		return err
	}
	t := DashTable{Code: "vragen", Chart: ChartBars, Columns: []string{"topic", "lack", "times"}}
	for _, c := range counts {
		t.Rows = append(t.Rows, DashRow{Cells: []DashCell{words(plainTopic(c.Topic)), words(text.Dash("lack_" + string(c.Why))), number(c.Count)}})
	}
	put := DashTable{Code: "voorgelegd", Columns: []string{"day", "topic", "question"}}
	for _, r := range released[:min(len(released), maxReleased)] {
		put.Rows = append(put.Rows, DashRow{Cells: []DashCell{onDay(r.At), words(plainTopic(r.Topic)), words(r.Text)}})
	}
	d.Tables = []DashTable{t, put}
	d.Notes = append(d.Notes, "released")
	return nil
}

func plainTopic(t Topic) string {
	if t.Code == "" {
		return text.OtherTopic.NL(text.None{})
	}
	return t.Title + " (" + t.Code + ")"
}

// viewRules is which rules count, what waits for a second person and does
// otherwise, and which readings the region adopted.
func (b *Bot) viewRules(_ context.Context, tx Tx, s seat, _ DashQuery, d *Dash) error {
	active, err := tx.ActivePolicy()
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	now := DashTable{Code: "geldend", Columns: []string{"bundle", "moment", "proposed_by"}}
	if err == nil {
		now.Rows = []DashRow{{Cells: []DashCell{codeCell(active.Hash), atMoment(active.ActiveFrom), words(active.ProposedBy)}}}
	}
	waiting, err := b.waitingPolicies(tx)
	if err != nil {
		return err
	}
	next := DashTable{Code: "wachtend", Columns: []string{"bundle", "moment", "proposed_by", "differed"}}
	differs := DashTable{Code: "schaduw", Chart: ChartBars, Columns: []string{"from", "to", "times"}}
	if len(waiting) > 0 {
		entries, err := tx.WatchedEntries(s.hat.watch(s.who.ID), waiting[0].ProposedAt, dashEntries)
		if err != nil {
			return err
		}
		for _, p := range waiting {
			type change struct{ from, to string }
			n, by := 0, map[change]int{}
			for _, e := range entries {
				if e.Act != ActRulesCompared || e.Object != p.Hash || len(e.Reasons) != 2 {
					continue
				}
				n++
				by[change{strings.TrimPrefix(e.Reasons[0], "from:"), strings.TrimPrefix(e.Reasons[1], "to:")}]++
			}
			next.Rows = append(next.Rows, DashRow{Cells: []DashCell{codeCell(p.Hash), atMoment(p.ProposedAt), words(p.ProposedBy), enough(n)},
				Acts: []DashAct{{Code: DoApprove, Object: p.Hash}}})
			for _, c := range besideSum(by, func(x, y change) int { return cmp.Or(cmp.Compare(x.from, y.from), cmp.Compare(x.to, y.to)) }) {
				differs.Rows = append(differs.Rows, DashRow{Cells: []DashCell{b.outcomeCell(c.from), b.outcomeCell(c.to), enough(by[c])}})
			}
		}
	}
	readings := DashTable{Code: "lezingen", Columns: []string{"rule", "source", "mark", "adopted_by", "adopted_on"}}
	for _, r := range b.Judge.Bundle().Readings() {
		row := DashRow{Cells: []DashCell{named(r.Code, text.Gist(r.Text)), words(r.Source), named(r.Mark, text.DashMark(r.Mark)), {}, {}}}
		if a, ok := b.Region.AdoptedRule(r.Code); ok {
			on, err := time.ParseInLocation(time.DateOnly, a.On, amsterdam)
			if err != nil {
				return fmt.Errorf("the adoption of %s: %w", r.Code, err)
			}
			row.Cells[3], row.Cells[4] = words(a.By), onDay(on)
		} else {
			row.Acts = []DashAct{{Code: DoAdopt, Object: r.Code}}
		}
		readings.Rows = append(readings.Rows, row)
	}
	d.Tables = []DashTable{now, next, differs, readings}
	d.Notes = append(d.Notes, "readings")
	return nil
}

// besideSum are the keys of counts that may be shown although their sum is shown too,
// in order: none of fewer than least, and what is left out is nothing, or together at
// least that. Otherwise the sum would tell what is missing from it.
func besideSum[K comparable](counts map[K]int, order func(x, y K) int) []K {
	all := slices.SortedFunc(maps.Keys(counts), func(x, y K) int { return cmp.Or(cmp.Compare(counts[x], counts[y]), order(x, y)) })
	for out := 0; len(all) > 0 && (counts[all[0]] < least || out > 0 && out < least); all = all[1:] {
		out += counts[all[0]]
	}
	slices.SortFunc(all, order)
	return all
}

// reasonCell is a reason in the words of the rules that are in force.
func (b *Bot) reasonCell(code string, allowed bool) DashCell {
	r, ok := b.Judge.Bundle().Reason(code, allowed)
	if !ok && code != "" {
		return named(code, text.Dash("reason_gone"))
	}
	return named(code, text.Gist(r.Text))
}

// outcomeCell is what outcomeOf made, in words.
func (b *Bot) outcomeCell(outcome string) DashCell {
	effect, _, _ := strings.Cut(outcome, "/")
	return named(outcome, text.DashOutcome(effect))
}

// waitingPolicies are the bundles that a second person may still let take effect,
// oldest first.
func (b *Bot) waitingPolicies(tx Tx) ([]Policy, error) {
	all, err := tx.WaitingPolicies()
	since := b.Now().AddDate(0, -approvalMonths, 0)
	return slices.DeleteFunc(all, func(p Policy) bool { return !p.Loosens || p.ProposedAt.Before(since) }), err
}

// viewBot is how the bot itself is: its copies, and the work that was given up.
// What else is found is for whoever runs it to add.
func (b *Bot) viewBot(_ context.Context, tx Tx, _ seat, _ DashQuery, d *Dash) error {
	due, buried, err := tx.DueJobs(b.Now())
	if err != nil {
		return err
	}
	d.Facts = []DashFact{{Code: "copies", N: b.Copies()}, {Code: "jobs_due", N: due}, {Code: "jobs_buried", N: buried}}
	return nil
}

// logRows is how many entries of the log one page shows.
const logRows = 100

// viewLog lists the newest entries of the log about the casussen of the seat.
func (b *Bot) viewLog(_ context.Context, tx Tx, s seat, _ DashQuery, d *Dash) error {
	entries, err := tx.WatchedEntries(s.hat.watch(s.who.ID), time.Time{}, logRows)
	if err != nil {
		return err
	}
	t := DashTable{Code: "logboek", Columns: []string{"entry", "moment", "casus", "act", "outcome"}}
	for _, e := range entries {
		t.Rows = append(t.Rows, DashRow{Cells: []DashCell{number(int(e.Seq)), atMoment(e.At), codeCell(string(e.Casus)), named(string(e.Act), text.ActName(string(e.Act))), words(text.Dash("outcome_" + e.Outcome))}})
	}
	d.Tables = []DashTable{t}
	d.Notes = append(d.Notes, "log")
	return nil
}
