package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/convenantbot/convenantbot/bot"
)

// The names of what a backup is made of.
const (
	BackupDatabase = "convenantbot.db"
	BackupErased   = "erased.list"
)

// Backup writes one consistent copy of a SQLite store into the folder dir, also
// beside a running bot. The keys of the epochs go to the folder keys, which has to
// be another place with a shorter life; blank leaves them out. A copy that is
// there already is never written over. PostgreSQL is for its own tools.
func (s *Store) Backup(ctx context.Context, dir, keys string) error {
	if s.dialect != sqlite {
		return fmt.Errorf("backup: use pg_dump for PostgreSQL: %w", bot.ErrForbidden)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return wrap("backup", err)
	}
	to := filepath.Join(dir, BackupDatabase)
	f, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return wrap("backup", err)
	}
	if err := f.Close(); err != nil {
		return wrap("backup", err)
	}
	if err := s.vacuumInto(ctx, to); err != nil {
		return wrap("backup", errors.Join(err, os.Remove(to)))
	}
	if err := copyList(s.ErasedList, filepath.Join(dir, BackupErased)); err != nil {
		return wrap("backup", err)
	}
	if keys == "" {
		return nil
	}
	if err := os.MkdirAll(keys, 0o700); err != nil {
		return wrap("backup of keys", err)
	}
	names, err := s.Epochs.List(ctx)
	if err != nil {
		return wrap("backup of keys", err)
	}
	for _, name := range names {
		box, err := s.Epochs.Load(ctx, name)
		if err == nil {
			err = os.WriteFile(filepath.Join(keys, name+".key"), box, 0o600)
		}
		if err != nil {
			return wrap("backup of keys", err)
		}
	}
	return nil
}

// vacuumInto copies the database over a connection of its own: those of the store
// refuse everything that writes, also to another file.
func (s *Store) vacuumInto(ctx context.Context, to string) error {
	path := strings.TrimPrefix(s.Address, "sqlite:")
	q := url.Values{"mode": {"ro"}, "_pragma": {"busy_timeout(5000)", "temp_store(MEMORY)"}}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}).String())
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `VACUUM INTO $1`, to)
	return errors.Join(err, db.Close())
}

// copyList adds the lines of one list to another, and the newest checkpoint when
// there is none.
func copyList(from, to string) error {
	lines, newest, err := readErased(from)
	if err != nil {
		return err
	}
	if err := addErased(to, lines...); err != nil || newest == "" {
		return err
	}
	if _, err := os.Stat(newestName(to)); err == nil {
		return nil // what stands there is newer than what was copied from there
	}
	return keepNewest(to, newest)
}

// PutBack puts the copy in the folder dir in the place of the SQLite database at
// path, which must not be there, and adds the list of the backup to the one
// beside it. Opening the store then makes erased again what had come back.
// ErrConflict: there is a database.
func PutBack(dir, path string) error {
	if _, err := os.Stat(path); err == nil {
		return fmt.Errorf("restore: %s is there: %w", path, bot.ErrConflict)
	}
	data, err := os.Open(filepath.Join(dir, BackupDatabase))
	if err != nil {
		return wrap("restore", err)
	}
	defer data.Close()
	// A log of the database that was there before would be played into this one.
	for _, end := range []string{"-wal", "-shm"} {
		if err := os.Remove(path + end); err != nil && !errors.Is(err, os.ErrNotExist) {
			return wrap("restore", err)
		}
	}
	f, err := os.OpenFile(path+".restoring", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return wrap("restore", err)
	}
	_, err = f.ReadFrom(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return wrap("restore", err)
	}
	if err := copyList(filepath.Join(dir, BackupErased), path+".erased"); err != nil {
		return wrap("restore", err)
	}
	return wrap("restore", os.Rename(path+".restoring", path))
}
