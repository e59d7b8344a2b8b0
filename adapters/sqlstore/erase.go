package sqlstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/audit"
)

// personal are the tables with rows of a casus. Their rows go when it is erased.
var personal = []string{"agreements", "consents", "files", "verdicts", "holds", "blobs", "tickets", "talks", "matters", "cards"}

// EraseCasus implements bot.Casussen.
func (t *tx) EraseCasus(ref bot.Ref, receipt bot.Receipt) (int, error) {
	if !t.write {
		return 0, errReadOnly
	}
	var r casusRow
	err := r.scan(t.row(`SELECT `+casusColumns+` FROM casussen WHERE ref = $1`+t.store.dialect.lockRow(), string(ref)).Scan)
	if err != nil {
		return 0, wrap("erase casus", err)
	}
	if r.status == string(bot.Erased) {
		return 0, nil
	}
	c, err := t.openCasus(r)
	if err != nil {
		return 0, wrap("erase casus "+r.ref, err)
	}
	var held int
	if err := t.row(`SELECT count(*) FROM holds WHERE casus = $1 AND live = 1`, r.ref).Scan(&held); err != nil {
		return 0, wrap("erase casus: read holds", err)
	}
	if held > 0 {
		return 0, fmt.Errorf("erase casus %s: it is held: %w", ref, bot.ErrConflict)
	}
	records := 0
	for _, table := range personal {
		n, err := t.exec(`DELETE FROM `+table+` WHERE casus = $1`, r.ref)
		if err != nil {
			return 0, fmt.Errorf("erase casus %s: %s: %w", ref, table, err)
		}
		records += int(n)
	}
	if _, err := t.exec(`DELETE FROM chunks WHERE casus = $1`, r.ref); err != nil {
		return 0, wrap("erase casus: bytes of files", err)
	}
	// The job that erases is itself one of the casus and still has to end, so the rows
	// of those under way stay, without what they carried. All others go: a job that
	// waits has nothing left to do, and one that is done names whom it told. Nothing is
	// done twice for want of them: whoever would add one reads first that it is gone.
	if _, err := t.exec(`DELETE FROM jobs WHERE casus = $1 AND state <> 'leased'`, r.ref); err != nil {
		return 0, wrap("erase casus: jobs", err)
	}
	if _, err := t.exec(`UPDATE jobs SET body = NULL WHERE casus = $1`, r.ref); err != nil {
		return 0, wrap("erase casus: jobs", err)
	}
	print, err := t.destroyKey(scope(ref))
	if err != nil {
		return 0, wrap("erase casus: key", err)
	}

	at := receipt.At
	if at.IsZero() {
		at = t.store.Now()
	}
	rest := bot.Casus{Ref: c.Ref, Region: c.Region, Kind: c.Kind, Phase: c.Phase, Status: bot.Erased, Version: c.Version + 1,
		OpenedAt: c.OpenedAt, LastActivityAt: c.LastActivityAt, ClosedAt: c.ClosedAt, ArchivedAt: c.ArchivedAt,
		ErasureAnnouncedAt: c.ErasureAnnouncedAt, ErasureRequestedAt: c.ErasureRequestedAt, ErasingSince: c.ErasingSince, ErasedAt: at}
	if err := t.putCasus(rest); err != nil {
		return 0, wrap("erase casus", err)
	}
	if err := t.SetDue(ref, time.Time{}); err != nil {
		return 0, wrap("erase casus", err)
	}
	receipt.Casus, receipt.At, receipt.Records = ref, at, records
	if receipt.KeyPrint == "" {
		receipt.KeyPrint = print
	}
	if receipt.Kind == "" {
		receipt.Kind = c.Kind
	}
	if receipt.Signed, err = audit.SignNote(receipt.Text(), t.store.receiptSecret); err != nil {
		return 0, wrap("erase casus: receipt", err)
	}
	clear, err := clearJSON(receipt)
	if err != nil {
		return 0, wrap("erase casus: receipt", err)
	}
	sealed, err := t.sealJSON(place("receipts", installation, r.ref, "1", clear), struct{}{})
	if err != nil {
		return 0, wrap("erase casus: receipt", err)
	}
	if _, err := t.exec(`INSERT INTO receipts (casus, version, clear, sealed) VALUES ($1, 1, $2, $3)`, r.ref, clear, sealed); err != nil {
		return 0, wrap("erase casus: receipt", err)
	}
	t.wrote("receipts", r.ref, 1, ref)
	t.erased = true
	delete(t.open, ref)
	return records, nil
}

// Receipt implements bot.Casussen.
func (t *tx) Receipt(ref bot.Ref) (bot.Receipt, error) {
	var clear string
	var version int64
	var sealed []byte
	if err := t.row(`SELECT version, clear, sealed FROM receipts WHERE casus = $1`, string(ref)).Scan(&version, &clear, &sealed); err != nil {
		return bot.Receipt{}, wrap("read receipt", err)
	}
	var r bot.Receipt
	var nothing struct{}
	if err := t.openJSON(place("receipts", installation, string(ref), digits(version), clear), sealed, &nothing); err != nil {
		return bot.Receipt{}, wrap("read receipt", err)
	}
	return r, wrap("read receipt", json.Unmarshal([]byte(clear), &r))
}

// scrub makes the database forget the old pages of what was just deleted. It is
// done after the commit, and again by Run when somebody's reading kept it from
// happening: the key was gone already. PostgreSQL has to write a table anew for
// it, so there it is left to Run, which does many erasures at once.
func (s *Store) scrub(ctx context.Context) {
	s.dirty.Store(true)
	if s.dialect == sqlite {
		s.scrubNow(ctx)
	}
}

// scrubNow scrubs when something was deleted since the last time.
func (s *Store) scrubNow(ctx context.Context) {
	if !s.dirty.Load() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	if err := s.Scrub(ctx); err != nil {
		s.Log.Warn("erased pages are still to be overwritten", "error", err)
	}
}

// Scrub empties the write-ahead log of SQLite, or vacuums the tables of
// PostgreSQL that a casus has rows in; that of the keys is written anew, since a
// plain vacuum leaves the old bytes in the page. ErrBusy: somebody was in the
// way; try again. PostgreSQL's own write-ahead log and its copies are not ours
// to empty.
func (s *Store) Scrub(ctx context.Context) error {
	s.dirty.Store(false)
	err := s.dialect.kind(s.scrubbing(ctx))
	if err != nil {
		s.dirty.Store(true)
	}
	return wrap("scrub", err)
}

func (s *Store) scrubbing(ctx context.Context) error {
	if s.dialect == sqlite {
		var busy, logged, moved int
		if err := s.write.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &logged, &moved); err != nil {
			return err
		}
		if busy != 0 {
			return bot.ErrBusy
		}
		return nil
	}
	_, err := s.write.ExecContext(ctx, `VACUUM (FULL) keys`)
	errs := []error{err}
	for _, table := range append([]string{"casussen", "chunks", "jobs", "events", "audit_bodies", "shelf"}, personal...) {
		_, err := s.write.ExecContext(ctx, `VACUUM `+table)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
