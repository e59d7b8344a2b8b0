package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/convenantbot/convenantbot/internal/knowledge"
	"github.com/convenantbot/convenantbot/internal/knowledge/document"
)

// Knowledge is "convenantbot knowledge".
type Knowledge struct {
	Check  KnowledgeCheck  `cmd:"" help:"Check the built-in knowledge base, or one in a folder, and the imported documents."`
	List   KnowledgeList   `cmd:"" help:"List the imported documents, and the entries with their marks."`
	Search KnowledgeSearch `cmd:"" help:"Show which entries and passages are nearest to a text."`
	Import KnowledgeImport `cmd:"" help:"Add or replace documents of the region: docx, odt, pdf, html, md, txt."`
	Remove KnowledgeRemove `cmd:"" help:"Take a document out again; shows what would go unless told --apply."`
}

// KnowledgeImport is "convenantbot knowledge import FILE…".
type KnowledgeImport struct {
	Config string   `env:"CONVENANTBOT_CONFIG" placeholder:"FILE" help:"The settings of this installation; without it the documents are kept with your own data."`
	Files  []string `arg:"" help:"The documents. A document of the same name is replaced."`
}

// Run imports all files, or none when one of them can't be read.
func (c *KnowledgeImport) Run(ctx context.Context, io *IO) error {
	sources, closeAll, err := openSources(c.Files)
	defer closeAll()
	if err != nil {
		return &exitError{exitBadInput, fmt.Errorf("er is niets veranderd:\n%w", err)}
	}
	base, err := mustHaveLibrary(ctx, c.Config, io)
	if err != nil {
		return err
	}
	lib := base.Library()
	started := time.Now()
	told := started
	done, err := lib.Import(ctx, sources, func(p knowledge.Progress) {
		switch {
		case p.Step == "read" && p.Total > 1:
			fmt.Fprintf(io.Err, "lezen %d van %d: %s\n", p.Done+1, p.Total, p.Name)
		case p.Step == "index" && time.Since(told) > time.Second:
			told = time.Now()
			fmt.Fprintf(io.Err, "doorzoekbaar maken: %d van %d stukken\n", p.Done, p.Total)
		}
	})
	var bad *document.Error
	switch {
	case errors.As(err, &bad):
		return &exitError{exitBadInput, fmt.Errorf("er is niets veranderd:\n%w", err)}
	case errors.Is(err, knowledge.ErrBusy):
		return &exitError{exitUnreachable, err}
	case err != nil:
		return err
	}
	for _, d := range done {
		if d.Unchanged {
			fmt.Fprintf(io.Out, "%s: was er al (versie %d), niets veranderd\n", d.Name, d.Version)
			continue
		}
		fmt.Fprintf(io.Out, "%s: versie %d, “%s”, %d stukken tekst, %d artikelen\n", d.Name, d.Version, d.Title, d.Passages, d.Articles)
	}
	_, err = fmt.Fprintf(io.Out, "bewaard in %s\n", lib.Dir())
	return err
}

// KnowledgeRemove is "convenantbot knowledge remove NAME".
type KnowledgeRemove struct {
	Config string `env:"CONVENANTBOT_CONFIG" placeholder:"FILE" help:"The settings of this installation."`
	Apply  bool   `help:"Really remove it; without this the plan is shown."`
	Name   string `arg:"" help:"The name of the file as it was imported."`
}

// Run erases every version of a document.
func (c *KnowledgeRemove) Run(ctx context.Context, io *IO) error {
	base, err := mustHaveLibrary(ctx, c.Config, io)
	if err != nil {
		return err
	}
	list, err := base.Library().List(ctx)
	if err != nil {
		return err
	}
	n := 0
	for _, s := range list {
		if strings.EqualFold(s.Name, c.Name) {
			n++
			fmt.Fprintf(io.Out, "%s versie %d, geïmporteerd op %s\n", s.Name, s.Version, s.Imported.Format(time.DateOnly))
		}
	}
	switch {
	case n == 0:
		return &exitError{exitBadInput, fmt.Errorf("%s: er is geen document met die naam; zie: knowledge list", c.Name)}
	case !c.Apply:
		_, err = fmt.Fprintln(io.Out, "dit zou weggaan; met --apply gebeurt het echt")
		return err
	}
	switch err := base.Library().Remove(ctx, c.Name); {
	case errors.Is(err, knowledge.ErrBusy):
		return &exitError{exitUnreachable, err}
	case err != nil:
		return err
	}
	_, err = fmt.Fprintf(io.Out, "weg: %d versies\n", n)
	return err
}

