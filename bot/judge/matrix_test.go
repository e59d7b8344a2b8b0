package judge_test

import (
	"context"
	"encoding/csv"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot/judge"
	"github.com/convenantbot/convenantbot/rules"
)

// TestEveryCellOfTheMatrix walks the 240 rows: with nobody's yes the effect and
// the rule are the row's, with everybody's a row that asks lets through, and
// the one who is missing is the one in the column wie.
func TestEveryCellOfTheMatrix(t *testing.T) {
	f, err := os.Open("testdata/consent-matrix.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	words := map[string]string{"onderwijs": "education", "leerplicht": "attendance", "swv": "swv", "jeugdhulp": "youth_care", "jgz_big": "youth_health",
		"wijkteam": "neighbourhood_team", "gewoon": "ordinary", "gevoelig": "sensitive", "gezondheid": "health", "strafrechtelijk": "criminal", "bsn": "bsn"}
	born := map[string]judge.Date{"<12": {Year: 2018, Month: 1, Day: 1}, "12-15": {Year: 2012, Month: 1, Day: 1}, "16-17": {Year: 2009, Month: 1, Day: 1}, "18+": {Year: 2005, Month: 1, Day: 1}}
	effects := map[string]string{"ALLOW": "allow", "CONSENT": "need_consent", "FORBID": "refuse"}
	if len(rows) != 241 {
		t.Fatalf("%d rows, want 240 and a head", len(rows))
	}
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for _, row := range rows[1:] {
		sector, kind := words[row[0]], words[row[2]]
		t.Run(strings.Join(row[:4], "/"), func(t *testing.T) {
			date := born[row[1]]
			other := "education" // a recipient of a sector that no exception in the room is for
			if sector == "education" {
				other = "attendance"
			}
			in := &judge.ShareInput{Now: now, Region: "model", Discloser: "u1", Purpose: "plan",
				Casus: judge.Casus{Ref: "C", Kind: "mdo", Phase: "F3", Status: "open", YoungPerson: judge.YoungPerson{ID: "yp", Born: &date, School: "elders"},
					Authority: []judge.Person{{ID: "g1"}}, Members: []judge.Member{
						{ID: "u1", Role: "professional", Organisation: "o1", Sector: sector, Party: true, Involved: true},
						{ID: "u2", Role: "professional", Organisation: "o2", Sector: other, Party: row[3] == "binnen", Involved: true}}},
				Document: judge.Document{Kinds: []string{kind}}}
			want := effects[row[4]]
			var missing []string
			if row[4] != "FORBID" {
				who := strings.ReplaceAll(row[5], "(JONGERE horen)", "")
				if strings.Contains(who, "JONGERE") {
					missing = append(missing, "yp")
				}
				if strings.Contains(who, "GEZAG") {
					missing = append(missing, "g1")
				}
			}
			if len(missing) > 0 {
				want = "need_consent" // an ALLOW that needs a casusinstemming
			}
			check := func(when string, v rules.Verdict, err error, effect string, missing []string) {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
				if v.Effect.String() != effect || v.Rule != row[6] || !slices.Equal(v.Missing, missing) {
					t.Errorf("%s: Share = %s %s missing %v, want %s %s missing %v", when, v.Effect, v.Rule, v.Missing, effect, row[6], missing)
				}
				var offered []string
				for _, x := range strings.Fields(row[7]) {
					if (x == "X-TAAK" || x == "X-CVP") && effect != "allow" {
						offered = append(offered, x)
					}
				}
				if !slices.Equal(v.Exceptions, offered) {
					t.Errorf("%s: exceptions %v, want %v", when, v.Exceptions, offered)
				}
				if effect == "allow" || len(v.Reasons) == 0 {
					return
				}
				source, err := mustJudge(t).Bundle().ReadableSource(row[8])
				if err != nil {
					t.Fatal(err)
				}
				if r := v.Reasons[0]; r.Code != row[6] || r.Mark != row[9] || r.Source != source && !strings.HasPrefix(source, r.Source) {
					t.Errorf("%s: reason %s %q %s, want %s %q %s", when, r.Code, r.Source, r.Mark, row[6], source, row[9])
				}
			}
			v, err := mustJudge(t).Share(context.Background(), in)
			check("nobody said yes", v, err, want, missing)
			end := now.AddDate(1, 0, 0)
			for _, giver := range []string{"yp", "g1"} {
				in.Consents = append(in.Consents, judge.Consent{ID: "c", Giver: giver, Decision: "given", Discloser: "o1", Recipients: []string{"o2"}, Kinds: rules.DataKinds,
					Purpose: "plan", GivenAt: now.Add(-time.Hour), ExpiresAt: &end})
				in.Agreements = append(in.Agreements, judge.Agreement{Giver: giver, Decision: "given", Covers: []string{"o1", "o2"}, GivenAt: now.Add(-time.Hour)})
			}
			if want == "need_consent" {
				want = "allow"
			}
			v, err = mustJudge(t).Share(context.Background(), in)
			check("everybody said yes", v, err, want, nil)
		})
	}
}
