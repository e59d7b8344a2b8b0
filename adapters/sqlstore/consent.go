package sqlstore

import (
	"fmt"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/seal"
)

// Agreements and consents are stored alike: everything about them is sealed but
// the order in which they were added.
func yesPlace(table string, ref bot.Ref, id string, pos, version int64) seal.Place {
	return place(table, scope(ref), string(ref)+"/"+id, digits(pos), digits(version))
}

func (t *tx) addYes(table string, ref bot.Ref, id string, v any) error {
	if id == "" {
		return &bot.InvalidError{Field: table, Reason: "no id"}
	}
	if err := t.known(ref); err != nil {
		return err
	}
	pos, err := t.next(table, ref)
	if err != nil {
		return err
	}
	sealed, err := t.sealJSON(yesPlace(table, ref, id, pos, 1), v)
	if err != nil {
		return err
	}
	if err := t.one(exists(table, id), `INSERT INTO `+table+` (casus, id, pos, version, sealed) VALUES ($1, $2, $3, 1, $4) ON CONFLICT DO NOTHING`,
		string(ref), id, pos, sealed); err != nil {
		return err
	}
	t.wrote(table, string(ref)+"/"+id, 1, ref)
	return nil
}

// yesses calls f with each record of a casus, in the order of adding.
func yesses[T any](t *tx, table string, ref bot.Ref) ([]T, error) {
	if err := t.there(ref); err != nil {
		return nil, err
	}
	if _, err := t.key(scope(ref)); err != nil {
		return nil, err
	}
	var all []T
	err := t.rows(`SELECT id, pos, version, sealed FROM `+table+` WHERE casus = $1 ORDER BY pos`, []any{string(ref)}, func(scan func(...any) error) error {
		var id string
		var pos, version int64
		var sealed []byte
		if err := scan(&id, &pos, &version, &sealed); err != nil {
			return err
		}
		var v T
		err := t.openJSON(yesPlace(table, ref, id, pos, version), sealed, &v)
		all = append(all, v)
		return err
	})
	return all, err
}

// withdraw changes one record under lock.
func withdraw[T any](t *tx, table string, ref bot.Ref, id string, set func(*T) bool) error {
	if err := t.known(ref); err != nil {
		return err
	}
	var pos, version int64
	var sealed []byte
	if err := t.row(`SELECT pos, version, sealed FROM `+table+` WHERE casus = $1 AND id = $2`+t.store.dialect.lockRow(), string(ref), id).Scan(&pos, &version, &sealed); err != nil {
		return err
	}
	var v T
	if err := t.openJSON(yesPlace(table, ref, id, pos, version), sealed, &v); err != nil {
		return err
	}
	if !set(&v) {
		return fmt.Errorf("it was withdrawn already: %w", bot.ErrConflict)
	}
	version++
	sealed, err := t.sealJSON(yesPlace(table, ref, id, pos, version), v)
	if err != nil {
		return err
	}
	if err := t.one(bot.ErrNotFound, `UPDATE `+table+` SET version = $3, sealed = $4 WHERE casus = $1 AND id = $2`, string(ref), id, version, sealed); err != nil {
		return err
	}
	t.wrote(table, string(ref)+"/"+id, version, ref)
	return nil
}

// AddAgreement implements bot.Consents.
func (t *tx) AddAgreement(a bot.Agreement) error {
	return wrap("add agreement", t.addYes("agreements", a.Casus, a.ID, a))
}

// AddConsent implements bot.Consents.
func (t *tx) AddConsent(c bot.Consent) error {
	return wrap("add consent", t.addYes("consents", c.Casus, c.ID, c))
}

// Agreements implements bot.Consents.
func (t *tx) Agreements(ref bot.Ref) ([]bot.Agreement, error) {
	all, err := yesses[bot.Agreement](t, "agreements", ref)
	return all, wrap("read agreements", err)
}

// Consents implements bot.Consents.
func (t *tx) Consents(ref bot.Ref) ([]bot.Consent, error) {
	all, err := yesses[bot.Consent](t, "consents", ref)
	return all, wrap("read consents", err)
}

// WithdrawConsent implements bot.Consents.
func (t *tx) WithdrawConsent(ref bot.Ref, id string, at time.Time) error {
	return wrap("withdraw consent", withdraw(t, "consents", ref, id, func(c *bot.Consent) bool {
		return once(&c.WithdrawnAt, at)
	}))
}

// WithdrawAgreement implements bot.Consents.
func (t *tx) WithdrawAgreement(ref bot.Ref, id string, at time.Time) error {
	return wrap("withdraw agreement", withdraw(t, "agreements", ref, id, func(a *bot.Agreement) bool {
		return once(&a.WithdrawnAt, at)
	}))
}

// once sets a moment that is not set yet.
func once(moment *time.Time, at time.Time) bool {
	if !moment.IsZero() {
		return false
	}
	*moment = at
	return true
}
