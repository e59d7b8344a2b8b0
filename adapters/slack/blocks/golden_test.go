package blocks

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"

	slackgo "github.com/slack-go/slack"

	"github.com/convenantbot/convenantbot/bot/sample"
)

var update = flag.Bool("update", false, "write the files in testdata anew")

// TestTheFormsAndCardsOfTheProductAreShownAsInTheirFiles keeps what Slack is given for
// every form and every message with buttons that bot's own walk comes upon.
func TestTheFormsAndCardsOfTheProductAreShownAsInTheirFiles(t *testing.T) {
	shown, err := sample.Read()
	if err != nil {
		t.Fatal(err)
	}
	modals, messages := map[string]any{}, map[string]any{}
	for name, f := range shown.Forms {
		m, err := seal.Modal(f, "C1")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if bad := complaints(m); len(bad) > 0 {
			t.Errorf("%s: %v", name, bad)
		}
		modals[name] = m
	}
	for name, m := range shown.Cards {
		s, err := seal.Message(m)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		one := struct {
			Text   string         `json:"text"`
			Blocks slackgo.Blocks `json:"blocks"`
		}{s.Text, slackgo.Blocks{BlockSet: s.Blocks}}
		if bad := complaints(one); len(bad) > 0 {
			t.Errorf("%s: %v", name, bad)
		}
		messages[name] = one
	}
	golden(t, "testdata/forms.json", modals)
	golden(t, "testdata/cards.json", messages)
}

// golden compares what there is with what stands in a file, or writes it there.
func golden(t *testing.T, path string, all map[string]any) {
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
