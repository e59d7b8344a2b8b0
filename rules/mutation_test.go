package rules

import (
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/rules/bundle"
	"github.com/convenantbot/convenantbot/rules/yamlfile"
)

// mustDefaultForMutation is a bundle of its own, to be changed.
func mustDefaultForMutation(t *testing.T) *Bundle {
	t.Helper()
	b, err := Load(bundle.FS)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// mutations are the source with one operator, fact or value changed.
func mutations(source string) []string {
	var out []string
	for _, swap := range [][2]string{{"==", "!="}, {"!=", "=="}, {"<=", "<"}, {"<=", ">"}, {" < ", " <= "}, {" < ", " > "}, {" > ", " >= "}, {"&&", "||"}, {"||", "&&"}, {"!(", "("},
		{" ? ", " || true ? "}, {"consent_missing", "agreement_missing"}, {"agreement_missing", "consent_missing"}, {"part.consent ", "part.agreement "}, {"part.agreement ", "part.consent "},
		{"silent_at", "long_silent_at"}, {"archive_at", "announce_at"}, {"announce_at", "erase_at"}, {"erase_at", "handover_ends_at"}} {
		for at := 0; ; {
			i := strings.Index(source[at:], swap[0])
			if i < 0 {
				break
			}
			i += at
			out = append(out, source[:i]+swap[1]+source[i+len(swap[0]):])
			at = i + len(swap[0])
		}
	}
	return out
}

// TestEveryMutationOfAClauseIsSeen flips and drops the clauses of the bundle
// one by one; some case of the bundle must then fail.
func TestEveryMutationOfAClauseIsSeen(t *testing.T) {
	b := mustDefaultForMutation(t)
	notices := func() bool { return len(b.Test(t.Context()).Failures) > 0 }
	if notices() {
		t.Fatal("the cases fail without a mutation")
	}
	for _, name := range []string{"share", "join", "retain"} {
		q := b.questions[name]
		for _, c := range q.clauses {
			before := *c
			for _, m := range []struct {
				name string
				do   func()
			}{
				{"dropped", func() { c.mode = Off }},
				{"in audit", func() { c.mode = Audit }},
				{"another effect", func() { c.effect = (c.effect + 1) % uint8(len(q.effects)) }},
				{"without its rule", func() { c.rule = "M99" }},
			} {
				// A ground that asks nobody cannot be dropped: it never fails.
				if c.req.constant != nil && *c.req.constant && m.name != "without its rule" {
					continue
				}
				// A clause whose rule is never told has none to lose.
				if m.name == "without its rule" && (c.rule == "" && Effect(c.effect) == Allow && name != "retain") {
					continue
				}
				m.do()
				if !notices() {
					t.Errorf("nothing fails with %s %s", c.id, m.name)
				}
				*c = before
			}
		}
	}
}

// TestEveryMutationOfAnExpressionIsSeen flips each comparison and connective of
// each expression.
func TestEveryMutationOfAnExpressionIsSeen(t *testing.T) {
	b := mustDefaultForMutation(t)
	for _, name := range []string{"share", "join", "retain"} {
		q := b.questions[name]
		for _, c := range q.clauses {
			for _, slot := range []**expression{&c.when, &c.req, &c.due, &c.details} {
				if *slot == nil || (*slot).constant != nil {
					continue
				}
				before := *slot
				for _, source := range mutations(before.source) {
					// Of two equal moments it does not matter which is told.
					if slot == &c.due && strings.ReplaceAll(source, "<=", "<") == strings.ReplaceAll(before.source, "<=", "<") {
						continue
					}
					var cs yamlfile.Complaints
					x := compile(before.env, q.question, yamlfile.Text{Value: source}, before.ast.OutputType(), "mutation", &cs)
					if x == nil {
						continue // it does not even compile
					}
					*slot = x
					if len(b.Test(t.Context()).Failures) == 0 {
						t.Errorf("nothing fails with %s as %s", c.id, source)
					}
				}
				*slot = before
			}
		}
	}
}

// TestNoFactIsAnEffectOrARule keeps the judgement in the clauses: a fact may say
// what is recorded and how it adds up, and never what follows from it.
func TestNoFactIsAnEffectOrARule(t *testing.T) {
	b := mustDefaultForMutation(t)
	taken := map[string]bool{}
	for _, q := range b.questions {
		for _, e := range q.effects {
			taken[e] = true
		}
		for _, c := range q.clauses {
			taken[c.rule] = true
		}
	}
	for facts, names := range enums {
		for name, values := range names {
			for _, v := range append([]string{name}, values...) {
				if taken[v] {
					t.Errorf("%s.%s: %q is an effect or a rule", facts, name, v)
				}
			}
		}
	}
}

// TestSwappingTheEffectsOfTwoClausesIsSeen swaps those of every two clauses of a
// question that have different ones.
func TestSwappingTheEffectsOfTwoClausesIsSeen(t *testing.T) {
	b := mustDefaultForMutation(t)
	for name, q := range b.questions {
		for i, one := range q.clauses {
			other := q.clauses[(i+1)%len(q.clauses)]
			for j := i + 2; one.effect == other.effect && j < i+len(q.clauses); j++ {
				other = q.clauses[j%len(q.clauses)]
			}
			if one.effect == other.effect {
				continue
			}
			one.effect, other.effect = other.effect, one.effect
			if len(b.Test(t.Context()).Failures) == 0 {
				t.Errorf("%s: nothing fails with the effects of %s and %s swapped", name, one.id, other.id)
			}
			one.effect, other.effect = other.effect, one.effect
		}
	}
}
