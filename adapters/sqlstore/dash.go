package sqlstore

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/audit"
	"github.com/convenantbot/convenantbot/internal/seal"
)

// watcher is the hash by which the casussen of a watch are found.
func (t *tx) watcher(w bot.Watch) (string, error) {
	if (w.Organisation == "") == (w.Leads == "") {
		return "", &bot.InvalidError{Field: "watch", Reason: "want an organisation or who leads"}
	}
	if w.Organisation != "" {
		return t.store.install.Lookup("watch", "organisation/"+string(w.Organisation))
	}
	return t.store.install.Lookup("watch", "leads/"+string(w.Leads))
}

// watchers are the hashes of everybody who watches over c.
func (t *tx) watchers(c bot.Casus) ([]string, error) {
	var all []bot.Watch
	for _, org := range c.Organisations() {
		if org != "" {
			all = append(all, bot.Watch{Organisation: org})
		}
	}
	for _, id := range []bot.PersonID{c.Coordinator, c.Deputy} {
		if id != "" && !slices.Contains(all, bot.Watch{Leads: id}) {
			all = append(all, bot.Watch{Leads: id})
		}
	}
	hashes := make([]string, len(all))
	for i, w := range all {
		var err error
		if hashes[i], err = t.watcher(w); err != nil {
			return nil, err
		}
	}
	return hashes, nil
}

// watch notes who watches over the casus, and where it stands. Most saves change
// nothing about that and then only read.
func (t *tx) watch(c bot.Casus) error {
	want, err := t.watchers(c)
	if err != nil {
		return err
	}
	stands := [3]string{string(c.Status), string(c.Kind), string(c.Phase)}
	known := map[string][3]string{}
	if err := t.rows(`SELECT who, status, kind, phase FROM watched WHERE casus = $1`, []any{string(c.Ref)}, func(scan func(...any) error) error {
		var who string
		var at [3]string
		err := scan(&who, &at[0], &at[1], &at[2])
		known[who] = at
		return err
	}); err != nil {
		return err
	}
	for _, who := range want {
		if known[who] != stands {
			if _, err := t.exec(`INSERT INTO watched (who, casus, status, kind, phase) VALUES ($1, $2, $3, $4, $5)
				ON CONFLICT (who, casus) DO UPDATE SET status = excluded.status, kind = excluded.kind, phase = excluded.phase`,
				who, string(c.Ref), stands[0], stands[1], stands[2]); err != nil {
				return err
			}
		}
		delete(known, who)
	}
	for who := range known {
		if _, err := t.exec(`DELETE FROM watched WHERE who = $1 AND casus = $2`, who, string(c.Ref)); err != nil {
			return err
		}
	}
	return nil
}

// WatchedCounts implements bot.Watching.
func (t *tx) WatchedCounts(w bot.Watch) ([]bot.WatchedCount, error) {
	who, err := t.watcher(w)
	if err != nil {
		return nil, wrap("count watched casussen", err)
	}
	var all []bot.WatchedCount
	err = t.rows(`SELECT status, kind, phase, count(*) FROM watched WHERE who = $1 GROUP BY status, kind, phase ORDER BY status, kind, phase`,
		[]any{who}, func(scan func(...any) error) error {
			var c bot.WatchedCount
			err := scan(&c.Status, &c.Kind, &c.Phase, &c.Count)
			all = append(all, c)
			return err
		})
	return all, wrap("count watched casussen", err)
}

// Watched implements bot.Watching: five questions, however many there are.
func (t *tx) Watched(w bot.Watch, after bot.Ref, limit int, statuses ...bot.Status) ([]bot.Watched, error) {
	who, err := t.watcher(w)
	if err != nil {
		return nil, wrap("list watched casussen", err)
	}
	all, err := t.watched(who, after, limit, statuses)
	return all, wrap("list watched casussen", err)
}

