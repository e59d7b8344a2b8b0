package sqlstore

import (
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/seal"
)

// due is the condition on casussen, with the moment as $1.
const due = `c.due_at > 0 AND c.due_at <= $1`

// DueKept implements bot.Casussen: three questions, however many are due.
func (t *tx) DueKept(at time.Time) ([]bot.Kept, error) {
	kept, err := t.dueKept(at)
	return kept, wrap("read due casussen", err)
}

func (t *tx) dueKept(at time.Time) ([]bot.Kept, error) {
	var rows []casusRow
	var keys []seal.Wrapped
	err := t.rows(`SELECT c.ref, c.status, c.platform, c.room, c.version, c.clear, c.sealed, k.scope, k.id, k.epoch, k.box
		FROM casussen c JOIN keys k ON k.scope = 'casus/' || c.ref WHERE `+due+` ORDER BY c.due_at, c.ref`, []any{micro(at)}, func(scan func(...any) error) error {
		var r casusRow
		var w seal.Wrapped
		err := scan(&r.ref, &r.status, &r.platform, &r.room, &r.version, &r.clear, &r.sealed, &w.Scope, &w.Key, &w.Epoch, &w.Box)
		rows, keys = append(rows, r), append(keys, w)
		return err
	})
	if err != nil {
		return nil, err
	}
	kept := make([]bot.Kept, len(rows))
	place := make(map[bot.Ref]int, len(rows))
	for i, r := range rows {
		if t.keys[keys[i].Scope] == nil {
			k, err := t.store.ring.Open(t.ctx, keys[i])
			if err != nil {
				return nil, err
			}
			t.keys[keys[i].Scope] = k
		}
		if kept[i].Casus, err = t.openCasus(r); err != nil {
			return nil, wrap(r.ref, err)
		}
		place[bot.Ref(r.ref)] = i
	}
	var holds []holdRow
	if err := t.rows(`SELECT h.casus, h.id, h.pos, h.live, h.version, h.clear, h.sealed FROM casussen c JOIN holds h ON h.casus = c.ref
		WHERE `+due+` ORDER BY h.casus, h.pos`, []any{micro(at)}, func(scan func(...any) error) error {
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
		k := &kept[place[h.Casus]]
		k.Holds = append(k.Holds, h)
	}
	type matterRow struct {
		casus, id    string
		pos, version int64
		sealed       []byte
	}
	var matters []matterRow
	if err := t.rows(`SELECT m.casus, m.id, m.pos, m.version, m.sealed FROM casussen c JOIN matters m ON m.casus = c.ref
		WHERE `+due+` ORDER BY m.casus, m.pos`, []any{micro(at)}, func(scan func(...any) error) error {
		var r matterRow
		err := scan(&r.casus, &r.id, &r.pos, &r.version, &r.sealed)
		matters = append(matters, r)
		return err
	}); err != nil {
		return nil, err
	}
	for _, r := range matters {
		var m bot.Matter
		if err := t.openJSON(yesPlace("matters", bot.Ref(r.casus), r.id, r.pos, r.version), r.sealed, &m); err != nil {
			return nil, wrap(r.casus, err)
		}
		k := &kept[place[m.Casus]]
		k.Matters = append(k.Matters, m)
	}
	return kept, nil
}
