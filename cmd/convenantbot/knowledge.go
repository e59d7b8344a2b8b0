package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/convenantbot/convenantbot/internal/knowledge"
)

// Knowledge is "convenantbot knowledge".
type Knowledge struct {
	Check  KnowledgeCheck  `cmd:"" help:"Check the built-in knowledge base, or one in a folder."`
	List   KnowledgeList   `cmd:"" help:"List the entries with their marks."`
	Search KnowledgeSearch `cmd:"" help:"Show which entries are nearest to a text."`
}

// KnowledgeCheck is "convenantbot knowledge check [DIR]".
type KnowledgeCheck struct {
	Dir string `arg:"" optional:"" type:"existingdir" help:"Folder with the base; without it the built-in one."`
}

// Run prints every mistake; mistakes are this command's own negative result.
func (c *KnowledgeCheck) Run(_ context.Context, io *IO) error {
	base, err := openBase(c.Dir)
	var bad *knowledge.CheckError
	if errors.As(err, &bad) {
		for _, m := range bad.Mistakes {
			fmt.Fprintln(io.Out, m)
		}
		return &exitError{1, fmt.Errorf("knowledge check: %d mistakes", len(bad.Mistakes))}
	}
	if err != nil {
		return &exitError{2, err}
	}
	missing := base.Missing()
	for _, code := range missing {
		fmt.Fprintf(io.Out, "%s: no entry yet\n", code)
	}
	fmt.Fprintf(io.Out, "%d entries, %d facts without an entry\n", len(base.Entries()), len(missing))
	if len(missing) > 0 {
		return &exitError{1, fmt.Errorf("knowledge check: %d facts without an entry", len(missing))}
	}
	return nil
}

// KnowledgeList is "convenantbot knowledge list".
type KnowledgeList struct {
	Dir string `arg:"" optional:"" type:"existingdir" help:"Folder with the base; without it the built-in one."`
}

// Run prints one line an entry.
func (c *KnowledgeList) Run(_ context.Context, io *IO) error {
	base, err := openBase(c.Dir)
	if err != nil {
		return &exitError{2, err}
	}
	w := tabwriter.NewWriter(io.Out, 0, 0, 2, ' ', 0)
	for _, e := range base.Entries() {
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\n", e.Code, e.Mark, len(e.Asks), e.Title)
	}
	return w.Flush()
}

// KnowledgeSearch is "convenantbot knowledge search TEXT".
type KnowledgeSearch struct {
	Text   string `arg:"" help:"What to look for."`
	Region string `help:"Region whose entries count." default:"model"`
}

// Run prints the nearest entries with their scores.
func (c *KnowledgeSearch) Run(ctx context.Context, io *IO) error {
	base, err := openBase("")
	if err != nil {
		return err
	}
	hits, chance, err := base.Search(ctx, c.Text, c.Region)
	if err != nil {
		return err
	}
	for _, h := range hits {
		fmt.Fprintf(io.Out, "%.3f  %-8s %s\n", h.Score, h.Code, h.Title)
	}
	_, err = fmt.Fprintf(io.Out, "chance that the first answers it: %.2f\n", chance)
	return err
}

func openBase(dir string) (*knowledge.Base, error) {
	if dir == "" {
		return knowledge.Open(nil)
	}
	return knowledge.Open(os.DirFS(dir))
}
