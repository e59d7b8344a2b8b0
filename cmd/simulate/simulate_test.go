package main

import (
	"context"
	"errors"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot/judge"
	"github.com/convenantbot/convenantbot/internal/testserver"
	"github.com/convenantbot/convenantbot/rules"
	"github.com/convenantbot/convenantbot/rules/region"
)

func mustLaw(t testing.TB) (*judge.Judge, *region.Pack) {
	t.Helper()
	law, pack, err := realLaw("model")
	if err != nil {
		t.Fatal(err)
	}
	return law, pack
}

// few are assumptions with all that can happen happening often.
func few(n int) Assumptions {
	a := Defaults()
	a.Regions, a.Casussen, a.Years = 7, n, 3
	a.Held, a.Requested, a.HandoverLate, a.Dormant = 0.3, 0.1, 0.2, 0.3
	a.Kinds = []Share{{"mdo", 60}, {"bilateraal", 20}, {"zorgplatform", 10}, {"tom_beleidstafel", 10}}
	return a
}

func mustSimulate(t testing.TB, a Assumptions, short bool) *Totals {
	t.Helper()
	law, pack := mustLaw(t)
	totals, err := Run(t.Context(), a, law, pack, short)
	if err != nil {
		t.Fatal(err)
	}
	return totals
}

func TestASeedIsARunWhateverTheProcessors(t *testing.T) {
	a := few(300)
	first := mustSimulate(t, a, true)
	before := runtime.GOMAXPROCS(1)
	second := mustSimulate(t, a, true)
	runtime.GOMAXPROCS(before)
	if !reflect.DeepEqual(first, second) {
		t.Error("the same seed on one processor gives another run")
	}
	a.Seed++
	if reflect.DeepEqual(first, mustSimulate(t, a, true)) {
		t.Error("another seed gives the same run")
	}
}

// The short cut past the judge changes nothing.
func TestActsNeedNotBePutToTheJudge(t *testing.T) {
	a := few(300)
	short, long := mustSimulate(t, a, true), mustSimulate(t, a, false)
	short.Looks, long.Looks = 0, 0
	for i := range short.Days {
		short.Days[i].looks, long.Days[i].looks = 0, 0
	}
	if !reflect.DeepEqual(short, long) {
		t.Errorf("with the short cut %+v, without %+v", short.Alive, long.Alive)
	}
}

func TestEverythingThatCanHappenHappens(t *testing.T) {
	totals := mustSimulate(t, few(400), true)
	var all day
	for _, d := range totals.Days {
		all.archived, all.announced, all.reminded, all.human = all.archived+d.archived, all.announced+d.announced, all.reminded+d.reminded, all.human+d.human
	}
	if totals.Open == 0 || totals.Erased == 0 || totals.ForEver == 0 || totals.Held == 0 || all.archived == 0 || all.announced == 0 || all.reminded == 0 || all.human == 0 {
		t.Errorf("open %d, erased %d, for ever %d, held %d; %+v: want some of each", totals.Open, totals.Erased, totals.ForEver, totals.Held, all)
	}
	last := totals.Alive[len(totals.Alive)-1]
	if last.EntriesWithBodies == 0 || last.EntriesWithBodies > last.Entries {
		t.Errorf("%d of %d entries have their text", last.EntriesWithBodies, last.Entries)
	}
}

// bent is the real law with a mistake in it.
type bent struct {
	Law
	bend func(in *judge.RetainInput, r rules.Retention) rules.Retention
}

func (b bent) Retain(ctx context.Context, in *judge.RetainInput) (rules.Retention, error) {
	r, err := b.Law.Retain(ctx, in)
	return b.bend(in, r), err
}

// The model is of use only if it sees what breaks: each of these mistakes in the
// rules ends the run.
func TestABrokenRuleBreaksTheModel(t *testing.T) {
	law, pack := mustLaw(t)
	for name, test := range map[string]struct {
		bend func(in *judge.RetainInput, r rules.Retention) rules.Retention
		says string
	}{
		"erases under a hold": {func(in *judge.RetainInput, r rules.Retention) rules.Retention {
			if in.Casus.Status == "archived" && holdLives(in.Casus, in.Now) {
				r.Action = rules.Erase
			}
			return r
		}, "under a hold"},
		"erases what is open": {func(in *judge.RetainInput, r rules.Retention) rules.Retention {
			if r.Action == rules.Human {
				r.Action = rules.Erase
			}
			return r
		}, "while it was open"},
		"erases before its term": {func(in *judge.RetainInput, r rules.Retention) rules.Retention {
			if r.Action == rules.AnnounceErasure {
				r.Action = rules.Erase
			}
			return r
		}, "before its term"},
		"erases without notice": {func(in *judge.RetainInput, r rules.Retention) rules.Retention {
			if r.Action == rules.AnnounceErasure && in.Now.After(in.Casus.ClosedAt.AddDate(0, 0, 31)) {
				r.Action = rules.Erase
			}
			return r
		}, "notice"},
		"never erases": {func(in *judge.RetainInput, r rules.Retention) rules.Retention {
			if r.Action == rules.Erase {
				r.Action, r.Due = rules.Keep, in.Now.AddDate(0, 1, 0)
			}
			return r
		}, "still there"},
		"never announces": {func(in *judge.RetainInput, r rules.Retention) rules.Retention {
			if r.Action == rules.AnnounceErasure {
				r.Action, r.Due = rules.Keep, in.Now.AddDate(0, 1, 0)
			}
			return r
		}, "still there"},
		"waits for a moment that is past": {func(in *judge.RetainInput, r rules.Retention) rules.Retention {
			if r.Action == rules.Keep && !r.Due.IsZero() {
				r.Due = in.Now
			}
			return r
		}, "not later"},
	} {
		a := few(300)
		if name == "erases without notice" {
			a.Kinds = []Share{{"bilateraal", 100}}
			a.Held, a.Requested = 0.9, 0
		}
		_, err := Run(t.Context(), a, bent{law, test.bend}, pack, true)
		if !errors.Is(err, errModel) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("a rule that %s: %v, want the model to say %q", name, err, test.says)
		}
	}
}

