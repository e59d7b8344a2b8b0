package bottest

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

func (b *bench) file(c bot.Casus, id bot.FileID) bot.File {
	now := b.now()
	return bot.File{ID: id, Casus: c.Ref, State: bot.Quarantined, At: now, ExpiresAt: now.Add(bot.QuarantineTerm), Size: 3, Poster: "p1", Account: "u1",
		Name: "behandelverslag.pdf", Hash: "abc", Kinds: []bot.DataKind{bot.Health}, Affects: []bot.PersonID{"g1"}, Absence: bot.WorryingAbsence, Text: "het verslag", RestsOn: []string{"c1"}, Decision: "d1",
		Vault: true, Until: now.AddDate(0, 1, 0), Download: true, For: []bot.PersonID{"p2"}}
}

var fileTests = []storeTest{
	{"a file comes back as it was saved", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		f := b.file(c, "f1")
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.AddFile(f) })
		f.State, f.Message, f.Kinds = bot.Posted, "m1", nil
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.SaveFile(f) })
		b.mustView(t, func(tx bot.Tx) error {
			got, err := tx.File("f1")
			same(t, "File", got, f)
			if _, err := tx.File("f2"); !errors.Is(err, bot.ErrNotFound) {
				t.Errorf("File(f2) = %v, want ErrNotFound", err)
			}
			return err
		})
		b.refused(t, "AddFile again", bot.ErrConflict, func(tx bot.Tx) error { return tx.AddFile(f) })
		f.ID = "f9"
		b.refused(t, "SaveFile of none", bot.ErrNotFound, func(tx bot.Tx) error { return tx.SaveFile(f) })
	}},
	{"a file never moves to another casus", func(t *testing.T, b *bench) {
		one, two := b.mustCasus(t), b.mustCasus(t)
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.AddFile(b.file(one, "f1")) })
		b.refused(t, "SaveFile", bot.ErrConflict, func(tx bot.Tx) error { return tx.SaveFile(b.file(two, "f1")) })
	}},
	{"the files of a casus come oldest first", func(t *testing.T, b *bench) {
		c, other := b.mustCasus(t), b.mustCasus(t)
		b.mustUpdate(t, func(tx bot.Tx) error {
			young, old := b.file(c, "a"), b.file(c, "z")
			old.At = old.At.Add(-time.Hour)
			return errors.Join(tx.AddFile(young), tx.AddFile(old), tx.AddFile(b.file(other, "o")))
		})
		b.mustView(t, func(tx bot.Tx) error {
			all, err := tx.FilesOf(c.Ref)
			if len(all) != 2 || all[0].ID != "z" || all[1].ID != "a" {
				t.Errorf("FilesOf = %v, want z and a", all)
			}
			return err
		})
	}},
	{"files that wait too long are listed to the very moment", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		b.mustUpdate(t, func(tx bot.Tx) error {
			var errs []error
			for i := range 4 {
				f := b.file(c, bot.FileID(fmt.Sprint("f", i)))
				f.ExpiresAt = b.now().Add(time.Duration(i) * time.Minute)
				if i == 1 {
					f.State = bot.Denied
				}
				errs = append(errs, tx.AddFile(f))
			}
			return errors.Join(errs...)
		})
		b.mustView(t, func(tx bot.Tx) error {
			for _, tt := range []struct {
				at    time.Duration
				limit int
				want  string
			}{{-time.Microsecond, 9, ""}, {0, 9, "f0"}, {2*time.Minute - time.Microsecond, 9, "f0"}, {2 * time.Minute, 9, "f0 f2"}, {time.Hour, 2, "f0 f2"}} {
				files, err := tx.FilesWaiting(bot.Quarantined, b.now().Add(tt.at), tt.limit)
				if err != nil {
					return err
				}
				var ids []string
				for _, f := range files {
					ids = append(ids, string(f.ID))
				}
				if got := strings.Join(ids, " "); got != tt.want {
					t.Errorf("FilesWaiting(%s, %d) = %q, want %q", tt.at, tt.limit, got, tt.want)
				}
			}
			return nil
		})
	}},
}
