package bot

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/convenantbot/convenantbot/bot/judge"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/rules"
)

// Reach says whether everybody who would read along is a party of the convenant
// and involved with this young person.
type Reach string

// The two reaches; blank is not said.
const (
	Inside  Reach = "inside"
	Outside Reach = "outside"
)

// The bands of age that the rules know.
const (
	Under12 = "under_12"
	From12  = "from_12"
	From16  = "from_16"
	From18  = "from_18"
)

// Bands, Sectors and DataKinds list what a sketch may say, in the order in which
// people see them.
var (
	Bands     = []string{Under12, From12, From16, From18}
	Sectors   = []Sector{Education, Attendance, SWV, YouthCare, YouthHealth, NeighbourhoodTeam}
	DataKinds = []DataKind{Ordinary, Sensitive, Health, Criminal, BSN}
)

// BandOf is the band of an age in years; blank for an age below zero, which is
// one that was not said.
func BandOf(years int) string {
	switch {
	case years < 0:
		return ""
	case years < 12:
		return Under12
	case years < 16:
		return From12
	case years < 18:
		return From16
	}
	return From18
}

// Sketch is a case as somebody describes it, outside any casus: enumerations
// only, nobody's name. A blank field was not said.
type Sketch struct {
	Shares     bool   // it is asked whether something may be shared
	Law        bool   // it is about a duty of the law, not about sharing in an overleg
	Age        string // one of Bands
	Sector     Sector // of who would share
	Kind       DataKind
	Recipients []Sector // professionals who were named
	Reach      Reach    // blank with Recipients: both are told
}

// The things that a sketch may lack, in the order in which they are asked.
const (
	NeedSector     = "sector"
	NeedKind       = "kind"
	NeedRecipients = "recipients"
	NeedAge        = "age"
)

// Supposed is what the rules say of a sketch in which nobody said yes or no yet.
type Supposed struct {
	Effect    rules.Effect
	Rule      string // code of the matrix
	Agreement bool   // what is missing is the agreement to the overleg, not a consent
	Young     bool   // the young person must say yes
	Authority string // of those with authority "one" or "all" must say yes; blank: nobody
	Absence   bool   // authorised absence is left out of it: a school does not give that to leerplicht or the SWV (see absence.go)
	Reasons   []rules.Reason
}

// same reports whether two sketches came to the same answer for a person.
func (s Supposed) same(o Supposed) bool {
	return s.Effect == o.Effect && s.Rule == o.Rule && s.Agreement == o.Agreement && s.Young == o.Young && s.Authority == o.Authority
}

// Suppositions answers sketches by the rules. All of them are worked out once
// for a bundle, so that an answer takes no time. It is safe for concurrent use.
type Suppositions struct {
	judge  *judge.Judge
	region string
	now    func() time.Time

	mu     sync.Mutex
	bundle *rules.Bundle
	table  map[supposition]Supposed
}

// supposition is a sketch that says everything. The sectors of the recipients
// are not in it: without a recorded exception they change nothing, which a test
// holds against the rules.
type supposition struct {
	age    string
	sector Sector
	kind   DataKind
	reach  Reach
}

// NewSuppositions returns the suppositions of a region under j's bundle.
func NewSuppositions(j *judge.Judge, region string, now func() time.Time) *Suppositions {
	return &Suppositions{judge: j, region: region, now: now}
}

// Suppose judges a sketch. Where it does not say enough and what is missing
// matters, need names the first thing to ask and left how many such things there
// are. The zero Supposed refuses. An error is one of the rules.
func (s *Suppositions) Suppose(ctx context.Context, k Sketch) (out Supposed, need string, left int, err error) {
	table, err := s.all(ctx)
	if err != nil {
		return Supposed{}, "", 0, err
	}
	open := map[string]int{NeedSector: len(Sectors), NeedKind: len(DataKinds), NeedRecipients: 2, NeedAge: len(Bands)}
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
		return Supposed{}, need, left, nil
	}
	for _, full := range everySupposition() {
		if given.covers(full) {
			return table[full], "", 0, nil
		}
	}
	return Supposed{}, "", 0, fmt.Errorf("suppose: no such case: %w", ErrNotFound)
}

// covers reports whether full is what given says, with the rest filled in.
func (given supposition) covers(full supposition) bool {
	return (given.age == "" || given.age == full.age) && (given.sector == "" || given.sector == full.sector) &&
		(given.kind == "" || given.kind == full.kind) && (given.reach == "" || given.reach == full.reach)
}

