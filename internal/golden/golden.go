package golden

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the files in testdata anew")

// Same compares all, by name, with what stands in the file at path. With -update it
// is written there first.
func Same(t testing.TB, path string, all map[string]any) {
	t.Helper()
	var raw bytes.Buffer
	to := json.NewEncoder(&raw)
	to.SetEscapeHTML(false)
	to.SetIndent("", " ")
	if err := to.Encode(all); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, raw.Bytes(), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var have, want map[string]json.RawMessage
	if err := errors.Join(json.Unmarshal(raw.Bytes(), &have), json.Unmarshal(kept, &want)); err != nil {
		t.Fatal(err)
	}
	for name := range want {
		if _, ok := have[name]; !ok {
			t.Errorf("%s has %q, which is shown no more", path, name)
		}
	}
	for name, got := range have {
		if !bytes.Equal(got, want[name]) {
			t.Errorf("%q is not shown as in %s; look at the difference after -update", name, path)
		}
	}
}
