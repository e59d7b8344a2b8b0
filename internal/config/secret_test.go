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
	"syscall"
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

// aFile is what is known of a file before it is read.
type aFile struct {
	os.FileInfo
	mode     os.FileMode
	uid, gid uint32
}

func (f aFile) Mode() os.FileMode { return f.mode }
func (f aFile) Sys() any          { return &syscall.Stat_t{Uid: f.uid, Gid: f.gid} }

func TestASecretOfRootMayBeReadByOurGroupAlone(t *testing.T) {
	const us, them = 65532, 1000
	tests := []struct {
		name     string
		mode     os.FileMode
		uid, gid uint32
		as       int // user and group
		good     bool
	}{
		{"ours", 0o600, us, us, us, true},
		{"root's, for our group to read", 0o440, 0, us, us, true},
		{"root's, for our group to read, and root's to write", 0o640, 0, us, us, true},
		{"root's, for our group to write too", 0o460, 0, us, us, false},
		{"root's, for another group", 0o440, 0, them, us, false},
		{"root's, for root's group", 0o440, 0, 0, us, false},
		{"root's, for everyone", 0o444, 0, us, us, false},
		{"root's, for our group and others to run", 0o441, 0, us, us, false},
		{"ours, for our group", 0o440, us, us, us, false},
		{"somebody's, for our group", 0o440, them, us, us, false},
		{"root's, for root's group, as root", 0o440, 0, 0, 0, false},
	}
	for _, test := range tests {
		if got := ownOnly(aFile{mode: test.mode, uid: test.uid, gid: test.gid}, test.as, test.as); got != test.good {
			t.Errorf("%s: ownOnly = %v, want %v", test.name, got, test.good)
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
