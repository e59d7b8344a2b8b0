package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/convenantbot/convenantbot/internal/knowledge"
)

// own measures the questions about the invented documents of a region: half of
// them were looked at while the limits for quoting were chosen.
func own(ctx context.Context, base fs.FS, dir string, list bool) error {
	library, err := os.MkdirTemp("", "eval-library-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(library)
	b, err := knowledge.Open(base, knowledge.WithLibrary(library, time.Now))
	if err != nil {
		return err
	}
	defer b.Library().Close()
	names, err := filepath.Glob(filepath.Join(dir, "*-*.*"))
	if err != nil {
		return err
	}
	var sources []knowledge.Source
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			return err
		}
		sources = append(sources, knowledge.Source{Name: name, R: f, Size: info.Size()})
	}
	if _, err := b.Library().Import(ctx, sources, nil); err != nil {
		return err
	}
	f, err := os.Open(filepath.Join(dir, "questions.jsonl"))
	if err != nil {
		return err
	}
	defer f.Close()
	questions, err := knowledge.ReadOwnQuestions(f)
	if err != nil {
		return err
	}
	scored, err := b.ScoreOwn(ctx, questions)
	if err != nil {
		return err
	}
	var halves [2][]knowledge.ScoredOwn
	for i, s := range scored {
		halves[i%2] = append(halves[i%2], s)
		if list && !s.Right {
			fmt.Printf("- %s %s\n    wanted %s %s, quoted %v (%.2f)\n", s.ID, s.Question, s.Document, s.Place, s.Quoted, s.Near)
		}
	}
	for i, name := range []string{"tuned on", "kept"} {
		answerable, right, wrong, others, quoted := knowledge.CountOwn(halves[i])
		fmt.Printf("own documents, %-8s  %d of %d quoted from the right place (%.1f %%), %d from a wrong one; %d of %d other questions drew a quote\n",
			name, right, answerable, 100*float64(right)/float64(answerable), wrong, quoted, others)
	}
	return nil
}
