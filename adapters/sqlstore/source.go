package sqlstore

import (
	"context"
	"database/sql"
	"errors"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/audit"
	"github.com/convenantbot/convenantbot/internal/seal"
)

// source gives the verifier everything that is stored.
type source struct{ t *tx }

var _ audit.Source = source{}

// Rows implements audit.Source.
func (s source) Rows(_ context.Context, yield func(audit.Row) error) error {
	// With one writer the numbers of entries grow along every chain, and in their
	// order the database reads its pages one after another.
	order := `e.id`
	if s.t.store.dialect == postgres {
		order = `e.chain, e.seq`
	}
	var prev, hash sql.RawBytes
	return s.t.rows(`SELECT e.chain, e.seq, e.prev, e.hash, b.body,
		CASE WHEN b.id IS NULL THEN (SELECT COUNT(*) FROM audit_removed r WHERE r.id = e.id) ELSE 0 END
		FROM audit_entries e LEFT JOIN audit_bodies b ON b.id = e.id ORDER BY `+order, nil, func(scan func(...any) error) error {
		var r audit.Row
		var removed int64
		if err := scan(&r.Chain, &r.Seq, &prev, &hash, &r.Body, &removed); err != nil {
			return err
		}
		copy(r.Prev[:], prev)
		copy(r.Hash[:], hash)
		r.Removed = removed != 0
		return yield(r)
	})
}

// Heads implements audit.Source.
func (s source) Heads(_ context.Context, yield func(audit.Head) error) error {
	return s.t.rows(`SELECT chain, seq, hash FROM audit_heads ORDER BY chain`, nil, func(scan func(...any) error) error {
		var h audit.Head
		var hash []byte
		if err := scan(&h.Chain, &h.Seq, &hash); err != nil {
			return err
		}
		copy(h.Hash[:], hash)
		return yield(h)
	})
}

// Leaves implements audit.Source.
func (s source) Leaves(_ context.Context, yield func(audit.Leaf) error) error {
	var hash, row sql.RawBytes
	return s.t.rows(`SELECT l.n, l.chain, l.seq, l.hash, e.hash FROM audit_leaves l
		LEFT JOIN audit_entries e ON e.id = l.entry AND e.chain = l.chain AND e.seq = l.seq ORDER BY l.n`, nil, func(scan func(...any) error) error {
		var l audit.Leaf
		if err := scan(&l.N, &l.Chain, &l.Seq, &hash, &row); err != nil {
			return err
		}
		copy(l.Hash[:], hash)
		copy(l.Row[:], row)
		l.Found = row != nil
		return yield(l)
	})
}

// Hashes implements audit.Source.
func (s source) Hashes(_ context.Context, yield func(int64, audit.Hash) error) error {
	var hash sql.RawBytes
	return s.t.rows(`SELECT i, hash FROM audit_hashes ORDER BY i`, nil, func(scan func(...any) error) error {
		var i int64
		if err := scan(&i, &hash); err != nil {
			return err
		}
		var h audit.Hash
		copy(h[:], hash)
		return yield(i, h)
	})
}

// Checkpoints implements audit.Source.
func (s source) Checkpoints(_ context.Context, yield func(string) error) error {
	return s.t.rows(`SELECT note FROM audit_checkpoints ORDER BY n`, nil, func(scan func(...any) error) error {
		var note string
		if err := scan(&note); err != nil {
			return err
		}
		return yield(note)
	})
}

// Erased implements audit.Source.
func (s source) Erased(_ context.Context, yield func(string) error) error {
	return s.casussen(func(r casusRow, broken bool) error {
		if r.status == string(bot.Erased) && !broken {
			return yield(casusChain(bot.Ref(r.ref)))
		}
		return nil
	})
}

// page is how many rows are read before they are opened: opening needs the
// transaction, and keys are kept for no longer than a page.
const page = 500

// record is a stored record on its way to the verifier.
type record struct {
	audit.Record
	place  seal.Place
	sealed []byte
	key    []any // where the next page begins
}

// pages reads query page by page; its parameters are the key and the limit.
func (s source) pages(query string, key []any, scan func(scan func(...any) error) (record, error), yield func(record, bool) error) error {
	for {
		var all []record
		err := s.t.rows(query, append(append([]any{}, key...), page), func(row func(...any) error) error {
			r, err := scan(row)
			all = append(all, r)
			return err
		})
		if err != nil {
			return err
		}
		for _, r := range all {
			broken, err := s.broken(r)
			if err != nil {
				return err
			}
			if err := yield(r, broken); err != nil {
				return err
			}
			key = r.key
		}
		for name, k := range s.t.keys {
			k.Destroy()
			delete(s.t.keys, name)
		}
		if len(all) < page {
			return nil
		}
	}
}

// broken reports whether a record does not open with its own key.
func (s source) broken(r record) (bool, error) {
	k, err := s.t.key(r.place.Scope)
	if errors.Is(err, bot.ErrGone) || errors.Is(err, bot.ErrNotFound) || errors.Is(err, seal.ErrSealed) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	_, err = k.Open(r.place, r.sealed)
	return err != nil, nil
}

