package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/internal/knowledge"
	"github.com/convenantbot/convenantbot/internal/testserver"
)

// Two replicas, each with a folder and a connection of its own, on one real
// PostgreSQL: a convenant that is given to the first one in the chat is quoted by
// the second, and not any more once it was removed.
func TestReplicasOnPostgreSQLHaveTheirDocumentsTogether(t *testing.T) {
	database := testserver.Postgres(t)
	replica := func() (*talk, string) {
		store, err := sqlstore.Open(t.Context(), sqlstore.Options{Address: database, Masters: [][]byte{bytes.Repeat([]byte{7}, 32)}, Now: time.Now, Careless: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { store.Close() })
		dir := filepath.Join(t.TempDir(), "library")
		return newReplica(t, dir, knowledge.ShareLibrary(shelf{store})), dir
	}
	first, _ := replica()
	second, dir := replica()
	question := "Binnen hoeveel weken reageert de klachtencommissie?"
	if at := second.says(question, false); strings.Contains(at.Text, "zes weken") {
		t.Fatalf("known before it was given: %q", at.Text)
	}
	const name = "convenant-waterlandse-kring.md"
	first.gives(name, mustRead(t, name))
	if at := first.presses("Neem op"); !strings.Contains(at.Text, "Opgenomen") {
		t.Fatalf("taken in: %q", at.Text)
	}
	if at := second.says(question, false); !strings.Contains(at.Text, "De klachtencommissie reageert binnen zes weken.") {
		t.Errorf("the other replica: %q", at.Text)
	}
	// It is given to the second one again: it was there already.
	if at := second.gives(name, mustRead(t, name)); len(at.Labels) != 0 {
		t.Errorf("the same file given to the other replica: %q with %v", at.Text, at.Labels)
	}
	if err := second.chat.Person("fg").Command("common", "convenant", "kennis"); err != nil {
		t.Fatal(err)
	}
	second.settle()
	second.presses("Verwijder " + name)
	if at := second.presses("Ja, verwijder het"); !strings.Contains(at.Text, "is weg") {
		t.Fatalf("removed: %q", at.Text)
	}
	for i, w := range []*talk{first, second} {
		if at := w.says(question, false); strings.Contains(at.Text, "zes weken") {
			t.Errorf("replica %d quotes what was removed: %q", i, at.Text)
		}
	}
	if left, err := filepath.Glob(filepath.Join(dir, "doc-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// The command line of an installation on PostgreSQL changes what all its replicas
// quote, and never the folder of one of them alone: where it cannot have the
// store, which here may lose what it acknowledges, it does nothing.
func TestTheCommandLineDoesNotChangeOneFolderWhereTheStoreIsShared(t *testing.T) {
	for address, want := range map[string]bool{
		"": false, "sqlite:/var/lib/convenantbot/convenantbot.db": false,
		"postgres://db.example/convenantbot": true, "postgresql://db.example/convenantbot": true,
	} {
		if got := shares(address); got != want {
			t.Errorf("shares(%q) = %v, want %v", address, got, want)
		}
	}
	dir := t.TempDir()
	settings, document := filepath.Join(dir, "convenantbot.yaml"), filepath.Join(dir, "regio.md")
	text := fmt.Sprintf("data_dir: %q\nstore:\n  dsn: %q\nkey:\n  master: %q\n", dir, testserver.Postgres(t), strings.Repeat("ab", 32))
	for name, text := range map[string]string{settings: text, document: "# Convenant\n\n## Artikel 1\n\nTekst."} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if said := mustRun(t, exitNegative, "knowledge", "import", "--config", settings, document); !strings.Contains(said, "must be on") {
		t.Errorf("knowledge import = %q", said)
	}
	if _, err := os.Stat(filepath.Join(dir, "library")); !os.IsNotExist(err) {
		t.Errorf("a folder of documents was made: %v", err)
	}
}
