package knowledge

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"testing"
	"time"
)

func readEval(t *testing.T, file string) (out []evalQ) {
	f, err := os.Open(file)
	if err != nil {
		return nil
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		var q evalQ
		if err := json.Unmarshal(sc.Bytes(), &q); err != nil {
			t.Fatal(err)
		}
		out = append(out, q)
	}
	return out
}

func (r *ranker) vector(text string, toks []token, t *tuning) sparse {
	var q sparse
	r.words.features(text, toks, t, func(name string, w float32) {
		if id, ok := r.features[name]; ok {
			q.add(id, w)
		}
	})
	q.finish(r.idf)
	return q
}

func TestLinear(t *testing.T) {
	ctx := context.Background()
	r, err := loadLenient(os.DirFS("base"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := build(r)
	if err != nil {
		t.Fatal(err)
	}
	docs := documents(r, &tuned)
	var rows []sparse
	var owner []int
	var weight []float32
	for i := range docs {
		docs[i].tokens = b.words.tokens(docs[i].text, false)
		rows = append(rows, b.rank.vector(docs[i].text, docs[i].tokens, &tuned))
		owner = append(owner, docs[i].owner)
		weight = append(weight, docs[i].weight)
	}
	classes := len(r.entries) + 1
	for _, epochs := range []int{6, 15, 30} {
		for _, rate := range []float64{0.3, 1} {
			t0 := time.Now()
			m := trainLinear(rows, owner, weight, len(b.rank.idf), classes, epochs, rate, 0)
			fmt.Println("epochs", epochs, "rate", rate, "train", time.Since(t0))
			for _, blend := range []float32{0, 0.1, 0.2, 0.4, 1, 100} {
				r1, r2, n := 0, 0, 0
				for _, q := range readEval(t, "eval/questions.jsonl") {
					have := false
					for _, c := range q.CiteAny {
						if _, ok := b.at[c]; ok {
							have = true
						}
					}
					if !have || q.Kind == "abstain" {
						continue
					}
					n++
					found, _ := b.retrieveAll(ctx, q.Question)
					toks := b.words.tokens(q.Question, true)
					p := make([]float32, classes)
					m.logits(b.rank.vector(q.Question, toks, &tuned), p)
					softmax(p)
					type cs struct {
						i int
						s float32
					}
					var list []cs
					for i := range r.entries {
						list = append(list, cs{i, found[i] + blend*p[i]})
					}
					sort.Slice(list, func(i, j int) bool { return list[i].s > list[j].s })
					for k := 0; k < 2; k++ {
						if contains(q.CiteAny, r.entries[list[k].i].Code) {
							if k == 0 {
								r1++
							}
							r2++
							break
						}
					}
				}
				fmt.Printf("   blend %.1f n=%d @1 %.1f @2 %.1f\n", blend, n, 100*float64(r1)/float64(n), 100*float64(r2)/float64(n))
			}
		}
	}
}

func (b *Base) retrieveAll(ctx context.Context, question string) ([]float32, error) {
	toks := b.words.tokens(question, true)
	ranked := b.rank.rank(question, toks, &tuned)
	found, err := b.index.search(ctx, toks, 25)
	for i := range ranked.score {
		ranked.score[i] += tuned.index * found[i]
	}
	return ranked.score, err
}
