package bottest

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// casus is a casus with something in every field.
func (b *bench) casus() bot.Casus {
	now := b.now()
	return bot.Casus{Region: "model", Kind: bot.MDO, Phase: "F3", Status: bot.Open, Platform: "playground", Coordinator: "p1", Deputy: "p2",
		OpenedAt: now, LastActivityAt: now.Add(time.Second),
		Private: bot.Private{Purpose: "ondersteuningsplan voor Noor", YoungPerson: bot.YoungPerson{ID: "yp", Born: "2013-05-01", School: "school-a", Account: "u-noor"},
			Authority:  []bot.Holder{{ID: "g1", Label: "moeder", Checked: "gezagsregister"}},
			Invitation: bot.Invitation{Reason: "spoed"},
			Members:    []bot.Member{{ID: "p1", Account: "u1", Role: bot.Professional, Organisation: "school-a", Sector: bot.Education, Function: "intern begeleider", Task: "onderwijs", Involved: true, Since: now}},
			Handovers:  []bot.Handover{{Organisation: "school-a", ConfirmedAt: now}}}}
}

// mustCasus adds a casus with an entry that tells of it.
func (b *bench) mustCasus(t testing.TB) bot.Casus {
	t.Helper()
	var c bot.Casus
	b.mustUpdate(t, func(tx bot.Tx) (err error) {
		if c, err = tx.AddCasus(b.casus(), 2026); err != nil {
			return err
		}
		_, err = tx.Record(bot.Entry{Casus: c.Ref, At: b.now(), Actor: "p1", Act: bot.ActCasusOpened, Outcome: "done"})
		return err
	})
	return c
}

var casusTests = []storeTest{
	{"a new casus gets the next code of its year", func(t *testing.T, b *bench) {
		b.mustUpdate(t, func(tx bot.Tx) error {
			for _, tt := range []struct {
				year int
				want bot.Ref
			}{{2026, "C-2026-0001"}, {2026, "C-2026-0002"}, {2027, "C-2027-0001"}, {2026, "C-2026-0003"}} {
				in := b.casus()
				in.Ref, in.Version = "C-1999-0001", 7
				c, err := tx.AddCasus(in, tt.year)
				if err != nil {
					return err
				}
				if c.Ref != tt.want || c.Version != 1 {
					t.Errorf("AddCasus = %s version %d, want %s version 1", c.Ref, c.Version, tt.want)
				}
			}
			return nil
		})
	}},
	{"codes are unique under concurrency", func(t *testing.T, b *bench) {
		var group sync.WaitGroup
		var mu sync.Mutex
		seen := map[bot.Ref]int{}
		for range 4 {
			group.Go(func() {
				for range 5 {
					c := b.mustCasus(t)
					mu.Lock()
					seen[c.Ref]++
					mu.Unlock()
				}
			})
		}
		group.Wait()
		if len(seen) != 20 {
			t.Errorf("%d codes, want 20: %v", len(seen), seen)
		}
	}},
	{"a casus comes back as it was", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		c.Room, c.Status = "room1", bot.Closed
		c.ClosedAt, c.ExtendedUntil, c.ArchivedAt = b.now(), b.now().Add(time.Hour), b.now().Add(2*time.Hour)
		c.ErasureAnnouncedAt, c.ErasureRequestedAt = b.now().Add(3*time.Hour), b.now().Add(4*time.Hour)
		b.mustUpdate(t, func(tx bot.Tx) (err error) { c, err = tx.SaveCasus(c); return err })
		b.mustView(t, func(tx bot.Tx) error {
			got, err1 := tx.Casus(c.Ref)
			byRoom, err2 := tx.CasusByRoom("playground", "room1")
			same(t, "Casus", got, c)
			same(t, "CasusByRoom", byRoom, c)
			return errors.Join(err1, err2)
		})
	}},
	{"a casus without a room is not found by none", func(t *testing.T, b *bench) {
		b.mustCasus(t)
		b.mustView(t, func(tx bot.Tx) error {
			for _, room := range []bot.ChannelID{"", "room1"} {
				if _, err := tx.CasusByRoom("playground", room); !errors.Is(err, bot.ErrNotFound) {
					t.Errorf("CasusByRoom(%q) = %v, want ErrNotFound", room, err)
				}
			}
			return nil
		})
	}},
	{"a room belongs to one casus of a platform", func(t *testing.T, b *bench) {
		one, two := b.mustCasus(t), b.mustCasus(t)
		one.Room, two.Room = "room1", "room1"
		b.mustUpdate(t, func(tx bot.Tx) error { _, err := tx.SaveCasus(one); return err })
		b.refused(t, "SaveCasus", bot.ErrConflict, func(tx bot.Tx) error { _, err := tx.SaveCasus(two); return err })
		two.Platform = "mattermost"
		b.mustUpdate(t, func(tx bot.Tx) error { _, err := tx.SaveCasus(two); return err })
	}},
	{"saving an older version is a conflict", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		b.mustUpdate(t, func(tx bot.Tx) error {
			next, err := tx.SaveCasus(c)
			if next.Version != c.Version+1 {
				t.Errorf("version %d, want %d", next.Version, c.Version+1)
			}
			return err
		})
		b.refused(t, "SaveCasus of the old version", bot.ErrConflict, func(tx bot.Tx) error { _, err := tx.SaveCasus(c); return err })
		c.Version = 9
		b.refused(t, "SaveCasus of a version to come", bot.ErrConflict, func(tx bot.Tx) error { _, err := tx.SaveCasus(c); return err })
		c.Ref = "C-2026-0099"
		b.refused(t, "SaveCasus of no casus", bot.ErrNotFound, func(tx bot.Tx) error { _, err := tx.SaveCasus(c); return err })
	}},
	{"only EraseCasus erases", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		c.Status = bot.Erased
		b.refused(t, "SaveCasus", bot.ErrConflict, func(tx bot.Tx) error { _, err := tx.SaveCasus(c); return err })
		b.refused(t, "AddCasus", bot.ErrConflict, func(tx bot.Tx) error { _, err := tx.AddCasus(c, 2026); return err })
	}},
	{"codes are listed by status, in order and in pages", func(t *testing.T, b *bench) {
		var all []bot.Ref
		for i := range 5 {
			c := b.mustCasus(t)
			all = append(all, c.Ref)
			if i%2 == 1 {
				c.Status = bot.Closed
				b.mustUpdate(t, func(tx bot.Tx) error { _, err := tx.SaveCasus(c); return err })
			}
		}
		b.mustView(t, func(tx bot.Tx) error {
			for _, tt := range []struct {
				after    bot.Ref
				limit    int
				statuses []bot.Status
				want     []bot.Ref
			}{
				{"", 0, nil, all},
				{"", 2, nil, all[:2]},
				{all[1], 2, nil, all[2:4]},
				{all[4], 2, nil, nil},
				{"", 0, []bot.Status{bot.Closed}, []bot.Ref{all[1], all[3]}},
				{all[1], -1, []bot.Status{bot.Closed, bot.Open}, all[2:]},
				{"", 0, []bot.Status{bot.Erased}, nil},
			} {
				got, err := tx.CasusRefs(tt.after, tt.limit, tt.statuses...)
				if err != nil {
					return err
				}
				if !slices.Equal(got, tt.want) {
					t.Errorf("CasusRefs(%q, %d, %v) = %v, want %v", tt.after, tt.limit, tt.statuses, got, tt.want)
				}
			}
			return nil
		})
	}},
}
