package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/config"
)

// install makes the settings of an installation with a store and some acts in
// its log.
func install(t *testing.T) (dir, settings string, open func() *sqlstore.Store) {
	t.Helper()
	dir = t.TempDir()
	settings = filepath.Join(dir, "convenantbot.yaml")
	text := fmt.Sprintf("data_dir: %q\nstore:\n  dsn: %q\nkey:\n  master: %q\naudit:\n  file: %q\n",
		dir, "sqlite:"+filepath.Join(dir, "bot.db"), strings.Repeat("ab", 32), filepath.Join(dir, "outside.txt"))
	if err := os.WriteFile(settings, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir, settings, func() *sqlstore.Store {
		t.Helper()
		cfg, err := config.Load(settings, nil)
		if err != nil {
			t.Fatal(err)
		}
		p, err := partsOf(cfg)
		if err != nil {
			t.Fatal(err)
		}
		s, err := sqlstore.Open(context.Background(), p.storeOptions())
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
}

func mustRun(t *testing.T, want int, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if code := run(t.Context(), args, &IO{In: strings.NewReader(""), Out: &out, Err: &errs}); code != want {
		t.Fatalf("%v: exit code %d, want %d\n%s%s", args, code, want, out.String(), errs.String())
	}
	return out.String() + errs.String()
}

// act leaves an entry and publishes the checkpoint after it.
func act(t *testing.T, s *sqlstore.Store, settings string) {
	t.Helper()
	if err := s.Update(t.Context(), func(tx bot.Tx) error {
		_, err := tx.Record(bot.Entry{Act: bot.ActDirectory, Outcome: "done"})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	signed, news, err := s.Checkpoint(t.Context())
	if err != nil || !news {
		t.Fatalf("Checkpoint: %v, news %v", err, news)
	}
	cfg, err := config.Load(settings, nil)
	if err != nil {
		t.Fatal(err)
	}
	publisher(cfg, nil, slog.New(slog.DiscardHandler))(t.Context(), signed)
}

func TestBackupAndRestoreAndTheCopyOutsideTellsOfTheGap(t *testing.T) {
	dir, settings, open := install(t)
	s := open()
	act(t, s, settings)
	act(t, s, settings)
	copied, keys := filepath.Join(t.TempDir(), "copy"), filepath.Join(t.TempDir(), "keys")
	mustRun(t, 2, "backup", "--config", settings, copied, "--keys", filepath.Join(copied, "keys"))
	mustRun(t, 0, "backup", "--config", settings, copied, "--keys", keys) // beside a bot that has it open
	outside := filepath.Join(dir, "outside.txt")
	mustRun(t, 0, "audit", "verify", "--config", settings, "--since", outside)
	act(t, s, settings)
	s.Close()

	if text := mustRun(t, 2, "restore", "--config", settings, copied, "--apply"); !strings.Contains(text, "is there") {
		t.Errorf("over a database that is there: %s", text)
	}
	for _, end := range []string{"", "-wal", "-shm"} {
		os.Remove(filepath.Join(dir, "bot.db"+end))
	}
	mustRun(t, 0, "restore", "--config", settings, copied)
	if _, err := os.Stat(filepath.Join(dir, "bot.db")); err == nil {
		t.Fatal("without --apply it was put back")
	}
	if text := mustRun(t, 0, "restore", "--config", settings, copied, "--keys", keys, "--apply"); !strings.Contains(text, "lacks entries") {
		t.Errorf("the restore does not tell of the gap: %s", text)
	}
	mustRun(t, 0, "audit", "verify", "--config", settings)
	mustRun(t, 1, "audit", "verify", "--config", settings, "--since", outside)
}

func TestNotesAreFoundInWhateverTheyWereCopiedFrom(t *testing.T) {
	one, two := "convenantbot\n1\nx\n2026-01-01T00:00:00Z\n\n— convenantbot abc\n", "convenantbot\n2\ny\n2026-01-01T00:01:00Z\n\n— convenantbot def\n"
	for name, text := range map[string]string{
		"a file": one + "\n" + two + "\n", "a channel": "```\n" + one + "```\n\n```\n" + two + "```\n", "one alone": one, "another system": strings.ReplaceAll(one+two, "\n", "\r\n"),
	} {
		got := splitNotes(text)
		want := []string{one, two}
		if name == "one alone" {
			want = want[:1]
		}
		if len(got) != len(want) || got[0] != want[0] || got[len(got)-1] != want[len(want)-1] {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got := splitNotes("nonsense\n"); len(got) != 1 {
		t.Errorf("what is no note was passed over: %q", got)
	}
}
