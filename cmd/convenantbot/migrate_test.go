package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/internal/testserver"
)

func TestMovingNeedsTwoAddressesAndADatabaseThatKeepsWhatItSays(t *testing.T) {
	dir, settings, open := install(t)
	open().Close()
	here := "sqlite:" + filepath.Join(dir, "bot.db")
	// The databases of the tests may lose what they acknowledged, to be fast; an
	// installation is not moved to one of those.
	careless := testserver.Postgres(t)
	file := filepath.Join(dir, "address")
	if err := os.WriteFile(file, []byte(careless+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name     string
		from, to string
		code     int
		says     string
	}{
		{"no target", here, "", exitBadInput, "to: want"},
		{"no source", "", careless, exitBadInput, "from: want"},
		{"the wrong way round", careless, here, exitBadInput, "from: want"},
		{"a file that is not there", "sqlite:" + filepath.Join(dir, "none.db"), careless, exitBadInput, "from: "},
		{"an address that is not there", here, "file:" + filepath.Join(dir, "none"), exitBadInput, "to: "},
		{"a database that is away", here, "postgres://postgres@127.0.0.1:1/none", exitUnreachable, "to: "},
		{"a database that may lose what it says", here, careless, exitNegative, "must be on"},
		{"the same, from a file", here, "file:" + file, exitNegative, "must be on"},
		{"the same, from where the settings are", "sqlite:bot.db", careless, exitNegative, "must be on"},
	} {
		args := []string{"migrate", "--config", settings}
		if test.from != "" {
			args = append(args, "--from", test.from)
		}
		if test.to != "" {
			args = append(args, "--to", test.to)
		}
		if said := mustRun(t, test.code, args...); !strings.Contains(said, test.says) {
			t.Errorf("%s: %q, want %q in it", test.name, said, test.says)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "none.db")); err == nil {
		t.Error("a store was made where there was none")
	}
	if said := mustRun(t, exitDone, "migrate", "--config", settings); !strings.Contains(said, "up to date") {
		t.Errorf("migrate = %q", said)
	}
}
