package config

import (
	"fmt"
	"strings"
)

// Sample returns a settings file with every setting in it, commented out at its
// default, each with its meaning. Filling in key.master makes it valid.
func Sample() string {
	var b strings.Builder
	b.WriteString("# Instellingen van convenantbot. Gemaakt uit internal/config; niet met de hand wijzigen.\n")
	b.WriteString("# Elke instelling kan ook in de omgeving staan; de naam staat erbij. De omgeving gaat voor.\n")
	b.WriteString("# Een geheim staat het best in een eigen bestand met modus 0600: file:/etc/convenantbot/token.\n")

	section := ""
	for _, s := range Table() {
		group, name, grouped := strings.Cut(s.Name, ".")
		indent := ""
		if !grouped {
			group, name = "", s.Name
		} else {
			indent = "  "
		}
		b.WriteString("\n")
		if group != section && group != "" {
			fmt.Fprintf(&b, "%s:\n", group)
		}
		section = group
		for _, line := range wrap(s.Meaning, 88) {
			fmt.Fprintf(&b, "%s# %s\n", indent, line)
		}
		for _, line := range notes(s) {
			fmt.Fprintf(&b, "%s# %s\n", indent, line)
		}
		fmt.Fprintf(&b, "%s#%s: %q\n", indent, name, s.Default)
	}
	return b.String()
}

// SecretNames returns the names of the settings that are secrets, one a line.
func SecretNames() string {
	var b strings.Builder
	for _, s := range Table() {
		if s.Secret {
			b.WriteString(s.Name + "\n")
		}
	}
	return b.String()
}

// Reference returns the table as text, for "help config".
func Reference() string {
	var b strings.Builder
	for _, s := range Table() {
		fmt.Fprintf(&b, "%s\n", s.Name)
		for _, line := range append(wrap(s.Meaning, 76), notes(s)...) {
			fmt.Fprintf(&b, "    %s\n", line)
		}
		if s.Default != "" {
			fmt.Fprintf(&b, "    Standaard: %s\n", s.Default)
		}
	}
	return b.String()
}

func notes(s Setting) []string {
	var lines []string
	if s.Unit != "" {
		lines = append(lines, "Eenheid: "+s.Unit)
	}
	if s.Limits != "" {
		lines = append(lines, "Toegestaan: "+s.Limits)
	}
	if s.Secret {
		lines = append(lines, "Geheim: mag als file:PAD")
	}
	return append(lines, "Omgeving: "+s.Env())
}

func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
