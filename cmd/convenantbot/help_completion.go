package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// HelpCompletion is "convenantbot help completion": what a shell reads to
// complete our commands.
type HelpCompletion struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Run writes the script for the shell.
func (c *HelpCompletion) Run(io *IO, app *kong.Kong) error {
	write := map[string]func([]completion) string{"bash": bashCompletion, "zsh": zshCompletion, "fish": fishCompletion}[c.Shell]
	_, err := fmt.Fprint(io.Out, write(completions(app.Model)))
	return err
}

// completion is what may follow at one place: after the words of a command, or
// after one of its flags.
type completion struct {
	After string // "audit verify", or "audit verify --lang"; blank: at the beginning
	Words []string
	Helps []string // of each word
}

// completions lists every place where something may follow.
func completions(app *kong.Application) []completion {
	var out []completion
	var walk func(n *kong.Node, path string)
	walk = func(n *kong.Node, path string) {
		here := completion{After: path}
		var deeper []completion
		for _, c := range n.Children {
			if !c.Hidden {
				here.Words, here.Helps = append(here.Words, c.Name), append(here.Helps, c.Help)
			}
		}
		for _, p := range n.Positional {
			for _, word := range enumOf(p.Enum) {
				here.Words, here.Helps = append(here.Words, word), append(here.Helps, p.Help)
			}
		}
		if n.Leaf() {
			for _, f := range flagsOf(n) {
				here.Words, here.Helps = append(here.Words, "--"+f.Name), append(here.Helps, f.Help)
				if enum := enumOf(f.Enum); len(enum) > 0 {
					deeper = append(deeper, completion{After: path + " --" + f.Name, Words: enum, Helps: make([]string, len(enum))})
				}
			}
		}
		here.Words, here.Helps = append(here.Words, "--help"), append(here.Helps, "Show help.")
		out = append(append(out, here), deeper...)
		for _, c := range n.Children {
			if !c.Hidden {
				walk(c, strings.TrimSpace(path+" "+c.Name))
			}
		}
	}
	walk(app.Node, "")
	return out
}

// enumOf are the values that may be given; none where anything may.
func enumOf(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

// quoted puts text between single quotes of a shell.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// where is the part of a bash or zsh script that finds the longest place of ours
// in the words before the cursor; words is how the shell calls them.
const where = `	local at= word i
	for ((i = %d; i < %s; i++)); do
		word=${words[i]}
		case $word in
		--*) at=${at%%%% --*}; [ -n "$at" ] && at="$at $word" ;;
		*) case " $known " in *" ${at:+$at/}$word "*) at="${at:+$at/}$word" ;; *) at=${at%%%% --*} ;; esac ;;
		esac
	done
`

// known lists the commands as the scripts compare them: parts joined by a slash.
func known(list []completion) string {
	var out []string
	for _, c := range list {
		if c.After != "" && !strings.Contains(c.After, "--") {
			out = append(out, strings.ReplaceAll(c.After, " ", "/"))
		}
	}
	return strings.Join(out, " ")
}

// cases is the table of a script: the words for each place. A place after a flag
// is told by the last word.
func cases(list []completion) string {
	var b strings.Builder
	for _, c := range list {
		command, flag, after := strings.Cut(c.After, " --")
		place := strings.ReplaceAll(command, " ", "/")
		if after {
			place += " --" + flag
		}
		fmt.Fprintf(&b, "\t%s) list=%s ;;\n", quoted(place), quoted(strings.Join(c.Words, " ")))
	}
	// After another flag comes its value, which is the operator's to know.
	return b.String()
}

func bashCompletion(list []completion) string {
	return "# Completion of convenantbot for bash. Made by: convenantbot help completion bash\n" +
		"_convenantbot() {\n\tlocal list= known=" + quoted(known(list)) + "\n\tlocal -a words=(\"${COMP_WORDS[@]}\")\n" +
		fmt.Sprintf(where, 1, "COMP_CWORD") +
		"\tcase $at in\n" + cases(list) + "\t*) case \"${at%% --*}\" in\n" + indent(cases(commandsOnly(list))) + "\tesac ;;\n\tesac\n" +
		"\tCOMPREPLY=($(compgen -W \"$list\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n}\ncomplete -o default -F _convenantbot convenantbot\n"
}

func zshCompletion(list []completion) string {
	return "#compdef convenantbot\n# Completion of convenantbot for zsh. Made by: convenantbot help completion zsh\n" +
		"_convenantbot() {\n\tlocal list= known=" + quoted(known(list)) + "\n" +
		fmt.Sprintf(where, 2, "CURRENT") +
		"\tcase $at in\n" + cases(list) + "\t*) case \"${at%% --*}\" in\n" + indent(cases(commandsOnly(list))) + "\tesac ;;\n\tesac\n" +
		"\tcompadd -- ${=list}\n\t_files\n}\ncompdef _convenantbot convenantbot\n"
}

func indent(text string) string {
	return "\t" + strings.TrimSuffix(strings.ReplaceAll(text, "\n", "\n\t"), "\t")
}

func commandsOnly(list []completion) []completion {
	return slices.DeleteFunc(slices.Clone(list), func(c completion) bool { return strings.Contains(c.After, "--") })
}

// fishCompletion writes one line a word, each with what it is about.
func fishCompletion(list []completion) string {
	var b strings.Builder
	b.WriteString("# Completion of convenantbot for fish. Made by: convenantbot help completion fish\n")
	var top []string
	for _, c := range list {
		if c.After == "" {
			top = c.Words
		}
	}
	for _, c := range list {
		command, flag, after := strings.Cut(c.After, " --")
		condition := "not __fish_seen_subcommand_from " + strings.Join(slices.DeleteFunc(slices.Clone(top), func(w string) bool { return strings.HasPrefix(w, "-") }), " ")
		if command != "" {
			var parts []string
			for word := range strings.FieldsSeq(command) {
				parts = append(parts, "__fish_seen_subcommand_from "+word)
			}
			condition = strings.Join(parts, "; and ")
		}
		for i, word := range c.Words {
			help := ""
			if c.Helps[i] != "" {
				help = " -d " + quoted(c.Helps[i])
			}
			long, isFlag := strings.CutPrefix(word, "--")
			switch {
			case after:
				fmt.Fprintf(&b, "complete -c convenantbot -n %s -l %s -x -a %s\n", quoted(condition), flag, word)
			case isFlag:
				fmt.Fprintf(&b, "complete -c convenantbot -n %s -l %s%s\n", quoted(condition), long, help)
			default:
				fmt.Fprintf(&b, "complete -c convenantbot -n %s -a %s%s\n", quoted(condition), word, help)
			}
		}
	}
	return b.String()
}
