package main

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/suppose"
	catalogue "github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/knowledge"
	"github.com/convenantbot/convenantbot/rules"
)

// builtIn is the knowledge base; it never changes, so one serves every test.
var builtIn = sync.OnceValues(func() (*knowledge.Base, error) { return knowledge.Open(nil) })

func mustAnswers(t testing.TB) answers {
	t.Helper()
	base, err := builtIn()
	if err != nil {
		t.Fatal(err)
	}
	v, err := openVerdicts("", "model")
	if err != nil {
		t.Fatal(err)
	}
	return answers{base: base, verdicts: v}
}

func (a answers) mustAnswer(t testing.TB, q bot.Question) bot.Reply {
	t.Helper()
	r, err := a.Answer(t.Context(), q)
	if err != nil {
		t.Fatalf("Answer(%q): %v", q.Text, err)
	}
	return r
}

// yes is an answer that lets somebody share, at its start or at the start of what
// it says of a situation.
var yes = regexp.MustCompile(`(?im)(^|In deze situatie: |betrokken is: |belang: )(ja\b|delen mag\.|dat mag\b|dit mag\b|u mag\b|toegestaan)`)

// Every sector asks about every kind at every age, with every recipient: where
// the rules refuse, the answer has no yes in it, and where they ask for somebody's
// yes it says so.
func TestNoAnswerToACasePermitsWhatTheRulesRefuse(t *testing.T) {
	a := mustAnswers(t)
	cases := a.verdicts.(verdicts).cases
	who := map[string]string{"education": "mentor", "attendance": "leerplichtambtenaar", "swv": "consulent van het samenwerkingsverband",
		"youth_care": "jeugdhulpverlener", "youth_health": "jeugdarts", "neighbourhood_team": "wijkteammedewerker"}
	what := map[string]string{"ordinary": "de aanwezigheid", "sensitive": "de thuissituatie", "health": "de diagnose",
		"criminal": "de veroordeling", "bsn": "het bsn"}
	to := map[string]string{"education": "de mentor", "attendance": "leerplicht", "swv": "het samenwerkingsverband", "youth_care": "de jeugdhulp",
		"youth_health": "de jeugdarts", "neighbourhood_team": "het wijkteam", "outside": "de politie"}
	years := map[string]int{suppose.Under12: 8, suppose.From12: 13, suppose.From16: 16, suppose.From18: 19}
	judged := 0
	for _, sector := range rules.Sectors {
		for _, kind := range rules.DataKinds {
			for _, age := range suppose.Bands {
				for recipient, name := range to {
					text := fmt.Sprintf("Ik ben %s. Mag ik %s van een kind van %d jaar delen met %s?", who[sector], what[kind], years[age], name)
					r := a.mustAnswer(t, bot.Question{Text: text, Region: "model"})
					in, _, _, err1 := cases.Suppose(t.Context(), suppose.Sketch{Age: age, Sector: sector, Kind: kind, Reach: suppose.Inside})
					out, _, _, err2 := cases.Suppose(t.Context(), suppose.Sketch{Age: age, Sector: sector, Kind: kind, Reach: suppose.Outside})
					if err1 != nil || err2 != nil {
						t.Fatal(err1, err2)
					}
					if recipient == "outside" {
						in = out
					}
					if in.Effect == rules.Refuse && yes.MatchString(r.Text) {
						t.Errorf("%s\n%s\nthe rules refuse by %s", text, r.Text, in.Rule)
					}
					if out.Effect == rules.Refuse && recipient == "outside" && yes.MatchString(r.Text) {
						t.Errorf("%s\n%s\nthe rules refuse outside by %s", text, r.Text, out.Rule)
					}
					if r.Case.Kind == kind && r.Case.Sector == sector && strings.Contains(r.Text, "In deze situatie") {
						judged++
						if want := catalogue.For(catalogue.NL, in.Text()); !strings.Contains(r.Text, want) {
							t.Errorf("%s\n%s\nwant the verdict %q", text, r.Text, want)
						}
					}
				}
			}
		}
	}
	if judged < 400 {
		t.Errorf("only %d of 840 cases were recognised and judged", judged)
	}
}

