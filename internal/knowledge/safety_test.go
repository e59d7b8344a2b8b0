package knowledge

import (
	"bufio"
	"os"
	"strings"
	"testing"
)

func mustLines(t testing.TB, name string) (out []string) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if s := strings.TrimSpace(lines.Text()); s != "" && s[0] != '#' {
			out = append(out, s)
		}
	}
	return out
}

// A child that is missed is the worst mistake this program can make.
func TestEveryAlarmingPhrasingGetsTheSafetyReply(t *testing.T) {
	lines := mustLines(t, "testdata/alarming.txt")
	if len(lines) < 120 {
		t.Fatalf("%d alarming phrasings, want at least 120", len(lines))
	}
	base := mustBuiltIn(t)
	for _, s := range lines {
		if base.Alarming(s) == NoDanger {
			t.Errorf("Alarming(%q) = no (%.2f)", s, base.alarm.chance(s))
		}
	}
}

func TestHarmlessLookAlikesRaiseHardlyAnyAlarm(t *testing.T) {
	lines := mustLines(t, "testdata/harmless.txt")
	if len(lines) < 120 {
		t.Fatalf("%d harmless phrasings, want at least 120", len(lines))
	}
	false_ := 0
	base := mustBuiltIn(t)
	for _, s := range lines {
		if base.Alarming(s) != NoDanger {
			false_++
			t.Logf("false alarm: %q (patterns %v, %.2f)", s, patterned(s) != NoDanger, base.alarm.chance(s))
		}
	}
	if false_*100 > 2*len(lines) {
		t.Errorf("%d false alarms in %d, at most 2 %%", false_, len(lines))
	}
}

// Phrasings that share their words test one thing twice.
func TestAlarmingPhrasingsDiffer(t *testing.T) {
	lines := mustLines(t, "testdata/alarming.txt")
	sets := make([]map[string]bool, len(lines))
	for i, s := range lines {
		sets[i] = map[string]bool{}
		for _, w := range words(s) {
			sets[i][w] = true
		}
	}
	for i := range sets {
		for j := range i {
			shared := 0
			for w := range sets[i] {
				if sets[j][w] {
					shared++
				}
			}
			if 2*shared > min(len(sets[i]), len(sets[j])) {
				t.Errorf("%q and %q share %d words", lines[i], lines[j], shared)
			}
		}
	}
}

// Below the reply stood what the convenant says of young people of fifteen.
func TestWhoOnlyTellsOfDangerHearsOfSafetyAlone(t *testing.T) {
	b := mustBuiltIn(t)
	a := mustAsk(t, b, Question{Text: "mijn dochter van 15 zegt dat ze er niet meer wil zijn"})
	if !a.Safety || strings.Contains(a.Text, "Over uw vraag") {
		t.Errorf("answer %q", a.Text)
	}
	a = mustAsk(t, b, Question{Text: "vader slaat haar met een riem, mag ik zonder toestemming Veilig Thuis bellen?"})
	if !a.Safety || !strings.Contains(a.Text, "Over uw vraag") {
		t.Errorf("answer %q", a.Text)
	}
}
