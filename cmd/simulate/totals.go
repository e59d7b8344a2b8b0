package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
	"time"

	"github.com/convenantbot/convenantbot/rules/region"
)

// Totals are what a run adds up; whole numbers, so that the order in which
// casussen were lived makes no difference.
type Totals struct {
	Opened, Open, Closed, Archived, Erased, ForEver int64 // Open to ForEver: at the end of the clock
	Held, HeldNow, Late                             int64
	Looks                                           int64
	FileBytes                                       int64
	Days                                            []day
	OpenedOn                                        []int64   // by day
	Regions                                         []int64   // casussen opened, by region
	Alive                                           []rowSums // at the end of each year
}

// rowSums are rows in the store at one moment.
type rowSums struct {
	Casussen                   int64 // with their contents
	Members, Consents          int64
	Files, Verdicts            int64
	Holds, Jobs                int64
	Receipts                   int64 // of what was erased
	Entries, EntriesWithBodies int64
}

func newTotals(a Assumptions) *Totals {
	n := int(a.end().Sub(begin)/(24*time.Hour)) + 1
	return &Totals{Days: make([]day, n), OpenedOn: make([]int64, n), Regions: make([]int64, a.Regions), Alive: make([]rowSums, a.Years)}
}

// add counts one casus.
func (t *Totals) add(a Assumptions, l lived) error {
	t.Opened++
	switch {
	case !l.erased.IsZero():
		t.Erased++
	case l.forEver:
		t.ForEver++
	case !l.archived.IsZero():
		t.Archived++
	case !l.closed.IsZero():
		t.Closed++
	default:
		t.Open++
	}
	if l.rows.holds > 0 {
		t.Held++
	}
	if l.late > 0 {
		t.Late++
	}
	t.Looks += l.looks
	t.FileBytes += l.fileBytes
	t.Regions[l.region]++
	t.OpenedOn[int(l.opened.Sub(begin)/(24*time.Hour))]++
	byYear := make([]int64, a.Years)
	for n, d := range l.days {
		if n < 0 || n >= len(t.Days) {
			return fmt.Errorf("%w: something on day %d of %d", errModel, n, len(t.Days))
		}
		s := &t.Days[n]
		s.acts += d.acts
		s.entries += d.entries
		s.looks += d.looks
		s.archived += d.archived
		s.announced += d.announced
		s.erased += d.erased
		s.reminded += d.reminded
		s.human += d.human
		byYear[min(begin.AddDate(0, 0, n).Year()-begin.Year(), a.Years-1)] += d.entries
	}
	entries := int64(0)
	for y := range t.Alive {
		at := begin.AddDate(y+1, 0, 0)
		entries += byYear[y]
		if !l.opened.Before(at) {
			continue
		}
		s := &t.Alive[y]
		s.Entries += entries
		if l.erased.IsZero() || l.erased.After(at.AddDate(0, 0, -a.AuditTermDays)) {
			s.EntriesWithBodies += entries
		}
		if !l.erased.IsZero() && l.erased.Before(at) {
			s.Receipts++
			continue
		}
		s.Casussen++
		s.Members += l.rows.members
		s.Consents += l.rows.consents
		s.Files += l.rows.files
		s.Verdicts += l.rows.verdicts
		s.Holds += l.rows.holds
		s.Jobs += l.rows.jobs
	}
	return nil
}