func TestWhatIsLostIsMissed(t *testing.T) {
	a := few(100)
	for name, lose := range map[string]func(*Totals){
		"a casus":    func(s *Totals) { s.Open-- },
		"an erasure": func(s *Totals) { s.Erased--; s.Open++ },
		"a night": func(s *Totals) {
			i := slices.IndexFunc(s.Days, func(d day) bool { return d.erased > 0 })
			s.Days[i].erased--
		},
		"an entry":  func(s *Totals) { s.Days[len(s.Days)/2].entries++ },
		"a receipt": func(s *Totals) { s.Alive[len(s.Alive)-1].Receipts-- },
		"a region":  func(s *Totals) { s.Regions[0]++ },
	} {
		totals := mustSimulate(t, a, true)
		lose(totals)
		if err := totals.Check(a); !errors.Is(err, errModel) {
			t.Errorf("without %s Check = %v", name, err)
		}
	}
}

// The school year is in the arrivals, and nobody starts one at the weekend.
func TestArrivalsFollowTheSchoolYear(t *testing.T) {
	a := few(1500)
	a.Years = 2
	totals := mustSimulate(t, a, true)
	var months [13]int64
	for n, opened := range totals.OpenedOn {
		at := begin.AddDate(0, 0, n)
		months[at.Month()] += opened
		if wd := at.Weekday(); opened > 0 && (wd == time.Saturday || wd == time.Sunday) {
			t.Errorf("%d opened on %s", opened, at.Format("Mon 2 Jan 2006"))
		}
	}
	if months[time.September] < 8*months[time.July] {
		t.Errorf("September has %d, July %d", months[time.September], months[time.July])
	}
	sum := 0
	for _, of := range a.Months {
		sum += of
	}
	if sum != 100 {
		t.Errorf("the months add up to %d hundredths", sum)
	}
}

// The report, on a real SQLite and a real PostgreSQL: it names a first limit, and
// its first part is the same for the same seed.
func TestTheReportOfASmallRun(t *testing.T) {
	law, pack := mustLaw(t)
	a := few(100)
	totals := mustSimulate(t, a, true)
	var first string
	for name, address := range map[string]string{"SQLite": "sqlite:" + filepath.Join(t.TempDir(), "bot.db"), "PostgreSQL": testserver.Postgres(t)} {
		costs, err := measure(t.Context(), sqlstore.Options{Address: address, Careless: true}, 12, law, pack)
		if err != nil {
			t.Fatal(err)
		}
		for what, d := range map[string]time.Duration{"Judge": costs.Judge, "Act": costs.Act, "Event": costs.Event, "Erase": costs.Erase, "Sequence": costs.Sequence, "Verify": costs.Verify, "Due": costs.Due} {
			if d <= 0 {
				t.Errorf("%s: %s took %s", name, what, d)
			}
		}
		if costs.Store != name || costs.PerCasus < 10_000 || costs.Bare < 1000 || costs.Left <= costs.Bare || costs.ActsPer <= 0 || costs.rowBytes("audit_entries") < 50 {
			t.Errorf("%s: %+v", name, costs)
		}
		var out strings.Builder
		if err := Report(&out, a, totals, costs, time.Second); err != nil {
			t.Fatal(err)
		}
		model, machine, _ := strings.Cut(out.String(), "## What it costs")
		if !strings.Contains(machine, "The first limit is") || strings.Contains(out.String(), "NaN") || strings.Contains(out.String(), "Inf") {
			t.Errorf("%s: %s", name, out.String())
		}
		if first != "" && model != first {
			t.Errorf("the model is\n%s\nand was\n%s", model, first)
		}
		first = model
		// A database that is in use is not measured in.
		if _, err := measure(t.Context(), sqlstore.Options{Address: address, Careless: true}, 1, law, pack); err == nil || !strings.Contains(err.Error(), "not empty") {
			t.Errorf("%s: a second measurement = %v", name, err)
		}
	}
	if _, err := Measure(t.Context(), testserver.Postgres(t), 1, law, pack); err == nil {
		t.Error("costs were measured on a database that may lose what it acknowledges")
	}
}
