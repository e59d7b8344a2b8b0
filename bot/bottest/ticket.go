package bottest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

var ticketTests = []storeTest{
	{"a ticket is good once and until its end", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		k := bot.Ticket{Token: "secret1", Action: "consent", Casus: c.Ref, Object: "f1", For: "u1", Body: []byte("x"), Expires: b.now().Add(time.Hour)}
		loose := bot.Ticket{Token: "secret2", Action: "open", Expires: b.now().Add(time.Hour)}
		b.mustUpdate(t, func(tx bot.Tx) error { return errors.Join(tx.AddTicket(k), tx.AddTicket(loose)) })
		b.mustView(t, func(tx bot.Tx) error {
			got, err1 := tx.Ticket("secret1", k.Expires.Add(-time.Microsecond))
			two, err2 := tx.Ticket("secret2", b.now())
			same(t, "Ticket", got, k)
			same(t, "Ticket", two, loose)
			if _, err := tx.Ticket("secret1", k.Expires); !errors.Is(err, bot.ErrNotFound) {
				t.Errorf("Ticket at its end = %v, want ErrNotFound", err)
			}
			return errors.Join(err1, err2)
		})
		b.refused(t, "UseTicket at its end", bot.ErrConflict, func(tx bot.Tx) error { return tx.UseTicket("secret1", k.Expires) })
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.UseTicket("secret1", b.now()) })
		b.refused(t, "UseTicket twice", bot.ErrConflict, func(tx bot.Tx) error { return tx.UseTicket("secret1", b.now()) })
		b.refused(t, "Ticket after use", bot.ErrNotFound, func(tx bot.Tx) error { _, err := tx.Ticket("secret1", b.now()); return err })
		b.refused(t, "UseTicket of none", bot.ErrNotFound, func(tx bot.Tx) error { return tx.UseTicket("secret9", b.now()) })
		b.refused(t, "AddTicket again", bot.ErrConflict, func(tx bot.Tx) error { return tx.AddTicket(k) })
	}},
	{"two people with one ticket: one gets it", func(t *testing.T, b *bench) {
		b.mustUpdate(t, func(tx bot.Tx) error {
			return tx.AddTicket(bot.Ticket{Token: "secret", Expires: b.now().Add(time.Hour)})
		})
		var group sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			group.Go(func() {
				errs[i] = b.Store.Update(b.ctx, func(tx bot.Tx) error { return tx.UseTicket("secret", b.now()) })
			})
		}
		group.Wait()
		won := 0
		for _, err := range errs {
			switch {
			case err == nil:
				won++
			case !errors.Is(err, bot.ErrConflict):
				t.Errorf("UseTicket = %v, want ErrConflict", err)
			}
		}
		same(t, "winners", won, 1)
	}},
	{"a nonce is good once", func(t *testing.T, b *bench) {
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.UseNonce("n1", b.now().Add(time.Minute)) })
		b.refused(t, "UseNonce again", bot.ErrConflict, func(tx bot.Tx) error { return tx.UseNonce("n1", b.now().Add(time.Hour)) })
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.UseNonce("n2", b.now().Add(time.Minute)) })
	}},
}
