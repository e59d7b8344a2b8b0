package knowledge

import (
	"regexp"
	"regexp/syntax"
	"strings"
)

// pattern is a regular expression that first looks for a literal which every
// match must contain. Most texts hold none of them, and looking for a literal
// is a hundred times cheaper than running the expression.
type pattern struct {
	re       *regexp.Regexp
	literals []string // one of these stands in every match; nil when unknown
}

func mustPattern(expr string) pattern {
	re := regexp.MustCompile(expr)
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		panic(err) // regexp.MustCompile parsed it a line ago
	}
	return pattern{re, required(tree.Simplify())}
}

// MatchString reports whether s holds a match.
func (p pattern) MatchString(s string) bool {
	if p.literals != nil {
		found := false
		for _, l := range p.literals {
			if strings.Contains(s, l) {
				found = true
				break
			}
		}
		if !found {
			return false
		}
	}
	return p.re.MatchString(s)
}

// required returns literals of which every match of t holds at least one, or
// nil when there is no such set.
func required(t *syntax.Regexp) []string {
	switch t.Op {
	case syntax.OpLiteral:
		if t.Flags&syntax.FoldCase != 0 {
			return nil
		}
		return []string{string(t.Rune)}
	case syntax.OpCapture, syntax.OpPlus:
		return required(t.Sub[0])
	case syntax.OpRepeat:
		if t.Min > 0 {
			return required(t.Sub[0])
		}
	case syntax.OpConcat:
		var best []string
		for _, sub := range t.Sub {
			if found := required(sub); found != nil && (best == nil || shortest(found) > shortest(best) || shortest(found) == shortest(best) && len(found) < len(best)) {
				best = found
			}
		}
		return best
	case syntax.OpAlternate:
		var all []string
		for _, sub := range t.Sub {
			found := required(sub)
			if found == nil {
				return nil
			}
			all = append(all, found...)
		}
		return all
	}
	return nil
}

func shortest(list []string) int {
	n := len(list[0])
	for _, s := range list {
		n = min(n, len(s))
	}
	return n
}
