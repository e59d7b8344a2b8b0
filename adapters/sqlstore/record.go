package sqlstore

import (
	"fmt"

	"github.com/convenantbot/convenantbot/bot"
)

// known makes sure that there is a casus to which a record can belong: ErrGone
// when it was erased, ErrNotFound when it never was. On PostgreSQL it is locked,
// so that nothing is added while it is erased.
func (t *tx) known(ref bot.Ref) error {
	if !t.write {
		return errReadOnly
	}
	if t.open[ref] {
		return nil
	}
	var status string
	if err := t.row(`SELECT status FROM casussen WHERE ref = $1`+t.store.dialect.lockRow(), string(ref)).Scan(&status); err != nil {
		return err
	}
	if status == string(bot.Erased) {
		return bot.ErrGone
	}
	if t.open == nil {
		t.open = map[bot.Ref]bool{}
	}
	t.open[ref] = true
	return nil
}

// there is the same question for reading.
func (t *tx) there(ref bot.Ref) error {
	var status string
	if err := t.row(`SELECT status FROM casussen WHERE ref = $1`, string(ref)).Scan(&status); err != nil {
		return err
	}
	if status == string(bot.Erased) {
		return bot.ErrGone
	}
	return nil
}

// next is the place of the next record of a casus in table.
func (t *tx) next(table string, ref bot.Ref) (int64, error) {
	var pos int64
	err := t.row(`SELECT COALESCE(MAX(pos), 0) + 1 FROM `+table+` WHERE casus = $1`, string(ref)).Scan(&pos)
	return pos, err
}

func exists(what, id string) error {
	return fmt.Errorf("add %s %s: it is there already: %w", what, id, bot.ErrConflict)
}
