package knowledge

import (
	"context"
	"fmt"
	"regexp"
	"strings"
)

// permits recognises an answer that says yes, in any of its parts.
var permits = regexp.MustCompile(`(?im)(^\s*|belang: |bekend: |vraag: )(ja\b|dat mag\b|dit mag\b|mag\b|u mag\b|toegestaan\b)`)

// guard keeps every answer on the side of the rules. A case that the rules
// refuse whatever anyone consents to is never permitted: an answer that says
// yes is replaced by the refusal, any other gets the refusal in front.
func (b *Base) guard(c Case, a Answer) Answer {
	if !c.Shares {
		return a
	}
	rule, text := hardRefusal(c)
	if rule == "" || a.Abstained && !certain(c) {
		return a
	}
	code := "MAT-" + rule
	if _, ok := b.facts[code]; !ok {
		return a
	}
	text += " Laat uw FG bevestigen wat dit voor uw situatie betekent."
	if a.Abstained || permits.MatchString(a.Text) {
		return Answer{
			Text: text, Confidence: max(a.Confidence, b.judge.Threshold), Contacts: []string{"fg"},
			Citations: append([]Citation{b.cite(code, "")}, withoutPermission(a.Citations)...), Topics: a.Topics,
		}
	}
	if !strings.Contains(a.Text, rule) {
		a.Text += "\n\nLet op: " + text
	}
	if !cites(a.Citations, code) {
		a.Citations = append(a.Citations, b.cite(code, ""))
	}
	return a
}

// certain reports whether a case alone, without any retrieved entry, is enough
// to refuse: who shares, what, and that it is shared must all have been said.
func certain(c Case) bool {
	return c.Shares && c.Kind != "" && (c.Sector != "" || c.Kind == "bsn") && len(c.Recipients) > 0
}

// withoutPermission drops the citations of an answer that was set aside.
func withoutPermission(in []Citation) []Citation {
	if len(in) > 1 {
		return in[:1]
	}
	return in
}

// judgeCase lets the rules speak on a case that is complete; on one that lacks
// a single thing it asks for that thing when nothing better was found.
func (b *Base) judgeCase(ctx context.Context, q Question, c Case, a Answer) (Answer, error) {
	if q.Verdicts == nil || !c.Shares || c.Law || c.Kind == "" && (c.Sector == "" || len(c.Recipients) == 0) {
		return a, nil
	}
	v, need, err := q.Verdicts.Judge(ctx, c)
	if err != nil {
		return a, fmt.Errorf("judge the case in a question: %w", err)
	}
	if need != "" {
		a.Need = need
		if a.Abstained {
			a.Text = needText[need]
		}
		return a, nil
	}
	code := "MAT-" + v.Rule
	if _, ok := b.facts[code]; !ok {
		return a, nil
	}
	text := "In deze situatie: " + v.Text
	if b.facts[code].Mark == Interpretation && !wordedAsInterpretation(text) {
		text += " Dit is een interpretatie; laat uw FG dit bevestigen."
	}
	switch {
	case a.Abstained:
		a = Answer{Text: text, Confidence: b.judge.Threshold, Contacts: []string{"fg"}, Topics: a.Topics}
	case v.Effect != "allow" && permits.MatchString(a.Text):
		// Only what led to the verdict is shown with it.
		a.Text, a.More, a.Citations = text, "", nil
	default:
		a.Text = text + "\n\n" + a.Text
	}
	// The rule that decided is the first source, so that it is seen.
	first := []Citation{b.cite(code, v.Source)}
	for _, c := range a.Citations {
		if c.Fact != code {
			first = append(first, c)
		}
	}
	a.Citations = first
	return a, nil
}

// needText asks for the one thing that is missing.
var needText = map[string]string{
	"age":        "Om dit te beoordelen moet ik één ding weten: hoe oud is de jongere? (onder 12, 12 tot en met 15, 16 of 17, 18 of ouder). Weet u het niet, vraag het de FG.",
	"sector":     "Om dit te beoordelen moet ik één ding weten: vanuit welke organisatie deelt u? (school, leerplicht, samenwerkingsverband, jeugdhulp, jeugdgezondheidszorg, wijkteam). Bij twijfel: vraag de FG.",
	"kind":       "Om dit te beoordelen moet ik één ding weten: wat voor gegevens zijn het? (gewoon, gevoelig, gezondheid, strafrechtelijk, BSN). Bij twijfel: vraag de FG.",
	"recipients": "Om dit te beoordelen moet ik één ding weten: met wie wilt u delen? (alleen deelnemers van dit overleg, of ook anderen). Bij twijfel: vraag de FG.",
}
