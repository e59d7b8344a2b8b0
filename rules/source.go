package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/convenantbot/convenantbot/rules/yamlfile"
)

// sourcesYAML says how the sources of clauses are told to people. Clauses name
// a source as the consent matrix does, so that both can be laid side by side;
// somebody who reads a no cannot be expected to know "W-JW".
type sourcesYAML struct {
	// Names has a readable name for each abbreviation.
	Names map[string]yamlfile.Text `yaml:"names,required"`
	// Remarks has a readable form for words that stand anywhere after an
	// abbreviation, such as "(oud)".
	Remarks map[string]yamlfile.Text `yaml:"remarks"`
}

func (s *sourcesYAML) check(cs *yamlfile.Complaints) {
	for kind, names := range map[string]map[string]yamlfile.Text{"source": s.Names, "remark": s.Remarks} {
		for short, n := range names {
			if strings.TrimSpace(n.Value) == "" {
				cs.Add(n.At, "the name of %s %s is empty", kind, short)
			}
		}
	}
}

// readable is a clause's source as people read it: parts with "; " between
// them, each an abbreviation and what comes after it. An abbreviation without a
// name is an error.
func (s *sourcesYAML) readable(source string) (string, error) {
	if s.Names == nil { // sources.yaml itself is what is wrong
		return source, nil
	}
	parts := strings.Split(source, ";")
	for i, part := range parts {
		short, rest, _ := strings.Cut(strings.TrimSpace(part), " ")
		n, ok := s.Names[short]
		if !ok {
			return "", fmt.Errorf("source %q has no name in %s", short, sourcesFile)
		}
		for _, remark := range slices.Sorted(maps.Keys(s.Remarks)) {
			rest = strings.ReplaceAll(rest, remark, s.Remarks[remark].Value)
		}
		parts[i] = strings.TrimSpace(n.Value + " " + rest)
	}
	return strings.Join(parts, "; "), nil
}

// told is what a clause's code and source are told to people as.
type told struct {
	messages map[string]message
	english  map[string]message // none where the bundle has no English
	sources  *sourcesYAML
}

// ReadableSource is a source in the abbreviations of the consent matrix as the
// bundle's reasons tell it to people.
func (b *Bundle) ReadableSource(source string) (string, error) { return b.sources.readable(source) }
