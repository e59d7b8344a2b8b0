package sqlstore

import (
	"errors"
	"fmt"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/audit"
)

// The chains beside those of the casussen.
const (
	chainInstallation = "installation"
	chainAccess       = "access"
)

// chain is where an entry stands. Who looked at what has a term of its own, and
// so a chain of its own.
func chain(e bot.Entry) string {
	switch {
	case e.Act == bot.ActRead:
		return chainAccess
	case e.Casus == "":
		return chainInstallation
	}
	return casusChain(e.Casus)
}

func casusChain(ref bot.Ref) string { return "casus/" + string(ref) }

// pending is an entry that was recorded and is written when the transaction ends.
type pending struct {
	bot   bot.Entry
	entry audit.Entry
}

// write is a version of a record that the transaction wrote.
type write struct {
	name  string
	chain string
}

// wrote notes that a version of a record was written, for the entry that tells
// of it.
func (t *tx) wrote(table, row string, version int64, ref bot.Ref) {
	t.writes = append(t.writes, write{audit.Write(table, row, version), chain(bot.Entry{Casus: ref})})
}

// Record implements bot.Audit.
func (t *tx) Record(e bot.Entry) (bot.Entry, error) {
	if !t.write {
		return bot.Entry{}, errReadOnly
	}
	if e.Act == "" {
		return bot.Entry{}, &bot.InvalidError{Field: "entry", Reason: "no act"}
	}
	if e.At.IsZero() {
		e.At = t.store.Now()
	}
	var err error
	if e.Seq, err = t.entryID(); err != nil {
		return bot.Entry{}, wrap("record", err)
	}
	a := audit.Entry{Chain: chain(e), At: e.At, Casus: string(e.Casus), Actor: string(e.Actor), Organisation: string(e.OnBehalf),
		Act: string(e.Act), Decision: string(e.Decision), Policy: e.Policy, Reasons: e.Reasons, Outcome: e.Outcome, Commitment: e.Commitment}
	if e.Object != "" {
		a.Objects = []string{e.Object}
	}
	t.entries = append(t.entries, &pending{e, a})
	return e, nil
}

// entryID is the number of the next entry. On SQLite numbers have no gaps; on
// PostgreSQL a transaction that was undone leaves one.
func (t *tx) entryID() (id int64, err error) {
	if t.store.dialect == postgres {
		err = t.row(`SELECT nextval('audit_ids')`).Scan(&id)
		return id, err
	}
	err = t.row(`SELECT COALESCE(MAX(id), 0) FROM audit_entries`).Scan(&id)
	return id + int64(len(t.entries)) + 1, err
}

// flush writes what was kept for the end of the transaction.
func (t *tx) flush() error {
	if err := t.dropBodies(); err != nil {
		return err
	}
	if len(t.entries) == 0 {
		return nil
	}
	// What was written belongs to the last entry of its own chain, or else to the
	// last entry of all.
	last := map[string]*pending{}
	for _, p := range t.entries {
		last[p.entry.Chain] = p
	}
	for _, w := range t.writes {
		p := last[w.chain]
		if p == nil {
			p = t.entries[len(t.entries)-1]
		}
		p.entry.Writes = append(p.entry.Writes, w.name)
	}
	heads := map[string]audit.Head{}
	for _, p := range t.entries {
		head, ok := heads[p.entry.Chain]
		if !ok {
			var err error
			if head, err = t.head(p.entry.Chain); err != nil {
				return wrap("record", err)
			}
		}
		e, body, next := head.Append(p.entry)
		heads[e.Chain] = next
		if _, err := t.exec(`INSERT INTO audit_entries (id, chain, seq, prev, hash, casus) VALUES ($1, $2, $3, $4, $5, $6)`,
			p.bot.Seq, e.Chain, e.Seq, e.Prev[:], next.Hash[:], e.Casus); err != nil {
			return wrap("record", err)
		}
		if _, err := t.exec(`INSERT INTO audit_bodies (id, body) VALUES ($1, $2)`, p.bot.Seq, body); err != nil {
			return wrap("record", err)
		}
		if _, err := t.exec(`INSERT INTO audit_pending (id) VALUES ($1)`, p.bot.Seq); err != nil {
			return wrap("record", err)
		}
	}
	for name, h := range heads {
		if _, err := t.exec(`INSERT INTO audit_heads (chain, seq, hash) VALUES ($1, $2, $3)
			ON CONFLICT (chain) DO UPDATE SET seq = excluded.seq, hash = excluded.hash`, name, h.Seq, h.Hash[:]); err != nil {
			return wrap("record", err)
		}
	}
	return nil
}

func (t *tx) head(chain string) (audit.Head, error) {
	h := audit.Head{Chain: chain}
	var hash []byte
	err := t.row(`SELECT seq, hash FROM audit_heads WHERE chain = $1`+t.store.dialect.lockRow(), chain).Scan(&h.Seq, &hash)
	if errors.Is(err, bot.ErrNotFound) {
		return h, nil
	}
	copy(h.Hash[:], hash)
	return h, err
}

// Entries implements bot.Audit.
func (t *tx) Entries(ref bot.Ref, after int64, limit int) ([]bot.Entry, error) {
	query, args := `SELECT e.id, b.body FROM audit_entries e JOIN audit_bodies b ON b.id = e.id WHERE e.id > $1`, []any{after}
	if ref != "" {
		query, args = query+` AND e.casus = $2`, append(args, string(ref))
	}
	query += ` ORDER BY e.id`
	if limit > 0 {
		args = append(args, limit)
		query += fmt.Sprintf(` LIMIT $%d`, len(args))
	}
	var all []bot.Entry
	err := t.rows(query, args, func(scan func(...any) error) error {
		var id int64
		var body []byte
		if err := scan(&id, &body); err != nil {
			return err
		}
		e, err := audit.Decode(body)
		all = append(all, entryOf(id, e))
		return err
	})
	for _, p := range t.entries {
		if p.bot.Seq > after && (ref == "" || p.bot.Casus == ref) && (limit <= 0 || len(all) < limit) {
			all = append(all, p.bot)
		}
	}
	return all, wrap("list entries", err)
}

func entryOf(id int64, a audit.Entry) bot.Entry {
	e := bot.Entry{Seq: id, Casus: bot.Ref(a.Casus), At: a.At, Actor: bot.PersonID(a.Actor), OnBehalf: bot.OrgID(a.Organisation), Act: bot.Act(a.Act),
		Decision: bot.DecisionID(a.Decision), Policy: a.Policy, Reasons: a.Reasons, Outcome: a.Outcome, Commitment: a.Commitment}
	if len(a.Objects) > 0 {
		e.Object = a.Objects[0]
	}
	return e
}
