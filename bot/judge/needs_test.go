package judge_test

import (
	"reflect"
	"testing"

	"github.com/convenantbot/convenantbot/bot/judge"
	"github.com/convenantbot/convenantbot/rules"
)

func TestNeedsListsTheFormsToAskFor(t *testing.T) {
	question := with(t, baseShare, patch{"discloser", "u1"}, patch{"agreements", []any{}}, patch{"consents", []any{}}, patch{"document.kinds", []string{"ordinary", "sensitive", "health", "bsn"}})
	in, err := judge.DecodeShare(question)
	if err != nil {
		t.Fatal(err)
	}
	got, err := mustJudge(t).Needs(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	both := []string{"school-a", "zorg-x"}
	want := []judge.Need{
		{Giver: "g1", Agreement: true, Discloser: "school-a", Recipients: both, Purpose: "plan", Rule: "M10"},
		{Giver: "g1", Discloser: "school-a", Recipients: both[1:], Kinds: []string{"health", "sensitive"}, Purpose: "plan", Rule: "M12"},
		{Giver: "g2", Agreement: true, Discloser: "school-a", Recipients: both, Purpose: "plan", Rule: "M10"},
		{Giver: "g2", Discloser: "school-a", Recipients: both[1:], Kinds: []string{"health", "sensitive"}, Purpose: "plan", Rule: "M12"},
	}
	if !reflect.DeepEqual(got.Missing, want) {
		t.Errorf("Needs = %+v, want %+v", got.Missing, want)
	}
	if len(got.Refused) != 1 || got.Refused[0].Kind != "bsn" {
		t.Errorf("refused %v, want the bsn", got.Refused)
	}
	if again := mustShare(t, question); len(again.Missing) != 0 || again.Effect != rules.Refuse {
		t.Errorf("judging changed the input: %v", again)
	}
}

// Getting what Needs lists is enough: the document then passes.
func TestWhatNeedsListsIsEnough(t *testing.T) {
	for _, discloser := range []string{"u1", "u2"} {
		for _, born := range []string{"2018-01-05", "2012-01-05", "2009-01-05"} {
			in, err := judge.DecodeShare(with(t, baseShare, patch{"discloser", discloser}, patch{"casus.young_person.born", born}, patch{"agreements", []any{}}, patch{"consents", []any{}},
				patch{"document.kinds", []string{"ordinary", "sensitive", "health"}}))
			if err != nil {
				t.Fatal(err)
			}
			needs, err := mustJudge(t).Needs(t.Context(), in)
			if err != nil || len(needs.Missing) == 0 {
				t.Fatalf("Needs = %v, %v", needs, err)
			}
			end := in.Now.AddDate(1, 0, 0)
			for _, n := range needs.Missing {
				if n.Agreement {
					in.Agreements = append(in.Agreements, judge.Agreement{Giver: n.Giver, Decision: "given", Covers: n.Recipients, GivenAt: in.Now.Add(-1)})
				} else {
					in.Consents = append(in.Consents, judge.Consent{ID: "n", Giver: n.Giver, Decision: "given", Discloser: n.Discloser, Recipients: n.Recipients, Kinds: n.Kinds,
						Purpose: n.Purpose, GivenAt: in.Now.Add(-1), ExpiresAt: &end})
				}
			}
			v, err := mustJudge(t).Share(t.Context(), in)
			if err != nil || v.Effect != rules.Allow {
				t.Errorf("discloser %s, born %s: Share = %v, %v, want allow", discloser, born, v, err)
			}
		}
	}
}

func TestPossibleOffersTheKindsThatCouldPass(t *testing.T) {
	in, err := judge.DecodeShare(with(t, baseShare, patch{"document.kinds", []string{}}, patch{"casus.phase", "F5"}))
	if err != nil {
		t.Fatal(err)
	}
	all, err := mustJudge(t).Possible(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, p := range all {
		got[p.Kind] = p.OK()
		if !p.OK() && (len(p.Verdict.Reasons) == 0 || p.Verdict.Reasons[0].Next == "") {
			t.Errorf("%s cannot pass and does not say why", p.Kind)
		}
	}
	if want := map[string]bool{"ordinary": true, "sensitive": true, "health": false, "criminal": false, "bsn": false}; !reflect.DeepEqual(got, want) {
		t.Errorf("Possible = %v, want %v", got, want)
	}
}
