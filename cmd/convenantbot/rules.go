package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/convenantbot/convenantbot/adapters/web"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/judge"
	"github.com/convenantbot/convenantbot/rules"
)

// Rules is "convenantbot rules".
type Rules struct {
	Check   RulesCheck   `cmd:"" help:"Load a bundle and say everything that is wrong with it."`
	Test    RulesTest    `cmd:"" help:"Run a bundle's test cases; every clause must be covered."`
	Explain RulesExplain `cmd:"" help:"Take one decision apart, clause by clause."`
	Diff    RulesDiff    `cmd:"" help:"Say what would change from bundle A to bundle B."`
	Propose RulesPropose `cmd:"" help:"Put a bundle forward in the running bot; one that loosens waits for a FG."`
}

// RulesCheck is "convenantbot rules check [DIR]".
type RulesCheck struct {
	Dir string `arg:"" optional:"" type:"existingdir" help:"The bundle; without it the built-in one."`
}

// Run prints what the bundle is, or every complaint as file:line:column.
func (c *RulesCheck) Run(_ context.Context, io *IO) error {
	b, err := mustLoad(c.Dir, io)
	if err != nil {
		return err
	}
	fmt.Fprintf(io.Out, "%s %s: %d share, %d join, %d retain clauses, %d cases\n%s\n", b.Name, b.Version,
		b.Clauses("share"), b.Clauses("join"), b.Clauses("retain"), len(b.Cases()), b.Identity())
	return nil
}

// mustLoad loads a bundle and prints its complaints; a bundle that does not
// load is the command's own negative result.
func mustLoad(dir string, io *IO) (*rules.Bundle, error) {
	b, err := loadBundle(dir)
	if err != nil {
		fmt.Fprintln(io.Out, err)
		return nil, &exitError{exitNegative, errors.New("rules: the bundle does not load")}
	}
	return b, nil
}

// RulesTest is "convenantbot rules test [DIR]".
type RulesTest struct {
	Dir string `arg:"" optional:"" type:"existingdir" help:"The bundle; without it the built-in one."`
}

// Run fails when a case gives another answer than it says, or a clause is not
// seen to hold, to fail and to be skipped.
func (c *RulesTest) Run(ctx context.Context, io *IO) error {
	b, err := mustLoad(c.Dir, io)
	if err != nil {
		return err
	}
	r := b.Test(ctx)
	for _, f := range r.Failures {
		fmt.Fprintln(io.Out, f)
	}
	for _, u := range r.Uncovered {
		fmt.Fprintln(io.Out, u)
	}
	fmt.Fprintf(io.Out, "%d cases, %d failed, %d gaps in coverage\n", r.Cases, len(r.Failures), len(r.Uncovered))
	if !r.OK() {
		return &exitError{exitNegative, errors.New("rules test: not all is well")}
	}
	return nil
}

// RulesExplain is "convenantbot rules explain share|join|retain FILE|-".
type RulesExplain struct {
	Question string `arg:"" enum:"share,join,retain" help:"What was decided."`
	File     string `arg:"" help:"File with the facts as JSON, as for decide; - reads standard input."`
	Rules    string `help:"The bundle; without it the built-in one." type:"existingdir" placeholder:"DIR"`
	All      bool   `help:"Show the clauses that did not apply too."`
}

// Run prints the answer and then every clause with its parts and their values.
func (c *RulesExplain) Run(ctx context.Context, out *IO) error {
	j, err := openJudge(c.Rules)
	if err != nil {
		return err
	}
	in := out.In
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return &exitError{exitBadInput, fmt.Errorf("rules explain: %w", err)}
		}
		defer f.Close()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, maxDecideInput))
	if err != nil {
		return &exitError{exitBadInput, fmt.Errorf("rules explain: %w", err)}
	}
	answer, steps, err := c.explain(ctx, j, string(data))
	var field *judge.FieldError
	if errors.As(err, &field) {
		return &exitError{exitBadInput, fmt.Errorf("rules explain: %w", err)}
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(out.Out, "%s\n\n", answer)
	for _, s := range steps {
		if s.Outcome == "skipped" && !c.All {
			continue
		}
		about := ""
		if s.Part != "" {
			about = " for " + s.Part
		}
		fmt.Fprintf(out.Out, "%-8s %s%s (%s, %s, %s)\n", s.Outcome, s.Clause, about, s.Effect, s.Mode, s.At)
		for _, k := range s.Conditions {
			fmt.Fprintf(out.Out, "         %s  %s = %s\n", k.In, k.Source, k.Value)
		}
	}
	return nil
}

