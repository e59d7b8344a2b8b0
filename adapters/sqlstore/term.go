package sqlstore

import (
	"context"
	"fmt"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/audit"
)

// ActBodiesRemoved is that what entries said was removed after its term. Its
// reasons say how many of each kind of chain.
const ActBodiesRemoved bot.Act = "entries_removed"

// Terms say how long what the log says can be read; 0 is for ever. After a term
// the hash of an entry stays, in its chain and in the tree: that it was there,
// and where, can still be proven.
type Terms struct {
	Access time.Duration // of who looked at what
	Casus  time.Duration // of a casus, after it was erased; of one that is not, nothing goes
	Other  time.Duration // of the installation
}

// bodiesBatch is how many bodies one transaction removes.
const bodiesBatch = 500

// RemoveBodies removes what entries said whose term is over, notes that it did,
// and returns how many. An entry that the tree does not have under a checkpoint
// yet stays: without one nothing would prove it.
func (s *Store) RemoveBodies(ctx context.Context) (int, error) {
	total := 0
	var what []string
	for _, kind := range []struct {
		name string
		term time.Duration
		rows string // entries that may go; $1 is the last one looked at, $2 the limit, $3 the moment before which they must lie
	}{
		{"access", s.Terms.Access, `e.chain = '` + chainAccess + `' AND CAST($3 AS BIGINT) > 0`},
		{"casus", s.Terms.Casus, `EXISTS (SELECT 1 FROM destroyed d WHERE d.scope = e.chain AND d.at < $3)`},
		{"other", s.Terms.Other, `e.chain = '` + chainInstallation + `' AND CAST($3 AS BIGINT) > 0`},
	} {
		if kind.term <= 0 {
			continue
		}
		n, err := s.removeBodies(ctx, kind.rows, s.Now().Add(-kind.term))
		total += n
		if n > 0 {
			what = append(what, fmt.Sprintf("%s:%d", kind.name, n))
		}
		if err != nil {
			return total, wrap("remove what entries said", err)
		}
	}
	if total == 0 {
		return 0, nil
	}
	return total, s.Update(ctx, func(tx bot.Tx) error {
		_, err := tx.Record(bot.Entry{At: s.Now(), Act: ActBodiesRemoved, Reasons: what, Outcome: "done"})
		return err
	})
}

func (s *Store) removeBodies(ctx context.Context, rows string, before time.Time) (int, error) {
	total, after := 0, int64(0)
	for {
		n, seen, young := 0, 0, false
		err := s.run(ctx, behind, func(t *tx) error {
			n, seen, young = 0, 0, false
			var ids []int64
			from := after
			err := t.rows(`SELECT e.id, b.body, EXISTS (SELECT 1 FROM destroyed x WHERE x.scope = 'casus/' || e.casus) FROM audit_bodies b JOIN audit_entries e ON e.id = b.id JOIN audit_leaves l ON l.entry = e.id
				WHERE e.id > $1 AND `+rows+` AND l.n < (SELECT COALESCE(MAX(size), 0) FROM audit_checkpoints)
				ORDER BY e.id LIMIT $2`, []any{after, bodiesBatch, micro(before)}, func(scan func(...any) error) error {
				var id int64
				var body []byte
				var erased bool
				if err := scan(&id, &body, &erased); err != nil {
					return err
				}
				seen++
				from = id
				// One that cannot be read is for the verifier, not for us; one that tells of
				// the writing of a record goes no sooner than the record.
				e, err := audit.Decode(body)
				if err != nil {
					return nil
				}
				young = young || !erased && !e.At.Before(before)
				if e.At.Before(before) && (erased || len(e.Writes) == 0) {
					ids = append(ids, id)
				}
				return nil
			})
			if err != nil {
				return err
			}
			for _, id := range ids {
				if _, err := t.exec(`INSERT INTO audit_removed (id, at) VALUES ($1, $2) ON CONFLICT DO NOTHING`, id, micro(s.Now())); err != nil {
					return err
				}
				if _, err := t.exec(`DELETE FROM audit_bodies WHERE id = $1`, id); err != nil {
					return err
				}
			}
			n, after = len(ids), from
			return nil
		})
		total += n
		// Entries stand in the order in which they were made.
		if err != nil || seen < bodiesBatch || young {
			if total > 0 {
				s.scrub(ctx)
			}
			return total, err
		}
	}
}
