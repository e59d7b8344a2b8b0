package sqlstore

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/seal"
)

// account is the hash by which a person is found.
func (t *tx) account(a bot.Account) (string, error) {
	return t.store.install.Lookup("account", a.Platform+"\x00"+string(a.User))
}

// PersonByAccount implements bot.Directory.
func (t *tx) PersonByAccount(a bot.Account) (bot.Person, error) {
	hash, err := t.account(a)
	if err != nil {
		return bot.Person{}, wrap("find person", err)
	}
	var id string
	if err := t.row(`SELECT person FROM accounts WHERE hash = $1`, hash).Scan(&id); err != nil {
		return bot.Person{}, wrap("find person", err)
	}
	return t.Person(bot.PersonID(id))
}

// Person implements bot.Directory.
func (t *tx) Person(id bot.PersonID) (bot.Person, error) {
	var sealed []byte
	var version, appointed int64
	if err := t.row(`SELECT appointed, version, sealed FROM persons WHERE id = $1`, string(id)).Scan(&appointed, &version, &sealed); err != nil {
		return bot.Person{}, wrap("read person", err)
	}
	return t.openPerson(string(id), appointed, version, sealed)
}

func (t *tx) openPerson(id string, appointed, version int64, sealed []byte) (bot.Person, error) {
	var p bot.Person
	if err := t.openJSON(place("persons", installation, id, digits(appointed), digits(version)), sealed, &p); err != nil {
		return bot.Person{}, wrap("read person", err)
	}
	return p, nil
}

// People implements bot.Directory.
func (t *tx) People() ([]bot.Person, error) {
	var people []bot.Person
	err := t.rows(`SELECT id, version, sealed FROM persons WHERE appointed = 1 ORDER BY id`, nil, func(scan func(...any) error) error {
		var id string
		var version int64
		var sealed []byte
		if err := scan(&id, &version, &sealed); err != nil {
			return err
		}
		p, err := t.openPerson(id, 1, version, sealed)
		people = append(people, p)
		return err
	})
	return people, wrap("list people", err)
}

// SavePerson implements bot.Directory.
func (t *tx) SavePerson(p bot.Person) error {
	if p.ID == "" {
		return &bot.InvalidError{Field: "person", Reason: "no id"}
	}
	var version int64
	err := t.row(`SELECT version FROM persons WHERE id = $1`+t.store.dialect.lockRow(), string(p.ID)).Scan(&version)
	if err != nil && !errors.Is(err, bot.ErrNotFound) {
		return wrap("save person", err)
	}
	version++
	appointed := int64(min(len(p.Appointments), 1))
	sealed, err := t.sealJSON(place("persons", installation, string(p.ID), digits(appointed), digits(version)), p)
	if err != nil {
		return wrap("save person", err)
	}
	if _, err := t.exec(`INSERT INTO persons (id, appointed, version, sealed) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET appointed = excluded.appointed, version = excluded.version, sealed = excluded.sealed`,
		string(p.ID), appointed, version, sealed); err != nil {
		return wrap("save person", err)
	}
	t.wrote("persons", string(p.ID), version, "")
	if _, err := t.exec(`DELETE FROM accounts WHERE person = $1`, string(p.ID)); err != nil {
		return wrap("save person", err)
	}
	for _, a := range p.Accounts {
		hash, err := t.account(a)
		if err != nil {
			return wrap("save person", err)
		}
		n, err := t.exec(`INSERT INTO accounts (hash, person) VALUES ($1, $2) ON CONFLICT DO NOTHING`, hash, string(p.ID))
		if err != nil {
			return wrap("save person", err)
		}
		if n == 0 {
			return fmt.Errorf("save person: the account is somebody else's: %w", bot.ErrConflict)
		}
	}
	return nil
}

// Organisation implements bot.Directory.
func (t *tx) Organisation(id bot.OrgID) (bot.Organisation, error) {
	var clear string
	if err := t.row(`SELECT clear FROM organisations WHERE id = $1`, string(id)).Scan(&clear); err != nil {
		return bot.Organisation{}, wrap("read organisation", err)
	}
	var o bot.Organisation
	return o, wrap("read organisation", json.Unmarshal([]byte(clear), &o))
}

// Organisations implements bot.Directory.
func (t *tx) Organisations() ([]bot.Organisation, error) {
	var all []bot.Organisation
	err := t.rows(`SELECT clear FROM organisations ORDER BY id`, nil, func(scan func(...any) error) error {
		var clear string
		if err := scan(&clear); err != nil {
			return err
		}
		var o bot.Organisation
		err := json.Unmarshal([]byte(clear), &o)
		all = append(all, o)
		return err
	})
	return all, wrap("list organisations", err)
}

// SaveOrganisation implements bot.Directory.
func (t *tx) SaveOrganisation(o bot.Organisation) error {
	if o.ID == "" {
		return &bot.InvalidError{Field: "organisation", Reason: "no id"}
	}
	clear, err := clearJSON(o)
	if err != nil {
		return wrap("save organisation", err)
	}
	var version int64
	err = t.row(`SELECT version FROM organisations WHERE id = $1`+t.store.dialect.lockRow(), string(o.ID)).Scan(&version)
	if err != nil && !errors.Is(err, bot.ErrNotFound) {
		return wrap("save organisation", err)
	}
	version++
	sealed, err := t.sealJSON(organisationPlace(string(o.ID), version, clear), struct{}{})
	if err != nil {
		return wrap("save organisation", err)
	}
	_, err = t.exec(`INSERT INTO organisations (id, clear, version, sealed) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET clear = excluded.clear, version = excluded.version, sealed = excluded.sealed`, string(o.ID), clear, version, sealed)
	t.wrote("organisations", string(o.ID), version, "")
	return wrap("save organisation", err)
}

// organisationPlace is that of the seal over what stands in the clear.
func organisationPlace(id string, version int64, clear string) seal.Place {
	return place("organisations", installation, id, digits(version), clear)
}
