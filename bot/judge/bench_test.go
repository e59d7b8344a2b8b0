package judge_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot/bottest"
	"github.com/convenantbot/convenantbot/bot/judge"
	"github.com/convenantbot/convenantbot/rules"
)

// sized is a share question that is allowed, of a youth care worker about a
// child of 14 with two parents: members in the room, kinds of data, and
// consents, of which those that cover stand last.
func sized(members, kinds, consents int) *judge.ShareInput {
	at := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	sectors := []string{"education", "attendance", "swv", "youth_health", "neighbourhood_team"}
	in := &judge.ShareInput{Now: at, Region: "model", Discloser: "u0", Purpose: "plan",
		Casus: judge.Casus{Ref: "C", Kind: "mdo", Phase: "F3", Status: "open",
			YoungPerson: judge.YoungPerson{ID: "yp", Born: &judge.Date{Year: 2012, Month: 1, Day: 5}, School: "org1"},
			Authority:   []judge.Person{{ID: "g1"}, {ID: "g2"}}},
		Document: judge.Document{Name: "behandelverslag.pdf", Kinds: rules.DataKinds[:kinds]}}
	var orgs []string
	for i := range members {
		m := judge.Member{ID: fmt.Sprintf("u%d", i), Role: "professional", Organisation: fmt.Sprintf("org%d", i), Sector: sectors[i%5], Party: true, Involved: true}
		if i == 0 {
			m.Sector = "youth_care"
		} else {
			orgs = append(orgs, m.Organisation)
		}
		in.Casus.Members = append(in.Casus.Members, m)
	}
	end := at.AddDate(1, 0, 0)
	for i := range consents {
		c := judge.Consent{ID: fmt.Sprintf("c%d", i), Giver: []string{"yp", "g1", "g2"}[i%3], Decision: "given", Discloser: "org0",
			Recipients: orgs[:1], Kinds: []string{"ordinary"}, Purpose: "plan", GivenAt: at.AddDate(0, -1, 0), ExpiresAt: &end}
		if i >= consents-3 {
			c.Recipients, c.Kinds = orgs, rules.DataKinds[:kinds]
		}
		in.Consents = append(in.Consents, c)
	}
	return in
}

// sizes are those of the budgets. L has three kinds too: the fourth would be
// criminal data, and that is refused at once.
var sizes = []struct {
	name                     string
	members, kinds, consents int
}{{"S", 4, 2, 3}, {"M", 8, 3, 20}, {"L", 12, 3, 60}}

func BenchmarkShare(b *testing.B) {
	j := mustJudge(b)
	for _, s := range sizes {
		b.Run(s.name, func(b *testing.B) {
			in := sized(s.members, s.kinds, s.consents)
			b.ReportAllocs()
			for b.Loop() {
				v, err := j.Share(context.Background(), in)
				if err != nil || v.Effect != rules.Allow {
					b.Fatalf("Share = %v, %v", v, err)
				}
			}
		})
	}
}

// TestTheBudgetOfADecision holds what a decision allocates and costs, exactly:
// a change that makes it dearer is seen here first. The budget for M is 80
// allocations and 25 microseconds; the time is for the benchmark.
func TestTheBudgetOfADecision(t *testing.T) {
	j := mustJudge(t)
	for i, want := range []struct {
		allocs float64
		cost   uint64
	}{{64, 30}, {79, 39}, {79, 39}} {
		s := sizes[i]
		in := sized(s.members, s.kinds, s.consents)
		var v rules.Verdict
		allocs := testing.AllocsPerRun(200, func() {
			var err error
			if v, err = j.Share(context.Background(), in); err != nil {
				t.Fatal(err)
			}
		})
		if v.Cost != want.cost {
			t.Errorf("%s costs %d units, want %d", s.name, v.Cost, want.cost)
		}
		if !raceDetector && allocs != want.allocs {
			t.Errorf("%s allocates %v times, want %v", s.name, allocs, want.allocs)
		}
	}
}

func BenchmarkJoin(b *testing.B) {
	j := mustJudge(b)
	in, err := judge.DecodeJoin(baseJoin)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := j.Join(context.Background(), in); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRetain(b *testing.B) {
	j := mustJudge(b)
	in, err := judge.DecodeRetain(baseRetain)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := j.Retain(context.Background(), in); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLine is a line of a batch: text in, text out.
func BenchmarkLine(b *testing.B) {
	j := mustJudge(b)
	var out []byte
	b.ReportAllocs()
	for b.Loop() {
		in, err := judge.DecodeShare(baseShare)
		if err != nil {
			b.Fatal(err)
		}
		v, err := j.Share(context.Background(), in)
		if err != nil {
			b.Fatal(err)
		}
		out = judge.AppendVerdict(out[:0], in.ID, v)
	}
}

// BenchmarkShareTail is how long the slowest hundredth of decisions takes while
// two workers decide at once. The budget for M is 150 µs.
func BenchmarkShareTail(b *testing.B) {
	j := mustJudge(b)
	for _, s := range sizes {
		b.Run(s.name, func(b *testing.B) {
			in := sized(s.members, s.kinds, s.consents)
			bottest.Latencies(b, 2, func() error {
				_, err := j.Share(context.Background(), in)
				return err
			})
		})
	}
}
