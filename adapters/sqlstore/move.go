package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/audit"
)

// Moved says what Move did.
type Moved struct {
	Tables  int
	Rows    int64 // in all of them
	Entries int64 // of the log, which verifies
}

// Move copies everything in from, a store on SQLite that nobody else has open, to
// the empty database on PostgreSQL that to names, with the same master keys. It
// is one transaction: what fails leaves the database as it was. Rows are copied
// sealed, as they are; the keys of epochs come along from beside the file.
//
// Afterwards the counts of every table are the same, and the log of both verifies
// and is the same tree, or it is an error. Move may be repeated until the copy
// went its own way: a database of another installation, or one whose log has
// something that from lacks, is ErrConflict. from is never changed.
func Move(ctx context.Context, from *Store, to Options) (Moved, error) {
	var m Moved
	if from.dialect != sqlite || from.write == nil {
		return m, errors.New("move: only a SQLite store that nobody else has open can be moved")
	}
	before, err := from.Verify(ctx)
	if err != nil {
		return m, fmt.Errorf("move: verify the store that is moved: %w", err)
	}
	if len(before.Breaks) > 0 {
		return m, fmt.Errorf("move: the log of the store that is moved does not verify, first look why: %w", bot.ErrConflict)
	}
	// Opened without its keys: an empty database would be given new ones.
	bare := &Store{Options: to, dialect: postgres}
	defer bare.Close()
	if err := bare.openPostgres(ctx); err != nil {
		return m, fmt.Errorf("move: %w", bare.dialect.kind(err))
	}
	if err := from.copyTo(ctx, bare, &m); err != nil {
		return m, fmt.Errorf("move: %w", bare.dialect.kind(err))
	}
	moved, err := Open(ctx, to)
	if err != nil {
		return m, fmt.Errorf("move: open the copy: %w", err)
	}
	defer moved.Close()
	return m, wrap("move", sameLog(ctx, from, moved, &m))
}

// sameLog verifies the copy and holds its tree against the other.
func sameLog(ctx context.Context, from, moved *Store, m *Moved) error {
	after, err := moved.Verify(ctx)
	if err != nil {
		return fmt.Errorf("verify the copy: %w", err)
	}
	if len(after.Breaks) > 0 {
		return fmt.Errorf("the log of the copy does not verify: %w", bot.ErrConflict)
	}
	if from.PublicKey() != moved.PublicKey() || from.ReceiptKey() != moved.ReceiptKey() {
		return fmt.Errorf("the copy signs with other keys: %w", bot.ErrConflict)
	}
	var roots []audit.Hash
	for _, s := range []*Store{from, moved} {
		err := s.run(ctx, view, func(t *tx) error {
			var size int64
			if err := t.row(`SELECT size FROM audit_tree WHERE one = 1`).Scan(&size); err != nil {
				return err
			}
			var root audit.Hash
			if size > 0 {
				var err error
				if root, err = audit.Root(size, &hashes{t: t}); err != nil {
					return err
				}
			}
			roots = append(roots, root)
			return t.row(`SELECT count(*) FROM audit_entries`).Scan(&m.Entries)
		})
		if err != nil {
			return fmt.Errorf("read the tree: %w", err)
		}
	}
	if roots[0] != roots[1] {
		return fmt.Errorf("the log of the copy is another tree: %w", bot.ErrConflict)
	}
	return nil
}

