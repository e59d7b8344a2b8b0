// Command eval measures the answers on the question files beside it, and fits
// the confidence model.
//
//	go run ./internal/knowledge/eval            # the numbers, per file and kind
//	go run ./internal/knowledge/eval -list      # and each wrong answer
//	go run ./internal/knowledge/eval -fit       # writes base/second.json and base/confidence.json
//	go run ./internal/knowledge/eval -confidence # writes base/confidence.json alone
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/convenantbot/convenantbot/internal/knowledge"
)

func main() {
	dir := flag.String("dir", "internal/knowledge", "folder of the knowledge package")
	list := flag.Bool("list", false, "show each wrong answer")
	fit := flag.Bool("fit", false, "train the second stage, fit the confidence model, and write both")
	sure := flag.Bool("confidence", false, "fit the confidence model alone, and write it")
	flag.Parse()
	if err := run(*dir, *list, *fit, *fit || *sure); err != nil {
		fmt.Fprintln(os.Stderr, "eval:", err)
		os.Exit(1)
	}
}

func run(dir string, list, fit, sure bool) error {
	ctx := context.Background()
	files := os.DirFS(filepath.Join(dir, "base"))
	questions, err := learned(dir)
	if err != nil {
		return err
	}
	if fit {
		report, model, err := knowledge.FitSecond(ctx, files, questions)
		if err != nil {
			return err
		}
		fmt.Println(report)
		if err := os.WriteFile(filepath.Join(dir, "base", "second.json"), model, 0o644); err != nil {
			return err
		}
	}
	if sure {
		report, model, err := knowledge.FitConfidence(ctx, files, questions)
		if err != nil {
			return err
		}
		fmt.Println(report)
		if err := os.WriteFile(filepath.Join(dir, "base", "confidence.json"), model, 0o644); err != nil {
			return err
		}
	}
	base, err := knowledge.Open(files)
	if err != nil {
		return err
	}
	names, err := filepath.Glob(filepath.Join(dir, "eval", "*.jsonl"))
	if err != nil {
		return err
	}
	sort.Strings(names)
	var kept []knowledge.EvalQuestion
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		questions, err := knowledge.ReadQuestions(f)
		f.Close()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if strings.HasSuffix(name, "-kept.jsonl") {
			for _, q := range questions {
				if !seen[q.ID] {
					kept = append(kept, q)
				}
			}
		}
		scored, err := base.Score(ctx, questions)
		if err != nil {
			return err
		}
		print(filepath.Base(name), scored, list)
	}
	if err := whole(ctx, base, kept); err != nil {
		return err
	}
	return own(ctx, files, filepath.Join(dir, "testdata", "own"), list)
}

// seen are questions that were to be measured only, and that a test once
// printed because they happened to be like a phrasing. They count no longer in
// the numbers of all kept questions together.
var seen = map[string]bool{
	"va-044": true, "va-048": true, "va-088": true, "va-108": true, "va-164": true, "va-184": true, "vb-080": true, "vb-125": true,
}

// whole prints the kept questions of all files together, at the threshold and
// at fixed parts of coverage.
func whole(ctx context.Context, base *knowledge.Base, kept []knowledge.EvalQuestion) error {
	if len(kept) == 0 {
		return nil
	}
	scored, err := base.Score(ctx, kept)
	if err != nil {
		return err
	}
	print("all kept files together", scored, false)
	list, err := base.AtCoverage(ctx, kept, []float64{0.8, 0.9, 0.95, 1})
	if err != nil {
		return err
	}
	for _, c := range list {
		fmt.Printf("  answering %3.0f %% of the answerable (threshold %.2f): right %.1f %% of those, and %.1f %% of what must be declined is answered\n",
			100*c.Part, c.Threshold, 100*c.Right, 100*c.Outside)
	}
	return nil
}

// learned reads the questions that may be learned from: all files but those
// whose name says that they are only measured.
func learned(dir string) ([]knowledge.EvalQuestion, error) {
	names, err := filepath.Glob(filepath.Join(dir, "eval", "*.jsonl"))
	if err != nil {
		return nil, err
	}
	var out []knowledge.EvalQuestion
	for _, name := range names {
		if strings.HasSuffix(name, "-kept.jsonl") {
			continue
		}
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		questions, err := knowledge.ReadQuestions(f)
		f.Close()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out = append(out, questions...)
	}
	return out, nil
}

func print(name string, scored []knowledge.Scored, list bool) {
	type count struct{ n, right, abstained, cited int }
	kinds := map[string]*count{}
	right := 0
	for _, s := range scored {
		c := kinds[s.Kind]
		if c == nil {
			c = &count{}
			kinds[s.Kind] = c
		}
		c.n++
		if s.Right {
			c.right++
			right++
		}
		if s.Answer.Abstained {
			c.abstained++
		}
		for _, cite := range s.Answer.Citations {
			if contains(s.CiteAny, cite.Fact) {
				c.cited++
				break
			}
		}
	}
	fmt.Printf("%s: %d of %d right (%.1f %%)\n", name, right, len(scored), 100*float64(right)/float64(len(scored)))
	for _, kind := range []string{"answer", "trap", "interpretation", "unconfirmed", "abstain"} {
		if c := kinds[kind]; c != nil {
			fmt.Printf("  %-15s %3d  right %5.1f %%  cited %5.1f %%  abstained %5.1f %%\n", kind, c.n,
				100*float64(c.right)/float64(c.n), 100*float64(c.cited)/float64(c.n), 100*float64(c.abstained)/float64(c.n))
		}
	}
	if !list || strings.HasSuffix(name, "-kept.jsonl") { // what is only measured is not shown
		return
	}
	for _, s := range scored {
		if !s.Right {
			fmt.Printf("- %s [%s] %s\n    %s; wanted %v (%.2f): %.140q\n", s.ID, s.Kind, s.Question, s.Why, s.CiteAny, s.Answer.Confidence, s.Answer.Text)
		}
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
