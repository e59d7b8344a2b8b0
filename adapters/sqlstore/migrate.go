package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/convenantbot/convenantbot/bot"
)

//go:embed migrations
var migrations embed.FS

// changes are the changes of the tables that this program knows, by dialect.
func (d dialect) changes() (goose.Dialect, fs.FS, error) {
	name, kind := "sqlite", goose.DialectSQLite3
	if d == postgres {
		name, kind = "postgres", goose.DialectPostgres
	}
	files, err := fs.Sub(migrations, "migrations/"+name)
	return kind, files, err
}

// migratePostgres is migrate with a connection of its own: what the bot asks may
// take half a minute, and making an index over years of rows takes longer. A lock
// that it has to wait for still ends it, so that a copy of the bot that works is
// not kept waiting behind one that wants to start.
func (s *Store) migratePostgres(ctx context.Context, config pgx.ConnConfig) error {
	config.RuntimeParams = maps.Clone(config.RuntimeParams)
	config.RuntimeParams["statement_timeout"] = "0"
	config.RuntimeParams["idle_in_transaction_session_timeout"] = "0"
	// It changes whole tables.
	delete(config.RuntimeParams, "enable_seqscan")
	config.Tracer = nil
	db := stdlib.OpenDB(config)
	defer db.Close()
	return s.migrate(ctx, db)
}

// migrate brings the tables up to date: each change in one transaction together
// with the note that it was made, so that one that breaks off was not made. Two
// replicas that start together take turns by a lock of the database, which ends
// with the connection of whoever has it.
func (s *Store) migrate(ctx context.Context, db *sql.DB) error {
	// Before, so that a database of a newer program is not touched; and after,
	// because one may have been waiting at the lock for that newer program.
	if _, err := s.applied(ctx, db); err != nil {
		return err
	}
	kind, files, err := s.dialect.changes()
	if err != nil {
		return err
	}
	// Branches that grew side by side arrive in any order; none of them touches
	// what another one made.
	options := []goose.ProviderOption{goose.WithAllowOutofOrder(true)}
	if s.dialect == postgres {
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 120), lock.WithUnlockTimeout(1, 120))
		if err != nil {
			return err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(kind, db, files, options...)
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	_, err = s.applied(ctx, db)
	return err
}

// upToDate is an error unless the tables are those of this program, for a store
// that is only looked at.
func (s *Store) upToDate(ctx context.Context, db *sql.DB) error {
	missing, err := s.applied(ctx, db)
	if err == nil && missing > 0 {
		err = fmt.Errorf("the database is of an older version of the program and lacks change %05d of its tables: "+
			"run `convenantbot migrate`, or start the bot, which does the same: %w", missing, bot.ErrConflict)
	}
	return err
}

// applied returns the first change of the tables that was not made yet, 0 for
// none. A change that was made and that this program does not know is ErrConflict:
// whoever reads tables that mean something else erases what must stay.
func (s *Store) applied(ctx context.Context, db *sql.DB) (missing int64, _ error) {
	_, files, err := s.dialect.changes()
	if err != nil {
		return 0, err
	}
	known := map[int64]bool{}
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return 0, err
	}
	for _, name := range names {
		version, err := goose.NumericComponent(name)
		if err != nil {
			return 0, err
		}
		known[version] = false
	}
	there := `SELECT count(*) FROM sqlite_master WHERE name = 'goose_db_version'`
	if s.dialect == postgres {
		there = `SELECT count(*) FROM pg_class WHERE oid = to_regclass('goose_db_version')`
	}
	var n int
	if err := db.QueryRowContext(ctx, there).Scan(&n); err != nil {
		return 0, fmt.Errorf("read the version of the database: %w", err)
	}
	var strange []string
	if n > 0 {
		// Of a change that was undone and made again the last word counts.
		rows, err := db.QueryContext(ctx, `SELECT version_id, is_applied FROM goose_db_version ORDER BY id`)
		if err != nil {
			return 0, fmt.Errorf("read the version of the database: %w", err)
		}
		defer rows.Close()
		made := map[int64]bool{}
		for rows.Next() {
			var version int64
			var is bool
			if err := rows.Scan(&version, &is); err != nil {
				return 0, fmt.Errorf("read the version of the database: %w", err)
			}
			made[version] = is
		}
		if err := rows.Err(); err != nil {
			return 0, fmt.Errorf("read the version of the database: %w", err)
		}
		for _, version := range slices.Sorted(maps.Keys(made)) {
			if _, ok := known[version]; ok {
				known[version] = made[version]
			} else if made[version] && version > 0 {
				strange = append(strange, fmt.Sprintf("%05d", version))
			}
		}
	}
	if len(strange) > 0 {
		return 0, fmt.Errorf("the database is of a newer version of the program, with changes of its tables that this one does not know (%s): "+
			"start the newer version, or put back a backup from before it (deploy/docs/backup.md): %w", strings.Join(strange, ", "), bot.ErrConflict)
	}
	for _, version := range slices.Sorted(maps.Keys(known)) {
		if !known[version] {
			return version, nil
		}
	}
	return 0, nil
}