func (c *RulesExplain) explain(ctx context.Context, j *judge.Judge, data string) ([]byte, []rules.Step, error) {
	b := j.Bundle()
	switch c.Question {
	case "share":
		in, err := judge.DecodeShare(data)
		if err != nil {
			return nil, nil, err
		}
		f, err := j.ShareFacts(ctx, in)
		if err != nil {
			return nil, nil, err
		}
		v, err := b.Share(ctx, f)
		if err != nil {
			return nil, nil, err
		}
		steps, err := b.ExplainShare(ctx, f)
		return judge.AppendVerdict(nil, in.ID, v), steps, err
	case "join":
		in, err := judge.DecodeJoin(data)
		if err != nil {
			return nil, nil, err
		}
		f, err := j.JoinFacts(in)
		if err != nil {
			return nil, nil, err
		}
		v, err := b.Join(ctx, f)
		if err != nil {
			return nil, nil, err
		}
		steps, err := b.ExplainJoin(ctx, f)
		return judge.AppendVerdict(nil, in.ID, v), steps, err
	}
	in, err := judge.DecodeRetain(data)
	if err != nil {
		return nil, nil, err
	}
	f, err := j.RetainFacts(in)
	if err != nil {
		return nil, nil, err
	}
	r, err := b.Retain(ctx, f)
	if err != nil {
		return nil, nil, err
	}
	steps, err := b.ExplainRetain(ctx, f)
	return judge.AppendRetention(nil, in.ID, r), steps, err
}

// RulesDiff is "convenantbot rules diff A B".
type RulesDiff struct {
	A      string `arg:"" type:"existingdir" help:"The bundle in use."`
	B      string `arg:"" type:"existingdir" help:"The bundle that may replace it."`
	Since  string `placeholder:"DATE" help:"Also replay the decisions that this installation took since then (YYYY-MM-DD or RFC 3339)."`
	Config string `env:"CONVENANTBOT_CONFIG" type:"path" placeholder:"FILE" help:"The settings of this installation, for --since."`
}

// Run answers every cell of the matrix and the test cases of both bundles with
// both, and with --since the decisions that were really taken, and prints what
// differs. Differences are the command's result and not a failure.
func (c *RulesDiff) Run(ctx context.Context, io *IO) error {
	a, err := mustLoad(c.A, io)
	if err != nil {
		return err
	}
	b, err := mustLoad(c.B, io)
	if err != nil {
		return err
	}
	cases := append(append(rules.Cells(), a.Cases()...), b.Cases()...)
	if c.Since != "" {
		past, err := c.past(ctx, io)
		if err != nil {
			return err
		}
		cases = append(cases, past...)
	}
	changes := rules.Diff(ctx, a, b, cases)
	loosens := 0
	for _, change := range changes {
		fmt.Fprintln(io.Out, change)
		if change.Loosens {
			loosens++
		}
	}
	fmt.Fprintf(io.Out, "%d of %d cases change, %d of them loosen\n", len(changes), len(cases), loosens)
	return nil
}

// past reads the decisions of the installation beside its running bot.
func (c *RulesDiff) past(ctx context.Context, io *IO) ([]rules.Case, error) {
	if c.Config == "" {
		return nil, &exitError{exitBadInput, errors.New("rules diff: --since needs --config FILE")}
	}
	since, err := moment(c.Since)
	if err != nil {
		return nil, err
	}
	cfg, err := readConfig(c.Config, io)
	if err != nil {
		return nil, err
	}
	p, err := partsOf(cfg)
	if err != nil {
		return nil, err
	}
	p.ReadOnly = true
	b, store, err := build(ctx, p)
	if err != nil {
		return nil, err
	}
	defer store.Close()
	return b.PastCases(ctx, since)
}

// RulesPropose is "convenantbot rules propose DIR".
type RulesPropose struct {
	Dir    string `arg:"" type:"existingdir" help:"The bundle."`
	By     string `required:"" help:"Who proposes it, for the log."`
	Config string `required:"" env:"CONVENANTBOT_CONFIG" type:"path" placeholder:"FILE" help:"The settings of this installation."`
}

// Run hands the bundle to the running bot and prints what became of it.
func (c *RulesPropose) Run(ctx context.Context, io *IO) error {
	cfg, err := readConfig(c.Config, io)
	if err != nil {
		return err
	}
	if _, err := mustLoad(c.Dir, io); err != nil {
		return err
	}
	p, err := web.Client{Socket: adminSocket(cfg.DataDir)}.ProposeRules(ctx, c.Dir, c.By)
	switch {
	case errors.Is(err, bot.ErrUnavailable):
		return &exitError{exitUnreachable, fmt.Errorf("%w; start it with: convenantbot serve", err)}
	case errors.Is(err, bot.ErrForbidden):
		return &exitError{exitNegative, fmt.Errorf("rules propose: %w; run: convenantbot rules test %s", err, c.Dir)}
	case err != nil:
		return err
	}
	for _, change := range p.Changes {
		fmt.Fprintln(io.Out, change)
	}
	if p.State == bot.PolicyWaiting {
		fmt.Fprintf(io.Out, "%d decisions taken while it waits would have differed\n", p.Differed)
	}
	_, err = fmt.Fprintf(io.Out, "%s: %s\n", p.Hash, p.State)
	return err
}
