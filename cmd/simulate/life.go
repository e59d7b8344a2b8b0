package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/convenantbot/convenantbot/bot/judge"
	"github.com/convenantbot/convenantbot/rules"
	"github.com/convenantbot/convenantbot/rules/region"
)

// Law is what decides in the model: the real judge with the real rules.
type Law interface {
	Retain(ctx context.Context, in *judge.RetainInput) (rules.Retention, error)
}

// lived is what became of one casus.
type lived struct {
	region   int
	opened   time.Time
	closed   time.Time // zero: still open at the end
	archived time.Time
	erased   time.Time
	forEver  bool // closed, of a kind that is not about persons

	days      map[int]day // by number since begin
	rows      rowCounts   // while it lives
	fileBytes int64       // that went through the gate
	looks     int64       // at its retention
	late      time.Duration
}

// day is what a casus adds to one day.
type day struct{ acts, entries, looks, archived, announced, erased, reminded, human int64 }

// rowCounts are the rows that one casus has in the store.
type rowCounts struct{ members, consents, files, verdicts, holds, jobs, entries int64 }

// change is something that people do to a casus.
type change struct {
	at   time.Time
	what what
	n    int
}

type what int

const (
	acts what = iota
	meets
	closes
	holds
	releases
	confirms
	requests
)

// errModel is that the model or the rules broke a promise.
var errModel = errors.New("the model broke")

func poisson(r *rand.Rand, mean float64) int {
	limit, p, n := math.Exp(-mean), r.Float64(), 0
	for p > limit {
		p *= r.Float64()
		n++
	}
	return n
}

func days(d float64) time.Duration { return time.Duration(d * 24 * float64(time.Hour)) }

// arrival draws when a casus opens.
func (a Assumptions) arrival(r *rand.Rand) time.Time {
	year, pick, month := begin.Year()+r.IntN(a.Years), r.IntN(100), 0
	for ; month < 11 && pick >= a.Months[month]; month++ {
		pick -= a.Months[month]
	}
	for {
		at := time.Date(year, time.Month(month+1), 1+r.IntN(31), 8+r.IntN(9), r.IntN(60), r.IntN(60), 0, judge.Amsterdam)
		if int(at.Month()) == month+1 && at.Weekday() != time.Saturday && at.Weekday() != time.Sunday {
			return at.UTC()
		}
	}
}

// draw makes the life of casus number i as people would have it; what the rules
// do with it comes later.
func (a Assumptions) draw(r *rand.Rand, weights []float64) (lived, string, []change, int) {
	l := lived{region: slices.IndexFunc(weights, func() func(float64) bool {
		pick := r.Float64() * weights[len(weights)-1]
		return func(w float64) bool { return pick < w }
	}()), opened: a.arrival(r), days: map[int]day{}}
	kind, pick := a.Kinds[len(a.Kinds)-1].Name, r.IntN(100)
	for _, k := range a.Kinds {
		if pick -= k.Of; pick < 0 {
			kind = k.Name
			break
		}
	}
	open := days(min(a.OpenDays*math.Exp(a.OpenSigma*r.NormFloat64()), 3*365))
	closing := l.opened.Add(open)
	until := closing
	if r.Float64() < a.Dormant {
		until = l.opened.Add(open * 2 / 5)
	}
	var all []change
	for at := l.opened; ; {
		if at = at.Add(days(a.ActivityDays * r.ExpFloat64())); !at.Before(until) {
			break
		}
		all = append(all, change{at: at, what: acts})
	}
	meetings := 1 + poisson(r, open.Hours()/24/a.MeetingDays)
	for range meetings {
		all = append(all, change{at: l.opened.Add(time.Duration(r.Float64() * float64(until.Sub(l.opened)))), what: meets})
	}
	all = append(all, change{at: closing, what: closes})
	if r.Float64() < a.Held {
		for range 1 + min(poisson(r, 0.1), 2) {
			from := l.opened.Add(time.Duration(r.Float64() * float64(open+days(60))))
			all = append(all, change{at: from, what: holds}, change{at: from.Add(days(a.HeldDays * math.Exp(0.8*r.NormFloat64()))), what: releases})
		}
	}
	if r.Float64() < a.Requested {
		all = append(all, change{at: l.opened.Add(time.Duration(r.Float64() * float64(open+days(20)))), what: requests})
	}
	parties := 1 + poisson(r, a.Parties)
	for n := range parties {
		if r.Float64() >= a.HandoverLate {
			all = append(all, change{at: closing.Add(days(a.HandoverDays * r.ExpFloat64())), what: confirms, n: n})
		}
	}
	members, consents, files := int64(3+poisson(r, a.Members)), int64(1+poisson(r, a.Consents)), int64(poisson(r, a.Files))
	withdrawn := int64(0)
	for range consents {
		if r.Float64() < a.Withdrawn {
			withdrawn++
		}
	}
	for range files {
		l.fileBytes += int64(1024 * min(a.FileKiB*math.Exp(1.2*r.NormFloat64()), 100<<10))
	}
	l.rows = rowCounts{members: members, consents: consents, files: files, verdicts: files,
		// Opened and set up; asked in and in, per member; phases; per consent, file and meeting two.
		entries: 4 + 2*members + 6 + 2*consents + withdrawn + 2*files + 2*int64(meetings),
		jobs:    4 + members + 2*files + 3*int64(meetings)}
	slices.SortStableFunc(all, func(x, y change) int { return x.at.Compare(y.at) })
	return l, kind, all, parties
}

