package rules_test

import (
	"testing"

	"github.com/convenantbot/convenantbot/rules"
	"github.com/convenantbot/convenantbot/rules/bundle"
)

func TestTheDefaultBundleLoads(t *testing.T) {
	if _, err := rules.Load(bundle.FS); err != nil {
		t.Fatal(err)
	}
}
