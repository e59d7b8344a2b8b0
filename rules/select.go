package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/convenantbot/convenantbot/rules/yamlfile"
)

// A selector says for which facts a clause is there at all, as data: this
// sector, these kinds, that audience. Selectors are compared in Go before any
// CEL runs, so that a decision evaluates only the few clauses that apply.

// dimensions are the facts that one may select by, per question. The order is
// that of the keys below.
var dimensions = map[string][]string{
	"share":  {"role", "sector", "audience", "age", "classified", "kind"},
	"join":   {"role", "sector", "casus_kind", "age"},
	"retain": {"status", "casus_kind"},
}

const maxDimensions = 6

// key is where facts stand in each dimension, as an index in its values.
type key [maxDimensions]uint8

// selection is the set of values of each dimension, as bits.
type selection [maxDimensions]uint32

func (s *selection) has(k key) bool {
	for i := range s {
		if s[i]>>k[i]&1 == 0 {
			return false
		}
	}
	return true
}

// overlaps reports whether some facts are in both.
func (s *selection) overlaps(o *selection) bool {
	for i := range s {
		if s[i]&o[i] == 0 {
			return false
		}
	}
	return true
}

// valuesOf are the values of a dimension of a question.
func valuesOf(question, dimension string) []string {
	switch {
	case question == "share" && dimension == "kind":
		return DataKinds
	case question == "share":
		return enums["ShareFacts"][dimension]
	case question == "join":
		return enums["JoinFacts"][dimension]
	}
	return enums["RetainFacts"][dimension]
}

// everything selects all facts.
func everything() selection {
	var s selection
	for i := range s {
		s[i] = ^uint32(0)
	}
	return s
}

// newSelection reads a clause's select field.
func newSelection(question string, sel map[string][]yamlfile.Text, at yamlfile.Pos, cs *yamlfile.Complaints) selection {
	s := everything()
	for name, values := range sel {
		d := slices.Index(dimensions[question], name)
		if d < 0 {
			cs.Add(at, "cannot select by %q; choose from %s", name, strings.Join(dimensions[question], ", "))
			continue
		}
		if len(values) == 0 {
			cs.Add(at, "select %s is empty, so the clause would never apply", name)
		}
		s[d] = 0
		for _, v := range values {
			i := slices.Index(valuesOf(question, name), v.Value)
			if i < 0 {
				cs.Add(v.At, "%q is no %s; choose from %s", v.Value, name, strings.Join(valuesOf(question, name), ", "))
				continue
			}
			s[d] |= 1 << i
		}
	}
	return s
}

// String writes a selection as it stands in a file, for complaints.
func (s *selection) String(question string) string {
	var parts []string
	for d, name := range dimensions[question] {
		var in []string
		for i, v := range valuesOf(question, name) {
			if s[d]>>i&1 == 1 {
				in = append(in, v)
			}
		}
		if len(in) < len(valuesOf(question, name)) {
			parts = append(parts, fmt.Sprintf("%s: %s", name, strings.Join(in, "|")))
		}
	}
	return strings.Join(parts, ", ")
}

func index(values []string, v string) uint8 {
	return uint8(slices.Index(values, v)) //nolint:gosec // facts were checked, so the index is small and not negative
}

func (f *ShareFacts) key() key {
	return key{index(Roles, f.Role), index(sectorOr, f.Sector), index(Audiences, f.Audience), index(Ages, f.Age), index(yesNo, f.Classified), 0}
}

func (f *JoinFacts) key() key {
	return key{index(Roles, f.Role), index(sectorOr, f.Sector), index(CasusKinds, f.CasusKind), index(Ages, f.Age), 0, 0}
}

func (f *RetainFacts) key() key {
	return key{index(Statuses, f.Status), index(CasusKinds, f.CasusKind), 0, 0, 0, 0}
}
