package sqlstore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// Pieces of files can lie in a bucket (Options.objects). The database stays the
// truth: a row in objects comes before its object and goes after it, and an object
// is wanted while its piece stands in chunks. So whatever breaks in between, what
// lies in the bucket and is not wanted is known here, and is removed. Only a database
// that was put back does not know what came after it; that is found by looking
// through the bucket (sweepObjects).
//
// A bucket that is away holds nobody up who erases: without its key a piece is
// noise, and its row stays until the object is seen to be gone.

const (
	// objectPiece is how many bytes of a file each object holds: each costs a journey
	// to the bucket, and stands in memory twice.
	objectPiece = 1 << 20
	// objectMore is how many bytes sealing adds at most.
	objectMore = 1 << 10
	// looseTerm bounds the removing that somebody waits for; Clean does the rest.
	looseTerm = 20 * time.Second
	// looseAtOnce is how many objects are removed at a time, and looseBatch how many
	// are taken out of the database for it.
	looseAtOnce, looseBatch = 8, 500
	// strayAfter is how old an object must be that no row knows before it is removed:
	// who put the wrong backup back has that long to put back the right one.
	strayAfter = 7 * 24 * time.Hour
)

// piece is how many bytes of a file are stored at a time.
func (s *Store) piece() int {
	if s.objects != nil {
		return objectPiece
	}
	return chunk
}

// outside puts one piece of a file in the bucket: first its rows, then the object,
// and with the last one the head that makes it a file.
func (p *putting) outside(ctx context.Context, data []byte, head blobHead, last bool) error {
	s, n := p.store, p.chunks
	if len(data) > 0 {
		name := randomName(16)
		var sealed []byte
		err := s.run(ctx, behind, func(t *tx) (err error) {
			if err = t.known(p.ref); err != nil {
				return err
			}
			if sealed, err = t.sealChunk(p.ref, p.id, p.gen, n, data); err != nil {
				return err
			}
			if err = t.addChunk(p.ref, p.id, p.gen, n, []byte{}); err != nil {
				return err
			}
			_, err = t.exec(`INSERT INTO objects (name, casus, file, gen, n, at) VALUES ($1, $2, $3, $4, $5, $6)`,
				name, string(p.ref), p.id, p.gen, n, micro(s.Now()))
			return err
		})
		if err != nil {
			return err
		}
		p.names = append(p.names, name)
		if err := s.objects.PutObject(ctx, name, sealed); err != nil {
			return err
		}
	}
	if !last {
		return nil
	}
	return s.run(ctx, behind, func(t *tx) error {
		if err := t.known(p.ref); err != nil {
			return err
		}
		var there int64
		if err := t.row(`SELECT count(*) FROM chunks WHERE file = $1 AND gen = $2`, p.id, p.gen).Scan(&there); err != nil {
			return err
		}
		if there != head.Chunks {
			return fmt.Errorf("it was removed meanwhile: %w", bot.ErrConflict)
		}
		return t.putHead(p.ref, p.id, p.gen, head)
	})
}

// getObject reads a piece of size bytes as it was sealed.
func (s *Store) getObject(ctx context.Context, name string, size int64) ([]byte, error) {
	if s.objects == nil {
		return nil, fmt.Errorf("it lies in a bucket that the settings do not name: %w", bot.ErrUnavailable)
	}
	sealed, err := s.objects.GetObject(ctx, name, size+objectMore)
	if errors.Is(err, bot.ErrNotFound) {
		s.Log.Error("a piece of a file is not in the bucket where it was put")
		return nil, bot.ErrGone
	}
	return sealed, err
}

// notWanted chooses the objects whose piece is gone.
const notWanted = ` WHERE NOT EXISTS (SELECT 1 FROM chunks c WHERE c.file = objects.file AND c.gen = objects.gen AND c.n = objects.n)`

// dropLoose removes what is not wanted of a file, or of all when file is blank. What
// cannot be removed now is left to Clean.
func (s *Store) dropLoose(ctx context.Context, file string) {
	if s.objects == nil || s.write == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), looseTerm)
	defer cancel()
	for {
		var names []string
		err := s.run(ctx, view, func(t *tx) error {
			names = nil
			query, args := `SELECT name FROM objects`+notWanted+` LIMIT $1`, []any{looseBatch}
			if file != "" {
				query, args = `SELECT name FROM objects`+notWanted+` AND file = $2 LIMIT $1`, []any{looseBatch, file}
			}
			return t.rows(query, args, func(scan func(...any) error) error {
				var name string
				err := scan(&name)
				names = append(names, name)
				return err
			})
		})
		if err != nil {
			s.Log.Error("objects that are not wanted any more could not be read", "error", err)
			return
		}
		if !s.dropNamed(ctx, names) || len(names) < looseBatch {
			return
		}
	}
}

