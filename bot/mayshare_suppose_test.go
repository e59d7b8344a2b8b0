package bot_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/judge"
	"github.com/convenantbot/convenantbot/rules"
	"github.com/convenantbot/convenantbot/rules/bundle"
)

func mustJudge(t testing.TB) *judge.Judge {
	t.Helper()
	j, err := judge.Load(bundle.FS, os.DirFS("../deploy"), "regions")
	if err != nil {
		t.Fatal(err)
	}
	return j
}

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// full is a whole casus of a sketch, made apart from the code under test, with
// everybody's yes to everything when yes is set.
func full(region, age string, sector bot.Sector, kind bot.DataKind, to []bot.Sector, inside, yes bool) *judge.ShareInput {
	year := map[string]int{bot.Under12: 2019, bot.From12: 2012, bot.From16: 2009, bot.From18: 2006}[age]
	in := &judge.ShareInput{Now: noon, Region: region, Discloser: "me", Purpose: "p", Document: judge.Document{Kinds: []string{string(kind)}},
		Casus: judge.Casus{Ref: "C-1", Kind: "mdo", Phase: "F3", Status: "open",
			YoungPerson: judge.YoungPerson{ID: "yp", Born: &judge.Date{Year: year, Month: 1, Day: 5}}, Authority: []judge.Person{{ID: "a"}, {ID: "b"}},
			Members: []judge.Member{{ID: "me", Role: "professional", Organisation: "mine", Sector: string(sector), Party: true, Involved: true}}}}
	orgs := []string{"mine"}
	for _, s := range to {
		in.Casus.Members = append(in.Casus.Members, judge.Member{ID: "m-" + string(s), Role: "professional", Organisation: "o-" + string(s), Sector: string(s), Party: inside, Involved: inside})
		orgs = append(orgs, "o-"+string(s))
	}
	if yes {
		end := noon.AddDate(0, 2, 0)
		for _, giver := range []string{"yp", "a", "b"} {
			in.Agreements = append(in.Agreements, judge.Agreement{Giver: giver, Decision: "given", Covers: orgs, GivenAt: noon.Add(-time.Minute)})
			in.Consents = append(in.Consents, judge.Consent{ID: giver, Giver: giver, Decision: "given", Discloser: "mine", Recipients: orgs,
				Kinds: in.Document.Kinds, Purpose: "p", GivenAt: noon.Add(-time.Minute), ExpiresAt: &end})
		}
	}
	return in
}

func TestASketchIsAnsweredAsTheRulesDecideForEveryCombination(t *testing.T) {
	j := mustJudge(t)
	n := 0
	for _, region := range j.Regions() {
		s := bot.NewSuppositions(j, region, func() time.Time { return noon })
		for _, age := range bot.Bands {
			for _, sector := range bot.Sectors {
				for _, kind := range bot.DataKinds {
					for _, to := range append([][]bot.Sector{bot.Sectors}, one(bot.Sectors)...) {
						for _, reach := range []bot.Reach{bot.Inside, bot.Outside} {
							got, need, _, err := s.Suppose(t.Context(), bot.Sketch{Age: age, Sector: sector, Kind: kind, Recipients: to, Reach: reach})
							if err != nil || need != "" {
								t.Fatalf("Suppose(%s %s %s %s): need %q, %v", age, sector, kind, reach, need, err)
							}
							before, err1 := j.Share(t.Context(), full(region, age, sector, kind, to, reach == bot.Inside, false))
							after, err2 := j.Share(t.Context(), full(region, age, sector, kind, to, reach == bot.Inside, true))
							if err1 != nil || err2 != nil {
								t.Fatal(err1, err2)
							}
							want := before.Effect
							if want == rules.NeedConsent && after.Effect != rules.Allow {
								want = rules.Refuse
							}
							if got.Effect != want || got.Rule != before.Rule {
								t.Errorf("%s: %s %s %s %v %s = %s by %s, the rules say %s by %s", region, age, sector, kind, to, reach, got.Effect, got.Rule, want, before.Rule)
							}
							if who := strings.Contains(got.Text(), "jongere"); want == rules.NeedConsent && who != slices.Contains(before.Missing, "yp") {
								t.Errorf("%s %s %s %s: %q, missing are %v", age, sector, kind, reach, got.Text(), before.Missing)
							}
							n++
						}
					}
				}
			}
		}
	}
	if n < 3*4*6*5*7*2 {
		t.Errorf("%d combinations were tried", n)
	}
}