// KnowledgeCheck is "convenantbot knowledge check [DIR]".
type KnowledgeCheck struct {
	Config string `env:"CONVENANTBOT_CONFIG" placeholder:"FILE" help:"The settings of this installation."`
	Dir    string `arg:"" optional:"" type:"existingdir" help:"Folder with the base; without it the built-in one."`
}

// Run prints every mistake; mistakes are this command's own negative result.
func (c *KnowledgeCheck) Run(ctx context.Context, io *IO) error {
	base, err := openBase(ctx, c.Dir, c.Config, io)
	var bad *knowledge.CheckError
	if errors.As(err, &bad) {
		for _, m := range bad.Mistakes {
			fmt.Fprintln(io.Out, m)
		}
		return &exitError{1, fmt.Errorf("knowledge check: %d mistakes", len(bad.Mistakes))}
	}
	if err != nil {
		return &exitError{exitBadInput, err}
	}
	if lib := base.Library(); lib != nil {
		wrong := lib.Check(ctx)
		for _, err := range wrong {
			fmt.Fprintln(io.Out, err)
		}
		if len(wrong) > 0 {
			return &exitError{exitNegative, fmt.Errorf("knowledge check: %d things wrong with the imported documents", len(wrong))}
		}
		list, err := lib.List(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintf(io.Out, "%d versions of imported documents\n", len(list))
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
	Config string `env:"CONVENANTBOT_CONFIG" placeholder:"FILE" help:"The settings of this installation."`
	Dir    string `arg:"" optional:"" type:"existingdir" help:"Folder with the base; without it the built-in one."`
}

// Run prints one line an entry.
func (c *KnowledgeList) Run(ctx context.Context, io *IO) error {
	base, err := openBase(ctx, c.Dir, c.Config, io)
	if err != nil {
		return &exitError{2, err}
	}
	if err := listDocuments(ctx, base, io); err != nil {
		return err
	}
	w := tabwriter.NewWriter(io.Out, 0, 0, 2, ' ', 0)
	for _, e := range base.Entries() {
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\n", e.Code, e.Mark, len(e.Asks), e.Title)
	}
	return w.Flush()
}

// KnowledgeSearch is "convenantbot knowledge search TEXT".
type KnowledgeSearch struct {
	Config string `env:"CONVENANTBOT_CONFIG" placeholder:"FILE" help:"The settings of this installation."`
	Text   string `arg:"" help:"What to look for."`
	Region string `help:"Region whose entries count." default:"model"`
}

// Run prints the nearest entries with their scores.
func (c *KnowledgeSearch) Run(ctx context.Context, io *IO) error {
	base, err := openBase(ctx, "", c.Config, io)
	if err != nil {
		return err
	}
	if lib := base.Library(); lib != nil {
		near, err := lib.Preview(ctx, c.Text)
		if err != nil {
			return err
		}
		for _, p := range near {
			quoted := "not quoted"
			if p.Quoted {
				quoted = "quoted"
			}
			fmt.Fprintf(io.Out, "%.2f  %s, %s (%s)\n      %s\n", p.Covered, p.Name, p.Place, quoted, p.Text)
		}
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

func listDocuments(ctx context.Context, base *knowledge.Base, io *IO) error {
	if base.Library() == nil {
		return nil
	}
	list, err := base.Library().List(ctx)
	if err != nil || len(list) == 0 {
		return err
	}
	w := tabwriter.NewWriter(io.Out, 0, 0, 2, ' ', 0)
	for _, s := range list {
		state := "in use"
		if s.Replaced {
			state = "replaced"
		}
		fmt.Fprintf(w, "%s\tversion %d\t%s\t%s\t%d passages\t%d articles\t%s\n", s.Name, s.Version, s.Imported.Format(time.DateOnly), state, s.Passages, s.Articles, s.Title)
	}
	fmt.Fprintln(w)
	return w.Flush()
}

// openBase opens the base in a folder, or the built-in one with the library.
func openBase(ctx context.Context, dir, settings string, io *IO) (*knowledge.Base, error) {
	if dir == "" {
		return openWithLibrary(ctx, settings, io)
	}
	return knowledge.Open(os.DirFS(dir))
}
