package sqlstore

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

func policyPlace(hash string) []string { return []string{"policies", installation, hash} }

// AddPolicy implements bot.Policies.
func (t *tx) AddPolicy(p bot.Policy) error {
	if p.Hash == "" {
		return &bot.InvalidError{Field: "policy", Reason: "no hash"}
	}
	p.ApprovedBy, p.ActiveFrom = "", time.Time{}
	at := policyPlace(p.Hash)
	sealed, err := t.sealJSON(place(at[0], at[1], at[2], p.Hash), p)
	if err != nil {
		return wrap("add policy", err)
	}
	_, err = t.exec(`INSERT INTO policies (hash, version, active_at, active_seq, approved_by, sealed) VALUES ($1, 1, 0, 0, '', $2) ON CONFLICT DO NOTHING`, p.Hash, sealed)
	return wrap("add policy", err)
}

// Policy implements bot.Policies.
func (t *tx) Policy(hash string) (bot.Policy, error) {
	return t.policy("read policy", `hash = $1`, hash)
}

// WaitingPolicies implements bot.Policies.
func (t *tx) WaitingPolicies() ([]bot.Policy, error) {
	var hashes []string
	if err := t.rows(`SELECT hash FROM policies WHERE active_seq = $1`, []any{0}, func(scan func(...any) error) error {
		var hash string
		err := scan(&hash)
		hashes = append(hashes, hash)
		return err
	}); err != nil {
		return nil, wrap("list waiting policies", err)
	}
	var all []bot.Policy
	for _, hash := range hashes {
		p, err := t.Policy(hash)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	// When it was proposed is sealed.
	slices.SortFunc(all, func(a, b bot.Policy) int {
		return cmp.Or(a.ProposedAt.Compare(b.ProposedAt), cmp.Compare(a.Hash, b.Hash))
	})
	return all, nil
}

// ActivePolicy implements bot.Policies.
func (t *tx) ActivePolicy() (bot.Policy, error) {
	return t.policy("read the active policy", `active_seq = (SELECT max(active_seq) FROM policies) AND active_seq > $1`, 0)
}

func (t *tx) policy(what, where string, arg any) (bot.Policy, error) {
	var hash, by string
	var activeAt int64
	var sealed []byte
	if err := t.row(`SELECT hash, active_at, approved_by, sealed FROM policies WHERE `+where, arg).Scan(&hash, &activeAt, &by, &sealed); err != nil {
		return bot.Policy{}, wrap(what, err)
	}
	var p bot.Policy
	at := policyPlace(hash)
	if err := t.openJSON(place(at[0], at[1], at[2], hash), sealed, &p); err != nil {
		return bot.Policy{}, wrap(what, err)
	}
	p.ApprovedBy, p.ActiveFrom = bot.PersonID(by), moment(activeAt)
	return p, nil
}

// ActivatePolicy implements bot.Policies.
func (t *tx) ActivatePolicy(hash string, by bot.PersonID, at time.Time) error {
	return t.one(fmt.Errorf("activate policy: %w", bot.ErrNotFound),
		`UPDATE policies SET active_at = $2, approved_by = $3, active_seq = (SELECT max(active_seq) FROM policies) + 1 WHERE hash = $1`, hash, micro(at), string(by))
}

// VerdictsSince implements bot.Verdicts.
func (t *tx) VerdictsSince(at time.Time, limit int) ([]bot.Verdict, error) {
	query := `SELECT id FROM verdicts WHERE taken_at >= $1 ORDER BY taken_at, id`
	args := []any{micro(at)}
	if limit > 0 {
		query += ` LIMIT $2`
		args = append(args, limit)
	}
	var ids []bot.DecisionID
	if err := t.rows(query, args, func(scan func(...any) error) error {
		var id bot.DecisionID
		err := scan(&id)
		ids = append(ids, id)
		return err
	}); err != nil {
		return nil, wrap("list verdicts", err)
	}
	var all []bot.Verdict
	for _, id := range ids {
		v, err := t.Verdict(id)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}
