package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot"
)

func TestAReceiptAsPageAndPaperHoldsForWhoHasOnlyTheKey(t *testing.T) {
	w := mustAuditWorld(t)
	s, err := sqlstore.Open(t.Context(), sqlstore.Options{Address: "sqlite:" + w.db, Masters: [][]byte{bytes.Repeat([]byte{7}, 32)}, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Update(t.Context(), func(tx bot.Tx) error {
		if _, err := tx.EraseCasus("C-2026-0001", bot.Receipt{Posts: 12, Files: 3, Remains: []string{bot.RemainBackups},
			HandedOver: []bot.HandedOver{{Organisation: "school-a", ConfirmedAt: time.Now(), Items: 2, Grounds: []string{"pupil_file"}}}}); err != nil {
			return err
		}
		_, err := tx.Record(bot.Entry{Casus: "C-2026-0001", Act: bot.ActErased, Outcome: "done"})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	key := s.ReceiptKey()
	s.Close()
	page, paper := filepath.Join(w.dir, "r.html"), filepath.Join(w.dir, "r.pdf")
	if _, problems, code := command(t, "casus", "receipt", "--config", w.config, "c-2026-0001", "--html", page, "--pdf", paper); code != exitDone {
		t.Fatalf("exit %d, %s", code, problems)
	}
	if _, _, code := command(t, "casus", "receipt", "--config", w.config, "C-2026-0001", "--pdf", paper); code != exitBadInput {
		t.Errorf("over a file that is there: exit %d", code)
	}
	html, err := os.ReadFile(page)
	if err != nil || !strings.Contains(string(html), "leerlingdossier") || !strings.Contains(string(html), "reservekopieën") {
		t.Errorf("the page, %v:\n%s", err, html)
	}
	for _, file := range []string{page, paper} {
		if out, problems, code := command(t, "casus", "receipt", "--check", file, "--key", key); code != exitDone || !strings.Contains(out, "posts: 12") {
			t.Errorf("%s: exit %d, %s%s", file, code, out, problems)
		}
	}
	// What somebody made of it is seen.
	forged := filepath.Join(w.dir, "forged.html")
	if err := os.WriteFile(forged, bytes.ReplaceAll(html, []byte("posts: 12"), []byte("posts: 13")), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, code := command(t, "casus", "receipt", "--check", forged, "--key", key); code != exitNegative {
		t.Errorf("a forged page: exit %d", code)
	}
	for name, data := range map[string]string{"empty.pdf": "%PDF-1.4\nstream\nnothing\nendstream", "empty.html": `<pre id="signed"></pre>`} {
		file := filepath.Join(w.dir, name)
		if err := os.WriteFile(file, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, code := command(t, "casus", "receipt", "--check", file, "--key", key); code != exitNegative {
			t.Errorf("%s: exit %d", name, code)
		}
	}
}