// live lives one casus from its opening to the end of the clock. short says that
// acts in an open casus are not put to the judge when the answer is known: the
// next look is the reminder's term after them.
func (a Assumptions) live(ctx context.Context, law Law, pack *region.Pack, terms map[string]int, weights []float64, i int, short bool) (lived, error) {
	r := rand.New(rand.NewPCG(uint64(a.Seed), uint64(i)))
	l, kind, coming, parties := a.draw(r, weights)
	stop := a.end()
	k := judge.Keeping{Ref: "C", Kind: kind, Status: "open", OpenedAt: l.opened, LastActivityAt: l.opened}
	for range parties {
		k.Handovers = append(k.Handovers, judge.Handover{Organisation: "o"})
	}
	note := func(at time.Time, add func(d *day)) {
		n := int(at.Sub(begin) / (24 * time.Hour))
		d := l.days[n]
		add(&d)
		l.days[n] = d
	}
	// What is said and done at the opening, beside the acts that come.
	note(l.opened, func(d *day) { d.acts += l.rows.members; d.entries += l.rows.entries })
	look := judge.AddDays(l.opened, pack.Terms.Remind)
	person := time.Time{} // until when a person is waited for
	for l.erased.IsZero() {
		at, isLook := look, true
		if len(coming) > 0 && !coming[0].at.After(look) {
			at, isLook = coming[0].at, false
		}
		if !at.Before(stop) {
			break
		}
		if !isLook {
			c := coming[0]
			coming = coming[1:]
			switch c.what {
			case acts, meets:
				if k.Status == "open" {
					k.LastActivityAt = at
					person = time.Time{}
					note(at, func(d *day) { d.acts++; d.looks++ })
					l.looks++
					if next := judge.AddDays(at, pack.Terms.Remind); short && len(k.Holds) == 0 && k.ErasureRequestedAt == nil &&
						next.Before(judge.AddDays(l.opened, pack.Terms.Open)) {
						look = next
						continue
					}
				} else {
					continue
				}
			case closes:
				if k.Status != "open" {
					continue
				}
				then := at
				k.Status, k.ClosedAt, l.closed, person = "closed", &then, at, time.Time{}
				note(at, func(d *day) { d.acts++; d.entries++ })
			case holds:
				k.Holds = append(k.Holds, judge.Hold{ID: "h", PlacedAt: at})
				l.rows.holds++
				note(at, func(d *day) { d.acts++; d.entries++ })
			case releases:
				then := at
				for h := range k.Holds {
					if k.Holds[h].ReleasedAt == nil {
						k.Holds[h].ReleasedAt = &then
						break
					}
				}
				note(at, func(d *day) { d.acts++; d.entries++ })
			case confirms:
				then := at
				if k.Handovers[c.n].ConfirmedAt == nil {
					k.Handovers[c.n].ConfirmedAt = &then
				}
				note(at, func(d *day) { d.acts++; d.entries++ })
			case requests:
				if k.ErasureRequestedAt == nil {
					then := at
					k.ErasureRequestedAt = &then
				}
				note(at, func(d *day) { d.acts++; d.entries++ })
			}
		}
		ruling, err := law.Retain(ctx, &judge.RetainInput{ID: "C", Now: at, Region: pack.ID, Casus: k})
		if err != nil {
			return l, fmt.Errorf("casus %d at %s: %w", i, at, err)
		}
		l.looks++
		note(at, func(d *day) { d.looks++ })
		switch ruling.Action {
		case rules.Archive:
			then := at
			k.Status, k.ArchivedAt, l.archived = "archived", &then, at
			note(at, func(d *day) { d.archived++; d.entries++ })
			look = at
		case rules.AnnounceErasure:
			then := at
			k.ErasureAnnouncedAt = &then
			note(at, func(d *day) { d.announced++; d.entries++ })
			look = at
		case rules.Erase:
			if err := mayErase(k, terms[kind], at); err != nil {
				return l, fmt.Errorf("casus %d: %w", i, err)
			}
			l.erased = at
			note(at, func(d *day) { d.erased++; d.entries += 2 })
		case rules.Remind, rules.Human:
			note(at, func(d *day) {
				d.entries++
				if ruling.Action == rules.Human {
					d.human++
				} else {
					d.reminded++
				}
			})
			look = at.Add(24 * time.Hour)
			if ruling.Action != rules.Human {
				break
			}
			if person.IsZero() {
				person = at.Add(days(a.PersonDays * r.ExpFloat64()))
			}
			if at.Before(person) {
				break
			}
			// Somebody answers the request, closes what went silent, or asks the
			// party that did not confirm.
			person = time.Time{}
			switch {
			case k.ErasureRequestedAt != nil:
				k.ErasureRequestedAt = nil
			case k.Status == "open":
				coming = slices.Insert(coming, 0, change{at: at, what: closes})
			default:
				then := at
				for h := range k.Handovers {
					if k.Handovers[h].ConfirmedAt == nil {
						k.Handovers[h].ConfirmedAt = &then
					}
				}
			}
			look = at.Add(time.Second)
		default:
			if look = ruling.Due; look.IsZero() {
				look = at.Add(30 * 24 * time.Hour)
				if l.forEver = !l.closed.IsZero() && terms[kind] == 0; l.forEver {
					break
				}
			}
			if !look.After(at) {
				return l, fmt.Errorf("casus %d: %w: kept at %s until %s, which is not later", i, errModel, at, look)
			}
		}
		if len(l.days) > 20_000 {
			return l, fmt.Errorf("casus %d: %w: it does not end", i, errModel)
		}
		if l.forEver {
			break
		}
	}
	if l.erased.IsZero() {
		err := mayKeep(k, terms[kind], pack.Terms.Announce, stop)
		if err != nil {
			return l, fmt.Errorf("casus %d: %w", i, err)
		}
	} else if over := l.erased.Sub(dueBy(k, terms[kind], pack.Terms.Announce)); over > 0 {
		l.late = over
	}
	return l, nil
}
