package judge_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/convenantbot/convenantbot/bot/judge"
	"github.com/convenantbot/convenantbot/rules"
)

// drawn is a random question without an exception whose records are all dated
// before now, as the properties ask.
func drawn(t *rapid.T) *judge.ShareInput {
	d := dice{rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))}
	o := d.share()
	o["exception"] = nil
	in, err := judge.DecodeShare(string(mustJSON(o)))
	if err != nil {
		t.Fatal(err)
	}
	before := in.Now.Add(-time.Nanosecond)
	for i := range in.Consents {
		c := &in.Consents[i]
		if !c.GivenAt.Before(in.Now) {
			c.GivenAt = before
		}
		if c.WithdrawnAt != nil && !c.WithdrawnAt.Before(in.Now) {
			c.WithdrawnAt = &before
		}
	}
	for i := range in.Agreements {
		a := &in.Agreements[i]
		if !a.GivenAt.Before(in.Now) {
			a.GivenAt = before
		}
		if a.WithdrawnAt != nil && !a.WithdrawnAt.Before(in.Now) {
			a.WithdrawnAt = &before
		}
	}
	return in
}

func effect(t *rapid.T, j *judge.Judge, in *judge.ShareInput) rules.Verdict {
	v, err := j.Share(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func copied(in *judge.ShareInput) *judge.ShareInput {
	out := *in
	out.Casus.Members = slices.Clone(in.Casus.Members)
	out.Consents = slices.Clone(in.Consents)
	out.Agreements = slices.Clone(in.Agreements)
	return &out
}

func TestAddingARecipientNeverTurnsANoIntoAYes(t *testing.T) {
	j := mustJudge(t)
	rapid.Check(t, func(t *rapid.T) {
		in := drawn(t)
		before := effect(t, j, in)
		more := copied(in)
		m := judge.Member{ID: "extra", Role: rapid.SampledFrom([]string{"professional", "parent", "supporter"}).Draw(t, "role")}
		if m.Role == "professional" {
			m.Organisation = rapid.SampledFrom(append(slices.Clone(orgs), "nieuw")).Draw(t, "organisation")
			m.Sector = rapid.SampledFrom(rules.Sectors).Draw(t, "sector")
			m.Party, m.Involved = true, true
		}
		more.Casus.Members = append(more.Casus.Members, m)
		if after := effect(t, j, more); after.Effect == rules.Allow && before.Effect != rules.Allow {
			t.Fatalf("%v became %v with %v", before, after, m)
		}
	})
}

func TestWithdrawingAConsentNeverTurnsANoIntoAYes(t *testing.T) {
	j := mustJudge(t)
	rapid.Check(t, func(t *rapid.T) {
		in := drawn(t)
		if len(in.Consents) == 0 {
			return
		}
		before := effect(t, j, in)
		less := copied(in)
		i := rapid.IntRange(0, len(in.Consents)-1).Draw(t, "which")
		if less.Consents[i].Decision != "given" {
			return // withdrawing a refusal is another matter
		}
		at := in.Now.Add(-time.Nanosecond)
		less.Consents[i].WithdrawnAt = &at
		if after := effect(t, j, less); after.Effect > before.Effect {
			t.Fatalf("%v became %v", before, after)
		}
	})
}

func TestTimePassingNeverWidensAccess(t *testing.T) {
	j := mustJudge(t)
	rapid.Check(t, func(t *rapid.T) {
		in := drawn(t)
		later := copied(in)
		later.Now = in.Now.Add(time.Duration(rapid.Int64Range(0, int64(400*24*time.Hour)).Draw(t, "passes")))
		if b := in.Casus.YoungPerson.Born; b != nil {
			for _, n := range []int{12, 16, 18} {
				day := judge.Date{Year: b.Year + n, Month: b.Month, Day: b.Day}
				today, then := judge.DateOf(in.Now), judge.DateOf(later.Now)
				if !today.After(day) && !day.After(then) {
					return // a birthday is crossed, and the question is another
				}
			}
		}
		before, after := effect(t, j, in), effect(t, j, later)
		if after.Effect > before.Effect {
			t.Fatalf("%v became %v", before, after)
		}
	})
}

func TestTheOrderOfRecordsIsIrrelevant(t *testing.T) {
	j := mustJudge(t)
	rapid.Check(t, func(t *rapid.T) {
		in := drawn(t)
		before := effect(t, j, in)
		other := copied(in)
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 2))
		r.Shuffle(len(other.Consents), func(a, b int) { other.Consents[a], other.Consents[b] = other.Consents[b], other.Consents[a] })
		r.Shuffle(len(other.Agreements), func(a, b int) { other.Agreements[a], other.Agreements[b] = other.Agreements[b], other.Agreements[a] })
		after := effect(t, j, other)
		if after.Effect != before.Effect || after.Rule != before.Rule || !slices.Equal(after.Missing, before.Missing) {
			t.Fatalf("%v became %v", before, after)
		}
	})
}

