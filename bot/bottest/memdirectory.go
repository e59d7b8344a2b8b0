package bottest

import (
	"slices"

	"github.com/convenantbot/convenantbot/bot"
)

// PersonByAccount implements bot.Tx.
func (tx *memTx) PersonByAccount(a bot.Account) (bot.Person, error) {
	people, err := all(tx.state.People, func(p bot.Person) bool { return slices.Contains(p.Accounts, a) })
	if err == nil && len(people) == 0 {
		err = bot.ErrNotFound
	}
	if err != nil {
		return bot.Person{}, err
	}
	return people[0], nil
}

// Person implements bot.Tx.
func (tx *memTx) Person(id bot.PersonID) (bot.Person, error) {
	return get[bot.Person](tx.state.People, string(id))
}

// People implements bot.Tx.
func (tx *memTx) People() ([]bot.Person, error) {
	return all(tx.state.People, func(p bot.Person) bool { return len(p.Appointments) > 0 })
}

// SavePerson implements bot.Tx.
func (tx *memTx) SavePerson(p bot.Person) error {
	if !tx.write {
		return errView
	}
	if p.ID == "" {
		return &bot.InvalidError{Field: "person", Reason: "no id"}
	}
	for _, a := range p.Accounts {
		if other, err := tx.PersonByAccount(a); err == nil && other.ID != p.ID {
			return bot.ErrConflict
		}
	}
	put(tx.state.People, string(p.ID), p)
	return nil
}

// Organisation implements bot.Tx.
func (tx *memTx) Organisation(id bot.OrgID) (bot.Organisation, error) {
	return get[bot.Organisation](tx.state.Orgs, string(id))
}

// Organisations implements bot.Tx.
func (tx *memTx) Organisations() ([]bot.Organisation, error) {
	return all(tx.state.Orgs, func(bot.Organisation) bool { return true })
}

// SaveOrganisation implements bot.Tx.
func (tx *memTx) SaveOrganisation(o bot.Organisation) error {
	if !tx.write {
		return errView
	}
	if o.ID == "" {
		return &bot.InvalidError{Field: "organisation", Reason: "no id"}
	}
	put(tx.state.Orgs, string(o.ID), o)
	return nil
}
