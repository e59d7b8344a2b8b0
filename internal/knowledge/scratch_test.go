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

type evalQ struct {
	ID, Question, Kind, Note string
	CiteAny                  []string `json:"cite_any"`
}

func TestScratch(t *testing.T) {
	ctx := context.Background()
	t0 := time.Now()
	r, err := loadLenient(os.DirFS("base"))
	if err != nil {
		t.Fatal(err)
	}
	t1 := time.Now()
	b, err := build(r)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("load", t1.Sub(t0), "build", time.Since(t1), "entries", len(b.entries), "features", len(b.rank.idf), "docs", len(b.rank.owner))
	for _, file := range []string{"eval/dev.jsonl", "eval/questions.jsonl"} {
		f, err := os.Open(file)
		if err != nil {
			continue
		}
		sc := bufio.NewScanner(f)
		r1, r2, r3, r10, n, missing := 0, 0, 0, 0, 0, 0
		for sc.Scan() {
			var q evalQ
			if err := json.Unmarshal(sc.Bytes(), &q); err != nil {
				t.Fatal(err)
			}
			if q.Kind == "abstain" {
				continue
			}
			have := false
			for _, c := range q.CiteAny {
				if _, ok := b.at[c]; ok {
					have = true
				}
			}
			if !have {
				missing++
				continue
			}
			n++
			hits, _, _ := b.Search(ctx, q.Question, "")
			rank := 0
			for i, h := range hits {
				if e, _ := b.Entry(h.Code); contains(q.CiteAny, h.Code) || anyIn(q.CiteAny, e.Also) {
					rank = i + 1
					break
				}
			}
			switch {
			case rank == 1:
				r1++
				r2++
				r3++
				r10++
			case rank == 2:
				r2++
				r3++
				r10++
			case rank == 3:
				r3++
				r10++
			case rank > 0:
				r10++
			}
			if rank != 1 && os.Getenv("SHOW") != "" {
				fmt.Printf("%s rank %d want %v got %s/%s: %s\n", q.ID, rank, q.CiteAny, hits[0].Code, hits[1].Code, q.Question)
			}
		}
		fmt.Printf("%s n=%d missing=%d  @1 %.1f @2 %.1f @3 %.1f @10 %.1f\n", file, n, missing, 100*float64(r1)/float64(n), 100*float64(r2)/float64(n), 100*float64(r3)/float64(n), 100*float64(r10)/float64(n))
		f.Close()
	}
	_ = sort.Ints
}

func anyIn(a, b []string) bool {
	for _, x := range b {
		if contains(a, x) {
			return true
		}
	}
	return false
}
