package sqlstore_test

import (
	"bytes"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/audit"
)

func TestTheLogRefusesChanges(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		w.mustCasus(t)
		w.mustCheckpoint(t)
		db := w.raw(t)
		for _, query := range []string{
			`UPDATE audit_entries SET casus = 'x'`, `DELETE FROM audit_entries`,
			`UPDATE audit_bodies SET body = hash FROM audit_entries e WHERE e.id = audit_bodies.id`, `DELETE FROM audit_bodies`,
			`UPDATE audit_leaves SET seq = 9`, `DELETE FROM audit_leaves`,
			`UPDATE audit_hashes SET i = i + 1000`, `DELETE FROM audit_hashes`,
			`UPDATE audit_checkpoints SET note = ''`, `DELETE FROM audit_checkpoints`,
		} {
			if _, err := db.Exec(query); err == nil || !strings.Contains(err.Error(), "rows are never") {
				t.Errorf("%s: %v, want a refusal", query, err)
			}
		}
		if !w.sqlite() {
			if _, err := db.Exec(`TRUNCATE audit_bodies`); err == nil {
				t.Error("the log could be truncated")
			}
		}
		if r, err := w.store.Verify(t.Context()); err != nil || !r.OK() {
			t.Errorf("Verify = %+v, %v", r, err)
		}
	})
}

func TestWhatAnEntrySaidMayGoAfterItsTerm(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		w.mustCasus(t)
		w.mustCheckpoint(t)
		db := w.raw(t)
		mustExec(t, db, `INSERT INTO audit_removed (id, at) VALUES (1, 1)`)
		mustExec(t, db, `DELETE FROM audit_bodies WHERE id = 1`)
		if _, err := db.Exec(`DELETE FROM audit_bodies WHERE id = 2`); err == nil {
			t.Error("a body went without a note")
		}
		if r, err := w.store.Verify(t.Context()); err != nil || !r.OK() || r.Removed != 1 {
			t.Errorf("Verify = %+v, %v", r, err)
		}
	})
}

func TestVerifyNamesEveryTampering(t *testing.T) {
	const chain = "casus/C-2026-0001"
	for _, tt := range []struct {
		name   string
		tamper func(t *testing.T, db *sql.DB)
		kind   audit.Kind
		text   string
	}{
		{"an entry edited", func(t *testing.T, db *sql.DB) {
			var body []byte
			if err := db.QueryRow(`SELECT b.body FROM audit_bodies b JOIN audit_entries e ON e.id = b.id WHERE e.chain = $1 AND e.seq = 2`, chain).Scan(&body); err != nil {
				t.Fatal(err)
			}
			body = bytes.Replace(body, []byte("consent_recorded"), []byte("consent_refused_"), 1)
			mustExec(t, db, `UPDATE audit_bodies SET body = $1 WHERE id = (SELECT id FROM audit_entries WHERE chain = $2 AND seq = 2)`, body, chain)
		}, audit.Changed, chain + ": entry 2 was changed"},
		{"an entry removed", func(t *testing.T, db *sql.DB) {
			mustExec(t, db, `DELETE FROM audit_bodies WHERE id = (SELECT id FROM audit_entries WHERE chain = $1 AND seq = 2)`, chain)
			mustExec(t, db, `DELETE FROM audit_entries WHERE chain = $1 AND seq = 2`, chain)
		}, audit.Missing, chain + ": entry 2 is missing"},
		{"two entries swapped", func(t *testing.T, db *sql.DB) {
			for _, step := range [][2]int{{2, 99}, {3, 2}, {99, 3}} {
				mustExec(t, db, `UPDATE audit_entries SET seq = $2 WHERE chain = $1 AND seq = $3`, chain, step[1], step[0])
			}
		}, audit.Swapped, chain + ": in the place of entry 2 stands entry 3"},
		{"the end cut off", func(t *testing.T, db *sql.DB) {
			mustExec(t, db, `DELETE FROM audit_bodies WHERE id IN (SELECT id FROM audit_entries WHERE chain = $1 AND seq >= 3)`, chain)
			mustExec(t, db, `DELETE FROM audit_entries WHERE chain = $1 AND seq >= 3`, chain)
		}, audit.Cut, chain + ": the end is cut off: entries 3 to 4 are missing"},
		{"a consent removed", func(t *testing.T, db *sql.DB) {
			mustExec(t, db, `DELETE FROM consents WHERE casus = 'C-2026-0001'`)
		}, audit.Missing, "record consents/C-2026-0001/c1, which entry 2 of " + chain + " wrote, is missing"},
		{"a hold released by hand", func(t *testing.T, db *sql.DB) {
			mustExec(t, db, `UPDATE holds SET live = 0 WHERE casus = 'C-2026-0001'`)
		}, audit.Changed, "record holds/C-2026-0001/h1 was changed outside the program"},
		{"a casus closed by hand", func(t *testing.T, db *sql.DB) {
			mustExec(t, db, `UPDATE casussen SET status = 'closed' WHERE ref = 'C-2026-0001'`)
		}, audit.Changed, "record casussen/C-2026-0001 was changed outside the program"},
		{"a version raised by hand", func(t *testing.T, db *sql.DB) {
			mustExec(t, db, `UPDATE casussen SET version = version + 1 WHERE ref = 'C-2026-0001'`)
		}, audit.Changed, "record casussen/C-2026-0001 was changed outside the program"},
		{"a file of one casus given to another", func(t *testing.T, db *sql.DB) {
			mustExec(t, db, `UPDATE files SET casus = 'C-2026-0002' WHERE id = 'f-C-2026-0001'`)
		}, audit.Changed, "record files/f-C-2026-0001 was changed outside the program"},
		{"a consent copied to another casus", func(t *testing.T, db *sql.DB) {
			mustExec(t, db, `INSERT INTO consents (casus, id, pos, version, sealed) SELECT 'C-2026-0002', 'c9', 9, 1, sealed FROM consents WHERE casus = 'C-2026-0001'`)
		}, audit.Changed, "record consents/C-2026-0002/c9 was changed outside the program"},
		{"a key removed by hand", func(t *testing.T, db *sql.DB) {
			mustExec(t, db, `DELETE FROM keys WHERE scope = 'casus/C-2026-0001'`)
		}, audit.Changed, "record casussen/C-2026-0001 was changed outside the program"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			engines(t, func(t *testing.T, w *world) {
				w.mustCasus(t)
				w.mustCasus(t)
				w.mustCheckpoint(t)
				if r, err := w.store.Verify(t.Context()); err != nil || !r.OK() || r.Entries != 8 || r.Size != 8 || r.Records != 12 {
					t.Fatalf("before: Verify = %+v, %v", r, err)
				}
				db := w.raw(t)
				w.disarm(t, db)
				tt.tamper(t, db)
				r, err := w.store.Verify(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if !slices.ContainsFunc(r.Breaks, func(b audit.Break) bool { return b.Kind == tt.kind && strings.Contains(b.Text, tt.text) }) {
					t.Errorf("breaks %+v, want %s: %s", r.Breaks, tt.kind, tt.text)
				}
			})
		})
	}
}