func (t *tx) watched(who string, after bot.Ref, limit int, statuses []bot.Status) ([]bot.Watched, error) {
	in, args := statusIn([]any{who, string(after)}, statuses)
	in = strings.ReplaceAll(in, " status ", " o.status ")
	args = append(args, limit)
	var rows []casusRow
	var keys []seal.Wrapped
	if err := t.rows(`SELECT c.ref, c.status, c.platform, c.room, c.version, c.clear, c.sealed, k.scope, k.id, k.epoch, k.box
		FROM watched o JOIN casussen c ON c.ref = o.casus JOIN keys k ON k.scope = 'casus/' || c.ref
		WHERE o.who = $1 AND o.casus > $2`+in+fmt.Sprintf(` ORDER BY o.casus LIMIT $%d`, len(args)), args, func(scan func(...any) error) error {
		var r casusRow
		var k seal.Wrapped
		err := scan(&r.ref, &r.status, &r.platform, &r.room, &r.version, &r.clear, &r.sealed, &k.Scope, &k.Key, &k.Epoch, &k.Box)
		rows, keys = append(rows, r), append(keys, k)
		return err
	}); err != nil || len(rows) == 0 {
		return nil, err
	}
	all := make([]bot.Watched, len(rows))
	places := make(map[string]*bot.Watched, len(rows))
	for i, r := range rows {
		if t.keys[keys[i].Scope] == nil {
			k, err := t.store.ring.Open(t.ctx, keys[i])
			if err != nil {
				return nil, err
			}
			t.keys[keys[i].Scope] = k
		}
		c, err := t.openCasus(r)
		if err != nil {
			return nil, wrap(r.ref, err)
		}
		all[i].Casus = c
		places[r.ref] = &all[i]
	}
	// What hangs on them, by the same range of codes.
	in, more := statusIn([]any{who, string(after), rows[len(rows)-1].ref}, statuses)
	of := func(table string) string {
		return ` FROM watched o JOIN ` + table + ` x ON x.casus = o.casus WHERE o.who = $1 AND o.casus > $2 AND o.casus <= $3` +
			strings.ReplaceAll(in, " status ", " o.status ") + ` ORDER BY x.casus, x.pos`
	}
	var holds []holdRow
	if err := t.rows(`SELECT x.casus, x.id, x.pos, x.live, x.version, x.clear, x.sealed`+of("holds"), more, func(scan func(...any) error) error {
		var r holdRow
		err := r.scan(scan)
		holds = append(holds, r)
		return err
	}); err != nil {
		return nil, err
	}
	for _, r := range holds {
		h, err := t.openHold(r)
		if err != nil {
			return nil, wrap(r.casus, err)
		}
		places[r.casus].Holds = append(places[r.casus].Holds, h)
	}
	if err := hanging(t, "matters", of, more, func(ref string, m bot.Matter) { places[ref].Matters = append(places[ref].Matters, m) }); err != nil {
		return nil, err
	}
	if err := hanging(t, "agreements", of, more, func(ref string, a bot.Agreement) { places[ref].Agreements = append(places[ref].Agreements, a) }); err != nil {
		return nil, err
	}
	return all, hanging(t, "consents", of, more, func(ref string, c bot.Consent) { places[ref].Consents = append(places[ref].Consents, c) })
}

// hanging opens the records of a table that hang on casussen.
func hanging[T any](t *tx, table string, of func(string) string, args []any, add func(ref string, v T)) error {
	type sealedRow struct {
		casus, id    string
		pos, version int64
		sealed       []byte
	}
	var rows []sealedRow
	if err := t.rows(`SELECT x.casus, x.id, x.pos, x.version, x.sealed`+of(table), args, func(scan func(...any) error) error {
		var r sealedRow
		err := scan(&r.casus, &r.id, &r.pos, &r.version, &r.sealed)
		rows = append(rows, r)
		return err
	}); err != nil {
		return err
	}
	for _, r := range rows {
		var v T
		if err := t.openJSON(yesPlace(table, bot.Ref(r.casus), r.id, r.pos, r.version), r.sealed, &v); err != nil {
			return wrap(r.casus, err)
		}
		add(r.casus, v)
	}
	return nil
}

