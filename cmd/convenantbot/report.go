package main

import (
	"context"
	_ "embed"
	"fmt"
	"sort"
	"strconv"
	"text/template"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/zone"
	"github.com/convenantbot/convenantbot/rules/region"
)

// Report is "convenantbot report".
type Report struct {
	Register ReportRegister `cmd:"" help:"The entry for the register of processing (GDPR art. 30), with the annex for a DPIA, from the settings."`
	Year     ReportYear     `cmd:"" help:"What happened in a year, in numbers; small ones are not shown."`
}

//go:embed register.md.tmpl
var registerPage string

// ReportRegister is "convenantbot report register".
type ReportRegister struct {
	Config string `required:"" env:"CONVENANTBOT_CONFIG" type:"path" placeholder:"FILE" help:"The settings of this installation."`
}

// Run writes the entry. It names no person, and what it does not know stands
// between brackets.
func (c *ReportRegister) Run(ctx context.Context, io *IO) error {
	cfg, err := readConfig(c.Config, io)
	if err != nil {
		return err
	}
	pack, _, err := loadRegion(cfg.Region)
	if err != nil {
		return err
	}
	policy, err := loadBundle(cfg.RulesDir)
	if err != nil {
		return &exitError{exitBadInput, err}
	}
	var orgs []bot.Organisation
	if cfg.Directory != "" {
		register, err := readRegister(cfg.Directory)
		if err != nil {
			return err
		}
		orgs = register.Organisations
	}
	var kinds []region.Kind
	for _, k := range pack.Kinds {
		kinds = append(kinds, k)
	}
	sort.Slice(kinds, func(i, j int) bool { return kinds[i].Name < kinds[j].Name })
	driver, _ := cfg.Database()
	page, err := template.New("register").Parse(registerPage)
	if err != nil {
		return err
	}
	return page.Execute(io.Out, map[string]any{
		"Region": pack.Name, "Made": now().Format(time.DateOnly), "Organisations": orgs, "LLM": cfg.LLM.URL != "", "Driver": driver,
		"Postgres": driver == "postgres", "Mattermost": cfg.Mattermost.Used(), "Terms": pack.Terms, "Kinds": kinds,
		"BackupDays": cfg.BackupDays, "BackupMost": cfg.BackupDays + 31, "Outside": cfg.Audit.File != "" || cfg.Audit.Channel != "",
		"EraseToken": !cfg.Mattermost.Used() || cfg.Mattermost.Eraser() != "", "Policy": policy.Identity(), "Pack": pack.Identity, "Note": pack.Note,
	})
}

// smallNumber is the least that is shown of anything about people: a smaller
// number could point at somebody.
const smallNumber = 5

// ReportYear is "convenantbot report year".
type ReportYear struct {
	Config string `required:"" env:"CONVENANTBOT_CONFIG" type:"path" placeholder:"FILE" help:"The settings of this installation."`
	Year   int    `arg:"" optional:"" help:"The calendar year; this one by default."`
}

// Run counts the acts in the log.
func (c *ReportYear) Run(ctx context.Context, io *IO) error {
	if c.Year == 0 {
		c.Year = now().In(zone.Amsterdam).Year()
	}
	store, err := openAudit(ctx, c.Config, io)
	if err != nil {
		return err
	}
	defer store.Close()
	counts := map[string]int{}
	if err := store.View(ctx, func(tx bot.Tx) error {
		entries, err := tx.Entries("", 0, 0)
		for _, e := range entries {
			if e.At.In(zone.Amsterdam).Year() == c.Year {
				counts[string(e.Act)]++
			}
		}
		return err
	}); err != nil {
		return err
	}
	var acts []string
	for act := range counts {
		acts = append(acts, act)
	}
	sort.Strings(acts)
	if _, err := fmt.Fprintf(io.Out, "%d\n", c.Year); err != nil {
		return err
	}
	for _, act := range acts {
		shown := strconv.Itoa(counts[act])
		if counts[act] < smallNumber {
			shown = fmt.Sprintf("minder dan %d", smallNumber)
		}
		if _, err := fmt.Fprintf(io.Out, "%s: %s\n", act, shown); err != nil {
			return err
		}
	}
	return nil
}
