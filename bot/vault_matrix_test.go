package bot_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

// change changes a casus as what happened would have.
func (w *world) change(t testing.TB, ref bot.Ref, f func(tx bot.Tx, c *bot.Casus) error) {
	t.Helper()
	if err := w.store.Update(t.Context(), func(tx bot.Tx) error {
		c, err := tx.Casus(ref)
		if err != nil {
			return err
		}
		if err := f(tx, &c); err != nil {
			return err
		}
		_, err = tx.SaveCasus(c)
		if err == nil {
			_, err = tx.Record(bot.Entry{Casus: ref, At: w.clock.Now(), Act: bot.ActMemberEnded, Outcome: "done"})
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// ways are the doors to a document: the button of a card, the link behind it, the
// open page, its bytes, and taking them along. reason is why not; blank: it opens.
// All the tickets are given out by hand, as if they were from before.
func (w *world) ways(t testing.TB, casus bot.Casus, f bot.FileID, user bot.UserID) (reasons []string) {
	t.Helper()
	ctx := t.Context()
	body, err := json.Marshal(map[string]string{"Platform": bottest.ChatName, "Name": "iemand"})
	if err != nil {
		t.Fatal(err)
	}
	token := func(action string) string {
		w.ids++
		tk := bot.Ticket{Token: fmt.Sprintf("matrix%d", w.ids), Action: action, Casus: casus.Ref, Object: string(f), For: user, Body: body, Expires: w.clock.Now().Add(time.Hour)}
		if err := w.store.Update(ctx, func(tx bot.Tx) error {
			_, err := tx.Record(bot.Entry{At: w.clock.Now(), Act: bot.ActRead, Outcome: "done"})
			return errors.Join(err, tx.AddTicket(tk))
		}); errors.Is(err, bot.ErrGone) {
			return "gone"
		} else if err != nil {
			t.Fatal(err)
		}
		return tk.Token
	}
	why := func(err error) string {
		var shut *bot.ClosedError
		switch {
		case err == nil:
			return ""
		case errors.As(err, &shut) && errors.Is(err, bot.ErrForbidden):
			return shut.Reason
		}
		return "error: " + err.Error()
	}
	_, _, err = w.bot.EnterVault(ctx, token("vault_link"))
	reasons = append(reasons, why(err))
	session := token("vault_read")
	_, err = w.bot.ReadVault(ctx, session)
	reasons = append(reasons, why(err))
	content, _, err := w.bot.VaultBytes(ctx, session)
	reasons = append(reasons, why(err))
	if err == nil {
		if data, err := io.ReadAll(content); err != nil || string(data) != canary {
			t.Errorf("%s reads %q, %v", user, data, err)
		}
		_ = content.Close()
	}
	return reasons
}

// matrixReaders are who tries to open a document, at every moment.
var matrixReaders = []bot.UserID{carer, ib, lpa, doctor, guide, officer, stray, nobody}

func TestWhoMayOpenADocumentInTheVaultAndWhen(t *testing.T) {
	member := func(user bot.UserID, f func(m *bot.Member)) func(bot.Tx, *bot.Casus) error {
		return func(_ bot.Tx, c *bot.Casus) error {
			for i := range c.Private.Members {
				if c.Private.Members[i].Account == user {
					f(&c.Private.Members[i])
				}
			}
			return nil
		}
	}
	leaves := func(w *world, org bot.OrgID) {
		w.change(w.t, w.refs()[0], func(tx bot.Tx, _ *bot.Casus) error {
			o, err := tx.Organisation(org)
			o.LeftAt = w.clock.Now().Format(time.DateOnly)
			return errors.Join(err, tx.SaveOrganisation(o))
		})
	}
	left := func(user bot.UserID) func(*world, bot.Casus, bot.File) {
		return func(w *world, c bot.Casus, _ bot.File) {
			w.change(w.t, c.Ref, func(_ bot.Tx, c *bot.Casus) error {
				c.Private.LeftRoom = append(c.Private.LeftRoom, user)
				return nil
			})
		}
	}
	over := func(user bot.UserID) func(*world, bot.Casus, bot.File) {
		return func(w *world, c bot.Casus, _ bot.File) {
			w.change(w.t, c.Ref, member(user, func(m *bot.Member) { m.Until = w.clock.Now() }))
		}
	}
	works := func(user bot.UserID) func(*world, bot.Casus, bot.File) {
		return func(w *world, c bot.Casus, _ bot.File) {
			w.change(w.t, c.Ref, func(tx bot.Tx, _ *bot.Casus) error {
				p, err := tx.Person(bot.PersonID("p-" + user))
				if err != nil {
					return err
				}
				p.Appointments[0].EndedAt = w.clock.Now()
				return tx.SavePerson(p)
			})
		}
	}
	status := func(s bot.Status) func(*world, bot.Casus, bot.File) {
		return func(w *world, c bot.Casus, _ bot.File) {
			w.change(w.t, c.Ref, func(_ bot.Tx, c *bot.Casus) error { c.Status = s; return nil })
		}
	}
	for _, c := range []struct {
		name string
		set  func(w *world, casus bot.Casus, f bot.File)
		want string // of each reader: y opens; others why not: n not for them, g gone, r the rules, e expired, x refused some way
	}{
		{"posted", nil, "yyyynnnn"},
		{"somebody new came in", func(w *world, c bot.Casus, _ bot.File) {
			w.change(w.t, c.Ref, func(_ bot.Tx, c *bot.Casus) error {
				c.Private.Members = append(c.Private.Members, bot.Member{ID: "p-guide", Account: guide, Role: bot.Professional, Organisation: "swv-a", Sector: bot.SWV, Involved: true, Since: w.clock.Now()})
				return nil
			})
		}, "yyyynnnn"},
		{"the young person's parent sits in the room", func(w *world, c bot.Casus, _ bot.File) {
			w.change(w.t, c.Ref, func(_ bot.Tx, c *bot.Casus) error {
				c.Private.Members = append(c.Private.Members, bot.Member{ID: "g1", Account: nobody, Role: bot.Parent, Involved: true, Since: w.clock.Now()})
				return nil
			})
		}, "yyyynnnn"},
		{"it is for that parent too", func(w *world, c bot.Casus, f bot.File) {
			w.change(w.t, c.Ref, func(_ bot.Tx, c *bot.Casus) error {
				c.Private.Members = append(c.Private.Members, bot.Member{ID: "g1", Account: nobody, Role: bot.Parent, Involved: true, Since: w.clock.Now()})
				return nil
			})
			w.changeFile(f.ID, func(f *bot.File) { f.For = append(f.For, "g1") })
		}, "yyyynnny"},
		{"and contact with that parent is stopped", func(w *world, c bot.Casus, f bot.File) {
			w.change(w.t, c.Ref, func(_ bot.Tx, c *bot.Casus) error {
				c.Private.Members = append(c.Private.Members, bot.Member{ID: "g1", Account: nobody, Role: bot.Parent, Involved: true, Since: w.clock.Now()})
				c.Private.Unsafe = []bot.PersonID{"g1"}
				return nil
			})
			w.changeFile(f.ID, func(f *bot.File) { f.For = append(f.For, "g1") })
		}, "yyyynnnn"},
		{"it was chosen for the doctor", func(w *world, _ bot.Casus, f bot.File) {
			w.changeFile(f.ID, func(f *bot.File) { f.Chosen, f.For = true, []bot.PersonID{"p-doctor"} })
		}, "ynnynnnn"},
		{"before it is said what is in it", func(w *world, _ bot.Casus, f bot.File) {
			w.changeFile(f.ID, func(f *bot.File) { f.State, f.Kinds = bot.Quarantined, nil })
		}, "gggggggg"},
		{"waiting for a yes", func(w *world, _ bot.Casus, f bot.File) {
			w.changeFile(f.ID, func(f *bot.File) { f.State = bot.Quarantined })
		}, "gggggggg"},
		{"approved, and no card yet", func(w *world, _ bot.Casus, f bot.File) {
			w.changeFile(f.ID, func(f *bot.File) { f.State = bot.Approved })
		}, "gggggggg"},
		{"refused", func(w *world, _ bot.Casus, f bot.File) {
			w.changeFile(f.ID, func(f *bot.File) { f.State = bot.Denied })
		}, "gggggggg"},
		{"withdrawn", func(w *world, _ bot.Casus, f bot.File) {
			w.changeFile(f.ID, func(f *bot.File) { f.State = bot.Withdrawn })
		}, "gggggggg"},
		{"a file that is not in the vault", func(w *world, _ bot.Casus, f bot.File) {
			w.changeFile(f.ID, func(f *bot.File) { f.Vault = false })
		}, "gggggggg"},
		{"at its term", func(w *world, _ bot.Casus, f bot.File) {
			w.changeFile(f.ID, func(f *bot.File) { f.Until = w.clock.Now() })
		}, "eeeeeeee"},
		{"a second before its term", func(w *world, _ bot.Casus, f bot.File) {
			w.changeFile(f.ID, func(f *bot.File) { f.Until = w.clock.Now().Add(time.Second) })
		}, "yyyynnnn"},
		{"a reader left the room", left(ib), "ynyynnnn"},
		{"a reader's part is over", over(ib), "ynyynnnn"},
		{"a reader does not work there any more", works(ib), "ynyynnnn"},
		{"a reader's organisation left the convenant", func(w *world, _ bot.Casus, _ bot.File) { leaves(w, "ggd") }, "yyynnnnn"},
		{"who brought it in left the room", left(carer), "nyyynnnn"},
		{"who brought it in has no part any more", over(carer), "nyyynnnn"},
		{"who brought it in does not work there any more", works(carer), "nyyynnnn"},
		{"the organisation that brought it in left the convenant", func(w *world, _ bot.Casus, _ bot.File) { leaves(w, "aanbieder") }, "nyyynnnn"},
		{"that, and their yes is withdrawn", func(w *world, c bot.Casus, f bot.File) {
			leaves(w, "aanbieder")
			w.change(w.t, c.Ref, func(tx bot.Tx, _ *bot.Casus) error { return tx.WithdrawConsent(c.Ref, f.RestsOn[0], w.clock.Now()) })
		}, "nrrrnnnn"},
		{"that, and its term is over", func(w *world, _ bot.Casus, f bot.File) {
			leaves(w, "aanbieder")
			w.changeFile(f.ID, func(f *bot.File) { f.Until = w.clock.Now() })
		}, "eeeeeeee"},
		{"a yes is withdrawn and the file not looked at yet", func(w *world, c bot.Casus, f bot.File) {
			w.change(w.t, c.Ref, func(tx bot.Tx, _ *bot.Casus) error { return tx.WithdrawConsent(c.Ref, f.RestsOn[0], w.clock.Now()) })
		}, "rrrrnnnn"},
		{"in a phase that takes no health", func(w *world, c bot.Casus, _ bot.File) {
			w.change(w.t, c.Ref, func(_ bot.Tx, c *bot.Casus) error { c.Phase = "F5"; return nil })
		}, "rrrrnnnn"},
		{"the casus is closed", status(bot.Closed), "rrrrnnnn"},
		{"the casus is closed and held", func(w *world, c bot.Casus, f bot.File) {
			status(bot.Closed)(w, c, f)
			w.change(w.t, c.Ref, func(tx bot.Tx, _ *bot.Casus) error {
				return tx.AddHold(bot.Hold{ID: "h1", Casus: c.Ref, Reason: "Klacht loopt nog.", PlacedBy: "p-officer", PlacedAt: w.clock.Now()})
			})
		}, "rrrrnnnn"},
		{"the casus is open and held", func(w *world, c bot.Casus, _ bot.File) {
			w.change(w.t, c.Ref, func(tx bot.Tx, _ *bot.Casus) error {
				return tx.AddHold(bot.Hold{ID: "h1", Casus: c.Ref, Reason: "Klacht loopt nog.", PlacedBy: "p-officer", PlacedAt: w.clock.Now()})
			})
		}, "yyyynnnn"},
		{"the casus is archived", status(bot.Archived), "rrrrnnnn"},
		{"the casus is on another platform", func(w *world, c bot.Casus, _ bot.File) {
			w.change(w.t, c.Ref, func(_ bot.Tx, c *bot.Casus) error { c.Platform = "elsewhere"; return nil })
		}, "gggggggg"},
		{"the casus is erased", func(w *world, c bot.Casus, _ bot.File) {
			if err := w.store.Update(w.t.Context(), func(tx bot.Tx) error {
				_, err := tx.Record(bot.Entry{Casus: c.Ref, At: w.clock.Now(), Act: bot.ActErased, Outcome: "done"})
				_, err2 := tx.EraseCasus(c.Ref, bot.Receipt{Casus: c.Ref, Kind: c.Kind, At: w.clock.Now()})
				return errors.Join(err, err2)
			}); err != nil {
				w.t.Fatal(err)
			}
		}, "xxxxxxxx"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, casus := withVault(t)
			f := w.inVault(casus)
			if c.set != nil {
				c.set(w, casus, f)
			}
			short := map[string]byte{"": 'y', "not_member": 'n', "gone": 'g', "rules": 'r', "expired": 'e'}
			for i, user := range matrixReaders {
				want := c.want[i]
				for n, got := range w.ways(t, casus, f.ID, user) {
					if want == 'x' && got != "" && !strings.HasPrefix(got, "error") {
						continue
					}
					if short[got] != want {
						t.Errorf("%s by door %d: %q, want %c", user, n, got, want)
					}
				}
			}
		})
	}
}

// Whatever state a casus and a file are in, they open for exactly those for whom
// they are, who still take part, at a time at which it may.
func TestADocumentOpensForNobodyElse(t *testing.T) {
	w, casus := withVault(t)
	f := w.inVault(casus)
	states := []bot.FileState{bot.Posted, bot.Posted, bot.Posted, bot.Quarantined, bot.Approved, bot.Denied, bot.Withdrawn, bot.Gone}
	rapid.Check(t, func(rt *rapid.T) {
		now := w.clock.Now()
		var want map[bot.UserID]bool
		moment := func(name string) time.Time {
			return rapid.SampledFrom([]time.Time{{}, {}, now.Add(-time.Second), now, now.Add(time.Second)}).Draw(rt, name)
		}
		state := rapid.SampledFrom(states).Draw(rt, "state")
		status := rapid.SampledFrom([]bot.Status{bot.Open, bot.Open, bot.Closed, bot.Archived}).Draw(rt, "status")
		phase := rapid.SampledFrom([]bot.Phase{"F3", "F3", "F5"}).Draw(rt, "phase")
		until := moment("until")
		var forWhom []bot.PersonID
		for _, id := range []bot.PersonID{"p-ib", "p-lpa", "p-doctor"} {
			if rapid.Bool().Draw(rt, "for "+string(id)) {
				forWhom = append(forWhom, id)
			}
		}
		w.change(t, casus.Ref, func(tx bot.Tx, c *bot.Casus) error {
			want = map[bot.UserID]bool{}
			c.Status, c.Phase, c.Private.LeftRoom = status, phase, nil
			for i := range c.Private.Members {
				m := &c.Private.Members[i]
				m.Until = moment("part of " + string(m.ID))
				here := m.Until.IsZero() || m.Until.After(now)
				if rapid.Bool().Draw(rt, string(m.ID)+" left") {
					c.Private.LeftRoom = append(c.Private.LeftRoom, m.Account)
					here = false
				}
				may := m.ID == f.Poster || slices.Contains(forWhom, m.ID)
				want[m.Account] = here && may && state == bot.Posted && status == bot.Open && phase == "F3" && (until.IsZero() || until.After(now))
			}
			file, err := tx.File(f.ID)
			file.State, file.Until, file.For = state, until, forWhom
			return errors.Join(err, tx.SaveFile(file))
		})
		for _, user := range matrixReaders {
			for n, got := range w.ways(t, casus, f.ID, user) {
				if strings.HasPrefix(got, "error") || (got == "") != want[user] {
					rt.Fatalf("%s by door %d: %q, want it open: %v", user, n, got, want[user])
				}
			}
		}
	})
}

// Ordinary data is shared among parties. That the organisation that shared it is one
// no more does not take it from those who have it.
func TestWhatAPartySharedStaysReadableWhenItLeaves(t *testing.T) {
	w, casus := withVault(t)
	w.byPage(ib, casus, "verzuim.txt", []byte(canary))
	w.classify(ib, "ordinary")
	f := w.lastFile(casus)
	if f.State != bot.Posted {
		t.Fatalf("the file is %s", f.State)
	}
	w.change(t, casus.Ref, func(tx bot.Tx, _ *bot.Casus) error {
		o, err := tx.Organisation("school-a")
		o.LeftAt = w.clock.Now().Format(time.DateOnly)
		return errors.Join(err, tx.SaveOrganisation(o))
	})
	for user, want := range map[bot.UserID]string{lpa: "", doctor: "", ib: "not_member", guide: "not_member"} {
		for n, got := range w.ways(t, casus, f.ID, user) {
			if got != want {
				t.Errorf("%s by door %d: %q, want %q", user, n, got, want)
			}
		}
	}
	// What they had not shared yet, they share no more.
	if err := w.upload(ib, casus.Room, "later.txt", "nog iets"); err == nil || strings.Contains(err.Error(), "nog niet geplaatst") {
		t.Errorf("an upload after they left: %v", err)
	}
}
