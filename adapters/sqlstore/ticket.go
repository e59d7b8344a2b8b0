package sqlstore

import (
	"fmt"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

func (t *tx) ticketHash(token string) (string, error) {
	return t.store.install.Lookup("ticket", token)
}

// AddTicket implements bot.Tickets.
func (t *tx) AddTicket(k bot.Ticket) error {
	if k.Token == "" {
		return &bot.InvalidError{Field: "ticket", Reason: "no token"}
	}
	hash, err := t.ticketHash(k.Token)
	if err != nil {
		return wrap("add ticket", err)
	}
	k.Token = ""
	expires := micro(k.Expires)
	sealed, err := t.sealJSON(place("tickets", scope(k.Casus), hash, string(k.Casus), digits(expires)), k)
	if err != nil {
		return wrap("add ticket", err)
	}
	return t.one(fmt.Errorf("add ticket: its token is known: %w", bot.ErrConflict),
		`INSERT INTO tickets (hash, casus, expires, used, sealed) VALUES ($1, $2, $3, 0, $4) ON CONFLICT DO NOTHING`, hash, string(k.Casus), expires, sealed)
}

// Ticket implements bot.Tickets.
func (t *tx) Ticket(token string, now time.Time) (bot.Ticket, error) {
	hash, err := t.ticketHash(token)
	if err != nil {
		return bot.Ticket{}, wrap("read ticket", err)
	}
	var casus string
	var expires, used int64
	var sealed []byte
	if err := t.row(`SELECT casus, expires, used, sealed FROM tickets WHERE hash = $1`, hash).Scan(&casus, &expires, &used, &sealed); err != nil {
		return bot.Ticket{}, wrap("read ticket", err)
	}
	if used != 0 || expires <= micro(now) {
		return bot.Ticket{}, fmt.Errorf("read ticket: %w: %w", errUsed, bot.ErrNotFound)
	}
	var k bot.Ticket
	if err := t.openJSON(place("tickets", scope(bot.Ref(casus)), hash, casus, digits(expires)), sealed, &k); err != nil {
		return bot.Ticket{}, wrap("read ticket", err)
	}
	k.Token = token
	return k, nil
}

// UseTicket implements bot.Tickets.
func (t *tx) UseTicket(token string, now time.Time) error {
	hash, err := t.ticketHash(token)
	if err != nil {
		return wrap("use ticket", err)
	}
	var found int
	if err := t.row(`SELECT 1 FROM tickets WHERE hash = $1`, hash).Scan(&found); err != nil {
		return wrap("use ticket", err)
	}
	return t.one(fmt.Errorf("use ticket: %w: %w", errUsed, bot.ErrConflict),
		`UPDATE tickets SET used = 1 WHERE hash = $1 AND used = 0 AND expires > $2`, hash, micro(now))
}

// UseNonce implements bot.Tickets.
func (t *tx) UseNonce(nonce string, expires time.Time) error {
	hash, err := t.store.install.Lookup("nonce", nonce)
	if err != nil {
		return wrap("use nonce", err)
	}
	return t.one(fmt.Errorf("use nonce: it is known: %w", bot.ErrConflict),
		`INSERT INTO nonces (hash, expires) VALUES ($1, $2) ON CONFLICT DO NOTHING`, hash, micro(expires))
}
