package main

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/convenantbot/convenantbot/internal/config"
)

// HelpMan is "convenantbot help man": the manual page, in the form that man(1)
// reads.
type HelpMan struct{}

// Run writes the page.
func (*HelpMan) Run(io *IO, app *kong.Kong) error {
	_, err := fmt.Fprint(io.Out, manual(app.Model))
	return err
}

// roff makes plain text harmless in a manual page: a line may not begin with a
// control character, and a hyphen is one to be copied.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "'") {
		text = `\&` + text
	}
	return text
}

// manual is the whole page: every command with its flags, from the table of
// commands, and every setting, from the table of settings.
func manual(app *kong.Application) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line(`.TH CONVENANTBOT 1 "" "convenantbot"`)
	line(".SH NAME\nconvenantbot \\- %s", roff(app.Help))
	line(".SH SYNOPSIS\n.B convenantbot\n.I COMMAND\n[\\fIFLAGS\\fR]")
	line(".SH COMMANDS")
	for _, leaf := range app.Leaves(true) {
		line(".SS %s", roff(usage(leaf)))
		line("%s", roff(leaf.Help))
		if leaf.Detail != "" {
			line(".PP\n%s", roff(leaf.Detail))
		}
		for _, p := range leaf.Positional {
			line(".TP\n.I %s\n%s", roff(p.Summary()), roff(p.Help))
		}
		for _, f := range flagsOf(leaf) {
			line(".TP\n.B %s\n%s", roff(f.String()), roff(f.Help))
		}
	}
	line(".SH SETTINGS\nIn the file that \\-\\-config names, over it in the environment. The texts are in Dutch, as in the sample.")
	for _, s := range config.Table() {
		line(".TP\n.B %s\n%s", roff(s.Name), roff(s.Meaning))
		if s.Limits != "" {
			line("Toegestaan: %s.", roff(s.Limits))
		}
		if s.Default != "" {
			line("Standaard: %s.", roff(s.Default))
		}
		line("Omgeving: %s.", roff(s.Env()))
	}
	line(".SH EXIT STATUS")
	for _, code := range []struct {
		code int
		text string
	}{
		{exitDone, "Done, also when the answer is no."},
		{exitNegative, "The command's own negative result."},
		{exitBadInput, "Bad input or usage."},
		{exitUnreachable, "A system that it needs is not reachable."},
	} {
		line(".TP\n.B %d\n%s", code.code, roff(code.text))
	}
	line(".SH FILES\n.TP\n.I /etc/convenantbot/convenantbot.yaml\nThe settings.\n.TP\n.I /var/lib/convenantbot\nWhat the bot keeps.")
	return b.String()
}

// usage is a command as it is typed, with what has to follow it.
func usage(leaf *kong.Node) string {
	out := leaf.Path()
	for _, p := range leaf.Positional {
		out += " " + p.Summary()
	}
	return out
}

// flagsOf are the flags of a command and of those above it, the hidden ones and
// those of all commands left out.
func flagsOf(leaf *kong.Node) []*kong.Flag {
	var out []*kong.Flag
	for _, group := range leaf.AllFlags(true) {
		for _, f := range group {
			if f.Name != "help" {
				out = append(out, f)
			}
		}
	}
	return out
}
