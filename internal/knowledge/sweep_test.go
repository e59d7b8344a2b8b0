package knowledge

import (
	"context"
	"fmt"
	"os"
	"sort"
	"testing"
)

func TestSweep(t *testing.T) {
	if os.Getenv("SWEEP") == "" {
		return
	}
	ctx := context.Background()
	b := mustBase(t)
	for _, file := range []string{"eval/dev.jsonl", "eval/questions.jsonl"} {
		f, _ := os.Open(file)
		qs, err := ReadQuestions(f)
		if err != nil {
			t.Fatal(err)
		}
		var in, out []float64
		type row struct {
			p float64
			q string
		}
		var outs []row
		for _, q := range qs {
			found, _ := b.retrieve(ctx, q.Question, "")
			if q.Kind == "abstain" {
				p := found.chance
				if refuse(q.Question) != NoRefusal {
					p = 0
				}
				out = append(out, p)
				outs = append(outs, row{p, q.Question})
			} else {
				if refuse(q.Question) != NoRefusal {
					fmt.Println("REFUSED", q.Question)
				}
				in = append(in, found.chance)
			}
		}
		sort.Float64s(in)
		sort.Float64s(out)
		for _, th := range []float64{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8} {
			fmt.Printf("%s th %.1f answers in %.1f%% out %.1f%%\n", file, th, 100*float64(len(in)-sort.SearchFloat64s(in, th))/float64(len(in)), 100*float64(len(out)-sort.SearchFloat64s(out, th))/float64(len(out)))
		}
		sort.Slice(outs, func(i, j int) bool { return outs[i].p > outs[j].p })
		for i := 0; i < 25 && i < len(outs); i++ {
			fmt.Printf("   %.2f %s\n", outs[i].p, outs[i].q)
		}
	}
}
