package knowledge

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// OwnQuestion is a question of the evaluation of imported documents. Without a
// Document nothing may be quoted.
type OwnQuestion struct {
	ID       string `json:"id"`
	Question string `json:"question"`
	Document string `json:"document"` // the name of the file that answers it
	Place    string `json:"place"`    // the article, or the heading, in it
}

// ReadOwnQuestions reads a file of them, one object a line.
func ReadOwnQuestions(r io.Reader) ([]OwnQuestion, error) {
	var out []OwnQuestion
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		var q OwnQuestion
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		out = append(out, q)
	}
	return out, lines.Err()
}

// ScoredOwn is how one question went.
type ScoredOwn struct {
	OwnQuestion
	Quoted []Citation // what was quoted of the imported documents
	Right  bool       // the right place first; or nothing, where nothing should be
	Near   float64    // how much of the question the nearest passage covers, for refitting
	Found  bool       // the right place is the nearest, quoted or not
}

// ScoreOwn asks every question with the library that b has.
func (b *Base) ScoreOwn(ctx context.Context, questions []OwnQuestion) ([]ScoredOwn, error) {
	out := make([]ScoredOwn, 0, len(questions))
	for _, q := range questions {
		a, err := b.Ask(ctx, Question{Text: q.Question})
		if err != nil {
			return nil, err
		}
		s := ScoredOwn{OwnQuestion: q}
		for _, c := range a.Citations {
			if c.Kind == "quote" {
				s.Quoted = append(s.Quoted, c)
			}
		}
		s.Right = len(s.Quoted) == 0
		if q.Document != "" {
			s.Right = len(s.Quoted) > 0 && q.names(s.Quoted[0].Source)
		}
		near, err := b.library.Preview(ctx, q.Question)
		if err != nil {
			return nil, err
		}
		if len(near) > 0 {
			s.Near, s.Found = near[0].Covered, q.Document != "" && q.names(near[0].Name+", "+near[0].Place)
		}
		out = append(out, s)
	}
	return out, nil
}

// names reports whether a source is the place that answers the question.
func (q OwnQuestion) names(source string) bool {
	_, place, found := strings.Cut(source, q.Document)
	at := strings.Index(place, q.Place)
	if !found || at < 0 {
		return false
	}
	rest := place[at+len(q.Place):] // "artikel 1" is not "artikel 12"
	return rest == "" || rest[0] < '0' || rest[0] > '9'
}

// CountOwn adds up how questions went: of those that a document answers how many
// were quoted from the right place and from a wrong one, and of the others how
// many drew a quote.
func CountOwn(scored []ScoredOwn) (answerable, right, wrong, others, quoted int) {
	for _, s := range scored {
		switch {
		case s.Document == "":
			others++
			if !s.Right {
				quoted++
			}
		default:
			answerable++
			if s.Right {
				right++
			} else if len(s.Quoted) > 0 {
				wrong++
			}
		}
	}
	return answerable, right, wrong, others, quoted
}
