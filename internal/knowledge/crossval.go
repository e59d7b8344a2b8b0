package knowledge

import (
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
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