func TestACaseThatLacksItsAgeAsksForItAndIsAnsweredAfterThePress(t *testing.T) {
	a := mustAnswers(t)
	q := bot.Question{Text: "Ik ben mentor. Mag ik de diagnose delen met het wijkteam?", Region: "model"}
	r := a.mustAnswer(t, q)
	if r.Need != suppose.NeedAge {
		t.Fatalf("Need = %q, want %q: %s", r.Need, suppose.NeedAge, r.Text)
	}
	for age, part := range map[string]string{suppose.Under12: "iedereen met gezag", suppose.From16: "de jongere zelf"} {
		q.Known = suppose.Sketch{Age: age}
		if r := a.mustAnswer(t, q); r.Need != "" || !strings.Contains(r.Text, "In deze situatie") || !strings.Contains(r.Text, part) {
			t.Errorf("%s: need %q, %q; want %q", age, r.Need, r.Text, part)
		}
	}
}

func TestAFollowUpChangesOneThingOfTheQuestionBeforeIt(t *testing.T) {
	a := mustAnswers(t)
	before := []string{"Ik ben mentor. Mag ik de diagnose van een kind van 8 delen met het wijkteam?"}
	r := a.mustAnswer(t, bot.Question{Text: "en bij 16?", Region: "model", Before: before})
	if r.Case.Age != suppose.From16 || r.Case.Kind != "health" || r.Case.Sector != "education" || !strings.Contains(r.Text, "de jongere zelf") {
		t.Errorf("Answer = %+v, %q; want the diagnosis of somebody of 16", r.Case, r.Text)
	}
	r = a.mustAnswer(t, bot.Question{Text: "en bij 13?", Region: "model", Before: append(before, "en bij 16?")})
	if r.Case.Age != suppose.From12 || r.Case.Kind != "health" {
		t.Errorf("Answer = %+v, want the diagnosis of somebody of 13", r.Case)
	}
	r = a.mustAnswer(t, bot.Question{Text: "Hoe lang bewaart leerplicht een dossier?", Region: "model", Before: before})
	if r.Case.Shares || strings.Contains(r.Text, "In deze situatie") {
		t.Errorf("a question that stands alone was read as a follow-up: %+v, %q", r.Case, r.Text)
	}
}

func TestTheCommandLineAndTheChatGiveTheSameAnswer(t *testing.T) {
	a := mustAnswers(t)
	for _, q := range []string{"Vanaf welke leeftijd beslist een jongere zelf?", "Ik ben mentor. Mag ik de diagnose van een kind van 8 delen met het wijkteam?",
		"hoe laat gaat de trein?", "hij wordt thuis geslagen"} {
		ask := &Ask{Region: "model", verdicts: a.verdicts}
		line, err := ask.ask(t.Context(), a.base, q)
		if err != nil {
			t.Fatal(err)
		}
		if chat := a.mustAnswer(t, bot.Question{Text: q, Region: "model"}); chat.Text != line.Answer || chat.Abstained != line.Abstained {
			t.Errorf("%s: the chat says %q, the command line %q", q, chat.Text, line.Answer)
		}
	}
}

func TestAChosenTopicIsAnswered(t *testing.T) {
	a := mustAnswers(t)
	if r := a.mustAnswer(t, bot.Question{Topic: "INF-03"}); r.Abstained || r.Topic.Code != "INF-03" || len(r.Citations) == 0 {
		t.Errorf("Answer(INF-03) = %+v", r)
	}
	if _, err := a.Answer(t.Context(), bot.Question{Topic: "XXX-99"}); err == nil {
		t.Error("a topic that is not there was answered")
	}
}