func TestEveryNoHasTextAndANextStep(t *testing.T) {
	j := mustJudge(t)
	codes := j.Bundle().Codes()
	rapid.Check(t, func(t *rapid.T) {
		d := dice{rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 3))}
		share, err := judge.DecodeShare(string(mustJSON(d.share())))
		if err != nil {
			t.Fatal(err)
		}
		join, err := judge.DecodeJoin(string(mustJSON(d.join())))
		if err != nil {
			t.Fatal(err)
		}
		a, err := j.Share(context.Background(), share)
		if err != nil {
			t.Fatal(err)
		}
		b, err := j.Join(context.Background(), join)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range []rules.Verdict{a, b} {
			if v.Effect != rules.Allow && len(v.Reasons) == 0 {
				t.Fatalf("%v has no reason", v)
			}
			for _, r := range v.Reasons {
				if r.Text == "" || !slices.Contains(codes, r.Code) || v.Effect != rules.Allow && (r.Next == "" || r.Source == "" || r.Mark == "") {
					t.Fatalf("%+v leaves a reader with nothing", r)
				}
			}
			if v.Effect != rules.NeedConsent && len(v.Missing) > 0 || v.Effect == rules.Allow && len(v.Exceptions) > 0 {
				t.Fatalf("%+v says more than its effect", v)
			}
			if !json.Valid(judge.AppendVerdict(nil, "q\"\n", v)) {
				t.Fatal("the answer is no JSON")
			}
		}
	})
}

func TestAHoldNeverLeadsToErasing(t *testing.T) {
	j := mustJudge(t)
	rapid.Check(t, func(t *rapid.T) {
		d := dice{rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 4))}
		in, err := judge.DecodeRetain(string(mustJSON(d.retain())))
		if err != nil {
			t.Fatal(err)
		}
		in.Casus.Holds = append(in.Casus.Holds, judge.Hold{ID: "live", PlacedAt: in.Now})
		if r, err := j.Retain(context.Background(), in); err != nil || r.Action != rules.Keep {
			t.Fatalf("Retain = %v, %v, want keep", r, err)
		}
	})
}

// Nobody's word is taken for a yes: without records that say so, nothing that
// asks one is let through.
func TestUnknownIsNotGiven(t *testing.T) {
	j := mustJudge(t)
	rapid.Check(t, func(t *rapid.T) {
		in := drawn(t)
		in.Consents, in.Agreements = nil, nil
		m := in.Casus.Members[slices.IndexFunc(in.Casus.Members, func(m judge.Member) bool { return m.ID == in.Discloser })]
		if m.Role != "professional" || m.Sector == "attendance" {
			return
		}
		if v := effect(t, j, in); v.Effect == rules.Allow {
			t.Fatalf("%v without a yes", v)
		}
	})
}
