package knowledge

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
)

// confidenceModel turns what the rankers saw into the chance that the best
// entry answers the question. Its weights are fitted on phrasings that were
// held out (cross-validation) and on questions outside the subject; they stand
// in confidence.json, written by the evaluation.
type confidenceModel struct {
	Weights   []float64 `json:"weights"` // one per signal, the bias last
	Threshold float64   `json:"threshold"`
}

// signals of one ranking, all about 0..1:
// score of the best entry; its lead over the second; its nearest phrasing; how
// much nearer it is than what lies outside the subject; how much of the
// question is known; whether the index agrees; whether the question is long
// enough to mean something; the chance that it lies outside; how much of the
// question the best entry holds; its chance by the second stage; and how much of
// the concepts and of the words it holds, and how likely its words are.
const signalCount = 14

var defaultConfidence = confidenceModel{
	Weights:   []float64{6, 3, 3, 4, 1.5, 0.5, 0.3, 0.5, -3, 1, 0, 0, 0, 0, -4.2},
	Threshold: 0.4,
}

func readConfidence(files fs.FS, into *confidenceModel) error {
	b, err := fs.ReadFile(files, "confidence.json")
	if err != nil {
		return err
	}
	var m confidenceModel
	if err := json.Unmarshal(b, &m); err != nil {
		return fmt.Errorf("knowledge base: confidence.json: %w", err)
	}
	if len(m.Weights) != signalCount+1 || m.Threshold <= 0 || m.Threshold >= 1 {
		return fmt.Errorf("knowledge base: confidence.json: needs %d weights and a threshold between 0 and 1", signalCount+1)
	}
	*into = m
	return nil
}

func (m confidenceModel) chance(s [signalCount]float64) float64 {
	z := m.Weights[signalCount]
	for i, x := range s {
		z += m.Weights[i] * x
	}
	return 1 / (1 + math.Exp(-z))
}

// fitConfidence is plain logistic regression with a little shrinking.
func fitConfidence(rows [][signalCount]float64, right []bool, weight []float64) []float64 {
	w := make([]float64, signalCount+1)
	for epoch := range 3000 {
		var g [signalCount + 1]float64
		total := 0.0
		for i, r := range rows {
			z := w[signalCount]
			for j, x := range r {
				z += w[j] * x
			}
			p := 1 / (1 + math.Exp(-z))
			y := 0.0
			if right[i] {
				y = 1
			}
			d := (p - y) * weight[i]
			total += weight[i]
			for j, x := range r {
				g[j] += d * x
			}
			g[signalCount] += d
		}
		rate := 4.0 / (1 + float64(epoch)/1500)
		for j := range w {
			w[j] -= rate * (g[j]/total + 0.0005*w[j])
		}
	}
	return w
}
