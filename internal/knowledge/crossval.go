package knowledge

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"sort"
)

// Held is one held-out phrasing or outside question, and how it fared with an
// engine that had not seen it.
type Held struct {
	Question string
	Code     string // of the entry that should be found; empty for outside
	Got      string
	Rank     int // 1 for found first; 0 when not among the first ten
	Chance   float64

	signals [signalCount]float64
}

// CrossValidate splits all phrasings and outside questions in folds, builds a
// base without each fold and asks what was left out. It is what the confidence
// model is fitted on. When outside is nil the base's own are used.
func CrossValidate(ctx context.Context, files fs.FS, folds int) ([]Held, error) {
	if files == nil {
		sub, err := fs.Sub(builtIn, "base")
		if err != nil {
			return nil, err
		}
		files = sub
	}
	whole, err := load(files)
	if err != nil {
		return nil, err
	}
	var out []Held
	for fold := range folds {
		// The same split at every run, so that two runs can be compared.
		dice := rand.New(rand.NewPCG(7, 11))
		part := *whole
		part.entries = append([]Entry(nil), whole.entries...)
		part.outside = nil
		var asked []Held
		for i := range part.entries {
			var keep []string
			for _, q := range whole.entries[i].Asks {
				if dice.IntN(folds) == fold {
					asked = append(asked, Held{Question: q, Code: whole.entries[i].Code})
				} else {
					keep = append(keep, q)
				}
			}
			part.entries[i].Asks = keep
		}
		for _, q := range whole.outside {
			if dice.IntN(folds) == fold {
				asked = append(asked, Held{Question: q})
			} else {
				part.outside = append(part.outside, q)
			}
		}
		b, err := build(&part)
		if err != nil {
			return nil, err
		}
		for _, h := range asked {
			found, err := b.retrieve(ctx, h.Question, "")
			if err != nil {
				return nil, err
			}
			for i, c := range found.best {
				if b.entries[c.entry].Code == h.Code {
					h.Rank = i + 1
				}
			}
			if len(found.best) > 0 {
				h.Got = b.entries[found.best[0].entry].Code
			}
			h.Chance, h.signals = found.chance, found.signals
			out = append(out, h)
		}
		if err := b.index.close(); err != nil {
			return nil, err
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("cross-validate: no phrasings")
	}
	return out, nil
}

// FitConfidence fits the confidence model on held-out phrasings and outside
// questions, chooses the threshold, and returns a report and the model as JSON.
// The threshold is the lowest at which at most outsideAnswered of the outside
// questions would be answered.
func FitConfidence(ctx context.Context, files fs.FS) (report string, model []byte, err error) {
	held, err := CrossValidate(ctx, files, 4)
	if err != nil {
		return "", nil, err
	}
	rows := make([][signalCount]float64, len(held))
	right := make([]bool, len(held))
	weight := make([]float64, len(held))
	outside := 0.0
	for _, h := range held {
		if h.Code == "" {
			outside++
		}
	}
	inside := float64(len(held)) - outside
	for i, h := range held {
		rows[i] = h.signals
		right[i] = h.Code != ""
		weight[i] = 0.5 / inside
		if h.Code == "" {
			weight[i] = 0.5 / outside
		}
	}
	m := confidenceModel{Weights: fitConfidence(rows, right, weight)}
	var in, out []float64
	first, three := 0, 0
	for i, h := range held {
		p := m.chance(rows[i])
		if h.Code == "" {
			out = append(out, p)
			continue
		}
		in = append(in, p)
		if h.Rank == 1 {
			first++
		}
		if h.Rank > 0 && h.Rank <= 3 {
			three++
		}
	}
	sort.Float64s(in)
	sort.Float64s(out)
	m.Threshold = out[int(float64(len(out))*(1-outsideAnswered))]
	m.Threshold = math.Round(m.Threshold*1000) / 1000
	kept := len(in) - sort.SearchFloat64s(in, m.Threshold)
	report = fmt.Sprintf("held-out phrasings: %d, found first %.1f %%, in the first three %.1f %%\noutside: %d; threshold %.3f answers %.1f %% of the phrasings and %.1f %% of what is outside",
		len(in), 100*float64(first)/float64(len(in)), 100*float64(three)/float64(len(in)), len(out), m.Threshold,
		100*float64(kept)/float64(len(in)), 100*float64(len(out)-sort.SearchFloat64s(out, m.Threshold))/float64(len(out)))
	model, err = json.MarshalIndent(m, "", "  ")
	return report, append(model, '\n'), err
}

// outsideAnswered is the part of the outside questions that may slip through
// the threshold in cross-validation. A higher threshold abstains on more real
// questions than it stops others; refuse.go stops many before it.
const outsideAnswered = 0.16
