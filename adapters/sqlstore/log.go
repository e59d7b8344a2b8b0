package sqlstore

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/audit"
)

// sequenceBatch is how many entries one transaction takes into the tree.
const sequenceBatch = 500

// Sequence takes every entry that is not in the tree yet into it, in the order
// of their numbers, and returns how many. Replicas may all call it: they take
// turns.
func (s *Store) Sequence(ctx context.Context) (int, error) {
	total := 0
	for {
		n := 0
		err := s.run(ctx, behind, func(t *tx) (err error) {
			n, err = t.sequence()
			return err
		})
		total += n
		if err != nil || n < sequenceBatch {
			return total, wrap("grow the tree", err)
		}
	}
}

func (t *tx) sequence() (int, error) {
	var size int64
	if err := t.row(`SELECT size FROM audit_tree WHERE one = 1` + t.store.dialect.lockRow()).Scan(&size); err != nil {
		return 0, err
	}
	type leaf struct {
		id, seq int64
		chain   string
		hash    audit.Hash
	}
	var leaves []leaf
	err := t.rows(`SELECT e.id, e.chain, e.seq, e.hash FROM audit_pending p JOIN audit_entries e ON e.id = p.id ORDER BY p.id LIMIT $1`,
		[]any{sequenceBatch}, func(scan func(...any) error) error {
			var l leaf
			var hash []byte
			err := scan(&l.id, &l.chain, &l.seq, &hash)
			copy(l.hash[:], hash)
			leaves = append(leaves, l)
			return err
		})
	if err != nil || len(leaves) == 0 {
		return 0, err
	}
	reader := &hashes{t: t, fresh: map[int64]audit.Hash{}}
	for _, l := range leaves {
		more, err := audit.Grow(size, l.hash, reader)
		if err != nil {
			return 0, err
		}
		for i, h := range more {
			index := audit.FirstIndex(size) + int64(i)
			reader.fresh[index] = h
			if _, err := t.exec(`INSERT INTO audit_hashes (i, hash) VALUES ($1, $2)`, index, h[:]); err != nil {
				return 0, err
			}
		}
		if _, err := t.exec(`INSERT INTO audit_leaves (n, entry, chain, seq, hash) VALUES ($1, $2, $3, $4, $5)`, size, l.id, l.chain, l.seq, l.hash[:]); err != nil {
			return 0, err
		}
		if _, err := t.exec(`DELETE FROM audit_pending WHERE id = $1`, l.id); err != nil {
			return 0, err
		}
		size++
	}
	_, err = t.exec(`UPDATE audit_tree SET size = $1 WHERE one = 1`, size)
	return len(leaves), err
}

// hashes reads stored hashes of the tree inside a transaction.
type hashes struct {
	t     *tx
	fresh map[int64]audit.Hash
}

// ReadHashes implements audit.HashReader.
func (r *hashes) ReadHashes(indexes []int64) ([]audit.Hash, error) {
	out := make([]audit.Hash, len(indexes))
	for i, index := range indexes {
		if h, ok := r.fresh[index]; ok {
			out[i] = h
			continue
		}
		var hash []byte
		if err := r.t.row(`SELECT hash FROM audit_hashes WHERE i = $1`, index).Scan(&hash); err != nil {
			return nil, fmt.Errorf("stored hash %d: %w", index, err)
		}
		copy(out[i][:], hash)
		if r.fresh != nil {
			r.fresh[index] = out[i]
		}
	}
	return out, nil
}

// Checkpoint takes in what is new and returns the newest signed checkpoint as a
// note; news tells whether it was made just now. Keep it where the operator
// cannot rewrite it.
func (s *Store) Checkpoint(ctx context.Context) (signed string, news bool, err error) {
	if _, err := s.Sequence(ctx); err != nil {
		return "", false, err
	}
	err = s.run(ctx, behind, func(t *tx) error {
		news = false
		var size int64
		if err := t.row(`SELECT size FROM audit_tree WHERE one = 1` + t.store.dialect.lockRow()).Scan(&size); err != nil {
			return err
		}
		var n, last int64
		err := t.row(`SELECT n, size, note FROM audit_checkpoints ORDER BY n DESC LIMIT 1`).Scan(&n, &last, &signed)
		if err != nil && !errors.Is(err, bot.ErrNotFound) {
			return err
		}
		if err == nil && last == size {
			return nil
		}
		root, err := audit.Root(size, &hashes{t: t})
		if err != nil {
			return err
		}
		c := audit.Checkpoint{Origin: s.Origin, Size: size, Root: root, At: s.Now().UTC().Truncate(time.Second)}
		if signed, err = c.Sign(s.secret); err != nil {
			return err
		}
		news = true
		_, err = t.exec(`INSERT INTO audit_checkpoints (n, size, at, note) VALUES ($1, $2, $3, $4)`, n+1, size, micro(c.At), signed)
		return err
	})
	if err == nil && news {
		s.listing.Lock()
		defer s.listing.Unlock()
		if err := keepNewest(s.ErasedList, signed); err != nil {
			s.Log.Error("the checkpoint could not be kept beside the database", "error", err)
		}
	}
	return signed, news, wrap("make checkpoint", err)
}

