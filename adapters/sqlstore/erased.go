package sqlstore

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/audit"
)

// What must outlive a database that is put back from a backup stands beside it:
// a list, only added to, of which casussen were erased, with their receipts, and
// in a second file the newest checkpoint. Neither holds content. A backup of the
// list is as good as the list itself: lists are put together, never replaced.

// erasedLine is one line of the list.
type erasedLine struct {
	Scope   string          `json:"scope,omitempty"`
	Key     string          `json:"key,omitempty"`
	At      int64           `json:"at,omitempty"`
	Receipt json.RawMessage `json:"receipt,omitempty"`
}

// newestName is the file with the newest checkpoint beside a list.
func newestName(list string) string { return list + ".checkpoint" }

// keepNewest puts a checkpoint in the place of the one before it.
func keepNewest(list, signed string) error {
	if list == "" {
		return nil
	}
	f, err := os.OpenFile(newestName(list)+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(signed)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(newestName(list)+".new", newestName(list))
}

// readErased reads the list and the newest checkpoint; no file is nothing. A torn
// last line, as a crash leaves, is passed over: the database still has it.
func readErased(path string) (lines []erasedLine, newest string, err error) {
	note, err := os.ReadFile(newestName(path))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, "", err
	}
	newest = string(note)
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, newest, nil
	}
	if err != nil {
		return nil, "", err
	}
	defer f.Close()
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		var l erasedLine
		if json.Unmarshal(in.Bytes(), &l) == nil {
			lines = append(lines, l)
		}
	}
	return lines, newest, in.Err()
}

