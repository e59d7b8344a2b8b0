package mattermost

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/sample"
)

var update = flag.Bool("update", false, "write the files in testdata anew")

// TestTheFormsAndCardsOfTheProductAreShownAsInTheirFiles keeps what Mattermost is given
// for every form and every message with buttons that bot's own walk comes upon. A
// form that asks for files is none of Mattermost's.
func TestTheFormsAndCardsOfTheProductAreShownAsInTheirFiles(t *testing.T) {
	shown, err := sample.Read()
	if err != nil {
		t.Fatal(err)
	}
	dialogs, posts := map[string]any{}, map[string]any{}
	for name, f := range shown.Forms {
		d, err := renderForm(f)
		if slices.ContainsFunc(f.Fields, func(f bot.Field) bool { return f.Kind == bot.FilesIn }) {
			if err == nil {
				t.Errorf("%s asks for files, and is shown", name)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		dialogs[name] = d.Dialog
	}
	for name, m := range shown.Cards {
		post := renderMessage(m)
		posts[name] = struct {
			Message string         `json:"message"`
			Props   map[string]any `json:"props"`
		}{post.Message, post.GetProps()}
	}
	golden(t, "testdata/forms.json", dialogs)
	golden(t, "testdata/cards.json", posts)
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
