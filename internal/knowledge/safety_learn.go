package knowledge

import "math"

// alarmModel is logistic regression over words, pairs of neighbouring words
// and concepts. It hears what no pattern foresaw; the patterns hear what it
// never saw. It learns from safety.yaml against everything that people
// normally ask.
type alarmModel struct {
	words   *vocabulary
	id      map[string]int32
	weights []float64
	bias    float64
	sensing bool // while it learns: the senses of words are features too
}

// alarmThreshold is the chance from which the model alone raises the alarm. It
// was chosen by cross-validation over safety.yaml and the phrasings: the
// highest recall at which fewer than 1 in 150 normal questions is an alarm.
const alarmThreshold = 0.2

// questionThreshold takes its place where the text is a question, and
// ruleThreshold where it asks for a rule.
const (
	questionThreshold = 0.35
	ruleThreshold     = 0.7
)

// aboutSafety are the entries whose phrasings are no example of what people
// normally ask: they ask for Veilig Thuis, the meldcode or 113, often because a
// child is not safe.
var aboutSafety = map[string]bool{"UIT-01": true, "UIT-02": true, "UIT-03": true, "UIT-04": true, "UIT-05": true, "UIT-06": true, "UIT-07": true,
	"UIT-08": true, "UIT-18": true, "UIT-19": true, "BEG-62": true, "BEG-89": true, "MAT-XVT": true}

// features are the signs in a text; function words count here, since "hij",
// "mij" and "thuis" are what a report has and a question on rules has not.
func (m *alarmModel) features(ws []string) []string {
	out := make([]string, 0, 3*len(ws))
	previous := "^"
	for _, w := range ws {
		f := m.words.form(w)
		out = append(out, f.stem, previous+" "+f.stem)
		out = append(out, m.words.concepts[f.stem]...)
		for _, p := range f.parts {
			out = append(out, m.words.form(p).stem)
		}
		previous = f.stem
	}
	// A model that learned senses knows that by their names.
	if _, learned := m.id["@word"]; m.sensing || learned {
		out = append(out, sensed(ws)...)
	}
	return out
}

func trainAlarm(v *vocabulary, alarming, harmless, normal [][]string) *alarmModel {
	return trainModel(&alarmModel{words: v, sensing: true}, []lot{{alarming, 1, 3}, {harmless, 0, 3}, {normal, 0, 1}})
}

// trainOutside learns what lies outside the subject against what people ask
// within it. The chance it gives is one of the confidence's signals.
func trainOutside(v *vocabulary, outside, inside [][]string) *alarmModel {
	return trainModel(&alarmModel{words: v}, []lot{{outside, 1, 2}, {inside, 0, 1}})
}

// lot is a number of texts of one kind.
type lot struct {
	texts  [][]string // their words
	label  float64    // 1 for what is to be recognised
	weight float64
}

func trainModel(m *alarmModel, lots []lot) *alarmModel {
	m.id, m.bias = map[string]int32{}, -2
	if len(lots[0].texts) == 0 {
		m.bias = -100
		return m
	}
	type row struct {
		features []int32
		alarm    float64
		weight   float64
	}
	var rows []row
	add := func(texts [][]string, alarm, weight float64) {
		for _, s := range texts {
			names := m.features(s)
			ids := make([]int32, len(names))
			for i, name := range names {
				id, ok := m.id[name]
				if !ok {
					id = int32(len(m.id))
					m.id[name] = id
				}
				ids[i] = id
			}
			rows = append(rows, row{ids, alarm, weight})
		}
	}
	for _, l := range lots {
		add(l.texts, l.label, l.weight)
	}
	m.weights = make([]float64, len(m.id))
	// A stride that shares no factor with the count visits the rows in an order
	// that mixes all kinds and is the same in every run.
	stride := 7919
	for len(rows)%stride == 0 {
		stride += 2
	}
	for epoch := range 9 {
		rate := 0.35 / (1 + 0.25*float64(epoch))
		for i := range rows {
			r := &rows[(i*stride)%len(rows)]
			n := 1 / math.Sqrt(float64(len(r.features)+1))
			z := m.bias
			for _, f := range r.features {
				z += 2 * n * m.weights[f]
			}
			g := rate * r.weight * (r.alarm - 1/(1+math.Exp(-z))) * n
			m.bias += 0.2 * g
			for _, f := range r.features {
				m.weights[f] += g
			}
		}
	}
	for f, w := range m.weights {
		m.weights[f] = float64(float32(w)) // what an image keeps of it
	}
	return m
}

// chance says how likely a text is to be what the model was trained to
// recognise, from 0 to 1.
func (m *alarmModel) chance(text string) float64 { return m.chanceOf(words(text)) }

func (m *alarmModel) chanceOf(ws []string) float64 {
	names := m.features(ws)
	z := m.bias
	n := 1 / math.Sqrt(float64(len(names)+1))
	for _, name := range names {
		if id, ok := m.id[name]; ok {
			z += 2 * n * m.weights[id]
		}
	}
	return 1 / (1 + math.Exp(-z))
}
