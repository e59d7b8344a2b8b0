//go:build !faults

package fault

import "testing"

// In a release build the variable is only text: nothing reads it.
func TestAReleaseBuildObeysNoFault(t *testing.T) {
	t.Setenv("CONVENANTBOT_FAULT", "test.off=panic")
	if err := Point("test.off"); err != nil || Enabled {
		t.Errorf("Point = %v, Enabled = %v, want nothing to happen", err, Enabled)
	}
	Hit("test.off")
}

func BenchmarkPointCostsNothing(b *testing.B) {
	for b.Loop() {
		if err := Point("test.off"); err != nil {
			b.Fatal(err)
		}
	}
}