// WatchedDue implements bot.Watching.
func (t *tx) WatchedDue(w bot.Watch, until time.Time) (due []bot.DueAt, held int, err error) {
	who, err := t.watcher(w)
	if err != nil {
		return nil, 0, wrap("list what is due", err)
	}
	if err = t.rows(`SELECT c.ref, c.due_at FROM watched o JOIN casussen c ON c.ref = o.casus
		WHERE o.who = $1 AND c.due_at > 0 AND c.due_at <= $2 ORDER BY c.due_at, c.ref`, []any{who, micro(until)}, func(scan func(...any) error) error {
		var one bot.DueAt
		var at int64
		err := scan(&one.Ref, &at)
		one.At = moment(at)
		due = append(due, one)
		return err
	}); err != nil {
		return nil, 0, wrap("list what is due", err)
	}
	err = t.row(`SELECT count(DISTINCT o.casus) FROM watched o JOIN holds h ON h.casus = o.casus WHERE o.who = $1 AND h.live = 1`, who).Scan(&held)
	return due, held, wrap("count what is held", err)
}

// WatchedReasons implements bot.Watching.
func (t *tx) WatchedReasons(w bot.Watch, from, to time.Time) ([]bot.ReasonCount, error) {
	who, err := t.watcher(w)
	if err != nil {
		return nil, wrap("count reasons", err)
	}
	about, effect, reason := t.store.dialect.inVerdict("About"), t.store.dialect.inVerdict("Effect"), t.store.dialect.firstCode()
	var all []bot.ReasonCount
	err = t.rows(`SELECT a, f, r, count(*) FROM (SELECT `+about+` AS a, `+effect+` AS f, COALESCE(`+reason+`, '') AS r
		FROM watched o JOIN verdicts v ON v.casus = o.casus WHERE o.who = $1 AND v.taken_at >= $2 AND v.taken_at < $3) n
		GROUP BY a, f, r ORDER BY a, f, r`, []any{who, micro(from), micro(to)}, func(scan func(...any) error) error {
		var c bot.ReasonCount
		err := scan(&c.About, &c.Effect, &c.Reason, &c.Count)
		all = append(all, c)
		return err
	})
	return all, wrap("count reasons", err)
}

// inVerdict is a field of the clear part of a verdict.
func (d dialect) inVerdict(field string) string {
	if d == postgres {
		return `v.clear::json ->> '` + field + `'`
	}
	return `json_extract(v.clear, '$.` + field + `')`
}

// firstCode is the first reason in the clear part of a verdict.
func (d dialect) firstCode() string {
	if d == postgres {
		return `v.clear::json -> 'Codes' ->> 0`
	}
	return `json_extract(v.clear, '$.Codes[0]')`
}

// WatchedEntries implements bot.Watching.
func (t *tx) WatchedEntries(w bot.Watch, since time.Time, limit int) ([]bot.Entry, error) {
	who, err := t.watcher(w)
	if err != nil {
		return nil, wrap("list watched entries", err)
	}
	var all []bot.Entry
	err = t.rows(`SELECT e.id, b.body FROM watched o JOIN audit_entries e ON e.casus = o.casus JOIN audit_bodies b ON b.id = e.id
		WHERE o.who = $1 ORDER BY e.id DESC LIMIT $2`, []any{who, limit}, func(scan func(...any) error) error {
		var id int64
		var body []byte
		if err := scan(&id, &body); err != nil {
			return err
		}
		e, err := audit.Decode(body)
		if err == nil && !e.At.Before(since) {
			all = append(all, entryOf(id, e))
		}
		return err
	})
	return all, wrap("list watched entries", err)
}