// dropNamed removes objects and then their rows, and reports whether all are gone.
func (s *Store) dropNamed(ctx context.Context, names []string) bool {
	if len(names) == 0 {
		return true
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), looseTerm)
	defer cancel()
	errs := make([]error, len(names))
	var all sync.WaitGroup
	turn := make(chan struct{}, looseAtOnce)
	for i, name := range names {
		turn <- struct{}{}
		all.Go(func() {
			errs[i] = s.objects.DropObject(ctx, name)
			<-turn
		})
	}
	all.Wait()
	err := s.run(ctx, behind, func(t *tx) error {
		for i, name := range names {
			if errs[i] != nil {
				continue
			}
			if _, err := t.exec(`DELETE FROM objects WHERE name = $1`, name); err != nil {
				return err
			}
		}
		return nil
	})
	if err = errors.Join(err, errors.Join(errs...)); err != nil {
		s.Log.Error("objects that are not wanted any more are still in the bucket; it is tried again", "error", err)
	}
	return err == nil
}

// sweepObjects looks through the bucket, once a day of all replicas, and removes what
// no row knows.
func (s *Store) sweepObjects(ctx context.Context) error {
	if s.objects == nil {
		return nil
	}
	day := s.Now().UTC().Unix() / (24 * 60 * 60)
	var mine int64
	err := s.run(ctx, behind, func(t *tx) (err error) {
		mine, err = t.exec(`INSERT INTO counters (name, value) VALUES ('objects/day', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value
			WHERE counters.value < excluded.value`, day)
		return err
	})
	if err != nil || mine == 0 {
		return wrap("look through the bucket", err)
	}
	_, err = s.LookAtObjects(ctx, true)
	return err
}

// InBucket is what was found in a bucket.
type InBucket struct {
	Kept    int // pieces that are wanted and there
	Missing int // pieces that are wanted and not there: their files cannot be read
	Waiting int // not wanted any more, and still to be removed
	Stray   int // that no row knows; a week after they came they are removed
	Removed int // of Stray
}

// LookAtObjects compares the bucket with the database; remove takes away what no row
// knew a week after it came. A store without a bucket has nothing there, but may
// have pieces Missing.
func (s *Store) LookAtObjects(ctx context.Context, remove bool) (in InBucket, err error) {
	there := map[string]time.Time{}
	if s.objects != nil {
		if err := s.objects.EachObject(ctx, func(name string, at time.Time) error {
			if old, ok := there[name]; !ok || at.After(old) {
				there[name] = at
			}
			return nil
		}); err != nil {
			return in, wrap("look through the bucket", err)
		}
	}
	// Read afterwards: what is put in meanwhile has its row first.
	err = s.run(ctx, view, func(t *tx) error {
		in = InBucket{}
		known := map[string]bool{}
		if err := t.rows(`SELECT name, EXISTS (SELECT 1 FROM blobs b WHERE b.file = objects.file AND b.gen = objects.gen) FROM objects`, nil,
			func(scan func(...any) error) error {
				var name string
				var wanted bool
				if err := scan(&name, &wanted); err != nil {
					return err
				}
				known[name] = true
				_, ok := there[name]
				switch {
				case wanted && ok:
					in.Kept++
				case wanted:
					in.Missing++
				case ok:
					in.Waiting++ // or it belongs to a file on its way in
				}
				return nil
			}); err != nil {
			return err
		}
		for name := range there {
			if !known[name] {
				in.Stray++
			} else {
				delete(there, name)
			}
		}
		return nil
	})
	if err != nil || !remove {
		return in, wrap("look through the bucket", err)
	}
	before := s.Now().Add(-strayAfter)
	for name, at := range there {
		if at.After(before) {
			continue
		}
		if err := s.objects.DropObject(ctx, name); err != nil {
			return in, wrap("remove what no row knows", err)
		}
		in.Removed++
	}
	if in.Removed > 0 {
		s.Log.Warn("objects that no row knows were removed from the bucket", "objects", in.Removed)
	}
	if in.Missing > 0 {
		s.Log.Error("pieces of files are not in the bucket where they were put", "objects", in.Missing)
	}
	return in, nil
}

// NeedsBucket reports whether pieces of files lie in a bucket.
func (s *Store) NeedsBucket(ctx context.Context) (bool, error) {
	var needs bool
	err := s.run(ctx, view, func(t *tx) error { return t.row(`SELECT EXISTS (SELECT 1 FROM objects)`).Scan(&needs) })
	return needs, wrap("look for a bucket", err)
}

// openBucket opens the bucket, in which the objects of this installation begin with a
// name of their own that says nothing, so that several can share one.
func (s *Store) openBucket(ctx context.Context) error {
	if s.Objects == nil {
		return nil
	}
	var id string
	if err := s.read.QueryRowContext(ctx, `SELECT id FROM keys WHERE scope = $1`, installation).Scan(&id); err != nil {
		return err
	}
	sum := sha256.Sum256([]byte("objects of " + id))
	var err error
	s.objects, err = s.Objects(hex.EncodeToString(sum[:8]))
	return err
}
