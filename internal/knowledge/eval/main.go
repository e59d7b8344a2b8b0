// Command eval measures the answers on the question files beside it, and fits
// the confidence model.
//
//	go run ./internal/knowledge/eval            # the numbers, per file and kind
//	go run ./internal/knowledge/eval -list      # and each wrong answer
//	go run ./internal/knowledge/eval -fit       # writes base/confidence.json
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
	fit := flag.Bool("fit", false, "fit the confidence model by cross-validation and write it")
	flag.Parse()
	if err := run(*dir, *list, *fit); err != nil {
		fmt.Fprintln(os.Stderr, "eval:", err)
		os.Exit(1)
	}
}

func run(dir string, list, fit bool) error {
	ctx := context.Background()
	files := os.DirFS(filepath.Join(dir, "base"))
	if fit {
		questions, err := learned(dir)
		if err != nil {
			return err
		}
		report, model, err := knowledge.FitSecond(ctx, files, questions)
		if err != nil {
			return err
		}
		fmt.Println(report)
		if err := os.WriteFile(filepath.Join(dir, "base", "second.json"), model, 0o644); err != nil {
			return err
		}
		report, model, err = knowledge.FitConfidence(ctx, files, questions)
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
		scored, err := base.Score(ctx, questions)
		if err != nil {
			return err
		}
		print(filepath.Base(name), scored, list)
	}
	return own(ctx, files, filepath.Join(dir, "testdata", "own"), list)
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
