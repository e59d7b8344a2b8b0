package playground

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strconv"

	_ "modernc.org/sqlite" // the database driver

	"github.com/convenantbot/convenantbot/bot"
)

// schemaVersion grows with each change of schema. What lives for a day needs no
// migrations: a store of another version is forgotten.
const schemaVersion = "2"

// One table a noun. rev is the turn of the last change, so that a window asks
// for "everything after rev" and nothing else. A file without a message is
// staged: judged, not yet posted, readable by nobody.
const schema = `
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS channels (
	id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, title TEXT NOT NULL, kind TEXT NOT NULL,
	ours INTEGER NOT NULL DEFAULT 0, protected INTEGER NOT NULL DEFAULT 0,
	archived INTEGER NOT NULL DEFAULT 0, erasing INTEGER NOT NULL DEFAULT 0, created INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS members (
	channel TEXT NOT NULL, person TEXT NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (channel, person));
CREATE TABLE IF NOT EXISTS messages (
	seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, channel TEXT NOT NULL, author TEXT NOT NULL,
	kind TEXT NOT NULL, thread TEXT NOT NULL, text TEXT NOT NULL, buttons TEXT NOT NULL, key TEXT,
	pinned INTEGER NOT NULL DEFAULT 0, hidden INTEGER NOT NULL DEFAULT 0, via INTEGER NOT NULL DEFAULT 0,
	at INTEGER NOT NULL, rev INTEGER NOT NULL, UNIQUE (channel, key));
CREATE INDEX IF NOT EXISTS messages_rev ON messages (channel, rev);
CREATE INDEX IF NOT EXISTS messages_thread ON messages (thread);
CREATE TABLE IF NOT EXISTS files (
	id TEXT PRIMARY KEY, message TEXT, channel TEXT NOT NULL, person TEXT NOT NULL, name TEXT NOT NULL,
	size INTEGER NOT NULL, hash TEXT NOT NULL, at INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS files_message ON files (message);
CREATE TABLE IF NOT EXISTS retracted (channel TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (channel, key));
CREATE TABLE IF NOT EXISTS reads (channel TEXT NOT NULL, person TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (channel, person));
CREATE TABLE IF NOT EXISTS triggers (id TEXT PRIMARY KEY, person TEXT NOT NULL, tab TEXT NOT NULL, channel TEXT NOT NULL, expires INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS forms (
	id TEXT PRIMARY KEY, person TEXT NOT NULL, tab TEXT NOT NULL, channel TEXT NOT NULL, form TEXT NOT NULL, opened INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS outbox (n INTEGER PRIMARY KEY AUTOINCREMENT, channel TEXT NOT NULL, event TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS tour (step TEXT NOT NULL, person TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (step, person));
`

var tables = []string{"channels", "members", "messages", "files", "retracted", "reads", "triggers", "forms", "outbox", "tour", "meta"}

type store struct{ db *sql.DB }

// openStore opens the database in dir. Its one connection holds the file for
// itself: a second chat on the same directory is ErrBusy. Erased rows are
// overwritten (secure_delete), since erasing is what the try-out shows.
func openStore(ctx context.Context, dir string) (*store, error) {
	where := url.URL{Scheme: "file", OmitHost: true, Path: filepath.Join(dir, "playground.db")}
	query := url.Values{"_txlock": {"immediate"}, "_pragma": {
		"busy_timeout(1000)", "locking_mode(EXCLUSIVE)", "journal_mode(WAL)", "synchronous(FULL)", "secure_delete(1)",
	}}
	where.RawQuery = query.Encode()
	db, err := sql.Open("sqlite", where.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	db.SetMaxIdleConns(1)
	if _, err := db.ExecContext(ctx, schema); err != nil {
		return nil, errors.Join(fmt.Errorf("open playground store (is another one running on this directory?): %w: %w", bot.ErrBusy, err), db.Close())
	}
	return &store{db}, nil
}

// do runs f in one transaction. There is one connection, so transactions take
// turns; f must finish reading a list before it asks for the next thing.
func (s *store) do(ctx context.Context, f func(tx *sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // after a commit this does nothing
	if err := f(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// list reads all rows of a query.
func list[T any](tx *sql.Tx, scan func(row func(...any) error) (T, error), query string, args ...any) ([]T, error) {
	rows, err := tx.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		one, err := scan(rows.Scan)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// column scans rows of one column.
func column[T any](row func(...any) error) (T, error) {
	var v T
	err := row(&v)
	return v, err
}

// meta returns a setting of the store, blank when it was never set.
func meta(tx *sql.Tx, key string) (string, error) {
	var v string
	err := tx.QueryRow(`SELECT value FROM meta WHERE key = ?`, key).Scan(&v)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return v, err
}

func setMeta(tx *sql.Tx, key, value string) error {
	_, err := tx.Exec(`INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, value)
	return err
}

// nextRev takes the next turn of change.
func nextRev(tx *sql.Tx) (int64, error) {
	rev, err := currentRev(tx)
	if err != nil {
		return 0, err
	}
	return rev + 1, setMeta(tx, "rev", strconv.FormatInt(rev+1, 10))
}

func currentRev(tx *sql.Tx) (int64, error) {
	v, err := meta(tx, "rev")
	if err != nil || v == "" {
		return 0, err
	}
	return strconv.ParseInt(v, 10, 64)
}

// found turns "no rows" into ErrNotFound.
func found(err error, what string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("%s: %w", what, bot.ErrNotFound)
	}
	return err
}
