package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot"
)

// auditWorld is an installation with a log of three entries and a checkpoint.
type auditWorld struct {
	dir, config, db string
	checkpoint      string // file with the newest signed checkpoint
	key             string
}

func mustAuditWorld(t *testing.T) auditWorld {
	t.Helper()
	dir := t.TempDir()
	w := auditWorld{dir: dir, config: filepath.Join(dir, "config.yaml"), db: filepath.Join(dir, "bot.db"), checkpoint: filepath.Join(dir, "checkpoint")}
	settings := "data_dir: " + dir + "\nstore:\n  dsn: sqlite:" + w.db + "\nkey:\n  master: \"" + strings.Repeat("07", 32) + "\"\n"
	if err := os.WriteFile(w.config, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := sqlstore.Open(t.Context(), sqlstore.Options{Address: "sqlite:" + w.db, Masters: [][]byte{bytes.Repeat([]byte{7}, 32)}, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for range 3 {
		err := s.Update(t.Context(), func(tx bot.Tx) error {
			c, err := tx.AddCasus(bot.Casus{Status: bot.Open}, 2026)
			_, err2 := tx.Record(bot.Entry{Casus: c.Ref, Act: bot.ActCasusOpened, Outcome: "done"})
			return errors.Join(err, err2)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	signed, _, err := s.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.key = s.PublicKey()
	if err := os.WriteFile(w.checkpoint, []byte(signed), 0o600); err != nil {
		t.Fatal(err)
	}
	return w
}

// command runs one command line and returns what it said and its exit code.
func command(t *testing.T, args ...string) (out, problems string, code int) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(context.Background(), args, &IO{In: strings.NewReader(""), Out: &o, Err: &e})
	return o.String(), e.String(), code
}

func TestAuditVerifySaysThatTheLogHolds(t *testing.T) {
	w := mustAuditWorld(t)
	out, problems, code := command(t, "audit", "verify", "--config", w.config, "--since", w.checkpoint)
	if code != exitDone || !strings.Contains(out, "The log holds: 3 entries in 3 chains, 3 of them in the tree") {
		t.Errorf("exit %d, %q, %q", code, out, problems)
	}
}

func TestAuditVerifyNamesTheBreakAndEndsWithOne(t *testing.T) {
	w := mustAuditWorld(t)
	db, err := sql.Open("sqlite", w.db)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`UPDATE casussen SET status = 'closed' WHERE ref = 'C-2026-0002'`); err != nil {
		t.Fatal(err)
	}
	out, problems, code := command(t, "audit", "verify", "--config", w.config)
	if code != exitNegative || !strings.Contains(out, "record casussen/C-2026-0002 was changed outside the program") || !strings.Contains(out, "THE LOG DOES NOT HOLD") {
		t.Errorf("exit %d, %q, %q", code, out, problems)
	}
	out, _, code = command(t, "audit", "verify", "--json", "--config", w.config)
	if code != exitNegative || !strings.Contains(out, `"kind":"changed"`) {
		t.Errorf("as JSON: exit %d, %q", code, out)
	}
}

func TestAStrangerChecksAProofAndAnExportWithTheKeyAlone(t *testing.T) {
	w := mustAuditWorld(t)
	key, _, code := command(t, "audit", "key", "--config", w.config)
	if code != exitDone || strings.TrimSpace(key) != w.key {
		t.Fatalf("key: exit %d, %q, want %q", code, key, w.key)
	}
	for name, args := range map[string][]string{"proof": {"audit", "prove", "2"}, "export": {"audit", "export"}} {
		out, problems, code := command(t, append(args, "--config", w.config)...)
		if code != exitDone {
			t.Fatalf("%s: exit %d, %q", name, code, problems)
		}
		file := filepath.Join(w.dir, name)
		if err := os.WriteFile(file, []byte(out), 0o600); err != nil {
			t.Fatal(err)
		}
		if said, problems, code := command(t, "audit", "check", file, "--key", w.key); code != exitDone {
			t.Errorf("check of the %s: exit %d, %q, %q", name, code, said, problems)
		}
		// One letter of what an entry says is another one.
		changed := strings.Replace(out, `"path": [`, `"path": ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",`, 1)
		if name == "export" {
			lines := strings.SplitAfter(out, "\n")
			changed = strings.Join(append(lines[:2], lines[3:]...), "")
		}
		if err := os.WriteFile(file, []byte(changed), 0o600); err != nil {
			t.Fatal(err)
		}
		if said, _, code := command(t, "audit", "check", file, "--key", w.key); code != exitNegative {
			t.Errorf("check of a changed %s: exit %d, %q", name, code, said)
		}
	}
}

func TestAuditRefusesWhatIsNotThere(t *testing.T) {
	w := mustAuditWorld(t)
	for _, tt := range []struct {
		args []string
		code int
	}{
		{[]string{"audit", "prove", "99", "--config", w.config}, exitBadInput},
		{[]string{"audit", "prove", "first", "--config", w.config}, exitBadInput},
		{[]string{"audit", "verify", "--config", w.config, "--since", filepath.Join(w.dir, "none")}, exitBadInput},
		{[]string{"audit", "verify", "--config", filepath.Join(w.dir, "none")}, exitBadInput},
	} {
		if out, problems, code := command(t, tt.args...); code != tt.code {
			t.Errorf("%v: exit %d, want %d; %q %q", tt.args, code, tt.code, out, problems)
		}
	}
	if err := os.Remove(w.db); err != nil {
		t.Fatal(err)
	}
	if _, problems, code := command(t, "audit", "verify", "--config", w.config); code != exitUnreachable {
		t.Errorf("without a store: exit %d, %q, want %d", code, problems, exitUnreachable)
	}
}
