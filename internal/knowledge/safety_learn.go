package knowledge

import "math"

// alarmModel is logistic regression over words, pairs of neighbouring words
// and concepts. It hears what no pattern foresaw; the patterns hear what it
// never saw. It learns from safety.yaml against everything that people
// normally ask.
type alarmModel struct {
	words   *vocabulary
	names   *names
	weights []float32 // by name; 0 for one that it never saw
	bias    float64
	sensing bool // the senses of words are features too
	letters bool // and so are groups of letters
}

// alarmThreshold is the chance from which the model alone raises the alarm. It
// was chosen by cross-validation over safety.yaml and on the question files that
// may be learned from: as high a recall as leaves fewer than 1 in 50 of those
// questions an alarm.
const alarmThreshold = 0.16

// questionThreshold takes its place where the text is a question, and
// ruleThreshold where it asks for a rule.
const (
	questionThreshold = 0.35
	ruleThreshold     = 0.7
)

// surelyNot is the chance under which a pattern alone is not believed where the
// text is in the words of the work. In cross-validation it takes a quarter of
// the patterns' false alarms and none of what they rightly heard.
const surelyNot = 0.015

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
	if m.sensing {
		out = append(out, sensed(ws)...)
	}
	if m.letters {
		for _, w := range ws {
			out = append(out, letterGroups(w)...)
		}
	}
	return out
}

func trainAlarm(v *vocabulary, alarming, harmless, normal [][]string) *alarmModel {
	return trainModel(&alarmModel{words: v, sensing: true}, []lot{{alarming, 1, 3}, {harmless, 0, 3}, {normal, 0, 1}}, alarmShrink)
}

// trainOutside learns what lies outside the subject against what people ask
// within it. The chance it gives is one of the confidence's signals.
func trainOutside(v *vocabulary, letters bool, outside, inside [][]string) *alarmModel {
	return trainModel(&alarmModel{words: v, letters: letters}, []lot{{outside, 1, 2}, {inside, 0, 1}}, outsideShrink)
}

// outsideChance is how likely a text is to lie outside the subject: the mean of
// a model that knows words and of one that knows groups of letters too, which
// errs in other places.
func (b *Base) outsideChance(ws []string) float64 {
	return (b.foreign.chanceOf(ws) + b.foreignLetters.chanceOf(ws)) / 2
}

// lot is a number of texts of one kind.
type lot struct {
	texts  [][]string // their words
	label  float64    // 1 for what is to be recognised
	weight float64
}

// alarmShrink is how much every weight that a text uses is drawn to nothing each
// time; with it the mean of the weights over the last half of the rounds is
// kept. Both make less of what a single text taught.
const (
	alarmShrink   = 0.002
	outsideShrink = 0.0005
)

// trainModel learns by plain steepest descent, one text at a time.
func trainModel(m *alarmModel, lots []lot, shrink float64) *alarmModel {
	m.names, m.bias = namesOf(nil), -2
	if len(lots[0].texts) == 0 {
		m.bias = -100
		return m
	}
	ids := map[string]int32{}
	var called []string
	type row struct {
		features []int32
		alarm    float64
		weight   float64
	}
	var rows []row
	add := func(texts [][]string, alarm, weight float64) {
		for _, s := range texts {
			signs := m.features(s)
			features := make([]int32, len(signs))
			for i, name := range signs {
				id, ok := ids[name]
				if !ok {
					id = int32(len(ids))
					ids[name], called = id, append(called, name)
				}
				features[i] = id
			}
			rows = append(rows, row{features, alarm, weight})
		}
	}
	for _, l := range lots {
		add(l.texts, l.label, l.weight)
	}
	weights := make([]float64, len(ids))
	// A stride that shares no factor with the count visits the rows in an order
	// that mixes all kinds and is the same in every run.
	stride := 7919
	for len(rows)%stride == 0 {
		stride += 2
	}
	const rounds = 9
	var mean []float64
	bias := 0.0
	for epoch := range rounds {
		rate := 0.35 / (1 + 0.25*float64(epoch))
		for i := range rows {
			r := &rows[(i*stride)%len(rows)]
			n := 1 / math.Sqrt(float64(len(r.features)+1))
			z := m.bias
			for _, f := range r.features {
				z += 2 * n * weights[f]
			}
			g := rate * r.weight * (r.alarm - 1/(1+math.Exp(-z))) * n
			m.bias += 0.2 * g
			for _, f := range r.features {
				weights[f] += g - rate*shrink*weights[f]
			}
		}
		if shrink > 0 && epoch >= rounds/2 {
			if mean == nil {
				mean = make([]float64, len(weights))
			}
			for i, w := range weights {
				mean[i] += w / (rounds - rounds/2)
			}
			bias += m.bias / (rounds - rounds/2)
		}
	}
	if mean != nil {
		weights, m.bias = mean, bias
	}
	m.names, m.weights = namesOf(called), make([]float32, len(weights))
	for f, w := range weights {
		m.weights[f] = float32(w)
	}
	return m
}

// chance says how likely a text is to be what the model was trained to
// recognise, from 0 to 1.
func (m *alarmModel) chance(text string) float64 { return m.chanceOf(words(text)) }

func (m *alarmModel) chanceOf(ws []string) float64 {
	signs := m.features(ws)
	z := m.bias
	n := 1 / math.Sqrt(float64(len(signs)+1))
	for _, name := range signs {
		if at, ok := m.names.find(name); ok {
			z += 2 * n * float64(m.weights[at])
		}
	}
	return 1 / (1 + math.Exp(-z))
}