func TestARecordPutBackToAnEarlierVersionIsNamed(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		ref := w.mustCasus(t)
		db := w.raw(t)
		var version int64
		var clear string
		var sealed []byte
		if err := db.QueryRow(`SELECT version, clear, sealed FROM casussen`).Scan(&version, &clear, &sealed); err != nil {
			t.Fatal(err)
		}
		w.mustUpdate(t, func(tx bot.Tx) error {
			c, err := tx.Casus(ref)
			if err != nil {
				return err
			}
			c.Private.Purpose = "another"
			_, err = tx.SaveCasus(c)
			_, err2 := tx.Record(bot.Entry{Casus: ref, Act: bot.ActPhaseChanged, Outcome: "done"})
			return errors.Join(err, err2)
		})
		mustExec(t, db, `UPDATE casussen SET version = $1, clear = $2, sealed = $3`, version, clear, sealed)
		r, err := w.store.Verify(t.Context())
		if err != nil || len(r.Breaks) != 1 || !strings.Contains(r.Breaks[0].Text, "is version 1, entry 5 of casus/C-2026-0001 wrote version 2") {
			t.Errorf("Verify = %+v, %v", r.Breaks, err)
		}
	})
}

func TestARecordWithoutAnEntryIsNamed(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		ref := w.mustCasus(t)
		w.mustUpdate(t, func(tx bot.Tx) error { return tx.AddConsent(bot.Consent{ID: "c2", Casus: ref}) })
		r, err := w.store.Verify(t.Context())
		if err != nil || len(r.Breaks) != 1 || r.Breaks[0].Text != "record consents/"+string(ref)+"/c2 has no entry" {
			t.Errorf("Verify = %+v, %v", r.Breaks, err)
		}
	})
}

func TestAnErasedCasusVerifies(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		ref := w.mustCasus(t)
		w.mustCasus(t)
		w.erase(t, ref)
		w.mustCheckpoint(t)
		w.open(t)
		if r, err := w.store.Verify(t.Context()); err != nil || !r.OK() {
			t.Errorf("Verify = %+v, %v", r, err)
		}
	})
}

