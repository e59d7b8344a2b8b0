package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/seal"
	"github.com/jackc/pgx/v5/pgconn"
	sqlitedriver "modernc.org/sqlite"
	sqlitecode "modernc.org/sqlite/lib"
)

// dialect is what SQLite and PostgreSQL say differently. Everything else is
// common SQL.
type dialect int

const (
	sqlite dialect = iota
	postgres
)

// lockRow ends a SELECT whose row nobody else may change before the end of the
// transaction. SQLite has one writer and needs none.
func (d dialect) lockRow() string {
	if d == postgres {
		return " FOR UPDATE"
	}
	return ""
}

// skipLocked ends a SELECT that passes over rows that somebody else has.
func (d dialect) skipLocked() string {
	if d == postgres {
		return " FOR UPDATE SKIP LOCKED"
	}
	return ""
}

// mode is what a transaction is for.
type mode int

const (
	view   mode = iota // one consistent picture, no writing
	update             // as if alone: serializable
	behind             // the store's own short work, which locks what it needs
	turns              // likewise; when its outcome is lost, the turn that it may have taken lapses
)

func (d dialect) begin(m mode) *sql.TxOptions {
	if d == sqlite {
		return nil // immediate for writers, by the address
	}
	switch m {
	case view:
		return &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	case update:
		return &sql.TxOptions{Isolation: sql.LevelSerializable}
	}
	return &sql.TxOptions{Isolation: sql.LevelReadCommitted}
}

// again reports whether the database asks for the whole transaction to be run
// once more: it could not be put in an order with others, or somebody else added
// the same row at the same moment.
func (d dialect) again(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "40001" || pg.Code == "40P01" || pg.Code == "23505"
	}
	var lite *sqlitedriver.Error
	return errors.As(err, &lite) && lite.Code()&0xff == sqlitecode.SQLITE_BUSY
}

// kind adds the bot's own kind to an error of the database: ErrUnavailable for
// one that cannot be reached or has no room left, ErrBusy for one that stays
// occupied. Other errors stay as they are.
func (d dialect) kind(err error) error {
	if err == nil {
		return nil
	}
	var pg *pgconn.PgError
	var lite *sqlitedriver.Error
	var connect *pgconn.ConnectError
	var network net.Error
	if errors.Is(err, seal.ErrAway) {
		return fmt.Errorf("%w: %w", bot.ErrUnavailable, err)
	}
	switch {
	case errors.As(err, &pg):
		if pg.Code == "53100" { // disk_full
			return fmt.Errorf("%w: %w: %w", bot.ErrFull, bot.ErrUnavailable, err)
		}
		switch pg.Code[:2] {
		case "40":
			return fmt.Errorf("%w: %w", bot.ErrBusy, err)
		case "53", "57", "08", "58", "25":
			return fmt.Errorf("%w: %w", bot.ErrUnavailable, err)
		}
		if pg.Code == "55P03" {
			return fmt.Errorf("%w: %w", bot.ErrBusy, err)
		}
	case errors.As(err, &lite):
		switch lite.Code() & 0xff {
		case sqlitecode.SQLITE_BUSY, sqlitecode.SQLITE_LOCKED:
			return fmt.Errorf("%w: %w", bot.ErrBusy, err)
		case sqlitecode.SQLITE_FULL:
			return fmt.Errorf("%w: %w: %w", bot.ErrFull, bot.ErrUnavailable, err)
		case sqlitecode.SQLITE_IOERR, sqlitecode.SQLITE_CANTOPEN, sqlitecode.SQLITE_READONLY:
			return fmt.Errorf("%w: %w", bot.ErrUnavailable, err)
		}
	case errors.As(err, &connect), errors.As(err, &network), errors.Is(err, driver.ErrBadConn), errors.Is(err, sql.ErrConnDone), lost(err), pgconn.SafeToRetry(err):
		if errors.Is(err, context.Canceled) {
			return err
		}
		return fmt.Errorf("%w: %w", bot.ErrUnavailable, err)
	}
	return err
}
