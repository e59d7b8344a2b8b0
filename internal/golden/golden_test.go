package golden

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// ear hears what a test would complain of.
type ear struct {
	testing.TB
	said []string
}

func (e *ear) Helper()                      {}
func (e *ear) Errorf(form string, a ...any) { e.said = append(e.said, fmt.Sprintf(form, a...)) }

func TestWhatDiffersFromTheFileIsNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shown.json")
	if err := os.WriteFile(path, []byte("{\n \"een\": {\n  \"a\": \"<b>\"\n },\n \"twee\": 2\n}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	same := map[string]any{"een": map[string]string{"a": "<b>"}, "twee": 2}
	for name, test := range map[string]struct {
		all  map[string]any
		want string // part of the complaint; blank: there is none
	}{
		"the same":      {same, ""},
		"another value": {map[string]any{"een": same["een"], "twee": 3}, `"twee" is not shown`},
		"one is gone":   {map[string]any{"twee": 2}, `"een", which is shown no more`},
		"one more":      {map[string]any{"een": same["een"], "twee": 2, "drie": 3}, `"drie" is not shown`},
	} {
		e := &ear{TB: t}
		Same(e, path, test.all)
		if (test.want == "") != (len(e.said) == 0) || test.want != "" && !strings.Contains(strings.Join(e.said, "\n"), test.want) {
			t.Errorf("%s: it says %q, want %q", name, e.said, test.want)
		}
	}
}
