package suppose_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot/judge"
	"github.com/convenantbot/convenantbot/bot/suppose"
	"github.com/convenantbot/convenantbot/rules"
	"github.com/convenantbot/convenantbot/rules/bundle"
)

func mustJudge(t testing.TB) *judge.Judge {
	t.Helper()
	j, err := judge.Load(bundle.FS, os.DirFS("../../deploy"), "regions")
	if err != nil {
		t.Fatal(err)
	}
	return j
}

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// full is a whole casus of a sketch, made apart from the code under test, with
// everybody's yes to everything when yes is set.
func full(region, age, sector, kind string, to []string, inside, yes bool) *judge.ShareInput {
	year := map[string]int{suppose.Under12: 2019, suppose.From12: 2012, suppose.From16: 2009, suppose.From18: 2006}[age]
	in := &judge.ShareInput{Now: noon, Region: region, Discloser: "me", Purpose: "p", Document: judge.Document{Kinds: []string{kind}},
		Casus: judge.Casus{Ref: "C-1", Kind: "mdo", Phase: "F3", Status: "open",
			YoungPerson: judge.YoungPerson{ID: "yp", Born: &judge.Date{Year: year, Month: 1, Day: 5}}, Authority: []judge.Person{{ID: "a"}, {ID: "b"}},
			Members: []judge.Member{{ID: "me", Role: "professional", Organisation: "mine", Sector: sector, Party: true, Involved: true}}}}
	orgs := []string{"mine"}
	for _, s := range to {
		in.Casus.Members = append(in.Casus.Members, judge.Member{ID: "m-" + s, Role: "professional", Organisation: "o-" + s, Sector: s, Party: inside, Involved: inside})
		orgs = append(orgs, "o-"+s)
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
		s := suppose.New(j, region, func() time.Time { return noon })
		for _, age := range suppose.Bands {
			for _, sector := range rules.Sectors {
				for _, kind := range rules.DataKinds {
					for _, to := range append([][]string{rules.Sectors}, one(rules.Sectors)...) {
						for _, reach := range []suppose.Reach{suppose.Inside, suppose.Outside} {
							got, need, _, err := s.Suppose(t.Context(), suppose.Sketch{Age: age, Sector: sector, Kind: kind, Recipients: to, Reach: reach})
							if err != nil || need != "" {
								t.Fatalf("Suppose(%s %s %s %s): need %q, %v", age, sector, kind, reach, need, err)
							}
							before, err1 := j.Share(t.Context(), full(region, age, sector, kind, to, reach == suppose.Inside, false))
							after, err2 := j.Share(t.Context(), full(region, age, sector, kind, to, reach == suppose.Inside, true))
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

func one(all []string) (out [][]string) {
	for _, s := range all {
		out = append(out, []string{s})
	}
	return out
}

func TestASketchThatLacksOneThingAsksForThatOnlyWhenItMatters(t *testing.T) {
	s := suppose.New(mustJudge(t), "model", func() time.Time { return noon })
	for _, c := range []struct {
		name   string
		sketch suppose.Sketch
		need   string
		left   int
	}{
		{"health by a school within, no age", suppose.Sketch{Sector: "education", Kind: "health", Reach: suppose.Inside}, suppose.NeedAge, 1},
		{"a BSN, nothing else said", suppose.Sketch{Kind: "bsn"}, "", 0},
		{"criminal data of a school, no age", suppose.Sketch{Sector: "education", Kind: "criminal"}, "", 0},
		{"criminal data, nobody said who", suppose.Sketch{Kind: "criminal"}, suppose.NeedSector, 1},
		{"health of a swv, no age and no readers", suppose.Sketch{Sector: "swv", Kind: "health"}, "", 0},
		{"attendance, outside, ordinary, no age", suppose.Sketch{Sector: "attendance", Kind: "ordinary", Reach: suppose.Outside}, "", 0},
		{"attendance, ordinary, 13, nobody said who reads", suppose.Sketch{Sector: "attendance", Kind: "ordinary", Age: suppose.From12}, suppose.NeedRecipients, 1},
		{"attendance, within, 13, no kind", suppose.Sketch{Sector: "attendance", Reach: suppose.Inside, Age: suppose.From12}, suppose.NeedKind, 1},
		{"only that it is about health", suppose.Sketch{Kind: "health"}, suppose.NeedSector, 3},
	} {
		_, need, left, err := s.Suppose(t.Context(), c.sketch)
		if err != nil || need != c.need || left != c.left {
			t.Errorf("%s: Suppose = need %q, %d left, %v; want %q, %d", c.name, need, left, err, c.need, c.left)
		}
	}
}

func TestASketchSaysWhoMustSayYes(t *testing.T) {
	s := suppose.New(mustJudge(t), "model", func() time.Time { return noon })
	for _, c := range []struct {
		sketch suppose.Sketch
		want   string
	}{
		{suppose.Sketch{Age: suppose.Under12, Sector: "education", Kind: "health", Reach: suppose.Inside}, "iedereen met gezag"},
		{suppose.Sketch{Age: suppose.Under12, Sector: "education", Kind: "ordinary", Reach: suppose.Inside}, "een ouder of voogd met gezag (zolang niemand met gezag bezwaar heeft) instemt met het overleg"},
		{suppose.Sketch{Age: suppose.From12, Sector: "youth_care", Kind: "ordinary", Reach: suppose.Inside}, "de jongere én een ouder"},
		{suppose.Sketch{Age: suppose.From16, Sector: "youth_health", Kind: "health", Reach: suppose.Outside}, "toestemming van de jongere zelf"},
		{suppose.Sketch{Age: suppose.From12, Sector: "attendance", Kind: "ordinary", Reach: suppose.Outside}, "Delen mag niet."},
		{suppose.Sketch{Age: suppose.From12, Sector: "attendance", Kind: "ordinary", Reach: suppose.Inside}, "Delen mag."},
	} {
		got, _, _, err := s.Suppose(t.Context(), c.sketch)
		if err != nil || !strings.Contains(got.Text(), c.want) {
			t.Errorf("Suppose(%+v) says %q, %v; want %q", c.sketch, got.Text(), err, c.want)
		}
	}
}

func TestBandOf(t *testing.T) {
	for age, want := range map[int]string{-1: "", 0: suppose.Under12, 11: suppose.Under12, 12: suppose.From12, 15: suppose.From12, 16: suppose.From16, 17: suppose.From16, 18: suppose.From18} {
		if got := suppose.BandOf(age); got != want {
			t.Errorf("BandOf(%d) = %q, want %q", age, got, want)
		}
	}
}
