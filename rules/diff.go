package rules

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Change is a case that two bundles answer differently.
type Change struct {
	Name     string
	Question string
	From, To string // effect or action, with the rule
	// Loosens says that the new answer lets through what the old one did not,
	// or erases what it kept. It needs a second person's approval.
	Loosens bool
}

func (c Change) String() string {
	mark := ""
	if c.Loosens {
		mark = " (loosens)"
	}
	return fmt.Sprintf("%s %s: %s -> %s%s", c.Question, c.Name, c.From, c.To, mark)
}

// Diff answers the cases with both bundles and returns what would change, in
// the order of the cases. Stored facts of past decisions can be cases too.
func Diff(ctx context.Context, a, b *Bundle, cases []Case) []Change {
	var out []Change
	for _, c := range cases {
		before, after := a.answer(ctx, c, nil), b.answer(ctx, c, nil)
		from, to := before.String(), after.String()
		if from == to {
			continue
		}
		out = append(out, Change{Name: c.Name, Question: c.Question, From: from, To: to, Loosens: looser(c, before, after)})
	}
	return out
}

func (a answered) String() string {
	s := a.effect
	if a.rule != "" {
		s += " " + a.rule
	}
	if len(a.codes) > 0 {
		codes := slices.Clone(a.codes)
		slices.Sort(codes)
		s += " [" + strings.Join(codes, " ") + "]"
	}
	if len(a.missing) > 0 {
		s += " missing " + strings.Join(a.missing, ",")
	}
	if len(a.exceptions) > 0 {
		s += " offers " + strings.Join(a.exceptions, ",")
	}
	if !a.due.IsZero() {
		s += " due " + a.due.UTC().Format(time.RFC3339)
	}
	return s
}

// looser compares two answers; an exception that is newly offered, or one
// person fewer to ask, is looser as well.
func looser(c Case, before, after answered) bool {
	if c.Retain != nil {
		return after.effect != before.effect && (after.effect == Erase.String() || after.effect == AnnounceErasure.String()) ||
			after.effect == Erase.String() && after.due.Before(before.due)
	}
	rank := func(a answered) int { return slices.Index(effectNames[:], a.effect) }
	if rank(after) != rank(before) {
		return rank(after) > rank(before)
	}
	for _, x := range after.exceptions {
		if !slices.Contains(before.exceptions, x) {
			return true
		}
	}
	for _, m := range before.missing {
		if !slices.Contains(after.missing, m) {
			return true
		}
	}
	return false
}

// Cases are the bundle's own test cases.
func (b *Bundle) Cases() []Case { return slices.Clone(b.cases) }

// Cells are cases for every cell of the matrix, each with everyone's yes, with
// nobody's, and with nobody there to give it: the ground that a comparison of
// two bundles walks even when nobody wrote a case for it.
func Cells() []Case {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	var out []Case
	for _, sector := range Sectors {
		for _, age := range Ages[:4] {
			for _, kind := range DataKinds {
				for _, audience := range Audiences {
					for _, yes := range []string{"complete", "incomplete", "impossible"} {
						p := PartFacts{Kind: kind, Ceiling: "within", Deciders: "known", Consent: yes, Agreement: yes, Exception: "none", Fits: ExceptionCodes}
						switch yes {
						case "incomplete":
							p.ConsentMissing, p.AgreementMissing = []string{"someone"}, []string{"someone"}
						case "impossible":
							p.Deciders, p.Consent, p.Agreement = "nobody", "incomplete", "incomplete"
						}
						f := &ShareFacts{Now: now, CasusKind: "mdo", Phase: "F3", Status: "open", Age: age, Role: "professional", Sector: sector,
							Audience: audience, Standing: "professional", Affects: "nobody_else", Classified: "yes", BSN: "none", Criminal: "none",
							Heaviest: kind, Parts: []PartFacts{p}}
						if kind == "bsn" {
							f.BSN = "declared"
						}
						if kind == "criminal" {
							f.Criminal = "declared"
						}
						out = append(out, Case{Name: strings.Join([]string{sector, age, kind, audience, yes}, "/"), Question: "share", Share: f})
					}
				}
			}
		}
	}
	return out
}
