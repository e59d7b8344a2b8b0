package sqlstore

import (
	"encoding/json"
	"fmt"

	"github.com/convenantbot/convenantbot/bot"
)

// AddVerdict implements bot.Verdicts.
func (t *tx) AddVerdict(v bot.Verdict) error {
	if v.ID == "" {
		return &bot.InvalidError{Field: "verdict", Reason: "no id"}
	}
	if v.Casus != "" {
		if err := t.known(v.Casus); err != nil {
			return wrap("add verdict", err)
		}
	}
	facts := v.Facts
	v.Facts = nil
	clear, err := clearJSON(v)
	if err != nil {
		return wrap("add verdict", err)
	}
	sealed, err := t.sealJSON(place("verdicts", scope(v.Casus), string(v.ID), string(v.Casus), "1", clear), facts)
	if err != nil {
		return wrap("add verdict", err)
	}
	if err := t.one(exists("verdict", string(v.ID)), `INSERT INTO verdicts (id, casus, version, clear, sealed, taken_at) VALUES ($1, $2, 1, $3, $4, $5) ON CONFLICT DO NOTHING`,
		string(v.ID), string(v.Casus), clear, sealed, micro(v.At)); err != nil {
		return err
	}
	t.wrote("verdicts", string(v.ID), 1, v.Casus)
	return nil
}

// Verdict implements bot.Verdicts.
func (t *tx) Verdict(id bot.DecisionID) (bot.Verdict, error) {
	var casus, clear string
	var version int64
	var sealed []byte
	if err := t.row(`SELECT casus, version, clear, sealed FROM verdicts WHERE id = $1`, string(id)).Scan(&casus, &version, &clear, &sealed); err != nil {
		return bot.Verdict{}, wrap("read verdict", err)
	}
	var v bot.Verdict
	if err := json.Unmarshal([]byte(clear), &v); err != nil {
		return bot.Verdict{}, fmt.Errorf("read verdict: it is not of this version")
	}
	err := t.openJSON(place("verdicts", scope(bot.Ref(casus)), string(id), casus, digits(version), clear), sealed, &v.Facts)
	return v, wrap("read verdict", err)
}
