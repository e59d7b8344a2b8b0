package rules_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/rules"
	"github.com/convenantbot/convenantbot/rules/bundle"
)

func TestTheReadingsAreTheRulesThatRestOnAnInterpretation(t *testing.T) {
	b, err := rules.Load(bundle.FS)
	if err != nil {
		t.Fatal(err)
	}
	all := b.Readings()
	if len(all) < 20 {
		t.Fatalf("%d readings in the default bundle", len(all))
	}
	codes := b.Codes()
	for i, r := range all {
		if !strings.Contains(r.Mark, "I") || !slices.Contains(codes, r.Code) || i > 0 && all[i-1].Code >= r.Code {
			t.Errorf("reading %d is %+v", i, r)
		}
	}
}