// addErased adds lines and waits for the disk.
func addErased(path string, lines ...erasedLine) error {
	if path == "" || len(lines) == 0 {
		return nil
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	// A line that a crash tore is ended first.
	text := []byte("\n")
	for _, l := range lines {
		data, err := json.Marshal(l)
		if err != nil {
			return errors.Join(err, f.Close())
		}
		text = append(append(text, data...), '\n')
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// noteErased adds to the list what the database knows and the list does not.
func (s *Store) noteErased(ctx context.Context) error {
	if s.ErasedList == "" {
		return nil
	}
	s.listing.Lock()
	defer s.listing.Unlock()
	var fresh []erasedLine
	err := s.run(ctx, view, func(t *tx) error {
		fresh = nil
		return t.rows(`SELECT d.scope, d.id, d.at, COALESCE(r.clear, '') FROM destroyed d LEFT JOIN receipts r ON 'casus/' || r.casus = d.scope
			WHERE d.at >= $1 ORDER BY d.at, d.scope`, []any{s.listedTo}, func(scan func(...any) error) error {
			var l erasedLine
			var receipt string
			err := scan(&l.Scope, &l.Key, &l.At, &receipt)
			if receipt != "" {
				l.Receipt = json.RawMessage(receipt)
			}
			if !s.listed[l.Scope] {
				fresh = append(fresh, l)
			}
			return err
		})
	})
	if err == nil {
		err = addErased(s.ErasedList, fresh...)
	}
	if err != nil {
		return wrap("list what was erased", err)
	}
	for _, l := range fresh {
		s.listed[l.Scope] = true
		s.listedTo = max(s.listedTo, l.At)
	}
	return nil
}

// Restored is what an older database lacked when it was opened.
type Restored struct {
	ErasedAgain int   // casussen that had come back
	From, To    int64 // numbers in the tree that published checkpoints have and this database does not; 0: none
}

// replay makes what was erased erased again, before anything is served, and
// records in the log that the database is an older one and what is missing. A
// database that lacks nothing is left alone.
func (s *Store) replay(ctx context.Context) error {
	if s.ErasedList == "" {
		return nil
	}
	lines, newest, err := readErased(s.ErasedList)
	if err != nil {
		return wrap("read the list of what was erased", err)
	}
	s.listed = map[string]bool{}
	for _, l := range lines {
		s.listed[l.Scope] = true
	}
	if s.ReadOnly {
		return nil
	}
	known := map[string]bool{}
	if err := s.run(ctx, view, func(t *tx) error {
		return t.rows(`SELECT scope FROM destroyed`, nil, func(scan func(...any) error) error {
			var scope string
			err := scan(&scope)
			known[scope] = true
			return err
		})
	}); err != nil {
		return wrap("read what was erased", err)
	}
	for _, l := range lines {
		if known[l.Scope] {
			continue
		}
		again, err := s.eraseAgain(ctx, l)
		if err != nil {
			return wrap("erase again what had come back", err)
		}
		if again {
			s.Restored.ErasedAgain++
		}
	}
	if err := s.findGap(ctx, newest); err != nil {
		return err
	}
	if s.Restored == (Restored{}) {
		return s.noteErased(ctx)
	}
	reasons := []string{fmt.Sprintf("erased_again:%d", s.Restored.ErasedAgain)}
	if s.Restored.To > 0 {
		reasons = append(reasons, fmt.Sprintf("gap:%d-%d", s.Restored.From, s.Restored.To))
	}
	if err := s.Update(ctx, func(tx bot.Tx) error {
		_, err := tx.Record(bot.Entry{At: s.Now(), Act: bot.ActRestored, Object: "database", Reasons: reasons, Outcome: "done"})
		return err
	}); err != nil {
		return err
	}
	s.Log.Warn("the database is an older one, put back from a backup", "erased_again", s.Restored.ErasedAgain, "gap_from", s.Restored.From, "gap_to", s.Restored.To)
	s.scrub(ctx)
	_, _, err = s.Checkpoint(ctx)
	return errors.Join(err, s.noteErased(ctx))
}

// findGap compares the newest checkpoint that left the database with the log.
func (s *Store) findGap(ctx context.Context, newest string) error {
	if newest == "" {
		return nil
	}
	c, err := audit.OpenCheckpoint(newest, s.public)
	if err != nil {
		s.Log.Warn("the checkpoint beside the database is not of this log", "error", err)
		return nil
	}
	if _, err := s.Sequence(ctx); err != nil {
		return err
	}
	return s.run(ctx, view, func(t *tx) error {
		var size int64
		if err := t.row(`SELECT size FROM audit_tree WHERE one = 1`).Scan(&size); err != nil {
			return err
		}
		if size < c.Size {
			s.Restored.From, s.Restored.To = size, c.Size-1
		}
		return nil
	})
}

// eraseAgain erases one casus that the list says is gone, whatever the older
// database says of it: holds were released since. Its receipt comes back as it
// was signed.
func (s *Store) eraseAgain(ctx context.Context, l erasedLine) (again bool, err error) {
	ref, ok := strings.CutPrefix(l.Scope, "casus/")
	if !ok {
		return false, nil
	}
	err = s.run(ctx, update, func(t *tx) error {
		again = false
		var r casusRow
		err := r.scan(t.row(`SELECT `+casusColumns+` FROM casussen WHERE ref = $1`+s.dialect.lockRow(), ref).Scan)
		if errors.Is(err, bot.ErrNotFound) {
			// The database is older than the casus: its code is never used again.
			return t.burn(l)
		}
		if err != nil || r.status == string(bot.Erased) {
			return err
		}
		var c bot.Casus
		if err := json.Unmarshal([]byte(r.clear), &c); err != nil {
			return fmt.Errorf("decode casus: it is not of this version")
		}
		if err := t.dropRows(bot.Ref(ref)); err != nil {
			return err
		}
		if err := t.burn(l); err != nil {
			return err
		}
		at := moment(l.At)
		receipt := bot.Receipt{Casus: c.Ref, Kind: c.Kind, At: at, KeyPrint: l.Key, Remains: []string{bot.RemainUnlooked}}
		if len(l.Receipt) > 0 {
			if err := json.Unmarshal(l.Receipt, &receipt); err != nil {
				return fmt.Errorf("decode receipt: it is not of this version")
			}
		}
		if err := t.leave(c, receipt, at); err != nil {
			return err
		}
		again = true
		_, err = t.Record(bot.Entry{Casus: c.Ref, At: s.Now(), Act: bot.ActErased, Reasons: []string{"restored"}, Outcome: "done"})
		return err
	})
	return again, err
}

// burn makes sure that the key of a scope is gone and counts as destroyed.
func (t *tx) burn(l erasedLine) error {
	if _, err := t.exec(`DELETE FROM keys WHERE scope = $1`, l.Scope); err != nil {
		return err
	}
	delete(t.keys, l.Scope)
	if _, err := t.exec(`INSERT INTO destroyed (scope, id, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, l.Scope, l.Key, l.At); err != nil {
		return err
	}
	var year, number int64
	if n, _ := fmt.Sscanf(l.Scope, "casus/C-%d-%d", &year, &number); n != 2 {
		return nil
	}
	_, err := t.exec(`INSERT INTO counters (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE
		SET value = CASE WHEN counters.value < excluded.value THEN excluded.value ELSE counters.value END`, fmt.Sprintf("casus/%d", year), number)
	return err
}

// dropRows removes every row of a casus.
func (t *tx) dropRows(ref bot.Ref) error {
	for _, table := range append([]string{"chunks"}, personal...) {
		if _, err := t.exec(`DELETE FROM `+table+` WHERE casus = $1`, string(ref)); err != nil {
			return fmt.Errorf("%s: %w", table, err)
		}
	}
	_, err := t.exec(`DELETE FROM jobs WHERE casus = $1`, string(ref))
	return err
}

// leave writes what remains of an erased casus.
func (t *tx) leave(c bot.Casus, receipt bot.Receipt, at time.Time) error {
	rest := bot.Casus{Ref: c.Ref, Region: c.Region, Kind: c.Kind, Phase: c.Phase, Status: bot.Erased, Version: c.Version + 1,
		OpenedAt: c.OpenedAt, LastActivityAt: c.LastActivityAt, ClosedAt: c.ClosedAt, ArchivedAt: c.ArchivedAt,
		ErasureAnnouncedAt: c.ErasureAnnouncedAt, ErasureRequestedAt: c.ErasureRequestedAt, ErasingSince: c.ErasingSince, ErasedAt: at}
	if err := t.putCasus(rest); err != nil {
		return err
	}
	if err := t.SetDue(c.Ref, time.Time{}); err != nil {
		return err
	}
	clear, err := clearJSON(receipt)
	if err != nil {
		return err
	}
	sealed, err := t.sealJSON(place("receipts", installation, string(c.Ref), "1", clear), struct{}{})
	if err != nil {
		return err
	}
	if _, err := t.exec(`INSERT INTO receipts (casus, version, clear, sealed) VALUES ($1, 1, $2, $3)`, string(c.Ref), clear, sealed); err != nil {
		return err
	}
	t.wrote("receipts", string(c.Ref), 1, c.Ref)
	t.erased = true
	delete(t.open, c.Ref)
	return nil
}