// copyTo copies every table into bare in one transaction.
func (s *Store) copyTo(ctx context.Context, bare *Store, m *Moved) error {
	source, err := s.read.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer source.Rollback()
	conn, err := bare.write.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.Raw(func(raw any) error {
		return pgx.BeginFunc(ctx, raw.(*stdlib.Conn).Conn(), func(target pgx.Tx) error {
			tables, err := emptied(ctx, source, target)
			if err != nil {
				return err
			}
			for _, table := range tables {
				var rows int64
				if table == "epochs" {
					rows, err = s.copyEpochs(ctx, target)
				} else {
					rows, err = copyTable(ctx, source, target, table)
				}
				if err != nil {
					return fmt.Errorf("copy %s: %w", table, err)
				}
				m.Tables++
				m.Rows += rows
			}
			if _, err := target.Exec(ctx, `SELECT setval('audit_ids', GREATEST((SELECT max(id) FROM audit_entries), 1))`); err != nil {
				return err
			}
			for _, table := range tables {
				if _, err := target.Exec(ctx, "ALTER TABLE "+table+" ENABLE TRIGGER USER"); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// emptied locks and empties every table of target, and returns them in an order
// in which what others refer to comes first. A target that must not be emptied is
// ErrConflict.
func emptied(ctx context.Context, source *sql.Tx, target pgx.Tx) ([]string, error) {
	if _, err := target.Exec(ctx, `SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0`); err != nil {
		return nil, err
	}
	tables, err := inOrder(ctx, target)
	if err != nil {
		return nil, err
	}
	if _, err := target.Exec(ctx, "LOCK TABLE "+strings.Join(tables, ", ")+" IN ACCESS EXCLUSIVE MODE"); err != nil {
		return nil, err
	}
	if err := mayEmpty(ctx, source, target); err != nil {
		return nil, err
	}
	for _, table := range tables {
		if _, err := target.Exec(ctx, "ALTER TABLE "+table+" DISABLE TRIGGER USER"); err != nil {
			return nil, err
		}
	}
	_, err = target.Exec(ctx, "TRUNCATE "+strings.Join(tables, ", "))
	return tables, err
}

// inOrder lists the tables, those that others refer to first.
func inOrder(ctx context.Context, target pgx.Tx) ([]string, error) {
	refers := map[string]map[string]bool{}
	rows, err := target.Query(ctx, `SELECT c.relname, COALESCE(f.relname, '') FROM pg_class c
		LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'f' AND k.confrelid <> c.oid
		LEFT JOIN pg_class f ON f.oid = k.confrelid
		WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace AND c.relname NOT LIKE 'goose%'`)
	if err != nil {
		return nil, err
	}
	var table, other string
	if _, err := pgx.ForEachRow(rows, []any{&table, &other}, func() error {
		if refers[table] == nil {
			refers[table] = map[string]bool{}
		}
		if other != "" {
			refers[table][other] = true
		}
		return nil
	}); err != nil {
		return nil, err
	}
	var order []string
	for len(refers) > 0 {
		n := len(order)
		for _, table := range slices.Sorted(maps.Keys(refers)) {
			if len(refers[table]) == 0 {
				order = append(order, table)
			}
		}
		if len(order) == n {
			return nil, errors.New("the tables refer to each other in a circle")
		}
		for _, done := range order[n:] {
			delete(refers, done)
			for _, rest := range refers {
				delete(rest, done)
			}
		}
	}
	return order, nil
}

// mayEmpty is ErrConflict unless target is empty, or holds nothing that source
// does not hold: the same installation, and a log that is the beginning of the
// same log.
func mayEmpty(ctx context.Context, source *sql.Tx, target pgx.Tx) error {
	var key string
	err := target.QueryRow(ctx, `SELECT id FROM keys WHERE scope = $1`, installation).Scan(&key)
	if errors.Is(err, pgx.ErrNoRows) {
		var casussen int64
		if err := target.QueryRow(ctx, `SELECT count(*) FROM casussen`).Scan(&casussen); err != nil || casussen == 0 {
			return err
		}
		return fmt.Errorf("the database has casussen and no key: %w", bot.ErrConflict)
	}
	if err != nil {
		return err
	}
	var ours string
	if err := source.QueryRowContext(ctx, `SELECT id FROM keys WHERE scope = $1`, installation).Scan(&ours); err != nil {
		return err
	}
	if key != ours {
		return fmt.Errorf("the database is of another installation: %w", bot.ErrConflict)
	}
	rows, err := target.Query(ctx, `SELECT chain, seq, hash FROM audit_heads`)
	if err != nil {
		return err
	}
	var chain string
	var seq int64
	var hash []byte
	_, err = pgx.ForEachRow(rows, []any{&chain, &seq, &hash}, func() error {
		var known int
		return source.QueryRowContext(ctx, `SELECT count(*) FROM audit_entries WHERE chain = $1 AND seq = $2 AND hash = $3 HAVING count(*) = 1`,
			chain, seq, hash).Scan(&known)
	})
	if noRow(err) {
		return fmt.Errorf("the database went on by itself since it was copied: %w", bot.ErrConflict)
	}
	return err
}

// copyTable copies the rows of a table and counts them on both sides.
func copyTable(ctx context.Context, source *sql.Tx, target pgx.Tx, table string) (int64, error) {
	var columns []string
	rows, err := target.Query(ctx, `SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`, table)
	if err != nil {
		return 0, err
	}
	if columns, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
		return 0, err
	}
	var theirs int
	if err := source.QueryRowContext(ctx, `SELECT count(*) FROM pragma_table_info($1)`, table).Scan(&theirs); err != nil || theirs != len(columns) {
		return 0, errors.Join(fmt.Errorf("%d columns on one side and %d on the other", theirs, len(columns)), err)
	}
	from, err := source.QueryContext(ctx, "SELECT "+strings.Join(columns, ", ")+" FROM "+table)
	if err != nil {
		return 0, err
	}
	defer from.Close()
	copied, err := target.CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromFunc(func() ([]any, error) {
		if !from.Next() {
			return nil, from.Err()
		}
		values, places := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			places[i] = &values[i]
		}
		return values, from.Scan(places...)
	}))
	if err != nil {
		return copied, err
	}
	var before, after int64
	if err := errors.Join(source.QueryRowContext(ctx, "SELECT count(*) FROM "+table).Scan(&before),
		target.QueryRow(ctx, "SELECT count(*) FROM "+table).Scan(&after)); err != nil {
		return copied, err
	}
	if before != after || copied != before {
		return copied, fmt.Errorf("%d rows became %d: %w", before, after, bot.ErrConflict)
	}
	return copied, nil
}

// copyEpochs copies the wrapped keys of epochs, which on SQLite lie beside the file.
func (s *Store) copyEpochs(ctx context.Context, target pgx.Tx) (int64, error) {
	names, err := s.Epochs.List(ctx)
	if err != nil {
		return 0, err
	}
	for _, name := range names {
		box, err := s.Epochs.Load(ctx, name)
		if err != nil {
			return 0, err
		}
		if _, err := target.Exec(ctx, `INSERT INTO epochs (name, box) VALUES ($1, $2)`, name, box); err != nil {
			return 0, err
		}
	}
	return int64(len(names)), nil
}
