package suppose

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/convenantbot/convenantbot/bot/judge"
	"github.com/convenantbot/convenantbot/rules"
)

// ErrNoCase is that a sketch says something that is no sector, kind of data, band of
// age or reach.
var ErrNoCase = errors.New("there is no such case")

// Cases answers sketches by the rules. All of them are worked out once
// for a bundle, so that an answer takes no time. It is safe for concurrent use.
type Cases struct {
	judge  *judge.Judge
	region string
	now    func() time.Time

	mu     sync.Mutex
	bundle *rules.Bundle
	table  map[supposition]Answer
}

// supposition is a sketch that says everything. The sectors of the recipients
// are not in it: without a recorded exception they change nothing, which a test
// holds against the rules.
type supposition struct {
	age    string
	sector string
	kind   string
	reach  Reach
}

// New returns the cases of a region under j's bundle.
func New(j *judge.Judge, region string, now func() time.Time) *Cases {
	return &Cases{judge: j, region: region, now: now}
}

// Suppose judges a sketch. Where it does not say enough and what is missing
// matters, need names the first thing to ask and left how many such things there
// are. The zero Answer refuses. An error is ErrNoCase or one of the rules.
func (s *Cases) Suppose(ctx context.Context, k Sketch) (out Answer, need string, left int, err error) {
	table, err := s.all(ctx)
	if err != nil {
		return Answer{}, "", 0, err
	}
	open := map[string]int{NeedSector: len(rules.Sectors), NeedKind: len(rules.DataKinds), NeedRecipients: 2, NeedAge: len(Bands)}
	given := supposition{k.Age, k.Sector, k.Kind, k.Reach}
	for what, missing := range map[string]bool{NeedSector: k.Sector == "", NeedKind: k.Kind == "", NeedRecipients: k.Reach == "", NeedAge: k.Age == ""} {
		if !missing {
			delete(open, what)
		}
	}
	for _, what := range []string{NeedSector, NeedKind, NeedRecipients, NeedAge} {
		if _, ok := open[what]; !ok || !matters(table, given, what) {
			continue
		}
		if left++; need == "" {
			need = what
		}
	}
	if left > 0 {
		return Answer{}, need, left, nil
	}
	for _, full := range everySupposition() {
		if given.covers(full) {
			return table[full], "", 0, nil
		}
	}
	return Answer{}, "", 0, fmt.Errorf("suppose: %w", ErrNoCase)
}

// covers reports whether full is what given says, with the rest filled in.
func (given supposition) covers(full supposition) bool {
	return (given.age == "" || given.age == full.age) && (given.sector == "" || given.sector == full.sector) &&
		(given.kind == "" || given.kind == full.kind) && (given.reach == "" || given.reach == full.reach)
}

// matters reports whether two cases that given allows, and that differ in what
// alone, come to different answers.
func matters(table map[supposition]Answer, given supposition, what string) bool {
	first := map[supposition]Answer{}
	for full, found := range table {
		if !given.covers(full) {
			continue
		}
		rest := full
		switch what {
		case NeedSector:
			rest.sector = ""
		case NeedKind:
			rest.kind = ""
		case NeedRecipients:
			rest.reach = ""
		case NeedAge:
			rest.age = ""
		}
		if other, ok := first[rest]; ok && !other.same(found) {
			return true
		}
		first[rest] = found
	}
	return false
}

// all is the answer to every full sketch under the bundle of now.
func (s *Cases) all(ctx context.Context) (map[supposition]Answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	bundle := s.judge.Bundle()
	if s.table != nil && s.bundle == bundle {
		return s.table, nil
	}
	table := map[supposition]Answer{}
	for _, full := range everySupposition() {
		found, err := judged(ctx, s.judge, s.region, s.now(), full)
		if err != nil {
			return nil, fmt.Errorf("suppose: %w", err)
		}
		found.Absence = full.sector == education && full.kind == ordinary && found.Effect != rules.Refuse
		table[full] = found
	}
	s.bundle, s.table = bundle, table
	return table, nil
}

// everySupposition lists every full sketch, always in the same order.
func everySupposition() (all []supposition) {
	for _, age := range Bands {
		for _, sector := range rules.Sectors {
			for _, kind := range rules.DataKinds {
				all = append(all, supposition{age, sector, kind, Inside}, supposition{age, sector, kind, Outside})
			}
		}
	}
	return all
}
