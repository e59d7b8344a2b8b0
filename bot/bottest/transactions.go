package bottest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

var transactionTests = []storeTest{
	{"an update that fails keeps nothing", func(t *testing.T, b *bench) {
		var ref bot.Ref
		b.refused(t, "Update", errUndo, func(tx bot.Tx) error {
			c, err := tx.AddCasus(b.casus(), 2026)
			ref = c.Ref
			return errors.Join(err, tx.AddJob(bot.Job{ID: "j1", Kind: bot.JobTell, RunAt: b.now()}), errUndo)
		})
		b.mustView(t, func(tx bot.Tx) error {
			if _, err := tx.Casus(ref); !errors.Is(err, bot.ErrNotFound) {
				t.Errorf("Casus = %v, want ErrNotFound", err)
			}
			return nil
		})
		if _, err := b.Store.ClaimJob(b.ctx, b.now(), time.Minute); !errors.Is(err, bot.ErrNotFound) {
			t.Errorf("ClaimJob = %v, want ErrNotFound", err)
		}
	}},
	{"a panic keeps nothing and leaves the store usable", func(t *testing.T, b *bench) {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			b.Store.Update(b.ctx, func(tx bot.Tx) error {
				tx.AddCasus(b.casus(), 2026)
				panic("x")
			})
		}()
		b.mustView(t, func(tx bot.Tx) error {
			refs, err := tx.CasusRefs("", 0)
			if len(refs) != 0 {
				t.Errorf("CasusRefs = %v, want none", refs)
			}
			return err
		})
		b.mustCasus(t)
	}},
	{"an update reads what it wrote", func(t *testing.T, b *bench) {
		b.mustUpdate(t, func(tx bot.Tx) error {
			c, err := tx.AddCasus(b.casus(), 2026)
			if err != nil {
				return err
			}
			got, err := tx.Casus(c.Ref)
			same(t, "Casus", got, c)
			if err := tx.AddConsent(b.consent(c, "c1")); err != nil {
				return err
			}
			all, err2 := tx.Consents(c.Ref)
			same(t, "Consents", all, []bot.Consent{b.consent(c, "c1")})
			return errors.Join(err, err2)
		})
	}},
	{"a view cannot write", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		for name, write := range map[string]func(tx bot.Tx) error{
			"AddCasus":   func(tx bot.Tx) error { _, err := tx.AddCasus(b.casus(), 2026); return err },
			"SaveCasus":  func(tx bot.Tx) error { _, err := tx.SaveCasus(c); return err },
			"EraseCasus": func(tx bot.Tx) error { _, err := tx.EraseCasus(c.Ref, bot.Receipt{}); return err },
			"SavePerson": func(tx bot.Tx) error { return tx.SavePerson(bot.Person{ID: "p9"}) },
			"AddConsent": func(tx bot.Tx) error { return tx.AddConsent(b.consent(c, "c1")) },
			"AddHold":    func(tx bot.Tx) error { return tx.AddHold(bot.Hold{ID: "h1", Casus: c.Ref}) },
			"AddFile":    func(tx bot.Tx) error { return tx.AddFile(b.file(c, "f1")) },
			"AddJob":     func(tx bot.Tx) error { return tx.AddJob(bot.Job{ID: "j1", Kind: bot.JobTell}) },
			"PutEvent":   func(tx bot.Tx) error { return tx.PutEvent(bot.Event{ID: "e1", Platform: "x"}) },
			"UseNonce":   func(tx bot.Tx) error { return tx.UseNonce("n", b.now()) },
			"Record":     func(tx bot.Tx) error { _, err := tx.Record(bot.Entry{Act: bot.ActRead}); return err },
		} {
			if err := b.Store.View(b.ctx, write); err == nil {
				t.Errorf("%s in a view was kept", name)
			}
		}
	}},
	{"two updates never lose each other's writes", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		const writers, each = 4, 10
		var group sync.WaitGroup
		for range writers {
			group.Go(func() {
				for range each {
					err := b.Store.Update(b.ctx, func(tx bot.Tx) error {
						got, err := tx.Casus(c.Ref)
						if err != nil {
							return err
						}
						got.Private.Purpose += "x"
						_, err = tx.SaveCasus(got)
						return err
					})
					if err != nil {
						t.Errorf("Update: %v", err)
					}
				}
			})
		}
		group.Wait()
		b.mustView(t, func(tx bot.Tx) error {
			got, err := tx.Casus(c.Ref)
			if n := len(got.Private.Purpose) - len(c.Private.Purpose); n != writers*each {
				t.Errorf("%d writes are there, want %d", n, writers*each)
			}
			return err
		})
	}},
	{"what was read and changed elsewhere meanwhile is not acted upon", func(t *testing.T, b *bench) {
		// One transaction withdraws a consent, the other approves a file that rests on
		// it. Whatever the order, no file is approved after the withdrawal.
		for range 10 {
			c := b.mustCasus(t)
			b.mustUpdate(t, func(tx bot.Tx) error {
				return errors.Join(tx.AddConsent(b.consent(c, "c1")), tx.AddFile(b.file(c, bot.FileID("f-"+c.Ref))))
			})
			var group sync.WaitGroup
			group.Go(func() {
				err := b.Store.Update(b.ctx, func(tx bot.Tx) error {
					if err := tx.WithdrawConsent(c.Ref, "c1", b.now()); err != nil {
						return err
					}
					f, err := tx.File(bot.FileID("f-" + c.Ref))
					if err != nil || f.State == bot.Quarantined {
						return err
					}
					f.State = bot.Withdrawn
					return tx.SaveFile(f)
				})
				if err != nil {
					t.Errorf("withdraw: %v", err)
				}
			})
			group.Go(func() {
				err := b.Store.Update(b.ctx, func(tx bot.Tx) error {
					all, err := tx.Consents(c.Ref)
					if err != nil || !all[0].WithdrawnAt.IsZero() {
						return err
					}
					f := b.file(c, bot.FileID("f-"+c.Ref))
					f.State = bot.Approved
					return tx.SaveFile(f)
				})
				if err != nil {
					t.Errorf("approve: %v", err)
				}
			})
			group.Wait()
			b.mustView(t, func(tx bot.Tx) error {
				f, err := tx.File(bot.FileID("f-" + c.Ref))
				if f.State == bot.Approved {
					t.Errorf("%s: the file is approved and its consent is withdrawn", c.Ref)
				}
				return err
			})
		}
	}},
	{"an update that was cancelled keeps nothing", func(t *testing.T, b *bench) {
		ctx, cancel := context.WithCancel(b.ctx)
		err := b.Store.Update(ctx, func(tx bot.Tx) error {
			_, err := tx.AddCasus(b.casus(), 2026)
			cancel()
			return err
		})
		if err == nil {
			t.Error("Update returned nil")
		}
		b.mustView(t, func(tx bot.Tx) error {
			refs, err := tx.CasusRefs("", 0)
			same(t, "CasusRefs", len(refs), 0)
			return err
		})
	}},
}
