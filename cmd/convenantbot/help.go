package main

import (
	"fmt"
	"slices"

	"github.com/alecthomas/kong"

	"github.com/convenantbot/convenantbot/internal/config"
)

// Help is "convenantbot help". Without a subject it is the list of commands, and
// "help COMMAND" is "COMMAND --help"; see helpArgs.
type Help struct {
	Config     HelpConfig     `cmd:"" help:"Every setting with its meaning, limits and default."`
	Man        HelpMan        `cmd:"" help:"The manual page, for man."`
	Completion HelpCompletion `cmd:"" help:"What a shell needs to complete these commands."`
}

// HelpConfig is "convenantbot help config".
type HelpConfig struct {
	Sample bool `help:"As a settings file, with everything commented out at its default."`
}

// Run writes the table of settings, from which the sample is made too.
func (c *HelpConfig) Run(io *IO) error {
	text := config.Reference()
	if c.Sample {
		text = config.Sample()
	}
	_, err := fmt.Fprint(io.Out, text)
	return err
}

// helpArgs turns "help" and "help COMMAND" into what kong knows. The subjects
// of Help are commands of their own and stay as they are.
func helpArgs(args []string, subjects []string) []string {
	if len(args) == 0 || len(args) == 1 && args[0] == "help" {
		return []string{"--help"}
	}
	if args[0] != "help" {
		return args
	}
	if slices.Contains(subjects, args[1]) || args[1] == "--help" {
		return args
	}
	return append(args[1:len(args):len(args)], "--help")
}

// subjectsOf lists what "help" has pages about besides the commands.
func subjectsOf(model *kong.Application) []string {
	var out []string
	for _, command := range model.Children {
		if command.Name != "help" {
			continue
		}
		for _, subject := range command.Children {
			out = append(out, subject.Name)
		}
	}
	return out
}
