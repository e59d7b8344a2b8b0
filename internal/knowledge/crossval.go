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
	traits  []traits
	looked  []string
	kind    string   // of a file's question
	codes   []string // any of these is right, for a question of a file
}

// CrossValidate splits all phrasings and outside questions in folds, builds a
// base without each fold and asks what was left out. It is what the confidence
// model is fitted on. When outside is nil the base's own are used.
func CrossValidate(ctx context.Context, files fs.FS, folds int) ([]Held, error) {
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
			h.Chance, h.signals, h.traits = found.chance, found.signals, found.traits
			for _, at := range found.looked {
				h.looked = append(h.looked, b.entries[at].Code)
			}
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

// asked is a question file's question as the whole base sees it.
func (b *Base) asked(ctx context.Context, q EvalQuestion) (Held, error) {
	found, err := b.retrieve(ctx, q.Question, "")
	if err != nil {
		return Held{}, err
	}
	h := Held{Question: q.Question, Chance: found.chance, signals: found.signals, traits: found.traits, kind: q.Kind}
	if q.Kind != "abstain" {
		h.codes = q.CiteAny
	}
	for _, at := range found.looked {
		h.looked = append(h.looked, b.entries[at].Code)
	}
	return h, nil
}

// lessonOf makes a lesson of a question for the second stage.
func lessonOf(h Held, weight float64) lesson {
	l := lesson{list: h.traits, weight: weight}
	for i, code := range h.looked {
		if code == h.Code || contains(h.codes, code) {
			l.right = append(l.right, i)
		}
	}
	return l
}

// FitSecond trains the second stage on held-out phrasings and on questions, and
// returns a report, by cross-validation over the questions, and the networks as
// JSON. Questions that are only to be measured must not be among them.
func FitSecond(ctx context.Context, files fs.FS, questions []EvalQuestion) (report string, model []byte, err error) {
	held, err := CrossValidate(ctx, files, 6)
	if err != nil {
		return "", nil, err
	}
	whole, err := Open(files)
	if err != nil {
		return "", nil, err
	}
	var common, own []lesson
	for _, h := range held {
		if h.Code != "" {
			common = append(common, lessonOf(h, phrasingWeight))
		}
	}
	for _, q := range questions {
		if q.Kind == "abstain" {
			continue
		}
		h, err := whole.asked(ctx, q)
		if err != nil {
			return "", nil, err
		}
		own = append(own, lessonOf(h, 1))
	}
	train := func(leaveOut, of int) second {
		lessons := append([]lesson(nil), common...)
		for i, l := range own {
			if of == 0 || i%of != leaveOut {
				// There are fewer of these, and they are what is asked.
				lessons = append(lessons, l, l, l)
			}
		}
		s := make(second, networks)
		everyCore(networks, func(k int) { s[k] = fitNetwork(lessons, networkUnits, networkEpochs, networkShrink, uint64(k+1)) })
		return s
	}
	const parts = 5
	var before, after [secondStage + 1]int
	for part := range parts {
		s := train(part, parts)
		for i := part; i < len(own); i += parts {
			before[placeOf(own[i], nil)]++
			after[placeOf(own[i], s.chances(own[i].list, nil))]++
		}
	}
	report = "questions, cross-validated:"
	for _, c := range []struct {
		name  string
		count [secondStage + 1]int
	}{{"first stage", before}, {"second stage", after}} {
		sum := 0
		for i, n := range c.count[:5] {
			sum += n
			if i == 0 {
				report += fmt.Sprintf("\n  %-12s right first %.1f %%", c.name, 100*float64(sum)/float64(len(own)))
			}
			if i == 2 || i == 4 {
				report += fmt.Sprintf(", in the first %d %.1f %%", i+1, 100*float64(sum)/float64(len(own)))
			}
		}
	}
	s := train(0, 0)
	for _, n := range s {
		n.round()
	}
	model, err = json.Marshal(s)
	return report, append(model, '\n'), err
}

// The second stage's size and training, chosen by cross-validation.
const (
	networks       = 5
	networkUnits   = 8
	networkEpochs  = 8
	networkShrink  = 3e-4
	phrasingWeight = 0.3
)

// placeOf is where the first right candidate stands, secondStage when nowhere.
// Without chances they stand in their own order.
func placeOf(l lesson, chances []float32) int {
	best := secondStage
	for _, r := range l.right {
		place := r
		if chances != nil {
			place = 0
			for _, c := range chances {
				if c > chances[r] {
					place++
				}
			}
		}
		best = min(best, place)
	}
	return best
}

// FitConfidence fits the confidence model on held-out phrasings, outside
// questions and the questions of files that may be learned from, chooses the
// threshold, and returns a report and the model as JSON. The threshold is the
// lowest at which at most outsideAnswered of what is outside would be answered;
// what refuse.go stops is left out, since it never gets that far.
func FitConfidence(ctx context.Context, files fs.FS, questions []EvalQuestion) (report string, model []byte, err error) {
	held, err := CrossValidate(ctx, files, 4)
	if err != nil {
		return "", nil, err
	}
	whole, err := Open(files)
	if err != nil {
		return "", nil, err
	}
	for _, q := range questions {
		h, err := whole.asked(ctx, q)
		if err != nil {
			return "", nil, err
		}
		held = append(held, h)
	}
	// Phrasings and questions weigh the same, and so do inside and outside.
	var rows [][signalCount]float64
	var inside []bool
	var group []int
	var total [4]float64
	first, three, phrasings := 0, 0, 0
	for _, h := range held {
		in := h.Code != "" || h.codes != nil
		g := 0
		if h.kind != "" {
			g = 2
		}
		if !in {
			g++
			if refuse(h.Question) != NoRefusal {
				continue
			}
		}
		if g == 0 {
			phrasings++
			if h.Rank == 1 {
				first++
			}
			if h.Rank > 0 && h.Rank <= 3 {
				three++
			}
		}
		rows, inside, group = append(rows, h.signals), append(inside, in), append(group, g)
		total[g]++
	}
	weight := make([]float64, len(rows))
	for i, g := range group {
		weight[i] = 1 / total[g]
	}
	const parts = 5
	chance := make([]float64, len(rows))
	for part := range parts {
		w := append([]float64(nil), weight...)
		for i := part; i < len(w); i += parts {
			w[i] = 0
		}
		m := confidenceModel{Weights: fitConfidence(rows, inside, w)}
		for i := part; i < len(rows); i += parts {
			chance[i] = m.chance(rows[i])
		}
	}
	var by [4][]float64
	for i, g := range group {
		by[g] = append(by[g], chance[i])
	}
	for _, list := range by {
		sort.Float64s(list)
	}
	over := func(g int, x float64) float64 {
		return 100 * float64(len(by[g])-sort.SearchFloat64s(by[g], x)) / float64(max(1, len(by[g])))
	}
	m := confidenceModel{Weights: fitConfidence(rows, inside, weight)}
	both := append(append([]float64(nil), by[1]...), by[3]...)
	sort.Float64s(both)
	m.Threshold = math.Round(1000*both[int(float64(len(both))*(1-outsideAnswered))]) / 1000
	report = fmt.Sprintf("held-out phrasings: %d, found first %.1f %%, in the first three %.1f %%\nthreshold: answered of phrasings, of questions; of outside texts, of questions to be declined (%d and %d that no refusal stops)",
		phrasings, 100*float64(first)/float64(phrasings), 100*float64(three)/float64(phrasings), len(by[1]), len(by[3]))
	for _, x := range []float64{0.2, 0.3, 0.4, 0.5, 0.6, 0.7, m.Threshold} {
		report += fmt.Sprintf("\n  %.3f: %.1f %%, %.1f %%; %.1f %%, %.1f %%", x, over(0, x), over(2, x), over(1, x), over(3, x))
	}
	model, err = json.MarshalIndent(m, "", "  ")
	return report, append(model, '\n'), err
}

// outsideAnswered is the part of what is outside, and not stopped by a refusal,
// that may slip through the threshold in cross-validation. A higher threshold
// abstains on more real questions than it stops others.
const outsideAnswered = 0.085