// matters reports whether two cases that given allows, and that differ in what
// alone, come to different answers.
func matters(table map[supposition]Supposed, given supposition, what string) bool {
	first := map[supposition]Supposed{}
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
func (s *Suppositions) all(ctx context.Context) (map[supposition]Supposed, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	bundle := s.judge.Bundle()
	if s.table != nil && s.bundle == bundle {
		return s.table, nil
	}
	table := map[supposition]Supposed{}
	for _, full := range everySupposition() {
		found, err := suppose(ctx, s.judge, s.region, s.now(), full)
		if err != nil {
			return nil, fmt.Errorf("suppose: %w", err)
		}
		found.Absence = full.sector == Education && full.kind == Ordinary && found.Effect != rules.Refuse
		table[full] = found
	}
	s.bundle, s.table = bundle, table
	return table, nil
}

// everySupposition lists every full sketch, always in the same order.
func everySupposition() (all []supposition) {
	for _, age := range Bands {
		for _, sector := range Sectors {
			for _, kind := range DataKinds {
				all = append(all, supposition{age, sector, kind, Inside}, supposition{age, sector, kind, Outside})
			}
		}
	}
	return all
}

// supposedAge is an age in years in the middle of each band.
var supposedAge = map[string]int{Under12: 8, From12: 13, From16: 16, From18: 20}

// The people of a supposed casus.
const (
	supposedYoung = "yp"
	supposedOne   = "g1"
	supposedTwo   = "g2"
)

// suppose judges one full sketch: first with nothing recorded, and where that
// asks for a yes, again with the yeses, so that who must say it is the rules'
// own answer and so that nothing is promised which is refused later.
func suppose(ctx context.Context, j *judge.Judge, region string, now time.Time, k supposition) (Supposed, error) {
	in := supposedInput(region, now, k)
	v, err := j.Share(ctx, in)
	if err != nil {
		return Supposed{}, err
	}
	out := Supposed{Effect: v.Effect, Rule: v.Rule, Reasons: v.Reasons}
	if v.Effect != rules.NeedConsent {
		return out, nil
	}
	out.Young = slices.Contains(v.Missing, supposedYoung)
	givers := func(authority ...string) []string {
		if out.Young {
			return append([]string{supposedYoung}, authority...)
		}
		return authority
	}
	ways := [][]string{givers(supposedOne), givers(supposedOne, supposedTwo)}
	if !slices.Contains(v.Missing, supposedOne) {
		ways = [][]string{givers()}
	}
	for n, yes := range ways {
		for _, agreement := range []bool{true, false} {
			after, err := j.Share(ctx, withYes(*in, yes, !agreement))
			if err != nil {
				return Supposed{}, err
			}
			if after.Effect != rules.Allow {
				continue
			}
			out.Agreement = agreement
			if slices.Contains(v.Missing, supposedOne) {
				out.Authority = []string{"one", "all"}[n]
			}
			return out, nil
		}
	}
	// Nobody's yes opens it, so it is not a matter of asking.
	out.Effect = rules.Refuse
	return out, nil
}

// supposedInput is a plain casus in which k would happen: a multidisciplinary
// overleg in the phase that takes most, with two holders of authority.
func supposedInput(region string, now time.Time, k supposition) *judge.ShareInput {
	born := judge.DateOf(now.AddDate(-supposedAge[k.age], -2, 0))
	other := Education
	if k.sector == Education {
		other = Attendance
	}
	return &judge.ShareInput{Now: now, Region: region, Discloser: "u1", Purpose: "plan",
		Casus: judge.Casus{Ref: "C", Kind: string(MDO), Phase: "F3", Status: string(Open), YoungPerson: judge.YoungPerson{ID: supposedYoung, Born: &born},
			Authority: []judge.Person{{ID: supposedOne}, {ID: supposedTwo}}, Members: []judge.Member{
				{ID: "u1", Role: string(Professional), Organisation: "o1", Sector: string(k.sector), Party: true, Involved: true},
				{ID: "u2", Role: string(Professional), Organisation: "o2", Sector: string(other), Party: k.reach == Inside, Involved: true}}},
		Document: judge.Document{Kinds: []string{string(k.kind)}}}
}

// withYes adds that everybody in givers agreed to the overleg and, when asked
// for, consented to the sharing.
func withYes(in judge.ShareInput, givers []string, consents bool) *judge.ShareInput {
	given := in.Now.Add(-time.Hour)
	until := in.Now.AddDate(0, 1, 0)
	for _, giver := range givers {
		in.Agreements = append(in.Agreements, judge.Agreement{Giver: giver, Decision: string(Given), Covers: []string{"o1", "o2"}, GivenAt: given})
		if consents {
			in.Consents = append(in.Consents, judge.Consent{ID: "c-" + giver, Giver: giver, Decision: string(Given), Discloser: "o1",
				Recipients: []string{"o2"}, Kinds: in.Document.Kinds, Purpose: in.Purpose, GivenAt: given, ExpiresAt: &until})
		}
	}
	return &in
}

// Text is what a person reads of the answer to a sketch: whether, who must say
// yes, and why not.
func (s Supposed) Text() string {
	args := text.SupposedArgs{Allowed: s.Effect == rules.Allow, Refused: s.Effect == rules.Refuse, Agreement: s.Agreement, Young: s.Young, Authority: s.Authority, Absence: s.Absence}
	if s.Effect != rules.NeedConsent {
		for _, r := range s.Reasons {
			args.Why = append(args.Why, r.Text)
			if args.Refused {
				args.Why = append(args.Why, r.Next)
			}
		}
	}
	return text.Supposed.Say(args)
}

// Strictest is the answer that asks most: what is told of a case must not say
// more than what holds for all who may read along.
func Strictest(a, b Supposed) Supposed {
	if b.Effect < a.Effect {
		return b
	}
	return a
}
