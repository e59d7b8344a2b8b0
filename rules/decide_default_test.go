package rules_test

import (
	"context"
	"sync"
	"testing"

	"github.com/convenantbot/convenantbot/rules"
	"github.com/convenantbot/convenantbot/rules/bundle"
)

var defaultBundle = sync.OnceValues(func() (*rules.Bundle, error) { return rules.Load(bundle.FS) })

// mustDefault is the bundle that is built in.
func mustDefault(t testing.TB) *rules.Bundle {
	t.Helper()
	b, err := defaultBundle()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTheDefaultBundlePassesItsOwnCases(t *testing.T) {
	r := mustDefault(t).Test(context.Background())
	for _, c := range r.Failures {
		t.Error(c)
	}
	for _, c := range r.Uncovered {
		t.Error(c)
	}
	if r.Cases < 100 {
		t.Errorf("%d cases, want 100 or more", r.Cases)
	}
}