func one(all []bot.Sector) (out [][]bot.Sector) {
	for _, s := range all {
		out = append(out, []bot.Sector{s})
	}
	return out
}

func TestASketchThatLacksOneThingAsksForThatOnlyWhenItMatters(t *testing.T) {
	s := bot.NewSuppositions(mustJudge(t), "model", func() time.Time { return noon })
	for _, c := range []struct {
		name   string
		sketch bot.Sketch
		need   string
		left   int
	}{
		{"health by a school within, no age", bot.Sketch{Sector: bot.Education, Kind: bot.Health, Reach: bot.Inside}, bot.NeedAge, 1},
		{"a BSN, nothing else said", bot.Sketch{Kind: bot.BSN}, "", 0},
		{"criminal data of a school, no age", bot.Sketch{Sector: bot.Education, Kind: bot.Criminal}, "", 0},
		{"criminal data, nobody said who", bot.Sketch{Kind: bot.Criminal}, bot.NeedSector, 1},
		{"health of a swv, no age and no readers", bot.Sketch{Sector: bot.SWV, Kind: bot.Health}, "", 0},
		{"attendance, outside, ordinary, no age", bot.Sketch{Sector: bot.Attendance, Kind: bot.Ordinary, Reach: bot.Outside}, "", 0},
		{"attendance, ordinary, 13, nobody said who reads", bot.Sketch{Sector: bot.Attendance, Kind: bot.Ordinary, Age: bot.From12}, bot.NeedRecipients, 1},
		{"attendance, within, 13, no kind", bot.Sketch{Sector: bot.Attendance, Reach: bot.Inside, Age: bot.From12}, bot.NeedKind, 1},
		{"only that it is about health", bot.Sketch{Kind: bot.Health}, bot.NeedSector, 3},
	} {
		_, need, left, err := s.Suppose(t.Context(), c.sketch)
		if err != nil || need != c.need || left != c.left {
			t.Errorf("%s: Suppose = need %q, %d left, %v; want %q, %d", c.name, need, left, err, c.need, c.left)
		}
	}
}

func TestASketchSaysWhoMustSayYes(t *testing.T) {
	s := bot.NewSuppositions(mustJudge(t), "model", func() time.Time { return noon })
	for _, c := range []struct {
		sketch bot.Sketch
		want   string
	}{
		{bot.Sketch{Age: bot.Under12, Sector: bot.Education, Kind: bot.Health, Reach: bot.Inside}, "iedereen met gezag"},
		{bot.Sketch{Age: bot.Under12, Sector: bot.Education, Kind: bot.Ordinary, Reach: bot.Inside}, "een ouder of voogd met gezag (zolang niemand met gezag bezwaar heeft) instemt met het overleg"},
		{bot.Sketch{Age: bot.From12, Sector: bot.YouthCare, Kind: bot.Ordinary, Reach: bot.Inside}, "de jongere én een ouder"},
		{bot.Sketch{Age: bot.From16, Sector: bot.YouthHealth, Kind: bot.Health, Reach: bot.Outside}, "toestemming van de jongere zelf"},
		{bot.Sketch{Age: bot.From12, Sector: bot.Attendance, Kind: bot.Ordinary, Reach: bot.Outside}, "Delen mag niet."},
		{bot.Sketch{Age: bot.From12, Sector: bot.Attendance, Kind: bot.Ordinary, Reach: bot.Inside}, "Delen mag."},
	} {
		got, _, _, err := s.Suppose(t.Context(), c.sketch)
		if err != nil || !strings.Contains(got.Text(), c.want) {
			t.Errorf("Suppose(%+v) says %q, %v; want %q", c.sketch, got.Text(), err, c.want)
		}
	}
}

func TestBandOf(t *testing.T) {
	for age, want := range map[int]string{-1: "", 0: bot.Under12, 11: bot.Under12, 12: bot.From12, 15: bot.From12, 16: bot.From16, 17: bot.From16, 18: bot.From18} {
		if got := bot.BandOf(age); got != want {
			t.Errorf("BandOf(%d) = %q, want %q", age, got, want)
		}
	}
}
