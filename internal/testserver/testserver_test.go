package testserver

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestEveryDatabaseIsItsOwn(t *testing.T) {
	first, second := Postgres(t), Postgres(t)
	if first == second {
		t.Fatalf("Postgres gave %s twice", first)
	}
	db := mustOpen(t, first)
	defer func() { _ = db.Close() }()
	if _, err := db.Exec("CREATE TABLE only_here (n int)"); err != nil {
		t.Fatal(err)
	}
	other := mustOpen(t, second)
	defer func() { _ = other.Close() }()
	if _, err := other.Exec("SELECT * FROM only_here"); err == nil {
		t.Error("the second database sees a table of the first")
	}
}

func TestTheRealServerStarts(t *testing.T) {
	s := Mattermost(t, Options{})
	t.Logf("version %s, up in %s", s.Version, s.Started)
	if !strings.HasPrefix(s.Version, "11.4.") {
		t.Errorf("version = %q, want 11.4", s.Version)
	}
	p := s.User("")
	c, _, err := s.Admin.GetChannelByName(t.Context(), "town-square", s.Team.Id, "")
	if err != nil {
		t.Fatalf("GetChannelByName: %v", err)
	}
	if _, _, err := p.Client.UploadFile(t.Context(), []byte("hallo"), c.Id, "hallo.txt"); err != nil {
		t.Fatalf("UploadFile: %v", err)
	}
	if got := s.Files(); len(got) != 1 {
		t.Errorf("Files() = %v, want one", got)
	}
	s.Stop()
	s.Start()
	if _, _, err := p.Client.GetMe(t.Context(), ""); err != nil {
		t.Errorf("after a restart the session is gone: %v", err)
	}
}

func TestAPostgresOfItsOwnKeepsWhatItAcknowledgedOverACrash(t *testing.T) {
	p := OwnPostgres(t, "")
	db := mustOpen(t, p.URL)
	defer func() { _ = db.Close() }()
	if _, err := db.Exec("CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)"); err != nil {
		t.Fatal(err)
	}
	p.Crash()
	if p.Answers() {
		t.Error("it answers after a crash")
	}
	p.Start()
	var n int
	if err := db.QueryRow("SELECT n FROM kept").Scan(&n); err != nil && db.QueryRow("SELECT n FROM kept").Scan(&n) != nil || n != 7 {
		t.Errorf("it kept %d, %v; want 7", n, err)
	}
}

// A test that goes without the rules of axe-core would pass on any page.
func TestTheToolsFromNpmAreThere(t *testing.T) {
	dir := NodeTools(t)
	for _, name := range []string{"axe-core/axe.min.js", ".bin/emulate"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
}
