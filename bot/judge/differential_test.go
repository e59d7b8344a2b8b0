package judge_test

import (
	"context"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/convenantbot/convenantbot/bot/judge"
	"github.com/convenantbot/convenantbot/bot/judge/oracle"
)

func mustMatrix(t testing.TB) oracle.Matrix {
	t.Helper()
	f, err := os.Open("testdata/consent-matrix.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := oracle.ReadMatrix(f)
	if err != nil {
		t.Fatal(err)
	}
	if len(m) != 240 {
		t.Fatalf("the matrix has %d cells, want 240", len(m))
	}
	return m
}

// productAnswer is the product's answer in the oracle's words.
func productAnswer(j *judge.Judge, question string, data []byte) (oracle.Answer, []string, error) {
	ctx := context.Background()
	if question == "retain" {
		in, err := judge.DecodeRetain(string(data))
		if err != nil {
			return oracle.Answer{}, nil, err
		}
		r, err := j.Retain(ctx, in)
		var codes []string
		for _, x := range r.Reasons {
			codes = append(codes, x.Code)
		}
		return oracle.Answer{Effect: r.Action.String(), Due: r.Due}, codes, err
	}
	if question == "join" {
		in, err := judge.DecodeJoin(string(data))
		if err != nil {
			return oracle.Answer{}, nil, err
		}
		v, err := j.Join(ctx, in)
		var codes []string
		for _, x := range v.Reasons {
			codes = append(codes, x.Code)
		}
		return oracle.Answer{Effect: v.Effect.String(), Rule: v.Rule, Missing: v.Missing, Exceptions: v.Exceptions}, codes, err
	}
	in, err := judge.DecodeShare(string(data))
	if err != nil {
		return oracle.Answer{}, nil, err
	}
	v, err := j.Share(ctx, in)
	var codes []string
	for _, x := range v.Reasons {
		codes = append(codes, x.Code)
	}
	return oracle.Answer{Effect: v.Effect.String(), Rule: v.Rule, Missing: v.Missing, Exceptions: v.Exceptions}, codes, err
}

// TestTheProductAgreesWithTheOracle compares both on random questions, 100,000
// in all. The draw is fixed, so that a difference can be found again.
func TestTheProductAgreesWithTheOracle(t *testing.T) {
	j, m := mustJudge(t), mustMatrix(t)
	for _, q := range []struct {
		name  string
		count int
		draw  func(dice) object
		judge func([]byte) (oracle.Answer, error)
		least map[string]int // answers that must have come up this often
	}{
		{"share", 60_000, dice.share, m.Share, map[string]int{"allow": 3_000, "need_consent": 5_000, "refuse": 5_000}},
		{"join", 20_000, dice.join, oracle.Join, map[string]int{"allow": 500, "need_consent": 500, "refuse": 500}},
		{"retain", 20_000, dice.retain, oracle.Retain, map[string]int{"keep": 500, "remind": 30, "archive": 200, "announce_erasure": 200, "erase": 200, "human": 200}},
	} {
		t.Run(q.name, func(t *testing.T) {
			t.Parallel()
			const workers = 2
			var mu sync.Mutex
			tally := map[string]int{}
			shown := 0
			var group sync.WaitGroup
			for w := range workers {
				group.Go(func() {
					d := dice{rand.New(rand.NewPCG(7, uint64(w)))}
					mine := map[string]int{}
					for range q.count / workers {
						data := mustJSON(q.draw(d))
						want, err := q.judge(data)
						if err != nil {
							t.Errorf("oracle: %v", err)
							return
						}
						got, codes, err := productAnswer(j, q.name, data)
						mine[want.Effect]++
						if err != nil || got.Effect != want.Effect || got.Rule != want.Rule && q.name != "retain" || !slices.Equal(got.Missing, want.Missing) ||
							!slices.Equal(got.Exceptions, want.Exceptions) || !got.Due.Equal(want.Due) || want.Code != "" && !slices.Contains(codes, want.Code) {
							mu.Lock()
							if shown++; shown <= 3 {
								t.Errorf("got %v %v (error %v), want %v, for %s", got, codes, err, want, data)
							}
							mu.Unlock()
						}
					}
					mu.Lock()
					for k, n := range mine {
						tally[k] += n
					}
					mu.Unlock()
				})
			}
			group.Wait()
			if shown > 3 {
				t.Errorf("%d differences", shown)
			}
			for effect, least := range q.least {
				if tally[effect] < least {
					t.Errorf("%s came up %d times, want %d or more: the draw is poor", effect, tally[effect], least)
				}
			}
		})
	}
}
