package text

import (
	"strings"
	"testing"
)

func TestEveryMessageHasASampleThatShowsAllOfIt(t *testing.T) {
	samples := Samples()
	if len(samples) != len(declared) {
		t.Errorf("%d samples of %d messages", len(samples), len(declared))
	}
	for _, s := range samples {
		if s.Part == "" || len(s.Shown) == 0 {
			t.Errorf("%s of %q is not shown", s.Code, s.Part)
		}
		for _, piece := range s.Unseen {
			t.Errorf("%s never says %q; samplewords.yaml may need a value", s.Code, piece)
		}
		for i, one := range s.Shown {
			for _, l := range []Lang{NL, EN} {
				if strings.TrimSpace(one[l]) == "" && i == 0 || strings.ContainsAny(one[l], "\x00") || strings.Contains(one[l], "<no value>") {
					t.Errorf("%s in %s: %q", s.Code, l, one[l])
				}
				if strings.Contains(one[l], "een voorbeeld") && !strings.Contains(s.Code, "example") {
					t.Logf("%s: %s", s.Code, one[l])
				}
			}
		}
	}
}
