package bottest

import (
	"errors"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
)

var directoryTests = []storeTest{
	{"people are found by account and id", func(t *testing.T, b *bench) {
		p := bot.Person{ID: "p1", Accounts: []bot.Account{{Platform: "mattermost", User: "u1"}, {Platform: "playground", User: "u1"}},
			Appointments: []bot.Appointment{{ID: "a1", Organisation: "school-a", Sector: bot.Education, Task: "onderwijs", ConfirmedBy: "p2", ConfirmedAt: b.now()}}}
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.SavePerson(p) })
		b.mustView(t, func(tx bot.Tx) error {
			one, err1 := tx.Person("p1")
			two, err2 := tx.PersonByAccount(bot.Account{Platform: "playground", User: "u1"})
			same(t, "Person", one, p)
			same(t, "PersonByAccount", two, p)
			for _, a := range []bot.Account{{Platform: "slack", User: "u1"}, {Platform: "mattermost", User: "u2"}, {Platform: "mattermostu", User: "1"}} {
				if _, err := tx.PersonByAccount(a); !errors.Is(err, bot.ErrNotFound) {
					t.Errorf("PersonByAccount(%v) = %v, want ErrNotFound", a, err)
				}
			}
			if _, err := tx.Person("p2"); !errors.Is(err, bot.ErrNotFound) {
				t.Errorf("Person(p2) = %v, want ErrNotFound", err)
			}
			return errors.Join(err1, err2)
		})
	}},
	{"saving a person again replaces accounts and appointments", func(t *testing.T, b *bench) {
		old, fresh := bot.Account{Platform: "mattermost", User: "u1"}, bot.Account{Platform: "mattermost", User: "u2"}
		b.mustUpdate(t, func(tx bot.Tx) error {
			return errors.Join(tx.SavePerson(bot.Person{ID: "p1", Accounts: []bot.Account{old}}), tx.SavePerson(bot.Person{ID: "p1", Accounts: []bot.Account{fresh}}))
		})
		b.mustView(t, func(tx bot.Tx) error {
			if _, err := tx.PersonByAccount(old); !errors.Is(err, bot.ErrNotFound) {
				t.Errorf("the old account: %v, want ErrNotFound", err)
			}
			_, err := tx.PersonByAccount(fresh)
			return err
		})
	}},
	{"an account of somebody else is a conflict", func(t *testing.T, b *bench) {
		a := bot.Account{Platform: "mattermost", User: "u1"}
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.SavePerson(bot.Person{ID: "p1", Accounts: []bot.Account{a}}) })
		b.refused(t, "SavePerson", bot.ErrConflict, func(tx bot.Tx) error { return tx.SavePerson(bot.Person{ID: "p2", Accounts: []bot.Account{a}}) })
	}},
	{"people with an appointment are listed by id", func(t *testing.T, b *bench) {
		some := []bot.Appointment{{ID: "a", Organisation: "o"}}
		b.mustUpdate(t, func(tx bot.Tx) error {
			return errors.Join(tx.SavePerson(bot.Person{ID: "p3", Appointments: some}), tx.SavePerson(bot.Person{ID: "p1", Appointments: some}), tx.SavePerson(bot.Person{ID: "p2"}))
		})
		b.mustView(t, func(tx bot.Tx) error {
			people, err := tx.People()
			same(t, "People", people, []bot.Person{{ID: "p1", Appointments: some}, {ID: "p3", Appointments: some}})
			return err
		})
	}},
	{"organisations are kept and listed by id", func(t *testing.T, b *bench) {
		x, a := bot.Organisation{ID: "x", Name: "Aanbieder X", SignedAt: "2026-01-01", AnnouncedAt: "2026-01-08", DPO: "p5", Appointee: "p6"}, bot.Organisation{ID: "a", Name: "School A"}
		b.mustUpdate(t, func(tx bot.Tx) error {
			return errors.Join(tx.SaveOrganisation(bot.Organisation{ID: "x"}), tx.SaveOrganisation(a), tx.SaveOrganisation(x))
		})
		b.mustView(t, func(tx bot.Tx) error {
			one, err1 := tx.Organisation("x")
			all, err2 := tx.Organisations()
			same(t, "Organisation", one, x)
			same(t, "Organisations", all, []bot.Organisation{a, x})
			if _, err := tx.Organisation("y"); !errors.Is(err, bot.ErrNotFound) {
				t.Errorf("Organisation(y) = %v, want ErrNotFound", err)
			}
			return errors.Join(err1, err2)
		})
	}},
}
