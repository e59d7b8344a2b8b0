package sqlstore

import (
	"errors"
	"fmt"

	"github.com/convenantbot/convenantbot/bot"
)

// PutEvent implements bot.Inbox.
func (t *tx) PutEvent(e bot.Event) error {
	if e.ID == "" || e.Platform == "" {
		return &bot.InvalidError{Field: "event", Reason: "no id"}
	}
	id := e.Platform + ":" + e.ID
	at := micro(e.At)
	sealed, err := t.sealJSON(place("events", installation, id, digits(at)), e)
	if err != nil {
		return wrap("put event", err)
	}
	n, err := t.exec(`INSERT INTO events (id, at, sealed) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, id, at, sealed)
	if err == nil && n == 0 {
		err = fmt.Errorf("it came in before: %w", bot.ErrConflict)
	}
	return wrap("put event", err)
}

// Event implements bot.Inbox.
func (t *tx) Event(id string) (bot.Event, error) {
	var at int64
	var sealed []byte
	if err := t.row(`SELECT at, sealed FROM events WHERE id = $1`, id).Scan(&at, &sealed); err != nil {
		return bot.Event{}, wrap("read event", err)
	}
	if sealed == nil {
		return bot.Event{}, fmt.Errorf("read event: it was handled: %w", bot.ErrNotFound)
	}
	var e bot.Event
	return e, wrap("read event", t.openJSON(place("events", installation, id, digits(at)), sealed, &e))
}

// DropEvent implements bot.Inbox.
func (t *tx) DropEvent(id string) error {
	return wrap("drop event", t.one(bot.ErrNotFound, `UPDATE events SET sealed = NULL WHERE id = $1`, id))
}

var errUsed = errors.New("it was used or has expired")