// merge adds what another worker counted.
func (t *Totals) merge(o *Totals) {
	t.Opened, t.Open, t.Closed, t.Archived = t.Opened+o.Opened, t.Open+o.Open, t.Closed+o.Closed, t.Archived+o.Archived
	t.Erased, t.ForEver, t.Held, t.Late = t.Erased+o.Erased, t.ForEver+o.ForEver, t.Held+o.Held, t.Late+o.Late
	t.Looks, t.FileBytes = t.Looks+o.Looks, t.FileBytes+o.FileBytes
	for i, d := range o.Days {
		s := &t.Days[i]
		s.acts, s.entries, s.looks = s.acts+d.acts, s.entries+d.entries, s.looks+d.looks
		s.archived, s.announced, s.erased = s.archived+d.archived, s.announced+d.announced, s.erased+d.erased
		s.reminded, s.human = s.reminded+d.reminded, s.human+d.human
		t.OpenedOn[i] += o.OpenedOn[i]
	}
	for i, n := range o.Regions {
		t.Regions[i] += n
	}
	for i, r := range o.Alive {
		s := &t.Alive[i]
		s.Casussen, s.Members, s.Consents = s.Casussen+r.Casussen, s.Members+r.Members, s.Consents+r.Consents
		s.Files, s.Verdicts, s.Holds, s.Jobs = s.Files+r.Files, s.Verdicts+r.Verdicts, s.Holds+r.Holds, s.Jobs+r.Jobs
		s.Receipts, s.Entries, s.EntriesWithBodies = s.Receipts+r.Receipts, s.Entries+r.Entries, s.EntriesWithBodies+r.EntriesWithBodies
	}
}

// Check is errModel when something was lost or made on the way.
func (t *Totals) Check(a Assumptions) error {
	sum := func(of func(d day) int64) (n int64) {
		for _, d := range t.Days {
			n += of(d)
		}
		return n
	}
	opened, regions := int64(0), int64(0)
	for _, n := range t.OpenedOn {
		opened += n
	}
	for _, n := range t.Regions {
		regions += n
	}
	last := t.Alive[len(t.Alive)-1]
	for _, c := range []struct {
		what      string
		got, want int64
	}{
		{"opened", t.Opened, int64(a.Casussen)},
		{"open, closed, archived, kept and erased", t.Open + t.Closed + t.Archived + t.ForEver + t.Erased, t.Opened},
		{"opened by day", opened, t.Opened},
		{"opened by region", regions, t.Opened},
		{"erased by night", sum(func(d day) int64 { return d.erased }), t.Erased},
		{"archived by day, at least those erased", min(0, sum(func(d day) int64 { return d.archived })-t.Erased), 0},
		{"announced, at least those erased", min(0, sum(func(d day) int64 { return d.announced })-t.Erased), 0},
		{"looks by day", sum(func(d day) int64 { return d.looks }), t.Looks},
		{"casussen in the store at the end", last.Casussen, t.Opened - t.Erased},
		{"receipts at the end", last.Receipts, t.Erased},
		{"entries at the end", last.Entries, sum(func(d day) int64 { return d.entries })},
	} {
		if c.got != c.want {
			return fmt.Errorf("%w: %s is %d, want %d", errModel, c.what, c.got, c.want)
		}
	}
	return nil
}

// weights are the regions' shares, added up.
func (a Assumptions) weights() []float64 {
	r := rand.New(rand.NewPCG(uint64(a.Seed), 1<<63))
	w, sum := make([]float64, a.Regions), 0.0
	for i := range w {
		sum += math.Exp(a.RegionSigma * r.NormFloat64())
		w[i] = sum
	}
	return w
}

// Run lives every casus. short is as in live.
func Run(ctx context.Context, a Assumptions, law Law, pack *region.Pack, short bool) (*Totals, error) {
	terms := map[string]int{}
	for name, k := range pack.Kinds {
		terms[name] = k.Term
	}
	for _, k := range a.Kinds {
		if _, ok := terms[k.Name]; !ok {
			return nil, fmt.Errorf("the region has no kind %q", k.Name)
		}
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	weights, workers := a.weights(), runtime.GOMAXPROCS(0)
	parts := make([]*Totals, workers)
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			t := newTotals(a)
			parts[w] = t
			for i := w; i < a.Casussen && ctx.Err() == nil; i += workers {
				l, err := a.live(ctx, law, pack, terms, weights, i, short)
				if err == nil {
					err = t.add(a, l)
				}
				if err != nil {
					stop(err)
					return
				}
			}
		})
	}
	group.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	t := parts[0]
	for _, o := range parts[1:] {
		t.merge(o)
	}
	return t, t.Check(a)
}
