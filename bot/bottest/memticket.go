package bottest

import (
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

type memTicket struct {
	Ticket bot.Ticket
	Used   bool
}

// AddTicket implements bot.Tx.
func (tx *memTx) AddTicket(k bot.Ticket) error {
	if !tx.write {
		return errView
	}
	if k.Token == "" {
		return &bot.InvalidError{Field: "ticket", Reason: "no token"}
	}
	if k.Casus != "" {
		if err := tx.there(k.Casus); err != nil {
			return err
		}
	}
	if _, ok := tx.state.Tickets[k.Token]; ok {
		return bot.ErrConflict
	}
	put(tx.state.Tickets, k.Token, memTicket{Ticket: k})
	return nil
}

// Ticket implements bot.Tx.
func (tx *memTx) Ticket(token string, now time.Time) (bot.Ticket, error) {
	k, err := get[memTicket](tx.state.Tickets, token)
	if err == nil && (k.Used || !k.Ticket.Expires.After(now)) {
		err = bot.ErrNotFound
	}
	if err != nil {
		return bot.Ticket{}, err
	}
	return k.Ticket, nil
}

// UseTicket implements bot.Tx.
func (tx *memTx) UseTicket(token string, now time.Time) error {
	if !tx.write {
		return errView
	}
	k, err := get[memTicket](tx.state.Tickets, token)
	if err != nil {
		return err
	}
	if k.Used || !k.Ticket.Expires.After(now) {
		return bot.ErrConflict
	}
	k.Used = true
	put(tx.state.Tickets, token, k)
	return nil
}

// UseNonce implements bot.Tx.
func (tx *memTx) UseNonce(nonce string, expires time.Time) error {
	if !tx.write {
		return errView
	}
	if _, ok := tx.state.Nonces[nonce]; ok {
		return bot.ErrConflict
	}
	put(tx.state.Nonces, nonce, expires)
	return nil
}
