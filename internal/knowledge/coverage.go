package knowledge

import (
	"context"
	"sort"
)

// Covered is how answers fare when the threshold is set so that a fixed part of
// the answerable questions is answered.
type Covered struct {
	Part      float64 // of the answerable questions that is answered
	Threshold float64
	Right     float64 // part of those answered that is right and cited
	Outside   float64 // part of the questions to be declined that is answered too
}

// AtCoverage measures questions at fixed parts of coverage, whatever the
// threshold of the base is. What a refusal declines is never answered.
func (b *Base) AtCoverage(ctx context.Context, questions []EvalQuestion, parts []float64) ([]Covered, error) {
	open := *b
	open.judge.Threshold = 1e-9
	scored, err := open.Score(ctx, questions)
	if err != nil {
		return nil, err
	}
	var inside, outside []Scored
	for _, s := range scored {
		switch s.Kind {
		case "abstain":
			outside = append(outside, s)
		case "unconfirmed":
		default:
			inside = append(inside, s)
		}
	}
	sort.SliceStable(inside, func(i, j int) bool { return inside[i].Answer.Confidence > inside[j].Answer.Confidence })
	out := make([]Covered, 0, len(parts))
	for _, part := range parts {
		n := int(part*float64(len(inside)) + 0.5)
		if n == 0 || n > len(inside) {
			continue
		}
		c := Covered{Part: part, Threshold: inside[n-1].Answer.Confidence}
		for _, s := range inside[:n] {
			if s.Right {
				c.Right += 1 / float64(n)
			}
		}
		for _, s := range outside {
			if !s.Answer.Abstained && s.Answer.Confidence >= c.Threshold {
				c.Outside += 1 / float64(len(outside))
			}
		}
		out = append(out, c)
	}
	return out, nil
}