// PublicKey is the key with which anyone can check this log's checkpoints and
// proofs, as a note verifier key.
func (s *Store) PublicKey() string { return s.public }

// Verify reads the whole log and every record, on one consistent picture, and
// names what does not hold. outside are checkpoints that were kept elsewhere.
func (s *Store) Verify(ctx context.Context, outside ...string) (audit.Report, error) {
	var report audit.Report
	err := s.run(ctx, view, func(t *tx) (err error) {
		defer t.roomy()()
		report, err = audit.Verify(ctx, source{t}, s.public, outside...)
		return err
	})
	return report, err
}

// roomy gives the transaction's connection on SQLite more pages to remember:
// reading the log chain by chain touches its pages many times. The result gives
// them back.
func (t *tx) roomy() func() {
	if t.store.dialect != sqlite {
		return func() {}
	}
	set := func(query string) {
		if _, err := t.sql.ExecContext(context.WithoutCancel(t.ctx), query); err != nil {
			t.store.Log.Warn("the room for pages could not be changed", "error", err)
		}
	}
	set(`PRAGMA cache_size = -65536`) // KiB
	return func() {
		set(`PRAGMA cache_size = -2000`) // the driver's own
		set(`PRAGMA shrink_memory`)
	}
}

// Prove returns a proof that entry (its Seq) is in the log of the newest
// checkpoint that has it; ErrNotFound when there is no such entry, or no such
// checkpoint yet.
func (s *Store) Prove(ctx context.Context, entry int64) (audit.Proof, error) {
	var p audit.Proof
	err := s.run(ctx, view, func(t *tx) error {
		var leaf, size int64
		var body []byte
		var note string
		if err := t.row(`SELECT l.n, b.body FROM audit_leaves l JOIN audit_bodies b ON b.id = l.entry WHERE l.entry = $1`, entry).Scan(&leaf, &body); err != nil {
			return err
		}
		if err := t.row(`SELECT size, note FROM audit_checkpoints WHERE size > $1 ORDER BY n DESC LIMIT 1`, leaf).Scan(&size, &note); err != nil {
			return fmt.Errorf("no checkpoint has it yet: %w", err)
		}
		var err error
		p, err = audit.Prove(note, size, leaf, body, &hashes{t: t})
		return err
	})
	return p, wrap(fmt.Sprintf("prove entry %d", entry), err)
}

// Export writes the log up to its newest checkpoint to w, in the form that
// audit.CheckExport reads. ErrNotFound: there is no checkpoint yet.
func (s *Store) Export(ctx context.Context, w io.Writer) error {
	err := s.run(ctx, view, func(t *tx) error {
		var size int64
		var note string
		if err := t.row(`SELECT size, note FROM audit_checkpoints ORDER BY n DESC LIMIT 1`).Scan(&size, &note); err != nil {
			return fmt.Errorf("no checkpoint: %w", err)
		}
		out, err := audit.NewExport(w, s.public, note)
		if err != nil {
			return err
		}
		return t.rows(`SELECT l.entry, l.hash, b.body FROM audit_leaves l LEFT JOIN audit_bodies b ON b.id = l.entry WHERE l.n < $1 ORDER BY l.n`,
			[]any{size}, func(scan func(...any) error) error {
				var id int64
				var hash, body []byte
				if err := scan(&id, &hash, &body); err != nil {
					return err
				}
				return out.Add(id, audit.Hash(hash), body)
			})
	})
	return wrap("export the log", err)
}

// The duty of looking after the log. The log itself needs no lease: whoever grows
// or signs it locks it. The lease only spares the other copies the work.
const (
	dutyLog  = "log"
	logTerm  = 15 * time.Second
	logRenew = 5 * time.Second
)

