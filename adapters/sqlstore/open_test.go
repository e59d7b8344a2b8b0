package sqlstore_test

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/seal"
)

func TestASQLiteFileIsForOneProcess(t *testing.T) {
	address := sqliteAddress(t)
	first := mustOpen(t, sqlstore.Options{Address: address})
	if s, err := sqlstore.Open(t.Context(), sqlstore.Options{Address: address, Masters: [][]byte{master}, Now: time.Now}); !errors.Is(err, bot.ErrBusy) {
		if err == nil {
			s.Close()
		}
		t.Errorf("a second Open = %v, want ErrBusy", err)
	}
	first.Close()
	mustOpen(t, sqlstore.Options{Address: address})
}

func TestAReaderLooksBesideARunningBotAndCannotWrite(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		ref := w.mustCasus(t)
		r := mustOpen(t, sqlstore.Options{Address: w.address, Now: w.clock.Now, ReadOnly: true, Careless: true})
		if err := r.View(t.Context(), func(tx bot.Tx) error {
			c, err := tx.Casus(ref)
			if c.Private.Purpose != mark("purpose") {
				t.Errorf("casus %+v", c)
			}
			return err
		}); err != nil {
			t.Error(err)
		}
		if err := r.Update(t.Context(), func(bot.Tx) error { return nil }); !errors.Is(err, bot.ErrForbidden) {
			t.Errorf("Update = %v, want ErrForbidden", err)
		}
		w.mustCasus(t)
		if report, err := r.Verify(t.Context()); err != nil || !report.OK() || report.Entries != 8 {
			t.Errorf("Verify = %+v, %v", report, err)
		}
	})
}

func TestTheWrongMasterKeyOpensNothing(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		w.mustCasus(t)
		w.store.Close()
		s, err := sqlstore.Open(t.Context(), sqlstore.Options{Address: w.address, Masters: [][]byte{bytes.Repeat([]byte{9}, 32)}, Now: w.clock.Now, Careless: true})
		if !errors.Is(err, seal.ErrMaster) {
			if err == nil {
				s.Close()
			}
			t.Errorf("Open = %v, want ErrMaster", err)
		}
	})
}

func TestFilesAreForTheirOwnerOnly(t *testing.T) {
	address := sqliteAddress(t)
	mustOpen(t, sqlstore.Options{Address: address})
	path := strings.TrimPrefix(address, "sqlite:")
	for _, name := range []string{path, path + ".lock"} {
		info, err := os.Stat(name)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v, want 0600", name, info, err)
		}
	}
}

func TestAnAddressThatCannotBeUsedIsRefusedWithoutItsPassword(t *testing.T) {
	for _, address := range []string{"", "mysql://x", "sqlite:", "sqlite::memory:", "postgres://u:secret-word@127.0.0.1:1/x?connect_timeout=1", "postgres://u:secret-word@%zz/x", "sqlite:" + t.TempDir() + "/no/such/bot.db"} {
		s, err := sqlstore.Open(t.Context(), sqlstore.Options{Address: address, Masters: [][]byte{master}, Now: time.Now})
		if err == nil {
			s.Close()
			t.Errorf("%q was opened", address)
			continue
		}
		if strings.Contains(err.Error(), "secret-word") {
			t.Errorf("%q: the error shows the password: %v", address, err)
		}
		if strings.Contains(address, "127.0.0.1") && !errors.Is(err, bot.ErrUnavailable) {
			t.Errorf("%q: %v, want ErrUnavailable", address, err)
		}
	}
}

// The lease of a process that died used to keep its casus still for two minutes.
func TestAJobOfAProcessThatDiedIsClaimedAtTheNextStart(t *testing.T) {
	address := sqliteAddress(t)
	first := mustOpen(t, sqlstore.Options{Address: address})
	if err := first.Update(t.Context(), func(tx bot.Tx) error {
		return tx.AddJob(bot.Job{ID: "j", Kind: bot.JobSetUp, RunAt: time.Now()})
	}); err != nil {
		t.Fatal(err)
	}
	held, err := first.ClaimJob(t.Context(), time.Now(), time.Hour)
	if err != nil {
		t.Fatalf("ClaimJob: %v", err)
	}
	first.Close()
	second := mustOpen(t, sqlstore.Options{Address: address})
	again, err := second.ClaimJob(t.Context(), time.Now(), time.Hour)
	if err != nil || again.ID != "j" || again.Token <= held.Token || again.Attempts != held.Attempts+1 {
		t.Errorf("ClaimJob after the restart = %+v, %v; want j with a newer token and one attempt more", again, err)
	}
}
