package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/alecthomas/kong"

	"github.com/convenantbot/convenantbot/bot/judge"
	"github.com/convenantbot/convenantbot/deploy"
	"github.com/convenantbot/convenantbot/rules"
	"github.com/convenantbot/convenantbot/rules/bundle"
	"github.com/convenantbot/convenantbot/rules/region"
)

// options are the command line.
type options struct {
	Casussen int    `default:"1000000" help:"How many are opened in all."`
	Regions  int    `default:"400" help:"How many regions there are, each with a chat server of its own."`
	Years    int    `default:"20" help:"How long the clock runs."`
	Seed     int64  `default:"1" help:"Of every draw: the same seed gives the same totals."`
	Region   string `default:"model" help:"Whose terms count."`
	Store    string `placeholder:"postgres://…" help:"An empty database on which the costs are measured; without it a SQLite file that is thrown away."`
	Sample   int    `default:"200" help:"How many casussen are lived in a real store to measure what they cost."`

	CPUHour   float64 `name:"euro-cpu-hour" default:"0.04" help:"Price of a core for an hour, in euro."`
	GBMonth   float64 `name:"euro-gb-month" default:"0.12" help:"Price of a GB of storage for a month, in euro."`
	Assumed   bool    `help:"Print the assumptions as JSON, and do nothing."`
	Platform  float64 `default:"10" help:"Calls a second that one chat server takes."`
	PeakBurst float64 `default:"5" help:"How much busier the busiest minute is than its hour."`
}

// realLaw is the judge of the product with the default rules.
func realLaw(id string) (*judge.Judge, *region.Pack, error) {
	policy, err := rules.Load(bundle.FS)
	if err != nil {
		return nil, nil, err
	}
	packs, err := region.LoadAll(deploy.Regions, "regions")
	if err != nil {
		return nil, nil, err
	}
	if packs[id] == nil {
		return nil, nil, fmt.Errorf("there is no region %q", id)
	}
	return judge.New(policy, packs), packs[id], nil
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var o options
	kong.Parse(&o, kong.Description("A model of the bot over many years."))
	if err := simulate(ctx, o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "simulate:", err)
		os.Exit(1)
	}
}

// simulate is the whole run.
func simulate(ctx context.Context, o options, out io.Writer) error {
	a := Defaults()
	a.Casussen, a.Regions, a.Years, a.Seed = o.Casussen, o.Regions, o.Years, o.Seed
	a.EuroPerCPUHour, a.EuroPerGBMonth, a.PlatformPerSecond, a.PeakBurst = o.CPUHour, o.GBMonth, o.Platform, o.PeakBurst
	if a.Casussen < 1 || a.Regions < 1 || a.Years < 1 || o.Sample < 1 {
		return errors.New("casussen, regions, years and sample must be 1 or more")
	}
	if o.Assumed {
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		return enc.Encode(a)
	}
	law, pack, err := realLaw(o.Region)
	if err != nil {
		return err
	}
	start := time.Now()
	totals, err := Run(ctx, a, law, pack, true)
	if err != nil {
		return err
	}
	took := time.Since(start)
	address := o.Store
	if address == "" {
		dir, err := os.MkdirTemp("", "simulate-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		address = "sqlite:" + filepath.Join(dir, "bot.db")
	}
	costs, err := Measure(ctx, address, o.Sample, law, pack)
	if err != nil {
		return err
	}
	return Report(out, a, totals, costs, took)
}
