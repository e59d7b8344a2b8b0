package suppose

import (
	"context"
	"slices"
	"time"

	"github.com/convenantbot/convenantbot/bot/judge"
	"github.com/convenantbot/convenantbot/rules"
)

// What the contracts call some sectors and kinds of data.
const (
	education  = "education"
	attendance = "attendance"
	ordinary   = "ordinary"
	criminal   = "criminal"
	bsn        = "bsn"
)

// supposedAge is an age in years in the middle of each band.
var supposedAge = map[string]int{Under12: 8, From12: 13, From16: 16, From18: 20}

// The people of a supposed casus.
const (
	supposedYoung = "yp"
	supposedOne   = "g1"
	supposedTwo   = "g2"
)

// judged is the answer of the rules to one full sketch: first with nothing recorded, and where that
// asks for a yes, again with the yeses, so that who must say it is the rules'
// own answer and so that nothing is promised which is refused later.
func judged(ctx context.Context, j *judge.Judge, region string, now time.Time, k supposition) (Answer, error) {
	in := supposedInput(region, now, k)
	v, err := j.Share(ctx, in)
	if err != nil {
		return Answer{}, err
	}
	out := Answer{Effect: v.Effect, Rule: v.Rule, Reasons: v.Reasons}
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
				return Answer{}, err
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
	other := education
	if k.sector == education {
		other = attendance
	}
	return &judge.ShareInput{Now: now, Region: region, Discloser: "u1", Purpose: "plan",
		Casus: judge.Casus{Ref: "C", Kind: "mdo", Phase: "F3", Status: "open", YoungPerson: judge.YoungPerson{ID: supposedYoung, Born: &born},
			Authority: []judge.Person{{ID: supposedOne}, {ID: supposedTwo}}, Members: []judge.Member{
				{ID: "u1", Role: "professional", Organisation: "o1", Sector: k.sector, Party: true, Involved: true},
				{ID: "u2", Role: "professional", Organisation: "o2", Sector: other, Party: k.reach == Inside, Involved: true}}},
		Document: judge.Document{Kinds: []string{k.kind}}}
}

// withYes adds that everybody in givers agreed to the overleg and, when asked
// for, consented to the sharing.
func withYes(in judge.ShareInput, givers []string, consents bool) *judge.ShareInput {
	given := in.Now.Add(-time.Hour)
	until := in.Now.AddDate(0, 1, 0)
	for _, giver := range givers {
		in.Agreements = append(in.Agreements, judge.Agreement{Giver: giver, Decision: "given", Covers: []string{"o1", "o2"}, GivenAt: given})
		if consents {
			in.Consents = append(in.Consents, judge.Consent{ID: "c-" + giver, Giver: giver, Decision: "given", Discloser: "o1",
				Recipients: []string{"o2"}, Kinds: in.Document.Kinds, Purpose: in.Purpose, GivenAt: given, ExpiresAt: &until})
		}
	}
	return &in
}
