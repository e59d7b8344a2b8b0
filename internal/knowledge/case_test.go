package knowledge

import (
	"context"
	"slices"
	"strings"
	"testing"
)

func TestRecogniseReadsTheCase(t *testing.T) {
	for _, tt := range []struct {
		text string
		want Case
	}{
		{"Mag ik als mentor de diagnose van een jongen van 14 delen met het wijkteam?", Case{Shares: true, Age: 14, Sector: "education", Kind: "health", Recipients: []string{"neighbourhood_team"}}},
		{"Ik ben jeugdarts, kan ik het verzuim van een zestienjarige doorgeven aan school?", Case{Shares: true, Age: 16, Sector: "youth_health", Kind: "ordinary", Recipients: []string{"education"}}},
		{"leerplichtambtenaar hier, mag ik het proces-verbaal in het kanaal zetten", Case{Shares: true, Age: -1, Sector: "attendance", Kind: "criminal"}},
		{"mag het swv een diagnose doorgeven aan de gemeente", Case{Shares: true, Age: -1, Sector: "swv", Kind: "health"}},
		{"Hoe lang bewaart jeugdhulp een dossier?", Case{Age: -1, Sector: "youth_care"}},
		{"Noemt de AVG 20 jaar?", Case{Age: 20}},
	} {
		got := Recognise(tt.text)
		if got.Shares != tt.want.Shares || got.Age != tt.want.Age || got.Sector != tt.want.Sector || got.Kind != tt.want.Kind || !slices.Equal(got.Recipients, tt.want.Recipients) {
			t.Errorf("Recognise(%q) = %+v, want %+v", tt.text, got, tt.want)
		}
	}
}

type stubVerdicts struct {
	verdict Verdict
	need    string
	asked   []Case
}

func (s *stubVerdicts) Judge(_ context.Context, c Case) (Verdict, string, error) {
	s.asked = append(s.asked, c)
	return s.verdict, s.need, nil
}

func TestACompleteCaseGetsTheRulesVerdict(t *testing.T) {
	b := mustBuiltIn(t)
	v := &stubVerdicts{verdict: Verdict{Effect: "need_consent", Rule: "M40", Text: "eerst toestemming van de jongere en van wie het gezag heeft (M40).", Source: "Jeugdwet art. 7.3.11"}}
	a := mustAsk(t, b, Question{Text: "Ik ben jeugdhulpverlener, mag ik het behandelverslag van een kind van 13 delen met de school?", Verdicts: v})
	if len(v.asked) != 1 || v.asked[0].Age != 13 || v.asked[0].Sector != "youth_care" {
		t.Fatalf("asked %+v", v.asked)
	}
	if !strings.HasPrefix(a.Text, "In deze situatie: eerst toestemming") || !cites(a.Citations, "MAT-M40") {
		t.Errorf("answer %q cites %v", a.Text, a.Citations)
	}
}

func TestAMissingThingIsAskedFor(t *testing.T) {
	b := mustBuiltIn(t)
	v := &stubVerdicts{need: "age"}
	a := mustAsk(t, b, Question{Text: "mag ik dat rapport van de psycholoog doorsturen naar opa", Verdicts: v})
	if len(v.asked) == 1 && a.Need != "age" {
		t.Errorf("need %q, want age", a.Need)
	}
}

func TestTheCasusFillsWhatTheQuestionLeftOut(t *testing.T) {
	got := Recognise("mag ik de diagnose delen").within(Case{Age: 15, Sector: "youth_care", Recipients: []string{"education"}})
	if got.Age != 15 || got.Sector != "youth_care" || len(got.Recipients) != 1 {
		t.Errorf("within = %+v", got)
	}
}