// Run grows the tree every second, signs a checkpoint every minute with news,
// turns the keys of a new month, and cleans up what lapsed, until ctx ends; then it signs once more.
// Of several copies one grows and signs. publish is given each new checkpoint and may be nil.
func (s *Store) Run(ctx context.Context, publish func(ctx context.Context, signed string)) error {
	sequence := time.NewTicker(time.Second)
	defer sequence.Stop()
	checkpoint := time.NewTicker(time.Minute)
	defer checkpoint.Stop()
	clean := time.NewTicker(10 * time.Minute)
	defer clean.Stop()
	renew := time.NewTicker(logRenew)
	defer renew.Stop()
	owner := rand.Text()
	lease, err := s.TakeLease(ctx, dutyLog, owner, logTerm)
	mine := err == nil
	sign := func(ctx context.Context) error {
		signed, news, err := s.Checkpoint(ctx)
		if err == nil && news && publish != nil {
			publish(ctx, signed)
		}
		return err
	}
	for {
		var err error
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
			defer cancel()
			s.scrubNow(last)
			err = sign(last)
			if mine {
				err = errors.Join(err, s.EndLease(last, lease))
			}
			return err
		case <-renew.C:
			lease, err = s.TakeLease(ctx, dutyLog, owner, logTerm)
			if mine = err == nil; errors.Is(err, bot.ErrBusy) {
				err = nil
			}
		case <-sequence.C:
			if mine {
				_, err = s.Sequence(ctx)
			}
		case <-checkpoint.C:
			s.scrubNow(ctx) // what this copy deleted
			if mine {
				err = sign(ctx)
			}
		case <-clean.C:
			_, err = s.Rotate(ctx)
			err = errors.Join(err, s.Clean(ctx), s.daily(ctx))
		}
		if err != nil && ctx.Err() == nil {
			s.Log.Error("the log is behind", "error", err)
		}
	}
}

// cleanAfter is how long what has lapsed stays, so that a late repeat is still
// known.
const cleanAfter = 24 * time.Hour

// brokenAfter is how long bytes stay whose upload broke off: with the look every
// ten minutes that is within the hour.
const brokenAfter = 45 * time.Minute

// doneAfter is how long it is remembered that a job was done and an event handled.
const doneAfter = 30 * 24 * time.Hour

// daily does once a day, of all replicas, what needs no more.
func (s *Store) daily(ctx context.Context) error {
	if s.Terms == (Terms{}) {
		return nil
	}
	day := s.Now().UTC().Unix() / (24 * 60 * 60)
	var mine int64
	err := s.run(ctx, behind, func(t *tx) (err error) {
		mine, err = t.exec(`INSERT INTO counters (name, value) VALUES ('daily', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value
			WHERE counters.value < excluded.value`, day)
		return err
	})
	if err != nil || mine == 0 {
		return wrap("daily", err)
	}
	n, err := s.RemoveBodies(ctx)
	if n > 0 {
		s.Log.Info("what the log said was removed after its term", "entries", n)
	}
	return err
}

// Clean removes tickets, nonces, conversations and released questions a day
// after they lapsed, jobs and events a month after they were done, and bytes of files whose upload broke off within the hour.
func (s *Store) Clean(ctx context.Context) error {
	before := micro(s.Now().Add(-cleanAfter))
	broken := micro(s.Now().Add(-brokenAfter))
	err := s.run(ctx, behind, func(t *tx) error {
		for _, query := range []string{
			`DELETE FROM tickets WHERE expires < $1`,
			`DELETE FROM nonces WHERE expires < $1`,
			`DELETE FROM talks WHERE expires < $1`,
			`DELETE FROM released_questions WHERE expires < $1`,
			`DELETE FROM sessions WHERE expires < $1`,
			`DELETE FROM signed_out WHERE expires < $1`,
			`DELETE FROM proposals WHERE expires < $1`,
		} {
			if _, err := t.exec(query, before); err != nil {
				return err
			}
		}
		// What is known as done keeps a repeat from being done twice. After a month
		// nothing repeats but what belongs to a casus, and that stays as long as it.
		done := micro(s.Now().Add(-doneAfter))
		for _, query := range []string{
			`DELETE FROM jobs WHERE state = 'done' AND run_at < $1 AND (casus = '' OR kind IN ('reconcile', 'event', 'sweep', 'remove')
				OR EXISTS (SELECT 1 FROM casussen c WHERE c.ref = jobs.casus AND c.status = 'erased'))`,
			`DELETE FROM events WHERE sealed IS NULL AND at < $1`,
		} {
			if _, err := t.exec(query, done); err != nil {
				return err
			}
		}
		// Bytes in quarantine whose upload broke off belong to no file.
		for _, query := range []string{
			`DELETE FROM blobs WHERE NOT EXISTS (SELECT 1 FROM files f WHERE f.id = blobs.file)
				AND NOT EXISTS (SELECT 1 FROM chunks c WHERE c.file = blobs.file AND c.at >= $1)`,
			`DELETE FROM chunks WHERE at < $1 AND NOT EXISTS (SELECT 1 FROM blobs b WHERE b.file = chunks.file AND b.gen = chunks.gen)`,
		} {
			if _, err := t.exec(query, broken); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return wrap("clean", err)
	}
	s.dropLoose(ctx, "")
	return errors.Join(s.Scrub(ctx), s.sweepObjects(ctx))
}
