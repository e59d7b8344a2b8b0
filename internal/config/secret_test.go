package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestASecretFromAFile(t *testing.T) {
	tests := []struct {
		name, text string
		mode       os.FileMode
		good       bool
	}{
		{"for its owner", master + "\n", 0o600, true},
		{"for its owner to read only", master, 0o400, true},
		{"for its group", master, 0o640, false},
		{"for everyone", master, 0o604, false},
		{"empty", "\n", 0o600, false},
		{"as long as may be", strings.Repeat("a", maxSecret), 0o600, true},
		{"too long", strings.Repeat("a", maxSecret+1), 0o600, false},
	}
	for _, test := range tests {
		s, err := openSecret("file:" + mustWrite(t, test.mode, test.text))
		if (err == nil) != test.good {
			t.Errorf("%s: %v, want good: %v", test.name, err, test.good)
		}
		if err == nil && s() != strings.TrimRight(test.text, "\n") {
			t.Errorf("%s: it is %q", test.name, s())
		}
	}
	for _, path := range []string{filepath.Join(t.TempDir(), "no"), t.TempDir()} {
		if _, err := openSecret("file:" + path); err == nil {
			t.Errorf("%s: went well", path)
		}
	}
}

func TestARotatedSecretIsSeenAndASlipIsNot(t *testing.T) {
	path := mustWrite(t, 0o600, master)
	c, err := Load("", []string{"CONVENANTBOT_KEY_MASTER=file:" + path})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(other), 0o600); err != nil {
		t.Fatal(err)
	}
	if keys, err := c.MasterKeys(); err != nil || len(keys) != 1 || keys[0][0] != 0xff {
		t.Errorf("after rotation MasterKeys() = %x, %v", keys, err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if c.Master() != other {
		t.Error("the last good value was lost with its file")
	}
}

func TestNoWayOfPrintingShowsASecret(t *testing.T) {
	c, err := Load("", chat)
	if err != nil {
		t.Fatal(err)
	}
	asJSON, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var logged bytes.Buffer
	slog.New(slog.NewTextHandler(&logged, nil)).Info("start", "settings", c, "master", c.Master)
	shown := fmt.Sprint(c) + fmt.Sprintf("%+v %#v %s %q", c, c.Master, c.Master, c.Master) + string(asJSON) + logged.String()
	for _, s := range c.Secrets() {
		if value := s(); value != "" && strings.Contains(shown, value) {
			t.Errorf("%q is shown in %s", value, shown)
		}
	}
}

func TestEverySecretOfTheTableIsKnownToTheLog(t *testing.T) {
	count := 0
	for _, s := range Table() {
		if s.Secret {
			count++
		}
	}
	c, err := Load("", minimal)
	if err != nil {
		t.Fatal(err)
	}
	if got := len(c.Secrets()); got != count {
		t.Errorf("Secrets() has %d, the table %d", got, count)
	}
	if slices.ContainsFunc(c.Secrets(), func(s Secret) bool { return s == nil }) {
		t.Error("a secret is nil")
	}
}
