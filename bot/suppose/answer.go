package suppose

import (
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/rules"
)

// Answer is what the rules say of a sketch in which nobody said yes or no yet.
type Answer struct {
	Effect    rules.Effect
	Rule      string // code of the matrix
	Agreement bool   // what is missing is the agreement to the overleg, not a consent
	Young     bool   // the young person must say yes
	Authority string // of those with authority "one" or "all" must say yes; blank: nobody
	Absence   bool   // authorised absence is left out of it: a school does not give that to leerplicht or the SWV (absence.go of bot)
	Reasons   []rules.Reason
}

// same reports whether two sketches came to the same answer for a person.
func (s Answer) same(o Answer) bool {
	return s.Effect == o.Effect && s.Rule == o.Rule && s.Agreement == o.Agreement && s.Young == o.Young && s.Authority == o.Authority
}

// Text is what a person reads of the answer to a sketch: whether, who must say
// yes, and why not.
func (s Answer) Text() string {
	args := text.SupposedArgs{Allowed: s.Effect == rules.Allow, Refused: s.Effect == rules.Refuse, Agreement: s.Agreement, Young: s.Young, Authority: s.Authority, Absence: s.Absence}
	if s.Effect != rules.NeedConsent {
		for _, r := range s.Reasons {
			args.Why = append(args.Why, r.Text)
			if args.Refused {
				args.Why = append(args.Why, r.Next)
			}
		}
	}
	return text.Supposed.Say(args)
}

// Strictest is the answer that asks most: what is told of a case must not say
// more than what holds for all who may read along.
func Strictest(a, b Answer) Answer {
	if b.Effect < a.Effect {
		return b
	}
	return a
}
