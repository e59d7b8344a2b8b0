package sqlstore

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"

	"github.com/convenantbot/convenantbot/bot"
)

// While replicas are replaced one by one, an older one that runs meets tables that
// a newer one changed. The number of the change says whether it may go on: within a
// thousand a change only adds, and who does not know of it works as before. One
// that takes something away, or gives it another meaning, begins the next thousand
// and ends the older ones. No older one starts any more in either case: see applied.
const perGeneration = 1000

// Fits is ErrConflict when the tables are of a newer generation than this program,
// which must not write there any more.
func (s *Store) Fits(ctx context.Context) error {
	_, files, err := s.dialect.changes()
	if err != nil {
		return err
	}
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return err
	}
	var own, newest int64
	for _, name := range names {
		version, err := goose.NumericComponent(name)
		if err != nil {
			return err
		}
		own = max(own, version)
	}
	if err := s.read.QueryRowContext(ctx, `SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version`).Scan(&newest); err != nil {
		return wrap("read the version of the tables", s.dialect.kind(err))
	}
	if newest/perGeneration > own/perGeneration {
		return fmt.Errorf("the database belongs to a newer version of the program (change %05d of its tables): %w", newest, bot.ErrConflict)
	}
	return nil
}
