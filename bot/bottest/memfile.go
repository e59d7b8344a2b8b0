package bottest

import (
	"slices"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// AddFile implements bot.Tx.
func (tx *memTx) AddFile(f bot.File) error {
	return add(tx, tx.state.Files, f.Casus, string(f.ID), f)
}

// File implements bot.Tx.
func (tx *memTx) File(id bot.FileID) (bot.File, error) {
	r, err := get[ordered[bot.File]](tx.state.Files, string(id))
	return r.Value, err
}

// FilesOf implements bot.Tx.
func (tx *memTx) FilesOf(ref bot.Ref) ([]bot.File, error) {
	files, err := of(tx, tx.state.Files, ref, func(f bot.File) bot.Ref { return f.Casus })
	slices.SortStableFunc(files, func(a, b bot.File) int { return a.At.Compare(b.At) })
	return files, err
}

// SaveFile implements bot.Tx.
func (tx *memTx) SaveFile(f bot.File) error {
	if err := tx.known(f.Casus); err != nil {
		return err
	}
	r, err := get[ordered[bot.File]](tx.state.Files, string(f.ID))
	if err != nil {
		return err
	}
	if r.Value.Casus != f.Casus {
		return bot.ErrConflict
	}
	put(tx.state.Files, string(f.ID), ordered[bot.File]{r.Order, f})
	return nil
}

// FilesWaiting implements bot.Tx.
func (tx *memTx) FilesWaiting(state bot.FileState, t time.Time, limit int) ([]bot.File, error) {
	found, err := all(tx.state.Files, func(r ordered[bot.File]) bool { return r.Value.State == state && !r.Value.ExpiresAt.After(t) })
	slices.SortStableFunc(found, func(a, b ordered[bot.File]) int { return a.Value.ExpiresAt.Compare(b.Value.ExpiresAt) })
	var files []bot.File
	for _, r := range found {
		if limit <= 0 || len(files) < limit {
			files = append(files, r.Value)
		}
	}
	return files, err
}