func TestAnOldBackupIsNamedByACheckpointFromElsewhere(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		w.mustCasus(t)
		// The outside copy is of a log that went on; this store is the old backup.
		ahead := &world{address: sqliteAddress(t), clock: w.clock}
		ahead.open(t)
		ahead.mustCasus(t)
		ahead.mustCasus(t)
		outside := ahead.mustCheckpoint(t)
		r, err := ahead.store.Verify(t.Context(), outside)
		if err != nil || !r.OK() {
			t.Fatalf("its own log: %+v, %v", r, err)
		}
		// A checkpoint of another log is named as such, and does not count.
		w.mustCheckpoint(t)
		r, err = w.store.Verify(t.Context(), outside)
		if err != nil || len(r.Breaks) != 1 || !strings.Contains(r.Breaks[0].Text, "is not one of this log") {
			t.Errorf("a checkpoint of another log: %+v, %v", r.Breaks, err)
		}
		before := w.mustCheckpoint(t)
		w.mustCasus(t)
		after := w.mustCheckpoint(t)
		if before == after {
			t.Fatal("no news after a new casus")
		}
		db := w.raw(t)
		w.disarm(t, db)
		for _, query := range []string{
			`DELETE FROM audit_bodies WHERE id > 4`, `DELETE FROM audit_entries WHERE id > 4`, `DELETE FROM audit_leaves WHERE n >= 4`,
			`DELETE FROM audit_hashes WHERE i >= 7`, `DELETE FROM audit_checkpoints WHERE n > 1`, `UPDATE audit_tree SET size = 4`,
			`DELETE FROM audit_heads WHERE chain = 'casus/C-2026-0002'`, `DELETE FROM consents WHERE casus = 'C-2026-0002'`,
			`DELETE FROM agreements WHERE casus = 'C-2026-0002'`, `DELETE FROM holds WHERE casus = 'C-2026-0002'`,
			`DELETE FROM files WHERE casus = 'C-2026-0002'`, `DELETE FROM verdicts WHERE casus = 'C-2026-0002'`,
			`DELETE FROM memberships WHERE casus = 'C-2026-0002'`, `DELETE FROM watched WHERE casus = 'C-2026-0002'`,
			`DELETE FROM blobs WHERE casus = 'C-2026-0002'`, `DELETE FROM chunks WHERE casus = 'C-2026-0002'`, `DELETE FROM casussen WHERE ref = 'C-2026-0002'`,
		} {
			mustExec(t, db, query)
		}
		if r, err := w.store.Verify(t.Context()); err != nil || !r.OK() {
			t.Fatalf("alone it looks whole: %+v, %v", r, err)
		}
		r, err = w.store.Verify(t.Context(), after)
		if err != nil || len(r.Breaks) != 1 || r.Breaks[0].Kind != audit.Cut || !strings.Contains(r.Breaks[0].Text, "has 8 entries, the tree has 4") {
			t.Errorf("with the checkpoint from elsewhere: %+v, %v", r.Breaks, err)
		}
	})
}

func TestProofsAndExportsNeedOnlyThePublicKey(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		w.mustCasus(t)
		if _, err := w.store.Prove(t.Context(), 1); !errors.Is(err, bot.ErrNotFound) {
			t.Errorf("Prove before a checkpoint = %v, want ErrNotFound", err)
		}
		if err := w.store.Export(t.Context(), &bytes.Buffer{}); !errors.Is(err, bot.ErrNotFound) {
			t.Errorf("Export before a checkpoint = %v, want ErrNotFound", err)
		}
		w.mustCheckpoint(t)
		w.mustCasus(t)
		w.mustCheckpoint(t)
		for id := range int64(8) {
			p, err := w.store.Prove(t.Context(), id+1)
			if err != nil {
				t.Fatal(err)
			}
			if _, c, err := p.Check(w.store.PublicKey()); err != nil || c.Size != 8 {
				t.Errorf("Check of entry %d = %+v, %v", id+1, c, err)
			}
		}
		if _, err := w.store.Prove(t.Context(), 9); !errors.Is(err, bot.ErrNotFound) {
			t.Errorf("Prove of none = %v, want ErrNotFound", err)
		}
		var out bytes.Buffer
		if err := w.store.Export(t.Context(), &out); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(out.String(), "CANARY") {
			t.Error("the export holds content")
		}
		n := 0
		if _, err := audit.CheckExport(bytes.NewReader(out.Bytes()), w.store.PublicKey(), func(int64, audit.Entry) { n++ }); err != nil || n != 8 {
			t.Errorf("CheckExport = %v with %d entries, want 8", err, n)
		}
		lines := bytes.SplitAfter(out.Bytes(), []byte("\n"))
		for name, bad := range map[string][]byte{
			"an entry left out": bytes.Join(slices.Delete(slices.Clone(lines), 3, 4), nil),
			"the last left out": bytes.Join(lines[:8], nil),
			"two swapped":       bytes.Join(slices.Concat(lines[:3], [][]byte{lines[4], lines[3]}, lines[5:]), nil),
			"one twice":         bytes.Join(slices.Concat(lines[:4], [][]byte{lines[3]}, lines[4:]), nil),
		} {
			if _, err := audit.CheckExport(bytes.NewReader(bad), w.store.PublicKey(), nil); err == nil {
				t.Errorf("%s: the export was taken", name)
			}
		}
	})
}
