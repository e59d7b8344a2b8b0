package knowledge

import "testing"

// What the alarms make of phrasings that they were not made on. The first lot
// was measured before the model was changed and only counted afterwards, the
// second was written after it was settled: the figures are in eval/README.md. A
// change that hears less, or is alarmed more often, fails here.
func TestUnseenPhrasings(t *testing.T) {
	base := mustBuiltIn(t)
	count := func(name string) (alarms, all int) {
		lines := mustLines(t, "testdata/"+name)
		for _, s := range lines {
			if base.Alarming(s) != NoDanger {
				alarms++
			}
		}
		return alarms, len(lines)
	}
	for _, tt := range []struct {
		name        string
		least, most int // alarms
	}{
		{"alarming-new.txt", 52, 60},
		{"alarming-kept.txt", 24, 30},
		{"harmless-new.txt", 0, 20},
		{"harmless-kept.txt", 0, 9},
		{"alarming-workfloor.txt", 27, 30},
		{"alarming-workfloor-kept.txt", 24, 30},
		{"harmless-workfloor.txt", 0, 3},
		{"harmless-workfloor-kept.txt", 0, 6},
	} {
		alarms, all := count(tt.name)
		t.Logf("%s: %d alarms of %d", tt.name, alarms, all)
		if alarms < tt.least || alarms > tt.most {
			t.Errorf("%s: %d alarms of %d, want %d to %d", tt.name, alarms, all, tt.least, tt.most)
		}
	}
}
