package knowledge

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// EvalQuestion is one line of a question file. Must and MustNot are regular
// expressions on the answer; of CiteAny one code must be cited.
type EvalQuestion struct {
	ID       string   `json:"id"`
	Question string   `json:"question"`
	Kind     string   `json:"kind"` // answer, trap, interpretation, unconfirmed or abstain
	Must     []string `json:"must"`
	MustNot  []string `json:"must_not"`
	CiteAny  []string `json:"cite_any"`
	Note     string   `json:"note"`
}

// ReadQuestions reads a question file, one object a line.
func ReadQuestions(r io.Reader) ([]EvalQuestion, error) {
	var out []EvalQuestion
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		var q EvalQuestion
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		out = append(out, q)
	}
	return out, lines.Err()
}

// Scored is how one question went. Right means answered and cited, or
// abstained where that is the answer.
type Scored struct {
	EvalQuestion
	Answer Answer
	Right  bool
	Why    string
}

// Score asks every question and judges the answers.
func (b *Base) Score(ctx context.Context, questions []EvalQuestion) ([]Scored, error) {
	out := make([]Scored, 0, len(questions))
	for _, q := range questions {
		a, err := b.Ask(ctx, Question{Text: q.Question})
		if err != nil {
			return nil, err
		}
		s := Scored{EvalQuestion: q, Answer: a}
		s.Right, s.Why = q.judge(a)
		out = append(out, s)
	}
	return out, nil
}

// judge reports whether a is a right answer to q, and if not why.
func (q EvalQuestion) judge(a Answer) (bool, string) {
	text := a.Text
	for _, p := range q.MustNot {
		if matches(p, text) {
			return false, "forbidden " + p
		}
	}
	switch q.Kind {
	case "abstain", "unconfirmed":
		if a.Abstained || q.Kind == "unconfirmed" && wordedAsUnconfirmed(text) {
			return true, ""
		}
		return false, "false answer"
	}
	if a.Abstained {
		return false, "wrongly abstained"
	}
	for _, p := range q.Must {
		if !matches(p, text) {
			return false, "missing " + p
		}
	}
	for _, c := range a.Citations {
		for _, want := range q.CiteAny {
			if c.Fact == want {
				return true, ""
			}
		}
	}
	return false, "not cited"
}

func matches(expr, text string) bool {
	re, err := regexp.Compile("(?ism)" + expr)
	if err != nil {
		return false
	}
	return re.MatchString(text) || re.MatchString(fold(text))
}
