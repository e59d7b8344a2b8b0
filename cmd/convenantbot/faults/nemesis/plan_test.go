package nemesis

import (
	"fmt"
	"testing"
)

func TestTheSameSeedGivesTheSamePlan(t *testing.T) {
	a, b, other := Plan(7, 200, 3), Plan(7, 200, 3), Plan(8, 200, 3)
	if fmt.Sprint(a) != fmt.Sprint(b) {
		t.Error("the same seed gave two plans")
	}
	if fmt.Sprint(a) == fmt.Sprint(other) {
		t.Error("two seeds gave the same plan")
	}
	if got := Plan(7, 20, 3); fmt.Sprint(got) != fmt.Sprint(a[:20]) {
		t.Error("a shorter plan is not the beginning of a longer one")
	}
}

func TestEveryFaultComesAndNoTwoAtOnceBreakTheSamePart(t *testing.T) {
	for seed := range uint64(50) {
		seen, two := map[Kind]bool{}, 0
		for _, s := range Plan(seed, 3*len(Kinds), 3) {
			if len(s.Faults) < 1 || len(s.Faults) > 2 {
				t.Fatalf("seed %d: %d faults at once", seed, len(s.Faults))
			}
			for _, f := range s.Faults {
				seen[f.Kind] = true
				if f.Replica < 0 || f.Replica > 2 || f.For <= 0 {
					t.Errorf("seed %d: %v", seed, f)
				}
			}
			if len(s.Faults) == 2 {
				two++
				if s.Faults[0].Kind.part() == s.Faults[1].Kind.part() {
					t.Errorf("seed %d: %s breaks one part twice", seed, s)
				}
			}
		}
		if len(seen) != len(Kinds) || two == 0 {
			t.Errorf("seed %d: %d of %d kinds came, %d times two at once", seed, len(seen), len(Kinds), two)
		}
	}
}
