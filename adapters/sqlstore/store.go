package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/seal"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// tries is how often a transaction is run when the database keeps turning it
// down; with the growing pauses between them that is about two seconds.
const tries = 12

var errReadOnly = errors.New("a view cannot write")

// View implements bot.Store.
func (s *Store) View(ctx context.Context, f func(tx bot.Tx) error) error {
	return s.run(ctx, view, func(t *tx) error { return f(t) })
}

// Update implements bot.Store.
func (s *Store) Update(ctx context.Context, f func(tx bot.Tx) error) error {
	return s.run(ctx, update, func(t *tx) error { return f(t) })
}

func (s *Store) run(ctx context.Context, m mode, f func(*tx) error) error {
	write := m != view
	if write && s.write == nil {
		return fmt.Errorf("the store was opened to look only: %w", bot.ErrForbidden)
	}
	if err := s.clocksAgree(ctx); err != nil {
		return s.dialect.kind(err)
	}
	if write {
		if err := s.ring.Prepare(ctx); err != nil {
			return s.dialect.kind(err)
		}
	}
	for n := 1; ; n++ {
		leave, err := s.enter(ctx, m, n)
		if err != nil {
			return err
		}
		err = s.once(ctx, m, f)
		leave()
		if err == nil || n == tries || !s.dialect.again(err) {
			return s.dialect.kind(err)
		}
		pause := rand.N(time.Millisecond << min(n, 9))
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

const (
	// together is how many updates one process runs on PostgreSQL at a time. More of
	// them turn each other down more often than they are done sooner; the others
	// wait for their turn here, where waiting costs nothing.
	together = 4
	// patience is how often an update that was turned down tries among the others,
	// before it is let in alone.
	patience = 4
)

// crowd keeps updates of one process from turning each other down for ever.
type crowd struct {
	slots chan struct{}
	alone chan struct{} // of one: who wants all the slots
}

func newCrowd() *crowd {
	return &crowd{slots: make(chan struct{}, together), alone: make(chan struct{}, 1)}
}

// enter waits for a place for the n-th try of a transaction; leave gives it back.
func (s *Store) enter(ctx context.Context, m mode, n int) (leave func(), _ error) {
	if s.dialect != postgres || m != update {
		return func() {}, nil
	}
	c, places := s.crowd, 1
	if n > patience {
		select {
		case c.alone <- struct{}{}:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		places = together
	}
	had := 0
	leave = func() {
		for range had {
			<-c.slots
		}
		if places > 1 {
			<-c.alone
		}
	}
	for ; had < places; had++ {
		select {
		case c.slots <- struct{}{}:
		case <-ctx.Done():
			leave()
			return nil, ctx.Err()
		}
	}
	return leave, nil
}

// once runs f in one transaction.
func (s *Store) once(ctx context.Context, m mode, f func(*tx) error) error {
	db, write := s.read, m != view
	if write {
		db = s.write
	}
	inner, err := db.BeginTx(ctx, s.dialect.begin(m))
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	t := &tx{ctx: ctx, sql: inner, store: s, write: write, keys: map[string]*seal.Key{}}
	defer t.end()
	if err := f(t); err != nil {
		return err
	}
	if t.again != nil {
		// f went on after the database turned the transaction down.
		return t.again
	}
	if !write {
		return nil
	}
	if err := t.flush(); err != nil {
		return err
	}
	if err := s.commit(ctx, m, t); err != nil {
		return err
	}
	if t.erased {
		// The erasure stands; the list is looked over again at the next start.
		if err := s.noteErased(ctx); err != nil {
			s.Log.Error("what was erased could not be listed beside the database", "error", err)
		}
		s.scrub(ctx)
		s.dropLoose(ctx, "")
	}
	return nil
}

// commit ends the transaction. When the connection is lost while PostgreSQL
// commits, the outcome is looked up and not assumed.
func (s *Store) commit(ctx context.Context, m mode, t *tx) error {
	var id string
	ask := s.dialect == postgres && m != turns
	if ask {
		if err := t.row(`SELECT pg_current_xact_id()::text`).Scan(&id); err != nil {
			return fmt.Errorf("name the transaction: %w", err)
		}
	}
	err := t.sql.Commit()
	if err == nil || !ask || answered(err) {
		return wrap("commit", err)
	}
	look, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	for look.Err() == nil {
		var status string
		if s.write.QueryRowContext(look, `SELECT COALESCE(pg_xact_status($1::xid8), 'unknown')`, id).Scan(&status) == nil && status != "in progress" {
			if status == "committed" {
				s.Log.Info("a commit was lost on the way and found kept")
				return nil
			}
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("commit: %w: %w", bot.ErrUnavailable, err)
}

// answered reports whether it is known that a transaction was not kept: the
// database said so. The driver's own word that nothing was sent yet is not
// believed: it also says so when the answer to a commit could not be read.
func answered(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) || errors.Is(err, pgx.ErrTxCommitRollback) || errors.Is(err, sql.ErrTxDone)
}

// lost reports whether the connection went away, so that nobody knows what
// became of the last statement.
func lost(err error) bool {
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || isNet(err)
}

// tx is one transaction.
type tx struct {
	ctx   context.Context
	sql   *sql.Tx
	store *Store
	write bool
	again error // the database asked for a retry

	keys     map[string]*seal.Key // opened in this transaction, by scope
	entries  []*pending           // recorded, not yet written
	writes   []write              // of records, not yet in an entry
	finished map[string]bool      // jobs done in this transaction
	open     map[bot.Ref]bool     // casussen that were locked and are not erased
	erased   bool
}

var _ bot.Tx = (*tx)(nil)

// end gives everything back; a transaction that was not committed is undone.
func (t *tx) end() {
	t.sql.Rollback()
	for _, k := range t.keys {
		k.Destroy()
	}
}

func (t *tx) note(err error) error {
	if err != nil && t.store.dialect.again(err) {
		t.again = err
	}
	return err
}

// exec runs a statement and returns how many rows it changed.
func (t *tx) exec(query string, args ...any) (int64, error) {
	if !t.write {
		return 0, errReadOnly
	}
	r, err := t.sql.ExecContext(t.ctx, query, args...)
	if err != nil {
		return 0, t.note(err)
	}
	return r.RowsAffected()
}

// one runs a statement that must change exactly one row; none is otherwise.
func (t *tx) one(otherwise error, query string, args ...any) error {
	n, err := t.exec(query, args...)
	if err != nil {
		return err
	}
	if n == 0 {
		return otherwise
	}
	return nil
}

// row is one row or ErrNotFound.
func (t *tx) row(query string, args ...any) row {
	return row{t, t.sql.QueryRowContext(t.ctx, query, args...)}
}

type row struct {
	t *tx
	r *sql.Row
}

func (r row) Scan(dest ...any) error {
	err := r.r.Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return bot.ErrNotFound
	}
	return r.t.note(err)
}

// rows calls f for each row; f must not use the transaction.
func (t *tx) rows(query string, args []any, f func(scan func(...any) error) error) error {
	rows, err := t.sql.QueryContext(t.ctx, query, args...)
	if err != nil {
		return t.note(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows.Scan); err != nil {
			return err
		}
	}
	return t.note(rows.Err())
}

// micro and moment turn a moment into a number and back; zero is "not".
func micro(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func moment(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}
