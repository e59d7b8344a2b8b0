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

func mustBase(t testing.TB) *Base {
	t.Helper()
	r, err := loadLenient(os.DirFS("base"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := build(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A child that is missed is the worst mistake this program can make.
func TestEveryAlarmingPhrasingGetsTheSafetyReply(t *testing.T) {
	lines := mustLines(t, "testdata/alarming.txt")
	if len(lines) < 120 {
		t.Fatalf("%d alarming phrasings, want at least 120", len(lines))
	}
	base := mustBase(t)
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
	base := mustBase(t)
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

func TestAlarmHoldOut(t *testing.T) {
	r, err := loadLenient(os.DirFS("base"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := build(r)
	if err != nil {
		t.Fatal(err)
	}
	normal := append([]string(nil), r.outside...)
	for _, e := range r.entries {
		normal = append(normal, e.Asks...)
	}
	type res struct {
		s string
		p float64
	}
	var pos, neg []res
	for fold := range 5 {
		var a, n, ta, tn []string
		for i, s := range r.safety.Alarming {
			if i%5 == fold {
				ta = append(ta, s)
			} else {
				a = append(a, s)
			}
		}
		for i, s := range normal {
			if i%5 == fold {
				tn = append(tn, s)
			} else {
				n = append(n, s)
			}
		}
		m := trainAlarm(b.words, a, r.safety.Harmless, n)
		for _, s := range ta {
			pos = append(pos, res{s, m.chance(s)})
		}
		for _, s := range tn {
			neg = append(neg, res{s, m.chance(s)})
		}
	}
	for _, th := range []float64{0.1, 0.2, 0.3, 0.4, 0.5, 0.6} {
		tp, fp, pat, fpat := 0, 0, 0, 0
		for _, r := range pos {
			if r.p > th {
				tp++
			}
			if r.p > th || patterned(r.s) != NoDanger {
				pat++
			}
		}
		for _, r := range neg {
			if r.p > th {
				fp++
			}
			if r.p > th || patterned(r.s) != NoDanger {
				fpat++
			}
		}
		t.Logf("th %.1f recall %d/%d with patterns %d; false %d/%d with patterns %d", th, tp, len(pos), pat, fp, len(neg), fpat)
	}
	shown := 0
	for _, r := range neg {
		if patterned(r.s) != NoDanger && shown < 40 {
			shown++
			t.Logf("pattern false: %s", r.s)
		}
	}
}
