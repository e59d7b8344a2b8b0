package rules_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/rules"
)

// people is a list that is longer than the loader's estimate reckons with.
func people(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("person-%d", i)
	}
	return out
}

func policyError(t *testing.T, v rules.Verdict, err error, text string) {
	t.Helper()
	if err == nil || !errors.Is(err, rules.ErrPolicy) || !strings.Contains(err.Error(), text) {
		t.Errorf("error = %v, want a policy error with %q", err, text)
	}
	if v.Effect != rules.Refuse || len(v.Reasons) != 1 || v.Reasons[0].Code != rules.PolicyError || v.Reasons[0].Text == "" || v.Reasons[0].Next == "" || v.Policy == "" {
		t.Errorf("verdict = %+v, want a refusal with policy_error", v)
	}
}

func TestTheBoundsFire(t *testing.T) {
	// The twin of code one in the small bundle selects everything, so the
	// heavy clause takes another code there.
	load := func(require string) *rules.Bundle {
		files := withClause(`code: two, per: kind, require: "` + require + `", effect: refuse, source: s, mark: I`)
		files["messages.nl.yaml"].Data = append(files["messages.nl.yaml"].Data, "  two: {text: Twee., next: Doe iets.}\n"...)
		return mustLoad(t, files)
	}
	t.Run("cost", func(t *testing.T) {
		b := load("part.consent_missing.all(x, x != 'y' && x != 'z' && x != 'w')")
		f := shareFacts()
		f.Parts[0].ConsentMissing = people(50)
		if v, err := b.Share(t.Context(), f); err != nil || v.Effect != rules.Allow {
			t.Fatalf("a short list: %v, %v", v, err)
		}
		f.Parts[0].ConsentMissing = people(5_000)
		v, err := b.Share(t.Context(), f)
		policyError(t, v, err, "cost limit")
		if _, err := b.ExplainShare(t.Context(), f); err == nil {
			t.Error("explaining went past the limit")
		}
	})
	t.Run("memory", func(t *testing.T) {
		b := load("size(part.consent_missing + part.consent_missing + part.consent_missing) > 0")
		f := shareFacts()
		f.Parts[0].ConsentMissing = people(9_000)
		v, err := b.Share(t.Context(), f)
		policyError(t, v, err, "memory limit")
	})
	t.Run("deadline", func(t *testing.T) {
		ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
		defer cancel()
		v, err := load("true").Share(ctx, shareFacts())
		policyError(t, v, err, "deadline exceeded")
	})
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		v, err := load("true").Share(ctx, shareFacts())
		policyError(t, v, err, "canceled")
	})
	t.Run("retain", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		now := time.Now()
		f := &rules.RetainFacts{Now: now, CasusKind: "mdo", Status: "open", Hold: "none", Request: "none", Handover: "complete"}
		b := mustLoad(t, small(map[string]string{"retain.yaml": "question: retain\nclauses:\n  - {code: keep, rule: R-KEEP, require: 'facts.hold == \"live\"', effect: erase, source: s, mark: I}\n"}))
		r, err := b.Retain(ctx, f)
		if !errors.Is(err, rules.ErrPolicy) || r.Action != rules.Keep || !r.Has(rules.PolicyError) {
			t.Errorf("Retain = %v, %v, want keep", r, err)
		}
		if r, err := b.Retain(t.Context(), f); err != nil || r.Action != rules.Erase {
			t.Errorf("Retain = %v, %v, want erase", r, err)
		}
	})
}

func TestAnUnknownFactRefuses(t *testing.T) {
	b := mustLoad(t, small(nil))
	for name, change := range map[string]func(*rules.ShareFacts){
		"status":   func(f *rules.ShareFacts) { f.Status = "" },
		"age":      func(f *rules.ShareFacts) { f.Age = "12" },
		"consent":  func(f *rules.ShareFacts) { f.Parts[0].Consent = "unknown" },
		"deciders": func(f *rules.ShareFacts) { f.Parts[0].Deciders = "" },
	} {
		f := shareFacts()
		change(f)
		v, err := b.Share(t.Context(), f)
		policyError(t, v, err, "unknown fact "+name)
	}
	v, err := b.Join(t.Context(), &rules.JoinFacts{})
	policyError(t, v, err, "unknown fact")
	if r, err := b.Retain(t.Context(), &rules.RetainFacts{}); !errors.Is(err, rules.ErrPolicy) || r.Action != rules.Keep {
		t.Errorf("Retain = %v, %v", r, err)
	}
}

// What no clause is about is refused, not let through.
func TestAHoleInTheBundleRefuses(t *testing.T) {
	b := mustLoad(t, small(nil))
	f := shareFacts()
	f.Sector = "education"
	v, err := b.Share(t.Context(), f)
	policyError(t, v, err, "no clause is the cell")
	f = shareFacts()
	f.Parts = nil
	v, err = b.Share(t.Context(), f)
	policyError(t, v, err, "without kinds")
	f = shareFacts()
	f.Role, f.Sector, f.Standing, f.Classified, f.Parts = "parent", "none", "other", "no", nil
	v, err = b.Share(t.Context(), f)
	policyError(t, v, err, "without kinds")
	r, err := mustLoad(t, small(map[string]string{"retain.yaml": "question: retain\nclauses:\n  - {code: keep, require: 'true', effect: erase, source: s, mark: I}\n"})).
		Retain(t.Context(), &rules.RetainFacts{CasusKind: "mdo", Status: "open", Hold: "none", Request: "none", Handover: "complete"})
	if !errors.Is(err, rules.ErrPolicy) || r.Action != rules.Keep {
		t.Errorf("Retain = %v, %v, want keep", r, err)
	}
}

func TestModes(t *testing.T) {
	for _, c := range []struct {
		mode               string
		effect             rules.Effect
		warnings, auditing int
	}{{"enforce", rules.Refuse, 0, 0}, {"warn", rules.Allow, 1, 0}, {"audit", rules.Allow, 0, 1}, {"off", rules.Allow, 0, 0}} {
		share := strings.Replace(string(small(nil)["share.yaml"].Data), "source: test", "source: test, mode: "+c.mode, 1)
		f := shareFacts()
		f.Status = "closed"
		v, err := mustLoad(t, small(map[string]string{"share.yaml": share})).Share(t.Context(), f)
		if err != nil || v.Effect != c.effect || len(v.Warnings) != c.warnings || len(v.Audited) != c.auditing {
			t.Errorf("mode %s: %+v, %v", c.mode, v, err)
		}
	}
}

func TestTheZeroAnswersAreNo(t *testing.T) {
	if (rules.Verdict{}).Effect != rules.Refuse || (rules.Retention{}).Action != rules.Keep {
		t.Error("a zero answer lets something through")
	}
}
