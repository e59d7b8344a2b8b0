package rules_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/rules"
)

func TestExplainShowsEachPartOfAClauseWithItsValue(t *testing.T) {
	share := strings.Replace(string(small(nil)["share.yaml"].Data), `'facts.status == "open"'`, `'facts.status == "open" && (facts.phase == "F1" || facts.age == "from_16")'`, 1)
	b := mustLoad(t, small(map[string]string{"share.yaml": share}))
	f := shareFacts()
	f.Status = "closed"
	f.Parts = append(f.Parts, f.Parts[0])
	f.Parts[0].Consent = "incomplete"
	steps, err := b.ExplainShare(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range steps {
		line := s.Outcome + " " + s.Clause + " " + s.Part
		for _, c := range s.Conditions {
			line += "; " + c.Source + " = " + c.Value
		}
		got = append(got, line)
	}
	want := []string{
		`fails one ; facts.status == "open" = false; facts.phase == "F1" = false; facts.age == "from_16" = true`,
		`fails cell ordinary; part.consent == "complete" = false`,
		`holds cell ordinary; part.consent == "complete" = true`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("ExplainShare:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestEveryCaseOfTheDefaultBundleCanBeExplained(t *testing.T) {
	b := mustDefault(t)
	for _, c := range b.Cases() {
		if slices.Contains(c.Want.Codes, rules.PolicyError) {
			continue
		}
		var err error
		var steps []rules.Step
		switch {
		case c.Share != nil:
			steps, err = b.ExplainShare(t.Context(), c.Share)
		case c.Join != nil:
			steps, err = b.ExplainJoin(t.Context(), c.Join)
		default:
			steps, err = b.ExplainRetain(t.Context(), c.Retain)
		}
		if err != nil || len(steps) == 0 {
			t.Errorf("%s: %d steps, error %v", c.Name, len(steps), err)
		}
	}
}

func TestDiffSaysWhatChangesAndWhatLoosens(t *testing.T) {
	a := mustLoad(t, small(nil))
	share := string(small(nil)["share.yaml"].Data)
	facts := shareFacts()
	facts.Parts[0].Consent, facts.Parts[0].ConsentMissing, facts.Parts[0].Fits = "incomplete", []string{"g1"}, []string{"X-TAAK", "X-CVP"}
	cases := []rules.Case{{Name: "without consent", Question: "share", Share: facts}}
	for _, c := range []struct {
		name, from, to string
		changes        int
		loosens        bool
	}{
		{"nothing", "", "", 0, false},
		{"stricter", "effect: need_consent", "effect: refuse", 1, false},
		{"looser", `'part.consent == "complete"'`, "'true'", 1, true},
		{"one exception more", "[X-TAAK]", "[X-TAAK, X-CVP]", 1, true},
		{"one exception less", "exceptions: [X-TAAK], ", "", 1, false},
		{"nobody is named any more", "details: part.consent_missing, ", "", 1, true},
		{"another rule", "rule: M30", "rule: M31", 1, false},
		{"in audit", "source: test, mark: I}\n  - {code: cell", "source: test, mark: I}\n  - {mode: audit, code: cell", 1, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := mustLoad(t, small(map[string]string{"share.yaml": strings.Replace(share, c.from, c.to, 1)}))
			got := rules.Diff(t.Context(), a, b, cases)
			if len(got) != c.changes || len(got) == 1 && got[0].Loosens != c.loosens {
				t.Errorf("Diff = %v, want %d changes, loosens %v", got, c.changes, c.loosens)
			}
		})
	}
}

// Cells are the cells of the matrix three times over, and the default bundle
// answers each.
func TestCellsWalkTheWholeMatrix(t *testing.T) {
	b := mustDefault(t)
	cells := rules.Cells()
	if len(cells) != 720 {
		t.Fatalf("%d cells, want 720", len(cells))
	}
	for _, c := range cells {
		if v, err := b.Share(t.Context(), c.Share); err != nil || v.Rule == "" {
			t.Errorf("%s: %v, %v", c.Name, v, err)
		}
	}
}
