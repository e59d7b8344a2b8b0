package knowledge

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
)

type tuneQ struct {
	parts [][5]float32
	prior []float32
	want  map[int]bool
}

func TestTune(t *testing.T) {
	if os.Getenv("TUNE") == "" {
		return
	}
	ctx := context.Background()
	r, err := loadLenient(os.DirFS("base"))
	if err != nil {
		t.Fatal(err)
	}
	variants := []func(*tuning){
		func(*tuning) {},
		func(x *tuning) { x.pair = 0.9 },
		func(x *tuning) { x.pair = 0.9; x.concept = 1.8 },
		func(x *tuning) { x.damp = 0.35 },
		func(x *tuning) { x.damp = 0.7 },
		func(x *tuning) { x.segment = 0.8; x.fact = 1.2; x.answer = 1.2; x.title = 1.5; x.key = 1.5 },
		func(x *tuning) { x.letters = 0.45 },
		func(x *tuning) { x.letters = 0.25 },
	}
	saved := tuned
	for vi, change := range variants {
		tuned = saved
		change(&tuned)
		b, err := build(r)
		if err != nil {
			t.Fatal(err)
		}
		var qs []tuneQ
		for _, file := range []string{"eval/questions.jsonl", "eval/dev.jsonl"} {
			for _, q := range readEval(t, file) {
				want := map[int]bool{}
				for _, c := range q.CiteAny {
					if i, ok := b.at[c]; ok {
						want[i] = true
					}
				}
				if len(want) == 0 || q.Kind == "abstain" {
					continue
				}
				toks := b.words.tokens(q.Question, true)
				ranked := b.rank.rank(q.Question, toks, &tuned)
				found, _ := b.index.search(ctx, toks, 25)
				tq := tuneQ{want: want}
				for i, p := range ranked.parts {
					tq.parts = append(tq.parts, [5]float32{p[0], p[1], p[2], p[3], found[i]})
					tq.prior = append(tq.prior, pagePrior(b.facts[b.entries[i].Code].Page))
				}
				qs = append(qs, tq)
			}
		}
		score := func(w [5]float32, from, step int) (at1, at2, at3 float64) {
			n := 0.0
			for k := from; k < len(qs); k += step {
				q := qs[k]
				best := float32(0)
				for i := range q.want {
					p := q.parts[i]
					best = max(best, (w[0]*p[0]+w[1]*p[1]+w[2]*p[2]+w[3]*p[3]+w[4]*p[4])*q.prior[i])
				}
				above := 0
				for i, p := range q.parts {
					if !q.want[i] && (w[0]*p[0]+w[1]*p[1]+w[2]*p[2]+w[3]*p[3]+w[4]*p[4])*q.prior[i] >= best {
						above++
					}
				}
				n++
				if above < 1 {
					at1++
				}
				if above < 2 {
					at2++
				}
				if above < 3 {
					at3++
				}
			}
			return 100 * at1 / n, 100 * at2 / n, 100 * at3 / n
		}
		cur := [5]float32{tuned.nearest, tuned.few, tuned.centre, tuned.bag, tuned.index}
		a1, a2, a3 := score(cur, 0, 1)
		fmt.Printf("variant %d now: @1 %.1f @2 %.1f @3 %.1f\n", vi, a1, a2, a3)
		for half := range 2 {
			dice := rand.New(rand.NewPCG(3, 4))
			best, bestS := cur, 0.0
			x1, x2, x3 := score(cur, half, 2)
			bestS = x1 + 0.6*x2 + 0.3*x3
			for range 120 {
				w := best
				for i := range w {
					if dice.IntN(2) == 0 {
						w[i] = max(0, w[i]+float32(dice.NormFloat64())*0.12)
					}
				}
				x1, x2, x3 := score(w, half, 2)
				if s := x1 + 0.6*x2 + 0.3*x3; s > bestS {
					best, bestS = w, s
				}
			}
			o1, o2, o3 := score(best, 1-half, 2)
			c1, c2, c3 := score(cur, 1-half, 2)
			fmt.Printf("   half %d best %.2f; other half @1 %.1f @2 %.1f @3 %.1f (was %.1f %.1f %.1f)\n", half, best, o1, o2, o3, c1, c2, c3)
		}
	}
	tuned = saved
}