func (s source) casussen(yield func(casusRow, bool) error) error {
	var rows []casusRow
	next := 0
	return s.pages(`SELECT `+casusColumns+` FROM casussen WHERE ref > $1 ORDER BY ref LIMIT $2`, []any{""},
		func(scan func(...any) error) (record, error) {
			var r casusRow
			err := r.scan(scan)
			rows = append(rows, r)
			return record{place: r.place(), sealed: r.sealed, key: []any{r.ref}}, err
		}, func(_ record, broken bool) error {
			r := rows[next]
			if next++; next == len(rows) {
				rows, next = rows[:0], 0
			}
			return yield(r, broken)
		})
}

// Records implements audit.Source.
func (s source) Records(_ context.Context, yield func(audit.Record) error) error {
	each := func(r record, broken bool) error {
		r.Broken = broken
		return yield(r.Record)
	}
	err := s.casussen(func(r casusRow, broken bool) error {
		of := casusChain(bot.Ref(r.ref))
		if r.status == string(bot.Erased) {
			of = chainInstallation // what is left of it is meant to be there
		}
		return yield(audit.Record{Table: "casussen", Row: r.ref, Version: r.version, Chain: of, Log: casusChain(bot.Ref(r.ref)), Broken: broken})
	})
	if err != nil {
		return err
	}
	for _, table := range []string{"agreements", "consents", "matters", "cards"} {
		err := s.pages(`SELECT casus, id, pos, version, sealed FROM `+table+` WHERE (casus, id) > ($1, $2) ORDER BY casus, id LIMIT $3`, []any{"", ""},
			func(scan func(...any) error) (record, error) {
				var casus, id string
				var pos, version int64
				var sealed []byte
				err := scan(&casus, &id, &pos, &version, &sealed)
				return record{audit.Record{Table: table, Row: casus + "/" + id, Version: version, Chain: casusChain(bot.Ref(casus))},
					yesPlace(table, bot.Ref(casus), id, pos, version), sealed, []any{casus, id}}, err
			}, each)
		if err != nil {
			return err
		}
	}
	err = s.pages(`SELECT `+holdColumns+` FROM holds WHERE (casus, id) > ($1, $2) ORDER BY casus, id LIMIT $3`, []any{"", ""},
		func(scan func(...any) error) (record, error) {
			var r holdRow
			err := r.scan(scan)
			return record{audit.Record{Table: "holds", Row: r.casus + "/" + r.id, Version: r.version, Chain: casusChain(bot.Ref(r.casus))},
				r.place(), r.sealed, []any{r.casus, r.id}}, err
		}, each)
	if err != nil {
		return err
	}
	err = s.pages(`SELECT `+fileColumns+` FROM files WHERE id > $1 ORDER BY id LIMIT $2`, []any{""},
		func(scan func(...any) error) (record, error) {
			var r fileRow
			err := r.scan(scan)
			return record{audit.Record{Table: "files", Row: r.id, Version: r.version, Chain: casusChain(bot.Ref(r.casus))}, r.place(), r.sealed, []any{r.id}}, err
		}, each)
	if err != nil {
		return err
	}
	err = s.pages(`SELECT id, casus, version, clear, sealed FROM verdicts WHERE id > $1 ORDER BY id LIMIT $2`, []any{""},
		func(scan func(...any) error) (record, error) {
			var id, casus, clear string
			var version int64
			var sealed []byte
			err := scan(&id, &casus, &version, &clear, &sealed)
			return record{audit.Record{Table: "verdicts", Row: id, Version: version, Chain: chain(bot.Entry{Casus: bot.Ref(casus)})},
				place("verdicts", scope(bot.Ref(casus)), id, casus, digits(version), clear), sealed, []any{id}}, err
		}, each)
	if err != nil {
		return err
	}
	err = s.pages(`SELECT id, appointed, version, sealed FROM persons WHERE id > $1 ORDER BY id LIMIT $2`, []any{""},
		func(scan func(...any) error) (record, error) {
			var id string
			var appointed, version int64
			var sealed []byte
			err := scan(&id, &appointed, &version, &sealed)
			return record{audit.Record{Table: "persons", Row: id, Version: version, Chain: chainInstallation, Old: true},
				place("persons", installation, id, digits(appointed), digits(version)), sealed, []any{id}}, err
		}, each)
	if err != nil {
		return err
	}
	// One that was saved before organisations had a seal has none to check.
	err = s.pages(`SELECT id, version, clear, sealed FROM organisations WHERE id > $1 AND version > 0 ORDER BY id LIMIT $2`, []any{""},
		func(scan func(...any) error) (record, error) {
			var id, clear string
			var version int64
			var sealed []byte
			err := scan(&id, &version, &clear, &sealed)
			return record{audit.Record{Table: "organisations", Row: id, Version: version, Chain: chainInstallation, Old: true},
				organisationPlace(id, version, clear), sealed, []any{id}}, err
		}, each)
	if err != nil {
		return err
	}
	return s.pages(`SELECT casus, version, clear, sealed FROM receipts WHERE casus > $1 ORDER BY casus LIMIT $2`, []any{""},
		func(scan func(...any) error) (record, error) {
			var casus, clear string
			var version int64
			var sealed []byte
			err := scan(&casus, &version, &clear, &sealed)
			return record{audit.Record{Table: "receipts", Row: casus, Version: version, Chain: chainInstallation, Log: casusChain(bot.Ref(casus))},
				place("receipts", installation, casus, digits(version), clear), sealed, []any{casus}}, err
		}, each)
}
