package bottest

import "github.com/convenantbot/convenantbot/bot"

// PutEvent implements bot.Tx.
func (tx *memTx) PutEvent(e bot.Event) error {
	if !tx.write {
		return errView
	}
	key := e.Platform + ":" + e.ID
	if _, ok := tx.state.Events[key]; ok {
		return bot.ErrConflict
	}
	put(tx.state.Events, key, &e)
	return nil
}

// Event implements bot.Tx.
func (tx *memTx) Event(id string) (bot.Event, error) {
	e, err := get[*bot.Event](tx.state.Events, id)
	if err == nil && e == nil {
		err = bot.ErrNotFound
	}
	if err != nil {
		return bot.Event{}, err
	}
	return *e, nil
}

// DropEvent implements bot.Tx.
func (tx *memTx) DropEvent(id string) error {
	if !tx.write {
		return errView
	}
	if _, ok := tx.state.Events[id]; !ok {
		return bot.ErrNotFound
	}
	put(tx.state.Events, id, nil)
	return nil
}
