package bottest

import (
	"cmp"
	"slices"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// AddVerdict implements bot.Tx.
func (tx *memTx) AddVerdict(v bot.Verdict) error {
	if !tx.write {
		return errView
	}
	if v.Casus != "" {
		return add(tx, tx.state.Verdicts, v.Casus, string(v.ID), v)
	}
	if _, ok := tx.state.Verdicts[string(v.ID)]; ok {
		return bot.ErrConflict
	}
	put(tx.state.Verdicts, string(v.ID), ordered[bot.Verdict]{Value: v})
	return nil
}

// Verdict implements bot.Tx.
func (tx *memTx) Verdict(id bot.DecisionID) (bot.Verdict, error) {
	r, err := get[ordered[bot.Verdict]](tx.state.Verdicts, string(id))
	return r.Value, err
}

// VerdictsSince implements bot.Tx.
func (tx *memTx) VerdictsSince(t time.Time, limit int) ([]bot.Verdict, error) {
	found, err := all(tx.state.Verdicts, func(v ordered[bot.Verdict]) bool { return !v.Value.At.Before(t) })
	slices.SortStableFunc(found, func(a, b ordered[bot.Verdict]) int { return a.Value.At.Compare(b.Value.At) })
	var verdicts []bot.Verdict
	for _, v := range found {
		if limit > 0 && len(verdicts) == limit {
			break
		}
		verdicts = append(verdicts, v.Value)
	}
	return verdicts, err
}

// AddPolicy implements bot.Tx.
func (tx *memTx) AddPolicy(p bot.Policy) error {
	if !tx.write {
		return errView
	}
	if p.Hash == "" {
		return &bot.InvalidError{Field: "policy", Reason: "no hash"}
	}
	if _, ok := tx.state.Policies[p.Hash]; !ok {
		p.ApprovedBy, p.ActiveFrom = "", time.Time{}
		put(tx.state.Policies, p.Hash, ordered[bot.Policy]{Value: p})
	}
	return nil
}

// Policy implements bot.Tx.
func (tx *memTx) Policy(hash string) (bot.Policy, error) {
	p, err := get[ordered[bot.Policy]](tx.state.Policies, hash)
	return p.Value, err
}

// ActivatePolicy implements bot.Tx.
func (tx *memTx) ActivatePolicy(hash string, by bot.PersonID, at time.Time) error {
	if !tx.write {
		return errView
	}
	p, err := get[ordered[bot.Policy]](tx.state.Policies, hash)
	if err != nil {
		return err
	}
	tx.state.order++
	p.Order, p.Value.ApprovedBy, p.Value.ActiveFrom = tx.state.order, by, at
	put(tx.state.Policies, hash, p)
	return nil
}

// WaitingPolicies implements bot.Tx.
func (tx *memTx) WaitingPolicies() ([]bot.Policy, error) {
	waiting, err := all(tx.state.Policies, func(p ordered[bot.Policy]) bool { return p.Order == 0 })
	slices.SortFunc(waiting, func(a, b ordered[bot.Policy]) int {
		return cmp.Or(a.Value.ProposedAt.Compare(b.Value.ProposedAt), cmp.Compare(a.Value.Hash, b.Value.Hash))
	})
	var out []bot.Policy
	for _, p := range waiting {
		out = append(out, p.Value)
	}
	return out, err
}

// ActivePolicy implements bot.Tx.
func (tx *memTx) ActivePolicy() (bot.Policy, error) {
	active, err := all(tx.state.Policies, func(p ordered[bot.Policy]) bool { return p.Order > 0 })
	if err == nil && len(active) == 0 {
		err = bot.ErrNotFound
	}
	if err != nil {
		return bot.Policy{}, err
	}
	newest := slices.MaxFunc(active, func(a, b ordered[bot.Policy]) int { return cmp.Compare(a.Order, b.Order) })
	return newest.Value, nil
}
