package knowledge

import (
	"strings"
	"testing"
)

// mostAlike is how much of a question's groups of three letters may stand in
// one phrasing (Jaccard). Above it a question would be measuring memory.
const mostAlike = 0.5

// The questions that measure the answers are not the phrasings that they are
// found by: no two are nearly the same text.
func TestTheEvaluationQuestionsAreNotThePhrasings(t *testing.T) {
	b := mustBuiltIn(t)
	type known struct {
		text, code string
		groups     int
	}
	var all []known
	holding := map[string][]int{} // group -> texts
	learn := func(text, code string) {
		groups := threes(text)
		for g := range groups {
			holding[g] = append(holding[g], len(all))
		}
		all = append(all, known{text, code, len(groups)})
	}
	for _, e := range b.Entries() {
		for _, q := range e.Asks {
			learn(q, e.Code)
		}
	}
	for _, q := range b.outside {
		learn(q, "outside")
	}
	for _, name := range []string{"eval/dev.jsonl", "eval/questions.jsonl", "eval/fresh.jsonl", "eval/fresh-kept.jsonl",
		"eval/voices-a.jsonl", "eval/voices-a-kept.jsonl", "eval/voices-b.jsonl", "eval/voices-b-kept.jsonl",
		"eval/workfloor.jsonl", "eval/workfloor-kept.jsonl"} {
		questions := mustQuestions(t, name)
		sum, top := 0.0, 0.0
		for _, q := range questions {
			groups := threes(q.Question)
			both := make([]int, len(all))
			for g := range groups {
				for _, i := range holding[g] {
					both[i]++
				}
			}
			most, which := 0.0, known{}
			for i, k := range all {
				if x := float64(both[i]) / float64(len(groups)+k.groups-both[i]); x > most {
					most, which = x, k
				}
			}
			sum, top = sum+most, max(top, most)
			if most > mostAlike && strings.HasSuffix(name, "-kept.jsonl") {
				// What is only measured is not shown.
				t.Errorf("%s %s is %.2f like the phrasing %q of %s, at most %.2f", name, q.ID, most, which.text, which.code, mostAlike)
			} else if most > mostAlike {
				t.Errorf("%s %s %q is %.2f like the phrasing %q of %s, at most %.2f", name, q.ID, q.Question, most, which.text, which.code, mostAlike)
			}
		}
		t.Logf("%s: nearest phrasing %.2f alike on average, %.2f at most", name, sum/float64(len(questions)), top)
	}
}

// threes are the groups of three letters of a folded text, spaces among them.
func threes(s string) map[string]bool {
	padded := " " + flat(s) + " "
	out := make(map[string]bool, len(padded))
	for i := 0; i+3 <= len(padded); i++ {
		out[padded[i:i+3]] = true
	}
	return out
}
