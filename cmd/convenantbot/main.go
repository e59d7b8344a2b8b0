package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// cli is every command, in the order of the help.
type cli struct {
	Demo        Demo        `cmd:"" help:"Start everything on this machine, with invented people, to try it out."`
	Serve       Serve       `cmd:"" help:"Run the bot with the settings of a file."`
	Ask         Ask         `cmd:"" help:"Answer one question on the convenant."`
	Decide      Decide      `cmd:"" help:"Decide on the facts given: share, join or retain."`
	Rules       Rules       `cmd:"" help:"Check, test, explain or compare rules."`
	Retention   Retention   `cmd:"" help:"Show what is due, or carry it out."`
	Audit       Audit       `cmd:"" help:"Check the log, prove an entry, hand it over."`
	Casus       CasusCmd    `cmd:"" help:"Hand over what is kept about somebody, or the receipt of an erasure."`
	Knowledge   Knowledge   `cmd:"" help:"Look after the knowledge base."`
	Doctor      Doctor      `cmd:"" help:"Look what is not as the promises need it, and what to do about it."`
	Healthcheck Healthcheck `cmd:"" help:"Ask the running bot how it is."`
	Migrate     Migrate     `cmd:"" help:"Bring the store to the shape of this version."`
	Report      Report      `cmd:"" help:"The register of processing, and the figures of a year."`
	Handbook    Handbook    `cmd:"" help:"Write the handbook as pages for a web server."`
	Storybook   Storybook   `cmd:"" help:"Show everything that people can come upon, with invented people."`
	Backup      Backup      `cmd:"" help:"Copy the database, also beside a running bot."`
	Restore     Restore     `cmd:"" help:"Put a copy back; what was erased stays erased."`
	Version     Version     `cmd:"" help:"Print the version."`
	Help        Help        `cmd:"" help:"Explain a command or the settings."`
}

func main() {
	if scans(os.Args) {
		exitScan()
	}
	if renders(os.Args) {
		exitRender()
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], &IO{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Environ: os.Environ()})
	stop()
	os.Exit(code)
}

// run runs one command and returns the exit code of the process.
func run(ctx context.Context, args []string, io *IO) int {
	var commands cli
	left := -1
	parser, err := kong.New(&commands, kong.Name("convenantbot"), kong.UsageOnError(), kong.Writers(io.Out, io.Err),
		kong.Description("The assistant bot for casusoverleg between schools, municipalities and youth care."),
		kong.Exit(func(code int) { left = code }), kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(io))
	if err != nil {
		fmt.Fprintln(io.Err, "convenantbot:", err)
		return exitNegative
	}
	chosen, err := parser.Parse(helpArgs(args, subjectsOf(parser.Model)))
	if left >= 0 {
		return left // the help was asked for
	}
	if err != nil {
		fmt.Fprintln(io.Err, "convenantbot:", err)
		return exitBadInput
	}
	err = chosen.Run()
	if text := message(err); text != "" {
		fmt.Fprintln(io.Err, "convenantbot:", text)
	}
	return exitCode(err)
}

// message is what a command's user reads of its failure; empty when it said all
// there is to say itself.
func message(err error) string {
	var coded *exitError
	if err == nil || (errors.As(err, &coded) && coded.err == nil) {
		return ""
	}
	return err.Error()
}
