package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	stdio "io"
	"text/tabwriter"
	"time"

	"github.com/convenantbot/convenantbot/adapters/web"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/config"
	"github.com/convenantbot/convenantbot/internal/zone"
)

// Retention is "convenantbot retention".
type Retention struct {
	Plan RetentionPlan `cmd:"" help:"Show what is due, and why."`
	Run  RetentionRun  `cmd:"" help:"Carry out what is due; without --apply only show it."`
}

// RetentionPlan is "convenantbot retention plan". It reads beside a running bot
// and changes nothing.
type RetentionPlan struct {
	Config string `required:"" env:"CONVENANTBOT_CONFIG" type:"path" placeholder:"FILE" help:"The settings of this installation."`
	At     string `placeholder:"DATE" help:"The plan as of this day (YYYY-MM-DD) or moment (RFC 3339) instead of now."`
	All    bool   `help:"Also the casussen that only wait, with the moment at which that can change."`
	JSON   bool   `name:"json" help:"One JSON object a line."`
	HTML   string `name:"html" type:"path" placeholder:"FILE" help:"Write it as a page with a calendar and a chart, of all casussen. Never over a file that is there."`
}

// Run prints the plan.
func (c *RetentionPlan) Run(ctx context.Context, io *IO) error {
	at, err := moment(c.At)
	if err != nil {
		return err
	}
	plan, _, _, err := readPlan(ctx, io, c.Config, at, c.All || c.HTML != "")
	if err != nil {
		return err
	}
	if c.HTML != "" {
		if at.IsZero() {
			at = now()
		}
		return writeNew(c.HTML, func(w stdio.Writer) error { return web.WritePlan(w, plan, at) })
	}
	return writePlan(io, plan, c.JSON)
}

// RetentionRun is "convenantbot retention run".
type RetentionRun struct {
	Config string `required:"" env:"CONVENANTBOT_CONFIG" type:"path" placeholder:"FILE" help:"The settings of this installation."`
	Apply  bool   `help:"Really do it. The running bot does the work."`
	JSON   bool   `name:"json" help:"One JSON object a line."`
}

// Run shows what is due and, with --apply, has the running bot do it.
func (c *RetentionRun) Run(ctx context.Context, io *IO) error {
	due, all, cfg, err := readPlan(ctx, io, c.Config, time.Time{}, false)
	if err != nil {
		return err
	}
	if !c.Apply {
		if err := writePlan(io, due, c.JSON); err != nil {
			return err
		}
		_, err = fmt.Fprintln(io.Err, "Nothing was done. Add --apply to carry this out.")
		return err
	}
	brake := max(cfg.Retention.Count, int(float64(all)*cfg.Retention.Share))
	due, err = web.Client{Socket: adminSocket(cfg.DataDir)}.RunDue(ctx, brake)
	if werr := writePlan(io, due, c.JSON); werr != nil {
		return werr
	}
	switch {
	case errors.Is(err, bot.ErrForbidden):
		return &exitError{exitNegative, fmt.Errorf("nothing was done: %w; raise retention.brake_count for one run if this is right", err)}
	case errors.Is(err, bot.ErrUnavailable):
		return &exitError{exitUnreachable, fmt.Errorf("%w; start it with: convenantbot serve", err)}
	}
	return err
}

// moment reads a day in Amsterdam or a moment; blank is the zero time, for now.
func moment(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if at, err := time.Parse(time.RFC3339, s); err == nil {
		return at, nil
	}
	at, err := time.ParseInLocation(time.DateOnly, s, zone.Amsterdam)
	if err != nil {
		return at, &exitError{exitBadInput, fmt.Errorf("at: write YYYY-MM-DD or a moment such as 2026-05-27T12:00:00+02:00")}
	}
	return at, nil
}

// readPlan plans beside a running bot. The zero at is the clock that the bot
// goes by. all is how many casussen there are that are not erased.
func readPlan(ctx context.Context, io *IO, path string, at time.Time, whole bool) (_ []bot.Due, all int, cfg config.Config, err error) {
	if cfg, err = readConfig(path, io); err != nil {
		return nil, 0, cfg, err
	}
	p, err := partsOf(cfg)
	if err != nil {
		return nil, 0, cfg, err
	}
	p.ReadOnly = true
	b, store, err := build(ctx, p)
	if err != nil {
		return nil, 0, cfg, err
	}
	defer store.Close()
	if err := b.FollowPolicy(ctx); err != nil {
		return nil, 0, cfg, err
	}
	if at.IsZero() {
		at = b.Now()
	}
	if err := store.View(ctx, func(tx bot.Tx) (err error) {
		all, err = tx.CountCasussen(bot.Open, bot.Closed, bot.Archived)
		return err
	}); err != nil {
		return nil, 0, cfg, err
	}
	plan := b.Plan
	if whole {
		plan = b.PlanAll
	}
	due, err := plan(ctx, at)
	return due, all, cfg, err
}

func writePlan(io *IO, plan []bot.Due, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(io.Out)
		enc.SetEscapeHTML(false)
		for _, d := range plan {
			if err := enc.Encode(d); err != nil {
				return err
			}
		}
		return nil
	}
	if len(plan) == 0 {
		_, err := fmt.Fprintln(io.Out, "Nothing is due.")
		return err
	}
	w := tabwriter.NewWriter(io.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "CASUS\tKIND\tSTATUS\tACTION\tDUE\tRULE")
	for _, d := range plan {
		due := "-"
		if !d.DueAt.IsZero() {
			due = d.DueAt.In(zone.Amsterdam).Format("2006-01-02 15:04")
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", d.Ref, d.Kind, d.Status, d.Action, due, d.Rule)
	}
	return w.Flush()
}
