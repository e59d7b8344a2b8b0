package slack

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// StoreMemory is a Memory in the bot's store. What is noted lies sealed, as a
// ticket that nobody can press; a new value is the next ticket of its name, since
// a ticket is never changed.
type StoreMemory struct {
	Store bot.Store
	Now   func() time.Time
}

var _ Memory = (*StoreMemory)(nil)

// memoryTries is how often two that note the same thing at once get out of each
// other's way.
const memoryTries = 10

func memoryToken(name string, n int) string { return "slack:" + name + "#" + strconv.Itoa(n) }

// memoryUntil is how long something is kept. No message is tried again after a
// year; the tokens' whole row must be there to find the last.
func memoryUntil(name string, now time.Time) time.Time {
	if strings.HasPrefix(name, noteTokens) {
		return now.AddDate(100, 0, 0)
	}
	return now.AddDate(1, 0, 0)
}

// Recall implements Memory.
func (m *StoreMemory) Recall(ctx context.Context, name string) ([]byte, error) {
	var value []byte
	err := m.Store.View(ctx, func(tx bot.Tx) error {
		k, n, err := m.newest(tx, name)
		if err == nil && n < 0 {
			err = bot.ErrNotFound
		}
		value = k.Body
		return err
	})
	return value, err
}

// Note implements Memory. Of two that note at once the later one wins.
func (m *StoreMemory) Note(ctx context.Context, name string, value []byte) error {
	for try := 0; ; try++ {
		err := m.Store.Update(ctx, func(tx bot.Tx) error {
			_, last, err := m.newest(tx, name)
			if err != nil {
				return err
			}
			return tx.AddTicket(bot.Ticket{Token: memoryToken(name, last+1), Action: "slack_memory", Body: value, Expires: memoryUntil(name, m.Now())})
		})
		if err == nil {
			return nil
		}
		if !errors.Is(err, bot.ErrConflict) || try == memoryTries {
			return fmt.Errorf("slack: keep a note: %w", err)
		}
	}
}

// newest finds the last ticket of a name; -1: there is none.
func (m *StoreMemory) newest(tx bot.Tx, name string) (last bot.Ticket, at int, err error) {
	at = -1
	for n := 0; ; n++ {
		k, err := tx.Ticket(memoryToken(name, n), m.Now())
		switch {
		case errors.Is(err, bot.ErrNotFound):
			return last, at, nil
		case err != nil:
			return last, at, err
		}
		last, at = k, n
	}
}
